package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/web/webtest"
)

// do carries a command out on a contest for somebody.
func (st *stage) do(id string, v *visitor, c contest.Command) {
	st.t.Helper()
	st.n++
	m := accounts.Meta{ID: fmt.Sprintf("desk-%d", st.n), By: v.actor, At: st.now.UTC()}
	if _, err := st.hall.Do(context.Background(), m, id, c); err != nil {
		st.t.Fatalf("%T: %v", c, err)
	}
}

// organiser makes somebody who may organise every contest.
func (st *stage) organiser() *visitor {
	return st.person("bantochuc", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
}

// entered enters one work a station, without any file, and returns the IDs.
func (st *stage) entered(id string, stations ...string) (entries []string) {
	for i, sid := range stations {
		op := st.person("xa-"+sid, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: sid}})
		entry := fmt.Sprintf("entry-%08d", i)
		st.do(id, op, contest.SubmitEntry{ID: entry, Work: contest.Work{Title: "Bài " + sid, Theme: "ntm", Category: "chuong-trinh", Language: "vi",
			Kind: contest.ByStation, Station: sid, Script: "Lời dẫn"}})
		entries = append(entries, entry)
	}
	return entries
}

// scriptOnly are rules by which a script is entry enough, so that a test
// needs no recordings.
func scriptOnly(now time.Time) contest.Rules {
	r := storyRules(now)
	r.Categories[0].MinSeconds = 0
	r.Categories[0].Needs = []contest.Need{{Piece: contest.Script, When: contest.Always}}
	return r
}

// Bình Định 2012, on the pages: each district sends two, picked by name.
func TestTheOrganiserPicksTwoOfEachDistrictByName(t *testing.T) {
	st := newStage(t)
	org, id := st.organiser(), "binh-dinh"
	rules := scriptOnly(st.now)
	rules.Rounds = append([]contest.Round{{ID: "huyen", Name: "Huyện chọn", Promotion: contest.Promotion{By: contest.Picked, N: 2, Per: "district"}}}, rules.Rounds...)
	st.do(id, org, contest.DraftContest{Rules: rules})
	st.do(id, org, contest.OpenContest{})
	entries := st.entered(id, "S00001", "S00002", "S00003", "S00080", "S00081")
	st.now = st.now.Add(48 * time.Hour)
	page := "/contests/" + id + "/promotion"
	org.get(page) // before the round there is nothing to pick, and the page says so
	st.do(id, org, contest.StartRound{Round: "huyen"})

	res, b := org.post(page, "pick", entries[0], "pick", entries[1], "pick", entries[2], "why."+entries[0], "Hay nhất huyện", "reason", "Hội đồng huyện chọn")
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said(b), "Chọn quá 2 tác phẩm") {
		t.Fatalf("three of one district: %s %s", res.Status, said(b))
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if n := doc.Find("input[name=pick][checked]").Length(); n != 3 {
		t.Errorf("%d ticks kept after the refusal, want 3", n)
	}
	if why := doc.Find("input[name='why."+entries[0]+"']").AttrOr("value", ""); why != "Hay nhất huyện" {
		t.Errorf("its reason was lost: %q", why)
	}
	if res, b := org.post(page, "pick", entries[0]); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said(b), "lý do") {
		t.Errorf("without a reason: %s %s", res.Status, said(b))
	}

	org.must(page, "pick", entries[0], "pick", entries[2], "pick", entries[3], "why."+entries[0], "Hay nhất huyện", "reason", "Hội đồng huyện chọn")
	st.look(org, map[string]string{"promotion-named": page})
	org.must(page, "pick", entries[0], "pick", entries[3], "why."+entries[0], "Hay nhất huyện", "reason", "Hội đồng huyện chọn") // one is taken back
	org.must("/contests/"+id, "do", "finish", "round", "huyen")
	err = st.hall.View(t.Context(), id, func(s *contest.State) error {
		if got := s.Rounds[0].Finished.Promoted; len(got) != 2 || got[0] != entries[0] || got[1] != entries[3] {
			t.Errorf("%v go on, want the first and the fourth", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tab := range []string{"/progress", "/results", "/papers", "/promotion"} {
		org.get("/contests/" + id + tab) // a round without scores breaks no page
	}
}

// A quota per district is drawn by the system; the page shows what it would do.
func TestTheRuleSendsTheBestOfEachDistrictOn(t *testing.T) {
	st := newStage(t)
	org, id := st.organiser(), "moi-huyen"
	rules := scriptOnly(st.now)
	first := rules.Rounds[0]
	first.ID, first.Name, first.Promotion = "so-khao", "Sơ khảo", contest.Promotion{By: contest.TopN, N: 1, Per: "district"}
	rules.Rounds = []contest.Round{first, rules.Rounds[0]}
	st.do(id, org, contest.DraftContest{Rules: rules})
	st.do(id, org, contest.OpenContest{})
	entries := st.entered(id, "S00001", "S00002", "S00080")
	j := st.person("giamkhao", accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: id}})
	st.do(id, org, contest.AppointJudge{Judge: contest.Judge{Person: j.id, Chair: true}})
	st.do(id, org, contest.SetPanels{Round: "so-khao", Panels: []contest.Panel{{ID: "all", Name: "Ban", Judges: []string{j.id}}}})
	st.now = st.now.Add(48 * time.Hour)
	st.do(id, org, contest.StartRound{Round: "so-khao"})
	st.scored(id, map[string]*visitor{j.id: j}, func(t *contest.Task, k contest.Criterion) ranking.Points {
		if t.Entry == entries[1] {
			return k.Max
		}
		return k.Max / 2
	})
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(org.get("/contests/" + id + "/promotion")))
	if err != nil {
		t.Fatal(err)
	}
	on := doc.Find("tr:has(.badge.ok) a.strong").Map(func(_ int, a *goquery.Selection) string { return a.Text() })
	if want := "[TP-002 · Bài S00002 TP-003 · Bài S00080]"; fmt.Sprint(on) != want {
		t.Errorf("the page sends on %v, want %s", on, want)
	}
	st.look(org, map[string]string{"promotion-rule": "/contests/" + id + "/promotion"})
	org.must("/contests/"+id, "do", "finish", "round", "so-khao")
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		if got := fmt.Sprint(s.Rounds[0].Finished.Promoted); got != fmt.Sprint(entries[1:]) {
			t.Errorf("%s went on", got)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// scored fills and signs every open sheet of the running round.
func (st *stage) scored(id string, judges map[string]*visitor, mark func(*contest.Task, contest.Criterion) ranking.Points) {
	st.t.Helper()
	type sheet struct {
		task, judge string
		content     contest.Content
	}
	var open []sheet
	if err := st.hall.View(context.Background(), id, func(s *contest.State) error {
		rules, _ := s.Rules.Round(s.Running().ID)
		for _, t := range s.Running().Tasks {
			x := sheet{t.ID, t.Judge, contest.Content{Marks: map[string]ranking.Points{}}}
			for _, k := range rules.Part(t.Part).Criteria {
				x.content.Marks[k.ID] = mark(t, k)
			}
			open = append(open, x)
		}
		return nil
	}); err != nil {
		st.t.Fatal(err)
	}
	for _, x := range open {
		st.do(id, judges[x.judge], contest.SaveSheet{Task: x.task, Content: x.content})
		st.do(id, judges[x.judge], contest.SignSheet{Task: x.task, Base: 1})
	}
}

// look opens the pages as that person in a real browser at both widths: a page
// wider than its window fails the test.
func (st *stage) look(v *visitor, pages map[string]string) {
	st.t.Helper()
	tab := webtest.NewBrowser(st.t).Person()
	tab.Open(st.http.URL + "/login")
	tab.Cookie("s", v.secret, st.http.URL)
	for name, path := range pages {
		tab.Open(st.http.URL + path)
		tab.Shot(name, 360)
		tab.Shot(name, 1280)
	}
}
