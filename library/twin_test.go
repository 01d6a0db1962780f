package library

import (
	"fmt"
	"testing"
	"time"

	"loa/audio/fingerprint"
)

// TestAnExcerptIsLikeTheWholeAndThemeMusicIsNot tells 45 s taken out of a
// programme from 45 s that many programmes begin with.
func TestAnExcerptIsLikeTheWholeAndThemeMusicIsNot(t *testing.T) {
	recordings := map[string]Recording{}
	for i := range 6 {
		id := fmt.Sprint(i)
		recordings[id] = Recording{ID: id, Kind: ForProgramme, Seconds: 900, Blob: Ref{SHA256: id}}
	}
	match := func(id string, offset, overlap, of float64) fingerprint.Match {
		return fingerprint.Match{ID: id, Offset: offset, Overlap: overlap, Share: overlap / of, Score: 0.8, Speed: 1}
	}
	other := func(id string) (Recording, error) { return recordings[id], nil }
	short := Recording{ID: "short", Kind: ForProgramme, Seconds: 45, Blob: Ref{SHA256: "short"}}
	whole := Recording{ID: "whole", Kind: ForProgramme, Seconds: 900, Blob: Ref{SHA256: "whole"}}
	recordings["jingle"] = Recording{ID: "jingle", Kind: ForProgramme, Seconds: 45, Blob: Ref{SHA256: "jingle"}}
	faster := match("1", 300, 43, 45)
	faster.Speed = 1.03
	for _, c := range []struct {
		name  string
		r     Recording
		found []fingerprint.Match
		want  int
	}{
		{"45 s of a programme", short, []fingerprint.Match{match("1", 300, 43, 45)}, 1},
		{"45 s of a programme, faster", short, []fingerprint.Match{faster}, 1},
		{"the programme after its 45 s", whole, []fingerprint.Match{match("jingle", -300, 43, 45)}, 1},
		{"theme music of many", short, []fingerprint.Match{match("1", 0, 43, 45), match("2", 0, 43, 45), match("3", 5, 42, 45)}, 0},
		{"a programme with the theme music of many", whole, []fingerprint.Match{match("jingle", 0, 43, 45), match("2", 0, 43, 900), match("3", 0, 42, 900)}, 0},
		{"a quotation", whole, []fingerprint.Match{match("1", 100, 43, 900)}, 0},
		{"20 s", Recording{ID: "x", Kind: ForProgramme, Seconds: 20}, []fingerprint.Match{match("1", 300, 20, 20)}, 0},
	} {
		got, err := Likenesses(c.r, c.found, other, time.Unix(0, 0))
		if err != nil || len(got) != c.want {
			t.Errorf("%s: %+v, %v, want %d", c.name, got, err, c.want)
		}
		for _, l := range got {
			if m := c.found[0]; (l.Speed != 0) != (m.Speed != 1) {
				t.Errorf("%s: speed %v", c.name, l.Speed)
			}
		}
	}
}

// The surest first, each once, and nothing that only was compared.
func TestWhatIsAlikeIsListedTheSurestFirst(t *testing.T) {
	rec := func(id, blob, frames string) Recording {
		return Recording{ID: id, FramesSHA256: frames, Blob: Ref{SHA256: blob}}
	}
	r := rec("r", "b", "f")
	found := []Recording{rec("short", "1", ""), r, rec("long", "2", ""), rec("tags", "3", "f"),
		rec("copy", "b", "f"), rec("copy", "b", "f"), rec("second", "b", "f")}
	decided := &Verdict{Same: true}
	all := AllAlike(r, found, []Likeness{{One: "r", Other: "short", Shared: 40},
		{One: "long", Other: "r", Shared: 400, Verdict: decided}, {One: "r", Other: "second", Shared: 9}})
	got := ""
	for _, a := range all {
		got += fmt.Sprintf("%s %s %t, ", a.Recording.ID, a.How, a.Open())
	}
	if want := "copy file false, second file true, tags sound false, long alike false, short alike true, "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if l := all[3].Likeness; l == nil || !l.Same() || l.Undecided() || all[3].Dismissed() {
		t.Errorf("%+v was said to be the same", l)
	}
	decided.Same = false
	if !all[3].Dismissed() || all[3].Likeness.Same() || all[4].Dismissed() || all[0].Dismissed() {
		t.Error("only what somebody said is different is dismissed")
	}
	none := AllAlike(rec("x", "x", ""), []Recording{rec("none", "y", "")}, []Likeness{{One: "x", Other: "none"}})
	if len(none) != 1 || none[0].How != Similar {
		t.Errorf("without frames: %+v", none)
	}
}
