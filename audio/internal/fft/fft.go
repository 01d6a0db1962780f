// Package fft is a small fast Fourier transform for the spectra of sound: a
// fixed power-of-two size, no allocation after New.
package fft

import "math"

// Plan transforms arrays of one size. It is read-only after New and safe for
// concurrent use.
type Plan struct {
	size     int
	swap     []int32   // pairs of places to exchange, i < j
	cos, sin []float64 // cos and sin of 2πk/size, k < size/2
}

// New makes a Plan for arrays of size complex numbers; size is a power of two
// of at least 4.
func New(size int) *Plan {
	p := &Plan{size: size, cos: make([]float64, size/2), sin: make([]float64, size/2)}
	for k := range p.cos {
		p.sin[k], p.cos[k] = math.Sincos(2 * math.Pi * float64(k) / float64(size))
	}
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
	return p
}

// Size is the number of complex numbers in an array.
func (p *Plan) Size() int { return p.size }

// Transform replaces re + i·im by its discrete Fourier transform, unscaled:
// X[k] = Σ x[n]·exp(-2πi·nk/size). Both slices have the length Size. (Cooley and
// Tukey 1965, decimation in time.)
func (p *Plan) Transform(re, im []float64) {
	re, im = re[:p.size], im[:p.size]
	for s := 0; s+1 < len(p.swap); s += 2 {
		i, j := p.swap[s], p.swap[s+1]
		re[i], re[j] = re[j], re[i]
		im[i], im[j] = im[j], im[i]
	}
	fours(re, im)
	for half := 4; half < p.size; half *= 2 {
		p.stage(re, im, half)
	}
}

// fours does the first two stages at once: they need no multiplication.
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

// stage joins transforms of half numbers to transforms of twice as many.
func (p *Plan) stage(re, im []float64, half int) {
	step := p.size / (2 * half)
	for start := 0; start < p.size; start += 2 * half {
		lr, li := re[start:start+half], im[start:start+half]
		hr, hi := re[start+half:start+2*half], im[start+half:start+2*half]
		li, hr, hi = li[:len(lr)], hr[:len(lr)], hi[:len(lr)]
		for k := range lr {
			c, s := p.cos[k*step], p.sin[k*step]
			tr, ti := hr[k]*c+hi[k]*s, hi[k]*c-hr[k]*s
			hr[k], hi[k] = lr[k]-tr, li[k]-ti
			lr[k], li[k] = lr[k]+tr, li[k]+ti
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
