package fingerprint

import (
	"cmp"
	"math/bits"
	"slices"
)

// Match says that a recording on the Shelf holds the same sound as the one
// asked about.
type Match struct {
	// ID is the name the recording is kept under.
	ID string
	// Offset is where in the kept recording, in seconds, the start of the one
	// asked about lies; negative if that one starts earlier.
	Offset float64
	// Overlap is how many seconds of sound match, and Share that as a fraction
	// (0 to 1) of the shorter of the two recordings. Two programmes with the
	// same opening jingle match for the length of the jingle; copies match
	// nearly throughout.
	Overlap float64
	Share   float64
	// Score is how alike the matching stretches are: 1 for the same bits, 0 for
	// unrelated sound (1 - 2 · bit error rate).
	Score float64
}

// Same tells whether the two are one recording, whole or cut, rather than two
// that share a jingle or a quotation: at least half of the shorter matches.
func (m Match) Same() bool { return m.Share >= 0.5 }

const (
	// crowded is how many equal keys are looked at: a sound more common than
	// that says nothing about which recording it is.
	crowded = 200
	// judged is how many candidates are compared in full.
	judged = 400
	// blockFrames of kept frames are judged together, 2.56 s: 256 bits.
	blockFrames = 8
	// sameBits is the bit error rate under which a block is the same sound: the
	// paper's threshold. Blocks here have fewer bits than there, so the whole
	// match must also stay under sureBits. In the trial of this package, copies at
	// 32 kbit/s reach 0.20, and the nearest of chance 0.31.
	sameBits, sureBits = 0.35, 0.28
	// leastBlocks have to match one after the other: 5 s.
	leastBlocks = 2
	// long is from how many frames on a recording is looked up without shifts,
	// an hour: by then it has places enough.
	long = 3600 * 25
)

// Shelf is where Sketches are kept. Find asks it from one goroutine.
type Shelf interface {
	// Rows calls yield for the recordings that have a row with this key and the
	// row's place, until yield returns false. Find asks in the order of keys.
	Rows(key uint32, yield func(id string, place int) bool) error
	// Sketch returns the sketch of a recording that Rows named.
	Sketch(id string) (Sketch, error)
}

// Find returns the recordings on the shelf that hold the same sound as p for at
// least five seconds, each once, at the offset where most matches; the longest
// match comes first. A recording that is itself on the shelf finds itself. The
// error is the shelf's.
func Find(p Print, shelf Shelf) ([]Match, error) {
	found, err := candidates(p, shelf)
	if err != nil {
		return nil, err
	}
	best, sketches := map[string]Match{}, map[string]Sketch{}
	for _, c := range found {
		kept, known := sketches[c.id]
		if !known {
			if kept, err = shelf.Sketch(c.id); err != nil {
				return nil, err
			}
			sketches[c.id] = kept
		}
		m, ok := compare(p, kept, c)
		if old, seen := best[c.id]; ok && (!seen || m.Overlap > old.Overlap || m.Overlap == old.Overlap && m.Score > old.Score) {
			best[c.id] = m
		}
	}
	out := make([]Match, 0, len(best))
	for _, m := range best {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Overlap, a.Overlap), cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// candidate is a recording and where p may lie in it: frame i of p is frame
// i+offset of the recording.
type candidate struct {
	id     string
	offset int
	votes  int
}

// asked is a key of what is looked for, and the frame that has it.
type asked struct {
	key   uint32
	frame int32
}

// candidates looks up every frame of p and counts which places agree. Frames
// that are a copy's lie at one offset, give or take one.
func candidates(p Print, shelf Shelf) ([]candidate, error) {
	type place struct {
		id     string
		offset int
	}
	votes := map[place]int{}
	for keys := p.keys(); len(keys) > 0; {
		n := 1
		for n < len(keys) && keys[n].key == keys[0].key {
			n++
		}
		seen := 0
		err := shelf.Rows(keys[0].key, func(id string, at int) bool {
			for _, k := range keys[:n] {
				votes[place{id, at*stride - int(k.frame)}]++
			}
			seen++
			return seen < crowded
		})
		if err != nil {
			return nil, err
		}
		keys = keys[n:]
	}
	out := make([]candidate, 0, len(votes))
	for at, n := range votes {
		out = append(out, candidate{at.id, at.offset, n})
	}
	slices.SortFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.votes, a.votes), cmp.Compare(a.id, b.id), cmp.Compare(a.offset, b.offset))
	})
	return out[:min(len(out), judged)], nil
}

// keys lists what p is looked up by, in the order of keys.
func (p Print) keys() []asked {
	tried := shifts[:]
	if len(p.frames) >= long {
		tried = shifts[:1]
	}
	var out []asked
	for i := range p.frames {
		for _, s := range tried {
			if k, ok := p.keyNear(i, s); ok {
				out = append(out, asked{k, int32(i)})
			}
		}
	}
	slices.SortFunc(out, func(a, b asked) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.frame, b.frame)) })
	return slices.Compact(out) // shifts often give the same key
}

// shifts are the places to take the three parts of a key from, in frames beside
// the right one. What a frame's neighbour has otherwise are the bits that flip
// easily; so a copy whose key differs in such a bit is found too.
var shifts = [...][3]int{{0, 0, 0}, {-1, 0, 0}, {1, 0, 0}, {0, -1, 0}, {0, 1, 0}, {0, 0, -1}, {0, 0, 1}}

// keyNear is the key of frame i of a print with its parts shifted.
func (p Print) keyNear(i int, shift [3]int) (uint32, bool) {
	a, b, c := i+shift[0], i+stride+shift[1], i+2*stride+shift[2]
	if a < 0 || c >= len(p.frames) {
		return 0, false
	}
	return key(p.frames[a], p.frames[b], p.frames[c])
}

// tally counts matching blocks and their bits.
type tally struct{ blocks, wrong, of int }

// add closes a run of matching blocks. A single block may match by chance;
// blocks that follow each other do not.
func (t *tally) add(run *tally) {
	if run.blocks >= leastBlocks {
		t.blocks, t.wrong, t.of = t.blocks+run.blocks, t.wrong+run.wrong, t.of+run.of
	}
	*run = tally{}
}

// compare lays p over a recording and adds up the runs of blocks that are the
// same.
func compare(p Print, kept Sketch, c candidate) (Match, bool) {
	var total, run, block tally
	start := max(0, (c.offset+stride-1)/stride)
	for j := start; j < len(kept.frames) && j*stride-c.offset < len(p.frames); j++ {
		a, b := kept.frames[j], p.frames[j*stride-c.offset]
		if a != 0 && b != 0 {
			block.wrong += bits.OnesCount32(a ^ b)
			block.of += 32
		}
		if (j-start)%blockFrames != blockFrames-1 {
			continue
		}
		if block.of >= 32*blockFrames/2 && float64(block.wrong) < sameBits*float64(block.of) {
			run = tally{run.blocks + 1, run.wrong + block.wrong, run.of + block.of}
		} else {
			total.add(&run)
		}
		block = tally{}
	}
	total.add(&run)
	if total.blocks == 0 || float64(total.wrong) > sureBits*float64(total.of) {
		return Match{}, false
	}
	shorter := seconds(min(len(p.frames), kept.total))
	overlap := min(seconds(total.blocks*blockFrames*stride), shorter)
	return Match{
		ID: c.id, Offset: seconds(c.offset), Overlap: overlap, Share: overlap / shorter,
		Score: 1 - 2*float64(total.wrong)/float64(total.of),
	}, true
}
