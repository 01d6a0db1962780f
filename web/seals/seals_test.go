package seals_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/seals"
	"loa/web/webtest"
)

var now = time.Date(2024, 5, 27, 8, 0, 0, 0, text.Zone)

// sealed is a store with so many closed weeks, the last of them the one before now.
func sealed(t *testing.T, weeks int) *bolt.Store {
	t.Helper()
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	do := func(at time.Time) accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at}
	}
	begin := now.AddDate(0, -3, 0)
	p, err := s.SaveProgramme(t.Context(), do(begin), scheduler.SaveProgramme{Title: "Nông thôn mới", Languages: []string{"vi"}, CountsTowardTarget: true})
	if err == nil {
		_, err = s.SaveRule(t.Context(), do(begin), scheduler.SaveRule{Programme: p.ID, Cron: "0 17 * * 1", Selection: scheduler.Selection{All: true}})
	}
	if err != nil {
		t.Fatal(err)
	}
	cal := airing.Calendar{Zone: text.Zone}
	last := cal.Week(now) - 1
	for i := range weeks {
		c := coverage.Close{Week: last - airing.Week(weeks-1-i)}
		aired := cal.Start(c.Week).Add(17 * time.Hour)
		m := do(aired.Add(time.Hour))
		if _, err := s.Confirm(t.Context(), m, airing.Confirm{ID: m.ID, Station: "S00001", Programme: p.ID, Outcome: airing.Aired, StartedAt: aired,
			Seconds: 900, Means: "fm"}); err != nil {
			t.Fatal(err)
		}
		m = do(now)
		_, err := s.CloseWeek(t.Context(), m, c)
		if e := fault.Of(err); e != nil && e.Args["seen"] != nil { // what closing says is agreed to
			c.Seen = e.Args["seen"].(string)
			_, err = s.CloseWeek(t.Context(), m, c)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func visit(t *testing.T, s *bolt.Store, g accounts.Grant) *webtest.Client {
	t.Helper()
	pages := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	pages.Values(airing.SealWords[:])
	seals.Register(pages, s)
	handler, err := pages.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return webtest.NewClient(t, handler, webtest.LoggedIn(t, s, "giang", now, g))
}

var province = accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}

// A code from paper leads to its seal and to no other, as it is typed: blanks, capitals; what is
// none is said to be none, and what is no code at all is asked for again.
func TestACodeFromPaperLeadsToItsSeal(t *testing.T) {
	s := sealed(t, 2)
	c := visit(t, s, province)
	c.Get("/seals")
	codes := c.Doc().Find("tbody .mono")
	if codes.Length() != 2 || codes.First().Text() == codes.Last().Text() {
		t.Fatalf("codes: %s", codes.Text())
	}
	first := codes.Last().Text()
	for _, typed := range []string{first, strings.ToUpper(first), strings.ReplaceAll(first, " ", ""), " " + first + " "} {
		c.Get("/seals?code=" + strings.ReplaceAll(typed, " ", "+"))
		c.Expect(200, "main .notice", "Mã này là của dấu")
		if rows := c.Doc().Find("tbody tr"); rows.Length() != 1 || rows.Find(".mono").Text() != first {
			t.Errorf("%q finds %s", typed, rows.Text())
		}
	}
	c.Get("/seals?code=" + strings.Repeat("0", 24))
	c.Expect(200, "main .notice.bad", "")
	if c.Doc().Find("tbody tr").Length() != 0 {
		t.Error("a code of none finds one")
	}
	c.Get("/seals?code=xyz")
	if c.Doc().Find("main form .error").Length() == 0 {
		t.Error("what is no code is not asked for again")
	}
	if none := visit(t, sealed(t, 0), province); none.Get("/seals").Code != 200 || none.Doc().Find("tbody").Length() != 0 {
		t.Error("seals before any week was closed")
	}
}

// One seal is shown with what it covers and given as a file; numbers that are none are not found.
func TestASealIsShownAndGivenAsAFile(t *testing.T) {
	s := sealed(t, 2)
	c := visit(t, s, province)
	c.Get("/seals/2")
	c.Expect(200, "main h1", "2")
	code := c.Doc().Find("main .mono").First().Text()
	file := c.Get(c.Doc().Find("main a[download]").AttrOr("href", "no file"))
	var got airing.Sealed
	if file.Code != 200 || json.Unmarshal(file.Body.Bytes(), &got) != nil || got.Number != 2 || got.Code != code || got.Word != airing.SealHolds {
		t.Errorf("the file: %d %s", file.Code, file.Body)
	}
	if read, err := airing.ReadSealed(file.Body); err != nil || read.Word != airing.SealHolds {
		t.Errorf("read without a server: %+v, %v", read.Word, err)
	}
	for _, n := range []string{"0", "3", "-1", "hai", "99999999999999999999"} {
		for _, path := range []string{"/seals/", "/api/v1/seals/"} {
			if a := c.Get(path + n); a.Code != http.StatusNotFound {
				t.Errorf("%s%s: %d", path, n, a.Code)
			}
		}
	}
	for query, want := range map[string]int{"limit=1": 200, "limit=0": 422, "after=x": 422, "after=0": 422, "code=xyz": 422, "season=4": 422} {
		if a := c.Get("/api/v1/seals?" + query); a.Code != want {
			t.Errorf("%s: %d %s", query, a.Code, a.Body)
		}
	}
}

// Pages of the API follow each other without a gap or a repeat, the last first.
func TestSealsArePagedFromTheLast(t *testing.T) {
	c := visit(t, sealed(t, 5), province)
	var numbers []string
	for path := "/api/v1/seals?limit=2"; path != ""; {
		a := c.Get(path)
		var page struct {
			Items []struct{ Number int }
			Next  string
		}
		if a.Code != 200 || json.Unmarshal(a.Body.Bytes(), &page) != nil {
			t.Fatalf("%s: %d %s", path, a.Code, a.Body)
		}
		for _, s := range page.Items {
			numbers = append(numbers, fmt.Sprint(s.Number))
		}
		path = page.Next
	}
	if got := strings.Join(numbers, " "); got != "5 4 3 2 1" {
		t.Errorf("seals %s", got)
	}
}

// Who reads coverage but not every station's log sees codes, and opens none.
func TestASealCoversStationsOneMayNotRead(t *testing.T) {
	s := sealed(t, 1)
	c := visit(t, s, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	if a := c.Get("/seals/1"); a.Code != http.StatusForbidden {
		t.Errorf("an operator opens a seal of all stations: %d", a.Code)
	}
	if c.Get("/seals"); c.Doc().Find("a[href='/seals/1']").Length() > 0 {
		t.Error("she is led to it")
	}
}
