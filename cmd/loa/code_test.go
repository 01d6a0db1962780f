package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/audio"
	"loa/audio/audiotest"
	"loa/audio/match"
	"loa/internal/text"
)

// samples is a Sink that keeps what is heard, of one channel.
type samples struct {
	rate int
	pcm  []float32
}

func (s *samples) Begin(rate, _ int)     { s.rate = rate }
func (s *samples) Write(block []float32) { s.pcm = append(s.pcm, block...) }

// TestEachStationHasACopyOfItsOwn: of a programme with codes each station gets other bytes, on the stick and on her phone,
// small ones too, and a clip of the middle says whose copy it was. A neighbour's proves nothing for this station, and counts
// nothing against it.
func TestEachStationHasACopyOfItsOwn(t *testing.T) {
	t.Parallel()
	audiotest.Need(t, "lame")
	r := startDaemon(t, t.TempDir(), monday)
	p := r.made("POST", "/api/v1/programmes", `{"title":"Nông thôn mới","languages":["vi"],"station_code":true}`)
	r.made("POST", "/api/v1/programmes/"+p+"/rules", `{"cron":"0 17 * * 1","minutes":5,"stations":"all"}`)
	recording := r.made("POST", "/api/v1/audio?name=x", talkOf(1).file())
	r.approve(r.made("POST", "/api/v1/programmes/"+p+"/episodes", fmt.Sprintf(`{"title":"Số 12","audio":%q}`, recording)))
	if _, _, err := r.d.copier.MakeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	stick := func(station string) []byte {
		_, b := r.fetch("/api/v1/stations/" + station + "/weeks/2024-W20/audio.zip")
		return unpacked(t, b)["01_T2_1700_Nong_thon_moi_So_12.mp3"]
	}
	mine, other, again := stick("S00001"), stick("S00002"), stick("S00001")
	if len(mine) == 0 || bytes.Equal(mine, other) || !bytes.Equal(mine, again) {
		t.Fatalf("copies of %d, %d and %d bytes", len(mine), len(other), len(again))
	}
	_, plain := r.fetch("/api/v1/audio/" + recording)
	phone := func(login, station, query string) []byte {
		who, secret := r.somebody(login, accounts.Operator, accounts.Station, station), accounts.NewSecret()
		if _, err := r.d.store.StartSession(t.Context(), accounts.Meta{ID: uuid.NewString(), By: who.Actor("session"), At: r.clock.right()},
			accounts.StartSession{Hash: accounts.HashOf(secret)}); err != nil {
			t.Fatal(err)
		}
		w := r.open("GET", "/api/v1/audio/"+recording+query, secret, "")
		if sum := sha256.Sum256(w.Body.Bytes()); w.Header().Get("ETag") != `"`+hex.EncodeToString(sum[:])+`"` {
			t.Errorf("a phone that keeps %s would take it for damaged: %s", query, w.Header().Get("ETag"))
		}
		return w.Body.Bytes()
	}
	if hers := phone("hoa", "S00001", ""); !bytes.Equal(hers, mine) || bytes.Equal(hers, plain) {
		t.Error("her phone does not get what is on her stick")
	}
	r.loggedIn("quan-mot") // there is an administrator
	both, secret := r.somebody("hai-dai", accounts.Operator, accounts.Station, "S00001"), accounts.NewSecret()
	grants := append(both.Grants, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00002"}})
	if _, err := r.d.store.ChangePerson(t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: monday},
		accounts.ChangePerson{Person: both.ID, Grants: &grants}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.d.store.StartSession(t.Context(), accounts.Meta{ID: uuid.NewString(), By: both.Actor("session"), At: r.clock.right()},
		accounts.StartSession{Hash: accounts.HashOf(secret)}); err != nil {
		t.Fatal(err)
	}
	for station, want := range map[string][]byte{"S00001": mine, "S00002": other, "": plain} {
		query := "?download=1"
		if station != "" {
			query += "&station=" + station
		}
		page := r.open("GET", "/today?station="+station, secret, "").Body.String()
		if link := "/api/v1/audio/" + recording + strings.ReplaceAll(query, "&", "&amp;"); station != "" && !strings.Contains(page, link) {
			t.Errorf("the day of %s does not lead to its copy: %s", station, link)
		}
		if got := r.open("GET", "/api/v1/audio/"+recording+query, secret, "").Body.Bytes(); !bytes.Equal(got, want) {
			t.Errorf("who runs two gets another copy for %q", station)
		}
	}
	if w := r.open("GET", "/api/v1/audio/"+recording+"?station=S00003", secret, ""); w.Code != http.StatusForbidden {
		t.Errorf("the copy of a station she does not run: %d", w.Code)
	}
	small, others := phone("lan", "S00001", "?small=1"), phone("mai", "S00002", "?small=1")
	if len(small) == 0 || len(small) > 2*len(mine)/3 || bytes.Equal(small, others) {
		t.Errorf("small copies of %d and %d bytes", len(small), len(others))
	}

	start := time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)
	r.clock.set(start.Add(30 * time.Minute))
	// middle is a clip with the middle code, as it is heard with an echo, beside somebody who talks.
	middle := func(file []byte, number int) string {
		t.Helper()
		var s samples
		if _, err := audio.Decode(t.Context(), bytes.NewReader(file), audio.Options{}, &s); err != nil {
			t.Fatal(err)
		}
		for at := 40; at < 110; at += 5 {
			x, beside := make([]float32, 20*s.rate), audiotest.Talk(20, s.rate, uint64(20+number))
			for i := range x {
				x[i] = 0.6*s.pcm[at*s.rate+i] + 0.25*s.pcm[at*s.rate+i-s.rate/(4+number)] + 0.15*beside[i]
			}
			m := match.New(s.rate, 1)
			m.Write(x[5*s.rate : 15*s.rate])
			if _, _, ok := match.HearCode(m.Print(), []int{number}); ok {
				return string(audiotest.WAVOf(x, s.rate))
			}
		}
		t.Fatal("no code in the middle")
		return ""
	}
	for i, c := range []struct {
		station, clip string
		word          match.Word
		reason        match.Reason
		copy          string
	}{
		{"S00001", middle(mine, 1), match.Verified, match.Found, "S00001"},
		{"S00003", middle(other, 2), match.NotProven, match.OtherCopy, "S00002"},
		{"S00004", talkOf(1).clip(60, 3), match.Verified, match.Found, ""},
	} {
		id, evidence := uuidOf(2*i+1), uuidOf(2*i+2)
		r.made("PUT", "/api/v1/airings/"+id, fmt.Sprintf(`{"slot":%q,"outcome":"aired","means":"fm"}`, r.slots(c.station)[0]))
		path := "/api/v1/airings/" + id + "/evidence/" + evidence + "?name=loa.wav"
		if a := r.call("PUT", path, c.clip, "Content-Type", "application/octet-stream"); a.Status != http.StatusOK {
			t.Fatalf("evidence: %d %s", a.Status, a.Body)
		}
		line := r.proofs(id)
		got := line.Proofs[0]
		if got.Word != c.word || got.Reason != c.reason || got.Copy != c.copy || line.Finding != "" {
			t.Errorf("%s: %s because %s, the copy of %q; score %.1f at %.1f", c.station, got.Word, got.Reason, got.Copy, got.Score, got.Start)
		}
	}
	bundle := filepath.Join(t.TempDir(), "bundle.zip")
	if code, said := r.loa("proof", "export", uuidOf(3), bundle); code != 0 {
		t.Fatalf("%d %s", code, said)
	}
	whole := partsOf(t, bundle)
	for want, p := range map[string]parts{
		"Nghe lại bản thu: Chưa chứng minh được":  whole,
		"kết luận khác với kết luận ghi trong sổ": {"proof.json": bytes.Replace(whole["proof.json"], []byte("\n    2,"), nil, 1)},
		"không phải gói chứng minh":               {"proof.json": bytes.Replace(whole["proof.json"], []byte("\n    2,"), []byte("\n    -2,"), 1)},
	} {
		tried := maps.Clone(whole)
		if maps.Copy(tried, p); !bytes.Equal(tried["proof.json"], whole["proof.json"]) {
			tried = tried.signed(t)
		}
		if _, said := loa("proof", "verify", tried.packed(t)); !strings.Contains(said, want) {
			t.Errorf("%q is not said: %s", want, said)
		}
	}
	page := r.open("GET", "/airings/"+uuidOf(3), r.loggedIn("quan"), "").Body.String()
	if !strings.Contains(page, "Mã đài nghe được") || !strings.Contains(page, text.Vietnamese.Say("audio.match.why.other_copy")[:40]) {
		t.Error("the report does not say whose copy was heard")
	}
}
