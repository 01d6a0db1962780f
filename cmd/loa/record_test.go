package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/sample"
	"loa/audio/audiotest"
	"loa/audio/match"
	"loa/internal/text"
	"loa/web/webtest"
)

// onAir is a daemon a few minutes into an airing of its only programme at 17:00, and who runs S00001.
func onAir(t *testing.T) (r *running, sound talked, start time.Time, operator string) {
	t.Helper()
	r, sound = startDaemon(t, t.TempDir(), monday), talkOf(1)
	p := r.made("POST", "/api/v1/programmes", `{"title":"Nông thôn mới","languages":["vi"],"counts_toward_target":true}`)
	r.made("POST", "/api/v1/programmes/"+p+"/rules", `{"cron":"0 17 * * 1","minutes":5,"stations":"all"}`)
	heard := r.made("POST", "/api/v1/audio?name=x", sound.file())
	r.approve(r.made("POST", "/api/v1/programmes/"+p+"/episodes", fmt.Sprintf(`{"title":"Số 12","script":"Kính chào bà con","audio":%q}`, heard)))
	start = time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)
	r.clock.set(start.Add(10 * time.Second))
	operator = webtest.LoggedIn(t, r.d.store, "xa-02647", r.clock.now(),
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	return r, sound, start, operator
}

// reported is the only line of the log.
func (r *running) reported() airing.Line {
	r.t.Helper()
	lines, _, err := r.d.store.Airings(r.t.Context(), accounts.Daemon(), airing.Query{From: monday, Until: monday.AddDate(0, 0, 7)})
	if err != nil || len(lines) != 1 {
		r.t.Fatalf("%d lines, %v", len(lines), err)
	}
	return lines[0]
}

const nothingUnsent = `new Promise((done) => {
	const ask = indexedDB.open("loa-outbox");
	ask.onsuccess = () => {
		const n = ask.result.transaction("items").objectStore("items").count();
		n.onsuccess = () => { ask.result.close(); done(!n.result); };
	};
})`

// TestAPhoneRecordsTheLoudspeaker holds a phone to a programme that is being aired: the page asks at its moment, one
// button records, she sends 15 s of it, which reports the airing too, and the machine finds the programme in it.
func TestAPhoneRecordsTheLoudspeaker(t *testing.T) {
	t.Parallel()
	r, sound, start, operator := onAir(t)
	clip := filepath.Join(t.TempDir(), "loa.wav")
	writeFile(t, clip, audiotest.WAVOf(sound[60*talkRate:100*talkRate], talkRate))
	browser := webtest.NewHearing(t, clip)
	p := browser.Person()
	p.Cookie("s", operator, r.d.URL())
	p.Open(r.d.URL() + "/today")
	p.Wait("article [data-record]")
	ask := time.UnixMilli(webtest.Eval[int64](p, "read when it asks", `Number(document.querySelector("article [data-record]").dataset.ask)`))
	if ask.Before(start.Add(30*time.Second)) || ask.After(start.Add(5*time.Minute)) {
		t.Fatalf("it asks at %v", ask)
	}
	if said := p.Text("main"); strings.Contains(said, "Xin thu") {
		t.Error("it asks before its moment")
	}
	r.clock.set(ask.Add(5 * time.Second))
	p.Open(r.d.URL() + "/today")
	p.Until("it asks", `document.querySelector("main").textContent.includes("Xin thu tiếng loa ngay bây giờ")`)
	p.Click("[data-record]")
	p.Wait(".recorder [data-stop]")
	p.Until("the level moves", `document.querySelector(".recorder [data-meter]").value > 10`)
	p.Shot("recorder-records", 360)
	p.Until("there is more than is sent", `/0:(1[7-9]|2\d)/.test(document.querySelector(".recorder [data-said]").textContent)`)
	p.Click(".recorder [data-stop]")
	p.Wait(".recorder [data-send]")
	p.Wait(".recorder [data-from]")
	p.Fingers("recorder")
	p.Shot("recorder", 360)
	p.Shot("recorder", 1280)
	p.Click(".recorder [data-send]")
	p.Until("everything is sent", `(async () => !document.querySelector(".recorder [data-send]") && (await `+nothingUnsent+`))()`)
	line := r.reported()
	if line.Outcome != airing.Aired || line.By.Name != "xa-02647" || len(line.Evidence) != 1 {
		t.Fatalf("%+v", line)
	}
	e := line.Evidence[0]
	if c := e.Capture; !c.Prompted() || !c.AskedAt.Equal(ask) || c.Silent() || c.Level >= 0 || c.Noise != airing.SwitchedOff || c.Echo != airing.SwitchedOff ||
		c.Gain != airing.SwitchedOff {
		t.Errorf("asked %v: %+v", ask, c)
	}
	rec, err := r.d.store.Recording(t.Context(), e.Recording)
	if err != nil || rec.Seconds < 14 || rec.Seconds > 16 || rec.Blob.Size > 100_000 {
		t.Errorf("%.1f s in %d bytes, %v", rec.Seconds, rec.Blob.Size, err)
	}
	if line = r.proofs(line.ID); len(line.Proofs) != 1 || line.Proofs[0].Word != match.Verified {
		t.Errorf("the machine hears %+v", line.Proofs)
	}
	p.Open(r.d.URL() + "/airings/" + line.ID)
	for _, want := range []string{"Thu đúng lúc Loa yêu cầu", "lọc ồn của máy: tắt", "mức âm -"} {
		p.Says("figure figcaption ~ p", want)
	}
	p.Shot("recorded", 360)
}

// TestABrowserThatWritesNoClips has no MediaRecorder, or one that writes nothing: the samples themselves are kept, as a WAV, and
// the machine finds the programme in it.
func TestABrowserThatWritesNoClips(t *testing.T) {
	t.Parallel()
	for name, lack := range map[string]string{
		"none":  `delete window.MediaRecorder, !window.MediaRecorder`,
		"empty": `Object.defineProperty(Blob.prototype, "size", { get() { return this.type.includes("webm") ? 0 : 1 } }), true`,
	} {
		r, sound, start, operator := onAir(t)
		clip := filepath.Join(t.TempDir(), "loa.wav")
		writeFile(t, clip, audiotest.WAVOf(sound[60*talkRate:100*talkRate], talkRate))
		p := webtest.NewHearing(t, clip).Person()
		p.Cookie("s", operator, r.d.URL())
		r.clock.set(start.Add(time.Minute))
		p.Open(r.d.URL() + "/today")
		p.Wait("article [data-record]")
		if !webtest.Eval[bool](p, "take the recorder away", lack) {
			t.Fatal(name, "it stays")
		}
		p.Click("article [data-record]")
		for range map[string]int{"none": 1, "empty": 2}[name] {
			p.Wait(".recorder [data-stop]")
			p.Until("the level moves", `document.querySelector(".recorder [data-meter]").value > 10`)
			p.Until("there is enough", `/0:1[6-9]|0:2\d/.test(document.querySelector(".recorder [data-said]").textContent)`)
			p.Click(".recorder [data-stop]")
		}
		p.Wait(".recorder [data-send]")
		p.Click(".recorder [data-send]")
		p.Until("everything is sent", `(async () => !document.querySelector(".recorder [data-send]") && (await `+nothingUnsent+`))()`)
		line := r.reported()
		if len(line.Evidence) != 1 {
			t.Fatalf("%s: %+v", name, line)
		}
		rec, err := r.d.store.Recording(t.Context(), line.Evidence[0].Recording)
		if err != nil || rec.Seconds < 14 || rec.Seconds > 18 || line.Evidence[0].Capture.Level >= 0 {
			t.Errorf("%s: %.1f s, %v, %+v", name, rec.Seconds, err, line.Evidence[0].Capture)
		}
		if line = r.proofs(line.ID); len(line.Proofs) != 1 || line.Proofs[0].Word != match.Verified {
			t.Errorf("%s: the machine hears %+v", name, line.Proofs)
		}
	}
}

// TestARecorderThatHearsNothing is the same button where the loudspeaker is silent, where the microphone is refused, and where
// there is none: it says so, and the phone's own recorder brings a file.
func TestARecorderThatHearsNothing(t *testing.T) {
	t.Parallel()
	r, _, _, operator := onAir(t)
	report := r.made("PUT", "/api/v1/airings/"+uuidOf(1), fmt.Sprintf(`{"slot":%q,"outcome":"aired","means":"fm"}`, r.slots("S00001")[0]))
	silent := filepath.Join(t.TempDir(), "im.wav")
	writeFile(t, silent, audiotest.WAVOf(make([]float32, 5*talkRate), talkRate))
	p := webtest.NewHearing(t, silent).Person()
	p.Cookie("s", operator, r.d.URL())
	open := func() {
		t.Helper()
		p.Open(r.d.URL() + "/airings/" + report)
		p.Wait("[data-record]")
	}
	open()
	p.Click("[data-record]")
	p.Wait(".recorder [data-stop]")
	p.Until("it recorded a while", `/0:0[3-9]/.test(document.querySelector(".recorder [data-said]").textContent)`)
	p.Click(".recorder [data-stop]")
	p.Wait(".recorder [data-silent]")
	p.Says(".recorder [data-silent]", "gần như im lặng")
	p.Click(".recorder [data-again]")
	p.Wait(".recorder [data-stop]")
	p.Until("it recorded a while", `/0:0[3-9]/.test(document.querySelector(".recorder [data-said]").textContent)`)
	p.Click(".recorder [data-stop]")
	p.Wait(".recorder [data-send]")
	p.Click(".recorder [data-send]") // she may
	p.Until("it is sent", `(async () => !document.querySelector(".recorder [data-send]") && (await `+nothingUnsent+`))()`)
	if e := r.reported().Evidence; len(e) != 1 || !e[0].Capture.Silent() || e[0].Capture.Prompted() {
		t.Errorf("%+v", e)
	}
	for name, says := range map[string]string{"NotAllowedError": "đang bị chặn", "NotFoundError": "không dùng được micrô"} {
		open()
		webtest.Eval[bool](p, "refuse the microphone",
			fmt.Sprintf(`(navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", %q); }, true)`, name))
		p.Click("[data-record]")
		p.Wait(".recorder [data-app]")
		p.Says(".recorder [data-said]", says)
	}
	p.Shot("recorder-refused", 360)
	own := filepath.Join(t.TempDir(), "Ghi âm 1.wav")
	writeFile(t, own, audiotest.WAVOf(talkOf(4)[:20*talkRate], talkRate))
	p.Upload(".recorder [data-app] input", own)
	p.Until("it is sent", `(async () => !document.querySelector(".recorder [data-app]") && (await `+nothingUnsent+`))()`)
	if e := r.reported().Evidence; len(e) != 2 || e[1].Capture != (airing.Capture{}) || e[1].Name != "Ghi âm 1.wav" {
		t.Errorf("%+v", e)
	}
}

// TestARecordingWaitsForTheNetwork reports an airing and records it without a network: the report goes first, the recording after it.
func TestARecordingWaitsForTheNetwork(t *testing.T) {
	t.Parallel()
	r, sound, _, operator := onAir(t)
	clip := filepath.Join(t.TempDir(), "loa.wav")
	writeFile(t, clip, audiotest.WAVOf(sound[60*talkRate:70*talkRate], talkRate))
	p := webtest.NewHearing(t, clip).Person()
	p.Cookie("s", operator, r.d.URL())
	p.Open(r.d.URL() + "/today")
	p.Wait("article [data-record]")
	p.Offline("")
	p.Click("form.thumbs .yes")
	p.Wait(".phone [data-record]")
	p.Click(".phone [data-record]")
	p.Until("it recorded a while", `/0:0[3-9]/.test(document.querySelector(".recorder [data-said]").textContent)`)
	p.Click(".recorder [data-stop]")
	p.Wait(".recorder [data-send]")
	p.Click(".recorder [data-send]")
	p.Until("two things wait", `document.querySelector("#unsent").textContent.includes("2 việc chưa gửi")`)
	if r.airings() != 0 {
		t.Error("something was sent without a network")
	}
	p.Offline()
	p.Click("#unsent button")
	p.Until("everything is sent", nothingUnsent)
	if line := r.reported(); line.Outcome != airing.Aired || len(line.Evidence) != 1 || line.Evidence[0].Capture == (airing.Capture{}) {
		t.Errorf("%+v", line)
	}
}

// TestWhatIsToldOfARecordingIsRead sends what no recorder says.
func TestWhatIsToldOfARecordingIsRead(t *testing.T) {
	r, sound, start, _ := onAir(t)
	report := r.made("PUT", "/api/v1/airings/"+uuidOf(1), fmt.Sprintf(`{"slot":%q,"outcome":"aired","means":"fm"}`, r.slots("S00001")[0]))
	heard := r.made("POST", "/api/v1/audio?kind=evidence&station=S00001&name=x.wav", string(audiotest.WAVOf(sound[:15*talkRate], talkRate)))
	form := fmt.Sprintf("audio=%s&captured=%d&sent=%d", heard, start.Add(25*time.Second).UnixMilli(), r.clock.now().UnixMilli())
	a := r.call("POST", "/airings/"+report+"/evidence", form+"&id="+uuidOf(3)+"&recorder=-20&noise=loud", "Content-Type", "application/x-www-form-urlencoded")
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(string(a.Body), "Không hiểu “loud”") || len(r.reported().Evidence) > 0 {
		t.Errorf("%d, %+v", a.Status, r.reported().Evidence)
	}
}

// TestASampleIsRecordedOnThePage gives a sample by Loa's recorder: at once, then two without a network on a page that the phone has
// kept. They wait with the consent; the one without it is asked about, and is not recorded again.
func TestASampleIsRecordedOnThePage(t *testing.T) {
	t.Parallel()
	r, sound, _, operator := onAir(t)
	clip := filepath.Join(t.TempDir(), "loa.wav")
	writeFile(t, clip, audiotest.WAVOf(sound[60*talkRate:100*talkRate], talkRate))
	p := webtest.NewHearing(t, clip).Person()
	p.Cookie("s", operator, r.d.URL())
	given := func(want int) (list []sample.Sample) {
		t.Helper()
		list, _, err := r.d.store.Samples(t.Context(), accounts.Daemon(), sample.Query{})
		if err != nil || len(list) != want {
			t.Fatalf("%d samples, not %d: %v", len(list), want, err)
		}
		return list
	}
	record := func() {
		t.Helper()
		p.Wait("[data-record]")
		p.Click("[data-record]")
		p.Until("it recorded a while", `/0:(09|[12]\d)/.test(document.querySelector(".recorder [data-said]").textContent)`)
		p.Click(".recorder [data-stop]")
		p.Wait(".recorder [data-send]")
		p.Says(".recorder [data-send]", "Dùng bản thu này")
		p.Fingers("sample-recorder")
		p.Shot("sample-recorder", 360)
		p.Click(".recorder [data-send]")
		p.Until("the form has it", `!document.querySelector(".recorder") && !document.querySelector("[data-upload] [data-state]").hidden`)
	}
	answer := func() {
		t.Helper()
		p.Set("#f-episode", webtest.Eval[string](p, "choose", `document.querySelector("#f-episode option:last-child").value`))
		for _, one := range []string{"distance", "horns", "noise", "weather", "use"} {
			p.Click("[name=" + one + "]")
		}
		p.Click("[name=agreed]")
	}
	p.Open(r.d.URL() + "/samples/new")
	p.Wait("[data-record]")
	p.Click("[data-record]")
	p.Until("it records", `/0:0[1-3]/.test(document.querySelector(".recorder [data-said]").textContent)`)
	answer()
	p.Click("main form button:not([type])") // while it records: that stops, and is listened to first
	p.Until("it can be listened to", `!document.querySelector(".recorder [data-review]").hidden`)
	p.Says(".recorder [data-short]", "ngắn quá", "15 đến 30 giây")
	p.Shot("sample-short", 360)
	p.Click(".recorder [data-again]")
	p.Until("it recorded a while", `/0:(09|[12]\d)/.test(document.querySelector(".recorder [data-said]").textContent)`)
	p.Click(".recorder [data-stop]")
	p.Wait(".recorder [data-send]")
	p.Until("it is long enough", `document.querySelector(".recorder [data-short]").hidden`)
	p.Shot("sample-form", 360)
	p.Shot("sample-form", 1280)
	p.Follow("main form button:not([type])")
	p.Says(".flash", "nghe ra đúng số")
	if s := given(1)[0]; !s.Right() || s.Station != "S00001" {
		t.Errorf("%+v", s)
	}

	p.Open(r.d.URL() + "/samples/new")
	p.Until("the page is kept", `caches.open("loa-1-pages").then((c) => c.match("/samples/new")).then(Boolean)`)
	p.Until("the recorder is kept", `caches.keys().then(async (all) => (await Promise.all(all.map(async (name) =>
		(await (await caches.open(name)).keys()).some((r) => r.url.includes("recorder.js"))))).includes(true))`)
	p.Offline("")
	for n := 1; n <= 2; n++ {
		p.Open(r.d.URL() + "/samples/new")
		record()
		answer()
		if n == 2 { // what the page holds back, another page may not
			p.Click("[name=agreed]")
			webtest.Eval[bool](p, "hold nothing back", `(document.querySelector("main form.card").noValidate = true)`)
		}
		p.Click("main form button:not([type])")
		p.Until("it waits", fmt.Sprintf(`document.querySelector("#unsent").textContent.includes("%d việc chưa gửi")`, n))
		p.Shot(fmt.Sprintf("sample-waits-%d", n), 360)
	}
	given(1)
	p.Offline()
	p.Click("#unsent > button")
	p.Until("one is sent, one asks", `document.querySelector("#unsent").textContent.includes("1 việc chờ bạn trả lời")`)
	given(2)
	p.Open(r.d.URL() + "/outbox")
	p.Wait("[data-outbox-list] button[data-item]")
	p.Says("[data-outbox-list]", "Góp bản thu mẫu · ", "đánh dấu đồng ý")
	p.Follow("[data-outbox-list] button[data-item]")
	p.Says("main form", "đánh dấu đồng ý")
	p.Shot("sample-refused", 360)
	p.Click("[name=agreed]")
	p.Follow("main form button:not([type])")
	given(3)
	p.Until("nothing waits", nothingUnsent)
}
