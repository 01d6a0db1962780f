package programmes_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/internal/text"
	"loa/scheduler"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/calendar"
	"loa/web/home"
	"loa/web/kit"
	"loa/web/programmes"
	"loa/web/runs"
	"loa/web/uploads"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// doorkeeper takes a session's secret for the role it names.
type doorkeeper struct{}

func (doorkeeper) BySession(_ context.Context, h accounts.Hash, _ time.Time) (p accounts.Person, s accounts.Session, _ error) {
	for _, role := range []accounts.Role{accounts.Admin, accounts.Editor} {
		if accounts.HashOf(string(role)) == h {
			return accounts.Person{ID: "p1", Name: "Vàng Thị Hoa", Grants: []accounts.Grant{{Role: role, Scope: accounts.Scope{Level: accounts.Province}}}}, s,
				nil
		}
	}
	return p, s, nil
}

func (doorkeeper) ByToken(context.Context, accounts.Hash, time.Time) (p accounts.Person, _ error) {
	return p, nil
}

// mp3 makes ten seconds of sound with lame.
func mp3(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "so-20.mp3")
	for _, args := range [][]string{
		{"ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=440:d=10", "-af", "volume=-12dB", path + ".wav"},
		{"lame", "--quiet", "-b", "64", path + ".wav", path},
	} {
		audiotest.Need(t, args[0])
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v %s", args[0], err, out)
		}
	}
	return path
}

// serve runs the pages over real folders, with a clock of jobs. wrap is the
// line between the browser and them.
func serve(t *testing.T, wrap ...func(http.Handler) http.Handler) (string, *bolt.Store) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s := bolttest.NewHouse(t, t.TempDir(), time.Now)
	webtest.Stations(t, s)
	clock, err := scheduler.NewClock(s, log, time.Now, scheduler.DueJob(s, s.Registry, time.Now))
	if err != nil {
		t.Fatal(err)
	}
	k := kit.New(kit.Config{Auth: doorkeeper{}, Now: time.Now, Log: log})
	home.Register(k)
	programmes.Register(k, s, s.Desk)
	uploads.Register(k, s.Desk, s.LibrarySettings)
	calendar.Register(k, s)
	runs.Register(k, s, clock)
	k.Handle(kit.Route{Pattern: "GET /in/{who}", Access: kit.Public, Handler: func(w http.ResponseWriter, r *kit.Request) error {
		r.LogIn(w, r.PathValue("who"))
		return r.Redirect(w, "/programmes", "")
	}})
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wrap {
		h = w(h)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL, s.Store
}

func contains(t *testing.T, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) {
		t.Errorf("%q does not say %q", got, want)
	}
}

func TestAnEditorPlansTheWeeklyProgramme(t *testing.T) {
	url, s := serve(t)
	p := webtest.NewBrowser(t).Person()
	shots := func(name string) {
		t.Helper()
		p.Shot(name, 1280)
		p.Shot(name, 360)
	}
	p.Open(url + "/in/editor")
	shots("programmes-empty")
	p.Follow(".empty .button")
	shots("programme-new")
	p.Type("#f-title", "Nông thôn mới hằng tuần")
	p.Click("input[name=topics][value=ocop_cooperatives]")
	p.Follow("form button")
	contains(t, p.Text("h1"), "Nông thôn mới hằng tuần")
	shots("programme-bare")

	p.Follow("a[href$='/episodes/new']")
	p.Type("#f-title", "Số 20 – Đường hoa Tả Phời")
	p.Set("#f-script", "Kính chào bà con và các bạn. Đây là chương trình Nông thôn mới hằng tuần.")
	p.Upload("#f-file", mp3(t))
	shots("episode-new")
	p.Follow("button[value=approve]")
	contains(t, p.Text(".head .badge"), "Đã duyệt")
	p.Wait(".player [data-speed]")
	contains(t, p.Text("section[aria-labelledby=sound]"), "Tiếng nhỏ")
	shots("episode")

	p.Open(url + "/programmes/P1/rules/new")
	shots("rule-new")
	p.Click("input[name=days][value='1']")
	p.Click("input[name=days][value='4']")
	p.Follow("button[value=preview]")
	contains(t, p.Text("#preview"), "Thứ Hai và thứ Năm 17:00")
	contains(t, p.Text("#preview"), "127 đài")
	shots("rule-preview")
	p.Follow("#preview button")
	contains(t, p.Text(".flash"), "thứ Hai và thứ Năm 17:00")
	shots("programme")

	// A second rule at the same time clashes, and says with what.
	p.Open(url + "/programmes/P1/rules/new")
	p.Click("input[name=days][value='1']")
	p.Set("input[name=time]", "17:05")
	p.Click("input[name=who][value=district]")
	p.Click("input[name=districts][value='084']")
	p.Follow("button[value=preview]")
	contains(t, p.Text("#preview .list"), "trùng với Nông thôn mới hằng tuần")
	shots("rule-clash")
	// What cannot be is refused beside its field.
	p.Click("summary")
	p.Type("#f-cron", "TZ=UTC 0 17 * * 1")
	p.Follow("button[value=preview]")
	contains(t, p.Text("form .error"), "múi giờ")
	shots("rule-refused")

	planned(t, p, url, s, shots)
}

// planned goes on in the calendar: one date is moved, another called off.
func planned(t *testing.T, p *webtest.Tab, url string, s *bolt.Store, shots func(string)) {
	t.Helper()
	next := time.Now().In(text.Zone).AddDate(0, 0, 7)
	year, week := next.ISOWeek()
	path := "/calendar?week=" + time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006") + "-W" + two(week)
	p.Open(url + path)
	shots("calendar")
	p.Follow(".slot")
	contains(t, p.Text(".facts"), "127 đài")
	shots("date")
	p.Click("input[name=kind][value=cancelled]")
	p.Type("#f-note", "Nhường họp dân")
	p.Follow("form.card button:not([name])")
	contains(t, p.Text(".slot.off"), "Đã huỷ")
	shots("calendar-cancelled")
	sched, err := s.Schedule(t.Context())
	if err != nil || len(sched.Rules) != 1 || len(sched.Rules[0].Exceptions) != 1 || sched.Rules[0].Exceptions[0].Note != "Nhường họp dân" {
		t.Errorf("%+v, %v", sched.Rules, err)
	}
	p.Follow(".slot.off")
	p.Follow("button[value=undo]")
	if n := len(must(s.Schedule(t.Context())).Rules[0].Exceptions); n != 0 {
		t.Errorf("%d exceptions after taking it back", n)
	}
	p.Open(url + "/calendar?station=02779")
	shots("calendar-station")

	at := time.Now().UTC().Truncate(time.Second)
	for i, r := range []scheduler.Run{
		{Job: scheduler.ClockJob, Outcome: scheduler.Down, StartedAt: at.Add(-3 * time.Hour), EndedAt: at.Add(-time.Minute),
			Summary: text.Vietnamese.Say("schedule.was_down", "for", 3*time.Hour, "since", at.Add(-3*time.Hour))},
		{Job: scheduler.DueJobName, Outcome: scheduler.Done, Late: true, StartedAt: at, EndedAt: at.Add(2 * time.Second),
			Summary: text.Vietnamese.Say("schedule.due_summary", "slots", 127, "without", 0)},
		{Job: "records_verify", Outcome: scheduler.Failed, StartedAt: at, EndedAt: at, Error: "store: disk on fire"},
	} {
		r.ScheduledAt, r.Attempt = at.Add(time.Duration(-i)*time.Minute), 1
		if _, err := s.BeginRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	p.Open(url + "/in/admin")
	p.Open(url + "/runs")
	contains(t, p.Text("main"), "Máy chủ ngừng 3 giờ")
	contains(t, p.Text("main"), "Chạy bù")
	shots("runs")
	p.Open(url + "/")
	contains(t, p.Text("main"), "Máy chủ đã ngừng 2 giờ 59 phút")
	shots("home-after-downtime")
}

func two(n int) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
