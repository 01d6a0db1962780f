package fingerprint

import (
	"math"
	"math/bits"
)

const (
	// patience is how many blocks that differ end the following of a candidate,
	// 31 s: a pause or a damaged stretch is shorter.
	patience = 12
	// leastFollowed is how many blocks have to match in all, 15 s: of three
	// alignments of each block the best is taken, which chance profits from.
	leastFollowed = 6
)

// path is what is followed from a candidate in one direction: how far the frames
// have moved against the speed that was assumed.
type path struct {
	frames []uint32
	speed  float64
	kept   Sketch
	offset float64 // of the candidate

	drift, slope float64 // frames, and frames a block
	matched      tally
	blocks       int // gone through, those at the end that differ aside
}

// at is the frame of what is asked about that lies at frame j of the sketch.
func (p *path) at(j int, drift float64) int {
	return int(math.Round((float64(j*stride) - p.offset - drift) / p.speed))
}

// block compares the block that begins at frame j of the sketch under a drift.
func (p *path) block(j int, drift float64) (t tally) {
	for ; t.blocks < blockFrames && j < len(p.kept.frames); j, t.blocks = j+1, t.blocks+1 {
		if i := p.at(j, drift); i >= 0 && i < len(p.frames) && p.kept.frames[j] != 0 && p.frames[i] != 0 {
			t.wrong += bits.OnesCount32(p.kept.frames[j] ^ p.frames[i])
			t.of += 32
		}
	}
	return t
}

// walk follows the candidate block by block from frame j on, or back from it.
func (p *path) walk(j, step int) {
	failed, total := 0, 0
	for n := 1; failed < patience && j >= 0 && j < len(p.kept.frames); j, n = j+step, n+1 {
		if i := p.at(j, p.drift); i < -blockFrames*stride || i >= len(p.frames)+blockFrames*stride {
			return
		}
		var best tally
		var shift float64
		for _, s := range [...]float64{0, -1, 1} {
			t := p.block(j, p.drift+p.slope+s)
			if t.of > 0 && (best.of == 0 || t.wrong*best.of < best.wrong*t.of) {
				best, shift = t, s
			}
		}
		p.drift += p.slope
		if best.of < 32*blockFrames/2 || float64(best.wrong) >= sameBits*float64(best.of) {
			failed++
			continue
		}
		p.drift += shift
		total++
		if total >= 4 { // until then one frame more or less says nothing about the speed
			p.slope = p.drift / float64(n)
		}
		failed, p.blocks = 0, n
		p.matched.blocks, p.matched.wrong, p.matched.of = p.matched.blocks+1, p.matched.wrong+best.wrong, p.matched.of+best.of
	}
}

// follow lays frames over a recording at about a speed and follows where they
// drift apart, from the place that the candidate names.
func follow(frames []uint32, speed float64, kept Sketch, c candidate) (Match, bool) {
	start := (c.offset + int(math.Round(float64(c.frame)*speed))) / stride
	ahead := path{frames: frames, speed: speed, kept: kept, offset: float64(c.offset)}
	back := ahead
	ahead.walk(start, blockFrames)
	back.walk(start-blockFrames, -blockFrames)
	total := tally{ahead.matched.blocks + back.matched.blocks, ahead.matched.wrong + back.matched.wrong, ahead.matched.of + back.matched.of}
	if total.blocks < leastFollowed || float64(total.wrong) > sureBits*float64(total.of) {
		return Match{}, false
	}
	// The drift over what was gone through is what the speed was off.
	if gone := float64((ahead.blocks + back.blocks) * blockFrames * stride); gone > 0 {
		speed /= 1 - (ahead.drift-back.drift)/gone
	}
	shorter := min(seconds(len(frames))*speed, seconds(kept.total))
	overlap := min(seconds(total.blocks*blockFrames*stride), shorter)
	return Match{
		ID: c.id, Offset: seconds(c.offset + int(math.Round(back.drift))), Overlap: overlap, Share: overlap / shorter, Speed: speed,
		Score: 1 - 2*float64(total.wrong)/float64(total.of),
	}, true
}
