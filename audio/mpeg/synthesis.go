package mpeg

import "math"

// subbands is how many bands the polyphase filter bank has.
const subbands = 32

// written is the first half of the synthesis window D[i] (ISO/IEC 11172-3, table
// B.3), in units of 2^-16; the other half mirrors it.
var written = [257]int32{
	0, -1, -1, -1, -1, -1, -1, -2, -2, -2, -2, -3, -3, -4, -4, -5, -5, -6, -7, -7, -8, -9, -10, -11, -13, -14, -16, -17, -19, -21, -24, -26, -29, -31,
	-35, -38, -41, -45, -49, -53, -58, -63, -68, -73, -79, -85, -91, -97, -104, -111, -117, -125, -132, -139, -147, -154, -161, -169, -176, -183, -190,
	-196, -202, -208, 213, 218, 222, 225, 227, 228, 228, 227, 224, 221, 215, 208, 200, 189, 177, 163, 146, 127, 106, 83, 57, 29, -2, -36, -72, -111,
	-153, -197, -244, -294, -347, -401, -459, -519, -581, -645, -711, -779, -848, -919, -991, -1064, -1137, -1210, -1283, -1356, -1428, -1498, -1567,
	-1634, -1698, -1759, -1817, -1870, -1919, -1962, -2001, -2032, -2057, -2075, -2085, -2087, -2080, -2063, 2037, 2000, 1952, 1893, 1822, 1739, 1644,
	1535, 1414, 1280, 1131, 970, 794, 605, 402, 185, -45, -288, -545, -814, -1095, -1388, -1692, -2006, -2330, -2663, -3004, -3351, -3705, -4063, -4425,
	-4788, -5153, -5517, -5879, -6237, -6589, -6935, -7271, -7597, -7910, -8209, -8491, -8755, -8998, -9219, -9416, -9585, -9727, -9838, -9916, -9959,
	-9966, -9935, -9863, -9750, -9592, -9389, -9139, -8840, -8492, -8092, -7640, -7134, 6574, 5959, 5288, 4561, 3776, 2935, 2037, 1082, 70, -998, -2122,
	-3300, -4533, -5818, -7154, -8540, -9975, -11455, -12980, -14548, -16155, -17799, -19478, -21189, -22929, -24694, -26482, -28289, -30112, -31947,
	-33791, -35640, -37489, -39336, -41176, -43006, -44821, -46617, -48390, -50137, -51853, -53534, -55178, -56778, -58333, -59838, -61289, -62684,
	-64019, -65290, -66494, -67629, -68692, -69679, -70590, -71420, -72169, -72835, -73415, -73908, -74313, -74630, -74856, -74992, 75038,
}

// taps are what the values of one age are multiplied by, those of an even age by
// even and those of the next by odd: for outputs j (low) and 32-j (high).
type taps struct{ evenLow, oddLow, evenHigh, oddHigh [16]float32 }

// synthesisTaps are those of all ages, two by two; middleTaps those of odd age for
// output 16, which has no others.
var synthesisTaps, middleTaps = func() (all [8]taps, middle [8]float32) {
	d := func(i int) float32 {
		v := written[min(i, 512-i)]
		if i > 256 && i%64 != 0 {
			v = -v
		}
		return float32(v) / (1 << 16)
	}
	for i := range all {
		for j := range 16 {
			all[i].evenLow[j] = d(64*i + j)
			all[i].oddLow[j] = d(64*i + 32 + j)
			if j > 0 {
				all[i].evenHigh[j] = -d(64*i + 32 - j)
				all[i].oddHigh[j] = -d(64*i + 64 - j)
			}
		}
		middle[i] = -d(64*i + 48)
	}
	return all, middle
}()

// slots is how many time slots are remembered: those of a granule and the fifteen
// before.
const slots = lines + 15

// synthesis is the state of one channel's filter bank: of the last time slots, the
// newest first, coefficients 16 to 31 and then 16 to 1, and apart from them 0.
type synthesis struct {
	past  [slots][subbands]float32
	first [slots]float32
	idle  bool // all of past is 0
}

// secants are 1/(2 cos((2k+1)π/2n)) of n = 32, 16, 8.
var secants32, secants16, secants8 = func() (a [16]float32, b [8]float32, c [4]float32) {
	fill := func(t []float32) {
		for k := range t {
			t[k] = float32(0.5 / math.Cos(math.Pi*float64(2*k+1)/float64(4*len(t))))
		}
	}
	fill(a[:])
	fill(b[:])
	fill(c[:])
	return a, b, c
}()

// dct32 is a DCT-II of 32 values by the recursion of B. G. Lee (1984): sums of
// mirrored values give the even outputs, and their differences over 2cos, by a
// DCT of half the size each, outputs whose neighbours add up to the odd ones.
func dct32(x *[32]float32) {
	var a, b [16]float32
	for k := range 16 {
		p, q := x[k], x[31-k]
		a[k], b[k] = p+q, (p-q)*secants32[k]
	}
	dct16(&a)
	dct16(&b)
	for j := range 15 {
		x[2*j], x[2*j+1] = a[j], b[j]+b[j+1]
	}
	x[30], x[31] = a[15], b[15]
}

func dct16(x *[16]float32) {
	var a, b [8]float32
	for k := range 8 {
		p, q := x[k], x[15-k]
		a[k], b[k] = p+q, (p-q)*secants16[k]
	}
	dct8(&a)
	dct8(&b)
	for j := range 7 {
		x[2*j], x[2*j+1] = a[j], b[j]+b[j+1]
	}
	x[14], x[15] = a[7], b[7]
}

// dct8 is the same for eight values, written out.
func dct8(x *[8]float32) {
	const (
		s1 = 0.54119610014619698439972320536639 // 1/(2 cos π/8)
		s3 = 1.3065629648763765278566431734272  // 1/(2 cos 3π/8)
		s2 = 0.70710678118654752440084436210485 // 1/(2 cos π/4)
	)
	a0, b0 := x[0]+x[7], (x[0]-x[7])*secants8[0]
	a1, b1 := x[1]+x[6], (x[1]-x[6])*secants8[1]
	a2, b2 := x[2]+x[5], (x[2]-x[5])*secants8[2]
	a3, b3 := x[3]+x[4], (x[3]-x[4])*secants8[3]

	p, q, r, s := a0+a3, a1+a2, (a0-a3)*s1, (a1-a2)*s3
	t := (r - s) * s2
	x[0], x[4], x[2], x[6] = p+q, (p-q)*s2, r+s+t, t

	p, q, r, s = b0+b3, b1+b2, (b0-b3)*s1, (b1-b2)*s3
	t = (r - s) * s2
	c0, c2, c1, c3 := p+q, (p-q)*s2, r+s+t, t
	x[1], x[3], x[5], x[7] = c0+c1, c1+c2, c2+c3, c3
}

// granule turns the subband values of a granule's time slots, which it overwrites,
// into samples, step apart in dst.
//
// The matrixing of the standard is a DCT-II of 32, whose values stand in its
// vector V twice, mirrored (Konstantinides, 1994). So each value serves outputs j
// and 32-j, and V is never made.
func (s *synthesis) granule(sub *[lines * subbands]float32, dst []float32, step int) {
	copy(s.past[lines:], s.past[:])
	copy(s.first[lines:], s.first[:])
	for t := range lines {
		x, at := (*[subbands]float32)(sub[t*subbands:]), lines-1-t
		dct32(x)
		past := &s.past[at]
		copy(past[:16], x[16:])
		for j := range 16 {
			past[16+j] = x[16-j]
		}
		s.first[at] = x[0]
	}
	weigh(sub, &s.past)
	for t := range lines {
		x, odd := (*[subbands]float32)(sub[t*subbands:]), (*[16]float32)(s.first[lines-1-t:])
		out := dst[t*subbands*step:][:31*step+1]
		var middle float32
		for i, w := range middleTaps {
			middle += odd[2*i+1] * w
		}
		out[0], out[16*step] = x[0], middle
		for j := 1; j < 16; j++ {
			out[j*step], out[(32-j)*step] = x[j], x[16+j]
		}
	}
}

// weighPlain multiplies the past of each time slot by the window: of 32 sums, the
// first half are outputs 0 to 15, the others, but for the first, 32-j. The
// conversions keep a compiler from fusing products and sums.
func weighPlain(out *[lines * subbands]float32, past *[slots][subbands]float32) {
	for t := range lines {
		ages := (*[16][subbands]float32)(past[lines-1-t:])
		for j := range 16 {
			var a, b, c, d float32
			for i := range 8 {
				w, even, odd := &synthesisTaps[i], ages[2*i][j], ages[2*i+1][16+j]
				a += float32(even * w.evenLow[j])
				b += float32(odd * w.oddLow[j])
				c += float32(even * w.evenHigh[j])
				d += float32(odd * w.oddHigh[j])
			}
			out[t*subbands+j], out[t*subbands+16+j] = a-b, c+d
		}
	}
}
