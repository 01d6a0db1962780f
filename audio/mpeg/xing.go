package mpeg

import (
	"encoding/binary"
	"strings"
)

// decoderDelay is how many samples every Layer III decoder lags behind: the
// filter bank's 528 and one more, as the LAME tag's definition assumes.
const decoderDelay = 528 + 1

// Xing is what the information frame at the start of a stream says: the Xing
// or Info tag with LAME's extension, or Fraunhofer's VBRI.
type Xing struct {
	Kind    string // "Xing" (variable bitrate), "Info" (constant) or "VBRI"
	Frames  int64  // sound frames, -1 when not said
	Bytes   int64  // bytes of the stream, -1 when not said
	Encoder string // e.g. "LAME3.100"; printable ASCII
	Gapless bool   // Delay and Padding are known
	Delay   int    // samples the encoder put in front
	Padding int    // samples the encoder added at the end
	Average bool   // the encoder aimed at an average bitrate (ABR)
}

// parseXing looks for an information frame.
func parseXing(h Header, data []byte) (*Xing, bool) {
	for _, off := range []int{headerSize + h.sideSize(), h.mainOffset()} {
		if len(data) < off+8 {
			continue
		}
		if kind := string(data[off : off+4]); kind == "Xing" || kind == "Info" {
			return xingFields(kind, data[off+4:]), true
		}
	}
	const vbri = headerSize + 32
	if len(data) >= vbri+26 && string(data[vbri:vbri+4]) == "VBRI" {
		b := data[vbri:]
		return &Xing{
			Kind: "VBRI", Bytes: int64(binary.BigEndian.Uint32(b[10:])),
			Frames: int64(binary.BigEndian.Uint32(b[14:])), Encoder: "FhG",
		}, true
	}
	return nil, false
}

// xingFields reads what follows the four letters: flags, then the fields they
// announce, then perhaps LAME's extension.
func xingFields(kind string, b []byte) *Xing {
	x := &Xing{Kind: kind, Frames: -1, Bytes: -1}
	flags := binary.BigEndian.Uint32(b)
	b = b[4:]
	number := func(flag uint32) int64 {
		if flags&flag == 0 || len(b) < 4 {
			return -1
		}
		n := int64(binary.BigEndian.Uint32(b))
		b = b[4:]
		return n
	}
	x.Frames, x.Bytes = number(1), number(2)
	if flags&4 != 0 {
		b = b[min(100, len(b)):]
	}
	number(8)
	if len(b) < 24 || !(strings.HasPrefix(string(b), "LAME") || strings.HasPrefix(string(b), "Lav")) {
		return x
	}
	x.Encoder = strings.TrimRight(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, string(b[:9])), " .")
	x.Average = b[9]&15 == 2
	x.Gapless = true
	x.Delay = int(b[21])<<4 | int(b[22])>>4
	x.Padding = int(b[22]&15)<<8 | int(b[23])
	return x
}

// Trim says how many samples a decoder's output carries before the first and
// after the last sample of the recording. Without gapless data both are 0.
// The end is only trimmed when the stream is as long as the encoder says.
func (i Info) Trim() (head, tail int64) {
	if i.Xing == nil || !i.Xing.Gapless {
		return 0, 0
	}
	head = int64(i.Xing.Delay) + decoderDelay
	if i.CutBytes == 0 && (i.Xing.Frames < 0 || i.Xing.Frames == i.Frames) {
		tail = max(0, int64(i.Xing.Padding)-decoderDelay)
	}
	return head, tail
}

// Samples is the exact length of the recording in samples of one channel.
func (i Info) Samples() int64 {
	head, tail := i.Trim()
	return max(0, i.Frames*int64(i.Header.Samples())-head-tail)
}

// Missing is how many frames the encoder announced that are not there.
func (i Info) Missing() int64 {
	if i.Xing == nil || i.Xing.Frames < 0 {
		return 0
	}
	return max(0, i.Xing.Frames-i.Frames)
}

// Rating names how the bitrate behaves.
type Rating string

// The ratings.
const (
	CBR  Rating = "cbr"  // every frame has the same bitrate
	VBR  Rating = "vbr"  // the bitrate varies
	ABR  Rating = "abr"  // it varies around an average the encoder was given
	Free Rating = "free" // constant, but none of the standard's table
)

// Ratings are all of them.
var Ratings = []Rating{CBR, VBR, ABR, Free}

// Rating says how the bitrate behaves.
func (i Info) Rating() Rating {
	switch {
	case i.Header.Bitrate == 0:
		return Free
	case i.MinBitrate == i.MaxBitrate:
		return CBR
	case i.Xing != nil && i.Xing.Average:
		return ABR
	}
	return VBR
}

// Bitrate is the mean over all sound frames in bit/s: the constant one as it is
// named, since padding makes up for its rounding only in the long run.
func (i Info) Bitrate() int {
	switch {
	case i.Frames == 0:
		return 0
	case i.Rating() == CBR:
		return i.MinBitrate
	}
	samples := i.Frames * int64(i.Header.Samples())
	return int(i.SoundBytes * 8 * int64(i.Header.SampleRate) / samples)
}
