package match

import (
	"cmp"
	"math"
	"slices"
)

const (
	// A clip is sought in pieces of 3 s that overlap by half, along straight lines, so
	// that the parts that are heard clearly decide, and a clock that runs
	// faster is followed.
	pieceLength = 94
	pieceStep   = 47 // at most: the last piece ends with the clip
	// longest is how much of a clip is sought: a minute.
	longest = 1875
	// enough is what one piece counts at most, in deviations of chance: a jingle
	// of a few seconds proves nothing of the rest.
	enough = 7.0
	// heard is from where on a piece is said to match.
	heard = 3.5
	// fastest is by how much a clip may run faster or slower than the programme.
	fastest = 0.032
	// quiet is how many dB under its loud parts a programme says nothing.
	quiet = 32
	// scarce is the least energy a stretch is taken to have, as a share of the
	// programme's mean: what is left of a stretch that is nearly silent is not made large.
	scarce = 0.3
	// chunk is how many frames of a programme are looked at together: 15 minutes.
	chunk = 28160
	// second is how many frames give one place that may be worth a closer look.
	second = 32
	// Of a programme's seconds one in so many, but so many at least, are looked at more
	// closely, and the best of these from near places and in all ways.
	oneCloser, leastCloser, closest, near = 50, 24, 6, 3
	// samples is how many correlations say what is usual of a clip in a programme.
	samples = 1000
)

// Programme is a Print made ready to find clips in. It is safe for concurrent
// use.
type Programme struct {
	frames int
	values []int8    // bandCount a frame, as in frames; 0 where nothing is said
	energy []float64 // of all frames before one
	words  words     // of every second frame
}

// Prepare makes a Programme of a Print; it holds 40 bytes a frame.
func Prepare(p Print) *Programme {
	g := &Programme{frames: len(p.frames), values: make([]int8, bandCount*len(p.frames)), energy: make([]float64, len(p.frames)+1)}
	least := loud(p.levels) - quiet
	for at, f := range p.frames {
		e := 0
		if int(p.levels[at]) > least {
			copy(g.values[bandCount*at:], f[:])
			e = dot(f[:], f[:])
		}
		g.energy[at+1] = g.energy[at] + float64(e)
	}
	g.words = wordsOf(g.values, g.frames)
	return g
}

// dotPlain is dot in plain Go.
func dotPlain(a, b []int8) int {
	b = b[:len(a)]
	sum := int32(0)
	for i, v := range a {
		sum += int32(v) * int32(b[i])
	}
	return int(sum)
}

// loud is the level under which nine tenths of the frames lie.
func loud(levels []int8) int {
	if len(levels) == 0 {
		return -120
	}
	sorted := slices.Sorted(slices.Values(levels))
	return int(sorted[len(sorted)*9/10])
}

// Fit is where a clip fits a programme best.
type Fit struct {
	// Score is how well, in deviations of chance, over all pieces.
	Score float64
	// Chance is how likely a clip of something else fits as well anywhere in this programme.
	Chance float64
	// Start is where in the programme the clip begins, in seconds; it is negative
	// where the clip began before.
	Start float64
	// Drift is by how much the programme ran faster in the clip, as a share.
	Drift float64
	// Pieces are how well each piece of the clip fits there.
	Pieces []Piece
	// Alike is how like the two are there, frame by frame: 1 is the same sound, and a horn
	// with its street, or a phone, leaves far less.
	Alike float64

	places int // that were looked at
}

// Piece is a part of a clip.
type Piece struct {
	From, To float64 // seconds of the clip
	At       float64 // where it lies in the programme, in seconds
	Score    float64 // in deviations of chance
}

// Matched is how many seconds of the clip fit.
func (f Fit) Matched() float64 {
	seconds, until := 0.0, 0.0
	for _, p := range f.Pieces {
		if p.Score >= heard {
			seconds += p.To - max(until, p.From)
			until = p.To
		}
	}
	return seconds
}

// The distribution of the best score of a clip in a programme of something else
// is that of the largest of many (E. J. Gumbel, 1935), of one minute of the programme: see chance.
const (
	usualScore  = 4.9
	scoreSpread = 0.38
)

// chance is how likely a clip of something else reaches a score somewhere in so
// many frames.
func chance(score float64, frames int) float64 {
	minutes := max(1, float64(frames)*hop/60)
	return -math.Expm1(-minutes * math.Exp(-(score-usualScore)/scoreSpread))
}

// Threshold is the score from which on the fit is Certain.
func (f Fit) Threshold() float64 {
	minutes := max(1, float64(f.places)*hop/60)
	return usualScore - scoreSpread*math.Log(-math.Log1p(-Certain)/minutes)
}

// Seconds is its length.
func (g *Programme) Seconds() float64 { return float64(g.frames) * hop }

// Find finds where a clip fits best. A clip or programme shorter than a piece
// fits nowhere: the zero Fit with a Chance of 1.
func (g *Programme) Find(clip Print) Fit { return g.FindBetween(clip, math.Inf(-1), math.Inf(1)) }

// FindBetween finds where a clip fits best of the places where it begins from one
// second of the programme to another. The Chance is that of those places.
func (g *Programme) FindBetween(clip Print, from, to float64) Fit {
	frames := clip.frames[:min(len(clip.frames), longest)]
	if len(frames) < pieceLength || g.frames < pieceLength {
		return Fit{Chance: 1}
	}
	s := newSearch(frames)
	first, last := int(max(from/hop, float64(-len(frames)/2))), int(min(to/hop+1, float64(g.frames-len(frames)/2)))
	if first >= last {
		return Fit{Chance: 1}
	}
	s.usual(g)
	s.seek(g, first, last)
	return s.fit(last - first)
}

// fit is the best place found, of so many.
func (s *search) fit(places int) Fit {
	score := s.best.sum / math.Sqrt(float64(len(s.pieces)))
	f := Fit{Score: score, Chance: chance(score, places), Start: (float64(s.best.at) - float64(s.length)/2*s.best.line.drift) * hop,
		Drift: s.best.line.drift, Alike: s.alike, places: places}
	for i, at := range s.pieces {
		f.Pieces = append(f.Pieces, Piece{float64(at) * hop, float64(at+pieceLength) * hop, float64(s.best.at+s.best.line.places[i]) * hop, s.scores[i]})
	}
	return f
}

// Curve is how well a clip fits along the whole programme at the drift of a fit, in deviations of
// chance: the best of each of so many equal parts, of where the clip begins.
func (g *Programme) Curve(clip Print, f Fit, parts int) []float64 {
	out := make([]float64, parts)
	frames := clip.frames[:min(len(clip.frames), longest)]
	if len(frames) < pieceLength || g.frames < pieceLength {
		return out
	}
	s := newSearch(frames)
	s.usual(g)
	l := slices.MinFunc(s.lines, func(a, b line) int { return cmp.Compare(math.Abs(a.drift-f.Drift), math.Abs(b.drift-f.Drift)) })
	for i := range out {
		from, to := i*g.frames/parts, (i+1)*g.frames/parts
		for _, c := range s.coarse(g, from, to, to-from, []line{l}) {
			s.best = place{sum: -1}
			s.look(g, max(from, c.at-stride), min(to, c.at+stride+1), []line{l})
			out[i] = max(out[i], s.best.sum/math.Sqrt(float64(len(s.pieces))))
		}
	}
	return out
}

// search is one clip that is sought.
type search struct {
	length int
	values []int8
	pieces []int     // where each begins
	energy []float64 // of each
	blocks []block
	lines  []line
	reach  []int   // how far each piece lies from its place at most, by drift
	scale  float64 // deviations of chance that a correlation of 1 is
	least  float64 // energy that a stretch is taken to have at least
	best   place
	alike  float64   // the mean correlation there
	scores []float64 // of each piece there
}

// place is where a clip may begin, and how well it fits there.
type place struct {
	at         int
	line       line
	sum, plain float64 // of all pieces: each counted up to enough, and in full
}

func (p place) better(than place) bool {
	return p.sum > than.sum+0.001 || p.sum > than.sum-0.001 && p.plain > than.plain
}

// line is where each piece and block lies for one drift, from where the clip begins.
type line struct {
	drift  float64
	places []int // by piece, in frames
	blocks []int // by block, in strides
}

// newSearch makes a search of at least the frames of a piece.
func newSearch(frames []frame) *search {
	s := &search{length: len(frames), best: place{sum: -1}}
	for _, f := range frames {
		s.values = append(s.values, f[:]...)
	}
	last := len(frames) - pieceLength
	count := (last+pieceStep-1)/pieceStep + 1
	for i := range count {
		at := last * i / max(1, count-1)
		s.pieces = append(s.pieces, at)
		s.energy = append(s.energy, 1e-9+float64(dot(s.piece(i), s.piece(i))))
	}
	s.blocks = blocksOf(s.values)
	middle := float64(len(frames)) / 2
	farthest := max(1, middle-pieceLength/2)
	steps := int(math.Ceil(fastest * farthest)) // a frame at the end of the clip each
	s.reach = make([]int, len(s.pieces))
	for i := -steps; i <= steps; i++ {
		l := line{drift: float64(i) / farthest}
		for k, at := range s.pieces {
			center := float64(at) + pieceLength/2
			moved := int(math.Round((center - middle) * l.drift))
			l.places = append(l.places, at+moved)
			s.reach[k] = max(s.reach[k], moved, -moved)
		}
		for _, b := range s.blocks {
			center := float64(b.at) + blockLength/2
			l.blocks = append(l.blocks, b.at/stride+int(math.Round((center-middle)*l.drift/stride)))
		}
		s.lines = append(s.lines, l)
	}
	return s
}

func (s *search) piece(i int) []int8 { return s.values[bandCount*s.pieces[i]:][:bandCount*pieceLength] }

// correlation is that of a piece with the programme where it begins at a frame.
func (s *search) correlation(g *Programme, piece, at int) float64 {
	lo, hi := max(0, at), min(g.frames, at+pieceLength)
	if lo >= hi {
		return 0
	}
	found := dot(g.values[bandCount*lo:bandCount*hi], s.piece(piece)[bandCount*(lo-at):])
	return float64(found) / math.Sqrt(s.energy[piece]*max(s.least, g.energy[hi]-g.energy[lo]))
}

// usual learns how well the clip's pieces fit the programme by chance, from some of all places.
func (s *search) usual(g *Programme) {
	s.least = max(1e-6, scarce*g.energy[g.frames]/float64(g.frames)*pieceLength)
	squares := 0.0
	for i := range samples {
		_, part := math.Modf(float64(i) * math.Phi) // spread evenly, however many there are
		v := s.correlation(g, i%len(s.pieces), int(part*float64(g.frames-pieceLength+1)))
		squares += v * v
	}
	s.scale = 1 / math.Sqrt(max(1e-9, squares/samples))
}

// seek seeks the clip where it begins from one frame of the programme to another: it looks at the
// best places by words more closely, and at the best of these along all lines.
func (s *search) seek(g *Programme, first, last int) {
	var lines []line // a stride at the end of the clip each
	for i := len(s.lines) / 2 % stride; i < len(s.lines); i += stride {
		lines = append(lines, s.lines[i])
	}
	var found []place
	for at := first; at < last; at += chunk {
		found = append(found, s.coarse(g, at, min(at+chunk, last), second, lines)...)
	}
	found = highestOf(found, max(leastCloser, len(found)/oneCloser))
	for i, p := range found {
		found[i].sum = -1
		for at := max(first, p.at-1); at < min(last, p.at+2); at++ {
			sum := 0.0
			for k := 0; k < len(s.pieces); k += 2 { // they overlap by half
				sum += min(enough, max(0, s.scale*s.correlation(g, k, at+p.line.places[k])))
			}
			if sum > found[i].sum {
				found[i].at, found[i].sum = at, sum
			}
		}
	}
	for _, p := range highestOf(found, closest) {
		s.look(g, max(first, p.at-near), min(last, p.at+near+1), s.lines)
	}
}

// highestOf are so many of the places with the largest sums.
func highestOf(list []place, n int) []place {
	slices.SortFunc(list, func(a, b place) int { return cmp.Or(cmp.Compare(b.sum, a.sum), cmp.Compare(a.at, b.at)) })
	return list[:min(n, len(list))]
}

// look looks closely at every place where the clip may begin from one frame to another, along lines.
func (s *search) look(g *Programme, from, to int, lines []line) {
	fits := make([][]float64, len(s.pieces)) // by the place of the clip and the reach
	for i, at := range s.pieces {
		for k := from - s.reach[i]; k < to+s.reach[i]; k++ {
			fits[i] = append(fits[i], max(0, s.scale*s.correlation(g, i, k+at)))
		}
	}
	fit := func(i, at int, l line) float64 { return fits[i][at+l.places[i]-s.pieces[i]-from+s.reach[i]] }
	for at := from; at < to; at++ {
		for _, l := range lines {
			p := place{at: at, line: l}
			for i := range fits {
				v := fit(i, at, l)
				p.sum, p.plain = p.sum+min(enough, v), p.plain+v
			}
			if !p.better(s.best) {
				continue
			}
			s.best, s.scores = p, s.scores[:0]
			s.alike = p.plain / s.scale / float64(len(fits))
			for i := range fits {
				s.scores = append(s.scores, min(enough, fit(i, at, l)))
			}
		}
	}
}
