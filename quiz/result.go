package quiz

import (
	"cmp"
	"slices"
	"time"

	"loa/stations"
)

// Result is who won, as it was decided.
type Result struct {
	Contest string    `json:"contest"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Of      int       `json:"of"` // questions of a try
	Sum     Tally     `json:"sum"`
	Ranked  []Ranked  `json:"ranked"`          // the best, those with prizes first
	Places  []Place   `json:"places"`          // each commune with a try
	Ruled   []Ruled   `json:"ruled,omitempty"` // words about single tries, which the minutes tell
}

// Ruled is a word about somebody's try, who is not named.
type Ruled struct {
	Station string    `json:"station"`
	Began   time.Time `json:"began"`
	Ruling
}

// Ranked is one of the best.
type Ranked struct {
	Rank     int       `json:"rank"`
	Try      string    `json:"try"`
	Name     string    `json:"name,omitempty"`
	Phone    string    `json:"phone,omitempty"`
	Code     string    `json:"code,omitempty"`
	Station  string    `json:"station"`
	Right    int       `json:"right"`
	Guess    *int      `json:"guess,omitempty"`
	Off      int       `json:"off"` // how far the guess is from how many had all right; -1 without one
	Finished time.Time `json:"finished"`
	Prize    string    `json:"prize,omitempty"`
	Amount   int64     `json:"amount,omitempty"`
}

// Place is what the people of one commune did.
type Place struct {
	Station string `json:"station"`
	Tally
}

// District adds up the communes of one.
type District struct {
	Code     string `json:"code"`
	Communes int    `json:"communes"` // that took part
	Tally
}

// Part is a part of a result, as a table of its own.
type Part string

// The parts.
const (
	OfWinners   Part = "winners"
	OfDistricts Part = "districts"
	OfCommunes  Part = "communes"
)

// Parts lists them in their order.
var Parts = [...]Part{OfWinners, OfDistricts, OfCommunes}

// ResultFilter is which part of a result is asked for, as a file.
type ResultFilter struct {
	Part Part `name:"part"` // "" is the winners
}

// MostRanked is how many are kept beside those with prizes.
const MostRanked = 100

// Rank orders tries: more right answers, then the closer guess of how many have all right, then the earlier sending. Where
// nothing tells two apart the one that began first stands before. Void ones must not be among them.
func Rank(q Contest, tries []Try, sum Tally) []Ranked {
	list := make([]Ranked, 0, len(tries))
	began := map[string]time.Time{}
	for _, t := range tries {
		off := -1
		if t.Guess != nil {
			if off = *t.Guess - sum.Full; off < 0 {
				off = -off
			}
		}
		began[t.ID] = t.Began
		list = append(list, Ranked{Try: t.ID, Name: t.Name, Phone: t.Phone, Code: t.Code, Station: t.Station, Right: t.Right, Guess: t.Guess, Off: off,
			Finished: t.Finished()})
	}
	far := func(r Ranked) int {
		if r.Off < 0 {
			return MostGuess + 1 // who guessed nothing stands behind all who did
		}
		return r.Off
	}
	slices.SortFunc(list, func(a, b Ranked) int {
		return cmp.Or(b.Right-a.Right, far(a)-far(b), a.Finished.Compare(b.Finished), began[a.Try].Compare(began[b.Try]), cmp.Compare(a.Try, b.Try))
	})
	given := 0
	for i := range list {
		list[i].Rank = i + 1
	}
	for _, p := range q.Prizes {
		for range p.Count {
			if given == len(list) || list[given].Right == 0 { // nobody wins by nothing
				break
			}
			list[given].Prize, list[given].Amount = p.Name, p.Amount
			given++
		}
	}
	return list[:min(len(list), max(given, MostRanked))]
}

// Winners are those with a prize.
func (r Result) Winners() (list []Ranked) {
	for _, x := range r.Ranked {
		if x.Prize != "" {
			list = append(list, x)
		}
	}
	return list
}

// Forget is the result without telephone numbers and codes, and without the names of those who won nothing. The names of
// the winners stay: they stand in the minutes of what was paid to whom.
func (r Result) Forget() Result {
	r.Ranked = slices.Clone(r.Ranked)
	for i := range r.Ranked {
		r.Ranked[i].Phone, r.Ranked[i].Code = "", ""
		if r.Ranked[i].Prize == "" {
			r.Ranked[i].Name = ""
		}
	}
	return r
}

// Districts adds up the communes, in the order of the registry.
func Districts(reg *stations.Registry, places []Place) (list []District) {
	at := map[string]int{}
	for _, p := range places {
		code := reg.Where(p.Station).District
		i, has := at[code]
		if !has {
			i = len(list)
			at[code], list = i, append(list, District{Code: code})
		}
		list[i].Communes++
		list[i].Tally = list[i].Add(p.Tally, 1)
	}
	var codes []string
	for _, d := range list {
		codes = append(codes, d.Code)
	}
	order := reg.InOrder(codes)
	slices.SortFunc(list, func(a, b District) int { return slices.Index(order, a.Code) - slices.Index(order, b.Code) })
	return list
}
