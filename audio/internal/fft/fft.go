// Package fft is a small fast Fourier transform for the spectra of sound: a
// fixed power-of-two size, no allocation after New.
package fft

import "math"

// Plan transforms arrays of one size. It is read-only after New and safe for
// concurrent use.
type Plan struct {
	size   int
	swap   []int32 // pairs of places to exchange, i < j
	stages []stage
}

// stage joins transforms of a quarter of its length into one (radix 4). It holds
// the cosines and sines of the angles 2πk/length, twice and three times that,
// for k up to the quarter.
type stage struct {
	quarter int
	turns   [][6]float64
}

// New makes a Plan for arrays of size complex numbers; size is a power of two
// of at least 4.
func New(size int) *Plan {
	p := &Plan{size: size}
	for i, j := 0, 0; i < size; i++ {
		if i < j {
			p.swap = append(p.swap, int32(i), int32(j))
		}
		bit := size / 2
		for ; bit > 0 && j&bit != 0; bit /= 2 {
			j ^= bit
		}
		j |= bit
	}
	for quarter := firstQuarter(size); 4*quarter <= size; quarter *= 4 {
		s := stage{quarter: quarter, turns: make([][6]float64, quarter)}
		for k := range s.turns {
			for times := range 3 {
				sin, cos := math.Sincos(2 * math.Pi * float64(k*(times+1)) / float64(4*quarter))
				s.turns[k][2*times], s.turns[k][2*times+1] = cos, sin
			}
		}
		p.stages = append(p.stages, s)
	}
	return p
}

// firstQuarter is the length of the transforms that need no turning: 4, or 2
// where the size is twice a power of four.
func firstQuarter(size int) int {
	for n := 4; n <= size; n *= 4 {
		if n == size {
			return 4
		}
	}
	return 2
}

// Size is the number of complex numbers in an array.
func (p *Plan) Size() int { return p.size }

// Transform replaces re + i·im by its discrete Fourier transform, unscaled:
// X[k] = Σ x[n]·exp(-2πi·nk/size). Both slices have the length Size. (Cooley and
// Tukey 1965, radix 4, decimation in time.)
func (p *Plan) Transform(re, im []float64) {
	re, im = re[:p.size], im[:p.size]
	for s := 0; s+1 < len(p.swap); s += 2 {
		i, j := p.swap[s], p.swap[s+1]
		re[i], re[j] = re[j], re[i]
		im[i], im[j] = im[j], im[i]
	}
	if firstQuarter(p.size) == 4 {
		fours(re, im)
	} else {
		twos(re, im)
	}
	for i := range p.stages {
		p.stages[i].join(re, im)
	}
}

// twos transforms pairs.
func twos(re, im []float64) {
	for i := 0; i+1 < len(re) && i+1 < len(im); i += 2 {
		re[i], re[i+1] = re[i]+re[i+1], re[i]-re[i+1]
		im[i], im[i+1] = im[i]+im[i+1], im[i]-im[i+1]
	}
}

// fours transforms groups of four.
func fours(re, im []float64) {
	for i := 0; i+3 < len(re) && i+3 < len(im); i += 4 {
		ar, ai := re[i]+re[i+1], im[i]+im[i+1]
		br, bi := re[i]-re[i+1], im[i]-im[i+1]
		cr, ci := re[i+2]+re[i+3], im[i+2]+im[i+3]
		dr, di := re[i+2]-re[i+3], im[i+2]-im[i+3]
		re[i], im[i] = ar+cr, ai+ci
		re[i+1], im[i+1] = br+di, bi-dr
		re[i+2], im[i+2] = ar-cr, ai-ci
		re[i+3], im[i+3] = br-di, bi+dr
	}
}

// join does one stage. In bit-reversed order the second quarter holds what the
// third would in natural order, and so turns twice as far.
func (s *stage) join(re, im []float64) {
	q := s.quarter
	for start := 0; start+4*q <= len(re); start += 4 * q {
		r0, r1, r2, r3 := re[start:start+q], re[start+q:start+2*q], re[start+2*q:start+3*q], re[start+3*q:start+4*q]
		i0, i1, i2, i3 := im[start:start+q], im[start+q:start+2*q], im[start+2*q:start+3*q], im[start+3*q:start+4*q]
		n := len(s.turns)
		r0, r1, r2, r3 = r0[:n], r1[:n], r2[:n], r3[:n]
		i0, i1, i2, i3 = i0[:n], i1[:n], i2[:n], i3[:n]
		for k := range s.turns {
			t := &s.turns[k]
			br, bi := r1[k]*t[2]+i1[k]*t[3], i1[k]*t[2]-r1[k]*t[3]
			cr, ci := r2[k]*t[0]+i2[k]*t[1], i2[k]*t[0]-r2[k]*t[1]
			dr, di := r3[k]*t[4]+i3[k]*t[5], i3[k]*t[4]-r3[k]*t[5]
			er, ei, fr, fi := r0[k]+br, i0[k]+bi, r0[k]-br, i0[k]-bi
			gr, gi, hr, hi := cr+dr, ci+di, cr-dr, ci-di
			r0[k], i0[k], r2[k], i2[k] = er+gr, ei+gi, er-gr, ei-gi
			r1[k], i1[k], r3[k], i3[k] = fr+hi, fi-hr, fr-hi, fi+hr
		}
	}
}

// Power writes the power spectrum of a transformed array to out: out[k] =
// |X[k]|² + |X[size-k]|² for 0 < k < size/2, and |X[0]|², |X[size/2]|² at the
// ends; out has the length size/2+1. If two real signals were transformed as
// one complex signal, that is twice the sum of their powers on each side.
func (p *Plan) Power(re, im, out []float64) {
	n := p.size
	out[0] = re[0]*re[0] + im[0]*im[0]
	out[n/2] = re[n/2]*re[n/2] + im[n/2]*im[n/2]
	for k := 1; k < n/2; k++ {
		out[k] = re[k]*re[k] + im[k]*im[k] + re[n-k]*re[n-k] + im[n-k]*im[n-k]
	}
}

// Hann is the periodic Hann window of the given size: 0.5 - 0.5·cos(2πn/size).
// Its mean square is 0.375.
func Hann(size int) []float64 {
	w := make([]float64, size)
	for n := range w {
		w[n] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(n)/float64(size))
	}
	return w
}
