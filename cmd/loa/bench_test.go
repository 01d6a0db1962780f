package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	bbolt "go.etcd.io/bbolt"

	"loa/accounts"
	"loa/airing"
	"loa/internal/wallclock"
	"loa/scheduler"
	"loa/stations"
)

// clients is how many operators report at once in the benchmark.
const clients = 64

// benchDaemon starts a daemon with the founding registry and one programme.
func benchDaemon(b *testing.B) (d *daemon, token, programme string) {
	dir := b.TempDir()
	cfg := daemonConfig{data: dir, listen: "127.0.0.1:0", now: time.Now, elapsed: wallclock.Elapsed, out: io.Discard,
		log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	ctx, cancel := context.WithCancel(context.Background())
	d, err := newDaemon(ctx, cfg)
	if err != nil {
		b.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- d.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		<-ran
		if err := d.Close(); err != nil {
			b.Error(err)
		}
	})
	p, err := d.store.SaveProgramme(ctx, accounts.Meta{ID: "p", By: accounts.Daemon(), At: time.Now()},
		scheduler.SaveProgramme{Title: "Nông thôn mới hằng tuần", Producer: "tỉnh", Topics: scheduler.Topics[:1], CountsTowardTarget: true})
	if err != nil {
		b.Fatal(err)
	}
	secret, err := os.ReadFile(filepath.Join(dir, "admin.token"))
	if err != nil {
		b.Fatal(err)
	}
	return d, strings.TrimSpace(string(secret)), p.ID
}

// together runs one(i) n times from that many goroutines and returns how long
// each took, sorted.
func together(n int, one func(i int)) []time.Duration {
	took := make([]time.Duration, n)
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for i := c; i < n; i += clients {
				start := time.Now()
				one(i)
				took[i] = time.Since(start)
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took
}

// BenchmarkConfirmOverLoopback sends durable reports from 64 clients through
// HTTP, and in the same run writes records of the same sizes with bare bbolt
// Batch: "ratio" is reports a second over bare commits a second. Processor time and
// bytes written are those of the whole process, the clients' too.
func BenchmarkConfirmOverLoopback(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(serveGC))
	d, token, programme := benchDaemon(b)
	url := d.URL() + "/api/v1/airings/"
	at := time.Now().Add(-48 * time.Hour)
	web := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	report := func(i int) {
		body, err := json.Marshal(airing.Confirm{Station: stations.StationID(1 + i%127), Programme: programme, Outcome: airing.Aired,
			StartedAt: at.Add(time.Duration(i) * time.Millisecond), Seconds: 600, Means: airing.FM})
		if err != nil {
			b.Error(err)
			return
		}
		req, err := http.NewRequest(http.MethodPut, url+uuid.NewString(), bytes.NewReader(body))
		if err != nil {
			b.Error(err)
			return
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		resp, err := web.Do(req)
		if err != nil {
			b.Error(err)
			return
		}
		answer, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			b.Errorf("%s: %s", resp.Status, answer)
		}
	}
	n := max(b.N, clients)
	measure := func(name string, run func() []time.Duration) (rate float64) {
		wrote, _ := status("/proc/self/io", "wchar:") // 0 where the system does not tell
		start, before := time.Now(), processor()
		took := run()
		rate, spent := float64(n)/time.Since(start).Seconds(), processor()-before
		after, _ := status("/proc/self/io", "wchar:")
		b.ReportMetric(rate, name+"reports/s")
		b.ReportMetric(took[len(took)*99/100].Seconds()*1000, name+"p99-ms")
		b.ReportMetric(float64(spent.Microseconds())/float64(n), name+"cpu-µs")
		b.ReportMetric(float64(after-wrote)/1000/float64(n), name+"KB")
		return rate
	}
	rate := measure("", func() []time.Duration { return together(n, report) })
	b.ReportMetric(rate/measure("bare-", func() []time.Duration { return bareBatch(b, n) }), "ratio")
}

// bareBatch writes what one report writes, six records of its sizes, without
// deciding anything, through bbolt's Batch, 64 at most or what comes in 2 ms.
func bareBatch(b *testing.B, n int) []time.Duration {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.MaxBatchSize, db.MaxBatchDelay = 64, 2*time.Millisecond
	sizes := []int{700, 130, 40, 45, 45, 40}
	err = db.Update(func(tx *bbolt.Tx) error {
		for i := range sizes {
			if _, err := tx.CreateBucket(fmt.Append(nil, i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	value := make([]byte, 1000)
	return together(n, func(int) {
		id := uuid.New()
		if err := db.Batch(func(tx *bbolt.Tx) error {
			for i, size := range sizes {
				if err := tx.Bucket(fmt.Append(nil, i)).Put(id[:], value[:size]); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Error(err)
		}
	})
}

// BenchmarkStartToFirstPage opens an existing data folder of the province and
// waits for its first page.
func BenchmarkStartToFirstPage(b *testing.B) {
	dir := b.TempDir()
	cfg := daemonConfig{data: dir, listen: "127.0.0.1:0", now: time.Now, elapsed: wallclock.Elapsed, out: io.Discard,
		log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	for b.Loop() {
		d, err := newDaemon(context.Background(), cfg)
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ran := make(chan error, 1)
		go func() { ran <- d.Run(ctx) }()
		resp, err := http.Get(d.URL() + "/login")
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatal(resp, err)
		}
		resp.Body.Close()
		b.StopTimer()
		cancel()
		<-ran
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
