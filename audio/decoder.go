package audio

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/hajimehoshi/go-mp3"

	"loa/audio/mpeg"
)

// stretch is a run of MP3 frames that can be decoded by itself: frames of one
// size behind a silent one, as mpeg.Shape packs them.
type stretch struct {
	packed []byte
	header mpeg.Header // of every frame
	frames int         // behind the silent one
}

// per is how many samples of all channels one frame has.
func (s stretch) per() int { return s.header.Samples() * s.header.Channels() }

// decoder turns a stretch into samples, interleaved, full scale ±1. It returns
// how many frames came out; the error says what it met, and may come with all
// of them.
type decoder interface {
	decode(s stretch, dst []float32) (got int, err error)
}

// decoders are those of this machine.
type decoders struct {
	usual decoder
	hard  decoder // of what the usual one gets wrong; nil where there is none
}

func newDecoders(ctx context.Context) decoders {
	d := decoders{usual: goMP3{}}
	if path := findPlayer(); path != "" {
		d.hard = ffmpegMP3{ctx, path}
	}
	return d
}

// goMP3 decodes by the library go-mp3.
type goMP3 struct{}

// beyondGoMP3 reports whether go-mp3 cannot decode frames like h at all: it does
// not know the scale factor bands of 8 kHz.
func beyondGoMP3(h mpeg.Header) bool { return h.Version == mpeg.MPEG25 && h.SampleRate == 8000 }

// hardForGoMP3 reports whether go-mp3 decodes a frame wrongly or not at all.
// Intensity stereo comes out several LU off, and in joint stereo it leaves the
// highest lines of short blocks in mid and side, up to 0.21 of full scale off.
func hardForGoMP3(u mpeg.Unit) bool {
	h := u.Header
	return beyondGoMP3(h) || h.Intensity() || h.MidSide() && u.Short
}

func (goMP3) decode(s stretch, dst []float32) (got int, err error) {
	defer func() {
		if p := recover(); p != nil { // it indexes out of range on hostile frames: the frame is lost, nothing else
			err = fmt.Errorf("%w: %v", errPanic, p)
		}
	}()
	dec, err := mp3.NewDecoder(struct{ io.Reader }{bytes.NewReader(s.packed)}) // not a Seeker: no scan of the whole
	if err != nil {
		return 0, err
	}
	raw := make([]byte, s.header.Samples()*4) // 16-bit stereo, also for mono
	if _, err := io.ReadFull(dec, raw); err != nil {
		return 0, err // the silent frame in front
	}
	for per := s.per(); got < s.frames; got++ {
		if _, err := io.ReadFull(dec, raw); err != nil {
			return got, err
		}
		floats(dst[got*per:(got+1)*per], raw, s.header.Channels())
	}
	return got, nil
}

// floats converts go-mp3's 16-bit stereo, in which 32767 is full scale.
func floats(dst []float32, raw []byte, channels int) {
	step := 4 / channels // mono comes twice
	for i := range dst {
		s := int16(uint16(raw[i*step]) | uint16(raw[i*step+1])<<8)
		dst[i] = float32(s) / 32767
	}
}

// ffmpegMP3 decodes by a process of ffmpeg for each stretch, under the limits of
// all converters.
type ffmpegMP3 struct {
	ctx  context.Context
	path string
}

func (f ffmpegMP3) decode(s stretch, dst []float32) (got int, err error) {
	var complaint limitedBuffer
	args := []string{"-nostdin", "-hide_banner", "-nostats", "-loglevel", "error", "-threads", "1", "-protocol_whitelist", "pipe",
		"-f", "mp3", "-i", "pipe:0", "-map", "0:a:0", "-c:a", "pcm_f32le", "-f", "f32le", "pipe:1"}
	out, wait, err := startLimited(f.ctx, f.path, args, bytes.NewReader(s.packed), &complaint)
	if err != nil {
		return 0, err
	}
	raw := make([]byte, 4*s.per())
	_, err = io.ReadFull(out, raw) // the silent frame in front
	for per := s.per(); err == nil && got < s.frames; got++ {
		if _, err = io.ReadFull(out, raw); err != nil {
			break
		}
		for i := range per {
			dst[got*per+i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	}
	_, rest := io.Copy(io.Discard, out)
	err = errors.Join(err, rest, wait())
	if err == nil && complaint.Len() > 0 {
		err = fmt.Errorf("audio: ffmpeg: %s", complaint.Bytes())
	}
	return got, err
}
