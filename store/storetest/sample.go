package storetest

import (
	"testing"

	"loa/accounts"
	"loa/airing"
	"loa/airing/sample"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/library"
	"loa/store"
)

// engineSamples: a sample is kept once, is nobody's else's to see or to take back, keeps its recording in use, and is gone
// with it when it is taken back.
func engineSamples(t *testing.T, e store.Engine) {
	ctx := t.Context()
	episode, _ := aired(t, e)
	own, other := operatorOf("S00001"), operatorOf("S00002")
	recorded := func(id string, n int) string {
		c := sent(n, 0, 3+n)
		c.Kind, c.Owner = library.ForSample, library.Owner{Person: own.Person, Name: own.Name, Station: "S00001"}
		m := by(own, engineAt)
		m.ID = id
		return must[library.Recording](t)(e.SaveRecording(ctx, m, c)).ID
	}
	give := sample.Give{Station: "S00001", Episode: episode.ID, Recording: recorded("clip", 1), Agreed: true, Use: sample.UseHere,
		Setting: sample.Setting{Distance: sample.Near, Horns: sample.OneHorn, Weather: sample.Calm, Noise: sample.Quiet}}
	m := by(own, engineAt)
	first := must[sample.Sample](t)(e.GiveSample(ctx, m, give))
	if again := must[sample.Sample](t)(e.GiveSample(ctx, m, give)); again != first || first.ID != "clip" {
		t.Errorf("the repeat: %+v", again)
	}
	for code, give := range map[string]sample.Give{"sample.known": give, "stations.unknown": {Station: "S09999", Recording: "clip"}} {
		if _, err := e.GiveSample(ctx, by(own, engineAt), give); !fault.Is(err, code) {
			t.Errorf("wants %s: %v", code, err)
		}
	}
	give.Recording, give.Use = recorded("clip-2", 2), sample.UseMaker
	second := must[sample.Sample](t)(e.GiveSample(ctx, by(own, engineAt.AddDate(0, 0, 1)), give))
	if used := must[bool](t)(e.RecordingUsed(ctx, "clip")); !used {
		t.Error("the recording of a sample is not in use")
	}
	heard := must[sample.Sample](t)(e.HeardSample(ctx, daemonAt("h", engineAt), "clip", airing.Proof{Method: match.Method, Word: match.Verified, Score: 15}))
	if !heard.Right() || heard.Unheard() {
		t.Errorf("%+v", heard)
	}
	for want, got := range map[string]error{
		"accounts.denied":     errorOf(e.HeardSample(ctx, by(own, engineAt), "clip", airing.Proof{})),
		"sample.unknown":      errorOf(e.WithdrawSample(ctx, by(other, engineAt), "clip")),
		"sample.no_such_page": func() error { _, _, err := e.Samples(ctx, own, sample.Query{After: "😀"}); return err }(),
	} {
		if !fault.Is(got, want) {
			t.Errorf("wants %s: %v", want, got)
		}
	}
	for _, c := range []struct {
		by   accounts.Actor
		q    sample.Query
		want string
	}{{own, sample.Query{}, "clip-2 clip "}, {other, sample.Query{}, ""}, {accounts.Daemon(), sample.Query{Unheard: true}, "clip-2 "},
		{own, sample.Query{Use: sample.UseHere}, "clip "}, {own, sample.Query{Limit: 1}, "clip-2 "}, {own, sample.Query{Station: "S00002"}, ""}} {
		list, _, err := e.Samples(ctx, c.by, c.q)
		got := ""
		for _, s := range list {
			got += s.ID + " "
		}
		if err != nil || got != c.want {
			t.Errorf("%+v: %q, not %q, %v", c.q, got, c.want, err)
		}
	}
	if all := must[[]sample.Sample](t)(sample.All(ctx, e, own, sample.Query{})); len(all) != 2 {
		t.Errorf("all are %d", len(all))
	}
	if _, err := e.WithdrawSample(ctx, by(own, engineAt.AddDate(0, 0, 2)), second.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Recording(ctx, second.ID); !fault.Is(err, "library.no_recording") {
		t.Errorf("the recording of a sample that was taken back: %v", err)
	}
	if _, err := e.WithdrawSample(ctx, by(own, engineAt.AddDate(0, 0, 2)), second.ID); !fault.Is(err, "sample.unknown") {
		t.Errorf("taken back twice: %v", err)
	}
}

func errorOf[T any](_ T, err error) error { return err }
