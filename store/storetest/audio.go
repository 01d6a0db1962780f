package storetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loa/accounts"
	"loa/audio"
	"loa/audio/fingerprint"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/library"
)

// Audio runs the suite of the library's records; open gives an empty store.
func Audio(t *testing.T, open func(t testing.TB) library.Store) {
	for name, test := range map[string]func(*testing.T, library.Store){
		"a recording and its report come back":               audioRoundTrip,
		"a copy replaces the one before and holds its bytes": audioCopies,
		"bytes are idle since they were first found so":      audioIdle,
		"what is damaged is what was noted last":             audioDamaged,
		"what a jury hears holds its bytes until forgotten":  audioBlind,
		"what a recording is found by goes with it":          audioFoundBy,
		"a repeat changes nothing, another body conflicts":   audioRepeats,
		"a refused command leaves nothing":                   audioRefusals,
		"settings are the defaults until they are saved":     audioSettings,
		"what nothing uses goes once that was announced":     audioRetention,
		"the same sound is noted, and decided once":          audioLikeness,
		"of two that come at once one finds the other":       audioRace,
		"what came without a fingerprint is compared later":  audioLater,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
	t.Run("random commands leave what a plain model says", func(t *testing.T) { audioModel(t, open) })
}

var audioStart = time.Date(2024, 5, 13, 1, 2, 3, 0, time.UTC)

func audioMeta(id string) accounts.Meta {
	return accounts.Meta{ID: id, By: accounts.Daemon(), At: audioStart}
}

// The sounds of the suite: unrelated noise of 20 s, and of each the same with
// its first two seconds cut off.
const audioSounds = 3

var audioPrints = sync.OnceValue(func() (prints [audioSounds][2]fingerprint.Print) {
	const rate = 8000
	for i := range prints {
		random := rand.New(rand.NewPCG(uint64(i), 1))
		noise := make([]float32, 20*rate)
		for j := range noise {
			noise[j] = random.Float32() - 0.5
		}
		for cut := range prints[i] {
			p := fingerprint.New(rate, 1)
			p.Write(noise[cut*2*rate:])
			prints[i][cut] = p.Print()
		}
	}
	return prints
})

// sent is the command that keeps sound number n (cut or whole) as blob number
// blob.
func sent(n, cut, blob int) library.SaveRecording {
	p := audioPrints()[n][cut]
	sha := fmt.Sprintf("%064x", blob)
	facts := audio.Facts{Format: audio.MP3, SHA256: sha, Seconds: float64(20 - 2*cut), SampleRate: 8000, Channels: 1, Fingerprint: &p,
		MP3: &audio.MP3Facts{FramesSHA256: fmt.Sprintf("%064x", blob+1000)}}
	return library.SaveRecording{Kind: library.ForProgramme, Owner: library.Owner{Person: "p1", Name: "Chị Hoa", Station: "S00001"},
		Name:        fmt.Sprintf("Bản tin %d.mp3", n),
		ContentType: "audio/mpeg", Blob: library.Ref{SHA256: sha, Size: int64(1000 + blob)}, Report: library.Report{Facts: &facts}}
}

// Alike are two recordings of the same sound, by their IDs.
func Alike() map[string]library.SaveRecording {
	return map[string]library.SaveRecording{"whole": sent(0, 0, 1), "cut": sent(0, 1, 2)}
}

func audioRoundTrip(t *testing.T, s library.Store) {
	ctx, c := t.Context(), sent(0, 0, 1)
	r := must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("r1"), c))
	same(t, must[library.Recording](t)(s.Recording(ctx, "r1")), r)
	rep := must[library.Report](t)(s.RecordingReport(ctx, "r1"))
	if r.ID != "r1" || r.Seconds != 20 || r.FramesSHA256 != c.Report.Facts.MP3.FramesSHA256 || rep.Facts.SHA256 != c.Blob.SHA256 {
		t.Errorf("%+v, %+v", r, rep)
	}
	if n := must[int64](t)(s.StationBytes(ctx, "S00001")); n != 1001 {
		t.Errorf("%d bytes", n)
	}
	must[library.Recording](t)(s.RemoveRecording(ctx, audioMeta("gone"), "r1"))
	if _, err := s.Recording(ctx, "r1"); !fault.Is(err, "library.no_recording") {
		t.Errorf("after its removal: %v", err)
	}
	if n := must[int64](t)(s.StationBytes(ctx, "S00001")); n != 0 {
		t.Errorf("%d bytes are left", n)
	}
}

func audioIdle(t *testing.T, s library.Store) {
	a, b := fmt.Sprintf("%064x", 1), fmt.Sprintf("%064x", 2)
	for day, idle := range [][]string{{a}, {a, b}, {b}, {a, b}, {}, {b}} {
		now := audioStart.AddDate(0, 0, day)
		since := must[map[string]time.Time](t)(s.NoteIdleBlobs(t.Context(), idle, now))
		want := map[string]time.Time{}
		for _, sha := range idle {
			want[sha] = audioStart.AddDate(0, 0, []map[string]int{{a: 0}, {a: 0, b: 1}, {b: 1}, {a: 3, b: 1}, {}, {b: 5}}[day][sha])
		}
		if !maps.EqualFunc(since, want, time.Time.Equal) {
			t.Errorf("on day %d: %v, want %v", day, since, want)
		}
	}
}

func audioDamaged(t *testing.T, s library.Store) {
	d := func(n, day int, missing bool) library.Damaged {
		return library.Damaged{SHA256: fmt.Sprintf("%064x", n), Missing: missing, Since: audioStart.AddDate(0, 0, day)}
	}
	for _, want := range [][]library.Damaged{nil, {d(1, 0, false), d(2, 1, true)}, {d(2, 1, false), d(3, 2, false)}, {}} {
		if err := s.NoteDamagedBlobs(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if got := must[[]library.Damaged](t)(s.DamagedBlobs(t.Context())); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// held reports whether some record holds the bytes.
func held(t *testing.T, s library.Store, sha256 string) (found bool) {
	t.Helper()
	if err := s.BlobRefs(t.Context(), func(sha string) { found = found || sha == sha256 }); err != nil {
		t.Fatal(err)
	}
	return found
}

func audioCopies(t *testing.T, s library.Store) {
	ctx := t.Context()
	r := must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("r1"), sent(0, 0, 1)))
	evidence := sent(0, 0, 2)
	evidence.Kind = library.ForEvidence
	must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("e1"), evidence))
	due := func(want int, small bool) {
		t.Helper()
		all := must[[]library.Recording](t)(s.CopiesDue(ctx, "", small, 100))
		if len(all) != want {
			t.Errorf("%d copies are due, want %d", len(all), want)
		}
		for i, r := range all {
			if list := must[[]library.Recording](t)(s.CopiesDue(ctx, "", small, i+1)); len(list) != i+1 || list[i].ID != r.ID {
				t.Errorf("at most %d: %+v", i+1, list)
			}
			if list := must[[]library.Recording](t)(s.CopiesDue(ctx, r.ID, small, 100)); len(list) != want-i-1 {
				t.Errorf("behind %s: %+v", r.ID, list)
			}
		}
	}
	due(1, false) // of the programme alone
	p := audio.Programme()
	c := library.BroadcastCopy{Recording: "r1", Blob: library.Ref{SHA256: strings.Repeat("ab", 32), Size: 9}, Steps: 2, TargetLUFS: p.TargetLUFS,
		MaxTruePeak: p.MaxTruePeak}
	saved := must[library.BroadcastCopy](t)(s.SaveBroadcastCopy(ctx, audioMeta("c1"), c))
	if got, found, err := s.BroadcastCopy(ctx, "r1"); !found || err != nil || got != saved || !got.Made.Equal(audioStart) {
		t.Errorf("%+v %v %v", got, found, err)
	}
	same(t, must[map[string]library.BroadcastCopy](t)(s.BroadcastCopies(ctx, []string{"r1", "e1", "nobody"})), map[string]library.BroadcastCopy{"r1": saved})
	due(0, false)
	due(1, true) // the small one is missing
	c.Small = library.Ref{SHA256: strings.Repeat("ef", 32), Size: 2}
	must[library.BroadcastCopy](t)(s.SaveBroadcastCopy(ctx, audioMeta("small"), c))
	due(0, true)
	if !held(t, s, c.Blob.SHA256) || !held(t, s, c.Small.SHA256) {
		t.Error("the bytes of a copy and of its small one are not both held")
	}
	if n := must[int64](t)(s.StationBytes(ctx, "S00001")); n != 1001+1002 {
		t.Errorf("%d bytes: a copy counts in nobody's quota", n)
	}
	second := c
	second.Blob.SHA256, second.TargetLUFS = strings.Repeat("cd", 32), -19
	must[library.BroadcastCopy](t)(s.SaveBroadcastCopy(ctx, audioMeta("c2"), second))
	due(1, false) // made for another target
	if held(t, s, c.Blob.SHA256) || !held(t, s, c.Small.SHA256) || !held(t, s, second.Blob.SHA256) || !held(t, s, r.Blob.SHA256) {
		t.Error("the bytes held are not those of the recording and its latest copy")
	}
	for name, b := range map[string]library.BroadcastCopy{
		"library.no_recording": {Recording: "nobody", Blob: c.Blob}, "library.kind_unknown": {Recording: "e1", Blob: c.Blob},
		"library.bad_blob_name": {Recording: "r1"},
	} {
		if _, err := s.SaveBroadcastCopy(ctx, audioMeta(name), b); !fault.Is(err, name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
	stranger := audioMeta("stranger")
	stranger.By = accounts.Actor{}
	if _, err := s.SaveBroadcastCopy(ctx, stranger, c); err == nil {
		t.Error("a stranger decides what stations receive")
	}
	must[library.Recording](t)(s.RemoveRecording(ctx, audioMeta("gone"), "r1"))
	if _, found, err := s.BroadcastCopy(ctx, "r1"); found || err != nil || held(t, s, second.Blob.SHA256) || held(t, s, second.Small.SHA256) {
		t.Errorf("the copy outlives its recording: %v %v", found, err)
	}
}

func audioFoundBy(t *testing.T, s library.Store) {
	ctx := t.Context()
	must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("r1"), sent(0, 0, 1)))
	sha := func(digit string) string { return strings.Repeat(digit, 64) }
	if _, found, err := s.MatchPrint(ctx, "r1"); found || err != nil {
		t.Errorf("a print of nothing: %v %v", found, err)
	}
	save := func(change, digit string) library.MatchPrint {
		t.Helper()
		return must[library.MatchPrint](t)(s.SaveMatchPrint(ctx, audioMeta(change),
			library.MatchPrint{Recording: "r1", Form: match.Form, Blob: library.Ref{SHA256: sha(digit), Size: 9}}))
	}
	save("p1", "a")
	second := save("p2", "b") // instead of the first
	if got, found, err := s.MatchPrint(ctx, "r1"); !found || err != nil || got != second || !got.Made.Equal(audioStart) {
		t.Errorf("%+v %v %v", got, found, err)
	}
	if held(t, s, sha("a")) || !held(t, s, sha("b")) {
		t.Error("the bytes held are not those of the latest print")
	}
	for name, p := range map[string]library.MatchPrint{"library.no_recording": {Recording: "nobody", Blob: second.Blob},
		"library.bad_blob_name": {Recording: "r1"}} {
		if _, err := s.SaveMatchPrint(ctx, audioMeta(name), p); !fault.Is(err, name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
	stranger := audioMeta("stranger")
	stranger.By = accounts.Actor{}
	if _, err := s.SaveMatchPrint(ctx, stranger, second); err == nil {
		t.Error("a stranger says what a recording is found by")
	}
	must[library.Recording](t)(s.RemoveRecording(ctx, audioMeta("gone"), "r1"))
	if _, found, err := s.MatchPrint(ctx, "r1"); found || err != nil || held(t, s, sha("b")) {
		t.Errorf("the print outlives its recording: %v %v", found, err)
	}
}

func audioBlind(t *testing.T, s library.Store) {
	ctx := t.Context()
	for i, id := range []string{"r1", "r2"} {
		must[library.Recording](t)(s.SaveRecording(ctx, audioMeta(id), sent(0, 0, i+1)))
	}
	sha := func(digit string) string { return strings.Repeat(digit, 64) }
	save := func(change, id, digit string) library.BlindCopy {
		t.Helper()
		return must[library.BlindCopy](t)(s.SaveBlindCopy(ctx, audioMeta(change),
			library.BlindCopy{Recording: id, Blob: library.Ref{SHA256: sha(digit), Size: 9}}))
	}
	save("b1", "r1", "a")
	second := save("b2", "r1", "b") // instead of the first
	other := save("b3", "r2", "b")  // the same sound under another name
	if got, found, err := s.BlindCopy(ctx, "r1"); !found || err != nil || got != second || !got.Made.Equal(audioStart) {
		t.Errorf("%+v %v %v", got, found, err)
	}
	same(t, must[[]library.BlindCopy](t)(s.BlindCopies(ctx, "", 100)), []library.BlindCopy{second, other})
	same(t, must[[]library.BlindCopy](t)(s.BlindCopies(ctx, "", 1)), []library.BlindCopy{second})
	same(t, must[[]library.BlindCopy](t)(s.BlindCopies(ctx, "r1", 1)), []library.BlindCopy{other})
	if list := must[[]library.BlindCopy](t)(s.BlindCopies(ctx, "r2", 100)); len(list) > 0 {
		t.Errorf("behind the last: %+v", list)
	}
	if held(t, s, sha("a")) || !held(t, s, sha("b")) {
		t.Error("the bytes held are not those of the latest copy")
	}
	for name, b := range map[string]library.BlindCopy{"library.no_recording": {Recording: "nobody", Blob: second.Blob},
		"library.bad_blob_name": {Recording: "r1"}} {
		if _, err := s.SaveBlindCopy(ctx, audioMeta(name), b); !fault.Is(err, name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
	stranger := audioMeta("stranger")
	stranger.By = accounts.Actor{}
	if _, err := s.SaveBlindCopy(ctx, stranger, second); err == nil {
		t.Error("a stranger decides what a jury hears")
	}
	if _, err := s.ForgetBlindCopy(ctx, stranger, "r1"); err == nil {
		t.Error("a stranger forgets what a jury hears")
	}
	must[library.BlindCopy](t)(s.ForgetBlindCopy(ctx, audioMeta("f1"), "r1"))
	must[library.BlindCopy](t)(s.ForgetBlindCopy(ctx, audioMeta("f2"), "r1")) // nothing left to forget
	if _, found, err := s.BlindCopy(ctx, "r1"); found || err != nil || !held(t, s, sha("b")) {
		t.Errorf("after r1's was forgotten: %v %v", found, err)
	}
	must[library.Recording](t)(s.RemoveRecording(ctx, audioMeta("gone"), "r2"))
	if list := must[[]library.BlindCopy](t)(s.BlindCopies(ctx, "", 100)); len(list) > 0 || held(t, s, sha("b")) {
		t.Errorf("a copy outlives its recording: %+v", list)
	}
}

func audioRepeats(t *testing.T, s library.Store) {
	ctx := t.Context()
	r := must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("r1"), sent(0, 0, 1)))
	same(t, must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("r1"), sent(0, 0, 1))), r)
	if _, err := s.SaveRecording(ctx, audioMeta("r1"), sent(0, 0, 2)); fault.Of(err).Kind != fault.Conflict {
		t.Errorf("another file under the same ID: %v", err)
	}
	if n := must[int64](t)(s.StationBytes(ctx, "S00001")); n != 1001 {
		t.Errorf("%d bytes", n)
	}
	gone := must[library.Recording](t)(s.RemoveRecording(ctx, audioMeta("gone"), "r1"))
	same(t, must[library.Recording](t)(s.RemoveRecording(ctx, audioMeta("gone"), "r1")), gone)
}

func audioRefusals(t *testing.T, s library.Store) {
	ctx := t.Context()
	for name, c := range map[string]struct {
		change func(*library.SaveRecording)
		want   string
	}{
		"a kind nobody knows":    {func(c *library.SaveRecording) { c.Kind = "film" }, "library.kind_unknown"},
		"sound without a report": {func(c *library.SaveRecording) { c.Report = library.Report{} }, "library.kind_unknown"},
		"no name of a blob":      {func(c *library.SaveRecording) { c.Blob.SHA256 = "x" }, "library.bad_blob_name"},
		"over the quota":         {func(c *library.SaveRecording) { c.Blob.Size = 1 << 40 }, "library.quota_used"},
	} {
		cmd := sent(0, 0, 1)
		c.change(&cmd)
		if _, err := s.SaveRecording(ctx, audioMeta(name), cmd); !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stranger := audioMeta("stranger")
	stranger.By = accounts.Actor{}
	if _, err := s.SaveRecording(ctx, stranger, sent(0, 0, 1)); err == nil {
		t.Error("a stranger keeps files")
	}
	evidence := sent(0, 0, 1)
	evidence.Kind = library.ForEvidence
	must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("e"), evidence))
	if _, err := s.RemoveRecording(ctx, audioMeta("gone"), "e"); !fault.Is(err, "library.in_use") {
		t.Errorf("evidence was removed: %v", err)
	}
	if page := must[library.Page](t)(s.Recordings(ctx, library.Query{Limit: 50})); len(page.Items) != 1 {
		t.Errorf("%d recordings", len(page.Items))
	}
	if _, err := s.Recordings(ctx, library.Query{Limit: 1, After: "no cursor"}); !fault.Is(err, "library.no_such_page") {
		t.Errorf("a cursor that is none: %v", err)
	}
}

func audioSettings(t *testing.T, s library.Store) {
	ctx := t.Context()
	set := must[library.Settings](t)(s.LibrarySettings(ctx))
	same(t, set, library.DefaultSettings())
	set.MaxBytes = 50_000_000
	set = must[library.Settings](t)(s.SaveLibrarySettings(ctx, audioMeta("a"), set))
	if set.MaxBytes != 50_000_000 || set.ChangedBy != "Loa" || !slices.Equal(set.Changed, []string{"max_bytes"}) {
		t.Errorf("saved as %+v", set)
	}
	same(t, must[library.Settings](t)(s.LibrarySettings(ctx)), set)
	bad := set
	bad.Grace = 0
	if _, err := s.SaveLibrarySettings(ctx, audioMeta("b"), bad); !fault.Is(err, "library.setting_impossible") {
		t.Errorf("no grace: %v", err)
	}
	same(t, must[library.Settings](t)(s.LibrarySettings(ctx)), set)
}

func audioRetention(t *testing.T, s library.Store) {
	ctx, day := t.Context(), 24*time.Hour
	for i := range 3 {
		m := audioMeta(fmt.Sprint("r", i))
		m.At = audioStart.Add(time.Duration(i) * day)
		must[library.Recording](t)(s.SaveRecording(ctx, m, sent(i, 0, i)))
	}
	run, expired := 0, library.Expired{}
	expire := func(days, limit int) library.Expired {
		t.Helper()
		run++
		m := audioMeta(fmt.Sprint("run", run))
		m.At = audioStart.Add(time.Duration(days) * day)
		expired = must[library.Expired](t)(s.ExpireRecordings(ctx, m, limit))
		return expired
	}
	set := func(retention int) {
		t.Helper()
		c := library.DefaultSettings()
		c.Retention = time.Duration(retention) * day
		run++
		must[library.Settings](t)(s.SaveLibrarySettings(ctx, audioMeta(fmt.Sprint("set", run)), c))
	}
	announced := func() (n int) {
		t.Helper()
		all, told := unusedOf(t, s, library.UnusedQuery{}), unusedOf(t, s, library.UnusedQuery{Announced: true})
		for _, u := range all {
			if !u.Announced.IsZero() {
				n++
			}
		}
		if len(told) != n {
			t.Errorf("%d are leaving, %d were announced", len(told), n)
		}
		return n
	}
	if expire(5000, 10); expired.Announced+len(expired.Removed) != 0 {
		t.Errorf("kept for ever, but %+v", expired)
	}
	set(30)
	if expire(31, 10); expired.Announced != 2 || len(expired.Removed) != 0 || announced() != 2 {
		t.Fatalf("two are too old: %+v", expired)
	}
	if expire(31, 10); expired.Announced != 0 {
		t.Errorf("announced twice: %+v", expired)
	}
	set(0) // everything may stay after all: the notice is taken back
	if expire(200, 10); announced() != 0 {
		t.Errorf("%d notices are left", announced())
	}
	set(30)
	if expire(200, 10); expired.Announced != 3 || len(expired.Removed) != 0 {
		t.Fatalf("what was announced long ago and taken back is announced again: %+v", expired)
	}
	if expire(206, 10); len(expired.Removed) != 0 {
		t.Errorf("before the notice is over: %+v", expired)
	}
	stranger := audioMeta("stranger")
	stranger.By, stranger.At = accounts.Actor{}, audioStart.Add(300*day)
	if _, err := s.ExpireRecordings(ctx, stranger, 10); err == nil {
		t.Error("a stranger removes recordings")
	}
	if expire(207, 2); len(expired.Removed) != 2 || expired.Removed[0].ID != "r0" || expired.Bytes() != 2001 {
		t.Fatalf("the two oldest: %+v", expired)
	}
	if _, err := s.UnusedRecordings(ctx, library.UnusedQuery{After: "khong"}); !fault.Is(err, "library.no_such_page") {
		t.Errorf("a cursor that is none: %v", err)
	}
	if page := must[library.UnusedPage](t)(s.UnusedRecordings(ctx, library.UnusedQuery{ID: "khong"})); len(page.Items) > 0 {
		t.Errorf("what is not there is unused: %+v", page)
	}
	m := audioMeta(fmt.Sprint("run", run))
	m.At = audioStart.Add(207 * day)
	same(t, must[library.Expired](t)(s.ExpireRecordings(ctx, m, 2)), expired) // repeated, it removes no other
	if list := unusedOf(t, s, library.UnusedQuery{}); len(list) != 1 || list[0].ID != "r2" {
		t.Errorf("left: %+v", list)
	}
	if n := must[int64](t)(s.StationBytes(ctx, "S00001")); n != 1002 {
		t.Errorf("%d bytes", n)
	}
}

// unusedOf pages through what nothing uses, by ones and in one go, and adds it up.
func unusedOf(t *testing.T, s library.Store, q library.UnusedQuery) (all []library.Unused) {
	t.Helper()
	q.Limit = library.MostListed
	whole := must[library.UnusedPage](t)(s.UnusedRecordings(t.Context(), q))
	for q.Limit = 1; ; {
		page := must[library.UnusedPage](t)(s.UnusedRecordings(t.Context(), q))
		all = append(all, page.Items...)
		if len(page.Items) > 1 || page.After == "" {
			break
		}
		q.After = page.After
	}
	same(t, all, whole.Items)
	var sum library.UnusedTotal
	for i, u := range all {
		sum = sum.With(u)
		if i > 0 && (q.Announced && u.Announced.Before(all[i-1].Announced) || !q.Announced && u.Created.Before(all[i-1].Created)) {
			t.Errorf("%s comes after %s", u.ID, all[i-1].ID)
		}
		q.ID, q.After = u.ID, ""
		same(t, must[library.UnusedPage](t)(s.UnusedRecordings(t.Context(), q)).Items, []library.Unused{u})
	}
	q.ID = ""
	never := library.UnusedQuery{Announced: q.Announced, Until: time.Unix(0, 0)}
	same(t, must[[]library.UnusedTotal](t)(s.UnusedTotals(t.Context(), []library.UnusedQuery{never, q})), []library.UnusedTotal{{}, sum})
	return all
}

func audioLikeness(t *testing.T, s library.Store) {
	ctx := t.Context()
	must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("whole"), sent(0, 0, 1)))
	must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("other"), sent(1, 0, 2)))
	must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("cut"), sent(0, 1, 3)))
	must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("cut"), sent(0, 1, 3))) // a repeat notes nothing twice
	for _, id := range []string{"whole", "cut"} {
		list := likenesses(t, s, id)
		if len(list) != 1 || list[0].One != "whole" || list[0].Other != "cut" || list[0].Lag < 1.8 || list[0].Lag > 2.2 || list[0].Shared < 12 ||
			list[0].Verdict != nil {
			t.Fatalf("of %s: %+v", id, list)
		}
	}
	if list := likenesses(t, s, "other"); len(list) != 0 {
		t.Errorf("noise is like other noise: %+v", list)
	}
	operator := audioMeta("o")
	operator.By = accounts.Actor{Person: "o", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}}}
	different := library.JudgeLikeness{One: "cut", Other: "whole", Word: library.Different, Reason: "Hai bản dựng khác lời"}
	if _, err := s.JudgeLikeness(ctx, operator, different); !fault.Is(err, "accounts.denied") {
		t.Errorf("an operator decides: %v", err)
	}
	if _, err := s.JudgeLikeness(ctx, audioMeta("n"), library.JudgeLikeness{One: "cut", Other: "whole", Word: library.Different}); !fault.Is(err,
		"library.reason_missing") {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := s.JudgeLikeness(ctx, audioMeta("x"), library.JudgeLikeness{One: "cut", Other: "other", Word: library.Different, Reason: "x"}); !fault.Is(err,
		"library.no_likeness") {
		t.Errorf("of two that are not alike: %v", err)
	}
	if _, err := s.JudgeLikeness(ctx, audioMeta("w"), library.JudgeLikeness{One: "cut", Other: "whole", Word: "perhaps"}); !fault.Is(err,
		"library.word_unknown") {
		t.Errorf("a word nobody knows: %v", err)
	}
	if _, err := s.JudgeLikeness(ctx, audioMeta("l"), library.JudgeLikeness{One: "cut", Other: "whole", Word: library.Same,
		Reason: strings.Repeat("ố", 501)}); !fault.Is(err, "library.reason_long") {
		t.Errorf("a reason of 501 characters: %v", err)
	}
	other := audioMeta("e")
	other.Seen = "none"
	if _, err := s.JudgeLikeness(ctx, other, different); fault.Of(err) == nil || fault.Of(err).Kind != fault.Stale {
		t.Errorf("from an edition that is not there: %v", err)
	}
	decided := must[library.Likeness](t)(s.JudgeLikeness(ctx, audioMeta("d"), different))
	if again := must[library.Likeness](t)(s.JudgeLikeness(ctx, audioMeta("d"), different)); decided.Verdict == nil || *again.Verdict != *decided.Verdict {
		t.Errorf("repeated: %+v, first %+v", again, decided)
	}
	if v := likenesses(t, s, "whole")[0].Verdict; v == nil || v.Reason != different.Reason || v.Name != "Loa" || !v.At.Equal(audioStart) {
		t.Errorf("verdict %+v", v)
	}
	must[library.Likeness](t)(s.JudgeLikeness(ctx, audioMeta("again"), library.JudgeLikeness{One: "whole", Other: "cut", Word: library.Reopened}))
	if v := likenesses(t, s, "cut")[0].Verdict; v != nil {
		t.Errorf("opened again, but %+v", v)
	}
	must[library.Likeness](t)(s.JudgeLikeness(ctx, audioMeta("same"), library.JudgeLikeness{One: "whole", Other: "cut", Word: library.Same}))
	if v := likenesses(t, s, "whole")[0].Verdict; v == nil || !v.Same {
		t.Errorf("one recording, but %+v", v)
	}
	if _, err := s.Alike(ctx, "nobody"); !fault.Is(err, "library.no_recording") {
		t.Errorf("like nothing that is kept: %v", err)
	}
	must[library.Recording](t)(s.RemoveRecording(ctx, audioMeta("gone"), "whole"))
	if list := likenesses(t, s, "cut"); len(list) != 0 {
		t.Errorf("like what was removed: %+v", list)
	}
}

// likenesses lists what the store says is alike by its fingerprint.
func likenesses(t *testing.T, s library.Store, id string) (list []library.Likeness) {
	t.Helper()
	for _, a := range must[[]library.Alike](t)(s.Alike(t.Context(), id)) {
		if a.Likeness != nil {
			list = append(list, *a.Likeness)
		}
	}
	return list
}

func audioRace(t *testing.T, s library.Store) {
	var group sync.WaitGroup
	for i := range 2 {
		group.Go(func() {
			if _, err := s.SaveRecording(t.Context(), audioMeta(fmt.Sprint(i)), sent(0, i, 1+i)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if list := likenesses(t, s, "0"); len(list) != 1 {
		t.Errorf("%+v", list)
	}
}

func audioLater(t *testing.T, s library.Store) {
	ctx, old := t.Context(), sent(0, 0, 1)
	old.Report.Facts.Fingerprint = nil
	must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("old"), old))
	must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("new"), sent(0, 1, 2)))
	if list := must[[]library.Recording](t)(s.UncomparedRecordings(ctx, 10)); len(list) != 1 || list[0].ID != "old" {
		t.Fatalf("%+v", list)
	}
	for range 2 {
		if err := s.CompareRecording(ctx, "old", audioPrints()[0][0], audioStart); err != nil {
			t.Fatal(err)
		}
	}
	if list := likenesses(t, s, "old"); len(list) != 1 || list[0].Of("old") != "new" {
		t.Errorf("%+v", list)
	}
	if list := must[[]library.Recording](t)(s.UncomparedRecordings(ctx, 10)); len(list) != 0 {
		t.Errorf("still to do: %+v", list)
	}
	must[library.Recording](t)(s.SaveRecording(ctx, audioMeta("silent"),
		func() library.SaveRecording { c := sent(1, 0, 3); c.Report.Facts.Fingerprint = nil; return c }()))
	if err := s.CompareRecording(ctx, "silent", fingerprint.Print{}, audioStart); err != nil {
		t.Fatal(err)
	}
	if list := must[[]library.Recording](t)(s.UncomparedRecordings(ctx, 10)); len(list) != 0 {
		t.Errorf("what has nothing to compare is tried again: %+v", list)
	}
	if err := s.CompareRecording(ctx, "nobody", audioPrints()[0][0], audioStart); !fault.Is(err, "library.no_recording") {
		t.Errorf("of nothing: %v", err)
	}
}

// kept is what the model knows of a recording: sound, cut and blob as in sent.
type kept struct {
	library.Recording
	sound    int
	compared bool
}

// audioWorld is the plain model: maps and loops.
type audioWorld struct {
	s       library.Store
	kept    map[string]kept
	verdict map[[2]string]string // word and reason, by the IDs in order
	n       int
}

func pairOf(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }

func audioModel(t *testing.T, open func(t testing.TB) library.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		w := &audioWorld{s: open(t), kept: map[string]kept{}, verdict: map[[2]string]string{}}
		rt.Repeat(map[string]func(*rapid.T){
			"save": w.save, "remove": w.remove, "judge": w.judge, "compare": w.compare, "": w.check,
		})
	})
}

// id draws one of the recordings; it skips the step when there is none.
func (w *audioWorld) id(t *rapid.T, name string) string {
	ids := slices.Sorted(maps.Keys(w.kept))
	if len(ids) == 0 {
		t.Skip("nothing is kept")
	}
	return rapid.SampledFrom(ids).Draw(t, name)
}

func (w *audioWorld) save(t *rapid.T) {
	if len(w.kept) >= 12 {
		t.Skip("enough")
	}
	n, cut := rapid.IntRange(0, audioSounds-1).Draw(t, "sound"), rapid.IntRange(0, 1).Draw(t, "cut")
	c := sent(n, cut, 10*n+5*cut+rapid.IntRange(0, 1).Draw(t, "encoding"))
	c.Kind = rapid.SampledFrom([]library.Kind{library.ForProgramme, library.ForProgramme, library.ForContest, library.ForEvidence}).Draw(t, "kind")
	c.Owner.Station = rapid.SampledFrom([]string{"", "S00001", "S00002"}).Draw(t, "station")
	c.Owner.Person = rapid.SampledFrom([]string{"p1", "p2"}).Draw(t, "sender")
	w.n++
	k := kept{sound: n, compared: rapid.Bool().Draw(t, "with fingerprint")}
	if !k.compared {
		c.Report.Facts.Fingerprint = nil
	}
	m := accounts.Meta{ID: fmt.Sprintf("r%03d", w.n), By: accounts.Daemon(), At: audioStart.Add(time.Duration(w.n/2) * time.Second)} // two at each instant
	var err error
	if k.Recording, err = w.s.SaveRecording(context.Background(), m, c); err != nil {
		t.Fatal(err)
	}
	w.kept[k.ID] = k
}

func (w *audioWorld) remove(t *rapid.T) {
	id := w.id(t, "which")
	w.n++
	_, err := w.s.RemoveRecording(context.Background(), audioMeta(fmt.Sprint("x", w.n)), id)
	if w.kept[id].Kind != library.ForProgramme {
		if !fault.Is(err, "library.in_use") {
			t.Fatalf("removing a %s: %v", w.kept[id].Kind, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	delete(w.kept, id)
	maps.DeleteFunc(w.verdict, func(p [2]string, _ string) bool { return p[0] == id || p[1] == id })
}

// alike is the model's word on two recordings.
func (w *audioWorld) alike(a, b kept) bool {
	works := a.Kind == library.ForContest && b.Kind == library.ForContest
	return a.ID != b.ID && a.sound == b.sound && (a.Blob.SHA256 != b.Blob.SHA256 || works) && a.compared && b.compared && a.Comparable() && b.Comparable()
}

func (w *audioWorld) judge(t *rapid.T) {
	a, b := w.id(t, "one"), w.id(t, "other")
	c := library.JudgeLikeness{One: a, Other: b, Word: rapid.SampledFrom(library.Verdicts).Draw(t, "word"),
		Reason: "lý do"}
	w.n++
	_, err := w.s.JudgeLikeness(context.Background(), audioMeta(fmt.Sprint("j", w.n)), c)
	if !w.alike(w.kept[a], w.kept[b]) {
		if !fault.Is(err, "library.no_likeness") {
			t.Fatalf("of %s and %s: %v", a, b, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	w.verdict[pairOf(a, b)] = string(c.Word)
}

func (w *audioWorld) compare(t *rapid.T) {
	id := w.id(t, "which")
	k := w.kept[id]
	cut := 0
	if k.Seconds < 20 {
		cut = 1
	}
	if err := w.s.CompareRecording(context.Background(), id, audioPrints()[k.sound][cut], audioStart); err != nil {
		t.Fatal(err)
	}
	k.compared = true
	w.kept[id] = k
}

// check asks everything and compares it with what the model says.
func (w *audioWorld) check(t *rapid.T) {
	ctx := context.Background()
	all := slices.SortedFunc(maps.Values(w.kept), func(a, b kept) int { // newest first, then by ID backwards
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID)
	})
	w.checkList(t, all)
	bytes := map[string]int64{}
	uncompared := []string{}
	for _, a := range all {
		bytes[a.Owner.Station] += a.Blob.Size
		if !a.compared && a.Comparable() {
			uncompared = append(uncompared, a.ID)
		}
		list, err := w.s.Alike(ctx, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		want, got := []string{}, []string{}
		for _, b := range w.kept {
			how := "alike"
			if b.ID != a.ID && b.Blob.SHA256 == a.Blob.SHA256 {
				how = "file"
			}
			if w.alike(a, b) {
				want = append(want, b.ID+" "+how+" "+cmp.Or(w.verdict[pairOf(a.ID, b.ID)], "open"))
			} else if how == "file" {
				want = append(want, b.ID+" file")
			}
		}
		for _, x := range list {
			said := x.Recording.ID + " " + string(x.How)
			switch {
			case x.Likeness == nil:
			case x.Open():
				said += " open"
			case x.Dismissed():
				said += " different"
			default:
				said += " same"
			}
			got = append(got, said)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%s is like %q, want %q", a.ID, got, want)
		}
	}
	w.checkOpen(t)
	for _, station := range []string{"", "S00001", "S00002"} {
		if n, err := w.s.StationBytes(ctx, station); err != nil || n != bytes[station] {
			t.Fatalf("%q keeps %d bytes (%v), want %d", station, n, err, bytes[station])
		}
	}
	list, err := w.s.UncomparedRecordings(ctx, 100)
	if err != nil || fmt.Sprint(idsOf(list)) != fmt.Sprint(uncompared) {
		t.Fatalf("to compare: %v (%v), want %v", idsOf(list), err, uncompared)
	}
}

// checkOpen asks what waits for a person's word.
func (w *audioWorld) checkOpen(t *rapid.T) {
	want, got := []string{}, []string{}
	for _, a := range w.kept {
		for _, b := range w.kept {
			own := a.Kind == library.ForContest && b.Kind == library.ForContest && a.Owner.Person == b.Owner.Person
			word := w.verdict[pairOf(a.ID, b.ID)]
			if a.ID < b.ID && w.alike(a, b) && !own && (word == "" || word == string(library.Reopened)) {
				want = append(want, a.ID+" "+b.ID)
			}
		}
	}
	all := library.Hearing{By: accounts.Daemon()}
	list, err := w.s.OpenLikenesses(context.Background(), all, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if p.First.ID != p.One || p.Second.ID != p.Other {
			t.Fatalf("%+v holds other recordings", p)
		}
		pair := pairOf(p.One, p.Other)
		got = append(got, pair[0]+" "+pair[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Fatalf("%q wait for a word, want %q", got, want)
	}
	if some, err := w.s.OpenLikenesses(context.Background(), all, 1); err != nil || len(some) != min(1, len(want)) {
		t.Fatalf("%d of at most one, %v", len(some), err)
	}
	if len(list) > 0 { // those that are not let through do not count
		last := list[len(list)-1]
		h := library.Hearing{Entered: map[string]bool{last.One: true, last.Other: true}}
		var want []library.Likeness
		for _, p := range list {
			if h.Asks(p) {
				want = append(want, p.Likeness)
			}
		}
		if some, err := w.s.OpenLikenesses(context.Background(), h, len(list)); err != nil || len(some) != len(want) ||
			some[len(some)-1].Likeness != want[len(want)-1] {
			t.Fatalf("%+v, %v, want %+v", some, err, want)
		}
	}
}

func idsOf(list []library.Recording) []string {
	ids := []string{}
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}

// checkList reads the list of what a drawn query asks for, page by page.
func (w *audioWorld) checkList(t *rapid.T, all []kept) {
	q := library.Query{Limit: rapid.IntRange(1, 4).Draw(t, "page"), Kind: rapid.SampledFrom([]library.Kind{"", library.ForContest}).Draw(t, "asked kind"),
		MinSeconds: rapid.SampledFrom([]float64{0, 19}).Draw(t, "least"), Text: rapid.SampledFrom([]string{"", "ban tin 1", "hoa"}).Draw(t, "text")}
	if rapid.Bool().Draw(t, "one station") {
		q.Stations = []string{"S00001"}
	}
	if rapid.Bool().Draw(t, "some IDs") {
		q.IDs = map[string]bool{"nobody": true}
		for _, k := range all {
			if rapid.Bool().Draw(t, "asked for") {
				q.IDs[k.ID] = true
			}
		}
	}
	if rapid.Bool().Draw(t, "for somebody") {
		q.For = &library.Hearing{Entered: map[string]bool{}}
		for _, k := range all {
			q.For.Entered[k.ID] = rapid.Bool().Draw(t, "open to her")
		}
	}
	want, got := []string{}, []string{}
	for _, k := range all {
		named := q.Text != "ban tin 1" || k.sound == 1
		if named && (q.For == nil || q.For.Entered[k.ID]) && (q.IDs == nil || q.IDs[k.ID]) && (q.Kind == "" || k.Kind == q.Kind) && k.Seconds >= q.MinSeconds &&
			(q.Stations == nil || k.Owner.Station == "S00001") {
			want = append(want, k.ID)
		}
	}
	for {
		page, err := w.s.Recordings(context.Background(), q)
		if err != nil || len(page.Items) > q.Limit {
			t.Fatalf("%d of %d, %v", len(page.Items), q.Limit, err)
		}
		got = append(got, idsOf(page.Items)...)
		if page.After == "" {
			break
		}
		q.After = page.After
	}
	if !slices.Equal(got, want) {
		t.Fatalf("listed %v, want %v", got, want)
	}
}
