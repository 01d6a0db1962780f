// Package web is the door to the browser: it wires the page folders below it
// and the JSON API into one handler.
package web

import (
	"net/http"
	"time"

	"loa/airing/book"
	"loa/airing/oldbook"
	"loa/airing/sample"
	"loa/contest"
	"loa/internal/wallclock"
	"loa/library"
	"loa/library/intake"
	"loa/web/airings"
	"loa/web/api"
	"loa/web/audit"
	"loa/web/backups"
	"loa/web/books"
	"loa/web/calendar"
	"loa/web/calls"
	"loa/web/clock"
	"loa/web/contests"
	"loa/web/coverage"
	"loa/web/door"
	"loa/web/entering"
	"loa/web/feedback"
	"loa/web/health"
	"loa/web/help"
	"loa/web/home"
	"loa/web/judging"
	"loa/web/kit"
	librarypages "loa/web/library"
	"loa/web/me"
	"loa/web/messages"
	"loa/web/oldbooks"
	"loa/web/papers"
	"loa/web/people"
	planpages "loa/web/plan"
	"loa/web/programmes"
	"loa/web/public"
	"loa/web/quiz"
	"loa/web/results"
	"loa/web/runs"
	"loa/web/samples"
	"loa/web/seals"
	"loa/web/settings"
	"loa/web/stations"
	"loa/web/terms"
	"loa/web/texts"
	"loa/web/uploads"
	"loa/web/usb"
)

// Store is what all pages together ask of the store; each page folder declares
// its own part.
type Store interface {
	api.Store
	airings.Store
	audit.Store
	quiz.Store
	calls.Store
	contests.Store
	coverage.Store
	door.Store
	library.Store
	entering.Store
	health.Store
	judging.Store
	me.Store
	oldbook.Desk
	messages.Store
	people.Store
	planpages.Store
	results.Store
	samples.Store
	settings.Store
	stations.Store
	terms.Store
	texts.Store
	usb.Store
	programmes.Store
	public.Store

	// Commits has somebody told how long each change took until it was on disk; it is called before anything is served.
	Commits(observe func(took time.Duration))
}

// Deps are the parts of the daemon behind the pages.
type Deps struct {
	Store    Store
	Blobs    library.Blobs
	Desk     *intake.Desk
	Backup   backups.Backup
	Backups  backups.Keeper
	Server   health.Server
	Contests *contest.Hall
	Booth    judging.Booth
	Jobs     runs.Jobs
	Clock    *wallclock.Watch // required, as is everything but Told and Samples
	Told     clock.Told
	Post     Post
	Samples  *sample.Listener // nil where samples are listened to later
	Books    *book.Press
	OldBooks *oldbook.Clerk
}

// Post is the door by which messages leave.
type Post interface {
	settings.Tries
	messages.Tries
}

// New returns the handler of everything a browser or a program may ask for.
// It fails on a broken template, an undeclared file or a route without access.
func New(cfg kit.Config, d Deps) (http.Handler, error) {
	k := kit.New(cfg)
	Register(k, d)
	return k.Handler()
}

// Register adds every page folder and the API to k: one line each.
func Register(k *kit.Kit, d Deps) {
	k.NameContests(d.Contests.Titles)
	k.CountBy("loa_mp3_witness_differs_total", "MP3s in which two decoders heard something else.", d.Desk.Differences)
	d.Store.Commits(k.Durations("loa_commit_duration_seconds", "How long changes took from being asked for to being on disk."))
	home.Register(k)
	door.Register(k, d.Store)
	me.Register(k, d.Store)
	messages.Register(k, d.Store, d.Post)
	people.Register(k, d.Store)
	audit.Register(k, d.Store)
	stations.Register(k, d.Store)
	librarypages.Register(k, d.Store, d.Desk)
	api.Register(k, d.Store, d.Blobs, d.Desk, d.Contests, d.Post, d.Samples)
	uploads.Register(k, d.Desk, d.Store.LibrarySettings)
	airings.Register(k, d.Store, d.Blobs, d.Desk)
	samples.Register(k, d.Store, d.Desk, d.Samples)
	books.Register(k, d.Store, d.Books)
	oldbooks.Register(k, d.Store, d.OldBooks)
	api.RegisterOldBooks(k, d.OldBooks)
	contests.Register(k, d.Store, d.Contests)
	coverage.Register(k, d.Store)
	calls.Register(k, d.Store)
	seals.Register(k, d.Store)
	papers.Register(k, d.Store, d.Contests.Titles)
	quiz.Register(k, d.Store)
	planpages.Register(k, d.Store, d.Contests)
	texts.Register(k, d.Store)
	settings.Register(k, d.Store, d.Post)
	programmes.Register(k, d.Store, d.Desk)
	calendar.Register(k, d.Store)
	usb.Register(k, d.Store, d.Blobs)
	runs.Register(k, d.Store, d.Jobs)
	clock.Register(k, d.Clock, d.Told)
	health.Register(k, d.Store, d.Jobs, d.Server)
	backups.Register(k, d.Backups, d.Backup)
	entering.Register(k, d.Store, d.Contests, d.Desk)
	judging.Register(k, d.Store, d.Contests, d.Booth)
	feedback.Register(k, d.Contests)
	terms.Register(k, d.Store, d.Contests)
	results.Register(k, d.Store, d.Contests, d.Blobs)
	public.Register(k, d.Store, d.Contests, d.Blobs)
	help.Register(k)
}
