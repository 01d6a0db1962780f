package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/audio/audiotest"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/web/webtest"
)

// TestEveryJobIsNamedAndSaysWhatItDid runs all of them once: a job more has its name, and a
// sentence in each language that leaves no gap.
func TestEveryJobIsNamedAndSaysWhatItDid(t *testing.T) {
	_, place := placed(t, "", "")
	r := startKeeping(t, t.TempDir(), monday, place)
	said := map[string]string{}
	for _, j := range r.d.jobs() {
		if key := "job." + j.Name; !text.Has(key) || text.English.Say(key) == text.Vietnamese.Say(key) {
			t.Errorf("%s has no name of its own in each language", j.Name)
		}
		did, err := j.Run(t.Context(), r.clock.now())
		if err != nil || !text.Has(did.Key) {
			t.Errorf("%s: did %q, %v", j.Name, did.Key, err)
			continue
		}
		run := scheduler.Run{Job: j.Name}.Saying(did)
		vi, en := run.Did(text.Vietnamese), run.Did(text.English)
		if vi == en || strings.ContainsAny(vi+en, "{}|%") {
			t.Errorf("%s says %q, %q", j.Name, vi, en)
		}
		if other := said[vi]; other != "" {
			t.Errorf("%s says what %s says: %q", j.Name, other, vi)
		}
		said[vi] = j.Name
	}
	if old := (scheduler.Run{Summary: "Đã dọn."}); old.Did(text.English) != "Đã dọn." {
		t.Error("what was kept in one language is not told in the other")
	}
}

// TestRecordingsFromBeforeAreCompared keeps what older daemons kept: files whose
// sound nobody compared, one of them not to be read any more, and newer ones
// whose bytes are missing.
func TestRecordingsFromBeforeAreCompared(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	old := func(id string, ref library.Ref, at time.Time) {
		t.Helper()
		facts := audio.Facts{Format: audio.MP3, SHA256: ref.SHA256, Seconds: 70, MP3: &audio.MP3Facts{FramesSHA256: ref.SHA256}}
		if _, err := r.d.store.SaveRecording(t.Context(), accounts.Meta{ID: id, By: accounts.Daemon(), At: at},
			library.SaveRecording{Kind: library.ForProgramme,
				Name: id + ".mp3", ContentType: "audio/mpeg", Blob: ref, Report: library.Report{Facts: &facts}}); err != nil {
			t.Fatal(err)
		}
	}
	for id, file := range map[string][]byte{"a": audiotest.MP3(t, 70, 64, 1), "b": audiotest.MP3(t, 70, 128, 1),
		"c": audiotest.MP3(t, 70, 64, 2), "d": []byte("rot")} {
		ref, err := r.d.blobs.Put(t.Context(), bytes.NewReader(file), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		old(id, ref, monday)
	}
	for i := range mostCompared + 1 {
		old(fmt.Sprint("missing", i), library.Ref{SHA256: fmt.Sprintf("%064x", i), Size: 1}, monday.Add(time.Hour))
	}
	for _, want := range []string{"4", "0"} {
		did, err := r.d.compareSounds(t.Context(), monday)
		said := did.Words(text.Vietnamese)
		if err != nil || !strings.Contains(said, "so "+want+" bản ghi") {
			t.Errorf("%q %v, want %s", said, err, want)
		}
	}
	for id, other := range map[string]string{"a": "b", "b": "a", "c": "", "d": ""} {
		list, err := r.d.store.Alike(t.Context(), id)
		got := ""
		for _, a := range list {
			got += a.Recording.ID
		}
		if err != nil || got != other {
			t.Errorf("%s is like %q (%v), want %q", id, got, err, other)
		}
	}
}

func TestOldUnusedRecordingsLeaveAfterANotice(t *testing.T) {
	audiotest.Need(t, "lame")
	r := startDaemon(t, t.TempDir(), monday)
	aired := r.broadcast("Nông thôn mới", "Tập 12", "30 5 * * 2", audiotest.MP3(t, 5, 64, 1))
	idle := r.made("POST", "/api/v1/audio?name=thua.mp3", string(audiotest.MP3(t, 5, 64, 2)))
	session := func(name string) string {
		return webtest.LoggedIn(t, r.d.store, name, r.clock.now(), accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}})
	}
	logIn := func(name string) *webtest.Client { return webtest.NewClient(t, r.d.server.Handler, session(name)) }
	admin := logIn("hoa")
	night := func(days int) string {
		t.Helper()
		at := monday.AddDate(0, 0, days)
		r.clock.set(at)
		said, err := r.d.expireRecordings(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		return said.Words(text.Vietnamese)
	}
	admin.Get("/settings/library")
	admin.Expect(200, `input[name=retention][value="0"]`, "1 bản ghi", "Mặc định 7")
	if said := night(1); !strings.Contains(said, "xoá 0") || !strings.Contains(said, "thêm 0") {
		t.Errorf("kept for ever by default: %s", said)
	}
	admin.Get("/settings/library")
	admin.Submit("main form", "retention", "7")
	admin.Expect(422, "#e-retention", "xem gợi ý")
	admin.Submit("main form", "retention", "30", "target_lufs", "−19,5")
	admin.Expect(200, `input[name=retention][value="30"]`, "Đã lưu")
	admin.Expect(200, `input[name=target_lufs][value="-19,5"]`)
	if said := night(40); !strings.Contains(said, "xoá 0") || !strings.Contains(said, "thêm 1") {
		t.Errorf("too old: %s", said)
	}
	admin = logIn("mai") // weeks later
	admin.Get("/")
	admin.Expect(200, `a[href="/settings/library"]`, "1 bản ghi không dùng sắp bị xoá", "29/6/2024")
	admin.Get("/settings/library")
	admin.Expect(200, `#soon ~ .table a[href="/library/`+idle+`"]`, "thua.mp3", "29/6/2024")
	admin.Get("/library/" + idle)
	admin.Expect(200, ".notice.warn", "từ ngày 29/6/2024 nó sẽ bị xoá")
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", session("lan"), r.d.URL())
	p.Open(r.d.URL() + "/settings/library")
	shots(p, "settings-library")
	p.Fingers("settings-library")
	if a := r.call("GET", "/api/v1/audio/unused", ""); !strings.Contains(string(a.Body), `"leaves":"2024-06-29T`) ||
		strings.Count(string(a.Body), `"leaves"`) != 1 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if said := night(46); !strings.Contains(said, "xoá 0") {
		t.Errorf("before the notice is over: %s", said)
	}
	if said := night(48); !strings.Contains(said, "xoá 1") {
		t.Errorf("after it: %s", said)
	}
	if a := r.call("GET", "/api/v1/audio/"+idle, ""); a.Status != 404 {
		t.Errorf("the idle one: %d", a.Status)
	}
	r.approve(aired)
	if a := r.call("GET", "/api/v1/stations/S00001/weeks/2024-W28/audio", ""); !strings.Contains(string(a.Body), `"missing":0`) {
		t.Errorf("what is aired: %s", a.Body)
	}
}

// TestBytesAreSweptAGraceAfterTheLastRecordOfThemWent keeps one file twice and
// removes both recordings when their bytes have been on disk for long.
func TestBytesAreSweptAGraceAfterTheLastRecordOfThemWent(t *testing.T) {
	start := time.Now() // as the disk's clock goes
	r := startDaemon(t, t.TempDir(), start)
	file := string(audiotest.WAV(2, 8000, 1))
	one, two := r.made("POST", "/api/v1/audio?name=a.wav", file), r.made("POST", "/api/v1/audio?name=b.wav", file)
	rec, err := r.d.store.Recording(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	for _, night := range []struct {
		day    int
		remove string
		kept   bool
	}{{30, "", true}, {31, one, true}, {60, "", true}, {61, two, true}, {67, "", true}, {69, "", false}} {
		r.clock.set(start.AddDate(0, 0, night.day))
		if night.remove != "" {
			if a := r.call("DELETE", "/api/v1/audio/"+night.remove, ""); a.Status != 204 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
		}
		if said, err := r.d.sweepBlobs(t.Context(), r.clock.now()); err != nil {
			t.Fatal(said, err)
		}
		if _, err := r.d.blobs.Stat(t.Context(), rec.Blob.SHA256); (err == nil) != night.kept {
			t.Errorf("on day %d: %v, kept should be %t", night.day, err, night.kept)
		}
	}
}

func TestTheLibrarysSettingsThroughTheAPI(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	const path = "/api/v1/audio/settings"
	if a := r.call("GET", path, ""); a.Status != 200 || !strings.Contains(string(a.Body), `"retention_days":0`) ||
		!strings.Contains(string(a.Body), `"target_lufs":-16`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := r.call("PUT", path, `{"retention_days":365}`); a.Status != 200 || !strings.Contains(string(a.Body), `"max_bytes":300000000`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for body, field := range map[string]string{`{"retention_days":29}`: "retention", `{"max_bytes":1}`: "max_bytes", `{"target_lufs":3}`: "target_lufs",
		`{"grace_days":0}`: "grace", `{"reread_days":0.5}`: "reread", `{"reread_days":367}`: "reread"} {
		if a := r.call("PUT", path, body); a.Status != 422 || a.problem().Field != field {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	if a := r.call("GET", path, ""); !strings.Contains(string(a.Body), `"retention_days":365`) {
		t.Errorf("%s", a.Body)
	}
	operator := webtest.LoggedIn(t, r.d.store, "mai", r.clock.now(),
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	for _, p := range []string{path, "/api/v1/audio/unused", "/settings/library"} {
		if w := webtest.Call(r.d.server.Handler, "GET", p, operator); w.Code != 403 {
			t.Errorf("%s as an operator: %d", p, w.Code)
		}
	}
}
