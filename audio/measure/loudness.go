package measure

import "math"

// Windows of EBU Tech 3341 in hops of 10 ms.
const (
	hopsASecond   = 100
	momentaryHops = 40  // 0.4 s, also the gating block of ITU-R BS.1770-5
	shortTermHops = 300 // 3 s
	gatingStep    = 10  // 0.1 s: gating blocks overlap by 75 %
)

// loudnessOf turns a K-weighted mean square into LUFS: ITU-R BS.1770-5
// equation (2).
func loudnessOf(meanSquare float64) float64 { return -0.691 + 10*math.Log10(meanSquare) }

// loudness gathers the K-weighted energy of hops.
type loudness struct {
	rate      int
	hops      int64                  // hops so far
	sounding  int64                  // hops up to the last that was not 0
	ring      [shortTermHops]float64 // weighted sums of squares of the last hops
	blocks    histogram              // gating blocks of 0.4 s, for the integrated loudness
	shorts    histogram              // short-term values, for the loudness range
	momentary peakWindow
	shortTerm peakWindow
}

// peakWindow is the loudest window found so far.
type peakWindow struct {
	meanSquare float64
	lastHop    int64
}

// hopEnd is the number of frames before the end of hop i, so that hops of 10 ms
// stay exact also where the rate is no multiple of 100.
func hopEnd(rate int, i int64) int64 { return (i + 1) * int64(rate) / hopsASecond }

// add takes the weighted sum of squares of one hop.
func (l *loudness) add(energy float64) {
	l.ring[l.hops%shortTermHops] = energy
	l.hops++
	if energy != 0 {
		l.sounding = l.hops
	} else if l.hops-l.sounding >= shortTermHops {
		return // no window holds anything
	}
	aligned := l.hops%gatingStep == 0
	if l.hops >= momentaryHops {
		mean := l.mean(momentaryHops)
		l.momentary.see(mean, l.hops)
		if aligned {
			l.blocks.add(mean)
		}
	}
	if l.hops >= shortTermHops {
		mean := l.mean(shortTermHops)
		l.shortTerm.see(mean, l.hops)
		if aligned {
			l.shorts.add(mean)
		}
	}
}

// mean is the mean square of the last n hops. It is summed afresh each time, so
// that no rounding error of loud passages stays behind.
func (l *loudness) mean(n int64) float64 {
	var sum float64
	at := (l.hops - n) % shortTermHops
	for _, e := range l.ring[at:min(at+n, shortTermHops)] {
		sum += e
	}
	if over := at + n - shortTermHops; over > 0 {
		for _, e := range l.ring[:over] {
			sum += e
		}
	}
	return sum / float64(hopEnd(l.rate, l.hops-1)-hopEnd(l.rate, l.hops-1-n))
}

func (p *peakWindow) see(meanSquare float64, hops int64) {
	if meanSquare > p.meanSquare {
		*p = peakWindow{meanSquare, hops}
	}
}

// report gives the loudness and where the window of so many hops was.
func (p *peakWindow) report(hops int64) (Value, Span) {
	if p.meanSquare == 0 {
		return Value{}, Span{}
	}
	return Of(loudnessOf(p.meanSquare)), Span{float64(p.lastHop-hops) / hopsASecond, float64(p.lastHop) / hopsASecond}
}

// The histogram covers -70 LUFS, below which every gate is shut, to +30 LUFS.
const (
	binsALU  = 100
	lowest   = -70.0
	binCount = 100 * binsALU
)

// histogram keeps loudness values in bins of 0.01 LU, with the sum of the
// powers in each bin: means over whole bins are exact, and only a gate that
// falls inside a bin is off by up to 0.01 LU.
type histogram struct {
	count [binCount]uint32
	sum   [binCount]float64
}

func (h *histogram) add(meanSquare float64) {
	if !(meanSquare > 0) {
		return
	}
	place := (loudnessOf(meanSquare) - lowest) * binsALU
	if place < 0 {
		return
	}
	bin := binCount - 1
	if place < binCount {
		bin = int(place)
	}
	h.count[bin]++
	h.sum[bin] += meanSquare
}

// mean is the number of values in the bins from first and their mean power.
func (h *histogram) mean(first int) (count int64, power float64) {
	for bin := first; bin < binCount; bin++ {
		count += int64(h.count[bin])
		power += h.sum[bin]
	}
	return count, power / float64(count)
}

// gate is the first bin of what lies above a gate so many LU under the mean of
// everything above -70 LUFS; ok is false if nothing is.
func (h *histogram) gate(under float64) (first int, ok bool) {
	count, power := h.mean(0)
	if count == 0 {
		return 0, false
	}
	first = int(math.Round((loudnessOf(power) - under - lowest) * binsALU))
	return min(max(first, 0), binCount-1), true
}

// integrated is the gated loudness: ITU-R BS.1770-5 Annex 1, gates at -70 LUFS
// and 10 LU under the mean of what passes that.
func (h *histogram) integrated() Value {
	first, ok := h.gate(10)
	if !ok {
		return Value{}
	}
	_, power := h.mean(first)
	return Of(loudnessOf(power))
}

// rangeLU is the loudness range: EBU Tech 3342 section 3.1.
func (h *histogram) rangeLU() Value {
	first, ok := h.gate(20)
	if !ok {
		return Value{}
	}
	count, _ := h.mean(first)
	low := h.percentile(first, int64(math.Round(float64(count-1)*0.10)))
	high := h.percentile(first, int64(math.Round(float64(count-1)*0.95)))
	return Of(high - low)
}

// percentile is the loudness of the value with the given rank (from 0) among
// those in the bins from first: the mean of its bin.
func (h *histogram) percentile(first int, rank int64) float64 {
	for bin := first; bin < binCount; bin++ {
		if rank -= int64(h.count[bin]); rank < 0 {
			return loudnessOf(h.sum[bin] / float64(h.count[bin]))
		}
	}
	return math.NaN()
}
