package mpeg

import "math"

// lines is how many lines one subband has.
const lines = 18

// aliasCS and aliasCA are the factors of the butterflies between neighbouring subbands
// (ISO/IEC 11172-3, table B.9).
var aliasCS, aliasCA = func() (cs, ca [8]float32) {
	for i, c := range [8]float64{-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037} {
		cs[i] = float32(1 / math.Sqrt(1+c*c))
		ca[i] = float32(c / math.Sqrt(1+c*c))
	}
	return cs, ca
}()

// unalias takes out what the filter bank of the encoder folded over the borders
// of the first n+1 subbands.
func unalias(xr *[576]float32, n int) {
	for b := 1; b <= n; b++ {
		low, high := (*[8]float32)(xr[b*lines-8:]), (*[8]float32)(xr[b*lines:])
		for i := range 8 {
			u, d := low[7-i], high[i]
			low[7-i] = u*aliasCS[i] - d*aliasCA[i]
			high[i] = d*aliasCS[i] + u*aliasCA[i]
		}
	}
}

// curve is what the 36 samples of a transformed subband are multiplied by: the
// window of the standard, the last factors of transform36, and the sign that the
// polyphase filter wants of every other sample in odd subbands.
type curve [36]float32

// windows are those of the four block types, for even and for odd subbands; the
// one of short blocks is in short12.
var windows = func() (all [2][4]curve) {
	for kind := range 4 {
		for i := range 36 {
			w := math.Sin(math.Pi / 36 * (float64(i) + 0.5))
			switch {
			case kind == startBlock && i >= 30, kind == stopBlock && i < 6:
				w = 0
			case kind == startBlock && i >= 24:
				w = math.Sin(math.Pi / 12 * (float64(i-18) + 0.5))
			case kind == stopBlock && i < 12:
				w = math.Sin(math.Pi / 12 * (float64(i-6) + 0.5))
			case kind == startBlock && i >= 18, kind == stopBlock && i < 18:
				w = 1
			}
			y, sign := unfold(i, 18)
			w *= sign / (2 * math.Cos(math.Pi/72*float64(2*y+1)))
			all[0][kind][i] = float32(w)
			all[1][kind][i] = float32(w * float64(1-2*(i&1)))
		}
	}
	return all
}()

// short12 is the same for one of the three windows of a short block.
var short12 = func() (all [2][12]float32) {
	for i := range 12 {
		y, sign := unfold(i, 6)
		w := math.Sin(math.Pi/12*(float64(i)+0.5)) * sign / (2 * math.Cos(math.Pi/24*float64(2*y+1)))
		all[0][i] = float32(w)
		all[1][i] = float32(w * float64(1-2*(i&1)))
	}
	return all
}()

// unfold says of sample i of an inverse MDCT of n lines which output of the
// DCT-IV of n it is, and with which sign.
func unfold(i, n int) (y int, sign float64) {
	switch y = i + n/2; {
	case y < n:
		return y, 1
	case y < 2*n:
		return 2*n - 1 - y, -1
	}
	return y - 2*n, -1
}

// Cosines of degrees.
const (
	cos30 = 0.86602540378443864676372317075294
	cos40 = 0.76604444311897803520239265055542
	cos50 = 0.64278760968653932632264340990726
	cos70 = 0.34202014332566873304409961468226
	cos80 = 0.17364817766693034885171662676931
)

// secants9 and secants3 are 1/(2 cos((2i+1)π/4n)).
var secants9, secants3 = func() (nine [9]float32, three [3]float32) {
	for i := range nine {
		nine[i] = float32(0.5 / math.Cos(math.Pi/36*float64(2*i+1)))
	}
	for i := range three {
		three[i] = float32(0.5 / math.Cos(math.Pi/12*float64(2*i+1)))
	}
	return nine, three
}()

// dct9 is a DCT-III of nine values: sums of v[j] cos((2n+1)jπ/18). The even
// values give the sum of outputs n and 8-n, the odd ones their difference; in each
// half cos 20° = cos 40° + cos 80° and cos 10° = cos 50° + cos 70° save products.
func dct9(v *[9]float32) {
	half := v[6] * 0.5
	t := v[0] + half
	p, q, r := v[2]+v[4], v[2]+v[8], v[4]-v[8]
	a0 := t + cos40*p + cos80*q
	a1 := v[0] - v[6] + 0.5*(v[2]-v[4]-v[8])
	a2 := t - cos80*p - cos40*r
	a3 := t - cos40*q + cos80*r
	a4 := v[0] - v[2] + v[4] - v[6] + v[8]
	s := cos30 * v[3]
	p, q, r = v[1]+v[5], v[1]+v[7], v[5]-v[7]
	b0 := s + cos50*p + cos70*q
	b1 := cos30 * (v[1] - v[5] - v[7])
	b2 := cos50*q - s - cos70*r
	b3 := cos70*p - s + cos50*r
	v[0], v[8] = a0+b0, a0-b0
	v[1], v[7] = a1+b1, a1-b1
	v[2], v[6] = a2+b2, a2-b2
	v[3], v[5] = a3+b3, a3-b3
	v[4] = a4
}

// transform36 is the inverse MDCT of one subband with window and overlap (ISO/IEC
// 11172-3, 2.4.3.4.10.3): its samples go to out, every 32nd value, and what
// overlaps with the next granule to over.
//
// The MDCT of 36 is a DCT-IV of 18, which is unfolded. Multiplied by 2cos of
// half the angle, that is a DCT-III of sums of neighbours (Lee, 1984; for the
// MDCT: Britanak and Rao, 2001), whose even and odd terms are in the same way two
// DCT-III of nine (dct9). The division by the last cosines is in the window.
func transform36(x *[lines]float32, over *[lines]float32, w *curve, out []float32) {
	var e, o [9]float32
	e[0], o[0] = x[0], x[0]+x[1]
	before := o[0]
	for j := 1; j < 9; j++ {
		odd := x[2*j] + x[2*j+1]
		e[j] = x[2*j-1] + x[2*j]
		o[j] = before + odd
		before = odd
	}
	dct9(&e)
	dct9(&o)
	out = out[:17*subbands+1]
	for n := range 9 {
		odd := o[n] * secants9[n]
		s, d := e[n]+odd, e[n]-odd
		out[(8-n)*subbands] = over[8-n] + d*w[8-n]
		out[(9+n)*subbands] = over[9+n] + d*w[9+n]
		over[8-n] = s * w[26-n]
		over[9+n] = s * w[27+n]
	}
}

// transform12 is the same for a short block: three inverse MDCT of 12, six
// samples apart, each of every third line.
func transform12(x *[lines]float32, over *[lines]float32, w *[12]float32, out []float32) {
	var t [36]float32
	for win := range 3 {
		x0, x1, x2, x3, x4, x5 := x[win], x[win+3], x[win+6], x[win+9], x[win+12], x[win+15]
		e0, e1, e2 := x0, x1+x2, x3+x4
		o0, o1, o2 := x0+x1, x0+x1+x2+x3, x2+x3+x4+x5
		mid, end := cos30*e1, e0+0.5*e2
		e0, e1, e2 = end+mid, e0-e2, end-mid
		mid, end = cos30*o1, o0+0.5*o2
		o0, o1, o2 = (end+mid)*secants3[0], (o0-o2)*secants3[1], (end-mid)*secants3[2]
		to := (*[12]float32)(t[6+6*win:])
		for n, eo := range [3][2]float32{{e0, o0}, {e1, o1}, {e2, o2}} {
			s, d := eo[0]+eo[1], eo[0]-eo[1]
			to[2-n] += d * w[2-n]
			to[3+n] += d * w[3+n]
			to[8-n] += s * w[8-n]
			to[9+n] += s * w[9+n]
		}
	}
	out = out[:17*subbands+1]
	for i := range lines {
		out[i*subbands] = over[i] + t[i]
		over[i] = t[18+i]
	}
}
