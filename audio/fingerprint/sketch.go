package fingerprint

import (
	"encoding/binary"
	"errors"
)

// Sketch is what is kept of a Print, so that other recordings can be compared
// with this one: every eighth sub-fingerprint, three a second, 12.5 bytes for a
// second of sound. The zero Sketch is that of a recording with nothing to
// compare.
type Sketch struct {
	frames []uint32
	total  int // frames of the Print
}

const (
	// stride is how many frames of a Print stand for one in its Sketch. What is
	// asked about is looked up with all its frames, so that one of them is never
	// further than 20 ms from the place of a kept one.
	stride = 8
	// mostRows is by how many places a recording can be found. Up to two and a
	// half minutes that is every place; of a longer one they are taken evenly.
	mostRows = 512
)

// Sketch returns what is to be kept of the print.
func (p Print) Sketch() Sketch {
	s := Sketch{total: len(p.frames)}
	for i := 0; i < len(p.frames); i += stride {
		s.frames = append(s.frames, p.frames[i])
	}
	return s
}

// Seconds is the length of sound the Sketch covers.
func (s Sketch) Seconds() float64 { return seconds(s.total) }

// Row is one place by which a recording can be found: what is heard there, as a
// number of 24 bits, and the index of the frame of the Sketch.
type Row struct {
	Key   uint32
	Place int
}

// Rows lists the places the recording is to be found by, at most 512, in order
// of time.
func (s Sketch) Rows() []Row {
	var all []Row
	for i := 0; i+2 < len(s.frames); i++ {
		if k, ok := key(s.frames[i], s.frames[i+1], s.frames[i+2]); ok {
			all = append(all, Row{k, i})
		}
	}
	if len(all) <= mostRows {
		return all
	}
	even := make([]Row, mostRows)
	for i := range even {
		even[i] = all[i*len(all)/mostRows]
	}
	return even
}

// key is what is looked up: eight bits of each of three sub-fingerprints that lie
// stride apart, from other bands in the middle one. ok is false in silence.
//
// The paper looks up whole sub-fingerprints. Those of speech are far from evenly
// spread: in a trial with four hours of espeak-ng every eleventh was so common
// that it would be crowded in a thousand hours, against fewer than one in a
// thousand of these keys; and a copy at 32 kbit/s kept 16 % of the former and
// 20 % of the latter.
func key(a, b, c uint32) (k uint32, ok bool) {
	k = eighth(a) | eighth(b>>2)<<8 | eighth(c)<<16
	return k, a != 0 && b != 0 && c != 0
}

// eighth gathers every fourth bit.
func eighth(x uint32) uint32 {
	x &= 0x11111111
	x = (x | x>>3) & 0x03030303
	x = (x | x>>6) & 0x000f000f
	return (x | x>>12) & 0xff
}

// The binary form is a version byte, the number of frames of the print as a
// varint, and the kept frames, each 4 bytes with the lowest first.
const version = 1

// maxFrames is the most a stored print may have had: a day.
const maxFrames = 24 * 3600 * 25

var errForm = errors.New("fingerprint: not the binary form of a sketch")

// MarshalBinary gives a form to store. It never fails.
func (s Sketch) MarshalBinary() ([]byte, error) {
	out := make([]byte, 0, 1+binary.MaxVarintLen64+4*len(s.frames))
	out = append(out, version)
	out = binary.AppendUvarint(out, uint64(s.total))
	for _, f := range s.frames {
		out = binary.LittleEndian.AppendUint32(out, f)
	}
	return out, nil
}

// UnmarshalBinary reads what MarshalBinary made. Anything else is refused, and s
// is then left as it was.
func (s *Sketch) UnmarshalBinary(data []byte) error {
	if len(data) < 2 || data[0] != version {
		return errForm
	}
	total, n := binary.Uvarint(data[1:])
	if n <= 0 || total > maxFrames || uint64(len(data)-1-n) != 4*((total+stride-1)/stride) {
		return errForm
	}
	out := Sketch{total: int(total)}
	for rest := data[1+n:]; len(rest) > 0; rest = rest[4:] {
		out.frames = append(out.frames, binary.LittleEndian.Uint32(rest))
	}
	*s = out
	return nil
}
