package airing

import (
	"slices"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/stations"
)

// TestAnExhibitIsALineThatSomebodyMayLookAt tells what comes into the queue of evidence, and what leaves it.
func TestAnExhibitIsALineThatSomebodyMayLookAt(t *testing.T) {
	line := Line{Report: Report{ID: "r", Station: "S00001", Programme: "P", Outcome: Aired, StartedAt: slotStart}, By: accounts.Actor{Person: "op"}}
	photo, sound := Evidence{Kind: Photo}, Evidence{Kind: Sound}
	for name, c := range map[string]struct {
		edit func(*Line)
		ok   bool
		want Exhibit
	}{
		"without evidence":  {func(*Line) {}, false, Exhibit{}},
		"a photo":           {func(l *Line) { l.Evidence = []Evidence{photo} }, true, Exhibit{Photos: 1, Waits: true}},
		"two sounds":        {func(l *Line) { l.Evidence = []Evidence{sound, sound} }, true, Exhibit{Sounds: 2, Waits: true}},
		"looked at":         {func(l *Line) { l.Evidence, l.Finding = []Evidence{photo}, NotProven }, true, Exhibit{Photos: 1, Finding: NotProven}},
		"found without any": {func(l *Line) { l.Finding = Verified }, true, Exhibit{Finding: Verified}},
		"new evidence since": {func(l *Line) {
			l.Evidence = []Evidence{photo}
			*l = l.After(Entry{Verdict: &Verdict{Report: "r", Finding: Contradicted}}).After(Entry{Evidence: &sound})
		}, true, Exhibit{Photos: 1, Sounds: 1, Finding: Contradicted, Waits: true}},
		"new evidence of what is verified": {func(l *Line) {
			*l = l.After(Entry{Verdict: &Verdict{Report: "r", Finding: Verified}}).After(Entry{Evidence: &photo})
		}, true, Exhibit{Photos: 1, Finding: Verified}},
		"decided anew": {func(l *Line) {
			*l = l.After(Entry{Verdict: &Verdict{Report: "r", Finding: NotProven}}).After(Entry{Evidence: &photo})
			*l = l.After(Entry{Verdict: &Verdict{Report: "r", Finding: NotProven}})
		}, true, Exhibit{Photos: 1, Finding: NotProven}},
		"like the file itself": {func(l *Line) {
			l.Evidence, l.Finding = []Evidence{{ID: "e", Kind: Sound}}, NotProven
			l.Proofs = []GivenProof{{Proof: Proof{Report: "r", Evidence: "e", Word: match.NotProven, Hints: []Hint{Faint, Direct}}}}
		}, true, Exhibit{Sounds: 1, Finding: NotProven, Machine: match.NotProven, Direct: true}},
		"changed since":        {func(l *Line) { l.Lapsed = &GivenVerdict{By: accounts.Actor{Name: "Lò"}} }, true, Exhibit{Lapsed: "Lò", Waits: true}},
		"corrected":            {func(l *Line) { l.Evidence, l.CorrectedBy = []Evidence{photo}, "r2" }, false, Exhibit{}},
		"a set that is broken": {func(l *Line) { l.Evidence, l.Outcome = []Evidence{photo}, NotAired }, false, Exhibit{}},
		"withdrawn":            {func(l *Line) { l.Evidence, l.Outcome = []Evidence{photo}, Withdrawn }, false, Exhibit{}},
	} {
		l := line
		c.edit(&l)
		got, ok := l.Exhibit()
		if c.ok {
			c.want.Report, c.want.Station, c.want.Programme, c.want.By, c.want.StartedAt = "r", "S00001", "P", "op", slotStart.UTC()
		}
		if ok != c.ok || got != c.want {
			t.Errorf("%s: %+v, %v", name, got, ok)
		}
	}
}

func exhibitOf(station, report string, day int, finding Finding) Exhibit {
	return Exhibit{Report: report, Station: station, By: "op", StartedAt: slotStart.UTC().AddDate(0, 0, day), Photos: 1, Finding: finding, Waits: finding == ""}
}

func reports(list []Exhibit) (ids []string) {
	for _, e := range list {
		ids = append(ids, e.Report)
	}
	return ids
}

// TestThePileIsAnEvenSample wants stations looked at least first, one piece each, and nothing of her own.
func TestThePileIsAnEvenSample(t *testing.T) {
	list := []Exhibit{exhibitOf("S00001", "a3", 3, ""), exhibitOf("S00001", "a2", 2, ""), exhibitOf("S00001", "a1", 1, ""),
		exhibitOf("S00002", "b2", 9, ""), exhibitOf("S00002", "b1", 8, ""), exhibitOf("S00003", "c1", 0, ""), exhibitOf("S00003", "c0", -1, Verified)}
	lapsed := exhibitOf("S00003", "d", 5, "")
	lapsed.Lapsed = "Lò"
	hers := exhibitOf("S00002", "hers", 0, "")
	hers.By = monitor.Person
	list = append(list, lapsed, hers)
	p := CheckFilter{}.Pile(monitor, &stations.Registry{}, list)
	if got := reports(p.Waiting); !slices.Equal(got, []string{"d", "a1", "b1", "c1", "a2", "b2", "a3"}) || p.Looked != 1 {
		t.Errorf("%v, %d looked at", got, p.Looked)
	}
	closed := slices.Clone(list)
	for i, e := range closed {
		closed[i].WeekClosed = e.StartedAt.Before(slotStart.UTC().AddDate(0, 0, 3))
	}
	openFirst := []string{"d", "a3", "b1", "b2", "c1", "a1", "a2"}
	if got := reports(CheckFilter{}.Pile(monitor, &stations.Registry{}, closed).Waiting); !slices.Equal(got, openFirst) {
		t.Errorf("of weeks that are closed too: %v", got)
	}
	if got := reports(CheckFilter{Kind: Sound}.Pile(monitor, &stations.Registry{}, list).Waiting); got != nil {
		t.Errorf("sounds: %v", got)
	}
	if got := reports(CheckFilter{Programme: "P9"}.Pile(monitor, &stations.Registry{}, list).Waiting); got != nil {
		t.Errorf("of another programme: %v", got)
	}
	if p := (CheckFilter{}).Pile(accounts.Actor{Person: "x"}, &stations.Registry{}, list); len(p.Waiting)+p.Looked > 0 {
		t.Errorf("who verifies nothing gets %+v", p)
	}
	if e := (CheckFilter{Language: "tlh"}).Check(monitor, &stations.Registry{}, nil); !fault.Is(e, "airing.language_unknown") {
		t.Error(e)
	}
	if e := (CheckFilter{District: "999"}).Check(monitor, &stations.Registry{}, nil); !fault.Is(e, "stations.no_district") {
		t.Error(e)
	}
}

// TestNoTwoMonitorsGetTheSamePiece hands out, passes, takes back and lets run out.
func TestNoTwoMonitorsGetTheSamePiece(t *testing.T) {
	h, now := NewHandout(), slotStart
	lo, ma := accounts.Actor{Person: "lo", Name: "Lò"}, accounts.Actor{Person: "ma", Name: "Ma"}
	pile := []Exhibit{exhibitOf("S00001", "a", 0, ""), exhibitOf("S00002", "b", 0, ""), exhibitOf("S00003", "c", 0, "")}
	next := func(by accounts.Actor, want string, held ...string) {
		t.Helper()
		names := h.Others(by, pile, now)
		e, found := h.Next(by, pile, now)
		if e.Report != want || found != (want != "") || !slices.Equal(names, held) {
			t.Fatalf("%s gets %q, others have %v", by.Name, e.Report, names)
		}
	}
	next(lo, "a")
	next(lo, "a") // the page is opened again
	next(ma, "b", "Lò")
	h.Pass(lo, "a", now)
	next(lo, "c", "Ma")
	h.Pass(lo, "c", now)
	next(lo, "a", "Ma") // she has passed all that is free: they come again
	if other, taken := h.Take(ma, "a", now); !taken || other.Name != "Lò" {
		t.Fatalf("%+v, %v", other, taken)
	}
	if _, taken := h.Take(ma, "c", now); taken {
		t.Fatal("nobody had it")
	}
	h.Done(lo, "c") // it is not hers to give back
	pile = pile[2:]
	next(lo, "", "Ma")
	now = now.Add(heldFor - time.Second)
	next(lo, "", "Ma")
	now = now.Add(time.Second)
	next(lo, "c")
	h.Done(lo, "c")
	next(ma, "c")
	h.Pass(ma, "c", now)
	now = now.Add(passedFor)
	h.Next(lo, nil, now)
	if len(h.held)+len(h.passed) != 0 {
		t.Errorf("kept for ever: %v, %v", h.held, h.passed)
	}
}

// TestWhoLooksInTwoTabsHasBoth wants a report that is open in one tab to stay hers while she opens another.
func TestWhoLooksInTwoTabsHasBoth(t *testing.T) {
	h := NewHandout()
	lo, ma := accounts.Actor{Person: "lo", Name: "Lò"}, accounts.Actor{Person: "ma", Name: "Ma"}
	pile := []Exhibit{exhibitOf("S00001", "a", 0, ""), exhibitOf("S00002", "b", 0, ""), exhibitOf("S00003", "c", 0, "")}
	h.Next(lo, pile[:1], slotStart)
	h.Next(lo, pile[1:2], slotStart) // the other tab is narrowed to another district
	if e, _ := h.Next(ma, pile, slotStart); e.Report != "c" {
		t.Errorf("the other gets %q", e.Report)
	}
	if others := h.Others(ma, pile, slotStart); !slices.Equal(others, []string{"Lò"}) {
		t.Errorf("beside %v", others)
	}
}
