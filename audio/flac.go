package audio

import (
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"io"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"

	"loa/internal/fault"
)

// errPanic is what a decoder's panic becomes.
var errPanic = errors.New("audio: the decoder panicked")

// flac decodes a FLAC stream frame by frame (the library checks each frame's
// CRC-16) and compares the sound with the MD5 in the header at the end.
func (d *decoding) flac(r io.Reader) error {
	stream, err := openFLAC(r)
	if err != nil {
		return fault.New(fault.Invalid, "audio.flac_header").Because(err)
	}
	info := stream.Info
	if info.BitsPerSample > 24 { // only encoders since 2022 write them, and few decoders read them
		return fault.New(fault.Unsupported, "audio.flac_bits", "bits", int(info.BitsPerSample))
	}
	if err := d.begin(int(info.SampleRate), int(info.NChannels)); err != nil {
		return err
	}
	d.facts.Codec = fmt.Sprintf("FLAC %d bit", info.BitsPerSample)
	sum := md5.New()
	var pcm []float32
	for {
		f, err := nextFLAC(stream)
		if err == nil && (len(f.Subframes) != d.facts.Channels || f.BitsPerSample != info.BitsPerSample) {
			err = errors.New("audio: a FLAC frame of another kind than its header")
		}
		if err != nil {
			return d.endFLAC(info, sum.Sum(nil), err)
		}
		f.Hash(sum)
		pcm = flacFloats(pcm[:0], f)
		d.sink.Write(pcm)
		d.facts.Samples += int64(f.BlockSize)
	}
}

// endFLAC judges how the stream ended. A header that does not say how many
// samples follow leaves only the last frame to tell.
func (d *decoding) endFLAC(info *meta.StreamInfo, got []byte, err error) error {
	missing := int64(info.NSamples) - d.facts.Samples
	ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	switch {
	case d.facts.Samples == 0 && err == io.EOF:
		return fault.New(fault.Invalid, "audio.no_sound")
	case info.NSamples == 0 && errors.Is(err, io.ErrUnexpectedEOF):
		d.facts.warn("audio.no_end", nil)
	case info.NSamples == 0 && err == io.EOF || info.NSamples > 0 && missing <= 0: // what follows the last sample is a tag or garbage
		if info.MD5sum != [md5.Size]byte{} && !bytes.Equal(got, info.MD5sum[:]) {
			d.facts.warn("audio.flac_sum", nil)
		}
	case ended && missing > int64(info.BlockSizeMax):
		d.facts.Truncated, d.facts.Missing = true, float64(missing)/float64(info.SampleRate)
	case ended: // the last frame is short
	default:
		end := float64(d.facts.Samples) / float64(d.facts.SampleRate)
		return fault.New(fault.Invalid, "audio.flac_damaged", "at", clock(end)).Because(err)
	}
	return nil
}

// flacFloats appends a frame's samples, interleaved, full scale ±1.
func flacFloats(pcm []float32, f *frame.Frame) []float32 {
	scale := 1 / float32(int64(1)<<(f.BitsPerSample-1))
	for i := range int(f.BlockSize) {
		for _, s := range f.Subframes {
			pcm = append(pcm, float32(s.Samples[i])*scale)
		}
	}
	return pcm
}

func openFLAC(r io.Reader) (s *flac.Stream, err error) {
	defer recovered(&err)
	return flac.New(struct{ io.Reader }{r})
}

func nextFLAC(s *flac.Stream) (f *frame.Frame, err error) {
	defer recovered(&err)
	return s.ParseNext()
}

// recovered turns a library's panic into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errPanic, p)
	}
}
