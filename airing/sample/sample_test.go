package sample

import (
	"reflect"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/library"
	"loa/scheduler"
)

var at = time.Date(2026, 5, 18, 10, 0, 0, 0, time.UTC)

func operator(station string) accounts.Actor {
	return accounts.Actor{Person: "op-" + station, Name: "Cán bộ", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}}}}
}

func plan() *scheduler.Schedule {
	approved := []scheduler.Step{{State: scheduler.Approved, At: at.AddDate(0, 0, -3)}}
	return scheduler.NewSchedule([]scheduler.Programme{{ID: "P"}}, []scheduler.Episode{{ID: "E", Programme: "P", Audio: "A", Steps: approved},
		{ID: "live", Programme: "P", Steps: approved},
		{ID: "draft", Programme: "P", Audio: "B", Steps: []scheduler.Step{{State: scheduler.Draft, At: at}}}}, nil)
}

// TestASampleIsGivenWithConsent: who runs the station, or watches it, gives a recording she sent herself, of an episode
// that has sound, says how it was made, and agrees.
func TestASampleIsGivenWithConsent(t *testing.T) {
	own := operator("S00001")
	for name, c := range map[string]struct {
		change func(*Facts, *accounts.Meta, *Give)
		fault  string
	}{
		"as it should be": {func(*Facts, *accounts.Meta, *Give) {}, ""},
		"by a monitor": {func(f *Facts, m *accounts.Meta, c *Give) {
			m.By.Grants[0] = accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}
		}, ""},
		"for another station":        {func(f *Facts, m *accounts.Meta, c *Give) { f.On.Station = "S00002" }, "accounts.denied"},
		"nobody agreed":              {func(f *Facts, m *accounts.Meta, c *Give) { c.Agreed = false }, "sample.agreed"},
		"of nothing":                 {func(f *Facts, m *accounts.Meta, c *Give) { c.Episode = "" }, "sample.episode"},
		"of what is read live":       {func(f *Facts, m *accounts.Meta, c *Give) { c.Episode = "live" }, "sample.episode"},
		"of what was never approved": {func(f *Facts, m *accounts.Meta, c *Give) { c.Episode = "draft" }, "sample.episode"},
		"nowhere":                    {func(f *Facts, m *accounts.Meta, c *Give) { c.Distance = "" }, "sample.setting"},
		"in snow":                    {func(f *Facts, m *accounts.Meta, c *Give) { c.Weather = "snow" }, "sample.setting"},
		"for anybody":                {func(f *Facts, m *accounts.Meta, c *Give) { c.Use = "all" }, "sample.setting"},
		"without a recording":        {func(f *Facts, m *accounts.Meta, c *Give) { f.Recording = library.Recording{} }, "library.no_recording"},
		"evidence":                   {func(f *Facts, m *accounts.Meta, c *Give) { f.Recording.Kind = library.ForEvidence }, "library.no_recording"},
		"what another sent":          {func(f *Facts, m *accounts.Meta, c *Give) { f.Recording.Owner.Person = "op-S00002" }, "library.no_recording"},
		"given already":              {func(f *Facts, m *accounts.Meta, c *Give) { f.Known = true }, "sample.known"},
	} {
		f := Facts{On: accounts.Where{Station: "S00001"}, Plan: plan(),
			Recording: library.Recording{ID: "R", Kind: library.ForSample, Owner: library.Owner{Person: own.Person}, Blob: library.Ref{SHA256: "ab"}}}
		m := accounts.Meta{ID: "m", By: operator("S00001"), At: at}
		give := Give{Station: "S00001", Episode: "E", Recording: "R", Setting: Setting{Near, OneHorn, Calm, Talk}, Use: UseHere, Agreed: true}
		c.change(&f, &m, &give)
		s, err := Decide(f, m, give)
		switch {
		case c.fault != "":
			if !fault.Is(err, c.fault) {
				t.Errorf("%s: %v, not %s", name, err, c.fault)
			}
		case err != nil || s != (Sample{ID: "R", Station: "S00001", Episode: "E", SHA256: "ab", Setting: give.Setting, Use: UseHere, At: at}):
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// TestASampleIsTakenBackByItsStation: others of the province see it and may not, and other stations know nothing of it.
func TestASampleIsTakenBackByItsStation(t *testing.T) {
	s, on := Sample{Station: "S00001"}, accounts.Where{Station: "S00001"}
	reader := accounts.Actor{Person: "x", Via: "session", Grants: []accounts.Grant{{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}}}}
	for want, by := range map[string]accounts.Actor{"": operator("S00001"), "sample.unknown": operator("S00002")} {
		if err := CheckWithdrawal(by, s, on); want == "" && err != nil || want != "" && !fault.Is(err, want) {
			t.Errorf("%s: %v, not %q", by.Person, err, want)
		}
	}
	if err := CheckWithdrawal(reader, s, on); !fault.Is(err, "sample.unknown") {
		t.Errorf("who reads no airings: %v", err)
	}
}

// TestSamplesAreCountedByHowTheyWereMade: what the machine has not heard is counted nowhere.
func TestSamplesAreCountedByHowTheyWereMade(t *testing.T) {
	made := func(d Distance, n Noise, word match.Word, score float64) Sample {
		s := Sample{Setting: Setting{d, OneHorn, Calm, n}}
		if word != "" {
			s.Heard = &airing.Proof{Word: word, Score: score}
		}
		return s
	}
	got := CountBy([]Sample{made(Near, Quiet, match.Verified, 20), made(Near, Talk, match.Verified, 12), made(Far, Talk, match.NotProven, 0),
		made(Far, Quiet, match.Contradicted, 15), made(Far, Quiet, "", 0)})
	want := map[string]Count{"all": {Of: "all", Given: 4, Right: 2, Wrong: 1, Least: 12}, "distance/near": {Given: 2, Right: 2, Least: 12},
		"distance/mid": {}, "distance/far": {Given: 2, Wrong: 1}, "noise/talk": {Given: 2, Right: 1, Least: 12},
		"noise/quiet": {Given: 2, Right: 1, Wrong: 1, Least: 20},
		"horns/one":   {Given: 4, Right: 2, Wrong: 1, Least: 12}, "weather/calm": {Given: 4, Right: 2, Wrong: 1, Least: 12}}
	if len(got) != 1+len(Distances)+len(AllHorns)+len(Weathers)+len(Noises) {
		t.Errorf("%d rows", len(got))
	}
	for _, c := range got {
		name := c.Of
		if c.Value != "" {
			name += "/" + c.Value
		}
		w, ok := want[name]
		if w.Of, w.Value = c.Of, c.Value; ok && !reflect.DeepEqual(c, w) || !ok && c.Given > 0 {
			t.Errorf("%s: %+v, not %+v", name, c, w)
		}
	}
}

// TestASampleIsHeardAgainByANewMethodOnly: a second listening by the same method changes nothing, and people keep no verdict.
func TestASampleIsHeardAgainByANewMethodOnly(t *testing.T) {
	s, daemon := Sample{}, accounts.Meta{ID: "m", By: accounts.Daemon(), At: at}
	if _, err := DecideHeard(accounts.Meta{By: operator("S00001")}, s, airing.Proof{}); !fault.Is(err, "accounts.denied") {
		t.Error(err)
	}
	for _, c := range []struct {
		method int
		score  float64
		keeps  float64
	}{{1, 10, 10}, {1, 11, 10}, {match.Method, 12, 12}} {
		var err error
		if s, err = DecideHeard(daemon, s, airing.Proof{Method: c.method, Score: c.score}); err != nil || s.Heard.Score != c.keeps {
			t.Fatalf("%+v, %v", s.Heard, err)
		}
	}
	if s.Unheard() {
		t.Error("the present method has listened")
	}
}
