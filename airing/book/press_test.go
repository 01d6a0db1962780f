package book_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/airing/book"
	"loa/audio/audiotest"
	"loa/internal/fault"
	"loa/internal/shelf"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/store/folder"
)

var at = time.Date(2024, 6, 3, 9, 0, 0, 0, text.Zone)

func aShelf(t *testing.T) *folder.Shelf {
	t.Helper()
	s, err := folder.OpenShelf(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// log is a store of some lines.
type log struct {
	reg   *stations.Registry
	lines []airing.Line
	hold  chan struct{} // nil lets everybody read at once
}

func (l *log) Airings(ctx context.Context, _ accounts.Actor, q airing.Query) (list []airing.Line, next string, err error) {
	if l.hold != nil {
		select {
		case <-l.hold:
		case <-ctx.Done():
			return nil, "", ctx.Err()
		}
	}
	for _, x := range l.lines {
		if !x.StartedAt.Before(q.From) && x.StartedAt.Before(q.Until) {
			list = append(list, x)
		}
	}
	return list, "", nil
}

func (l *log) Registry(context.Context) (*stations.Registry, error) { return l.reg, nil }
func (l *log) Schedule(context.Context) (*scheduler.Schedule, error) {
	return scheduler.NewSchedule(nil, nil, nil), nil
}
func (l *log) LastSeal(context.Context, accounts.Actor, *airing.Week) (*airing.Seal, error) {
	return nil, nil
}

func founded(t *testing.T) *log {
	t.Helper()
	units, list := stations.Founding()
	l := &log{reg: stations.NewRegistry(units, list)}
	for day := 31; day > 0; day-- { // the last first, as a log answers
		for _, id := range []string{"S00001", "S00127"} {
			l.lines = append(l.lines, airing.Line{Report: airing.Report{ID: uuid.NewString(), Station: id, Programme: "Nông thôn mới", Outcome: airing.Aired,
				StartedAt: time.Date(2024, 5, day, 17, 0, 0, 0, text.Zone), Seconds: 900}})
		}
	}
	return l
}

func press(t *testing.T, l *log, shelf shelf.Shelf, now func() time.Time) *book.Press {
	t.Helper()
	p, err := book.NewPress(l, shelf, slog.New(slog.DiscardHandler), now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func actor(r accounts.Role, l accounts.Level, id string) accounts.Actor {
	return accounts.Actor{Person: "p-" + id, Name: "Chị Thu", Via: "session",
		Grants: []accounts.Grant{{Role: r, Scope: accounts.Scope{Level: l, ID: id}}}}
}

var may = book.Ask{From: "2024-05-01", Until: "2024-05-31"}

func order(t *testing.T, p *book.Press, by accounts.Actor, a book.Ask) book.Order {
	t.Helper()
	o, err := p.Order(t.Context(), accounts.Meta{ID: uuid.NewString(), By: by, At: at}, a, text.Vietnamese)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestTheBooksOfAMonthAreOneFile: an index names each station and the sheet where its book begins, and there it is.
func TestTheBooksOfAMonthAreOneFile(t *testing.T) {
	audiotest.Need(t, "pdftotext")
	monitor := actor(accounts.Monitor, accounts.Province, "")
	var file []byte
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		p := press(t, founded(t), aShelf(t), time.Now)
		go p.Run(ctx)
		o := order(t, p, monitor, may)
		if _, _, err := p.Open(monitor, o.ID); !fault.Is(err, "book.not_ready") {
			t.Errorf("opened while it waits: %v", err)
		}
		synctest.Wait()
		f, o, err := p.Open(monitor, o.ID)
		if err != nil || o.State != book.Ready || o.Books != 127 || o.Lines != 62 || o.Done != 100 {
			t.Fatalf("%+v, %v", o, err)
		}
		file, err = io.ReadAll(f)
		if err != nil || int64(len(file)) != o.Size {
			t.Errorf("%d bytes of %d, %v", len(file), o.Size, err)
		}
		if _, _, err := p.Open(actor(accounts.Monitor, accounts.District, "084"), o.ID); !fault.Is(err, "book.unknown") {
			t.Errorf("another person reads it: %v", err)
		}
		less := monitor
		less.Grants = actor(accounts.Monitor, accounts.District, "084").Grants
		if _, _, err := p.Open(less, o.ID); !fault.Is(err, "accounts.denied") {
			t.Errorf("who lost the province reads it: %v", err)
		}
		stop()
	})
	name := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", name, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	sheets := strings.Split(string(out), "\f")
	last := regexp.MustCompile(`(?m)^ *127 .* (\d+) +(\d+)$`).FindStringSubmatch(strings.Join(sheets[:6], "\n"))
	if last == nil {
		t.Fatalf("the index lacks the last: %.2000s", out)
	}
	for i, sheet := range sheets[:len(sheets)-1] {
		if !strings.Contains(sheet, "Tờ "+text.Vietnamese.Number(int64(i+1))) {
			t.Errorf("sheet %d has no number", i+1)
		}
		if last[2] == text.Vietnamese.Number(int64(i+1)) && !strings.Contains(sheet, "từ ngày 1/5/2024") {
			t.Errorf("no book begins on sheet %s: %.500s", last[2], sheet)
		}
	}
	if n := strings.Count(string(out), "đài không có báo cáo nào"); n != 0 && n != 125 {
		t.Errorf("%d empty books", n)
	}
}

// TestAStoppedServerMakesItAnew: what was begun is told as interrupted, and made when the server runs again; after three times it is given up.
func TestAStoppedServerMakesItAnew(t *testing.T) {
	monitor := actor(accounts.Monitor, accounts.Province, "")
	synctest.Test(t, func(t *testing.T) {
		shelf, l := aShelf(t), founded(t)
		l.hold = make(chan struct{})
		p := press(t, l, shelf, time.Now)
		mine := order(t, p, monitor, may)
		later := accounts.Meta{ID: "later", By: monitor, At: at.Add(time.Minute)}
		other, err := p.Order(t.Context(), later, book.Ask{From: "2024-05-01", Until: "2024-05-01", District: "084"}, text.English)
		if err != nil {
			t.Fatal(err)
		}
		for tries := 1; tries <= 3; tries++ {
			ctx, stop := context.WithCancel(t.Context())
			go p.Run(ctx)
			synctest.Wait()
			if o, err := p.Find(monitor, mine.ID); err != nil || o.State != book.Making || o.Tries != tries || o.Interrupted() != (tries > 1) {
				t.Fatalf("try %d: %+v, %v", tries, o, err)
			}
			stop()
			synctest.Wait()
			p = press(t, l, shelf, time.Now)
		}
		close(l.hold)
		ctx, stop := context.WithCancel(t.Context())
		go p.Run(ctx)
		synctest.Wait()
		if o, err := p.Find(monitor, mine.ID); err != nil || o.State != book.Failed || !strings.Contains(o.Why, "3 lần") {
			t.Errorf("%+v, %v", o, err)
		}
		if o, err := p.Find(monitor, other.ID); err != nil || o.State != book.Ready || o.Books < 9 {
			t.Errorf("the one behind it: %+v, %v", o, err)
		}
		made := time.Now()
		if n, err := p.Sweep(made.Add(book.Kept - time.Minute)); n != 0 || err != nil {
			t.Errorf("%d files removed too early, %v", n, err)
		}
		if n, err := p.Sweep(made.Add(book.Kept + time.Minute)); n != 2 || err != nil {
			t.Errorf("%d files removed, %v", n, err)
		}
		if names, err := shelf.Names(); len(names) > 0 || err != nil {
			t.Errorf("left: %v, %v", names, err)
		}
		stop()
	})
}

// TestAnIDOfAnotherOrder makes nothing, whoever sends it, and takes nobody's file away.
func TestAnIDOfAnotherOrder(t *testing.T) {
	monitor, other := actor(accounts.Monitor, accounts.Province, ""), actor(accounts.Editor, accounts.Province, "")
	other.Person = "other"
	p := press(t, founded(t), aShelf(t), time.Now)
	june := book.Ask{From: "2024-06-01", Until: "2024-06-02"}
	m := accounts.Meta{ID: "x", By: monitor, At: at}
	first, err := p.Order(t.Context(), m, may, text.Vietnamese)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := p.Order(t.Context(), m, may, text.Vietnamese); err != nil || again.ID != first.ID {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	for by, ask := range map[*accounts.Actor]book.Ask{&monitor: june, &other: may} {
		if _, err := p.Order(t.Context(), accounts.Meta{ID: "x", By: *by, At: at}, ask, text.Vietnamese); !fault.Is(err, "book.id_reused") {
			t.Errorf("%s asks for %v: %v", by.Person, ask, err)
		}
	}
	if list := p.Orders(monitor); len(list) != 1 || list[0].Ask != may || len(p.Orders(other)) > 0 {
		t.Errorf("left: %+v, %+v", list, p.Orders(other))
	}
}

// TestOrdersThatAreNone are refused in words.
func TestOrdersThatAreNone(t *testing.T) {
	l := founded(t)
	monitor, district := actor(accounts.Monitor, accounts.Province, ""), actor(accounts.Monitor, accounts.District, "084")
	for name, c := range map[string]struct {
		by      accounts.Actor
		ask     book.Ask
		waiting int
		fault   string
	}{
		"a month": {monitor, may, 2, ""}, "a district": {district, book.Ask{From: "2024-05-01", Until: "2024-05-31", District: "084"}, 0, ""},
		"another district": {district, book.Ask{From: "2024-05-01", Until: "2024-05-31", District: "085"}, 0, "accounts.denied"},
		"no such district": {monitor, book.Ask{From: "2024-05-01", Until: "2024-05-31", District: "999"}, 0, "stations.no_district"},
		"a judge":          {actor(accounts.Judge, accounts.Contest, "c"), may, 0, "accounts.denied"},
		"nothing":          {monitor, book.Ask{}, 0, "book.dates"}, "backwards": {monitor, book.Ask{From: "2024-05-31", Until: "2024-05-01"}, 0, "book.dates"},
		"to come":   {monitor, book.Ask{From: "2024-07-01", Until: "2024-07-31"}, 0, "book.dates"},
		"ten years": {monitor, book.Ask{From: "2014-05-01", Until: "2024-05-31"}, 0, "book.long"},
		"a fourth":  {monitor, may, 3, "book.waiting"},
	} {
		o, err := book.DecideOrder(accounts.Meta{ID: name, By: c.by, At: at}, c.ask, text.Vietnamese, l.reg, c.waiting)
		if c.fault == "" && (err != nil || o.State != book.Waiting) || c.fault != "" && !fault.Is(err, c.fault) {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
}

// full is a shelf on a full disk.
type full struct{ *folder.Shelf }

func (full) Put(string, func(io.Writer) error) error { return errors.New("no space left on device") }

// TestAFullDiskRefusesAnOrder, and a file nobody can read hides no other.
func TestAFullDiskRefusesAnOrder(t *testing.T) {
	monitor, l := actor(accounts.Monitor, accounts.Province, ""), founded(t)
	p := press(t, l, full{aShelf(t)}, time.Now)
	m := accounts.Meta{ID: "x", By: monitor, At: at}
	if _, err := p.Order(t.Context(), m, may, text.Vietnamese); !fault.Is(err, "book.no_room") || len(p.Orders(monitor)) > 0 {
		t.Errorf("%v, %v", err, p.Orders(monitor))
	}
	shelf := aShelf(t)
	mine := order(t, press(t, l, shelf, time.Now), monitor, may)
	if err := shelf.Put("half.json", func(w io.Writer) error { _, err := io.Copy(w, bytes.NewBufferString(`{"id":`)); return err }); err != nil {
		t.Fatal(err)
	}
	if list := press(t, l, shelf, time.Now).Orders(monitor); len(list) != 1 || list[0].ID != mine.ID {
		t.Errorf("%+v", list)
	}
}
