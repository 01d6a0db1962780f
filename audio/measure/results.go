package measure

import "math"

// report puts the results together once everything was measured.
func (m *Meter) report() Report {
	r := Report{Rate: m.rate, Channels: m.channels, Frames: m.frames, NonFinite: m.nonFinite}
	r.Integrated, r.LoudnessRange = m.loud.blocks.integrated(), m.loud.shorts.rangeLU()
	r.MaxMomentary, r.MaxMomentaryAt = m.loud.momentary.report(momentaryHops)
	r.MaxShortTerm, r.MaxShortTermAt = m.loud.shortTerm.report(shortTermHops)
	r.Clipping, r.Silence = m.clipped.report(m.rate), m.silence.report(m.frames, m.rate)
	r.levels(m)
	r.PerChannel = m.perChannel(r.Silence.All)
	if m.channels == 2 && !r.PerChannel[0].Dead && !r.PerChannel[1].Dead {
		r.Stereo = stereo(m.each[0].power, m.each[1].power, m.cross)
	}
	r.Bandwidth = m.spectrum.bandwidth(m.rate)
	programme := m.silence.soundPow / float64(max(m.silence.soundSize, 1)) / float64(m.channels)
	r.Hum = m.hum.report(programme, m.channels)
	r.Waveform = m.wave.report(m.rate)
	return r.filled()
}

// levels fills in the sample peak and the true peak.
func (r *Report) levels(m *Meter) {
	var sample float64
	for _, ch := range m.each {
		sample = max(sample, ch.peak)
	}
	r.SamplePeak = decibels(sample * sample)
	r.TruePeak = decibels(m.peaks.high * m.peaks.high)
	r.TruePeakAt = min(max(m.peaks.frame, 0)/float64(m.rate), float64(m.frames)/float64(m.rate))
	r.TruePeakAtLeast = r.Clipping.Samples > 0 && sample <= 1
}

// filled makes lists that are nil empty.
func (r Report) filled() Report {
	if r.Clipping.Where == nil {
		r.Clipping.Where = []Span{}
	}
	if r.Silence.Inside == nil {
		r.Silence.Inside, r.Silence.All = []Span{}, true
	}
	if r.PerChannel == nil {
		r.PerChannel = []Channel{}
	}
	if r.Hum.Harmonics == nil {
		r.Hum.Harmonics = []Value{}
	}
	if r.Waveform.Min == nil {
		r.Waveform.Min, r.Waveform.Max = []int16{}, []int16{}
	}
	return r
}

// decibels of a power; 0 has none.
func decibels(power float64) Value { return Of(10 * math.Log10(power)) }

// deadDrop is 40 dB.
const deadDrop = 1e4

func (m *Meter) perChannel(silent bool) []Channel {
	var loudest float64
	for _, ch := range m.each {
		loudest = max(loudest, ch.power)
	}
	frames := float64(max(m.frames, 1))
	out := make([]Channel, m.channels)
	for c, ch := range m.each {
		out[c] = Channel{
			RMS:  decibels(ch.power / frames),
			Peak: decibels(ch.peak * ch.peak),
			DC:   ch.sum / frames,
			Dead: !silent && c != lfe(m.channels) && ch.power*deadDrop <= loudest,
		}
	}
	return out
}

// stereo compares two channels from the sums of their squares and products.
func stereo(ll, rr, lr float64) Stereo {
	if !(ll > 0) || !(rr > 0) {
		return Stereo{}
	}
	correlation := lr / math.Sqrt(ll) / math.Sqrt(rr)
	mono, side := (ll+rr+2*lr)/4, (ll+rr-2*lr)/4
	loss := 10 * math.Log10((ll+rr)/2/max(mono, 1e-10*(ll+rr)/2))
	return Stereo{
		Correlation: Of(min(max(correlation, -1), 1)),
		MonoLoss:    Of(max(loss, 0)),
		Inverted:    correlation < -0.8,
		Identical:   side <= 1e-6*mono,
	}
}
