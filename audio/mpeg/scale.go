package mpeg

import "math"

// maxBands is the most scale factor bands a granule has: 13 for each of three
// short windows.
const maxBands = 39

// longBands and shortBands are where the scale factor bands end in lines, of the
// nine sampling rates in the order of rateIndex (ISO/IEC 11172-3, table B.8;
// 13818-3, table B.2; the rates of MPEG-2.5 but the lowest have those of 16 kHz).
var longBands = [9][22]uint16{
	{4, 8, 12, 16, 20, 24, 30, 36, 44, 52, 62, 74, 90, 110, 134, 162, 196, 238, 288, 342, 418, 576},
	{4, 8, 12, 16, 20, 24, 30, 36, 42, 50, 60, 72, 88, 106, 128, 156, 190, 230, 276, 330, 384, 576},
	{4, 8, 12, 16, 20, 24, 30, 36, 44, 54, 66, 82, 102, 126, 156, 194, 240, 296, 364, 448, 550, 576},
	{6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 116, 140, 168, 200, 238, 284, 336, 396, 464, 522, 576},
	{6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 114, 136, 162, 194, 232, 278, 332, 394, 464, 540, 576},
	{6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 116, 140, 168, 200, 238, 284, 336, 396, 464, 522, 576},
	{6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 116, 140, 168, 200, 238, 284, 336, 396, 464, 522, 576},
	{6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 116, 140, 168, 200, 238, 284, 336, 396, 464, 522, 576},
	{12, 24, 36, 48, 60, 72, 88, 108, 132, 160, 192, 232, 280, 336, 400, 476, 566, 568, 570, 572, 574, 576},
}

var shortBands = [9][13]uint16{
	{4, 8, 12, 16, 22, 30, 40, 52, 66, 84, 106, 136, 192},
	{4, 8, 12, 16, 22, 28, 38, 50, 64, 80, 100, 126, 192},
	{4, 8, 12, 16, 22, 30, 42, 58, 78, 104, 138, 180, 192},
	{4, 8, 12, 18, 24, 32, 42, 56, 74, 100, 132, 174, 192},
	{4, 8, 12, 18, 26, 36, 48, 62, 80, 104, 136, 180, 192},
	{4, 8, 12, 18, 26, 36, 48, 62, 80, 104, 134, 174, 192},
	{4, 8, 12, 18, 26, 36, 48, 62, 80, 104, 134, 174, 192},
	{4, 8, 12, 18, 26, 36, 48, 62, 80, 104, 134, 174, 192},
	{8, 16, 24, 36, 52, 72, 96, 124, 160, 162, 164, 166, 192},
}

// rateIndex is the place of the sampling rate: 44.1, 48 and 32 kHz, their halves, their quarters.
func (h Header) rateIndex() int {
	for i, r := range rates {
		if r == h.SampleRate<<h.Version {
			return 3*int(h.Version) + i
		}
	}
	return 0
}

// bands is how the lines of a granule are divided.
type bands struct {
	ends [maxBands]uint16 // of every band; a short one three times, once for each window
	n    int              // bands
	long int              // of them, those of long windows; the others come in threes
}

// bandsOf are the divisions by rate, for long, short and mixed blocks.
var bandsOf = func() (all [9][3]bands) {
	for rate := range all {
		for kind, longs := range [3]int{22, 0, 6} {
			b := &all[rate][kind]
			if kind == mixedBands && rate < 3 {
				longs = 8
			}
			b.n = copy(b.ends[:], longBands[rate][:longs])
			b.long = b.n
			if kind == onlyLong {
				continue
			}
			from := uint16(0) // in lines of one window
			if b.long > 0 {
				from = b.ends[b.long-1] / 3
			}
			for _, to := range shortBands[rate] {
				if to <= from {
					continue
				}
				for w := range uint16(3) {
					b.ends[b.n] = 3*from + (w+1)*(to-from)
					b.n++
				}
				from = to
			}
		}
	}
	return all
}()

// The kinds of division.
const (
	onlyLong = iota
	onlyShort
	mixedBands
)

// bands is how the lines of the granule are divided.
func (g *granule) bands(rate int) *bands {
	switch {
	case g.block != shortBlock:
		return &bandsOf[rate][onlyLong]
	case g.mixed:
		return &bandsOf[rate][mixedBands]
	}
	return &bandsOf[rate][onlyShort]
}

// regionEnds is where the three regions of big values end, each with a Huffman
// table of its own. Where windows switch it is fixed: after 36 lines for short
// blocks, else after eight long bands (8 kHz has twice as wide ones).
func (g *granule) regionEnds(rate int) [3]int {
	long := &longBands[rate]
	switch {
	case g.block == shortBlock && rate == 8:
		return [3]int{72, 576, 576}
	case g.block == shortBlock:
		return [3]int{36, 576, 576}
	case g.block != normalBlock:
		return [3]int{int(long[7]), 576, 576}
	}
	first := int(g.regions[0])
	return [3]int{int(long[min(first, 21)]), int(long[min(first+int(g.regions[1])+1, 21)]), 576}
}

// scale is the scale factors of one granule of one channel.
type scale struct {
	factors [maxBands]uint8
	top     [maxBands]bool // the greatest that its bits can say: as a place in intensity stereo, none
}

// lengths1 is how many bits scale factors of the lower and the upper bands take in MPEG-1, by scalefac_compress.
var lengths1 = [16][2]uint8{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {3, 0}, {1, 1}, {1, 2}, {1, 3}, {2, 1}, {2, 2}, {2, 3}, {3, 1}, {3, 2}, {3, 3}, {4, 2}, {4, 3}}

// groups1 is how many long bands the four groups have that a granule may share with the one before.
var groups1 = [4]int{6, 5, 5, 5}

// groups2 is how many bands each of four lengths of scale factors is for in
// MPEG-2 (ISO/IEC 13818-3, 2.4.3.2), by the range of scalefac_compress and the
// kind of division; the last three ranges are those of intensity stereo's right channel.
var groups2 = [6][3][4]int{
	{{6, 5, 5, 5}, {9, 9, 9, 9}, {6, 9, 9, 9}},
	{{6, 5, 7, 3}, {9, 9, 12, 6}, {6, 9, 12, 6}},
	{{11, 10, 0, 0}, {18, 18, 0, 0}, {15, 18, 0, 0}},
	{{7, 7, 7, 0}, {12, 12, 12, 0}, {6, 15, 12, 0}},
	{{6, 6, 6, 3}, {12, 9, 9, 6}, {6, 12, 9, 6}},
	{{8, 8, 5, 0}, {15, 12, 9, 0}, {6, 18, 9, 0}},
}

// read1 reads the scale factors of a granule of MPEG-1. shared says which groups
// stay those of the granule before, the first one highest.
func (s *scale) read1(m *mainBits, pos *int, g *granule, shared uint8) {
	lengths := lengths1[g.compress]
	if g.block == shortBlock {
		lower := 18
		if g.mixed {
			lower = 17
		}
		s.read(m, pos, 0, lower, int(lengths[0]))
		s.read(m, pos, lower, 18, int(lengths[1]))
		s.end(lower + 18)
		return
	}
	at := 0
	for i, n := range groups1 {
		if shared>>(3-i)&1 == 0 {
			s.read(m, pos, at, n, int(lengths[i/2]))
		}
		at += n
	}
	s.end(at)
}

// read2 reads those of MPEG-2 and 2.5 and says whether the high bands are raised.
func (s *scale) read2(m *mainBits, pos *int, g *granule, intensity bool) (preflag bool) {
	var lengths [4]int
	var way int
	switch c := int(g.compress); {
	case intensity && c>>1 < 180:
		c >>= 1
		way, lengths = 3, [4]int{c / 36, c % 36 / 6, c % 6}
	case intensity && c>>1 < 244:
		c = c>>1 - 180
		way, lengths = 4, [4]int{c >> 4, c >> 2 & 3, c & 3}
	case intensity:
		c = c>>1 - 244
		way, lengths = 5, [4]int{c / 3, c % 3}
	case c < 400:
		way, lengths = 0, [4]int{c >> 4 / 5, c >> 4 % 5, c >> 2 & 3, c & 3}
	case c < 500:
		c -= 400
		way, lengths = 1, [4]int{c >> 2 / 5, c >> 2 % 5, c & 3}
	default:
		c -= 500
		way, lengths, preflag = 2, [4]int{c / 3, c % 3}, true
	}
	kind := onlyLong
	if g.block == shortBlock {
		kind = onlyShort + b2i(g.mixed)
	}
	at := 0
	for i, n := range groups2[way][kind] {
		s.read(m, pos, at, n, lengths[i])
		at += n
	}
	s.end(at)
	return preflag
}

// read reads n scale factors of so many bits from band at on.
func (s *scale) read(m *mainBits, pos *int, at, n, bits int) {
	top := uint8(1<<bits - 1)
	for i := at; i < at+n; i++ {
		s.factors[i] = uint8(m.take(pos, bits))
		s.top[i] = bits > 0 && s.factors[i] == top
	}
}

// end says that the bands from n on have none.
func (s *scale) end(n int) {
	clear(s.factors[n:])
	clear(s.top[n:])
}

// raised is how much higher the long bands are under preflag (ISO/IEC 11172-3, table B.6).
var raised = [22]uint8{11: 1, 1, 1, 1, 2, 2, 3, 3, 3, 2, 0}

// quarters holds powers of two in steps of a quarter, from leastQuarter on: all
// gains there are.
const (
	leastQuarter = -210 - 7*8 - 4*(31+3)
	mostQuarter  = 255 - 210
)

var quarters = func() (t [mostQuarter - leastQuarter + 1]float32) {
	for i := range t {
		t[i] = float32(math.Exp2(float64(i+leastQuarter) / 4))
	}
	return t
}()

// gains are the factors of each band's lines (ISO/IEC 11172-3, 2.4.3.4.7.1).
func (s *scale) gains(g *granule, b *bands, preflag bool, out *[maxBands]float32) {
	base := int(g.gain) - 210 - leastQuarter
	step := 2 << b2i(g.coarse)
	for i := range b.n {
		q := int(s.factors[i])
		if preflag && i < b.long {
			q += int(raised[i])
		}
		q = base - step*q
		if i >= b.long {
			q -= 8 * int(g.lower[(i-b.long)%3])
		}
		out[i] = quarters[q]
	}
}
