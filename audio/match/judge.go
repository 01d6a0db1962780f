package match

import (
	"math"
	"time"
)

// Word is what a clip says of a report. A clip that proves nothing says nothing
// against a station.
type Word string

const (
	Verified     Word = "verified"
	NotProven    Word = "not_proven"
	Contradicted Word = "contradicted"
)

// Words are all, the best first.
var Words = []Word{Verified, NotProven, Contradicted}

// Reason says why.
type Reason string

const (
	Found          Reason = "found"           // an expected programme, at a time that fits
	TooShort       Reason = "short"           // the clip is under LeastSeconds
	TooQuiet       Reason = "quiet"           // nothing is heard in the clip
	NothingToFind  Reason = "nothing_to_find" // no programme is expected that could be found
	Nowhere        Reason = "nowhere"         // no programme fits better than chance can
	Shared         Reason = "shared"          // only seconds that several programmes have: a signature tune, a relay's ident
	OtherTime      Reason = "other_time"      // an expected programme, but it began at another time than was said
	OtherProgramme Reason = "other_programme" // clearly a programme that was not expected
)

// Reasons are all.
var Reasons = []Reason{Found, TooShort, TooQuiet, NothingToFind, Nowhere, Shared, OtherTime, OtherProgramme}

const (
	// LeastSeconds is the shortest clip that is judged.
	LeastSeconds = 8
	// Certain is the largest Chance at which a clip is of a programme.
	Certain = 1e-6
	// plain is the largest Chance at which it speaks against a report.
	plain = 1e-8
	// faintClip is the level in dB of full scale under which a clip holds nothing.
	faintClip = -70
	// fewest is how many pieces of its own a programme must be known by.
	fewest = 3
)

// Candidate is a programme that a clip may be of.
type Candidate struct {
	Name      string // the caller's name for it
	Programme *Programme
	// Expected says that the report is of this programme.
	Expected bool
	// Began is when the station says that it began; zero where nothing is said.
	Began time.Time
}

// Verdict is what a clip says, and by what.
type Verdict struct {
	Word   Word
	Reason Reason
	// Name is the candidate that was found, empty without one, and Fit where.
	Name string
	Fit  Fit
	// Late is how much later than was said the programme began by the clip, and
	// Timed whether both times are known.
	Late  time.Duration
	Timed bool
	// Also are the other candidates that share what is heard of Name.
	Also []string
}

// Judge says what a clip proves. Recorded is when it began, zero where that is
// not known; tolerance is by how much the two times may differ, of both clocks
// and of the report. The more candidates there are, of what others broadcast
// too, the better is known what several programmes share.
func Judge(clip Print, recorded time.Time, tolerance time.Duration, candidates []Candidate) Verdict {
	switch {
	case clip.Seconds() < LeastSeconds:
		return Verdict{Word: NotProven, Reason: TooShort}
	case clip.Level() < faintClip:
		return Verdict{Word: NotProven, Reason: TooQuiet}
	}
	fits, expected := make([]Fit, len(candidates)), false
	for i, c := range candidates {
		fits[i] = c.Programme.Find(clip)
		expected = expected || c.Expected
	}
	if !expected {
		return Verdict{Word: NotProven, Reason: NothingToFind}
	}
	best := Verdict{Word: NotProven, Reason: Nowhere, Fit: Fit{Chance: 1}}
	for i, c := range candidates {
		if fits[i].Chance > Certain {
			continue
		}
		v := Verdict{Name: c.Name, Fit: fits[i]}
		own := fits[i].own(i, fits, candidates, &v)
		switch {
		case own > Certain:
			v.Word, v.Reason = NotProven, Shared
		case c.Expected:
			v.Word, v.Reason = Verified, Found
			if v.Timed = !recorded.IsZero() && !c.Began.IsZero(); v.Timed {
				began := recorded.Add(-time.Duration(v.Fit.Start * float64(time.Second)))
				v.Late = began.Sub(c.Began)
				if v.Late.Abs() > tolerance {
					v.Word, v.Reason = Contradicted, OtherTime
				}
			}
		case own > plain:
			continue // too little to speak against a report
		default:
			v.Word, v.Reason = Contradicted, OtherProgramme
		}
		if better(v, best) {
			best = v
		}
	}
	return best
}

// better says whether a verdict comes before another: what an expected programme
// proves before all, then what is known before what is not, then the better fit.
func better(v, than Verdict) bool {
	rank := map[Reason]int{Found: 5, OtherTime: 4, OtherProgramme: 3, Shared: 2, Nowhere: 1}
	if a, b := rank[v.Reason], rank[than.Reason]; a != b {
		return a > b
	}
	return v.Fit.Score > than.Fit.Score
}

// own is the chance of the fit by the pieces that fit no other candidate which
// is found too; those that share a piece are noted. Copies of one programme are
// told apart by nothing.
func (f Fit) own(of int, fits []Fit, candidates []Candidate, v *Verdict) float64 {
	sum, left := 0.0, 0
	shared := make([]bool, len(f.Pieces))
	for i, other := range fits {
		if i == of || other.Chance > Certain {
			continue
		}
		noted := false
		for k, p := range other.Pieces {
			if p.Score >= heard && f.Pieces[k].Score >= heard {
				shared[k], noted = true, true
			}
		}
		if noted {
			v.Also = append(v.Also, candidates[i].Name)
		}
	}
	for k, p := range f.Pieces {
		if !shared[k] {
			sum += p.Score
			left++
		}
	}
	if left < fewest {
		return 1
	}
	return chance(sum/math.Sqrt(float64(left)), f.frames)
}
