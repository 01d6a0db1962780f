package main

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"loa/airing"
	"loa/audio/audiotest"
	"loa/audio/match"
	"loa/internal/text"
)

// BenchmarkVerdict measures how long after the last byte of a clip its verdict stands in the log, through the daemon as
// it runs: among 20 episodes of 15 minutes, of which the prints are made.
func BenchmarkVerdict(b *testing.B) {
	const minutes, candidates = 15, 20
	r := startDaemon(b, b.TempDir(), monday)
	p := r.made("POST", "/api/v1/programmes", `{"title":"Nông thôn mới","languages":["vi"]}`)
	var weekly []float32
	for i := range candidates {
		of := p
		x := audiotest.Talk(60*minutes, talkRate, uint64(i+1))
		if i == 0 {
			weekly = x
		} else {
			of = r.made("POST", "/api/v1/programmes", fmt.Sprintf(`{"title":"Chương trình %d","languages":["vi"]}`, i))
		}
		audio := r.made("POST", "/api/v1/audio?name=x", string(audiotest.WAVOf(x, talkRate)))
		r.approve(r.made("POST", "/api/v1/programmes/"+of+"/episodes", fmt.Sprintf(`{"title":"Số %d","audio":%q}`, i, audio)))
	}
	if _, err := r.d.prover.Prepare(b.Context()); err != nil {
		b.Fatal(err)
	}
	start := time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)
	r.clock.set(start.Add(time.Hour))
	go r.d.prover.Run(b.Context())
	n := 0
	for b.Loop() {
		b.StopTimer()
		n++
		report := uuidOf(2*n + 1)
		r.made("PUT", "/api/v1/airings/"+report, fmt.Sprintf(`{"station":"S%05d","programme":%q,"outcome":"aired","means":"fm","seconds":900,"started_at":%q}`,
			n, p, start.Format(time.RFC3339)))
		path := fmt.Sprintf("/api/v1/airings/%s/evidence/%s?name=loa.wav&captured_at=%s&sent_at=%s", report, uuidOf(2*n+2),
			escape(start.Add(time.Duration(215+n)*time.Second).Format(time.RFC3339)), escape(r.clock.now().Format(time.RFC3339)))
		clip := talked(weekly).clip(200+n, uint64(100+n))
		b.StartTimer()
		if a := r.call("PUT", path, clip, "Content-Type", "application/octet-stream"); a.Status != 200 {
			b.Fatalf("%d %s", a.Status, a.Body)
		}
		for {
			var line airing.Line
			if a := r.call("GET", "/api/v1/airings/"+report, ""); json.Unmarshal(a.Body, &line) != nil {
				b.Fatalf("%s", a.Body)
			}
			if len(line.Proofs) > 0 {
				if got := line.Proofs[0]; got.Word != match.Verified || len(got.Compared) != candidates {
					b.Fatalf("%s because %s, of %d", got.Word, got.Reason, len(got.Compared))
				}
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}
