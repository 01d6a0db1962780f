package mpeg

import "encoding/binary"

// bitReader reads big-endian bit fields; past the end it reads zeros.
type bitReader struct {
	b   []byte
	pos int
}

func (r *bitReader) bits(n int) int {
	v := 0
	for range n {
		v <<= 1
		if i := r.pos >> 3; i < len(r.b) {
			v |= int(r.b[i]>>(7-r.pos&7)) & 1
		}
		r.pos++
	}
	return v
}

// Side is what the side information of a frame says, as far as it is needed
// to cut frames apart and to change their loudness.
type Side struct {
	MainDataBegin int       // bytes the main data starts before this frame's main area
	Bits          int       // length of the frame's main data in bits, all granules
	Length        [2][2]int // the same by granule and channel; 0 is a silent granule
	Gain          [2][2]int // global_gain by granule and channel, 0-255; 4 steps are 6 dB
	Sane          bool      // no reserved block type or table and no more values than lines
	Short         bool      // some granule is coded in short blocks

	gainAt [2][2]int // bit position of global_gain in the side information
}

// ParseSide reads the side information of the frame whose bytes are data.
// It returns false when data is too short to hold it.
func ParseSide(h Header, data []byte) (Side, bool) {
	off := h.sideOffset()
	if len(data) < off+h.sideSize() {
		return Side{}, false
	}
	r := &bitReader{b: data[off : off+h.sideSize()]}
	s := Side{Sane: true}
	if h.Version == MPEG1 {
		s.MainDataBegin = r.bits(9)
		r.pos += 3 + 2*b2i(h.Mode == Mono) + 4*h.Channels() // private bits and scfsi
	} else {
		s.MainDataBegin = r.bits(8)
		r.pos += 2 - b2i(h.Mode == Mono)
	}
	for g := range h.Granules() {
		for c := range h.Channels() {
			s.granule(h, r, g, c)
		}
	}
	return s, true
}

func (s *Side) granule(h Header, r *bitReader, g, c int) {
	s.Length[g][c] = r.bits(12)
	s.Bits += s.Length[g][c]
	values := r.bits(9)
	s.gainAt[g][c] = r.pos
	s.Gain[g][c] = r.bits(8)
	if h.Version == MPEG1 {
		r.pos += 4
	} else {
		r.pos += 9
	}
	tables, after := 3, 7 // then the region lengths
	if r.bits(1) == 1 {
		switch r.bits(2) {
		case 0:
			s.Sane = false // a switched window must say which
		case 2:
			s.Short = true
		}
		r.pos++              // mixed block
		tables, after = 2, 9 // then the gains of the three windows
	}
	for range tables {
		if t := r.bits(5); values > 0 && (t == 4 || t == 14) {
			s.Sane = false
		}
	}
	if values > 288 {
		s.Sane = false
	}
	r.pos += after
	r.pos += 2 + b2i(h.Version == MPEG1)
}

// crcOK reports whether the frame's CRC-16 matches its header and side
// information. Frames without one are right.
func crcOK(h Header, data []byte) bool {
	if !h.Protected || len(data) < h.mainOffset() {
		return true
	}
	return binary.BigEndian.Uint16(data[headerSize:]) == crc16(h, data)
}

// crc16 computes the check word over the last two header bytes and the side
// information (ISO/IEC 11172-3, 2.4.3.1: polynomial 0x8005, start 0xffff).
func crc16(h Header, data []byte) uint16 {
	crc := uint16(0xffff)
	step := func(b byte) {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x8005
			} else {
				crc <<= 1
			}
		}
	}
	step(data[2])
	step(data[3])
	for _, b := range data[h.sideOffset():h.mainOffset()] {
		step(b)
	}
	return crc
}
