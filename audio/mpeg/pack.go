package mpeg

import (
	"encoding/binary"
	"slices"
)

// maxReservoir is the most bytes of earlier frames a frame may use: nine bits
// of main_data_begin in MPEG-1 (eight in MPEG-2).
const maxReservoir = 511

// Unit is one frame taken out of the bit reservoir: its side information and
// all of its main data, wherever in the stream those bytes lay.
type Unit struct {
	Header Header
	Index  int64  // sound frame in the stream
	Side   []byte // side information as in the frame
	Main   []byte // the frame's own main data; nil when it cannot be had
	Short  bool   // some of it is coded in short blocks
	said   Side   // what Side says
	spare  int    // bits of Main's last byte that belong to nobody
}

// Whole reports whether the unit can be decoded: its side information is
// possible and none of its main data is missing.
func (u Unit) Whole() bool { return u.Main != nil }

// Unpacker takes frames out of the bit reservoir one after another.
type Unpacker struct {
	tail []byte // main data of the frames before, at most maxReservoir
	idle int    // how many of its last bytes no frame has claimed
}

// Unpack makes a Unit of f, the frame after the one of the last call. The
// Unit owns its bytes.
func (p *Unpacker) Unpack(f Frame) Unit {
	u, _ := p.UnpackTo(nil, f)
	return u
}

// UnpackTo is Unpack with the Unit's bytes appended to buf, which it returns.
func (p *Unpacker) UnpackTo(buf []byte, f Frame) (Unit, []byte) {
	if f.AfterBreak {
		p.tail, p.idle = p.tail[:0], 0 // those bytes belong to another place
	}
	u := Unit{Header: f.Header, Index: f.Index}
	own := f.Data[min(f.mainOffset(), len(f.Data)):]
	s, ok := ParseSide(f.Header, f.Data)
	u.Short, u.said = s.Short, s
	need := (s.Bits + 7) / 8
	fits := s.MainDataBegin <= len(p.tail) && need <= s.MainDataBegin+len(own)
	if ok && fits && s.Sane && !f.Corrupt && s.MainDataBegin <= p.idle {
		from := len(buf)
		buf = slices.Grow(buf, f.sideSize()+need)
		buf = append(buf, f.Data[f.sideOffset():f.mainOffset()]...)
		begin := len(buf)
		buf = append(buf, p.tail[len(p.tail)-s.MainDataBegin:][:min(need, s.MainDataBegin)]...)
		buf = append(buf, own[:need-(len(buf)-begin)]...)
		u.Side, u.Main, u.spare = buf[from:begin:begin], buf[begin:len(buf):len(buf)], need*8-s.Bits
	}
	p.idle += len(own)
	if ok && fits { // a pointer into another frame's data is wrong, here or there: trust the later frame
		p.idle = s.MainDataBegin + len(own) - need
	}
	p.keep(own)
	return u, buf
}

// CopyTo gives u bytes of its own, appended to buf, which it returns.
func (u Unit) CopyTo(buf []byte) (Unit, []byte) {
	if !u.Whole() {
		return u, buf
	}
	from := len(buf)
	buf = append(buf, u.Side...)
	begin := len(buf)
	buf = append(buf, u.Main...)
	u.Side, u.Main = buf[from:begin:begin], buf[begin:len(buf):len(buf)]
	return u, buf
}

// keep remembers the last bytes of the main data stream.
func (p *Unpacker) keep(own []byte) {
	if len(own) >= maxReservoir {
		p.tail = append(p.tail[:0], own[len(own)-maxReservoir:]...)
		return
	}
	p.tail = append(p.tail, own...)
	if n := len(p.tail) - maxReservoir; n > 0 {
		p.tail = append(p.tail[:0], p.tail[n:]...)
	}
}

// Shape is the one header all packed frames of a stream get.
type Shape struct {
	Header Header
	head   [headerSize]byte
}

// headFor makes the header of a frame like h with a table bitrate (index
// 1-14), without CRC, private, copyright and emphasis bits. The channel mode
// and its extension are set per frame.
func headFor(h Header, index int, padding bool) [headerSize]byte {
	version := [...]byte{MPEG1: 3, MPEG2: 2, MPEG25: 0}[h.Version]
	rate := byte(0)
	for i, r := range rates {
		if r == h.SampleRate<<h.Version {
			rate = byte(i)
		}
	}
	return [4]byte{0xff, 0xe0 | version<<3 | 1<<1 | 1, byte(index)<<4 | rate<<2 | byte(b2i(padding))<<1, byte(h.Mode) << 6}
}

// Roomy is the largest table bitrate for units like h.
//
// With it every conformant sequence of units fits. Packing starts each unit
// as early as the reservoir allows. If unit i starts at the earliest byte its
// back pointer can name, it ends no later than in the original; otherwise it
// starts where unit i-1 ends, which by induction leaves at least as much room
// before the frame's end as in the original, since no original frame is larger.
//
// MPEG-2.5 at 11.025 and 12 kHz becomes MPEG-2 at 16 kHz, whose scale factor
// bands are the same, so that the decoded samples are the same numbers; 8 kHz
// has bands of its own. Only there, from 112 kbit/s on, an original frame can be
// larger: one that does not fit is told as damaged. MPEG-1 frames get the padding
// byte, so that none of the table is larger.
func Roomy(h Header) Shape {
	if h.Version == MPEG25 && h.SampleRate != 8000 {
		h.Version, h.SampleRate = MPEG2, 16000
	}
	s := Shape{head: headFor(h, 14, h.Version == MPEG1)}
	s.Header, _ = ParseHeader(s.head[:])
	return s
}

// Pack lays units out as frames of one size, preceded by one silent frame
// that lends its main data area as reservoir, and appends them to dst. It
// returns the bytes and how many units fit; a unit that is not whole or does
// not fit ends the packing before it. Frames have no CRC.
func (s Shape) Pack(dst []byte, units []Unit) ([]byte, int) {
	h := s.Header
	area := h.Size - h.mainOffset()
	reach := min(h.reach(), area)
	base := len(dst)
	frame := func(i int) []byte { return dst[base+i*h.Size:] }
	dst = append(dst, make([]byte, h.Size)...)
	copy(frame(0), s.head[:])
	if len(units) > 0 {
		frame(0)[3] = byte(units[0].Header.Mode) << 6
	}
	end := 0 // in main data bytes, the silent frame's area being the first
	for i, u := range units {
		start := max(end, (i+1)*area-reach)
		if !u.Whole() || start+len(u.Main) > (i+2)*area {
			return dst, i
		}
		dst = append(dst, make([]byte, h.Size)...)
		f := frame(i + 1)
		copy(f, s.head[:])
		f[3] = byte(u.Header.Mode)<<6 | u.Header.ModeExt<<4
		copy(f[h.sideOffset():], u.Side)
		setMainDataBegin(h, f[h.sideOffset():], (i+1)*area-start)
		s.scatter(dst[base:], area, start, u.Main)
		end = start + len(u.Main)
	}
	return dst, len(units)
}

// scatter writes main data at position start of the main data stream.
func (s Shape) scatter(frames []byte, area, start int, main []byte) {
	for len(main) > 0 {
		i, at := start/area, start%area
		n := copy(frames[i*s.Header.Size+s.Header.mainOffset()+at:(i+1)*s.Header.Size], main)
		main = main[n:]
		start += n
	}
}

// reach is how many bytes back the main data of a frame may begin.
func (h Header) reach() int {
	if h.Version == MPEG1 {
		return maxReservoir
	}
	return 255
}

// setMainDataBegin writes the back pointer at the start of side information.
func setMainDataBegin(h Header, side []byte, n int) {
	if h.Version == MPEG1 {
		binary.BigEndian.PutUint16(side, uint16(n)<<7|binary.BigEndian.Uint16(side)&0x7f)
		return
	}
	side[0] = byte(n)
}
