package contest_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	"loa/accounts"
	"loa/contest"
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
func (k kept) Undecided(context.Context, []string) (map[string][]contest.File, error) {
	return k.alike, nil
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
