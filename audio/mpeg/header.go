// Package mpeg reads, rewrites and decodes MPEG audio Layer III (MP3): it walks
// the frames of a stream of unknown quality, skips tags and garbage, reads what
// encoders wrote about themselves, turns frames into sound (Decoder) and, without
// decoding, changes the loudness in place and makes copies that say nothing of
// where they came from.
//
// The frame layout is ISO/IEC 11172-3 (MPEG-1) and ISO/IEC 13818-3 (MPEG-2);
// MPEG-2.5 is the common extension to 8, 11.025 and 12 kHz. Everything here
// reads bytes of strangers: nothing trusts a size, and memory is bounded.
package mpeg

// Version is the MPEG version of a frame.
type Version uint8

// The versions, with their sampling rates.
const (
	MPEG1  Version = iota // 32, 44.1, 48 kHz
	MPEG2                 // 16, 22.05, 24 kHz
	MPEG25                // 8, 11.025, 12 kHz
)

// String names the version as people write it.
func (v Version) String() string { return [...]string{"MPEG-1", "MPEG-2", "MPEG-2.5"}[v] }

// Mode is the channel mode of a frame.
type Mode uint8

// The channel modes in the order of the header's two bits.
const (
	Stereo Mode = iota
	JointStereo
	DualChannel
	Mono
)

// Header is one decoded frame header (the first four bytes of a frame).
type Header struct {
	Version    Version
	Protected  bool  // a CRC-16 follows the header
	Bitrate    int   // bit/s; 0 in free format
	SampleRate int   // Hz
	Padding    bool  // one byte longer
	Mode       Mode  // Stereo, JointStereo, DualChannel, Mono
	ModeExt    uint8 // for JointStereo: 1 intensity, 2 mid/side
	Size       int   // bytes of the whole frame; 0 in free format
}

// headerSize is the length of a frame header in bytes.
const headerSize = 4

// maxFreeFrame bounds the search for the frame length of a free-format
// stream; 640 kbit/s at 32 kHz, the most an encoder offers, is 2,881 bytes.
const maxFreeFrame = 2881

var (
	bitratesMPEG1 = [15]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	bitratesMPEG2 = [15]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
	rates         = [3]int{44100, 48000, 32000}
)

// ParseHeader reads the four bytes at the start of b. It refuses anything
// that is not a Layer III header with a possible bitrate, rate and emphasis.
func ParseHeader(b []byte) (Header, bool) {
	if len(b) < headerSize || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return Header{}, false
	}
	version, layer := b[1]>>3&3, b[1]>>1&3
	rate, bitrate := b[2]>>2&3, b[2]>>4
	if version == 1 || layer != 1 || rate == 3 || bitrate == 15 || b[3]&3 == 2 {
		return Header{}, false
	}
	h := Header{
		Protected: b[1]&1 == 0,
		Padding:   b[2]>>1&1 == 1,
		Mode:      Mode(b[3] >> 6),
		ModeExt:   b[3] >> 4 & 3,
	}
	switch version {
	case 3:
		h.Version, h.Bitrate, h.SampleRate = MPEG1, bitratesMPEG1[bitrate]*1000, rates[rate]
	case 2:
		h.Version, h.Bitrate, h.SampleRate = MPEG2, bitratesMPEG2[bitrate]*1000, rates[rate]/2
	default:
		h.Version, h.Bitrate, h.SampleRate = MPEG25, bitratesMPEG2[bitrate]*1000, rates[rate]/4
	}
	if h.Bitrate > 0 {
		h.Size = h.Samples()/8*h.Bitrate/h.SampleRate + b2i(h.Padding)
	}
	return h, true
}

// Samples is how many samples a channel gets from one frame.
func (h Header) Samples() int { return 576 * h.Granules() }

// Granules is 2 for MPEG-1 and 1 for the lower rates.
func (h Header) Granules() int {
	if h.Version == MPEG1 {
		return 2
	}
	return 1
}

// Channels is 1 or 2.
func (h Header) Channels() int {
	if h.Mode == Mono {
		return 1
	}
	return 2
}

// Intensity reports whether the frame codes stereo by direction (intensity
// stereo), which some decoders get wrong.
func (h Header) Intensity() bool { return h.Mode == JointStereo && h.ModeExt&1 != 0 }

// MidSide reports whether the frame codes the sum and the difference of its
// channels.
func (h Header) MidSide() bool { return h.Mode == JointStereo && h.ModeExt&2 != 0 }

// sideSize is the length of the side information in bytes.
func (h Header) sideSize() int {
	switch {
	case h.Version == MPEG1 && h.Mode == Mono:
		return 17
	case h.Version == MPEG1:
		return 32
	case h.Mode == Mono:
		return 9
	}
	return 17
}

// sideOffset is where the side information starts in the frame.
func (h Header) sideOffset() int { return headerSize + 2*b2i(h.Protected) }

// mainOffset is where the main data area starts in the frame.
func (h Header) mainOffset() int { return h.sideOffset() + h.sideSize() }

// kin reports whether a frame with header o may follow one with header h:
// same version, rate and number of channels, and both or neither free format.
func (h Header) kin(o Header) bool {
	return h.Version == o.Version && h.SampleRate == o.SampleRate &&
		h.Channels() == o.Channels() && (h.Bitrate == 0) == (o.Bitrate == 0)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
