package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loa/accounts"
	"loa/audio"
	"loa/audio/audiotest"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/store/backup"
	"loa/web/webtest"
)

// broadcast plans a programme at the first station with one episode, made of a
// file unless that is nil, and returns the episode's ID.
func (r *running) broadcast(title, episode, cron string, file []byte) string {
	r.t.Helper()
	p := r.made("POST", "/api/v1/programmes", fmt.Sprintf(`{"title":%q,"languages":["vi"]}`, title))
	r.made("POST", "/api/v1/programmes/"+p+"/rules", fmt.Sprintf(`{"cron":%q,"minutes":5,"stations":["S00001"]}`, cron))
	body := `"script":"Kính chào bà con"`
	if file != nil {
		body = fmt.Sprintf(`"audio":%q`, r.made("POST", "/api/v1/audio?name=x", string(file)))
	}
	return r.made("POST", "/api/v1/programmes/"+p+"/episodes", fmt.Sprintf(`{"title":%q,%s}`, episode, body))
}

func (r *running) approve(episode string) {
	r.t.Helper()
	r.made("POST", "/api/v1/episodes/"+episode+"/approve", "")
}

// fetch asks over a real connection, as the server itself unless a header says
// otherwise.
func (r *running) fetch(path string, headers ...string) (*http.Response, []byte) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), "GET", r.d.URL()+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp, b
}

// unpacked is what a ZIP holds.
func unpacked(t *testing.T, b []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
	}
	return files
}

func names(files map[string][]byte) (list []string) {
	for name := range files {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

const weekZIP = "/api/v1/stations/S00001/weeks/2024-W20/audio.zip"

func TestAWeekOnAStick(t *testing.T) {
	audiotest.Need(t, "lame")
	r := startDaemon(t, t.TempDir(), monday.AddDate(0, 0, -3))
	r.approve(r.broadcast("Nông thôn mới", "Tập 12", "30 5 * * 1,3", audiotest.MP3(t, 20, 64, 1)))
	r.approve(r.broadcast("Bản tin xã", "Số 3", "0 17 * * 2", audiotest.WAV(15, 22050, 2)))
	r.approve(r.broadcast("Đọc báo", "Số 4", "0 6 * * 4", nil))
	r.broadcast("Chưa duyệt", "Số 5", "0 6 * * 5", audiotest.MP3(t, 10, 64, 3))
	gone := audiotest.MP3(t, 12, 64, 4)
	r.approve(r.broadcast("Mất tệp", "Số 6", "0 6 * * 6", gone))
	if _, _, err := r.d.copier.MakeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	lost := r.sent("Số 6").Blob.SHA256
	if err := os.Remove(filepath.Join(r.dir, backup.BlobsFolder, lost[:2], lost)); err != nil {
		t.Fatal(err)
	}

	resp, whole := r.fetch(weekZIP)
	if resp.StatusCode != 200 || resp.ContentLength != int64(len(whole)) || resp.Header.Get("Content-Type") != "application/zip" ||
		!strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment; filename=Loa_2024-W20_") {
		t.Fatalf("%d %v %.200s", resp.StatusCode, resp.Header, whole)
	}
	files := unpacked(t, whole)
	want := []string{"01_T2_0530_x2_Nong_thon_moi_Tap_12.mp3", "02_T3_1700_Ban_tin_xa_So_3.mp3", "DANH-SACH.txt"}
	if got := names(files); !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
	for i, seconds := range []float64{20, 15} {
		f, err := audio.Analyse(t.Context(), bytes.NewReader(files[want[i]]), audio.Options{})
		if err != nil || f.Format != audio.MP3 || f.Truncated || len(f.Warnings) > 0 || f.Seconds < seconds-0.2 || f.Seconds > seconds+0.2 {
			t.Errorf("%s: %v s, %v, %v", want[i], f.Seconds, f.Warnings, err)
		}
		if sent := r.sent([]string{"Tập 12", "Số 3"}[i]); sent.Blob.SHA256 != f.SHA256 {
			t.Errorf("%s is not the broadcast copy", want[i])
		}
	}
	list := string(files["DANH-SACH.txt"])
	if !strings.HasPrefix(list, "\uFEFF") || strings.Count(list, "\n") != strings.Count(list, "\r\n") {
		t.Error("the list is not what old Notepad reads")
	}
	for _, line := range []string{"THỨ HAI 13/5/2024\r\n  05:30  " + want[0], "THỨ TƯ 15/5/2024\r\n  05:30  " + want[0], "  17:00  " + want[1],
		"Bản tin xã - Số 3 - 15 giây",
		"  06:00  CHƯA CÓ TỆP: Số này đọc trực tiếp", "  06:00  CHƯA CÓ TỆP: Chưa có số phát thanh nào được duyệt", "  06:00  CHƯA CÓ TỆP: Bản ghi không còn",
		"Đài truyền thanh ", "6 lượt phát, 2 tệp", "3 lượt phát chưa có tệp"} {
		if !strings.Contains(list, line) {
			t.Errorf("the list does not say %q:\n%s", line, list)
		}
	}

	// A line that breaks: the rest is asked for, and fits while nothing changed.
	etag := resp.Header.Get("ETag")
	for _, cut := range []int{1, len(whole) / 2, len(whole) - 1} {
		resp, rest := r.fetch(weekZIP, "Range", fmt.Sprintf("bytes=%d-", cut), "If-Range", etag)
		if resp.StatusCode != 206 || !bytes.Equal(rest, whole[cut:]) {
			t.Errorf("from %d: %d, %d bytes", cut, resp.StatusCode, len(rest))
		}
	}
	if resp, _ := r.fetch(weekZIP, "If-None-Match", etag); resp.StatusCode != 304 {
		t.Errorf("unchanged: %d", resp.StatusCode)
	}
	r.approve(r.broadcast("Thêm", "Số 7", "0 18 * * 5", audiotest.MP3(t, 8, 64, 5)))
	if resp, again := r.fetch(weekZIP, "Range", "bytes=1000-", "If-Range", etag); resp.StatusCode != 200 || len(unpacked(t, again)) != 4 {
		t.Errorf("after an episode was added: %d, %d bytes", resp.StatusCode, len(again))
	}

	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", webtest.LoggedIn(t, r.d.store, "mai", r.clock.now(),
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}), r.d.URL())
	p.Open(r.d.URL() + "/stations/S00001/usb?week=2024-W20")
	shots(p, "usb")
	p.Fingers("usb")

	// The same told to programs, and from a terminal.
	var told struct {
		Files, Missing int
		Airings        []struct{ File, Detail string }
	}
	if a := r.call("GET", strings.TrimSuffix(weekZIP, ".zip"), ""); json.Unmarshal(a.Body, &told) != nil || told.Files != 3 || told.Missing != 3 ||
		len(told.Airings) != 7 || told.Airings[0].File != want[0] {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	file := filepath.Join(t.TempDir(), "week.zip")
	flags := []string{"--server", r.d.URL(), "--data", r.dir}
	if code, out := loa(append([]string{"stations", "audio", "S00001", file, "--week", "2024-W20"}, flags...)...); code != 0 ||
		!strings.Contains(out, "3 tệp cho 7 lượt phát") || !strings.Contains(out, "Mất tệp: Bản ghi không còn") {
		t.Errorf("%d %s", code, out)
	}
	if b, err := os.ReadFile(file); err != nil || len(unpacked(t, b)) != 4 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	for _, args := range [][]string{{"audio", "S00001"}, {"audio", "nowhere", file + "2"}, {"audio", "S00001", file + "2", "--week", "2024-W99"}} {
		if code, out := loa(append(append([]string{"stations"}, args...), flags...)...); code == 0 || !strings.Contains(out, "loa: ") {
			t.Errorf("%v: %d %s", args, code, out)
		}
	}
}

// sent is what stations receive of the recording of an episode.
func (r *running) sent(title string) library.Recording {
	r.t.Helper()
	plan, err := r.d.store.Schedule(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	i := slices.IndexFunc(plan.Episodes, func(e scheduler.Episode) bool { return e.Title == title })
	rec, err := r.d.store.Recording(r.t.Context(), plan.Episodes[i].Audio)
	if err != nil {
		r.t.Fatal(err)
	}
	c, _, err := r.d.store.BroadcastCopy(r.t.Context(), rec.ID)
	if err != nil {
		r.t.Fatal(err)
	}
	return c.For(rec)
}

// severed is an answer whose line is cut after so many bytes.
type severed struct {
	http.ResponseWriter
	left int
}

func (s *severed) Write(p []byte) (int, error) {
	if s.left -= len(p); s.left < 0 {
		panic(http.ErrAbortHandler)
	}
	return s.ResponseWriter.Write(p)
}

// TestABrokenDownloadGoesOnInARealBrowser cuts the line in the middle of the
// ZIP; Chromium asks for the rest by itself.
func TestABrokenDownloadGoesOnInARealBrowser(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	r.approve(r.broadcast("Nông thôn mới", "Tập 12", "30 5 * * 2", audiotest.MP3(t, 60, 128, 1)))
	asked := make(chan string, 8) // ranges of the ZIP, in order
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == weekZIP {
			if asked <- q.Header.Get("Range"); q.Header.Get("Range") == "" {
				w = &severed{w, 300_000}
			}
		}
		r.d.server.Handler.ServeHTTP(w, q)
	}))
	defer server.Close()
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", webtest.LoggedIn(t, r.d.store, "mai", r.clock.now(),
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}), server.URL)
	p.Open(server.URL + "/stations/S00001/usb?week=2024-W20")
	name, got := p.Download("a[download]")
	_, whole := r.fetch(weekZIP)
	if !strings.HasPrefix(name, "Loa_2024-W20_") || !strings.HasSuffix(name, ".zip") || !bytes.Equal(got, whole) {
		t.Errorf("saved %d bytes as %q, want %d", len(got), name, len(whole))
	}
	if first, second := <-asked, <-asked; first != "" || !strings.HasPrefix(second, "bytes=2") || len(asked) > 0 {
		t.Errorf("asked for %q, then %q", first, second)
	}
}

func TestWhoTakesAWeekToAStick(t *testing.T) {
	audiotest.Need(t, "lame")
	r := startDaemon(t, t.TempDir(), monday)
	r.approve(r.broadcast("Nông thôn mới", "Tập 12", "30 5 * * 2", audiotest.MP3(t, 5, 64, 1)))
	h := r.d.server.Handler
	operator := webtest.NewClient(t, h, webtest.LoggedIn(t, r.d.store, "mai", r.clock.now(),
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}))
	operator.Get("/today")
	operator.Expect(200, `a[href="/stations/S00001/usb"]`, "Tải cả tuần về USB")
	operator.Get("/stations/S00001/usb")
	operator.Expect(200, `a[download][href="`+weekZIP+`"]`, "1 tệp cho 1 lượt phát", "01_T3_0530_Nong_thon_moi_Tap_12.mp3")
	operator.Get("/stations/S00001/usb?week=2024-W21")
	operator.Expect(200, `a[aria-current][href$="2024-W21"]`, "Tuần sau", "Tuần 21")
	operator.Get("/stations/S00001/usb?week=2024-W10")
	operator.Expect(200, ".empty", "chưa có lịch phát")
	operator.Refuse(".zip")
	operator.Get("/stations/S00001/usb?week=next")
	operator.Expect(422, "", "2024-W20")
	operator.Get("/stations/S99999/usb")
	operator.Expect(404, "")

	judge := webtest.LoggedIn(t, r.d.store, "judge", r.clock.now(),
		accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: "C1"}})
	for _, path := range []string{weekZIP, "/stations/S00001/usb"} {
		if w := webtest.Call(h, "GET", path, judge); w.Code != 403 {
			t.Errorf("%s as a judge: %d", path, w.Code)
		}
		if w := webtest.Call(h, "GET", path, ""); w.Code != 401 && w.Code != 303 {
			t.Errorf("%s as a stranger: %d", path, w.Code)
		}
	}
	// What was withdrawn after its airing is on no stick any more.
	r.clock.set(monday.AddDate(0, 0, 2))
	plan, err := r.d.store.Schedule(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.made("POST", "/api/v1/episodes/"+plan.Episodes[0].ID+"/withdraw", `{"why":"Sai số liệu"}`)
	if _, b := r.fetch(weekZIP); !slices.Equal(names(unpacked(t, b)), []string{"DANH-SACH.txt"}) ||
		!strings.Contains(string(unpacked(t, b)["DANH-SACH.txt"]), "đã bị thu hồi") {
		t.Errorf("withdrawn: %q", names(unpacked(t, b)))
	}
	// A week without anything to take is a sound ZIP with a list that says so.
	if _, b := r.fetch("/api/v1/stations/S00002/weeks/2024-W20/audio.zip"); !slices.Equal(names(unpacked(t, b)), []string{"DANH-SACH.txt"}) {
		t.Errorf("%d bytes", len(b))
	}
	if a := r.call("GET", "/api/v1/stations/S00001/weeks/2024-W54/audio.zip", ""); a.Status != 422 || a.problem().Code != "airing.week_unreadable" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// TestAnEpisodeIsOfferedInTwoSizes: a phone listens to the small copy, and both sizes are said before anything is pressed.
func TestAnEpisodeIsOfferedInTwoSizes(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	r := startDaemon(t, t.TempDir(), monday)
	e := r.broadcast("Nông thôn mới", "Tập 12", "0 17 * * 1", audiotest.MP3(t, 60, 128, 1))
	r.approve(e)
	if _, err := r.d.makeCopies(t.Context(), monday); err != nil {
		t.Fatal(err)
	}
	rec := r.sent("Tập 12")
	path := "/api/v1/audio/" + rec.ID
	_, full := r.fetch(path)
	answer, small := r.fetch(path + "?small=1")
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "audio/mpeg" || len(small) == 0 || len(small) > len(full)/5 {
		t.Fatalf("%d %v: %d of %d bytes", answer.StatusCode, answer.Header, len(small), len(full))
	}
	if answer, part := r.fetch(path+"?small=1", "Range", "bytes=100-199"); answer.StatusCode != 206 || !bytes.Equal(part, small[100:200]) {
		t.Errorf("a part: %d, %d bytes", answer.StatusCode, len(part))
	}
	proof := r.made("POST", "/api/v1/audio?kind=contest&name=x", string(audiotest.MP3(t, 5, 64, 9)))
	if a := r.call("GET", "/api/v1/audio/"+proof+"?small=1", ""); a.Status != http.StatusNotFound || a.problem().Code != "library.no_small_copy" {
		t.Errorf("what is not aired: %d %s", a.Status, a.Body)
	}
	hers := webtest.Session(t, r.d.store, r.somebody("xa-1", accounts.Operator, accounts.Station, "S00001"), r.clock.right())
	c := webtest.NewClient(t, r.d.server.Handler, hers)
	vi := text.Vietnamese
	for _, page := range []string{"/today", "/episodes/" + e} {
		c.Get(page)
		c.Expect(200, "main", "Nghe thử "+vi.Size(int64(len(small))), "Tải về để phát "+vi.Size(int64(len(full))))
		if src, _ := c.Doc().Find("main audio").Attr("src"); src != path+"?small=1" {
			t.Errorf("%s plays %q", page, src)
		}
	}
}
