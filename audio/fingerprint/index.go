package fingerprint

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"
)

// Match says that a recording in the Index holds the same sound as the one
// asked about.
type Match struct {
	// ID is the name the recording was added under.
	ID string
	// Offset is where in the indexed recording, in seconds, the start of the one
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
	// stride is how many frames of a recording stand for one in the index: every
	// eighth is kept, three a second. The recording asked about is looked up with
	// all its frames, so that one of them is never further than 20 ms from the
	// place of an indexed one.
	stride = 8
	// crowded is how many equal keys are looked at: a sound more common than
	// that says nothing about which recording it is.
	crowded = 200
	// judged is how many candidates are compared in full.
	judged = 400
	// blockFrames of indexed frames are judged together, 2.56 s: 256 bits.
	blockFrames = 8
	// sameBits is the bit error rate under which a block is the same sound: the
	// paper's threshold. Blocks here have fewer bits than there, so the whole
	// match must also stay under sureBits. In the trial of this package, copies at
	// 32 kbit/s reach 0.20, and the nearest of chance 0.31.
	sameBits, sureBits = 0.35, 0.28
	// leastBlocks have to match one after the other: 5 s.
	leastBlocks = 2
)

// Index finds recordings by their prints. It keeps everything in memory, about
// 50 bytes for each second, and is safe for concurrent use. The zero Index is
// empty and ready.
type Index struct {
	mu      sync.RWMutex
	records []record
	byID    map[string]int
	frames  []uint32 // indexed frames of all recordings, one recording after the other
	next    []uint32 // the place+1 of the next frame in the same chain, 0 at the end
	heads   []uint32 // by hash of the key: place+1 of the frame added last
	removed int      // frames of recordings that were removed
}

// record is one recording in the Index.
type record struct {
	id    string
	first int // place of its first frame
	count int // its indexed frames; 0 once removed
	total int // all its frames
}

// key is what is looked up: eight bits of each of three sub-fingerprints that lie
// stride apart, from other bands in the middle one. ok is false in silence.
//
// The paper looks up whole sub-fingerprints. Those of speech are far from evenly
// spread: in a trial with four hours of espeak-ng every eleventh was so common
// that it would be crowded in a thousand hours, against fewer than one in a
// thousand of these keys; and a copy at 32 kbit/s kept 16 % of the former and
// 20 % of the latter.
func key(a, b, c uint32) (k uint32, ok bool) {
	k = eighth(a) | eighth(b>>2)<<8 | eighth(c)<<16
	return k, a != 0 && b != 0 && c != 0
}

// eighth gathers every fourth bit.
func eighth(x uint32) uint32 {
	x &= 0x11111111
	x = (x | x>>3) & 0x03030303
	x = (x | x>>6) & 0x000f000f
	return (x | x>>12) & 0xff
}

// keyAt is the key of the indexed frame at a place; the last two frames of a
// recording have none.
func (x *Index) keyAt(place int) (uint32, bool) {
	return key(x.frames[place], x.frames[place+1], x.frames[place+2])
}

// chain is the place in heads for a key.
func (x *Index) chain(k uint32) *uint32 {
	return &x.heads[k*2654435769>>(32-bits.Len32(uint32(len(x.heads)-1)))]
}

// Add puts a recording into the Index under a name; one that was there under
// the same name is replaced. An empty Print only removes it.
func (x *Index) Add(id string, p Print) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
	if len(p.frames) == 0 {
		return
	}
	if x.byID == nil {
		x.byID = map[string]int{}
	}
	var frames []uint32
	for i := 0; i < len(p.frames); i += stride {
		frames = append(frames, p.frames[i])
	}
	x.put(record{id: id, total: len(p.frames)}, frames)
	x.grow()
}

// put appends a recording and its indexed frames.
func (x *Index) put(r record, frames []uint32) {
	r.first, r.count = len(x.frames), len(frames)
	x.byID[r.id] = len(x.records)
	x.records = append(x.records, r)
	x.frames = append(x.frames, frames...)
	x.next = append(x.next, make([]uint32, len(frames))...)
	if len(x.heads) > 0 {
		x.link(r)
	}
}

// link puts the frames of a recording into their chains.
func (x *Index) link(r record) {
	for place := r.first; place < r.first+r.count-2; place++ {
		if k, ok := x.keyAt(place); ok {
			head := x.chain(k)
			x.next[place], *head = *head, uint32(place+1)
		}
	}
}

// grow makes as many chains as there are frames, or more, and links all anew
// when it does.
func (x *Index) grow() {
	if len(x.frames) <= len(x.heads) {
		return
	}
	x.heads = make([]uint32, max(1<<bits.Len32(uint32(len(x.frames))), 1<<12))
	for _, r := range x.records {
		x.link(r)
	}
}

// Remove takes a recording out of the Index; an unknown name changes nothing.
func (x *Index) Remove(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
}

func (x *Index) remove(id string) {
	i, ok := x.byID[id]
	if !ok {
		return
	}
	delete(x.byID, id)
	x.removed += x.records[i].count
	x.records[i].count = 0
	if x.removed > len(x.frames)/2 {
		x.rebuild()
	}
}

// rebuild forgets removed recordings for good.
func (x *Index) rebuild() {
	records, frames := x.records, x.frames
	clear(x.heads)
	x.records, x.frames, x.next, x.removed = nil, nil, nil, 0
	for _, r := range records {
		if r.count > 0 {
			x.put(r, frames[r.first:r.first+r.count])
		}
	}
}

// Len is the number of recordings in the Index.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.byID)
}

// Find returns the recordings that hold the same sound as p for at least five
// seconds, each once, at the offset where most matches; the longest match
// comes first. A recording that was itself added finds itself.
func (x *Index) Find(p Print) []Match {
	x.mu.RLock()
	defer x.mu.RUnlock()
	best := map[int]Match{}
	for _, c := range x.candidates(p) {
		m, ok := x.compare(p, c)
		if old, seen := best[c.record]; ok && (!seen || m.Overlap > old.Overlap || m.Overlap == old.Overlap && m.Score > old.Score) {
			best[c.record] = m
		}
	}
	out := make([]Match, 0, len(best))
	for _, m := range best {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Overlap, a.Overlap), cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// candidate is a recording and where p may lie in it: frame i of p is frame
// i+offset of the recording.
type candidate struct {
	record, offset, votes int
}

// candidates looks up every frame of p and counts which places agree. Frames
// that are a copy's lie at one offset, give or take one.
func (x *Index) candidates(p Print) []candidate {
	if len(x.records) == 0 {
		return nil
	}
	var hits []candidate
	for i := range p.frames {
		tried := make([]uint32, 0, len(shifts))
		for _, s := range shifts {
			if k, ok := p.keyNear(i, s); ok && !slices.Contains(tried, k) {
				tried = append(tried, k)
				hits = x.equal(hits, k, i)
			}
		}
	}
	slices.SortFunc(hits, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.record, b.record), cmp.Compare(a.offset, b.offset))
	})
	var out []candidate
	for _, h := range hits {
		if n := len(out); n > 0 && out[n-1].record == h.record && out[n-1].offset == h.offset {
			out[n-1].votes++
		} else {
			out = append(out, h)
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(b.votes, a.votes) })
	return out[:min(len(out), judged)]
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

// equal appends a candidate for every indexed frame with a key, which frame i of
// what is looked for has.
func (x *Index) equal(hits []candidate, k uint32, i int) []candidate {
	n := 0
	for at := *x.chain(k); at != 0 && n < crowded; at = x.next[at-1] {
		place := int(at - 1)
		if other, _ := x.keyAt(place); other != k {
			continue
		}
		n++
		r := x.holder(place)
		if x.records[r].count > 0 {
			hits = append(hits, candidate{r, (place-x.records[r].first)*stride - i, 1})
		}
	}
	return hits
}

// holder is the recording that holds a place: the last that starts at or before
// it.
func (x *Index) holder(place int) int {
	i, found := slices.BinarySearchFunc(x.records, place, func(r record, place int) int { return cmp.Compare(r.first, place) })
	if found {
		return i
	}
	return i - 1
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
func (x *Index) compare(p Print, c candidate) (Match, bool) {
	r := x.records[c.record]
	var total, run, block tally
	start := max(0, (c.offset+stride-1)/stride)
	for j := start; j < r.count && j*stride-c.offset < len(p.frames); j++ {
		a, b := x.frames[r.first+j], p.frames[j*stride-c.offset]
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
	shorter := seconds(min(len(p.frames), r.total))
	overlap := min(seconds(total.blocks*blockFrames*stride), shorter)
	return Match{
		ID: r.id, Offset: seconds(c.offset), Overlap: overlap, Share: overlap / shorter,
		Score: 1 - 2*float64(total.wrong)/float64(total.of),
	}, true
}
