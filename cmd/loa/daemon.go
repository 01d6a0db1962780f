package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/airing/book"
	"loa/airing/oldbook"
	"loa/airing/sample"
	"loa/contest"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/internal/wallclock"
	"loa/library"
	"loa/library/intake"
	"loa/post"
	"loa/scheduler"
	"loa/stations"
	"loa/store"
	"loa/store/backup"
	"loa/store/bolt"
	"loa/store/folder"
	"loa/web"
	"loa/web/kit"
)

// daemonConfig is what a daemon needs to know.
type daemonConfig struct {
	data     string
	listen   string // address to listen on; port 0 picks one
	proxies  []netip.Prefix
	origins  []string // whose pages may call the API
	log      *slog.Logger
	now      func() time.Time
	elapsed  func() time.Duration // the time that passes, whatever the clock is set to
	out      io.Writer            // where the set-up link is printed
	demo     bool                 // what is served is simulated
	registry string               // file of the registry a new installation begins with, "" for the built-in one
	noJobs   bool                 // nothing is done by the clock: the daemon is measured
	backups  backupPlace          // where it keeps backups by itself
}

// engine keeps the data of this program.
var engine store.Kind = bolt.Kind{}

// daemon is everything that runs while Loa serves. Parts are closed in the
// reverse of the order they were opened, each within a limit.
type daemon struct {
	cfg     daemonConfig
	store   store.Engine
	blobs   *folder.Blobs
	desk    *intake.Desk
	hall    *contest.Hall
	copier  *library.Copier
	booth   *library.Booth
	prover  *airing.Prover
	samples *sample.Listener
	books   *book.Press
	clerk   *oldbook.Clerk
	watch   *wallclock.Watch // the one clock of everything below
	clock   *scheduler.Clock
	office  *post.Office
	keeper  *keeper
	routes  []kit.Route
	server  *http.Server
	socket  net.Listener
	closes  []closing
	ahead   chan struct{} // closed when countAhead has ended

	probing sync.Mutex // guards what follows
	probed  time.Time
	disk    error // what the last try of the disk found
}

type closing struct {
	name  string
	close func(context.Context) error
}

// Limits of a shutdown: requests under way, then jobs.
const (
	drainLimit = 15 * time.Second
	closeLimit = 25 * time.Second
)

// freeReserve is how much of the disk uploads leave free for records.
const freeReserve = 256 << 20

// newDaemon opens the data folder and everything on it, and listens. When it
// fails, what it had opened is closed again.
func newDaemon(ctx context.Context, cfg daemonConfig) (_ *daemon, err error) {
	d := &daemon{cfg: cfg}
	d.keeper = &keeper{d: d}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	for _, open := range []func(context.Context) error{d.openStore, d.watchClock, d.openBlobs, d.found, d.openOffice, d.openClock, d.openWeb, d.openDoors,
		d.countAhead} {
		if err := open(ctx); err != nil {
			return d, err
		}
	}
	return d, nil
}

func (d *daemon) onClose(name string, f func(context.Context) error) {
	d.closes = append(d.closes, closing{name, f})
}

func (d *daemon) openStore(context.Context) (err error) {
	d.store, err = engine.Open(d.cfg.data, d.cfg.now, d.cfg.log)
	if err == nil {
		d.hall = contest.NewHall(d.store, contest.From(d.store))
		d.onClose("store", func(context.Context) error { return d.store.Close() })
	}
	return err
}

// watchClock puts the watch between the server's clock and all that asks for
// the time.
func (d *daemon) watchClock(ctx context.Context) error {
	lived, err := d.store.JobState(ctx, scheduler.ClockJob)
	if err != nil {
		return err
	}
	d.watch = wallclock.New(d.cfg.now, d.cfg.elapsed, lived.Cursor)
	d.cfg.now = d.watch.Now
	return nil
}

// address is where people reach the daemon: what the settings say, else where
// it listens.
func (d *daemon) address(ctx context.Context) (kit.Address, error) {
	set, err := d.store.AiringSettings(ctx)
	if err != nil || set.PublicURL == "" {
		return kit.Address{URL: d.URL()}, err
	}
	return kit.Address{URL: set.PublicURL, Set: true}, nil
}

// beAt makes the address the one of the settings, if nobody has set one yet.
func (d *daemon) beAt(ctx context.Context, address string) error {
	set, err := d.store.AiringSettings(ctx)
	if err != nil || address == "" || set.PublicURL != "" {
		return err
	}
	set.PublicURL = strings.TrimRight(address, "/")
	_, err = d.store.SaveAiringSettings(ctx, accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: d.cfg.now()}, set)
	return err
}

// trouble is what keeps the daemon from writing, or nil.
func (d *daemon) trouble() *kit.Trouble {
	if err := d.watch.Fault(); err != nil {
		return &kit.Trouble{Err: err, Holds: true, Path: kit.ClockPath, Key: "clock.mend"}
	}
	if err := d.tryDisk(probeEvery); err != nil {
		return &kit.Trouble{Err: err}
	}
	return nil
}

// server is what the page of its health asks of the machine.
type server struct{ d *daemon }

func (s server) Space() (free, size int64, ok bool) { return s.d.blobs.Space() }
func (s server) Wrong() error                       { return s.d.tryDisk(probeEvery) }
func (s server) Doubt() error                       { return s.d.watch.Fault() }
func (s server) Backups() (place string, tries bool, tried time.Time) {
	if tries = s.d.keeper.Place().Opens; !tries {
		tried = s.d.keeper.tried() // where the key is
	}
	return s.d.cfg.backups.name, tries, tried
}

// tryDisk tries whether the disk takes writes, unless that was tried so lately.
func (d *daemon) tryDisk(age time.Duration) error {
	d.probing.Lock()
	defer d.probing.Unlock()
	if now := time.Now(); now.Sub(d.probed) >= age { // an age of this process: the server's clock has no part in it
		d.disk, d.probed = d.store.Probe(), now
	}
	return d.disk
}

// ready says whether the daemon can take what it is given.
func (d *daemon) ready(ctx context.Context) error {
	if err := d.store.Check(ctx); err != nil {
		return err
	}
	if err := d.tryDisk(0); err != nil { // whatever the fault is called, it is not ready
		e := *fault.Of(err)
		e.Kind = fault.Unavailable
		return &e
	}
	return d.watch.Fault()
}

// probeEvery is how long what a try of the disk found is believed by pages.
const probeEvery = 5 * time.Second

func (d *daemon) openBlobs(ctx context.Context) (err error) {
	if d.blobs, err = folder.OpenBlobs(filepath.Join(d.cfg.data, backup.BlobsFolder), freeReserve); err != nil {
		return err
	}
	d.onClose("blobs", func(context.Context) error { return d.blobs.Close() })
	spool, err := folder.OpenSpool(filepath.Join(d.cfg.data, "uploads"), freeReserve)
	if err != nil {
		return err
	}
	d.onClose("uploads folder", func(context.Context) error { return spool.Close() })
	if err := errors.Join(d.blobs.Clean(), spool.Clean()); err != nil {
		return err
	}
	d.copier = library.NewCopier(library.CopierConfig{Records: d.store, Blobs: d.blobs, Log: d.cfg.log, Now: d.cfg.now, TempDir: d.blobs.TempDir()})
	d.booth = library.NewBooth(library.BoothConfig{Records: d.store, Blobs: d.blobs, Heard: d.hall.Heard, Log: d.cfg.log, Now: d.cfg.now,
		TempDir: d.blobs.TempDir()})
	d.prover = airing.NewProver(airing.ProverConfig{Store: d.store, Blobs: d.blobs, Log: d.cfg.log, Now: d.cfg.now, Hold: d.watch.Fault,
		TempDir: d.blobs.TempDir()})
	d.samples = sample.NewListener(d.store, d.prover, d.cfg.log, d.cfg.now)
	shelf, err := folder.OpenShelf(filepath.Join(d.cfg.data, "books"))
	if err != nil {
		return err
	}
	if d.books, err = book.NewPress(d.store, shelf, d.cfg.log, d.cfg.now); err != nil {
		return err
	}
	if shelf, err = folder.OpenShelf(filepath.Join(d.cfg.data, "old-books")); err != nil {
		return err
	}
	if d.clerk, err = oldbook.NewClerk(d.store, shelf, d.cfg.log, d.cfg.now); err != nil {
		return err
	}
	copying, stop := context.WithCancel(ctx)
	var copies sync.WaitGroup
	copies.Go(func() { d.copier.Run(copying) })
	copies.Go(func() { d.booth.Run(copying) })
	copies.Go(func() { d.books.Run(copying) })
	copies.Go(func() { d.clerk.Run(copying) })
	if !d.cfg.noJobs {
		copies.Go(func() { d.prover.Run(copying) })
		copies.Go(func() { d.samples.Begin(copying) })
	}
	d.onClose("copies", func(context.Context) error { stop(); copies.Wait(); return nil })
	d.desk = intake.New(ctx, intake.Config{Spool: spool, Blobs: d.blobs, Records: d.store,
		Kept: func(r library.Recording) { d.copier.Kept(r); d.booth.Kept(r) }, Log: d.cfg.log, Now: d.cfg.now,
		TempDir: d.blobs.TempDir()})
	d.onClose("uploads", func(context.Context) error { d.desk.Close(); return nil })
	return d.desk.Resume(ctx)
}

// found fills a new installation with the built-in registry or that of a file.
func (d *daemon) found(ctx context.Context) error {
	reg, err := d.store.Registry(ctx)
	if err != nil || len(reg.Stations()) > 0 {
		return err
	}
	units, list := stations.Founding()
	if d.cfg.registry != "" {
		file, err := os.ReadFile(d.cfg.registry)
		if err != nil {
			return fileFault(d.cfg.registry, err)
		}
		if units, list, err = stations.FoundingBy(file, d.cfg.now()); err != nil {
			return err
		}
	}
	return d.store.Found(ctx, accounts.Meta{ID: "found", By: accounts.Daemon(), At: d.cfg.now()}, units, list)
}

// openOffice makes the door by which messages leave.
func (d *daemon) openOffice(context.Context) error {
	d.office = post.New(post.Config{Store: d.store, Now: d.cfg.now, Log: d.cfg.log, Hold: d.watch.Fault, Version: version,
		Address: func(ctx context.Context) (string, error) {
			to, err := d.address(ctx)
			return to.URL, err
		}})
	return nil
}

// openDoors lets messages leave, once it is known where their links lead.
func (d *daemon) openDoors(ctx context.Context) error {
	if d.cfg.noJobs {
		return nil
	}
	sending, stop := context.WithCancel(ctx)
	var office sync.WaitGroup
	office.Go(func() { d.office.Run(sending) })
	d.onClose("post", func(context.Context) error { stop(); office.Wait(); return nil })
	return nil
}

// countAhead counts the weeks of a year once it listens, so that who asks for them first waits for none: of a country that is
// half a second of processor time.
func (d *daemon) countAhead(ctx context.Context) error {
	set, err := d.store.AiringSettings(ctx)
	if err != nil {
		return err
	}
	now := d.cfg.now()
	week := set.Calendar(text.Zone).Week(now)
	year := coverage.Filter{From: coverage.MustStretch((week - 52).String()), Until: coverage.MustStretch(week.String())}
	counting, stop := context.WithCancel(ctx)
	d.ahead = make(chan struct{})
	go func() {
		defer close(d.ahead)
		if _, err := d.store.Period(counting, accounts.Daemon(), year, now); err != nil && counting.Err() == nil {
			d.cfg.log.Warn("no year is counted ahead", "error", err)
		}
	}()
	d.onClose("counting ahead", func(context.Context) error { stop(); <-d.ahead; return nil })
	return nil
}

func (d *daemon) openClock(ctx context.Context) (err error) {
	jobs := d.jobs()
	if d.cfg.noJobs {
		jobs = nil
	}
	if d.clock, err = scheduler.NewClock(d.store, d.cfg.log, d.cfg.now, jobs...); err != nil {
		return err
	}
	d.clock.HoldWhile(d.watch.Fault)
	if err := d.clock.Start(ctx); err != nil {
		return err
	}
	d.onClose("clock", d.clock.Stop)
	return nil
}

func (d *daemon) openWeb(ctx context.Context) error {
	token, err := serverToken(d.cfg.data)
	if err != nil {
		return err
	}
	k := kit.New(kit.Config{
		Auth: d.store, Now: d.cfg.now, Log: d.cfg.log, Proxies: d.cfg.proxies, Origins: d.cfg.origins, Version: version,
		Demo: d.cfg.demo, ServerToken: accounts.HashOf(token), Ready: d.ready, Trouble: d.trouble, Address: d.address,
	})
	web.Register(k, web.Deps{
		Store: d.store, Blobs: d.blobs, Desk: d.desk, Jobs: d.clock, Contests: d.hall, Booth: d.booth,
		Clock: d.watch, Post: d.office, Samples: d.samples, Books: d.books, OldBooks: d.clerk,
		Told: func(_ context.Context, by accounts.Actor, w wallclock.Doubt) {
			d.clock.Confirmed(by.Name, w.Shows, w.Expected)
		},
		Server: server{d}, Backups: d.keeper, Backup: d.keeper.send,
	})
	d.routes = k.Routes()
	handler, err := k.Handler()
	if err != nil {
		return err
	}
	if d.socket, err = net.Listen("tcp", d.cfg.listen); err != nil {
		return fault.New(fault.Unavailable, "cli.serve.listen", "address", d.cfg.listen).Because(err)
	}
	// Commands on this machine find the daemon by its data folder.
	address := filepath.Join(d.cfg.data, addressFile)
	if err := os.WriteFile(address, []byte(d.URL()+"\n"), 0o644); err != nil {
		d.cfg.log.Warn("the address is not left in the data folder", "error", err)
	}
	d.onClose("address", func(context.Context) error { _ = os.Remove(address); return nil }) // the next start writes it anew
	d.server = kit.NewServer(handler)
	d.server.ErrorLog = slog.NewLogLogger(d.cfg.log.Handler(), slog.LevelWarn)
	d.server.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	d.onClose("web", d.drain)
	return nil
}

// drain lets requests under way finish, and cuts those that do not.
func (d *daemon) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainLimit)
	defer cancel()
	if err := d.server.Shutdown(ctx); err != nil {
		return d.server.Close()
	}
	return nil
}

// URL is where the daemon can be reached from this machine.
func (d *daemon) URL() string {
	addr := d.socket.Addr().(*net.TCPAddr)
	if addr.IP.IsUnspecified() {
		return fmt.Sprintf("http://127.0.0.1:%d", addr.Port)
	}
	return "http://" + addr.String()
}

// Run serves until ctx ends or the disk fails. The caller calls Close.
func (d *daemon) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- d.server.Serve(d.socket) }()
	watch := time.NewTicker(probeEvery)
	defer watch.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-served:
			return fmt.Errorf("serve: %w", err)
		case <-d.store.Failed():
			return d.store.Check(ctx)
		case <-watch.C:
			if err := d.store.Check(ctx); err != nil {
				return err
			}
		}
	}
}

// Close ends everything in reverse order within a limit.
func (d *daemon) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	var errs []error
	for i := len(d.closes) - 1; i >= 0; i-- {
		if err := d.closes[i].close(ctx); err != nil {
			errs = append(errs, fmt.Errorf("close %s: %w", d.closes[i].name, err))
		}
	}
	d.closes = nil
	return errors.Join(errs...)
}

// serverToken returns the secret in DATA/admin.token, making it at the first
// start. Whoever may read that file may administer the server.
func serverToken(data string) (string, error) {
	path := filepath.Join(data, "admin.token")
	b, err := os.ReadFile(path)
	if err == nil && len(strings.TrimSpace(string(b))) >= 20 {
		if err := os.Chmod(path, 0o600); err != nil { // somebody may have copied it here
			return "", fault.New(fault.Unavailable, "store.read_only").Because(err)
		}
		return strings.TrimSpace(string(b)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fault.New(fault.Unavailable, "store.read_only").Because(err)
	}
	secret := accounts.NewSecret()
	err = os.WriteFile(path, []byte(secret+"\n"), 0o600)
	if err == nil {
		err = os.Chmod(path, 0o600) // an empty file of another mode keeps it
	}
	if err != nil {
		return "", fault.New(fault.Unavailable, "store.read_only").Because(err)
	}
	return secret, nil
}

// setupLink makes the link by which the first administrator gets in, or ""
// when somebody is there already.
func (d *daemon) setupLink(ctx context.Context) (string, error) {
	people, err := d.store.Directory(ctx)
	if err != nil || people.Len() > 0 {
		return "", err
	}
	secret := accounts.NewSecret()
	_, err = d.store.Invite(ctx, accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: d.cfg.now()}, accounts.Invite{
		Hash: accounts.HashOf(secret), First: true, Note: text.Vietnamese.Say("cli.serve.first_admin"),
		Grants: []accounts.Grant{{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}}})
	if err != nil {
		return "", err
	}
	to, err := d.address(ctx)
	return to.URL + "/join/" + secret, err
}
