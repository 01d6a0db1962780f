package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/internal/sheet"
	"loa/web/api"
)

// given posts the form of a sample with its file, as a browser without a script does, and returns where that leads.
func (r *running) given(secret, clip string, pairs ...string) *httptest.ResponseRecorder {
	r.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		if err := m.WriteField(pairs[i], pairs[i+1]); err != nil {
			r.t.Fatal(err)
		}
	}
	w, err := m.CreateFormFile("file", "loa.wav")
	if err == nil {
		_, err = w.Write([]byte(clip))
	}
	if err != nil || m.Close() != nil {
		r.t.Fatal(err)
	}
	req := httptest.NewRequest("POST", "/samples", &b)
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.AddCookie(&http.Cookie{Name: "s", Value: secret})
	rec := httptest.NewRecorder()
	r.d.server.Handler.ServeHTTP(rec, req)
	return rec
}

// TestSamplesAreGivenHeardAndTakenBack: an operator gives a recording of her loudspeaker and a monitor one he made beside another;
// the machine listens at once; the province sees and counts both; what only the province may use leaves it by an
// extra word alone; and what is taken back is gone.
func TestSamplesAreGivenHeardAndTakenBack(t *testing.T) {
	t.Parallel()
	r := startDaemon(t, t.TempDir(), monday)
	weekly, other := talkOf(1), talkOf(2)
	episodes := map[string]string{}
	for title, sound := range map[string]talked{"Nông thôn mới": weekly, "Tin xã": other} {
		p := r.made("POST", "/api/v1/programmes", fmt.Sprintf(`{"title":%q,"languages":["vi"]}`, title))
		audio := r.made("POST", "/api/v1/audio?name=x", sound.file())
		episodes[title] = r.made("POST", "/api/v1/programmes/"+p+"/episodes", fmt.Sprintf(`{"title":"Số 12","script":"Kính chào bà con","audio":%q}`, audio))
		r.approve(episodes[title])
	}
	session := func(login string, role accounts.Role, level accounts.Level, id string) string {
		p, secret := r.somebody(login, role, level, id), accounts.NewSecret()
		if _, err := r.d.store.StartSession(t.Context(), accounts.Meta{ID: uuid.NewString(), By: p.Actor("session"), At: monday},
			accounts.StartSession{Hash: accounts.HashOf(secret)}); err != nil {
			t.Fatal(err)
		}
		return secret
	}
	operator, monitor := session("lan", accounts.Operator, accounts.Station, "S00001"), session("minh", accounts.Monitor, accounts.Province, "")
	neighbour := session("pao", accounts.Operator, accounts.Station, "S00002")
	form := func(station, episode, use string, but ...string) []string {
		pairs := []string{"id", uuid.NewString(), "station", station, "episode", episodes[episode], "distance", "near", "horns", "one",
			"noise", "talk", "weather", "calm", "use", use, "agreed", "1"}
		for i := 0; i < len(but); i += 2 {
			pairs[slices.Index(pairs, but[i])+1] = but[i+1]
		}
		return pairs
	}
	const unclear = http.StatusUnprocessableEntity
	for _, c := range []struct {
		name, secret, clip string
		pairs              []string
		code               int
		says               string
	}{
		{"without consent", operator, weekly.clip(70, 9), form("S00001", "Nông thôn mới", "maker", "agreed", ""), unclear, "đánh dấu đồng ý"},
		{"of no distance", operator, weekly.clip(70, 9), form("S00001", "Nông thôn mới", "maker", "distance", ""), unclear, "câu trả lời"},
		{"that is no sound", operator, "không phải âm thanh", form("S00001", "Nông thôn mới", "maker"), http.StatusUnsupportedMediaType, "âm thanh"},
		{"for another's station", operator, weekly.clip(70, 9), form("S00002", "Nông thôn mới", "maker"), http.StatusForbidden, ""},
		{"by the operator", operator, weekly.clip(70, 9), form("S00001", "Nông thôn mới", "maker"), http.StatusSeeOther, ""},
		{"by the monitor", monitor, weekly.clip(90, 8), form("S00003", "Nông thôn mới", "here"), http.StatusSeeOther, ""},
		{"of what was not chosen", monitor, other.clip(70, 7), form("S00003", "Nông thôn mới", "maker"), http.StatusSeeOther, ""},
	} {
		if w := r.given(c.secret, c.clip, c.pairs...); w.Code != c.code || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("a sample %s: %d %s", c.name, w.Code, w.Body)
		}
	}
	var list struct{ Items []api.Sample }
	if a := r.call("GET", "/api/v1/samples", ""); a.Status != http.StatusOK || json.Unmarshal(a.Body, &list) != nil {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	right, wrong := 0, 0
	own := ""
	for _, s := range list.Items {
		if s.Right() {
			right++
		}
		if len(s.Heard.Hints) > 0 {
			t.Errorf("%v is said of a sample", s.Heard.Hints)
		}
		if s.Wrong() {
			wrong++
		}
		if s.Station == "S00001" {
			own = s.ID
		}
	}
	if len(list.Items) != 3 || right != 2 || wrong != 1 {
		t.Fatalf("%d samples, %d heard rightly, %d otherwise: %+v", len(list.Items), right, wrong, list.Items)
	}
	if page := r.open("GET", "/samples", monitor, "").Body.String(); !strings.Contains(page, "Nghe đúng") || !strings.Contains(page, "dưới 10 mét") {
		t.Error("the province does not read what came of them")
	}
	if page := r.open("GET", "/samples", neighbour, "").Body.String(); !strings.Contains(page, "Chưa có bản thu mẫu nào") {
		t.Error("a neighbour sees samples of others")
	}
	if w := r.open("GET", "/api/v1/audio/"+own, neighbour, ""); w.Code == http.StatusOK {
		t.Error("a neighbour hears them")
	}
	for folder, want := range map[string]int{"": 2, "--here": 3} {
		dir := filepath.Join(t.TempDir(), "mau")
		args := append([]string{"proof", "samples", dir}, strings.Fields(folder)...)
		if code, said := r.loa(args...); code != 0 || !strings.Contains(said, "ban-thu-mau.csv") {
			t.Fatalf("%d %s", code, said)
		}
		raw, err := os.ReadFile(filepath.Join(dir, "ban-thu-mau.csv"))
		table, terr := sheet.Read(raw)
		if err != nil || terr != nil || len(table.Rows) != 1+want { // its head too
			t.Fatalf("%v %v: %d rows, not %d: %s", err, terr, len(table.Rows), want, raw)
		}
		if code, said := r.loa(args...); code != 75 {
			t.Errorf("over the one before: %d %s", code, said)
		}
		for _, row := range table.Rows {
			if clip, episode := row.Cell(0).Text, row.Cell(1).Text; row.Cell(9).Text == "verified" {
				code, said := loa("audio", "match", filepath.Join(dir, clip), filepath.Join(dir, episode))
				if code != 0 || !strings.Contains(said, "kiểm chứng") {
					t.Errorf("%d %s", code, said)
				}
			}
		}
	}
	if w := r.open("POST", "/samples/"+own+"/withdraw", neighbour, "id="+uuid.NewString()); w.Code != http.StatusNotFound {
		t.Errorf("a neighbour takes it back: %d", w.Code)
	}
	if w := r.open("POST", "/samples/"+own+"/withdraw", operator, "id="+uuid.NewString()); w.Code != http.StatusSeeOther {
		t.Errorf("taken back: %d %s", w.Code, w.Body)
	}
	if a := r.call("GET", "/api/v1/audio/"+own, ""); a.Status != http.StatusNotFound {
		t.Errorf("its recording: %d", a.Status)
	}
	if said, err := r.d.judgeProofs(t.Context(), monday); err != nil {
		t.Errorf("%v %v", said, err)
	}
	short := r.given(operator, string(audiotest.WAVOf(make([]float32, 2*talkRate), talkRate)), form("S00001", "Nông thôn mới", "maker")...)
	page := httptest.NewRequest("GET", short.Header().Get("Location"), nil)
	for _, c := range append(short.Result().Cookies(), &http.Cookie{Name: "s", Value: operator}) {
		page.AddCookie(c)
	}
	told := httptest.NewRecorder()
	r.d.server.Handler.ServeHTTP(told, page)
	if said := told.Body.String(); !strings.Contains(said, "cần ít nhất 8 giây") || !strings.Contains(said, "thu lại") || strings.Contains(said, "rất quý") {
		t.Errorf("of two seconds of silence is said: %s", said)
	}
}
