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
	Shared         Reason = "shared"          // only seconds that fit several programmes: a signature tune, or two at once
	Ends           Reason = "ends"            // only the first or last seconds, where signature tunes are
	Outside        Reason = "outside"         // another programme, but the clip is not from well within the reported airing
	OtherTime      Reason = "other_time"      // an expected programme, but it began at another time than was said
	OtherProgramme Reason = "other_programme" // clearly a programme that was not expected
)

// Reasons of a recording that is not listened to, or that is not taken for what it holds. Judge gives none.
const (
	Unreadable Reason = "unreadable" // it cannot be decoded
	Used       Reason = "used"       // the same recording was given for another airing before
	OtherCopy  Reason = "other_copy" // another station's code is heard in it
	Later      Reason = "later"      // the expected programme, in a file that may have been copied after it was recorded
)

// Reasons are all.
var Reasons = []Reason{Found, TooShort, TooQuiet, NothingToFind, Nowhere, Shared, Ends, Outside, OtherTime, OtherProgramme, Unreadable, Used, OtherCopy, Later}

// Method numbers how a verdict is come to: it is raised with any change by which a clip may be
// judged otherwise.
const Method = 3

const (
	// LeastSeconds is the shortest clip that is judged.
	LeastSeconds = 8
	// EndSeconds is how long the beginning and the end of a programme are, which
	// prove nothing: others may begin and end with the same tune. Of a short
	// programme they are a quarter each.
	EndSeconds = 30
	// Certain is the largest Chance at which a clip is of a programme.
	Certain = 1e-6
	// plain is the largest Chance at which it speaks against a report.
	plain = 1e-8
	// faintClip is the level in dB of full scale under which a clip holds nothing.
	faintClip = -70
	// fewest is how many pieces of its own a programme must be known by.
	fewest = 3
	// margin is how far within the reported airing a clip must be to say that it was another's.
	margin = time.Minute
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

	expected bool
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
	return decide(clip, recorded, tolerance, candidates, findAll(clip, recorded, tolerance, candidates))
}

func findAll(clip Print, recorded time.Time, tolerance time.Duration, candidates []Candidate) []Fit {
	fits := make([]Fit, len(candidates))
	for i, c := range candidates {
		fits[i] = c.find(clip, recorded, tolerance)
	}
	return fits
}

// decide says what follows from where the clip fits each candidate.
func decide(clip Print, recorded time.Time, tolerance time.Duration, candidates []Candidate, fits []Fit) Verdict {
	expected, timed, within := false, false, false
	for _, c := range candidates {
		expected = expected || c.Expected
		if c.Expected && c.timed(recorded) {
			after := recorded.Sub(c.Began)
			timed, within = true, within || after >= margin && after+seconds(clip.Seconds()) <= seconds(c.Programme.Seconds())-margin
		}
	}
	if !expected {
		return Verdict{Word: NotProven, Reason: NothingToFind}
	}
	best := Verdict{Word: NotProven, Reason: Nowhere, Fit: Fit{Chance: 1}}
	for i, c := range candidates {
		if fits[i].Chance > Certain {
			continue
		}
		v := Verdict{Name: c.Name, Fit: fits[i], expected: c.Expected}
		shared := v.shared(i, fits, candidates)
		ends := v.ends(c.Programme.Seconds())
		own := v.Fit.without(func(k int) bool { return shared[k] || ends[k] })
		if v.Timed = c.Expected && c.timed(recorded); v.Timed {
			v.Late = recorded.Add(-seconds(v.Fit.Start)).Sub(c.Began)
		}
		late := v.Timed && v.Late.Abs() > tolerance
		switch {
		case v.Fit.without(func(k int) bool { return shared[k] }) > Certain:
			v.Word, v.Reason = NotProven, Shared
		case own > Certain:
			v.Word, v.Reason = NotProven, Ends
		case c.Expected && !late:
			v.Word, v.Reason = Verified, Found
		case own > plain:
			continue // too little to speak against a report
		case c.Expected:
			v.Word, v.Reason = Contradicted, OtherTime
		case timed && !within:
			v.Word, v.Reason = NotProven, Outside
		default:
			v.Word, v.Reason = Contradicted, OtherProgramme
		}
		if better(v, best) {
			best = v
		}
	}
	return best
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (c Candidate) timed(recorded time.Time) bool { return !recorded.IsZero() && !c.Began.IsZero() }

// find is where the clip fits at a time that agrees with the report, or else
// anywhere: what a programme says twice is found at both places.
func (c Candidate) find(clip Print, recorded time.Time, tolerance time.Duration) Fit {
	if c.timed(recorded) {
		after := recorded.Sub(c.Began)
		if f := c.Programme.FindBetween(clip, (after - tolerance).Seconds(), (after + tolerance).Seconds()); f.Chance <= Certain {
			return f
		}
	}
	return c.Programme.Find(clip)
}

// better says whether a verdict comes before another: what an expected programme
// proves before all, then what is known before what is not, what was expected, and
// the better fit.
func better(v, than Verdict) bool {
	rank := map[Reason]int{Found: 7, OtherTime: 6, OtherProgramme: 5, Outside: 4, Ends: 3, Shared: 2, Nowhere: 1}
	if a, b := rank[v.Reason], rank[than.Reason]; a != b {
		return a > b
	}
	if v.expected != than.expected {
		return v.expected
	}
	return v.Fit.Score > than.Fit.Score
}

// shared says which pieces fit another candidate too that is found; those
// candidates are noted. Copies of one programme are told apart by nothing.
func (v *Verdict) shared(of int, fits []Fit, candidates []Candidate) []bool {
	shared := make([]bool, len(v.Fit.Pieces))
	for i, other := range fits {
		if i == of || other.Chance > Certain {
			continue
		}
		noted := false
		for k, p := range other.Pieces {
			if p.Score >= heard && v.Fit.Pieces[k].Score >= heard {
				shared[k], noted = true, true
			}
		}
		if noted {
			v.Also = append(v.Also, candidates[i].Name)
		}
	}
	return shared
}

// ends says which pieces lie at the beginning or the end of a programme of so many seconds.
func (v *Verdict) ends(length float64) []bool {
	ends, long := make([]bool, len(v.Fit.Pieces)), min(EndSeconds, length/4)
	for k, p := range v.Fit.Pieces {
		ends[k] = p.At < long || p.At+p.To-p.From > length-long
	}
	return ends
}

// without is the chance of the fit by the pieces that are left.
func (f Fit) without(out func(piece int) bool) float64 {
	sum, left := 0.0, 0
	for k, p := range f.Pieces {
		if !out(k) {
			sum += p.Score
			left++
		}
	}
	if left < fewest {
		return 1
	}
	return chance(sum/math.Sqrt(float64(left)), f.places)
}
