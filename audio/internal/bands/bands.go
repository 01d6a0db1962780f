// Package bands turns sound into the power of short frames in bands of pitch: the
// first step of a fingerprint, and of finding a short noisy recording again.
package bands

import (
	"math"
	"slices"

	"loa/audio/internal/digital"
	"loa/audio/internal/fft"
)

// Shape says which bands are taken of which frames.
type Shape struct {
	Count               int // of bands, spaced evenly in pitch
	LowestHz, HighestHz float64
	Window, Hop         float64 // seconds of a frame, and from one frame to the next
	SlowestHz           float64 // the lowest rate that the sound is brought down to
}

// Bands turns sound into the power of frames in each band, at any sample rate.
// It is not safe for concurrent use.
type Bands struct {
	shape          Shape
	rate, channels int
	emit           func([][]float64) // of one frame, at each of pitches
	pitches        []float64         // how much higher the bands lie; the first is 1
	power          [2][]float64      // of two frames, by bin
	partial        []float32         // of a frame of samples
	halvings       []halving
	slow           float64   // the rate after halving, in Hz
	buffer         []float64 // the slow signal from the start of the next frame
	dropped        int64     // slow samples before buffer
	sounding       int64     // slow samples up to the last that is not 0
	frame          int64     // the next frame
	first          []float64 // a frame that waits for a second one; empty when none does
	faintest       bool      // all of first is 0
	all            [][]float64
	plan           *fft.Plan
	window         []float64
	re, im         []float64
	edges          []float64 // in bins
	mono           []float64
}

// New makes Bands for sound of the given sample rate in Hz (the shape's slowest
// to 1000000) and number of channels (at least 1); with anything else no frame
// comes. emit is called with each frame, in order: one set of bands for each
// pitch, so many times higher than the sound, the lowest band first, as power in
// the square of full scale. They are the caller's until it returns.
func New(shape Shape, rate, channels int, pitches []float64, emit func([][]float64)) *Bands {
	b := &Bands{shape: shape, rate: rate, channels: channels, pitches: pitches, emit: emit}
	if !b.usable() {
		return b
	}
	b.slow = float64(rate)
	for b.slow/2 >= shape.SlowestHz {
		b.slow /= 2
		b.halvings = append(b.halvings, halving{})
	}
	length := int(math.Round(shape.Window * b.slow))
	size := 4
	for size < length {
		size *= 2
	}
	b.plan, b.window = fft.New(size), fft.Hann(length)
	b.re, b.im = make([]float64, size), make([]float64, size)
	b.first, b.all = make([]float64, 0, length), make([][]float64, len(pitches))
	for i := range b.all {
		b.all[i] = make([]float64, shape.Count)
	}
	for i := range shape.Count + 1 {
		hz := shape.LowestHz * math.Pow(shape.HighestHz/shape.LowestHz, float64(i)/float64(shape.Count))
		b.edges = append(b.edges, hz/b.slow*float64(size))
	}
	last := int(math.Ceil(b.edges[shape.Count]*slices.Max(pitches))) + 1
	b.power = [2][]float64{make([]float64, last+1), make([]float64, last+1)}
	return b
}

func (b *Bands) usable() bool {
	return float64(b.rate) >= b.shape.SlowestHz && b.rate <= 1000000 && b.channels >= 1
}

// Write takes a block of interleaved samples of any length, full scale ±1;
// samples that are no numbers count as 0. The block is not kept.
func (b *Bands) Write(block []float32) {
	if !b.usable() {
		return
	}
	if len(b.partial) > 0 {
		n := min(b.channels-len(b.partial), len(block))
		b.partial = append(b.partial, block[:n]...)
		block = block[n:]
		if len(b.partial) == b.channels {
			b.add(b.partial)
			b.partial = b.partial[:0]
		}
	}
	for whole := len(block) / b.channels * b.channels; whole > 0; whole = len(block) / b.channels * b.channels {
		n := min(whole, 4096*b.channels)
		b.add(block[:n])
		block = block[n:]
	}
	b.partial = append(b.partial, block...)
}

// add takes whole frames of samples.
func (b *Bands) add(block []float32) {
	b.mono = mix(b.mono[:0], block, b.channels)
	x := b.mono
	for i := range b.halvings {
		x = b.halvings[i].run(x)
	}
	b.buffer = append(b.buffer, x...)
	if last := len(x) - trailing(x); last > 0 {
		b.sounding = b.dropped + int64(len(b.buffer)-len(x)+last)
	}
	for {
		start := int(b.start(b.frame) - b.dropped)
		if start+len(b.window) > len(b.buffer) {
			return
		}
		b.take(b.buffer[start:start+len(b.window)], b.dropped+int64(start) >= b.sounding)
		b.frame++
		if start > 4*len(b.window) {
			b.dropped += int64(start)
			b.buffer = slices.Delete(b.buffer, 0, start)
		}
	}
}

// start is where a frame begins in the slow signal.
func (b *Bands) start(frame int64) int64 {
	return int64(math.Round(float64(frame) * b.shape.Hop * b.slow))
}

// trailing is how many values at the end of x are 0.
func trailing(x []float64) int {
	n := len(x)
	for n > 0 && x[n-1] == 0 {
		n--
	}
	return len(x) - n
}

// mix makes one signal of all channels. The even channels weigh more, so that
// what is left of a recording whose second channel is inverted is still the
// recording, only fainter.
func mix(out []float64, block []float32, channels int) []float64 {
	if digital.Silence(block) {
		return append(out, make([]float64, len(block)/channels)...)
	}
	switch channels {
	case 1:
		for _, v := range block {
			out = append(out, finite(float64(v)))
		}
	case 2:
		for i := 0; i+1 < len(block); i += 2 {
			out = append(out, finite(0.6*float64(block[i])+0.4*float64(block[i+1])))
		}
	default:
		even, odd := 0.6/float64((channels+1)/2), 0.4/float64(channels/2)
		for i := 0; i+channels <= len(block); i += channels {
			var sum float64
			for c, v := range block[i : i+channels] {
				if c%2 == 0 {
					sum += even * float64(v)
				} else {
					sum += odd * float64(v)
				}
			}
			out = append(out, finite(sum))
		}
	}
	return out
}

func finite(v float64) float64 {
	if v-v != 0 {
		return 0
	}
	return v
}

// take transforms frames two at a time, one as the real and one as the imaginary
// part; empty says that all of x is 0.
func (b *Bands) take(x []float64, empty bool) {
	switch {
	case len(b.first) == 0:
		b.first, b.faintest = append(b.first, x...), empty
		return
	case empty && b.faintest:
		for range 2 {
			for _, e := range b.all {
				clear(e)
			}
			b.emit(b.all)
		}
	default:
		b.pair(b.first, x)
	}
	b.first = b.first[:0]
}

// Flush emits the frame that waits for a second one. Nothing may be written
// afterwards.
func (b *Bands) Flush() {
	if len(b.first) > 0 {
		b.pair(b.first, nil)
		b.first = b.first[:0]
	}
}

func (b *Bands) pair(x, y []float64) {
	n := len(b.window)
	clear(b.re[n:])
	clear(b.im[n:])
	for i, w := range b.window {
		b.re[i] = w * x[i]
	}
	if y == nil {
		clear(b.im)
	}
	for i, v := range y {
		b.im[i] = b.window[i] * v
	}
	b.plan.Transform(b.re, b.im)
	size, last := b.plan.Size(), len(b.power[0])-1
	scale := 1 / (0.375 * float64(n) * float64(size))
	for k := 1; k <= last; k++ {
		// The parts of two real signals in one complex transform.
		xr, xi := (b.re[k]+b.re[size-k])/2, (b.im[k]-b.im[size-k])/2
		yr, yi := (b.im[k]+b.im[size-k])/2, (b.re[size-k]-b.re[k])/2
		b.power[0][k], b.power[1][k] = 2*(xr*xr+xi*xi)*scale, 2*(yr*yr+yi*yi)*scale
	}
	frames := b.power[:1]
	if y != nil {
		frames = b.power[:]
	}
	for _, power := range frames {
		b.gather(b.all[0], power)
		sum := 0.0 // from here on, of all bins up to each
		for k, v := range power {
			sum += v
			power[k] = sum
		}
		for i, pitch := range b.pitches[1:] {
			b.differ(b.all[i+1], power, pitch)
		}
		b.emit(b.all)
	}
}

// differ finds the power in each of the higher or lower bands by the sums of all
// bins below their edges.
func (b *Bands) differ(e []float64, sums []float64, pitch float64) {
	below := 0.0
	for i, edge := range b.edges {
		at := edge*pitch + 0.5 // bin k reaches from k-0.5 to k+0.5
		k := int(at)
		sum := sums[k-1] + (at-float64(k))*(sums[k]-sums[k-1])
		if i > 0 {
			e[i-1] = sum - below
		}
		below = sum
	}
}

// gather adds up the power of the bins in each band.
func (b *Bands) gather(e []float64, power []float64) {
	clear(e)
	band := 0
	for k := int(b.edges[0]); k < len(power) && band < b.shape.Count; k++ {
		// Bin k reaches from k-0.5 to k+0.5; a band edge may cut it.
		from, to := float64(k)-0.5, float64(k)+0.5
		for i := band; i < b.shape.Count && b.edges[i] < to; i++ {
			if share := min(to, b.edges[i+1]) - max(from, b.edges[i]); share > 0 {
				e[i] += share * power[k]
			}
		}
		for band < b.shape.Count && b.edges[band+1] <= to {
			band++
		}
	}
}

// halving halves the sample rate behind a half-band filter of 15 samples. What
// folds back on 2000 Hz is 25 dB down at a rate of 5400 Hz after it.
type halving struct {
	past []float64
}

// halfBand are the outer coefficients of the filter, from the middle outward at
// odd distances (at even distances they are 0, in the middle 0.5): a sinc under
// a Hann window.
var halfBand = [4]float64{0.3052664, -0.0731312, 0.0195902, -0.0017255}

// run filters x and returns every other sample.
func (h *halving) run(x []float64) []float64 {
	silent := trailing(h.past) == len(h.past) && trailing(x) == len(x)
	h.past = append(h.past, x...)
	p := h.past
	out := x[:0]
	i := 7
	if silent {
		n := max(0, (len(p)-13)/2)
		h.past = p[:len(p)-2*n]
		return x[:n]
	}
	for ; i+7 < len(p); i += 2 {
		w := (*[15]float64)(p[i-7 : i+8])
		out = append(out, 0.5*w[7]+halfBand[0]*(w[6]+w[8])+halfBand[1]*(w[4]+w[10])+halfBand[2]*(w[2]+w[12])+halfBand[3]*(w[0]+w[14]))
	}
	h.past = slices.Delete(p, 0, i-7)
	return out
}
