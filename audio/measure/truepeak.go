package measure

import "math"

// interpolator looks between the samples at 1/4, 1/2 and 3/4 of the way:
// four-fold oversampling as in ITU-R BS.1770-5 Annex 2, with a longer filter
// than the one printed there, a sinc under a Kaiser window over 2·reach samples,
// which leaves the samples themselves as they are.
//
// The quarter and the three-quarter points mirror each other: with sums and
// differences of the samples to the left and the right, both come from one
// set of products.
type interpolator struct {
	middle, even, odd [reach]float64
	gain              float64 // the highest sum of |coefficients| of the three points
}

const (
	reach      = 8     // samples on each side of an interpolated point
	kaiserBeta = 6.0   // chosen for the flattest response up to 0.42 of the rate
	tpGroup    = reach // samples, and the intervals after them, judged together
)

func newInterpolator() *interpolator {
	var quarter, middle, three [reach]float64
	sums := [3]float64{}
	for k := range reach {
		quarter[k], middle[k], three[k] = tap(float64(k)+0.25), tap(float64(k)+0.5), tap(float64(k)+0.75)
		sums[0] += quarter[k] + three[k]
		sums[1] += 2 * middle[k]
	}
	f := &interpolator{}
	var absQuarter, absMiddle float64
	for k := range reach {
		q, t := quarter[k]/sums[0], three[k]/sums[0]
		f.middle[k], f.even[k], f.odd[k] = middle[k]/sums[1], (q+t)/2, (q-t)/2
		absQuarter += math.Abs(q) + math.Abs(t)
		absMiddle += 2 * math.Abs(f.middle[k])
	}
	// A hair more, so that rounding cannot break the bound.
	f.gain = max(absQuarter, absMiddle) * (1 + 1e-9)
	return f
}

// tap is the windowed sinc at a distance in samples.
func tap(distance float64) float64 {
	x := distance / reach
	window := bessel(kaiserBeta*math.Sqrt(1-x*x)) / bessel(kaiserBeta)
	return math.Sin(math.Pi*distance) / (math.Pi * distance) * window
}

// bessel is the modified Bessel function of the first kind and order zero, by
// its power series.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-17; k++ {
		term *= (x / (2 * k)) * (x / (2 * k))
		sum += term
	}
	return sum
}

// history is how many samples of the past interpolation needs.
const history = 2*reach - 1

// peaks finds the highest absolute value between samples.
type peaks struct {
	high  float64 // the highest so far, over all channels, on or between samples
	frame float64 // where, in frames
}

// look searches one channel. x begins with history samples of the past, then
// holds the new ones; start is the frame number of x[0] and loudest the highest
// |x|.
//
// An interpolated value is a sum of samples times coefficients, so it cannot be
// higher than the highest of those samples times the sum of the absolute
// coefficients. Where that bound is not above the peak already known, the
// filter need not run, and the result is the same as if it had.
func (p *peaks) look(f *interpolator, x []float64, start int64, loudest float64) {
	if loudest*f.gain <= p.high {
		return
	}
	for i, v := range x[history:] {
		if v = math.Abs(v); v > p.high {
			p.high, p.frame = v, float64(start+history+int64(i))
		}
	}
	// The intervals of one group reach over three groups of samples.
	one, two := highest(x, 0), highest(x, tpGroup)
	for at := 0; at+history < len(x); at += tpGroup {
		three := highest(x, at+2*tpGroup)
		if max(one, two, three)*f.gain > p.high {
			p.between(f, x[at:min(at+tpGroup+history, len(x))], start+int64(at))
		}
		one, two = two, three
	}
}

// highest is the highest absolute value of the group of samples from a place.
func highest(x []float64, from int) (high float64) {
	for _, v := range x[min(from, len(x)):min(from+tpGroup, len(x))] {
		if v = math.Abs(v); v > high {
			high = v
		}
	}
	return high
}

// between runs the filter over every interval of x.
func (p *peaks) between(f *interpolator, x []float64, start int64) {
	for i := 0; i+history < len(x); i++ {
		w := (*[2 * reach]float64)(x[i : i+2*reach])
		var even, odd, middle float64
		for k := range reach {
			l, r := w[reach-1-k], w[reach+k]
			even += f.even[k] * (l + r)
			odd += f.odd[k] * (l - r)
			middle += f.middle[k] * (l + r)
		}
		side := math.Abs(even) + math.Abs(odd)
		if high := max(side, math.Abs(middle)); high > p.high {
			p.high = high
			p.frame = float64(start+int64(i)) + reach - 0.5
			if side == high && (even < 0) == (odd < 0) {
				p.frame -= 0.25
			} else if side == high {
				p.frame += 0.25
			}
		}
	}
}
