package mpeg

import "math"

// reference decodes as the standard writes it down: in double precision, bit by
// bit, with plain sums in the place of fast transforms. It takes nothing from
// the decoder but the words of the Huffman codes and the tables of bands.
type reference struct {
	over [2][32][18]float64
	v    [2][1024]float64
}

// bitwise reads bits one at a time; past the end there are zeros.
type bitwise struct {
	b   []byte
	pos int
}

func (r *bitwise) get(n int) int {
	v := 0
	for range n {
		v *= 2
		if r.pos/8 < len(r.b) && r.b[r.pos/8]&(0x80>>(r.pos%8)) != 0 {
			v++
		}
		r.pos++
	}
	return v
}

// symbol is a word of a code with its length, for looking it up.
type symbol struct{ bits, length int }

// wordsOf lists a code as values by word and as words by values.
func wordsOf(written string) (values map[symbol]int, words map[int]symbol) {
	values, words = map[symbol]int{}, map[int]symbol{}
	next, before := 0, 0
	for ; written != ""; written = written[3:] {
		length := digit(written[2])
		if length > before {
			next <<= length - before
		} else {
			next >>= before - length
		}
		s := symbol{next, length}
		v := digit(written[0])<<4 | digit(written[1])
		values[s], words[v] = v, s
		next, before = next+1, length
	}
	return values, words
}

var pairValues, pairWords = func() (v [32]map[symbol]int, w [32]map[int]symbol) {
	for n, written := range pairCodes {
		v[n], w[n] = wordsOf(written)
	}
	for n := 17; n < 32; n++ {
		if n != 24 {
			v[n], w[n] = v[16+n/24*8], w[16+n/24*8]
		}
	}
	return v, w
}()

var quadValues, quadWords = func() (v [2]map[symbol]int, w [2]map[int]symbol) {
	for n, written := range quadCodes {
		v[n], w[n] = wordsOf(written)
	}
	return v, w
}()

// next reads one word.
func (r *bitwise) next(values map[symbol]int) int {
	s := symbol{}
	for s.length < 32 {
		s.bits, s.length = s.bits*2+r.get(1), s.length+1
		if v, ok := values[s]; ok {
			return v
		}
	}
	panic("no word")
}

// said is the side information of a granule in the standard's own names.
type said struct {
	part23, bigValues, globalGain, compress  int
	switching, blockType, mixed              int
	table, subblock                          [3]int
	region0, region1, preflag, scale, count1 int
	factors                                  [3][13]int // short; long bands in long
	long                                     [22]int
	topShort                                 [3][13]bool
	topLong                                  [22]bool
	lines                                    [576]float64
}

// frame decodes a frame that is whole: the samples of each channel.
func (r *reference) frame(h Header, side, main []byte) [2][]float64 {
	s, m := &bitwise{b: side}, &bitwise{b: main}
	channels, lsf := h.Channels(), h.Version != MPEG1
	var scfsi [2][4]int
	if lsf {
		s.get(8)
		s.get(channels) // private
	} else {
		s.get(9)
		s.get(map[int]int{1: 5, 2: 3}[channels])
		for c := range channels {
			for b := range 4 {
				scfsi[c][b] = s.get(1)
			}
		}
	}
	var all [2][2]said
	for g := range h.Granules() {
		for c := range channels {
			x := &all[g][c]
			x.part23, x.bigValues, x.globalGain = s.get(12), s.get(9), s.get(8)
			if lsf {
				x.compress = s.get(9)
			} else {
				x.compress = s.get(4)
			}
			if x.switching = s.get(1); x.switching == 1 {
				x.blockType, x.mixed = s.get(2), s.get(1)
				x.table[0], x.table[1] = s.get(5), s.get(5)
				x.subblock = [3]int{s.get(3), s.get(3), s.get(3)}
			} else {
				x.table = [3]int{s.get(5), s.get(5), s.get(5)}
				x.region0, x.region1 = s.get(4), s.get(3)
			}
			if !lsf {
				x.preflag = s.get(1)
			}
			x.scale, x.count1 = s.get(1), s.get(1)
		}
	}
	var out [2][]float64
	for g := range h.Granules() {
		for c := range channels {
			x := &all[g][c]
			end := m.pos + x.part23
			if x.part23 > 0 {
				if lsf {
					x.factorsLSF(m, c == 1 && h.Mode == JointStereo && h.ModeExt&1 == 1)
				} else {
					x.factors1(m, g, scfsi[c], &all[0][c])
				}
				x.huffman(m, h, end)
			}
			m.pos = end
		}
		if h.Mode == JointStereo {
			stereoOf(h, &all[g][0], &all[g][1])
		}
		for c := range channels {
			out[c] = append(out[c], r.synthesise(h, &all[g][c], c)...)
		}
	}
	return out
}

func (x *said) factors1(m *bitwise, g int, scfsi [4]int, first *said) {
	slen := [16][2]int{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {3, 0}, {1, 1}, {1, 2}, {1, 3}, {2, 1}, {2, 2}, {2, 3}, {3, 1}, {3, 2}, {3, 3},
		{4, 2}, {4, 3}}[x.compress]
	if x.blockType == 2 {
		from := 0
		if x.mixed == 1 {
			for b := range 8 {
				x.long[b] = m.get(slen[0])
			}
			from = 3
		}
		for b := from; b < 12; b++ {
			for w := range 3 {
				x.factors[w][b] = m.get(slen[b/6])
			}
		}
		return
	}
	for b := range 21 {
		group := []int{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3}[b]
		if g == 1 && scfsi[group] == 1 {
			x.long[b] = first.long[b]
		} else {
			x.long[b] = m.get(slen[group/2])
		}
	}
}

func (x *said) factorsLSF(m *bitwise, intensity bool) {
	c := x.compress
	var slen, count [4]int
	kind := 0
	if x.blockType == 2 {
		kind = 1 + x.mixed
	}
	switch {
	case intensity && c/2 < 180:
		slen = [4]int{c / 2 / 36, c / 2 % 36 / 6, c / 2 % 36 % 6, 0}
		count = [3][4]int{{7, 7, 7, 0}, {12, 12, 12, 0}, {6, 15, 12, 0}}[kind]
	case intensity && c/2 < 244:
		slen = [4]int{(c/2 - 180) % 64 / 16, (c/2 - 180) % 16 / 4, (c/2 - 180) % 4, 0}
		count = [3][4]int{{6, 6, 6, 3}, {12, 9, 9, 6}, {6, 12, 9, 6}}[kind]
	case intensity:
		slen = [4]int{(c/2 - 244) / 3, (c/2 - 244) % 3, 0, 0}
		count = [3][4]int{{8, 8, 5, 0}, {15, 12, 9, 0}, {6, 18, 9, 0}}[kind]
	case c < 400:
		slen = [4]int{c / 16 / 5, c / 16 % 5, c % 16 / 4, c % 4}
		count = [3][4]int{{6, 5, 5, 5}, {9, 9, 9, 9}, {6, 9, 9, 9}}[kind]
	case c < 500:
		slen = [4]int{(c - 400) / 4 / 5, (c - 400) / 4 % 5, (c - 400) % 4, 0}
		count = [3][4]int{{6, 5, 7, 3}, {9, 9, 12, 6}, {6, 9, 12, 6}}[kind]
	default:
		slen = [4]int{(c - 500) / 3, (c - 500) % 3, 0, 0}
		count = [3][4]int{{11, 10, 0, 0}, {18, 18, 0, 0}, {15, 18, 0, 0}}[kind]
		x.preflag = 1
	}
	var values []int
	var tops []bool
	for i, n := range count {
		for range n {
			v := m.get(slen[i])
			values, tops = append(values, v), append(tops, slen[i] > 0 && v == 1<<slen[i]-1)
		}
	}
	longs, from := 21, 0
	if x.blockType == 2 {
		longs = 0
		if x.mixed == 1 {
			longs, from = 6, 3
		}
	}
	copy(x.long[:longs], values)
	copy(x.topLong[:longs], tops)
	if x.blockType == 2 {
		for i, v := range values[longs:] {
			x.factors[i%3][from+i/3] = v
			x.topShort[i%3][from+i/3] = tops[longs+i]
		}
	}
}

// place says which band, and which short window (-1: long), line i belongs to,
// in the order of the bit stream, and which line of that window it is.
func (x *said) place(h Header, i int) (band, window, line int) {
	rate := h.rateIndex()
	border := 0
	if x.blockType != 2 {
		border = 576
	} else if x.mixed == 1 {
		border = max(36, int(longBands[rate][5])) // 72 at 8 kHz
	}
	if i < border {
		for int(longBands[rate][band]) <= i {
			band++
		}
		return band, -1, i
	}
	from := 0
	for ; 3*int(shortBands[rate][band]) <= i; band++ {
		from = int(shortBands[rate][band])
	}
	width := int(shortBands[rate][band]) - from
	return band, (i - 3*from) / width, from + (i-3*from)%width
}

func (x *said) huffman(m *bitwise, h Header, end int) {
	rate := h.rateIndex()
	until := [3]int{36, 576, 576}
	switch {
	case x.blockType == 2 && rate == 8:
		until[0] = 72
	case x.switching == 1 && x.blockType != 2:
		until[0] = int(longBands[rate][7])
	case x.switching == 0:
		until[0] = int(longBands[rate][min(21, x.region0)])
		until[1] = int(longBands[rate][min(21, x.region0+x.region1+1)])
	}
	var is [576]int
	sign := func(v int) int {
		if v != 0 && m.get(1) == 1 {
			return -v
		}
		return v
	}
	i := 0
	for ; i < 2*x.bigValues; i += 2 {
		region := 0
		for i >= until[region] && region < 2 {
			region++
		}
		n := x.table[region]
		if n == 0 {
			continue
		}
		v := m.next(pairValues[n])
		for k, v := range [2]int{v >> 4, v & 15} {
			if v == 15 {
				v += m.get(int(linbits[n]))
			}
			is[i+k] = sign(v)
		}
	}
	for ; i+4 <= 576 && m.pos < end; i += 4 {
		v := m.next(quadValues[x.count1])
		for k := range 4 {
			is[i+k] = sign(v >> (3 - k) & 1)
		}
		if m.pos > end {
			clear(is[i : i+4])
			break
		}
	}
	pretab := [22]int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 3, 2, 0}
	multiplier := 0.5 * float64(1+x.scale)
	for i, v := range is {
		band, window, _ := x.place(h, i)
		exponent := float64(x.globalGain-210) / 4
		if window >= 0 {
			exponent -= 2*float64(x.subblock[window]) + multiplier*float64(x.factors[window][band])
		} else {
			exponent -= multiplier * float64(x.long[band]+x.preflag*pretab[band])
		}
		x.lines[i] = math.Copysign(math.Pow(math.Abs(float64(v)), 4./3)*math.Pow(2, exponent), float64(v))
	}
}

func stereoOf(h Header, left, right *said) {
	ms, intensity := h.ModeExt&2 != 0, h.ModeExt&1 != 0
	// The last line of the right channel that is not 0, of each window.
	last := map[int]int{-1: -1, 0: -1, 1: -1, 2: -1}
	for i, v := range right.lines {
		if _, w, n := right.place(h, i); v != 0 {
			last[w] = n
		}
	}
	highest := last[-1]
	if max(last[0], last[1], last[2]) >= 0 {
		highest = 576 // short lines lie above all long ones
	}
	for i := range 576 {
		band, w, _ := right.place(h, i)
		l, r := left.lines[i], right.lines[i]
		position, top := 0, false
		bound := highest
		rate := h.rateIndex()
		var start int
		if w < 0 {
			b := band
			if b == 21 {
				b = 20
			}
			position, top = right.long[b], right.topLong[b]
			if band > 0 {
				start = int(longBands[rate][band-1])
			}
		} else {
			b := min(band, 11)
			position, top = right.factors[w][b], right.topShort[w][b]
			bound = last[w]
			if band > 0 {
				start = int(shortBands[rate][band-1])
			}
		}
		if h.Version == MPEG1 {
			top = position >= 7
		}
		switch {
		case intensity && start > bound && !top:
			kl, kr := 1.0, 1.0
			if h.Version == MPEG1 {
				ratio := math.Tan(float64(position) * math.Pi / 12)
				kl, kr = ratio/(1+ratio), 1/(1+ratio)
				if position == 6 {
					kl, kr = 1, 0
				}
			} else {
				io := math.Pow(2, -0.25*float64(1+right.compress&1))
				if position%2 == 1 {
					kl = math.Pow(io, float64(position+1)/2)
				} else {
					kr = math.Pow(io, float64(position)/2)
				}
			}
			left.lines[i], right.lines[i] = l*kl, l*kr
		case ms:
			left.lines[i], right.lines[i] = (l+r)/math.Sqrt2, (l-r)/math.Sqrt2
		}
	}
}

var slowCos36, slowCos12, slowMatrix = func() (a [36][18]float64, b [12][6]float64, n [64][32]float64) {
	for i := range a {
		for k := range a[i] {
			a[i][k] = math.Cos(math.Pi / 72 * float64((2*i+19)*(2*k+1)))
		}
	}
	for i := range b {
		for k := range b[i] {
			b[i][k] = math.Cos(math.Pi / 24 * float64((2*i+7)*(2*k+1)))
		}
	}
	for i := range n {
		for k := range n[i] {
			n[i][k] = math.Cos(math.Pi / 64 * float64((16+i)*(2*k+1)))
		}
	}
	return a, b, n
}()

// synthesise goes from lines to samples.
func (r *reference) synthesise(h Header, x *said, c int) []float64 {
	var xr [576]float64
	for i, v := range x.lines {
		_, w, n := x.place(h, i)
		if w >= 0 {
			i = 3*n + w
		}
		xr[i] = v
	}
	borders := 31
	if x.blockType == 2 {
		borders = x.mixed
	}
	for sb := 1; sb <= borders; sb++ {
		for i, ci := range []float64{-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037} {
			cs, ca := 1/math.Sqrt(1+ci*ci), ci/math.Sqrt(1+ci*ci)
			u, d := xr[18*sb-1-i], xr[18*sb+i]
			xr[18*sb-1-i], xr[18*sb+i] = u*cs-d*ca, d*cs+u*ca
		}
	}
	var hybrid [18][32]float64
	for sb := range 32 {
		block := x.blockType
		if x.mixed == 1 && sb < 2 {
			block = 0
		}
		raw := transformed(xr[18*sb:18*sb+18], block)
		for i := range 18 {
			v := raw[i] + r.over[c][sb][i]
			if sb%2 == 1 && i%2 == 1 {
				v = -v
			}
			hybrid[i][sb] = v
			r.over[c][sb][i] = raw[18+i]
		}
	}
	var out []float64
	for _, s := range hybrid {
		v := &r.v[c]
		copy(v[64:], v[:960])
		for i := range 64 {
			v[i] = 0
			for k := range 32 {
				v[i] += slowMatrix[i][k] * s[k]
			}
		}
		for j := range 32 {
			sum := 0.0
			for i := range 8 {
				sum += v[128*i+j]*dOf(64*i+j) + v[128*i+96+j]*dOf(64*i+32+j)
			}
			out = append(out, sum)
		}
	}
	return out
}

// dOf is the window D of the standard's table.
func dOf(i int) float64 {
	if i > 256 {
		if v := float64(written[512-i]) / 65536; i%64 == 0 {
			return v
		} else {
			return -v
		}
	}
	return float64(written[i]) / 65536
}

// transformed is the windowed inverse MDCT of one subband.
func transformed(x []float64, block int) (raw [36]float64) {
	if block == 2 {
		for w := range 3 {
			for i := range 12 {
				sum := 0.0
				for k := range 6 {
					sum += x[3*k+w] * slowCos12[i][k]
				}
				raw[6+6*w+i] += sum * math.Sin(math.Pi/12*(float64(i)+0.5))
			}
		}
		return raw
	}
	for i := range 36 {
		for k := range 18 {
			raw[i] += x[k] * slowCos36[i][k]
		}
		w := math.Sin(math.Pi / 36 * (float64(i) + 0.5))
		switch {
		case block == 1 && i >= 18 && i < 24, block == 3 && i >= 12 && i < 18:
			w = 1
		case block == 1 && i >= 24 && i < 30:
			w = math.Sin(math.Pi / 12 * (float64(i-18) + 0.5))
		case block == 3 && i >= 6 && i < 12:
			w = math.Sin(math.Pi / 12 * (float64(i-6) + 0.5))
		case block == 1 && i >= 30, block == 3 && i < 6:
			w = 0
		}
		raw[i] *= w
	}
	return raw
}
