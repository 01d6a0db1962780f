package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/airing"
	"loa/audio/audiotest"
	"loa/audio/match"
	"loa/internal/text"
	"loa/store"
)

// talked is a minute and a half of somebody's talk as a WAV file, and 15 s of it from a second on
// as a phone in a street keeps it.
type talked []float32

const talkRate = 16000

func talkOf(seed uint64) talked { return audiotest.Talk(150, talkRate, seed) }

func (x talked) file() string { return string(audiotest.WAVOf(x, talkRate)) }

// clip is what a phone keeps of it, beside somebody else who talks more softly, with an echo.
func (x talked) clip(from int, beside uint64) string {
	other := audiotest.Talk(15, talkRate, beside)
	out := make([]float32, 15*talkRate)
	for i := range out {
		at := from*talkRate + i
		out[i] = 0.5*x[at] + 0.2*x[at-talkRate/5] + 0.1*x[at-talkRate/3] + 0.15*other[i]
	}
	return string(audiotest.WAVOf(out, talkRate))
}

// softer is a clip as a WAV file that was cut by a second and made softer.
func softer(clip string) string {
	out := make([]float32, (len(clip)-44)/2-talkRate)
	for i := range out {
		at := 44 + 2*(talkRate+i)
		out[i] = 0.6 * float32(int16(uint16(clip[at])|uint16(clip[at+1])<<8)) / 32768
	}
	return string(audiotest.WAVOf(out, talkRate))
}

// proofs runs the machine and returns what it says of a report.
func (r *running) proofs(report string) airing.Line {
	r.t.Helper()
	if _, err := r.d.prover.JudgeAll(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	a := r.call("GET", "/api/v1/airings/"+report, "")
	var line airing.Line
	if err := json.Unmarshal(a.Body, &line); err != nil || a.Status != http.StatusOK {
		r.t.Fatalf("%d %s", a.Status, a.Body)
	}
	return line
}

// TestTheMachineListensToEvidence goes the whole way: a programme is planned and reported, and
// clips come by the API: of it, of another programme, of it at another time, of nobody's, of its
// file itself, of nothing that can be decoded, and one that another report was proved by.
func TestTheMachineListensToEvidence(t *testing.T) {
	t.Parallel()
	r := startDaemon(t, t.TempDir(), monday)
	weekly, music := talkOf(1), talkOf(2)
	for title, sound := range map[string]talked{"Nông thôn mới": weekly, "Tin xã": music} {
		p := r.made("POST", "/api/v1/programmes", fmt.Sprintf(`{"title":%q,"languages":["vi"]}`, title))
		if title == "Nông thôn mới" {
			r.made("POST", "/api/v1/programmes/"+p+"/rules", `{"cron":"0 17 * * 1","minutes":5,"stations":"all"}`)
		}
		audio := r.made("POST", "/api/v1/audio?name=x", sound.file())
		r.approve(r.made("POST", "/api/v1/programmes/"+p+"/episodes", fmt.Sprintf(`{"title":"Số 12","script":"Kính chào bà con","audio":%q}`, audio)))
	}
	start := time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)
	r.clock.set(start.Add(30 * time.Minute))
	n := 0
	report := func(station string) string {
		t.Helper()
		n++
		r.made("PUT", "/api/v1/airings/"+uuidOf(n), fmt.Sprintf(`{"slot":%q,"outcome":"aired","means":"fm"}`, r.slots(station)[0]))
		return uuidOf(n)
	}
	attach := func(report, clip string, at time.Time) {
		t.Helper()
		n++
		query := "?name=loa.wav"
		if !at.IsZero() {
			query += "&captured_at=" + escape(at.Format(time.RFC3339)) + "&sent_at=" + escape(r.clock.now().Format(time.RFC3339))
		}
		path := "/api/v1/airings/" + report + "/evidence/" + uuidOf(n) + query
		if a := r.call("PUT", path, clip, "Content-Type", "application/octet-stream"); a.Status != http.StatusOK {
			t.Fatalf("evidence: %d %s", a.Status, a.Body)
		}
	}
	ends := func(from, late int) time.Time { return start.Add(time.Duration(from+15+late) * time.Second) }
	good, both := weekly.clip(70, 9), make([]float32, 15*talkRate)
	for i := range both {
		both[i] = 0.15*weekly[60*talkRate+i] + 0.5*music[60*talkRate+i]
	}
	for _, c := range []struct {
		name, station, clip string
		at                  time.Time
		word                match.Word
		reason              match.Reason
		hints               int
	}{
		{"of the programme", "S00001", good, ends(70, 6), match.Verified, match.Found, 0},
		{"of it, at no known time", "S00002", weekly.clip(71, 8), time.Time{}, match.Verified, match.Found, 1},
		{"of it, an hour before", "S00003", weekly.clip(72, 7), ends(72, -3600), match.Contradicted, match.OtherTime, 0},
		{"of it, in a file that was copied a quarter of an hour later", "S00008", weekly.clip(73, 3), ends(73, 900), match.NotProven, match.Later, 0},
		{"of another", "S00004", music.clip(70, 6), ends(70, 0), match.Contradicted, match.OtherProgramme, 0},
		{"of nobody's", "S00005", talkOf(3).clip(70, 5), ends(70, 0), match.NotProven, match.Nowhere, 0},
		{"of the file itself", "S00006", string(audiotest.WAVOf(weekly[70*talkRate:85*talkRate], talkRate)), ends(70, 0), match.Verified, match.Found, 1},
		{"of two seconds", "S00007", string(audiotest.WAVOf(weekly[70*talkRate:72*talkRate], talkRate)), ends(70, 0), match.NotProven, match.TooShort, 0},
		{"that proved another's", "S00009", good, ends(70, 6), match.NotProven, match.Used, 0},
		{"that proved another's, cut and made softer", "S00010", softer(good), ends(70, 6), match.NotProven, match.Used, 0},
		{"of it, by its time of a year before", "S00012", weekly.clip(71, 11), start.AddDate(-1, 0, 0), match.Verified, match.Found, 1},
		{"beside a neighbour's other programme", "S00013", string(audiotest.WAVOf(both, talkRate)), ends(60, 0), match.NotProven, match.Shared, 0},
		{"of the same seconds at another loudspeaker", "S00011", weekly.clip(70, 4), ends(70, 6), match.Verified, match.Found, 0},
	} {
		id := report(c.station)
		attach(id, c.clip, c.at)
		line := r.proofs(id)
		if len(line.Proofs) != 1 {
			t.Errorf("a clip %s: %d proofs", c.name, len(line.Proofs))
			continue
		}
		p := line.Proofs[0]
		if p.Word != c.word || p.Reason != c.reason || len(p.Hints) != c.hints || p.Method != match.Method {
			t.Errorf("a clip %s: %s because %s, hints %v, score %.1f, %v", c.name, p.Word, p.Reason, p.Hints, p.Score, p.Late)
		}
		if c.word == match.Verified && (p.Start < 69 || p.Start > 72 || p.Score < p.Threshold || p.Recording == "" || len(p.Curve) == 0) {
			t.Errorf("a clip %s: %+v", c.name, p.Proof)
		}
		if line.Finding != "" || !line.Counts() && line.Seconds >= 180 {
			t.Errorf("a clip %s: found %q, the machine's word is taken for a person's", c.name, line.Finding)
		}
	}
	if lines, err := r.d.store.Unproved(t.Context(), 10); err != nil || len(lines) > 0 {
		t.Errorf("%d wait still, %v", len(lines), err)
	}
	said, err := r.d.judgeProofs(t.Context(), monday)
	if words := said.Words(text.Vietnamese); err != nil || !strings.Contains(words, "Đã nghe 0") {
		t.Errorf("the job after all was heard: %q %v", words, err)
	}
	var records int
	if records, err = r.d.store.Verify(t.Context(), func(p store.Problem) { t.Errorf("%+v", p) }); err != nil || records == 0 {
		t.Errorf("verify: %d, %v", records, err)
	}
}
