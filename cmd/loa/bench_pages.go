package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/demo"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/internal/wallclock"
	"loa/stations"
	"loa/store"
	"loa/web/tour"
)

// benchPages measures a simulated province: start, every page, reports, checking, memory.
type benchPages struct {
	Data     string `help:"cli.flag.bench_data"`
	Weeks    int    `default:"52" help:"cli.flag.bench_weeks"`
	Registry string `help:"cli.flag.registry"`
	Reports  int    `default:"2000" help:"cli.flag.bench_reports"`

	Spend time.Duration `default:"15ms" help:"cli.flag.bench_spend"`
}

// Run simulates, unless the folder holds what was simulated before, and measures.
func (c benchPages) Run(t *terminal) (err error) {
	dir := c.Data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "loa-bench-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(serveGC)
	}
	b := &bench{terminal: t, dir: dir, registry: c.Registry, spend: c.Spend}
	if err := b.simulated(c.Weeks); err != nil {
		return err
	}
	for _, measure := range []func() error{b.start, b.pages, b.memory, func() error { return b.reports(c.Reports) }, b.check} {
		if err := measure(); err != nil {
			return errors.Join(err, b.close())
		}
	}
	return b.close()
}

// bench is a daemon that is measured from inside, without a browser and without jobs.
type bench struct {
	*terminal
	dir, registry string
	spend         time.Duration
	begin         time.Time // what the daemon's clock showed when the folder was opened
	*daemon
	tour *tour.Tour
}

// benchFile tells a folder of ours from one with real reports, and until when it was simulated.
const benchFile = "bench"

// simulated makes the folder, or takes it as it was left. Faults: cli.bench_foreign.
func (b *bench) simulated(weeks int) error {
	mark := filepath.Join(b.dir, benchFile)
	is, err := os.ReadFile(mark)
	if err == nil {
		if b.begin, err = time.Parse(time.RFC3339, strings.TrimSpace(string(is))); err != nil {
			return err
		}
		return b.mark()
	}
	if files, _ := os.ReadDir(b.dir); len(files) > 0 { // what cannot be read is made, or refused, below
		return fault.New(fault.Conflict, "cli.bench_foreign", "dir", b.dir)
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	b.begin = time.Now().UTC()
	if err := b.open(); err != nil {
		return err
	}
	fmt.Fprintln(b.out, b.lang.Say("cli.bench_wait", "weeks", weeks))
	_, err = demo.Fill(b, b.store, b.blobs, demoSeed, b.begin, weeks, func(n, of int) {
		fmt.Fprintln(b.out, b.lang.Say("cli.demo.progress", "percent", 100*n/of))
	})
	if err = errors.Join(err, b.close()); err != nil {
		return err
	}
	return b.mark()
}

// mark lets the next measurement begin an hour after this one: no clock goes back.
func (b *bench) mark() error {
	return os.WriteFile(filepath.Join(b.dir, benchFile), []byte(b.begin.Add(time.Hour).Format(time.RFC3339)+"\n"), 0o600)
}

func (b *bench) open() (err error) {
	began := wallclock.Elapsed()
	b.daemon, err = newDaemon(b, daemonConfig{data: b.dir, registry: b.registry, listen: "127.0.0.1:0", out: io.Discard, log: slog.New(slog.DiscardHandler),
		now: func() time.Time { return b.begin.Add(wallclock.Elapsed() - began) }, elapsed: wallclock.Elapsed, noJobs: true})
	return err
}

func (b *bench) close() error {
	if b.daemon == nil {
		return nil
	}
	err := b.daemon.Close()
	b.daemon = nil
	return err
}

// say prints one figure.
func (b *bench) say(key string, args ...any) { fmt.Fprintln(b.out, b.lang.Say(key, args...)) }

// start measures from an existing folder to its first page.
func (b *bench) start() error {
	began, before := time.Now(), processor()
	if err := b.open(); err != nil {
		return err
	}
	b.tour = tour.New(b.server.Handler, b.routes)
	if a := b.tour.Get("/login", "", true); a.Code != http.StatusOK {
		return fmt.Errorf("first page: status %d", a.Code)
	}
	b.say("cli.bench_start", "wall", millis(time.Since(began)), "cpu", millis(processor()-before))
	return nil
}

// visited is what one kind of page costs somebody, where it costs most.
type visited struct {
	who, path   string
	cpu         time.Duration // again
	first       time.Duration // when nothing is remembered
	sent        int
	rows, bytes uint64
}

// slowest is how many kinds of pages are listed.
const slowest = 10

// named are pages listed whatever they cost: what most people open most.
var named = []string{"operator /today", "operator /airings", "monitor /airings", "monitor /coverage", "monitor /"}

// pages opens every page as one person of each role.
func (b *bench) pages() error {
	people, err := b.store.Directory(b)
	if err != nil {
		return err
	}
	most, roles := map[string]visited{}, map[accounts.Role]bool{}
	for _, p := range people.People() {
		if len(p.Grants) == 0 || roles[p.Grants[0].Role] {
			continue
		}
		role := p.Grants[0].Role
		roles[role] = true
		secret := accounts.NewSecret()
		if _, err := b.store.StartSession(b, accounts.Meta{ID: uuid.NewString(), By: p.Actor("bench"), At: b.cfg.now()},
			accounts.StartSession{Hash: accounts.HashOf(secret), Browser: "bench", Address: "127.0.0.1"}); err != nil {
			return err
		}
		b.tour.Walk(func(kind, path string) *tour.Answer {
			plain, v := b.visit(path, secret)
			if v.sent == 0 {
				return plain
			}
			v.who = string(role)
			if key := v.who + " " + kind; v.cpu >= most[key].cpu {
				most[key] = v
			}
			return plain
		})
	}
	list := slices.SortedFunc(maps.Values(most), func(x, y visited) int { return cmp.Compare(y.cpu, x.cpu) })
	table := tabwriter.NewWriter(b.out, 2, 0, 2, ' ', 0)
	fmt.Fprintln(table, b.lang.Say("cli.bench_columns"))
	row := func(v visited) {
		fmt.Fprintf(table, "%s\t%s\t%.1f\t%d\t%.1f\t%s\n", millis(v.cpu), millis(v.first), float64(v.sent)/1e3, v.rows, float64(v.bytes)/1e3, v.who+" "+v.path)
	}
	for _, v := range list[:min(slowest, len(list))] {
		row(v)
	}
	for _, v := range list {
		if slices.Contains(named, v.who+" "+v.path) {
			row(v)
		}
	}
	return table.Flush()
}

// taken reports whether a page is one to print or to take away, which is as long as what it tells.
func taken(a *tour.Answer, path string) bool {
	kind := a.Header().Get("Content-Type")
	return strings.Contains(path, "paper") || !strings.HasPrefix(kind, "text/html") && !strings.HasPrefix(kind, "application/json")
}

// visit opens a page once, and one to be listed again until enough time was spent to tell what it takes.
func (b *bench) visit(path, secret string) (plain *tour.Answer, v visited) {
	v.path = path
	before := processor()
	plain = b.tour.Get(path, secret, false)
	v.first = processor() - before
	if plain.Code != http.StatusOK || taken(plain, path) {
		return plain, v
	}
	rows, bytes := b.store.Reads()
	before = processor()
	for n := time.Duration(1); ; n++ {
		v.sent = b.tour.Get(path, secret, true).Body.Len()
		spent := processor() - before
		if n == 1 {
			v.rows, v.bytes = b.store.Reads()
			v.rows, v.bytes = v.rows-rows, v.bytes-bytes
		}
		if spent > b.spend {
			v.cpu = spent / n
			return plain, v
		}
	}
}

// memory tells what the tours left: the daemon's own, without pages of files.
func (b *bench) memory() error {
	own, err := status("/proc/self/status", "RssAnon:")
	if err != nil {
		return nil // this system does not tell
	}
	runtime.GC()
	var heap runtime.MemStats
	runtime.ReadMemStats(&heap)
	b.say("cli.bench_memory", "own", b.lang.Size(own<<10), "live", b.lang.Size(int64(heap.HeapAlloc)))
	return nil
}

// reporters is how many operators report at once.
const reporters = 64

// reports measures what one report takes, sent by many at once as their phones send it.
func (b *bench) reports(n int) error {
	reg, err := b.store.Registry(b)
	if err != nil {
		return err
	}
	plan, err := b.store.Schedule(b)
	if err != nil || n == 0 {
		return err
	}
	token, err := serverToken(b.dir)
	if err != nil {
		return err
	}
	list, programme, at := reg.ActiveOn(stations.DateOf(b.begin.In(text.Zone))), plan.Programmes[0].ID, b.begin.Add(-72*time.Hour)
	errs := make([]error, reporters)
	wrote, _ := status("/proc/self/io", "wchar:") // 0 where the system does not tell
	before := processor()
	var wg sync.WaitGroup
	for r := range reporters {
		wg.Go(func() {
			for i := r; i < n && errs[r] == nil; i += reporters {
				errs[r] = b.report(token, airing.Confirm{Station: list[i%len(list)].ID, Programme: programme, Outcome: airing.Aired, Unplanned: true,
					StartedAt: at.Add(time.Duration(i) * time.Second), Seconds: 600, Means: airing.FM})
			}
		})
	}
	wg.Wait()
	took := processor() - before
	after, _ := status("/proc/self/io", "wchar:") // as before
	if err := errors.Join(errs...); err != nil {
		return err
	}
	b.say("cli.bench_reports", "n", n, "cpu", fmt.Sprint((took / time.Duration(n)).Round(time.Microsecond)), "bytes", b.lang.Size((after-wrote)/int64(n)))
	return nil
}

func (b *bench) report(token string, c airing.Confirm) error {
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPut, "/api/v1/airings/"+uuid.NewString(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	if a := b.tour.Send(r); a.Code != http.StatusOK {
		return fmt.Errorf("report: status %d: %s", a.Code, a.Body.String())
	}
	return nil
}

// check measures reading everything, as "loa verify" does.
func (b *bench) check() error {
	began, before := time.Now(), processor()
	bad := 0
	n, err := b.store.Verify(b, func(store.Problem) { bad++ })
	if err != nil {
		return err
	}
	b.say("cli.bench_check", "n", n, "bad", bad, "wall", millis(time.Since(began)), "cpu", millis(processor()-before))
	return nil
}

func millis(d time.Duration) string { return strconv.FormatFloat(float64(d)/1e6, 'f', 2, 64) }

// status reads the number behind a name in a file of /proc.
func status(file, name string) (int64, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(b), name)
	if !found {
		return 0, fmt.Errorf("%s: no %s", file, name)
	}
	number, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	return strconv.ParseInt(strings.TrimSuffix(number, " kB"), 10, 64)
}
