// Package fingerprint finds the same recording again after it was encoded anew,
// trimmed, made louder or resampled.
//
// The technique is that of J. Haitsma and T. Kalker, "A Highly Robust Audio
// Fingerprinting System", ISMIR 2002: each frame of sound becomes 32 bits, the
// signs of how the differences between neighbouring bands change in time. Two
// recordings are the same where the share of bits that differ (the bit error
// rate) stays well under the half that chance gives. A change of speed of up to
// 3.5 % is followed: the bands of what is asked about are then taken higher or
// lower, and where it lies in the other moves along.
package fingerprint

import (
	"math"

	"loa/audio/internal/bands"
)

// What the paper fixes: windows of 0.37 s, 33 bands spaced evenly in pitch
// between 300 and 2000 Hz. The paper steps 11.6 ms.
var shape = bands.Shape{Count: bandCount, LowestHz: 300, HighestHz: 2000, Window: 0.37, Hop: hopSeconds, SlowestHz: 5400}

const (
	bandCount = 33
	// hopSeconds is the time from one frame to the next.
	hopSeconds = 0.04
)

// energies is the power of one frame in each band, lowest band first.
type energies [bandCount]float64

// Printer makes the fingerprint of one recording. It needs 1300 bytes for each
// second of sound of the first hour, 100 thereafter, and is not safe for
// concurrent use.
type Printer struct {
	bands  *bands.Bands
	past   [lag][len(speeds)]energies // the last frames, by frame number modulo lag
	seen   int64
	frames [len(speeds)][]uint32
}

// speeds are those at which a print is made, as shares of the usual one, the most
// common first. What is played faster sounds higher by as much. A band is 6 %
// wide: speech is still like the nearest of speeds that lie farther apart, the
// pure tones of music are not.
var speeds = [...]float64{1, 0.995, 1.005, 0.99, 1.01, 0.985, 1.015, 0.98, 1.02, 0.975, 1.025, 0.97, 1.03}

// lag is over how many frames the change in time is taken: 80 ms. The paper
// takes it from one frame to the next, 11.6 ms, and gets more bits that flip at
// the least noise.
const lag = 2

// faint is the mean power, full scale squared, under which a frame is silence.
const faint = 1e-9

// New makes a Printer for sound of the given sample rate in Hz and number of
// channels. Below 5400 Hz the bands do not fit, and the Print stays empty.
func New(rate, channels int) *Printer {
	p := &Printer{}
	p.bands = bands.New(shape, rate, channels, speeds[:], p.frame)
	return p
}

// Write takes a block of interleaved samples of any length, full scale ±1. The
// block is not kept.
func (p *Printer) Write(block []float32) { p.bands.Write(block) }

// Print returns the fingerprint of everything written. Nothing may be written
// afterwards.
func (p *Printer) Print() Print {
	p.bands.Flush()
	return Print{frames: p.frames[0], other: [len(speeds) - 1][]uint32(p.frames[1:])}
}

func (p *Printer) frame(e [][]float64) {
	before := &p.past[p.seen%lag]
	if p.seen >= lag {
		for i := range speeds {
			if i == 0 || p.seen < long {
				p.frames[i] = append(p.frames[i], signs((*energies)(e[i]), &before[i]))
			}
		}
	}
	for i := range speeds {
		before[i] = energies(e[i])
	}
	p.seen++
}

// signs is the sub-fingerprint of a frame: equation (1) of the paper. Silence
// gives 0, which stands for "nothing to compare".
func signs(now, before *energies) (out uint32) {
	var power float64
	for m := range 32 {
		power += now[m]
		if (now[m]-now[m+1])-(before[m]-before[m+1]) > 0 {
			out |= 1 << m
		}
	}
	if power < faint {
		return 0
	}
	return out
}

// Print is the fingerprint of one recording: 25 sub-fingerprints a second. The
// zero Print is that of a recording too short to have one, and matches nothing.
type Print struct {
	frames []uint32
	other  [len(speeds) - 1][]uint32 // at the speeds after the first; of an hour at most
}

// Seconds is the length of sound the Print covers.
func (p Print) Seconds() float64 { return float64(len(p.frames)) * hopSeconds }

// seconds of so many frames, to the millisecond.
func seconds(frames int) float64 { return math.Round(float64(frames)*hopSeconds*1000) / 1000 }
