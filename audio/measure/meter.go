// Package measure finds out, in one pass over decoded sound, how loud it is and
// what is wrong with it.
//
// A Meter is fed blocks of any size, needs a bounded amount of memory for any
// length (about 1 MB, 2 MB at 192 kHz), and gives the same Report
// however the blocks were cut. It does no input or output and starts no
// goroutine.
package measure

import (
	"math"
	"slices"

	"loa/audio/internal/digital"
)

// Meter measures one recording. It is not safe for concurrent use.
//
// Everything happens hop by hop: a hop is 10 ms, and what is written is held
// back until a hop is full.
type Meter struct {
	rate, channels int
	frames         int64     // frames in the hops measured so far
	hops           int64     // hops measured so far
	pending        []float32 // the start of the next hop, interleaved
	nonFinite      int64
	weights        []float64
	k              kWeighting
	between        *interpolator
	each           []channel
	cross          float64 // sum of left times right
	peaks          peaks
	loud           *loudness
	clipped        clipping
	silence        silence
	spectrum       spectrum
	hum            hum
	wave           *waveform
	folded         [2][]float64
}

// channel is the state of one channel.
type channel struct {
	x     []float64 // history samples of the past, then the hop
	k     kState
	sum   float64
	power float64
	peak  float64
	hop   hopStats
}

// hopStats is what one hop of one channel adds up to.
type hopStats struct{ sum, power, low, high float64 }

// New makes a Meter for sound of the given sample rate in Hz (8000 to 1000000)
// and number of channels (at least 1); with anything else it measures nothing.
// Up to eight channels are taken in WAVE order (mono; L R; L R C; L R Ls Rs;
// L R C Ls Rs; L R C LFE Ls Rs; L R C LFE Cs Ls Rs; L R C LFE Lb Rb Ls Rs) and
// weighted as ITU-R BS.1770-5 Annex 1 says; with more than eight, every channel
// weighs 1.
func New(rate, channels int) *Meter {
	m := &Meter{rate: rate, channels: channels}
	if !m.usable() {
		return m
	}
	longest := rate/hopsASecond + 1
	m.pending = make([]float32, 0, longest*channels)
	m.weights, m.k, m.between = weights(channels), newKWeighting(rate), newInterpolator()
	m.each = make([]channel, channels)
	for c := range m.each {
		m.each[c].x = make([]float64, history, history+longest)
	}
	m.loud = &loudness{rate: rate}
	m.clipped.now = make([]int64, channels)
	m.spectrum, m.hum = newSpectrum(rate, channels), newHum(rate)
	m.wave = &waveform{size: waveStart}
	if channels > 2 {
		m.folded = [2][]float64{make([]float64, longest), make([]float64, longest)}
	}
	return m
}

func (m *Meter) usable() bool { return m.rate >= 8000 && m.rate <= 1000000 && m.channels >= 1 }

// Write measures a block of interleaved samples, full scale being ±1. The block
// may have any length, also one that is no multiple of the channels: the rest
// of the frame is then expected with the next block. The block is not kept.
func (m *Meter) Write(block []float32) {
	if !m.usable() {
		return
	}
	for len(block) > 0 {
		need := int(hopEnd(m.rate, m.hops)-m.frames) * m.channels
		if len(m.pending) == 0 && len(block) >= need {
			m.hop(block[:need])
			block = block[need:]
			continue
		}
		n := min(need-len(m.pending), len(block))
		m.pending = append(m.pending, block[:n]...)
		block = block[n:]
		if len(m.pending) == need {
			m.hop(m.pending)
			m.pending = m.pending[:0]
		}
	}
}

// Report tells what is known about everything written so far. More may be
// written afterwards.
func (m *Meter) Report() Report {
	if !m.usable() {
		return Report{Rate: m.rate, Channels: m.channels}.filled()
	}
	c := m.clone()
	if rest := len(c.pending) / c.channels * c.channels; rest > 0 {
		c.part(c.pending[:rest])
	}
	c.flush()
	return c.report()
}

// clone copies everything that hops change, so that the rest of a hop can be
// measured without touching m.
func (m *Meter) clone() *Meter {
	c := *m
	loud, wave := *m.loud, *m.wave
	c.loud, c.wave = &loud, &wave
	c.each = slices.Clone(m.each)
	for i := range c.each {
		c.each[i].x = append(make([]float64, 0, cap(m.each[i].x)), m.each[i].x...)
	}
	c.clipped.where, c.clipped.now = slices.Clone(m.clipped.where), slices.Clone(m.clipped.now)
	c.silence.inside = slices.Clone(m.silence.inside)
	c.spectrum, c.hum = m.spectrum.clone(), m.hum.clone()
	return &c
}

// hop measures a whole hop.
func (m *Meter) hop(block []float32) {
	if digital.Silence(block) && m.rests() {
		m.rest(len(block) / m.channels)
		return
	}
	m.part(block)
	m.loud.add(m.energy())
	m.hops++
}

// rests reports whether nothing sounds on: no filter remembers anything and the
// history is 0.
func (m *Meter) rests() bool {
	for c := range m.each {
		ch := &m.each[c]
		if ch.k != (kState{}) || !zeros(ch.x[len(ch.x)-history:]) {
			return false
		}
	}
	return true
}

// rest measures a hop of n zeros that follow zeros: what part and the filters
// would find out, without looking.
func (m *Meter) rest(n int) {
	for c := range m.each {
		ch := &m.each[c]
		ch.x = ch.x[:history+n]
		clear(ch.x)
		ch.hop = hopStats{}
	}
	m.spectrum.rest(n, m.rate)
	m.hum.rest(n, m.rate)
	m.outline(n)
	m.frames += int64(n)
	m.loud.add(0)
	m.hops++
}

// energy is the weighted K-weighted energy of the hop just parted.
func (m *Meter) energy() float64 {
	var total float64
	for c := 0; c < m.channels; c += 2 {
		a := &m.each[c]
		if c+1 == m.channels {
			total += m.weights[c] * m.k.energy(&a.k, a.x[history:])
			break
		}
		b := &m.each[c+1]
		left, right := m.k.energyOfTwo(&a.k, &b.k, a.x[history:], b.x[history:])
		total += m.weights[c]*left + m.weights[c+1]*right
	}
	return total
}

// part measures up to a hop of whole frames by everything but loudness, which
// counts only whole hops.
func (m *Meter) part(block []float32) {
	n := len(block) / m.channels
	m.split(block, n)
	silent, power, loudest := true, 0.0, 0.0
	for c := range m.each {
		ch := &m.each[c]
		ch.measure()
		if !ch.finite() {
			m.nonFinite += ch.mend()
		}
		ch.sum += ch.hop.sum
		ch.power += ch.hop.power
		peak := max(ch.hop.high, -ch.hop.low)
		ch.peak, loudest = max(ch.peak, peak), max(loudest, peak)
		alternating := max(ch.hop.power-ch.hop.sum*ch.hop.sum/float64(n), 0)
		power += alternating
		silent = silent && alternating < float64(n)*silentPower
	}
	m.silence.hear(m.frames, m.frames+int64(n), silent, power, m.rate)
	m.details(n, loudest)
	m.frames += int64(n)
}

// silentPower is SilenceLevel as a mean square.
const silentPower = 1e-6

// split puts the samples of each channel after the history of that channel.
func (m *Meter) split(block []float32, n int) {
	for c := range m.each {
		ch := &m.each[c]
		copy(ch.x, ch.x[len(ch.x)-history:])
		ch.x = ch.x[:history+n]
	}
	switch m.channels {
	case 1:
		x := m.each[0].x[history:]
		for i, v := range block[:len(x)] {
			x[i] = float64(v)
		}
	case 2:
		x, y := m.each[0].x[history:], m.each[1].x[history:]
		block, y = block[:2*len(x)], y[:len(x)]
		for i := range x {
			x[i], y[i] = float64(block[2*i]), float64(block[2*i+1])
		}
	default:
		for c := range m.each {
			x := m.each[c].x[history:]
			for i := range x {
				x[i] = float64(block[i*m.channels+c])
			}
		}
	}
}

// details runs what looks at single samples.
func (m *Meter) details(n int, loudest float64) {
	for c := range m.each {
		x := m.each[c].x
		m.peaks.look(m.between, x, m.frames-history, m.each[c].reached())
		if loudest >= fullScale || m.clipped.now[c] > 0 {
			m.clipped.look(c, x[history:], m.frames, m.rate)
		}
	}
	x, y := m.pair(n)
	if m.channels == 2 {
		m.cross += dot(x, y)
	}
	m.spectrum.add(x, y, m.rate)
	m.hum.add(x, y, m.rate)
	m.outline(n)
}

// reached is the highest absolute sample within reach of the interpolator: of
// the hop, and of the history before it.
func (ch *channel) reached() float64 {
	high := max(ch.hop.high, -ch.hop.low)
	for _, v := range ch.x[:history] {
		high = max(high, math.Abs(v))
	}
	return high
}

// pair gives the hop as two signals: mono and nothing, left and right, or the
// sums of the even and of the odd channels.
func (m *Meter) pair(n int) (x, y []float64) {
	switch m.channels {
	case 1:
		return m.each[0].x[history:], nil
	case 2:
		return m.each[0].x[history:], m.each[1].x[history:]
	}
	for side := range m.folded {
		m.folded[side] = m.folded[side][:n]
		clear(m.folded[side])
	}
	for c := range m.each {
		out := m.folded[c%2]
		for i, v := range m.each[c].x[history:] {
			out[i] += v
		}
	}
	return m.folded[0], m.folded[1]
}

// outline feeds the waveform, bucket by bucket; a hop that lies in one bucket
// needs only its extremes.
func (m *Meter) outline(n int) {
	for at := 0; at < n; {
		take := int(min(m.wave.size-m.wave.fill, int64(n-at)))
		low, high := math.Inf(1), math.Inf(-1)
		for c := range m.each {
			s := m.each[c].hop
			if take < n {
				s = stats(m.each[c].x[history+at : history+at+take])
			}
			low, high = min(low, s.low), max(high, s.high)
		}
		m.wave.take(float32(low), float32(high), int64(take))
		at += take
	}
}

// measure adds up the hop.
func (ch *channel) measure() { ch.hop = stats(ch.x[history:]) }

func stats(x []float64) hopStats {
	s := hopStats{low: math.Inf(1), high: math.Inf(-1)}
	for _, v := range x {
		s.sum += v
		s.power += v * v
		if v > s.high {
			s.high = v
		}
		if v < s.low {
			s.low = v
		}
	}
	return s
}

// finite tells whether all samples of the hop are: squares of float32 cannot
// overflow a float64.
func (ch *channel) finite() bool { return ch.hop.power <= math.MaxFloat64 }

// mend replaces samples that are no numbers by 0 and counts them.
func (ch *channel) mend() (count int64) {
	for i, v := range ch.x[history:] {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			ch.x[history+i] = 0
			count++
		}
	}
	ch.measure()
	return count
}

func dot(x, y []float64) (sum float64) {
	y = y[:len(x)]
	for i, v := range x {
		sum += v * y[i]
	}
	return sum
}

// flush lets the interpolator see the last samples: silence follows them.
func (m *Meter) flush() {
	for c := range m.each {
		ch := &m.each[c]
		tail := append(slices.Clone(ch.x[len(ch.x)-history:]), make([]float64, reach)...)
		var high float64
		for _, v := range tail {
			high = max(high, math.Abs(v))
		}
		m.peaks.look(m.between, tail, m.frames-history, high)
	}
}
