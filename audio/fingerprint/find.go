package fingerprint

import (
	"cmp"
	"math"
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
	// Speed is how much faster the one asked about is played than the kept one: 1
	// for as fast, 1.03 for 3 % faster.
	Speed float64
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
	// plain is the score of a copy that is played as fast; of one that is not, a
	// nearer speed has a better one.
	plain = 0.75
	// leastBlocks have to match one after the other: 5 s.
	leastBlocks = 2
	// followed is how many candidates of another speed are followed.
	followed = 100
	// long is from how many frames on a recording is looked up without shifts,
	// an hour: by then it has places enough.
	long = 3600 * 25
	// short is under how many frames it is looked up with shifts at all speeds.
	short = 180 * 25
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
// match comes first. Where none is the same as fast, those are sought that are
// up to 3.5 % slower or faster. A recording that is itself on the shelf finds
// itself. The error is the shelf's.
func Find(p Print, shelf Shelf) ([]Match, error) {
	s := search{shelf: shelf, best: map[string]Match{}, sketches: map[string]Sketch{}}
	tried := shifts[:]
	if len(p.frames) >= long {
		tried = shifts[:1]
	}
	found, err := candidates(p.frames, 1, tried, shelf)
	if err == nil {
		err = s.judge(found, func(kept Sketch, c candidate) (Match, bool) { return compare(p, kept, c) })
	}
	for i := 0; i < len(speeds) && err == nil && !s.sure(); i++ {
		frames := p.frames
		if i > 0 {
			frames = p.other[i-1]
			keys := shifts[:1]
			// A short one has few keys that are left whole; the nearest speeds are the most common by far.
			if len(frames) < short || math.Abs(speeds[i]-1) < 0.0075 {
				keys = tried
			}
			found, err = candidates(frames, speeds[i], keys, shelf)
		}
		if err == nil {
			err = s.judge(found[:min(len(found), followed)], func(kept Sketch, c candidate) (Match, bool) { return follow(frames, speeds[i], kept, c) })
		}
	}
	if err != nil {
		return nil, err
	}
	return s.matches(), nil
}

// search is one Find: the best match of each recording.
type search struct {
	shelf    Shelf
	best     map[string]Match
	sketches map[string]Sketch
}

// judge compares what is asked about with each candidate.
func (s *search) judge(found []candidate, compare func(Sketch, candidate) (Match, bool)) (err error) {
	for _, c := range found {
		kept, known := s.sketches[c.id]
		if !known {
			if kept, err = s.shelf.Sketch(c.id); err != nil {
				return err
			}
			s.sketches[c.id] = kept
		}
		m, ok := compare(kept, c)
		if old, seen := s.best[c.id]; ok && (!seen || m.Overlap*m.Score > old.Overlap*old.Score) {
			s.best[c.id] = m
		}
	}
	return nil
}

// sure reports whether any match is one recording beyond what another speed could
// make of it.
func (s *search) sure() bool {
	for _, m := range s.best {
		if m.Same() && m.Score >= plain {
			return true
		}
	}
	return false
}

// matches lists the best match of each recording, the longest first.
func (s *search) matches() []Match {
	out := make([]Match, 0, len(s.best))
	for _, m := range s.best {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Overlap, a.Overlap), cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// candidate is a recording and where what is asked about may lie in it: its frame
// i is frame i·speed+offset of the recording. frame is one that is there.
type candidate struct {
	id     string
	offset int
	frame  int
	votes  int
}

// asked is a key of what is looked for, and the frame that has it.
type asked struct {
	key   uint32
	frame int32
}

// candidates looks up every frame and counts which places agree. Frames that are
// a copy's lie at one offset, give or take one.
func candidates(frames []uint32, speed float64, tried [][3]int, shelf Shelf) ([]candidate, error) {
	type place struct {
		id     string
		offset int
	}
	type vote struct{ n, frame int }
	votes := map[place]vote{}
	for keys := keysOf(frames, tried); len(keys) > 0; {
		n := 1
		for n < len(keys) && keys[n].key == keys[0].key {
			n++
		}
		seen := 0
		err := shelf.Rows(keys[0].key, func(id string, at int) bool {
			for _, k := range keys[:n] {
				p := place{id, at*stride - int(math.Round(float64(k.frame)*speed))}
				votes[p] = vote{votes[p].n + 1, int(k.frame)}
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
	for at, v := range votes {
		out = append(out, candidate{at.id, at.offset, v.frame, v.n})
	}
	slices.SortFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.votes, a.votes), cmp.Compare(a.id, b.id), cmp.Compare(a.offset, b.offset))
	})
	return out[:min(len(out), judged)], nil
}

// keysOf lists what frames are looked up by, in the order of keys.
func keysOf(frames []uint32, tried [][3]int) []asked {
	var out []asked
	for i := range frames {
		for _, s := range tried {
			if k, ok := keyNear(frames, i, s); ok {
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

// keyNear is the key of frame i with its parts shifted.
func keyNear(frames []uint32, i int, shift [3]int) (uint32, bool) {
	a, b, c := i+shift[0], i+stride+shift[1], i+2*stride+shift[2]
	if a < 0 || c >= len(frames) {
		return 0, false
	}
	return key(frames[a], frames[b], frames[c])
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
		ID: c.id, Offset: seconds(c.offset), Overlap: overlap, Share: overlap / shorter, Speed: 1,
		Score: 1 - 2*float64(total.wrong)/float64(total.of),
	}, true
}
