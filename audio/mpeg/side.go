package mpeg

import "encoding/binary"

// bitReader reads big-endian bit fields; past the end it reads zeros.
type bitReader struct {
	b   []byte
	pos int
}

// bits reads the next n bits, at most 16.
func (r *bitReader) bits(n int) int {
	var v uint32
	for i := r.pos >> 3; i < r.pos>>3+3; i++ {
		v <<= 8
		if i < len(r.b) {
			v |= uint32(r.b[i])
		}
	}
	v = v << (8 + r.pos&7) >> (32 - n)
	r.pos += n
	return int(v)
}

// Side is what the side information of a frame says.
type Side struct {
	MainDataBegin int  // bytes the main data starts before this frame's main area
	Bits          int  // length of the frame's main data in bits, all granules
	Sane          bool // no reserved block type or table and no more values than lines
	Short         bool // some granule is coded in short blocks

	shared   [2]uint8 // by channel, which groups of scale factors the second granule takes from the first: scfsi, the first bit highest
	granules [2][2]granule
}

// The block types of granules.
const (
	normalBlock = iota
	startBlock
	shortBlock
	stopBlock
)

// granule is how one granule of one channel is coded, in the order of the side
// information (ISO/IEC 11172-3, 2.4.1.7).
type granule struct {
	length   uint16 // of scale factors and lines in bits; 0 is a silent granule
	values   uint16 // pairs of lines coded as big values
	gain     uint8  // global_gain, 4 steps are 6 dB
	compress uint16 // how many bits scale factors take
	block    uint8
	mixed    bool     // the two lowest subbands are long nevertheless
	tables   [3]uint8 // Huffman table of each region
	lower    [3]uint8 // by how many 12 dB each short window is lower
	regions  [2]uint8 // scale factor bands of the first two regions, less one; not said where windows switch
	preflag  bool     // the high bands are higher by a table
	coarse   bool     // scale factors count 6 dB and not 3
	quads    uint8    // Huffman table of the lines above the big values

	gainAt int // bit position of gain in the side information
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
		r.pos += 3 + 2*b2i(h.Mode == Mono) // private bits
		for c := range h.Channels() {
			s.shared[c] = uint8(r.bits(4))
		}
	} else {
		s.MainDataBegin = r.bits(8)
		r.pos += 2 - b2i(h.Mode == Mono)
	}
	for g := range h.Granules() {
		for c := range h.Channels() {
			s.granule(h, r, &s.granules[g][c])
		}
	}
	return s, true
}

// granule reads one granule of one channel.
func (s *Side) granule(h Header, r *bitReader, g *granule) {
	g.length = uint16(r.bits(12))
	s.Bits += int(g.length)
	g.values = uint16(r.bits(9))
	g.gainAt = r.pos
	g.gain = uint8(r.bits(8))
	if h.Version == MPEG1 {
		g.compress = uint16(r.bits(4))
	} else {
		g.compress = uint16(r.bits(9))
	}
	tables := 3
	if r.bits(1) == 1 { // the window switches
		g.block = uint8(r.bits(2))
		g.mixed = r.bits(1) == 1
		tables = 2
		s.Sane = s.Sane && g.block != normalBlock // a switched window must say which
		s.Short = s.Short || g.block == shortBlock
	}
	for i := range tables {
		g.tables[i] = uint8(r.bits(5))
		if g.values > 0 && (g.tables[i] == 4 || g.tables[i] == 14) {
			s.Sane = false
		}
	}
	if tables == 2 {
		for i := range g.lower {
			g.lower[i] = uint8(r.bits(3))
		}
	} else {
		g.regions = [2]uint8{uint8(r.bits(4)), uint8(r.bits(3))}
	}
	if g.values > 288 {
		s.Sane = false
	}
	if h.Version == MPEG1 {
		g.preflag = r.bits(1) == 1
	}
	g.coarse = r.bits(1) == 1
	g.quads = uint8(r.bits(1))
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
