package measure

import (
	"math"
	"slices"

	"loa/audio/internal/fft"
)

// Hum is looked for at about 3 kHz in windows of about 2.5 s, whose bins are
// under 0.5 Hz wide.
const (
	humRate      = 3000
	humSize      = 8192
	mains        = 50.0 // Hz
	humHarmonics = 10
	humProminent = 10.0 // a line ten times (10 dB) over its neighbours stands out
	humLowest    = -120 // dBFS; levels are kept in steps of 1 dB from here to 0
)

// hum follows the lines at the mains frequency and its harmonics.
type hum struct {
	every   int // samples of the input for one of the slow signal
	plan    *fft.Plan
	window  []float64
	re, im  []float64
	power   []float64
	fill    int
	at      int        // place within the input samples that make the next slow one
	sums    [2]float64 // their sum, for both signals
	ramps   [2]float64 // their sum weighted by place
	before  [2]float64 // the ramp of the samples before
	windows int64      // windows with sound
	lines   [humHarmonics][1 - humLowest]int64
}

func newHum(rate int) hum {
	return hum{
		every: max((rate+humRate/2)/humRate, 1), plan: fft.New(humSize), window: fft.Hann(humSize),
		re: make([]float64, humSize), im: make([]float64, humSize), power: make([]float64, humSize/2+1),
	}
}

// clone copies what changes.
func (h hum) clone() hum {
	h.re, h.im, h.power = slices.Clone(h.re), slices.Clone(h.im), slices.Clone(h.power)
	return h
}

// add takes two signals (the second empty for mono) and thins them out under a
// triangle of twice the distance, whose zeros lie where aliases would fall on
// the hum.
func (h *hum) add(x, y []float64, rate int) {
	for len(x) > 0 {
		n := min(h.every-h.at, len(x))
		sum0, ramp0 := h.sums[0], h.ramps[0]
		for i, v := range x[:n] {
			sum0 += v
			ramp0 += v * float64(h.at+i)
		}
		h.sums[0], h.ramps[0] = sum0, ramp0
		if len(y) > 0 {
			sum1, ramp1 := h.sums[1], h.ramps[1]
			for i, v := range y[:n] {
				sum1 += v
				ramp1 += v * float64(h.at+i)
			}
			h.sums[1], h.ramps[1] = sum1, ramp1
			y = y[n:]
		}
		x = x[n:]
		if h.at += n; h.at == h.every {
			h.slow(rate)
		}
	}
}

// slow finishes one sample of the slow signal.
func (h *hum) slow(rate int) {
	m := float64(h.every)
	h.re[h.fill] = (h.before[0] + m*h.sums[0] - h.ramps[0]) / (m * m)
	h.im[h.fill] = (h.before[1] + m*h.sums[1] - h.ramps[1]) / (m * m)
	h.before, h.sums, h.ramps, h.at = h.ramps, [2]float64{}, [2]float64{}, 0
	if h.fill++; h.fill == humSize {
		h.fill = 0
		h.transform(float64(rate) / m)
	}
}

// rest takes n samples of silence of both signals.
func (h *hum) rest(n, rate int) {
	for n > 0 {
		took := min(h.every-h.at, n)
		n -= took
		if h.at += took; h.at == h.every {
			h.slow(rate)
		}
	}
}

// transform looks for the lines in one window of the slow signal.
func (h *hum) transform(rate float64) {
	if zeros(h.re) && zeros(h.im) {
		return
	}
	for i, w := range h.window {
		h.re[i] *= w
		h.im[i] *= w
	}
	h.plan.Transform(h.re, h.im)
	h.plan.Power(h.re, h.im, h.power)
	if sum(h.power) < 1e-10*0.375*humSize*humSize { // -100 dBFS: digital silence
		return
	}
	h.windows++
	for i := range h.lines {
		frequency := mains * float64(i+1)
		power, stands := h.line(frequency, rate)
		if !stands {
			continue
		}
		// The triangle is a squared sinc in frequency; undo its loss.
		loss := math.Sin(math.Pi*frequency/rate) / (float64(h.every) * math.Sin(math.Pi*frequency/rate/float64(h.every)))
		dB := 10*math.Log10(power/(0.375*humSize*humSize)) - 40*math.Log10(loss)
		if dB >= humLowest {
			h.lines[i][min(int(math.Round(dB))-humLowest, -humLowest)]++
		}
	}
}

// line is the power of a line near a frequency, over both signals, and whether
// it stands out from its neighbours. The mains wander by 0.2 Hz, and their
// harmonics by as many times more. A higher line just beside it is a note, and
// what was found only its skirt.
func (h *hum) line(frequency, rate float64) (power float64, stands bool) {
	bin := func(f float64) int { return int(math.Round(f * humSize / rate)) }
	wander := 0.3 + 0.2*frequency/mains
	low, high := bin(frequency-wander), bin(frequency+wander)
	if high+bin(12) >= len(h.power) {
		return 0, false
	}
	best := low - bin(1.2)
	for k := best; k <= high+bin(1.2); k++ {
		if h.power[k] > h.power[best] {
			best = k
		}
	}
	if best < low || best > high {
		return 0, false
	}
	var space [256]float64 // 9 Hz of bins on both sides, at any rate
	near := append(append(space[:0], h.power[low-bin(9):low-3]...), h.power[high+4:high+bin(9)]...)
	slices.Sort(near)
	floor := near[len(near)/2]
	for _, p := range h.power[best-2 : best+3] {
		power += max(p-floor, 0)
	}
	return power, power > 5*floor*humProminent
}

// report counts a harmonic if it stands out in at least half of the windows,
// at the median of its levels there. Hum shows at 50 or 100 Hz; without either,
// a line further up is something else.
func (h *hum) report(programme float64, channels int) Hum {
	out := Hum{Harmonics: make([]Value, humHarmonics)}
	if h.windows < humWindows {
		return out
	}
	var power float64
	for i := range h.lines {
		level, steady := median(&h.lines[i], h.windows)
		if i == 2 && power == 0 {
			break
		}
		if !steady {
			continue
		}
		level -= 10 * math.Log10(float64(min(channels, 2)))
		out.Harmonics[i] = Of(level)
		power += math.Pow(10, level/10)
	}
	if power == 0 {
		out.Level = Of(humLowest)
		return out
	}
	out.Level = Of(10 * math.Log10(power))
	out.BelowProgramme = Of(10 * math.Log10(programme/power))
	return out
}

// humWindows is how many windows a verdict needs.
const humWindows = 3

// median is the median level of a line and whether it was there half the time.
func median(line *[1 - humLowest]int64, windows int64) (level float64, steady bool) {
	var count int64
	for _, n := range line {
		count += n
	}
	if 2*count < windows || count == 0 {
		return 0, false
	}
	rank := count / 2
	for i, n := range line {
		if rank -= n; rank < 0 {
			return float64(humLowest + i), true
		}
	}
	return 0, false
}
