package measure

import "math"

// Waveform is the outline of the sound for drawing: for each bucket the lowest
// and the highest sample over all channels, as 16-bit numbers (full scale
// ±32767, more is cut off). It has at most 2048 buckets for any length, and at
// least 1024 for anything over three seconds at 44.1 kHz.
type Waveform struct {
	// Seconds is the length of one bucket; the last one may be shorter.
	Seconds float64 `json:"bucket_seconds"`
	Min     []int16 `json:"min"`
	Max     []int16 `json:"max"`
}

// Resample gives the outline in n buckets of equal length for a drawing n
// columns wide. Each column covers every bucket it touches, so no peak is lost.
// With n over the number of buckets columns repeat; with nothing to draw, or n
// under 1, the result is empty.
func (w Waveform) Resample(n int) Waveform {
	have := min(len(w.Min), len(w.Max))
	if n < 1 || have == 0 {
		return Waveform{Min: []int16{}, Max: []int16{}}
	}
	out := Waveform{Seconds: w.Seconds * float64(have) / float64(n), Min: make([]int16, n), Max: make([]int16, n)}
	for i := range n {
		from := i * have / n
		to := max(((i+1)*have+n-1)/n, from+1)
		low, high := w.Min[from], w.Max[from]
		for j := from + 1; j < to; j++ {
			low, high = min(low, w.Min[j]), max(high, w.Max[j])
		}
		out.Min[i], out.Max[i] = low, high
	}
	return out
}

const (
	waveBuckets = 2048
	waveStart   = 64 // frames in a bucket at first
)

// waveform gathers minima and maxima. When the buckets run out, neighbours are
// joined and a bucket lasts twice as long.
type waveform struct {
	size      int64 // frames in a bucket
	fill      int64 // frames in the last bucket
	used      int   // full buckets
	low, high [waveBuckets]float32
	lastLow   float32
	lastHigh  float32
}

// take notes the extremes of n frames that all belong to the last bucket.
func (w *waveform) take(low, high float32, n int64) {
	if w.fill == 0 {
		w.lastLow, w.lastHigh = low, high
	} else {
		w.lastLow, w.lastHigh = min(w.lastLow, low), max(w.lastHigh, high)
	}
	if w.fill += n; w.fill < w.size {
		return
	}
	w.low[w.used], w.high[w.used] = w.lastLow, w.lastHigh
	w.used, w.fill = w.used+1, 0
	if w.used < waveBuckets {
		return
	}
	for i := range waveBuckets / 2 {
		w.low[i] = min(w.low[2*i], w.low[2*i+1])
		w.high[i] = max(w.high[2*i], w.high[2*i+1])
	}
	w.used, w.size = waveBuckets/2, w.size*2
}

func (w *waveform) report(rate int) Waveform {
	n := w.used
	if w.fill > 0 {
		n++
	}
	out := Waveform{Seconds: float64(w.size) / float64(rate), Min: make([]int16, n), Max: make([]int16, n)}
	for i := range n {
		low, high := w.lastLow, w.lastHigh
		if i < w.used {
			low, high = w.low[i], w.high[i]
		}
		out.Min[i], out.Max[i] = sixteen(low), sixteen(high)
	}
	return out
}

func sixteen(v float32) int16 {
	return int16(math.Round(min(max(float64(v), -1), 1) * math.MaxInt16))
}
