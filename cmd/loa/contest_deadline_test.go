package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/web/webtest"
)

// sender uploads as the operator's phone does, in pieces, while the clock of the
// server goes on.
type sender struct {
	*running
	secret string
}

func (s sender) send(method, path, contentType, body string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.AddCookie(&http.Cookie{Name: "s", Value: s.secret})
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.d.server.Handler.ServeHTTP(w, req)
	return w
}

// begin sends the first half of a file and returns how to send the rest.
func (s sender) begin(file []byte) (id string, rest func()) {
	s.t.Helper()
	b64 := base64.StdEncoding.EncodeToString
	w := s.send("POST", "/api/v1/uploads", "", "", "Upload-Length", fmt.Sprint(len(file)), "Upload-Metadata", "kind "+b64([]byte("contest"))+",filename "+b64([]byte("du-thi.mp3")))
	at := w.Header().Get("Location")
	if w.Code != http.StatusCreated {
		s.t.Fatalf("upload: %d %s", w.Code, w.Body)
	}
	half := len(file) / 2
	patch := func(from, to int) {
		s.t.Helper()
		if w := s.send("PATCH", at, "application/offset+octet-stream", string(file[from:to]), "Upload-Offset", fmt.Sprint(from)); w.Code/100 != 2 {
			s.t.Fatalf("from %d: %d %s", from, w.Code, w.Body)
		}
	}
	patch(0, half)
	return path.Base(at), func() { s.t.Helper(); patch(half, len(file)) }
}

// enter submits a work and returns the code of the refusal, "" for a receipt.
func (s sender) enter(station, file string) string {
	s.t.Helper()
	body, err := json.Marshal(contest.Work{Title: "Bài " + file, Theme: "ntm", Category: "chuong-trinh", Language: "vi",
		Kind: contest.ByStation, Station: station, Pieces: []contest.WorkPiece{{Kind: contest.Audio, File: file}}})
	if err != nil {
		s.t.Fatal(err)
	}
	w := s.send("POST", "/api/v1/contests/han-nop/entries", "application/json", string(body), "Idempotency-Key", file)
	var said struct{ Code, Detail string }
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code/100 != 2 && said.Detail == "" {
		s.t.Fatalf("entering: %d %s", w.Code, w.Body)
	}
	if w.Code/100 == 2 {
		return ""
	}
	return said.Code
}

// TestADeadlineCrossedMidUpload lets the deadline, and then the grace, go by
// while files are on their way.
func TestADeadlineCrossedMidUpload(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	rules := contest.Sample()
	rules.Dates = contest.Timetable{OpensAt: monday.Add(-time.Hour), ClosesAt: monday.Add(time.Hour), GraceMinutes: 60}
	rules.Categories[0].Needs = []contest.Need{{Piece: contest.Audio, When: contest.Always}}
	rules.Quotas, rules.Rounds[0].Parts[0].Sample = nil, false
	org := accounts.Actor{Person: "tochuc", Grants: []accounts.Grant{{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}}}}
	for i, c := range []contest.Command{contest.DraftContest{Rules: rules}, contest.OpenContest{}} {
		if _, err := r.d.hall.Do(t.Context(), accounts.Meta{ID: fmt.Sprint("open-", i), By: org, At: r.clock.now()}, "han-nop", c); err != nil {
			t.Fatal(err)
		}
	}
	const station = "S00010"
	s := sender{r, webtest.LoggedIn(t, r.d.store, "pao", monday, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}})}
	var files [3][]byte
	for i := range files {
		var err error
		if files[i], err = os.ReadFile(voice(t, 440+100*i)); err != nil {
			t.Fatal(err)
		}
	}
	inGrace, restInGrace := s.begin(files[0])
	tooLong, restTooLong := s.begin(files[1])
	r.clock.set(monday.Add(time.Hour + 30*time.Minute))
	restInGrace()
	if code := s.enter(station, inGrace); code != "" {
		t.Errorf("begun in time, ended in the grace: %s", code)
	}
	begunLate, restLate := s.begin(files[2])
	restLate()
	if code := s.enter(station, begunLate); code != "contest.too_late" {
		t.Errorf("begun after the deadline: %q", code)
	}
	r.clock.set(monday.Add(2*time.Hour + time.Minute))
	restTooLong()
	if code := s.enter(station, tooLong); code != "contest.too_late" {
		t.Errorf("ended after the grace: %q", code)
	}
	for _, id := range []string{inGrace, begunLate, tooLong} {
		if _, err := r.d.store.Recording(t.Context(), id); err != nil {
			t.Errorf("what was sent is lost: %v", err)
		}
	}
}
