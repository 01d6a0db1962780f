// Package demo simulates a province for a year: people, programmes and what
// 127 stations report, with late reports, power cuts, a storm, a weak
// district, corrections and several languages, and three contests. The same
// seed gives the same year.
package demo

import (
	"bytes"
	"context"
	_ "embed" // a short recording for the episodes
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/airing/oldbook"
	"loa/airing/sample"
	"loa/airing/texting"
	"loa/contest"
	"loa/coverage"
	"loa/internal/text"
	"loa/library"
	"loa/outgoing"
	"loa/plan"
	"loa/quiz"
	"loa/scheduler"
	"loa/sharing"
	"loa/stations"
)

//go:embed clip.mp3
var clip []byte

// Store is what the simulation writes through: the same commands people use.
type Store interface {
	stations.Store
	scheduler.Store
	BeginRun(ctx context.Context, r scheduler.Run) (bool, error)
	airing.Log
	airing.SettingsStore
	oldbook.Store
	sample.Store
	coverage.Store
	airing.Seals
	coverage.CallBook
	coverage.Pleas
	coverage.CallSource
	texting.Store
	outgoing.Store
	sharing.Store
	plan.Store
	quiz.Store
	contest.Log
	contest.Records
	AddPerson(ctx context.Context, m accounts.Meta, c accounts.AddPerson) (accounts.Person, error)
	ChangePerson(ctx context.Context, m accounts.Meta, c accounts.ChangePerson) (accounts.Person, error)
	Erase(ctx context.Context, m accounts.Meta, c accounts.Erase) (accounts.Erasure, error)
	SaveRecording(ctx context.Context, m accounts.Meta, c library.SaveRecording) (library.Recording, error)
}

// Login is an account of the simulated province.
type Login struct {
	Role, Name, Login, Passphrase string
}

// Passphrase is that of every simulated account: the demo is no place for
// secrets.
const Passphrase = "loa-phat-thanh-xa"

// World is the year being simulated.
type world struct {
	ctx    context.Context
	store  Store
	blobs  library.Blobs
	rnd    *rand.Rand
	seed   uint64
	now    time.Time
	weeks  int // how long the simulation looks back
	phc    string
	reg    *stations.Registry
	people map[string]accounts.Actor // by login
	calls  int                       // numbers the changes, so that IDs repeat with the seed
	logins []Login
}

// Year is how many weeks the demo looks back.
const Year = 52

// Fill simulates so many weeks before now and returns the accounts to log in
// with. The store must hold the founding registry and nothing else. done is told
// after each step how many of how many are.
func Fill(ctx context.Context, s Store, blobs library.Blobs, seed uint64, now time.Time, weeks int, done func(n, of int)) ([]Login, error) {
	phc, err := accounts.HashPassphrase(ctx, Passphrase)
	if err != nil {
		return nil, err
	}
	w := &world{ctx: ctx, store: s, blobs: blobs, rnd: rand.New(rand.NewPCG(seed, 2024)), seed: seed, now: now, weeks: weeks, phc: phc,
		people: map[string]accounts.Actor{}}
	steps := []func() error{w.staff, w.describe, w.plan, w.oldBook, w.year, w.listen, w.give, w.close, w.telephone, w.number,
		w.indicators, w.serverLog, w.contests, w.texts, w.share, w.quizzes, w.left}
	for i, step := range steps {
		if w.reg, err = s.Registry(ctx); err != nil {
			return nil, err
		}
		if err := step(); err != nil {
			return nil, fmt.Errorf("demo: %w", err)
		}
		done(i+1, len(steps))
	}
	return w.logins, nil
}

// id makes the next change ID: a UUID that the seed decides.
func (w *world) id() string {
	w.calls++
	return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "%d/%d", w.seed, w.calls)).String()
}

func (w *world) meta(by accounts.Actor, at time.Time) accounts.Meta {
	return accounts.Meta{ID: w.id(), By: by, At: at.UTC()}
}

func (w *world) begin() time.Time { return w.now.AddDate(0, 0, -7*w.weeks-7) }

// add makes an account; shown ones are printed for whoever tries the demo.
func (w *world) add(role accounts.Role, scope accounts.Scope, name, login string, show bool) error {
	grant := accounts.Grant{Role: role, Scope: scope}
	p, err := w.store.AddPerson(w.ctx, w.meta(accounts.Daemon(), w.begin()),
		accounts.AddPerson{Name: name, Login: login, Grants: []accounts.Grant{grant}, Passphrase: w.phc})
	if err != nil {
		return err
	}
	w.people[login] = p.Actor("demo")
	if show {
		w.logins = append(w.logins, Login{Role: string(role), Name: name, Login: p.Login, Passphrase: Passphrase})
	}
	return nil
}

// staff makes everybody: the province's people, nine district monitors, and
// an operator at every station.
func (w *world) staff() error {
	province := accounts.Scope{Level: accounts.Province}
	for _, p := range []struct {
		role        accounts.Role
		name, login string
	}{{accounts.Admin, "Nguyễn Thị Hồng", "quantri"}, {accounts.Editor, "Trần Văn Minh", "bientap"}, {accounts.Monitor, "Lê Thị Thu", "giamsat"},
		{accounts.Organiser, "Hoàng Văn Sơn", "hoithi"}} {
		if err := w.add(p.role, province, p.name, p.login, true); err != nil {
			return err
		}
	}
	today := stations.DateOf(w.now.In(text.Zone))
	districts := w.reg.Districts(today)
	slices.SortFunc(districts, func(a, b stations.Unit) int { return strings.Compare(a.Code, b.Code) })
	for i, d := range districts {
		if err := w.add(accounts.Monitor, accounts.Scope{Level: accounts.District, ID: d.Code}, "Giám sát "+d.Name, "huyen-"+d.Code, i == 1); err != nil {
			return err
		}
	}
	for i, st := range w.reg.Stations() {
		name := pick(w.rnd, families) + " " + pick(w.rnd, givenNames)
		if err := w.add(accounts.Operator, accounts.Scope{Level: accounts.Station, ID: st.ID}, name,
			operatorLogin(w.reg, st.ID), i == shownStation); err != nil {
			return err
		}
	}
	return nil
}

// left has two people left their work, of whom one asked to be erased.
func (w *world) left() error {
	admin, at := w.people["quantri"], w.now.AddDate(0, 0, -20)
	for i, login := range []string{"nghiviec", "xinxoa"} {
		p, err := w.store.AddPerson(w.ctx, w.meta(admin, w.begin()), accounts.AddPerson{Name: []string{"Đào Văn Thịnh", "Phùng Thị Ngoan"}[i], Login: login,
			Grants: []accounts.Grant{{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}}, Passphrase: w.phc})
		if err != nil {
			return err
		}
		none, yes := []accounts.Grant{}, true
		if _, err := w.store.ChangePerson(w.ctx, w.meta(admin, at), accounts.ChangePerson{Person: p.ID, Grants: &none, Disabled: &yes}); err != nil {
			return err
		}
		if login == "nghiviec" {
			continue
		}
		c := accounts.Erase{Person: p.ID, Reason: "Đơn của người đó, đã nghỉ việc"}
		if _, err := w.store.Erase(w.ctx, w.meta(admin, at.AddDate(0, 0, 3)), c); err != nil {
			return err
		}
	}
	return nil
}

func operatorLogin(reg *stations.Registry, id string) string { return "xa-" + reg.UnitOf(id).Code }

func (w *world) operator(id string) accounts.Actor { return w.people[operatorLogin(w.reg, id)] }

var (
	families   = []string{"Giàng", "Vàng", "Lù", "Sùng", "Hoàng", "Nguyễn", "Lý", "Tẩn", "Chảo", "Vương", "Lương", "Hà"}
	givenNames = []string{"Thị Mỷ", "A Páo", "Văn Quý", "Thị Dua", "Seo Lử", "Thị Hoa", "Văn Thắng", "Mùi Phẩy", "Láo Lở", "Thị Sen", "A Sình", "Văn Tuấn"}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// describe fills in what is known about each station.
func (w *world) describe() error {
	editor := w.people["bientap"]
	tongues := map[string][]string{"080": {"pcc"}, "082": {"hmn", "ium", "pcc"}, "083": {"hmn", "nut"}, "084": {"hmn"}, "085": {"hmn", "tyz"}, "086": {"tyz"},
		"087": {"tyz", "ium"}, "088": {"hmn", "ium"}, "089": {"tyz", "ium"}}
	for _, st := range w.reg.Stations() {
		f := st.Fields
		f.Languages = nil
		for _, l := range tongues[w.reg.Where(st.ID).District] {
			if slices.Contains(stations.Languages, l) && w.rnd.IntN(3) > 0 {
				f.Languages = append(f.Languages, l)
			}
		}
		total := 4 + w.rnd.IntN(14)
		f.ClustersTotal, f.ClustersWorking = total, new(total-w.rnd.IntN(4))
		switch w.rnd.IntN(10) {
		case 0:
			f.Technologies = []stations.Technology{stations.IP}
		case 1:
			f.Technologies = []stations.Technology{stations.Wired}
		case 2:
			f.Technologies = []stations.Technology{stations.FM, stations.Mobile}
		default:
			f.Technologies = []stations.Technology{stations.FM}
		}
		if f.Technologies[0] == stations.FM {
			until := stations.DateOf(w.now.AddDate(0, w.rnd.IntN(48)-6, 0))
			f.FM = stations.Transmitter{FrequencyMHz: 54 + float64(w.rnd.IntN(28))/2, PowerW: float64(10 + 10*w.rnd.IntN(3)),
				Licence: fmt.Sprintf("%d/GP-TTCS", 100+w.rnd.IntN(900)), LicenceUntil: until}
		}
		f.Contacts = []stations.Contact{{Name: w.operator(st.ID).Name, Role: "Công chức văn hoá – xã hội",
			Phone: fmt.Sprintf("09%08d", w.rnd.IntN(100_000_000))}}
		if _, err := w.store.SaveStation(w.ctx, w.meta(editor, w.begin()), stations.SaveStation{ID: st.ID, Fields: f}); err != nil {
			return err
		}
	}
	return nil
}

// plan makes the programmes, their weekly episodes and the rules.
func (w *world) plan() error {
	editor := w.people["bientap"]
	at := w.begin()
	var recordings []string // of the episodes of the weekly programme, the latest first; all older ones have the last
	for n := range distinct + 1 {
		body, err := Speech(24), error(nil)
		if n < distinct {
			body, err = digest(n)
		}
		if err != nil {
			return err
		}
		r, err := w.keep(w.meta(editor, at), library.ForProgramme, "", fmt.Sprintf("nong-thon-moi-%d.mp3", distinct-n+1), body)
		if err != nil {
			return err
		}
		recordings = append(recordings, r.ID)
	}
	for _, p := range []struct {
		scheduler.SaveProgramme
		rule  scheduler.SaveRule
		audio []string
	}{
		{scheduler.SaveProgramme{Title: "Nông thôn mới hằng tuần", Producer: "Văn phòng điều phối nông thôn mới tỉnh",
			Topics: []scheduler.Topic{"rural_infrastructure", "ocop_cooperatives"}, Languages: []string{"vi"}, CountsTowardTarget: true},
			scheduler.SaveRule{Cron: "0 17 * * 1,4", Selection: scheduler.Selection{All: true}}, recordings},
		{scheduler.SaveProgramme{Title: "Nông thôn mới – tiếng Mông", Producer: "Đài Phát thanh – Truyền hình tỉnh",
			Topics: []scheduler.Topic{"ecological_farming"}, Languages: []string{"hmn"}, CountsTowardTarget: true, StationCode: true},
			scheduler.SaveRule{Cron: "30 5 * * 6", Selection: scheduler.Selection{Language: "hmn"}}, recordings[distinct:]},
		{scheduler.SaveProgramme{Title: "Thông báo của xã", Producer: "Uỷ ban nhân dân xã", Topics: []scheduler.Topic{"digital_transformation"},
			Languages: []string{"vi"}, MinSeconds: 60},
			scheduler.SaveRule{Cron: "0 6 * * 3", Selection: scheduler.Selection{All: true}, Minutes: 10}, recordings[distinct:]},
	} {
		made, err := w.store.SaveProgramme(w.ctx, w.meta(editor, at), p.SaveProgramme)
		if err != nil {
			return err
		}
		if err := w.episodes(made, p.audio); err != nil {
			return err
		}
		p.rule.Programme, p.rule.From = made.ID, stations.DateOf(w.monday(-w.weeks))
		if _, err := w.store.SaveRule(w.ctx, w.meta(editor, at), p.rule); err != nil {
			return err
		}
	}
	return nil
}

// monday is the first day of the week so many weeks from now.
func (w *world) monday(offset int) time.Time {
	cal := airing.Calendar{Zone: text.Zone}
	return cal.Start(cal.Week(w.now) + airing.Week(offset))
}

var subjects = []string{"Đường về bản", "Quế, hồi và hợp tác xã", "Nước sạch mùa khô", "Bản không rác", "Chuyển đổi số ở xã", "Du lịch cộng đồng",
	"Chăn nuôi an toàn", "Nhà văn hoá thôn", "Lễ hội và bản sắc", "Bình đẳng giới", "Trồng rau vụ đông", "An toàn giao thông nông thôn"}

func (w *world) episodes(p scheduler.Programme, recordings []string) error {
	editor := w.people["bientap"]
	for i := -w.weeks; i <= 0; i++ {
		first := w.monday(i)
		made := w.meta(editor, latest(w.begin(), first.AddDate(0, 0, -2)))
		e, err := w.store.SaveEpisode(w.ctx, made,
			scheduler.SaveEpisode{Programme: p.ID, Title: fmt.Sprintf("Số %d: %s", i+w.weeks+1, subjects[(i+w.weeks)%len(subjects)]),
				Audio:    recordings[min(-i, len(recordings)-1)],
				Script:   "Kính chào bà con. Chương trình tuần này có tin về nông thôn mới ở các xã và lời giải đáp của cán bộ khuyến nông.",
				Language: p.Languages[0], From: stations.DateOf(first), Until: stations.DateOf(first.AddDate(0, 0, 6)), Submit: true})
		if err != nil {
			return err
		}
		if _, err := w.store.MoveEpisode(w.ctx, w.meta(editor, made.At.Add(time.Hour)), scheduler.MoveEpisode{ID: e.ID, To: scheduler.Approved}); err != nil {
			return err
		}
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Speech is an MP3 of a few seconds of speech, so many times. Its frames stand
// alone, so they can be joined.
func Speech(times int) []byte { return bytes.Repeat(clip, times) }

// each runs f for every station, several at once: one change a commit would
// take minutes.
func (w *world) each(f func(st *stations.Station, rnd *rand.Rand) error) error {
	list := w.reg.Stations()
	errs := make([]error, len(list))
	gate := make(chan struct{}, 64)
	var wg sync.WaitGroup
	for i, st := range list {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			errs[i] = f(st, rand.New(rand.NewPCG(w.seed, uint64(i))))
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
