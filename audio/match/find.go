package match

import (
	"cmp"
	"math"
	"slices"

	"loa/audio/internal/fft"
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
	chunk = 28125
	// window is the length of the transforms that correlate.
	window = 1024
)

// Programme is a Print made ready to find clips in. It is safe for concurrent
// use.
type Programme struct {
	frames int
	values [bandCount][]int8 // as in frames; 0 where nothing is said
	energy []float64         // of all frames before one
}

// Prepare makes a Programme of a Print; it holds 32 bytes a frame.
func Prepare(p Print) *Programme {
	g := &Programme{frames: len(p.frames), energy: make([]float64, len(p.frames)+1)}
	for i := range g.values {
		g.values[i] = make([]int8, g.frames)
	}
	least := loud(p.levels) - quiet
	for at, f := range p.frames {
		e := 0.0
		if int(p.levels[at]) > least {
			for i, v := range f {
				x := float64(v) / step
				g.values[i][at] = v
				e += x * x
			}
		}
		g.energy[at+1] = g.energy[at] + e
	}
	return g
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
	for at := first; at < last; at += chunk {
		s.look(g, at, min(at+chunk, last))
	}
	score, middle := float64(s.best.sum)/math.Sqrt(float64(len(s.pieces))), float64(len(frames))/2
	f := Fit{Score: score, Chance: chance(score, last-first), Start: (float64(s.best.at) - middle*s.best.drift) * hop,
		Drift: s.best.drift, Alike: s.alike, places: last - first}
	for i, at := range s.pieces {
		f.Pieces = append(f.Pieces, Piece{float64(at) * hop, float64(at+pieceLength) * hop, float64(s.best.at+s.lies[i]) * hop, s.scores[i]})
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
	l := slices.MinFunc(s.lines, func(a, b line) int { return cmp.Compare(math.Abs(a.drift-f.Drift), math.Abs(b.drift-f.Drift)) })
	lead := slices.Max(s.reach)
	for from := 0; from < g.frames; from += chunk {
		to := min(from+chunk, g.frames)
		fits, _ := s.correlate(g, from-lead, to-from+s.length+2*lead)
		for k := range to - from {
			sum := float32(0)
			for i, fit := range fits {
				sum += min(enough, fit[k+lead+l.places[i]])
			}
			part := &out[(from+k)*parts/g.frames]
			*part = max(*part, float64(sum)/math.Sqrt(float64(len(s.pieces))))
		}
	}
	return out
}

// search is one clip that is sought.
type search struct {
	length  int
	pieces  []int // where each begins
	spectra [][bandCount / 2]spectrum
	energy  []float64
	plan    *fft.Plan
	lines   []line
	reach   []int // how far each piece lies from its place at most, by drift
	best    place
	alike   float64   // the mean correlation there
	scores  []float64 // of each piece there
	lies    []int     // where each piece lies, from where the clip begins
}

// place is where a clip may begin, and how well it fits there.
type place struct {
	at         int
	drift      float64
	sum, plain float32 // of all pieces: each counted up to enough, and in full
}

func (p place) better(than place) bool {
	return p.sum > than.sum+0.001 || p.sum > than.sum-0.001 && p.plain > than.plain
}

type spectrum struct{ re, im []float64 }

func newSpectrum() spectrum { return spectrum{make([]float64, window), make([]float64, window)} }

// line is where each piece lies for one drift, from where the clip begins.
type line struct {
	drift  float64
	places []int // by piece
}

// newSearch makes a search of at least the frames of a piece.
func newSearch(frames []frame) *search {
	s := &search{length: len(frames), plan: fft.New(window), best: place{sum: -1}}
	last := len(frames) - pieceLength
	count := (last+pieceStep-1)/pieceStep + 1
	for i := range count {
		at := last * i / max(1, count-1)
		s.pieces = append(s.pieces, at)
		var spectra [bandCount / 2]spectrum
		energy := 1e-9
		for b := range spectra {
			spectra[b] = newSpectrum()
			for i, f := range frames[at : at+pieceLength] {
				x, y := float64(f[2*b])/step, float64(f[2*b+1])/step
				spectra[b].re[i], spectra[b].im[i] = x, y
				energy += x*x + y*y
			}
			s.plan.Transform(spectra[b].re, spectra[b].im)
		}
		s.spectra, s.energy = append(s.spectra, spectra), append(s.energy, energy)
	}
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
		s.lines = append(s.lines, l)
	}
	return s
}

// look seeks the clip where it begins in a part of the programme.
func (s *search) look(g *Programme, from, to int) {
	if from >= to {
		return
	}
	// A piece lies up to its reach before or after its place.
	lead := slices.Max(s.reach)
	first, total := from-lead, to-from+s.length+2*lead
	fits, scale := s.correlate(g, first, total)
	bound := make([]float32, to-from)
	for i, fit := range fits {
		near := highest(fit, s.reach[i])
		for k := range bound {
			bound[k] += min(enough, near[k+lead+s.pieces[i]])
		}
	}
	for k, most := range bound {
		if most < s.best.sum {
			continue
		}
		for _, l := range s.lines {
			p := place{at: from + k, drift: l.drift}
			for i, fit := range fits {
				v := fit[k+lead+l.places[i]]
				p.sum, p.plain = p.sum+min(enough, v), p.plain+v
			}
			if !p.better(s.best) {
				continue
			}
			s.best, s.scores, s.lies = p, s.scores[:0], l.places
			s.alike = float64(p.plain/scale) / float64(len(fits))
			for i, fit := range fits {
				s.scores = append(s.scores, float64(min(enough, fit[k+lead+l.places[i]])))
			}
		}
	}
}

// correlate gives, for each piece, its correlation with the programme where it
// begins at each of total frames from first on, in deviations of chance; what is under 0 is 0.
// A correlation of 1 is scale deviations.
func (s *search) correlate(g *Programme, first, total int) (out [][]float32, scale float32) {
	out = make([][]float32, len(s.pieces))
	for p := range out {
		out[p] = make([]float32, total)
	}
	least := max(1e-6, scarce*g.energy[g.frames]/float64(g.frames)*pieceLength)
	var there [bandCount / 2]spectrum
	for b := range there {
		there[b] = newSpectrum()
	}
	sums, joined := [2]spectrum{newSpectrum(), newSpectrum()}, newSpectrum()
	valid := window - pieceLength + 1
	roots := make([]float64, valid) // of the programme's energy below a piece, inverted
	squares, count := 0.0, 0
	for done := 0; done < total; done += valid {
		lo, hi := max(0, first+done), min(g.frames, first+done+window)
		if lo >= hi {
			continue
		}
		for b := range there {
			there[b].load(g.values[2*b][lo:hi], g.values[2*b+1][lo:hi], lo-first-done)
			s.plan.Transform(there[b].re, there[b].im)
		}
		// Where the programme is, of those places that are asked for.
		begin, end := max(0, 1-pieceLength-first-done), min(valid, total-done, g.frames-first-done)
		for i := begin; i < end; i++ {
			at := first + done + i
			roots[i] = 1 / math.Sqrt(max(least, g.energy[min(g.frames, at+pieceLength)]-g.energy[max(0, at)]))
		}
		for p := 0; p < len(s.pieces); p += 2 {
			pair := min(2, len(s.pieces)-p)
			for k := range pair {
				clear(sums[k].re)
				clear(sums[k].im)
				for b := range there {
					multiply(sums[k], there[b], s.spectra[p+k][b])
				}
			}
			join(joined, sums[:pair])
			// With both parts exchanged the transform is the inverse.
			s.plan.Transform(joined.im, joined.re)
			for k, found := range [][]float64{joined.re, joined.im}[:pair] {
				fit, norm := out[p+k][done:], 1/(window*math.Sqrt(s.energy[p+k]))
				for i := begin; i < end; i++ {
					v := found[i] * norm * roots[i]
					fit[i] = float32(v)
					squares += v * v
				}
				count += max(0, end-begin)
			}
		}
	}
	scale = float32(1 / math.Sqrt(max(1e-9, squares/float64(max(1, count)))))
	for _, fit := range out {
		for i, v := range fit {
			fit[i] = max(0, v*scale)
		}
	}
	return out, scale
}

// load fills the spectrum with two bands, as the parts of complex numbers, from a place on.
func (s spectrum) load(x, y []int8, from int) {
	clear(s.re)
	clear(s.im)
	re, im := s.re[from:], s.im[from:]
	for i, v := range x {
		re[i], im[i] = float64(v)/step, float64(y[i])/step
	}
}

// join makes one spectrum of one or two, whose inverse has the real part of the one's as its real
// part and that of the other's as its imaginary part. Of two bands as the parts of complex numbers, the real
// part is the sum of their correlations.
func join(out spectrum, of []spectrum) {
	for k := range out.re {
		m := (window - k) % window
		re, im := (of[0].re[k]+of[0].re[m])/2, (of[0].im[k]-of[0].im[m])/2
		if len(of) == 2 {
			re -= (of[1].im[k] - of[1].im[m]) / 2
			im += (of[1].re[k] + of[1].re[m]) / 2
		}
		out.re[k], out.im[k] = re, im
	}
}

// multiply adds there times the conjugate of piece.
func multiply(sum, there, piece spectrum) {
	re, im := sum.re, sum.im[:len(sum.re)]
	ar, ai := there.re[:len(re)], there.im[:len(re)]
	br, bi := piece.re[:len(re)], piece.im[:len(re)]
	for k := range re {
		re[k] += ar[k]*br[k] + ai[k]*bi[k]
		im[k] += ai[k]*br[k] - ar[k]*bi[k]
	}
}

// highest is the largest of each value and its neighbours up to reach on either
// side. (M. van Herk 1992: two passes over blocks, whatever the reach.)
func highest(x []float32, reach int) []float32 {
	if reach == 0 {
		return x
	}
	width := 2*reach + 1
	n := (len(x) + 2*reach + width - 1) / width * width
	forth, back := make([]float32, n), make([]float32, n)
	copy(forth[reach:], x)
	copy(back, forth)
	for block := 0; block < n; block += width {
		for i := block + 1; i < block+width; i++ {
			if forth[i] < forth[i-1] {
				forth[i] = forth[i-1]
			}
		}
		for i := block + width - 2; i >= block; i-- {
			if back[i] < back[i+1] {
				back[i] = back[i+1]
			}
		}
	}
	out := make([]float32, len(x))
	for i := range out {
		out[i] = max(back[i], forth[i+width-1])
	}
	return out
}
