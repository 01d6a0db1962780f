package mpeg

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// synthetic is a kind of stream that makeStream writes.
type synthetic struct {
	name      string
	version   Version
	rate      int // index: 0-2
	mode      Mode
	ext       uint8 // of joint stereo
	bitrate   int   // index; 0 is free format of 1,000 bytes
	protected bool
	blocks    []int  // block types to choose from
	mixed     []bool // and whether mixed
	linbits   int    // most bits behind a 15
	ordered   bool   // block types follow each other as encoders have them: blocks are then the four, in order
}

// header makes the header of the stream's frames.
func (k synthetic) header() ([headerSize]byte, Header) {
	head := [headerSize]byte{0xff, 0xe2 | [3]byte{3, 2, 0}[k.version]<<3 | byte(b2i(!k.protected)),
		byte(k.bitrate)<<4 | byte(k.rate)<<2, byte(k.mode)<<6 | k.ext<<4}
	h, ok := ParseHeader(head[:])
	if !ok {
		panic("no header")
	}
	return head, h
}

// bitString is bits being written.
type bitString struct {
	b []byte
	n int
}

func (w *bitString) put(v, n int) {
	for i := n - 1; i >= 0; i-- {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v>>i&1) << (7 - w.n%8)
		w.n++
	}
}

// coverage counts the words used of each table; quads are 32 and 33.
type coverage [34][256]int

// makeStream writes n frames of noise with whatever the kind allows: block types,
// tables, scale factors, gains and divisions by lot, words in turn so that each
// of a table's comes up.
func makeStream(k synthetic, n int, seed uint64, used *coverage) []byte {
	r := rand.New(rand.NewPCG(seed, 7))
	head, h := k.header()
	size := h.Size
	if k.bitrate == 0 {
		size = 1000
	}
	area := size - h.mainOffset()
	frames := make([]byte, n*size)
	end := 0 // of main data so far
	block := normalBlock
	for f := range n {
		frame := frames[f*size : (f+1)*size]
		copy(frame, head[:])
		start := max(end, f*area-h.reach())
		room := (f+1)*area - start
		if f < n-1 && r.IntN(3) > 0 {
			room -= r.IntN(min(room/2, h.reach()))
		}
		var side, main bitString
		if h.Version == MPEG1 {
			side.put(f*area-start, 9)
			side.put(0, map[int]int{1: 5, 2: 3}[h.Channels()])
		} else {
			side.put(f*area-start, 8)
			side.put(0, h.Channels())
		}
		var kinds [2][2]int
		for g := range kinds {
			kinds[g] = [2]int{r.IntN(len(k.blocks))}
			kinds[g][1] = kinds[g][0]
			if r.IntN(4) == 0 && k.mode != JointStereo {
				kinds[g][1] = r.IntN(len(k.blocks))
			}
			if k.ordered {
				block = [4][2]int{{normalBlock, startBlock}, {shortBlock, shortBlock}, {shortBlock, stopBlock}, {normalBlock, startBlock}}[block][r.IntN(2)]
				kinds[g] = [2]int{block, block}
			}
		}
		var shared [2]int
		if h.Version == MPEG1 {
			for c := range h.Channels() {
				if k.blocks[kinds[0][c]] != shortBlock && k.blocks[kinds[1][c]] != shortBlock { // else none may be
					shared[c] = r.IntN(2) * r.IntN(16)
				}
				side.put(shared[c], 4)
			}
		}
		parts := h.Granules() * h.Channels()
		for g := range h.Granules() {
			for c := range h.Channels() {
				budget := min(4095, (room*8-main.n)/(parts-g*h.Channels()-c))
				x := k.granule(r, h, budget, c, k.blocks[kinds[g][c]], k.mixed[kinds[g][c]], g == 1, shared[c], used)
				main.b, main.n = appendBits(main, x.main)
				side.b, side.n = appendBits(side, x.side)
			}
		}
		copy(frame[h.sideOffset():], side.b)
		for i, b := range main.b {
			at := start + i
			frames[at/area*size+h.mainOffset()+at%area] = b
		}
		end = start + len(main.b)
		if k.protected {
			binary.BigEndian.PutUint16(frame[headerSize:], crc16(h, frame))
		}
	}
	return frames
}

func appendBits(a, b bitString) ([]byte, int) {
	for i := range b.n {
		a.put(int(b.b[i/8]>>(7-i%8))&1, 1)
	}
	return a.b, a.n
}

// coded is a granule with its part of the side information.
type coded struct{ side, main bitString }

// granule makes one of at most budget bits.
func (k synthetic) granule(r *rand.Rand, h Header, budget, c, block int, mixed, second bool, shared int, used *coverage) coded {
	var x coded
	rate := h.rateIndex()
	if r.IntN(20) == 0 {
		budget = 0
	}
	compress := r.IntN(16)
	if h.Version != MPEG1 {
		compress = r.IntN(512)
	}
	said := granule{block: uint8(block), mixed: mixed, compress: uint16(compress)}
	var factors int // bits
	if h.Version == MPEG1 {
		l := lengths1[compress]
		lower, upper := 11, 10
		switch {
		case block == shortBlock && mixed:
			lower, upper = 17, 18
		case block == shortBlock:
			lower, upper = 18, 18
		case second:
			for i, n := range groups1 {
				if shared>>(3-i)&1 == 1 {
					lower, upper = lower-n*(1-i/2), upper-n*(i/2)
				}
			}
		}
		factors = lower*int(l[0]) + upper*int(l[1])
	} else {
		var s scale
		var none mainBits
		s.read2(&none, &factors, &said, c == 1 && h.Intensity())
	}
	if factors > budget {
		factors, budget = 0, 0
	}
	if budget == 0 { // a silent granule
		compress, said.compress = 0, 0
	}
	for left := factors; left > 0; left -= min(left, 8) {
		x.main.put(r.IntN(1<<min(left, 8)), min(left, 8))
	}
	tables := [3]int{r.IntN(32), r.IntN(32), r.IntN(32)}
	for i, t := range tables {
		for t == 4 || t == 14 || int(linbits[t]) > k.linbits {
			t = r.IntN(32)
		}
		tables[i] = t
	}
	said.regions[0] = uint8(r.IntN(16))
	said.regions[1] = uint8(r.IntN(min(8, 21-int(said.regions[0]))))
	until := said.regionEnds(rate)
	values, most := 0, 0
	region := 0
	want := r.IntN(289)
	if c == 1 && h.Intensity() {
		want = r.IntN(150)
	}
	for values < want && budget > 0 {
		for region < 2 && 2*values >= until[region] {
			region++
		}
		t := tables[region]
		if t == 0 {
			values++
			continue
		}
		table := 16 + t/24*8
		if t < 16 {
			table = t
		}
		counts := &used[table]
		v, least := 0, math.MaxInt
		for sym := range pairWords[t] {
			if counts[sym] < least || counts[sym] == least && sym < v {
				v, least = sym, counts[sym]
			}
		}
		w := pairWords[t][v]
		var p bitString
		p.put(w.bits, w.length)
		high := 0
		for _, v := range [2]int{v >> 4, v & 15} {
			if v == 15 && linbits[t] > 0 {
				more := r.IntN(1 << linbits[t])
				p.put(more, int(linbits[t]))
				v += more
			}
			if v > 0 {
				p.put(r.IntN(2), 1)
			}
			high = max(high, v)
		}
		if x.main.n+p.n > budget {
			break
		}
		counts[v]++
		most = max(most, high)
		x.main.b, x.main.n = appendBits(x.main, p)
		values++
	}
	which := r.IntN(2)
	for line := 2 * values; line+4 <= 576 && budget > 0 && r.IntN(60) > 0; line += 4 {
		v := r.IntN(16)
		w := quadWords[which][v]
		var p bitString
		p.put(w.bits, w.length)
		for i := range 4 {
			if v>>i&1 == 1 {
				p.put(r.IntN(2), 1)
			}
		}
		if x.main.n+p.n > budget || c == 1 && h.Intensity() && line > 350 {
			break
		}
		used[32+which][v]++
		x.main.b, x.main.n = appendBits(x.main, p)
	}
	most = max(most, 1)
	gain := 210 - int(4*math.Log2(math.Pow(float64(most), 4./3))) - 12 - r.IntN(16)
	x.side.put(x.main.n, 12)
	x.side.put(values, 9)
	x.side.put(gain, 8)
	if h.Version == MPEG1 {
		x.side.put(compress, 4)
	} else {
		x.side.put(compress, 9)
	}
	if block != normalBlock {
		x.side.put(1, 1)
		x.side.put(block, 2)
		x.side.put(b2i(mixed), 1)
		x.side.put(tables[0], 5)
		x.side.put(tables[1], 5)
		for range 3 {
			x.side.put(r.IntN(8)*r.IntN(2), 3)
		}
	} else {
		x.side.put(0, 1)
		for _, t := range tables {
			x.side.put(t, 5)
		}
		x.side.put(int(said.regions[0]), 4)
		x.side.put(int(said.regions[1]), 3)
	}
	if h.Version == MPEG1 {
		x.side.put(r.IntN(2), 1)
	}
	x.side.put(r.IntN(2), 1)
	x.side.put(which, 1)
	return x
}
