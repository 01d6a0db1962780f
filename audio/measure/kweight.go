package measure

import (
	"math"
	"math/cmplx"
)

// biquad is a second-order filter with a0 = 1:
// y[n] = b0·x[n] + b1·x[n-1] + b2·x[n-2] - a1·y[n-1] - a2·y[n-2].
type biquad struct{ b0, b1, b2, a1, a2 float64 }

// kWeighting is the pair of filters of ITU-R BS.1770-5 Annex 1: the shelf that
// stands for the head, then the high-pass called RLB.
type kWeighting struct{ shelf, high biquad }

// newKWeighting makes the filters for a sample rate. The Recommendation prints
// coefficients for 48 kHz and asks for the same response at other rates. The
// analogue prototypes behind the printed numbers (corner, quality and gain as
// found by B. De Man, "Evaluation of Implementations of the EBU R128 Loudness
// Measurement", AES 145, 2018) go through the bilinear transform; at 48 kHz that
// gives the printed numbers.
func newKWeighting(rate int) kWeighting {
	shelf := shelfAt(max(rate, 48000))
	if rate < 48000 {
		shelf = shelf.matched(rate)
	}
	return kWeighting{shelf, highAt(rate)}
}

func shelfAt(rate int) biquad {
	const hz, quality, dB = 1681.974450955533, 0.7071752369554196, 3.999843853973347
	k := math.Tan(math.Pi * hz / float64(rate))
	top := math.Pow(10, dB/20)
	mid := math.Pow(top, 0.4996667741545416)
	a0 := 1 + k/quality + k*k
	return biquad{
		b0: (top + mid*k/quality + k*k) / a0,
		b1: 2 * (k*k - top) / a0,
		b2: (top - mid*k/quality + k*k) / a0,
		a1: 2 * (k*k - 1) / a0,
		a2: (1 - k/quality + k*k) / a0,
	}
}

func highAt(rate int) biquad {
	const hz, quality = 38.13547087602444, 0.5003270373238773
	k := math.Tan(math.Pi * hz / float64(rate))
	a0 := 1 + k/quality + k*k
	// The printed filter has b = 1, -2, 1 and so a gain just over 1 that belongs
	// to 48 kHz; keep that gain at every rate.
	k48 := math.Tan(math.Pi * hz / 48000)
	gain := (1 + k48/quality + k48*k48) / a0
	return biquad{b0: gain, b1: -2 * gain, b2: gain, a1: 2 * (k*k - 1) / a0, a2: (1 - k/quality + k*k) / a0}
}

// power is the squared gain at an angle in radians a sample.
func (b biquad) power(angle float64) float64 {
	z := cmplx.Rect(1, -angle)
	return math.Pow(cmplx.Abs((complex(b.b0, 0)+z*(complex(b.b1, 0)+z*complex(b.b2, 0)))/(1+z*(complex(b.a1, 0)+z*complex(b.a2, 0)))), 2)
}

// matched remakes a filter of 48 kHz, with a gain of 1 at 0 Hz, for a lower
// rate. The bilinear transform would bend the shelf by up to 0.4 dB at 8 kHz.
// Poles keep their place in time, and the zeros are chosen for the same gain at
// 0 Hz, at 1.5 kHz and at half the rate: M. Vicanek, "Matched Second Order
// Digital Filters", 2016, equations (29) to (32).
func (b biquad) matched(rate int) biquad {
	pole := (complex(-b.a1, 0) + cmplx.Sqrt(complex(b.a1*b.a1-4*b.a2, 0))) / 2
	pole = cmplx.Pow(pole, complex(48000/float64(rate), 0))
	out := biquad{b0: 1, a1: -2 * real(pole), a2: real(pole)*real(pole) + imag(pole)*imag(pole)}
	const hz = 1500.0
	angle := 2 * math.Pi * hz / float64(rate)
	// out is 1 over its poles so far: its power turns a wanted gain into the
	// power of the numerator.
	wanted := func(hz, angle float64) float64 { return b.power(2*math.Pi*hz/48000) / out.power(angle) }
	zero, half := math.Sqrt(wanted(0, 0)), math.Sqrt(wanted(float64(rate)/2, math.Pi))
	phi := math.Pow(math.Sin(angle/2), 2)
	rest := (wanted(hz, angle) - zero*zero*(1-phi) - half*half*phi) / (4 * phi * (1 - phi))
	w := (zero + half) / 2
	out.b0 = (w + math.Sqrt(w*w+rest)) / 2
	out.b1, out.b2 = (zero-half)/2, -rest/(4*out.b0)
	return out
}

// kState is the memory of both filters for one channel (transposed direct form
// II).
type kState struct{ s1, s2, h1, h2 float64 }

// energy filters x and returns the sum of the squares of the output.
func (w *kWeighting) energy(st *kState, x []float64) float64 {
	p, q := w.shelf, w.high
	s1, s2, h1, h2 := st.s1, st.s2, st.h1, st.h2
	var sum float64
	for _, v := range x {
		y := p.b0*v + s1
		s1 = (p.b1*v + s2) - p.a1*y
		s2 = p.b2*v - p.a2*y
		z := q.b0*y + h1
		h1 = (q.b1*y + h2) - q.a1*z
		h2 = q.b2*y - q.a2*z
		sum += z * z
	}
	st.settle(s1, s2, h1, h2)
	return sum
}

// energyOfTwo does energy for two channels of the same length at once, which
// is nearly twice as fast because the two chains do not wait for each other.
func (w *kWeighting) energyOfTwo(l, r *kState, x, y []float64) (left, right float64) {
	p, q := w.shelf, w.high
	ls1, ls2, lh1, lh2 := l.s1, l.s2, l.h1, l.h2
	rs1, rs2, rh1, rh2 := r.s1, r.s2, r.h1, r.h2
	y = y[:len(x)]
	for i, v := range x {
		u := y[i]
		a := p.b0*v + ls1
		b := p.b0*u + rs1
		ls1 = (p.b1*v + ls2) - p.a1*a
		rs1 = (p.b1*u + rs2) - p.a1*b
		ls2 = p.b2*v - p.a2*a
		rs2 = p.b2*u - p.a2*b
		c := q.b0*a + lh1
		d := q.b0*b + rh1
		lh1 = (q.b1*a + lh2) - q.a1*c
		rh1 = (q.b1*b + rh2) - q.a1*d
		lh2 = q.b2*a - q.a2*c
		rh2 = q.b2*b - q.a2*d
		left += c * c
		right += d * d
	}
	l.settle(ls1, ls2, lh1, lh2)
	r.settle(rs1, rs2, rh1, rh2)
	return left, right
}

// settle stores the memory of the filters. Numbers 600 dB down are cleared: in
// digital silence they would else shrink into denormals, which are slow.
func (st *kState) settle(s1, s2, h1, h2 float64) {
	*st = kState{s1, s2, h1, h2}
	for _, v := range []*float64{&st.s1, &st.s2, &st.h1, &st.h2} {
		if math.Abs(*v) < 1e-30 {
			*v = 0
		}
	}
}

// weights are the channel weights of ITU-R BS.1770-5 Annex 1 Tables 3 and 4 for
// channels in WAVE order: 1 in front and behind, 1.41 between 60° and 120° to
// the side, 0 for the LFE.
func weights(channels int) []float64 {
	w := make([]float64, channels)
	for i := range w {
		w[i] = 1
	}
	var side []int
	switch channels {
	case 4:
		side = []int{2, 3}
	case 5:
		side = []int{3, 4}
	case 6:
		side = []int{4, 5}
	case 7:
		side = []int{5, 6}
	case 8:
		side = []int{6, 7}
	}
	for _, i := range side {
		w[i] = 1.41
	}
	if i := lfe(channels); i >= 0 {
		w[i] = 0
	}
	return w
}

// lfe is the place of the low-frequency effects channel, -1 if there is none.
func lfe(channels int) int {
	if channels >= 6 && channels <= 8 {
		return 3
	}
	return -1
}
