package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"loa/audio/container"
	"loa/internal/fault"
)

// blockSamples is how many samples a block of PCM holds at most.
const blockSamples = 32 << 10

// The WAVE format tags that are read.
const (
	wavePCM        = 1
	waveFloat      = 3
	waveExtensible = 0xfffe
)

// openEnd is the least size that stands for "until the end" in what programs
// write to a pipe: from 2 GB less a little to 4 GB.
const openEnd = 0x7fff0000

// waveFormat is the "fmt " chunk.
type waveFormat struct {
	tag, channels, bits int
	rate                int
	frame               int // bytes of one sample of all channels
}

// maxFormat is how many bytes of a "fmt " chunk are kept: the longest there is
// has far fewer.
const maxFormat = 1 << 10

// wav reads RIFF, RF64 and BW64 WAVE files as they stream by. Sizes in the
// headers are hints: a recorder that died wrote 0 or too much, and a pipe
// writes the largest number there is.
func (d *decoding) wav(r io.Reader) error {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return wavFault(err)
	}
	var format []byte   // the "fmt " chunk
	var long int64 = -1 // the data size of RF64's ds64 chunk
	for {
		var chunk [8]byte
		if _, err := io.ReadFull(r, chunk[:]); err != nil {
			return wavFault(err)
		}
		id, size := string(chunk[:4]), int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch id {
		case "data":
			if size == math.MaxUint32 {
				size = long
			}
			return d.wavSound(r, format, size)
		case "fmt ", "ds64":
			body := make([]byte, min(size, maxFormat))
			if _, err := io.ReadFull(r, body); err != nil {
				return wavFault(err)
			}
			size -= int64(len(body))
			if id == "ds64" && len(body) >= 16 {
				long = int64(binary.LittleEndian.Uint64(body[8:]) & math.MaxInt64)
			} else if id == "fmt " {
				format = body
			}
		}
		if _, err := io.CopyN(io.Discard, r, size+size&1); err != nil {
			return wavFault(err)
		}
	}
}

// wavSound reads the samples behind the header. size is what the header
// promises, 0 or negative when it does not know; from openEnd to 4 GB it is what
// programs write that do not know.
func (d *decoding) wavSound(r io.Reader, format []byte, size int64) error {
	if size >= openEnd && size <= math.MaxUint32 {
		size = -1
	}
	data := &serial{r: r}
	if size > 0 {
		data.r = io.LimitReader(r, size)
	}
	told := func() (t container.Told, err error) {
		if _, err = io.Copy(io.Discard, data); err == nil && data.n < size {
			perSecond := binary.LittleEndian.Uint32(format[8:])
			t = container.Told{Bytes: size, Lacking: size - data.n, Lost: ratio(size-data.n, perSecond),
				Frame: ratio(int64(binary.LittleEndian.Uint16(format[12:])), perSecond)}
		}
		return t, err
	}
	if len(format) >= 16 && wavCodings[binary.LittleEndian.Uint16(format)] != "" {
		d.coding = wavCodings[binary.LittleEndian.Uint16(format)]
		return d.convert(io.MultiReader(bytes.NewReader(bareWAV(format)), data), told)
	}
	f, err := parseWave(format)
	if err != nil {
		return err
	}
	if err := d.wavData(data, f); err != nil {
		return err
	}
	t, err := told()
	d.lacks(t)
	return err
}

// ratio is bytes as seconds of sound, 0 where the header does not say.
func ratio(bytes int64, perSecond uint32) float64 {
	if perSecond == 0 {
		return 0
	}
	return float64(bytes) / float64(perSecond)
}

// bareWAV is the head of a WAV without what else an editor put in, of unknown
// length.
func bareWAV(format []byte) []byte {
	b := append([]byte("RIFF\xff\xff\xff\xffWAVEfmt "), binary.LittleEndian.AppendUint32(nil, uint32(len(format)))...)
	b = append(b, format...)
	if len(format)&1 == 1 {
		b = append(b, 0)
	}
	return append(b, "data\xff\xff\xff\xff"...)
}

// wavCodings are the codings that only ffmpeg reads, by format tag: cheap voice
// recorders write ADPCM, telephone exchanges A-law, editors MP3.
var wavCodings = map[uint16]string{2: "ADPCM", 6: "A-law", 7: "µ-law", 0x11: "ADPCM", 0x31: "GSM", 0x50: "MP2", 0x55: "MP3"}

// wavFault explains the end of a file inside its headers.
func wavFault(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fault.New(fault.Invalid, "audio.wav_header").Because(err)
	}
	return err
}

// parseWave reads a "fmt " chunk.
func parseWave(b []byte) (waveFormat, error) {
	bad := fault.New(fault.Invalid, "audio.wav_header")
	if len(b) < 16 {
		return waveFormat{}, bad
	}
	u16 := func(i int) int { return int(binary.LittleEndian.Uint16(b[i:])) }
	f := waveFormat{tag: u16(0), channels: u16(2), frame: u16(12), bits: u16(14)}
	f.rate = int(binary.LittleEndian.Uint32(b[4:]))
	if f.tag == waveExtensible && len(b) >= 26 {
		f.tag = u16(24)
	}
	if f.tag == wavePCM { // 12 and 20 bits stand at the top of 16 and 24
		f.bits = (f.bits + 7) / 8 * 8
	}
	switch {
	case f.tag == wavePCM && (f.bits == 8 || f.bits == 16 || f.bits == 24 || f.bits == 32):
	case f.tag == waveFloat && (f.bits == 32 || f.bits == 64):
	default:
		return waveFormat{}, fault.New(fault.Unsupported, "audio.wav_codec", "tag", f.tag, "bits", f.bits)
	}
	if f.rate <= 0 || f.channels == 0 || f.frame != f.channels*f.bits/8 {
		return waveFormat{}, bad
	}
	return f, nil
}

// wavData reads samples to their end.
func (d *decoding) wavData(r io.Reader, f waveFormat) error {
	if err := d.begin(f.rate, f.channels); err != nil {
		return err
	}
	frames := blockSamples / f.channels
	raw, pcm := make([]byte, frames*f.frame), make([]float32, frames*f.channels)
	for {
		n, err := io.ReadFull(r, raw)
		n /= f.frame
		if n > 0 {
			f.floats(pcm[:n*f.channels], raw)
			d.sink.Write(pcm[:n*f.channels])
			d.facts.Samples += int64(n)
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		} else if err != nil {
			return err
		}
	}
	kind := "PCM"
	if f.tag == waveFloat {
		kind = "float"
	}
	d.facts.Codec = fmt.Sprintf("%s %d bit", kind, f.bits)
	d.facts.Bitrate = f.rate * f.frame * 8
	if d.facts.Samples == 0 {
		return fault.New(fault.Invalid, "audio.no_sound")
	}
	return nil
}

// floats converts samples to full scale ±1.
func (f waveFormat) floats(dst []float32, b []byte) {
	le := binary.LittleEndian
	switch {
	case f.tag == waveFloat && f.bits == 32:
		for i := range dst {
			dst[i] = math.Float32frombits(le.Uint32(b[4*i:]))
		}
	case f.tag == waveFloat:
		for i := range dst {
			dst[i] = float32(math.Float64frombits(le.Uint64(b[8*i:])))
		}
	case f.bits == 8: // the only unsigned one
		for i := range dst {
			dst[i] = float32(int(b[i])-128) / 128
		}
	case f.bits == 16:
		for i := range dst {
			dst[i] = float32(int16(le.Uint16(b[2*i:]))) / (1 << 15)
		}
	case f.bits == 24:
		for i := range dst {
			v := int32(uint32(b[3*i])<<8 | uint32(b[3*i+1])<<16 | uint32(b[3*i+2])<<24)
			dst[i] = float32(v) / (1 << 31)
		}
	default:
		for i := range dst {
			dst[i] = float32(int32(le.Uint32(b[4*i:]))) / (1 << 31)
		}
	}
}
