package measure

import (
	"math"
	"slices"

	"loa/audio/internal/fft"
)

// spectrum gathers the mean power spectrum of the sound, apart for loud and for
// quiet moments, to tell how far up the programme itself reaches.
//
// A recording through a telephone, copied to 44.1 kHz and 320 kbit/s, still ends
// at 3.4 kHz: above is only the noise of what came later, and that noise is the
// same whether somebody speaks or not. The bandwidth is therefore the highest
// frequency at which the louder half of the recording
//   - is less than 70 dB under its strongest frequency, and
//   - is at least 6 dB over the quietest tenth of the recording, where that tenth
//     is at least 12 dB quieter as a whole (a steady sound has no pauses to
//     compare with).
//
// Both spectra are smoothed by a running median over about 250 Hz, so that
// single tones (a pilot, a whistle) do not count.
type spectrum struct {
	plan   *fft.Plan
	window []float64
	mono   bool
	re, im []float64
	power  []float64
	fill   int
	skip   int // samples to leave out: every other window is enough
	levels [levelCount]level
}

// level is the sum of the spectra of all windows of one loudness.
type level struct {
	windows int64
	sum     []float64 // nil while windows is 0
}

// Windows are sorted by level in steps of 3 dB from -99 dBFS to 0; what is
// below is digital silence.
const (
	levelStep  = 3.0
	levelCount = 34
	levelLow   = -99.0
)

const (
	peakDrop    = 1e-7 // -70 dB
	overNoise   = 4.0  // 6 dB
	pauseDrop   = 16.0 // 12 dB
	aboveHum    = 60.0 // Hz; below, hum and rumble would set the level
	medianReach = 5    // bins on each side
)

func newSpectrum(rate, channels int) spectrum {
	size := 256
	for size < rate/25 && size < 16384 {
		size *= 2
	}
	return spectrum{
		plan: fft.New(size), window: fft.Hann(size), mono: channels == 1,
		re: make([]float64, size), im: make([]float64, size), power: make([]float64, size/2+1),
	}
}

// clone copies what changes.
func (s spectrum) clone() spectrum {
	s.re, s.im, s.power = slices.Clone(s.re), slices.Clone(s.im), slices.Clone(s.power)
	for i := range s.levels {
		s.levels[i].sum = slices.Clone(s.levels[i].sum)
	}
	return s
}

// add takes two signals of equal length, the real and the imaginary part of one
// transform. A mono signal comes as x alone and fills one part after the other.
func (s *spectrum) add(x, y []float64, rate int) {
	size := s.plan.Size()
	for len(x) > 0 {
		var n int
		switch {
		case s.skip > 0:
			n = min(s.skip, len(x))
			s.skip -= n
			x = x[n:]
			y = y[min(n, len(y)):]
			continue
		case !s.mono:
			n = copy(s.re[s.fill:], x)
			copy(s.im[s.fill:], y[:n])
			y = y[n:]
		case s.fill < size:
			n = copy(s.re[s.fill:], x)
		default:
			n = copy(s.im[s.fill-size:], x)
		}
		x = x[n:]
		s.fill += n
		s.full(rate)
	}
}

// rest takes n samples of silence of each signal.
func (s *spectrum) rest(n, rate int) {
	size := s.plan.Size()
	for n > 0 {
		if s.skip > 0 {
			skipped := min(s.skip, n)
			s.skip -= skipped
			n -= skipped
			continue
		}
		part, at := s.re, s.fill
		if s.fill >= size {
			part, at = s.im, s.fill-size
		}
		took := min(n, size-at)
		clear(part[at : at+took])
		if !s.mono {
			clear(s.im[at : at+took])
		}
		n -= took
		s.fill += took
		s.full(rate)
	}
}

// full transforms a window that is.
func (s *spectrum) full(rate int) {
	if size := s.plan.Size(); s.fill == 2*size || !s.mono && s.fill == size {
		s.skip, s.fill = s.fill, 0
		s.transform(rate)
	}
}

// zeros reports whether all of x is 0.
func zeros(x []float64) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

func (s *spectrum) transform(rate int) {
	if zeros(s.re) && zeros(s.im) {
		return
	}
	size := s.plan.Size()
	for i, w := range s.window {
		s.re[i] *= w
		s.im[i] *= w
	}
	s.plan.Transform(s.re, s.im)
	s.plan.Power(s.re, s.im, s.power)
	var total float64
	for _, p := range s.power[min(int(aboveHum)*size/rate+1, size/2):] {
		total += p
	}
	// Two signals share the power: half of it is the mean square of one.
	dB := 10 * math.Log10(total/2/(0.375*float64(size)*float64(size)))
	if !(dB >= levelLow) {
		return
	}
	l := &s.levels[min(int((dB-levelLow)/levelStep), levelCount-1)]
	if l.sum == nil {
		l.sum = make([]float64, len(s.power))
	}
	l.windows++
	for k, p := range s.power {
		l.sum[k] += p
	}
}

// bandwidth applies the rule above.
func (s *spectrum) bandwidth(rate int) Value {
	var all, sounding int64
	firstSound := int((SilenceLevel - levelLow) / levelStep)
	for i, l := range s.levels {
		all += l.windows
		if i >= firstSound {
			sounding += l.windows
		}
	}
	span := 2 * int64(s.plan.Size()) // with what is left out
	if s.mono {
		span *= 2
	}
	if sounding == 0 || sounding*span < int64(rate) {
		return Value{}
	}
	loud := s.mean(levelCount-1, -1, (sounding+1)/2)
	quiet := s.mean(0, 1, (all+9)/10)
	if sum(loud) < pauseDrop*sum(quiet) {
		clear(quiet)
	}
	loud, quiet = medians(loud), medians(quiet)
	floor := slices.Max(loud) * peakDrop
	for k := len(loud) - 1; k > 0; k-- {
		if loud[k] > floor && loud[k] > overNoise*quiet[k] {
			return Of(min(float64(k)+0.5, float64(s.plan.Size())/2) * float64(rate) / float64(s.plan.Size()))
		}
	}
	return Value{}
}

// mean is the mean spectrum of at least so many windows, taken level by level
// from one end.
func (s *spectrum) mean(from, step int, windows int64) []float64 {
	out := make([]float64, len(s.power))
	var have int64
	for i := from; i >= 0 && i < levelCount && have < windows; i += step {
		have += s.levels[i].windows
		for k, p := range s.levels[i].sum {
			out[k] += p
		}
	}
	for k := range out {
		out[k] /= float64(max(have, 1))
	}
	return out
}

func sum(x []float64) (total float64) {
	for _, v := range x {
		total += v
	}
	return total
}

// medians is the running median over 2·medianReach+1 bins, fewer at the ends.
// Bin 0 is left out: a DC offset is no sound.
func medians(x []float64) []float64 {
	out := make([]float64, len(x))
	var near [2*medianReach + 1]float64
	for k := 1; k < len(x); k++ {
		n := copy(near[:], x[max(k-medianReach, 1):min(k+medianReach+1, len(x))])
		slices.Sort(near[:n])
		out[k] = near[n/2]
	}
	return out
}
