package contest_test

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"loa/accounts"
	"loa/contest"
	"loa/internal/fault"
	"loa/stations"
)

// kept is a log of one contest in memory, and a world that sounds alike by pair.
type kept struct {
	contest.Sources
	id    string
	log   []contest.Event
	alike map[string][]contest.File
}

func (k kept) Contests(context.Context, contest.HeadQuery) ([]contest.Head, error) {
	return []contest.Head{{ID: k.id, Seq: len(k.log)}}, nil
}
func (k kept) Events(_ context.Context, _ string, after int) iter.Seq2[contest.Event, error] {
	return all(k.log[after:])
}
func (k kept) Append(context.Context, accounts.Meta, string, int, []contest.Event) error { return nil }
func (k kept) Undecided(_ context.Context, files []string) (map[string][]contest.File, error) {
	found := maps.Clone(k.alike)
	maps.DeleteFunc(found, func(id string, _ []contest.File) bool { return !slices.Contains(files, id) })
	return found, nil
}

// A station or district that is not there is refused, rather than answered by no entries.
func TestAQueryRefusesPlacesThatAreNot(t *testing.T) {
	reg := stations.NewRegistry(stations.Founding())
	for code, q := range map[string]contest.EntryQuery{"stations.no_district": {District: "999"}, "stations.unknown": {Station: "S99999"}} {
		if _, err := q.In(reg, accounts.Actor{}); !fault.Is(err, code) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

// Each entry is in one state, which says what the organiser has to do about it.
func TestEveryEntryIsInOneState(t *testing.T) {
	w := newWorld(t, "tim")
	w.open(plain())
	var ids []string
	for i := 1; i <= 5; i++ {
		work := w.work(i)
		work.Script = "Tin của bản"
		if i == 2 {
			work.Script = "Đây là ĐÀI SỐ 2, huyện 082"
		}
		ids = append(ids, w.enter(i, work))
	}
	w.do(w.operator(3), contest.WithdrawEntry{Entry: ids[2]})
	w.do(w.organiser(), contest.RuleOutEntry{Entry: ids[3], Reason: "sai thể loại"})
	file := func(i int) string { return w.s.Entries[i].Piece(contest.Audio).File }
	k := kept{id: "tim", alike: map[string][]contest.File{
		file(4): {{ID: "old", By: "op" + stationID(5), Work: true}}} /* her own earlier version is no suspect */}
	states := func() (out []contest.EntryState) {
		t.Helper()
		k.log = w.log
		err := contest.NewHall(k, k).FindEntries(t.Context(), "tim", contest.EntryQuery{}, func(_ *contest.State, found []contest.Found) error {
			for _, x := range found {
				out = append(out, x.State)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	wants := func(want ...contest.EntryState) {
		t.Helper()
		if got := states(); !slices.Equal(got, want) {
			t.Errorf("the entries are %q, want %q", got, want)
		}
	}
	wants("valid", "named", "withdrawn", "ruled_out", "valid")
	k.alike[file(0)] = []contest.File{{ID: "another's", By: "somebody"}}
	k.alike[file(4)] = append(k.alike[file(4)], contest.File{ID: file(0), By: "op" + stationID(1), Work: true})
	w.do(w.organiser(), contest.RedactScript{Entry: ids[1], Text: "Đây là đài …, huyện …"})
	wants("to_look_at", "valid", "withdrawn", "ruled_out", "to_look_at")
	w.do(w.organiser(), contest.RedactScript{Entry: ids[1], Blank: true})
	wants("to_look_at", "blank", "withdrawn", "ruled_out", "to_look_at")
}

// Two works that a person said are one recording stay to be decided about until the
// organiser says what follows; an entrant's own double asks for nothing.
func TestADoubleOfOthersIsOpenUntilItIsSaidWhatFollows(t *testing.T) {
	w := newWorld(t, "trung")
	w.open(plain())
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	file := func(i int) string { return w.s.Entries[i].Piece(contest.Audio).File }
	other := func(i int) contest.File {
		return contest.File{ID: file(i), By: "op" + stationID(i+1), Station: stationID(i + 1), Work: true, Same: true}
	}
	k := kept{id: "trung", alike: map[string][]contest.File{file(0): {other(1)}, file(1): {other(0), {ID: "cu", By: "ai", Station: stationID(2), Same: true}},
		file(2): {{ID: "cu3", By: "ai", Station: stationID(3), Same: true}}}}
	open := func() (out []string) {
		t.Helper()
		k.log = w.log
		h := contest.NewHall(k, k)
		doubles, err := h.Doubles(t.Context(), "trung")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.FindEntries(t.Context(), "trung", contest.EntryQuery{State: contest.EntryToLookAt}, func(_ *contest.State, found []contest.Found) error {
			for _, x := range found {
				out = append(out, x.Code)
				if len(doubles[x.ID]) != 1 {
					t.Errorf("%s: %+v", x.Code, doubles[x.ID])
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		w.facts.Alike = doubles
		return out
	}
	if got := open(); !slices.Equal(got, []string{"TP-001", "TP-002"}) {
		t.Fatalf("open: %q", got)
	}
	if keys := openKeys(w, contest.StartRound{Round: "chung-khao"}); !slices.Contains(keys, "contest.open_double") ||
		slices.Contains(keys, "contest.open_alike") {
		t.Errorf("starting asks about %q", keys)
	}
	first, second := w.s.Entries[0], w.s.Entries[1]
	keep := contest.KeepDouble{Entry: first.ID, Recording: file(1), Reason: "Hai đài làm chung"}
	w.refused("accounts.denied", w.operator(1), keep)
	w.refused("contest.reason_missing", w.organiser(), contest.KeepDouble{Entry: first.ID, Recording: file(1), Reason: " "})
	w.refused("contest.no_double", w.organiser(), contest.KeepDouble{Entry: first.ID, Recording: "cu", Reason: "Hay"})
	w.refused("contest.has_stake", w.runner(1), keep)
	w.do(w.organiser(), keep)
	if got := open(); !slices.Equal(got, []string{"TP-002"}) {
		t.Errorf("after one was kept: %q", got)
	}
	w.do(w.organiser(), contest.RuleOutEntry{Entry: second.ID, Reason: "Nộp lại bài của xã bạn"})
	if got := open(); len(got) > 0 {
		t.Errorf("after the other was ruled out: %q", got)
	}
	if again := w.replays(); len(again.Doubles) != 1 || again.Doubles[0].Reason != "Hai đài làm chung" {
		t.Errorf("a replay keeps %+v", again.Doubles)
	}
	w.jury(3, "chung-khao")
	w.toRound("chung-khao")
	if s := minutes(w); !strings.Contains(s, "Hai đài làm chung") {
		t.Errorf("the minutes: %s", s)
	}
}
