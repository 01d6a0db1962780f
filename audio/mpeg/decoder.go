package mpeg

import "math"

// Decoder turns frames of Layer III into sound: ISO/IEC 11172-3 (MPEG-1),
// 13818-3 (MPEG-2: lower rates) and the common extension to 8, 11.025 and 12 kHz.
// It computes in single precision, well within what the standard asks of a
// decoder of full accuracy, and allocates nothing. The zero value is ready for
// the first frame; a Decoder serves one stream at a time.
//
// What comes out depends on the frame and on the two granules before it, and on
// nothing else: whoever decodes from the middle of a stream and throws the
// first two frames away gets bit by bit what a decoder of the whole stream gives.
type Decoder struct {
	main     mainBits
	scales   [2]scale
	lines    [2][576]float32
	used     [2]int // lines that may be other than 0
	channels [2]channel
	scratch  [576]float32
}

// channel is what one channel remembers, and its subband samples.
type channel struct {
	over      [subbands][lines]float32 // second halves of the last granule's transforms
	overlaps  int                      // subbands of over that may be other than 0
	sub       [lines * subbands]float32
	synthesis synthesis
}

// Reset forgets the frames before.
func (d *Decoder) Reset() {
	d.channels = [2]channel{}
}

// Decode writes the sound of u to dst, interleaved, full scale ±1 (it may be
// exceeded): u.Header.Samples() of each channel. A frame that is not whole or
// contradicts itself is silent, Decode returns false, and the next one begins
// afresh. Nothing in a frame makes it louder than its gains say: at most 2^11 for
// one line of value 1, and 8,206 is the greatest value.
func (d *Decoder) Decode(dst []float32, u Unit) bool {
	dst = dst[:u.Header.Samples()*u.Header.Channels()]
	if !u.Whole() || len(u.Main) > maxMain {
		return d.silent(dst)
	}
	clear(d.main[copy(d.main[:], u.Main):][:padding])
	h, channels, pos := u.Header, u.Header.Channels(), 0
	for g := range h.Granules() {
		for c := range channels {
			said := &u.said.granules[g][c]
			end := pos + int(said.length)
			if !d.read(u, g, c, pos, end) {
				return d.silent(dst)
			}
			pos = end
		}
		if h.Mode == JointStereo {
			d.joint(h, &u.said.granules[g][1])
		}
		for c := range channels {
			d.channels[c].sound(&u.said.granules[g][c], d, c, h, dst[576*channels*g+c:], channels)
		}
	}
	return true
}

// silent gives up a frame.
func (d *Decoder) silent(dst []float32) bool {
	clear(dst)
	d.Reset()
	return false
}

// read decodes the lines of one granule of one channel from bit pos to end.
func (d *Decoder) read(u Unit, g, c, pos, end int) bool {
	h, said, s := u.Header, &u.said.granules[g][c], &d.scales[c]
	if said.length == 0 {
		s.end(0)
		clear(d.lines[c][:])
		d.used[c] = 0
		return true
	}
	preflag := said.preflag
	if h.Version == MPEG1 {
		shared := u.said.shared[c]
		if g == 0 {
			shared = 0
		}
		s.read1(&d.main, &pos, said, shared)
	} else {
		preflag = s.read2(&d.main, &pos, said, c == 1 && h.Intensity())
	}
	rate := h.rateIndex()
	b := said.bands(rate)
	var gains [maxBands]float32
	s.gains(said, b, preflag, &gains)
	var ok bool
	d.used[c], ok = d.main.spectrum(said, said.regionEnds(rate), b.ends[:b.n], &gains, &d.lines[c], pos, end)
	return ok
}

// joint undoes joint stereo (ISO/IEC 11172-3, 2.4.3.4.9; 13818-3, 2.4.3.2): in
// intensity stereo, bands above the last line of the right channel are the left
// channel's, divided by what stands in the place of their scale factors; all
// others are mid and side, or as they are.
func (d *Decoder) joint(h Header, right *granule) {
	if !h.Intensity() {
		if n := max(d.used[0], d.used[1]); h.MidSide() {
			midSide(d.lines[0][:n], d.lines[1][:n])
			d.used = [2]int{n, n}
		}
		return
	}
	b, s := right.bands(h.rateIndex()), &d.scales[1]
	var sounds [3]bool // of each window, a band of the right channel has been met that is not empty
	from := 576
	for i := b.n - 1; i >= 0; i-- {
		to, window, place := from, 0, i
		from = 0
		if i > 0 {
			from = int(b.ends[i-1])
		}
		switch short := i >= b.long; {
		case short:
			if window = (i - b.long) % 3; i >= b.n-3 {
				place = i - 3 // the last band has no scale factor: that of the one below
			}
		case i == b.long-1 && b.long == b.n:
			place = i - 1
		case i == b.long-1:
			sounds[0] = sounds[0] || sounds[1] || sounds[2] // long windows below short ones
		}
		left, side := d.lines[0][from:to], d.lines[1][from:to]
		sounds[window] = sounds[window] || anything(side)
		l, r, ok := s.direction(h, right, place)
		switch {
		case ok && !sounds[window]:
			for k, v := range left {
				left[k], side[k] = v*l, v*r
			}
		case h.MidSide():
			midSide(left, side)
		}
	}
	n := max(d.used[0], d.used[1])
	d.used = [2]int{n, n}
}

// midSide turns sum and difference into left and right.
func midSide(m, s []float32) {
	s = s[:len(m)]
	for i, v := range m {
		m[i], s[i] = (v+s[i])*(math.Sqrt2/2), (v-s[i])*(math.Sqrt2/2)
	}
}

// anything reports whether some line is not 0.
func anything(lines []float32) bool {
	for _, v := range lines {
		if v != 0 {
			return true
		}
	}
	return false
}

// directions1 are the shares of left and right by the place in MPEG-1: their
// ratio is the tangent of its twelfth of a half turn.
var directions1 = func() (t [7][2]float32) {
	for i := range t {
		sin, cos := math.Sincos(math.Pi / 12 * float64(i))
		t[i] = [2]float32{float32(sin / (sin + cos)), float32(cos / (sin + cos))}
	}
	return t
}()

// directions2 are the same in MPEG-2, for both values of intensity_scale.
var directions2 = func() (t [2][32][2]float32) {
	for scale := range t {
		for i := range t[scale] {
			lower := float32(math.Exp2(-float64(1+scale) / 4 * float64((i+1)/2)))
			t[scale][i] = [2]float32{1, lower}
			if i%2 == 1 {
				t[scale][i] = [2]float32{lower, 1}
			}
		}
	}
	return t
}()

// direction is what of the left channel's band is for the left and for the
// right; false where the place says that the band is not in intensity stereo.
func (s *scale) direction(h Header, right *granule, band int) (left, rightShare float32, ok bool) {
	place := s.factors[band]
	switch {
	case h.Version == MPEG1 && place < 7:
		return directions1[place][0], directions1[place][1], true
	case h.Version == MPEG1 || s.top[band]:
		return 0, 0, false
	}
	t := directions2[right.compress&1][place]
	return t[0], t[1], true
}

// sound turns the lines of a granule into 576 samples, step apart in dst.
func (ch *channel) sound(g *granule, d *Decoder, c int, h Header, dst []float32, step int) {
	xr, used := &d.lines[c], d.used[c]
	long := subbands // how many subbands have long windows
	if g.block == shortBlock {
		long = 0
		if g.mixed {
			long = 2
		}
		used = reorder(xr, g.bands(h.rateIndex()), used, &d.scratch)
	}
	n := (used + lines - 1) / lines // subbands with something in them
	if borders := min(n, long-1); borders > 0 {
		unalias(xr, borders)
		n = max(n, borders+1)
	}
	for sb := range max(n, ch.overlaps) {
		x, over, out := (*[lines]float32)(xr[sb*lines:]), &ch.over[sb], ch.sub[sb:]
		switch block := g.block; {
		case sb >= n:
			overlapOnly(over, out)
		case sb >= long:
			transform12(x, over, &short12[sb&1], out)
		default:
			if block == shortBlock || g.mixed && sb < 2 {
				block = normalBlock
			}
			transform36(x, over, &windows[sb&1][block], out)
		}
	}
	top := max(n, ch.overlaps)
	ch.overlaps = n
	if top == 0 && ch.synthesis.idle {
		for i := range 576 {
			dst[i*step] = 0
		}
		return
	}
	for t := range lines {
		clear(ch.sub[t*subbands+top : (t+1)*subbands])
	}
	ch.synthesis.granule(&ch.sub, dst, step)
	ch.synthesis.idle = top == 0
}

// overlapOnly is transform36 of nothing.
func overlapOnly(over *[lines]float32, out []float32) {
	for i, v := range over {
		out[i*subbands] = v
		over[i] = 0
	}
}

// reorder puts the lines of short windows from band order into the order of
// frequency, the three windows in turn, and returns how many may be other than 0.
func reorder(xr *[576]float32, b *bands, used int, scratch *[576]float32) int {
	from := 0
	if b.long > 0 {
		from = int(b.ends[b.long-1])
	}
	for i := b.long; i < b.n && from < used; i += 3 {
		to := int(b.ends[i+2])
		width := (to - from) / 3
		in, out := xr[from:to], scratch[:to-from]
		for k := range width {
			out[3*k], out[3*k+1], out[3*k+2] = in[k], in[width+k], in[2*width+k]
		}
		copy(in, out)
		from = to
	}
	return max(used, min(from, 576))
}
