package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/internal/fault"
)

// ContestLog runs the suite of contest.Log; open gives an empty one.
func ContestLog(t *testing.T, open func(t *testing.T) contest.Log) {
	for name, test := range map[string]func(*testing.T, contest.Log){
		"events come back in order, byte for byte":    contestRoundTrip,
		"an old expectation adds nothing":             contestExpectation,
		"a repeat adds nothing, another is refused":   contestRepeat,
		"of many writers at one place one gets in":    contestRace,
		"contests are listed oldest first, unmixed":   contestsApart,
		"reading may stop and go on at any event":     contestPaging,
		"a cancelled caller changes and reads naught": contestCancelled,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func contestMeta(id string) accounts.Meta {
	return accounts.Meta{ID: id, By: accounts.Daemon(), At: time.Date(2024, 9, 2, 1, 2, 3, 456789, time.UTC)}
}

// contestEventsAfter makes n linked events after the given one.
func contestEventsAfter(last contest.Event, change string, n int) []contest.Event {
	var list []contest.Event
	for range n {
		e := contest.Event{Seq: last.Seq + 1, At: contestMeta("").At, By: "p1", Name: "Vàng <A> & Sính", Change: change, Digest: "d-" + change,
			Kind: "sheet.saved", Body: json.RawMessage(`{"comment":"hay \u003c \u0026 \"rõ\""}`), Prev: last.Hash}
		e.Hash = e.Sum()
		list, last = append(list, e), e
	}
	return list
}

func readContest(t *testing.T, log contest.Log, id string, after int) []contest.Event {
	t.Helper()
	var list []contest.Event
	for e, err := range log.Events(context.Background(), id, after) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

func appendContest(t *testing.T, log contest.Log, change, id string, expect int, events []contest.Event) {
	t.Helper()
	if err := log.Append(context.Background(), contestMeta(change), id, expect, events); err != nil {
		t.Fatal(err)
	}
}

func contestRoundTrip(t *testing.T, log contest.Log) {
	events := contestEventsAfter(contest.Event{}, "c1", 3)
	appendContest(t, log, "c1", "hoi-thi", 0, events)
	got := readContest(t, log, "hoi-thi", 0)
	if len(got) != 3 {
		t.Fatalf("%d events, want 3", len(got))
	}
	for i, e := range got {
		if e.Hash != e.Sum() || e.Hash != events[i].Hash || string(e.Body) != string(events[i].Body) || !e.At.Equal(events[i].At) {
			t.Errorf("event %d came back as %+v", i+1, e)
		}
	}
	if got := readContest(t, log, "nothing", 0); len(got) != 0 {
		t.Errorf("a contest nobody began has %d events", len(got))
	}
}

func contestExpectation(t *testing.T, log contest.Log) {
	first := contestEventsAfter(contest.Event{}, "c1", 2)
	appendContest(t, log, "c1", "hoi-thi", 0, first)
	for _, expect := range []int{0, 1, 3} {
		err := log.Append(context.Background(), contestMeta("c2"), "hoi-thi", expect, contestEventsAfter(first[1], "c2", 1))
		if !fault.Is(err, "contest.changed_meanwhile") {
			t.Errorf("expecting %d: %v", expect, err)
		}
	}
	if n := len(readContest(t, log, "hoi-thi", 0)); n != 2 {
		t.Errorf("%d events after refusals", n)
	}
}

func contestRepeat(t *testing.T, log contest.Log) {
	first := contestEventsAfter(contest.Event{}, "c1", 2)
	for range 3 {
		appendContest(t, log, "c1", "hoi-thi", 0, first)
	}
	if n := len(readContest(t, log, "hoi-thi", 0)); n != 2 {
		t.Errorf("%d events after repeats", n)
	}
	other := slices.Clone(first)
	other[0].Digest = "another command"
	if err := log.Append(context.Background(), contestMeta("c1"), "hoi-thi", 2, other); !fault.Is(err, "contest.change_differs") {
		t.Errorf("another command under the same ID: %v", err)
	}
	appendContest(t, log, "c1", "hoi-thi-khac", 0, first) // IDs count per contest
}

func contestRace(t *testing.T, log contest.Log) {
	var wg sync.WaitGroup
	errs := make([]error, 24)
	for i := range errs {
		change := fmt.Sprint("c", i)
		wg.Go(func() {
			errs[i] = log.Append(context.Background(), contestMeta(change), "hoi-thi", 0, contestEventsAfter(contest.Event{}, change, 2))
		})
	}
	wg.Wait()
	in := 0
	for _, err := range errs {
		switch {
		case err == nil:
			in++
		case !fault.Is(err, "contest.changed_meanwhile"):
			t.Error(err)
		}
	}
	got := readContest(t, log, "hoi-thi", 0)
	if in != 1 || len(got) != 2 || got[0].Change != got[1].Change {
		t.Errorf("%d writers got in, %d events", in, len(got))
	}
}

func contestsApart(t *testing.T, log contest.Log) {
	for i, id := range []string{"z", "a", "a-1", "m"} {
		appendContest(t, log, "c", id, 0, contestEventsAfter(contest.Event{}, "c", i+1))
	}
	asked := func(q contest.HeadQuery) []contest.Head {
		t.Helper()
		heads, err := log.Contests(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		return heads
	}
	heads := []contest.Head{{ID: "m", Seq: 4}, {ID: "a-1", Seq: 3}, {ID: "a", Seq: 2}, {ID: "z", Seq: 1}}
	for _, c := range []struct {
		q    contest.HeadQuery
		want []contest.Head
	}{
		{contest.HeadQuery{Limit: contest.MostListed}, heads},
		{contest.HeadQuery{Limit: 2}, heads[:2]},
		{contest.HeadQuery{Limit: 2, After: "a-1"}, heads[2:]},
		{contest.HeadQuery{Limit: 2, After: "z"}, nil},
		{contest.HeadQuery{Limit: 9, IDs: []string{"z", "none", "a-1"}}, []contest.Head{heads[1], heads[3]}},
		{contest.HeadQuery{Limit: 1, IDs: []string{"z", "a-1"}, After: "a-1"}, heads[3:]},
		{contest.HeadQuery{Limit: 9, IDs: []string{}}, nil},
	} {
		if got := asked(c.q); !slices.Equal(got, c.want) {
			t.Errorf("%+v: contests %v, want %v", c.q, got, c.want)
		}
	}
	for _, c := range heads {
		if n := len(readContest(t, log, c.ID, 0)); n != c.Seq {
			t.Errorf("%s has %d events, want %d", c.ID, n, c.Seq)
		}
	}
}

func contestPaging(t *testing.T, log contest.Log) {
	const n = 4500
	appendContest(t, log, "c", "hoi-thi", 0, contestEventsAfter(contest.Event{}, "c", n))
	for _, after := range []int{0, 1, 1999, 2000, 2001, n - 1, n, n + 5} {
		got := readContest(t, log, "hoi-thi", after)
		if len(got) != max(0, n-after) || len(got) > 0 && got[0].Seq != after+1 {
			t.Errorf("after %d: %d events", after, len(got))
		}
	}
	for e, err := range log.Events(context.Background(), "hoi-thi", 0) {
		if err != nil || e.Seq == 3 {
			break
		}
	}
}

func contestCancelled(t *testing.T, log contest.Log) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := log.Append(ctx, contestMeta("c"), "hoi-thi", 0, contestEventsAfter(contest.Event{}, "c", 1)); err == nil {
		t.Error("a cancelled append was accepted")
	}
	for _, err := range log.Events(ctx, "hoi-thi", 0) {
		if err == nil {
			t.Error("a cancelled reader got an event")
		}
	}
	if ids, err := log.Contests(context.Background(), contest.HeadQuery{Limit: 9}); err != nil || len(ids) != 0 {
		t.Errorf("contests %v, %v", ids, err)
	}
}
