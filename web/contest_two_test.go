package web

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/web/webtest"
)

// twoOrganisers are two people who organise, each in a browser of her own.
func (st *stage) twoOrganisers() (first, second *visitor, one, two *webtest.Tab) {
	all := accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}}
	first, second = st.known["tochuc"], st.person("tochuc2", all)
	if first == nil {
		first = st.person("tochuc", all)
	}
	return first, second, first.in(webtest.NewBrowser(st.t)), second.in(webtest.NewBrowser(st.t))
}

// stale looks at the comparison of a form that somebody else has saved meanwhile.
func stale(p *webtest.Tab, name string, words ...string) {
	p.Wait(".stale table")
	p.Says("main", words...)
	p.Large(name)
	p.Fingers(name)
	p.Shot(name, 360)
	p.Shot(name, 1280)
	p.Size(1280)
}

// Two organisers pick at once who goes on: the second is shown what the first chose,
// beside her own, and keeps both or either; nothing is lost without a word.
func TestTwoOrganisersPickAtOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, _, one, two := st.twoOrganisers()
	const id = "binh-dinh"
	rules := scriptOnly(st.now)
	rules.Rounds = append([]contest.Round{{ID: "huyen", Name: "Huyện chọn", Promotion: contest.Promotion{By: contest.Picked, N: 2, Per: "district"}}},
		rules.Rounds...)
	st.do(id, org, contest.DraftContest{Rules: rules})
	st.do(id, org, contest.OpenContest{})
	entries := st.entered(id, "S00001", "S00002", "S00080", "S00081")
	st.now = st.now.Add(48 * time.Hour)
	st.do(id, org, contest.StartRound{Round: "huyen"})
	picked := func() (list []string) {
		t.Helper()
		if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
			for _, p := range s.Running().Picked {
				list = append(list, p.Entry+": "+p.Reason)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(list)
		return list
	}
	page := st.http.URL + "/contests/" + id + "/promotion"
	const save = "form.stack > .narrow button"
	choose := func(p *webtest.Tab, entry, why string) {
		p.Click(fmt.Sprintf("[name=pick][value='%s']", entry))
		p.Type(fmt.Sprintf("[name='why.%s']", entry), why)
	}
	one.Open(page)
	two.Open(page)
	choose(one, entries[0], "Hay nhất huyện")
	one.Follow(save)
	st.now = st.now.Add(time.Minute)
	choose(two, entries[2], "Bài về rừng")
	two.Follow(save)
	first := []string{entries[0] + ": Hay nhất huyện"}
	if now := picked(); !slices.Equal(now, first) {
		t.Fatalf("before she has seen it: %q", now)
	}
	stale(two, "two-picks", "Người tochuc", "đã sửa lúc", "TP-001", "TP-003", "Hay nhất huyện")
	if got := webtest.Eval[string](two, "look at what she typed", fmt.Sprintf(`document.querySelector("[name='why.%s']").value`,
		entries[2])); got != "Bài về rừng" {
		t.Errorf("what she typed became %q", got)
	}
	two.Click(fmt.Sprintf("[name=pick][value='%s']", entries[0])) // both
	two.Follow(save)
	both := append(slices.Clone(first), entries[2]+": Bài về rừng")
	if now := picked(); !slices.Equal(now, both) {
		t.Errorf("afterwards: %q", now)
	}
	// The first has her page open still: she is told in turn.
	choose(one, entries[3], "Giọng đọc ấm")
	one.Follow(save)
	one.Wait(".stale table")
	one.Says("main", "Người tochuc2", "TP-003")
	if now := picked(); !slices.Equal(now, both) {
		t.Errorf("an older page took back what the other chose: %q", now)
	}
	one.Follow(".stale a.button") // what there is now
	for _, entry := range []string{entries[0], entries[2]} {
		one.Wait(fmt.Sprintf("[name=pick][value='%s']:checked", entry))
	}
}

// Two organisers decide prizes at once: a special prize of one and a prize the other
// keeps back both stand in the end, and each has read of the other's.
func TestTwoOrganisersDecidePrizesAtOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = func(r *contest.Rules) {
		r.Awards[0].Prizes = append(r.Awards[0].Prizes, contest.Prize{ID: "cd", Name: "Giải chuyên đề", Count: 1, Special: true})
	}
	_, judges, id := st.played(someEntrants)
	org, _, one, two := st.twoOrganisers()
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(k *contest.Task, _ contest.Criterion) ranking.Points {
		return ranking.Points(9-int(k.Entry[len(k.Entry)-1]-'0')) * ranking.Point
	})
	org.mustStep("/contests/"+id, "do", "finish", "round", "chung-khao")
	var award, third string
	given := func() (special, kept bool) {
		t.Helper()
		if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
			award, third = s.Rules.Awards[0].ID, s.Rules.Awards[0].Prizes[2].ID
			for _, g := range s.Given {
				special = special || g.Prize == "cd" && g.Entry != "" && g.Reason == "Hay về an toàn"
				kept = kept || g.Prize == third && g.Withheld > 0 && g.Reason == "Chưa có bài xứng đáng"
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return special, kept
	}
	given()
	page, save := st.http.URL+"/contests/"+id+"/results", "#prizes form > button"
	at := func(what, prize string) string { return fmt.Sprintf("[name='%s.%s.%s']", what, award, prize) }
	one.Open(page)
	two.Open(page)
	one.Type(at("works", "cd"), "TP-002")
	one.Type(at("why", "cd"), "Hay về an toàn")
	one.Follow(save)
	st.now = st.now.Add(time.Minute)
	two.Type(at("withhold", third), "Chưa có bài xứng đáng")
	two.Follow(save)
	if special, kept := given(); !special || kept {
		t.Fatalf("before she has seen it: the special prize %v, kept back %v", special, kept)
	}
	stale(two, "two-prizes", "Người tochuc", "đã sửa lúc", "TP-002", "Chưa có bài xứng đáng",
		"Lý do: Giải hội thi · Giải chuyên đề", "Giải hội thi · Giải Ba")
	two.Wait("main > p a[href='#stale-title']") // the comparison is far down
	two.Follow(save)
	if special, kept := given(); !special || !kept {
		t.Errorf("afterwards: the special prize %v, kept back %v", special, kept)
	}
	two.Says("#given", "Giải chuyên đề", "Chưa có bài xứng đáng")
	one.Open(page)
	one.Says("#given", "Hay về an toàn", "Chưa có bài xứng đáng")
	if webtest.Eval[string](one, "look at the form", fmt.Sprintf(`document.querySelector(%q).value`, at("withhold", third))) == "" {
		t.Error("the form would take back what the other decided")
	}
}

// Who saves an item that somebody else has just taken out of the rules keeps what she
// typed, learns who it was, and can add the item again.
func TestWhatIsTypedOfAnItemTakenOutIsKept(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	one, two := st.organiser(), st.person("nguoi-hai", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
	id := "bo-muc"
	rules := scriptOnly(st.now)
	st.do(id, one, contest.DraftContest{Rules: rules})
	page := "/contests/" + id + "/rules/award." + rules.Awards[0].ID
	typed := append(one.formOf(page, "#step"), "do", "save")
	typed[slices.Index(typed, "name")+1] = "Giải thưởng mới"
	two.must(page, "do", "take_out")
	res, b := one.post(page, typed...)
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(b))
	if err != nil || res.StatusCode != http.StatusConflict {
		t.Fatalf("%s %v", res.Status, err)
	}
	notice := doc.Find("#step .notice.bad").Text()
	if name, _ := doc.Find("#step [name=name]").Attr("value"); name != "Giải thưởng mới" || !strings.Contains(notice, "không còn trong thể lệ") ||
		!strings.Contains(notice, "nguoi-hai") {
		t.Errorf("%q, %q", name, notice)
	}
	form := doc.Find("#step")
	action, _ := form.Attr("action")
	var again []string
	form.Find("input, select, textarea").Each(func(_ int, in *goquery.Selection) {
		name, value := in.AttrOr("name", ""), in.AttrOr("value", "")
		if in.Is("select") {
			value = in.Find("[selected]").AttrOr("value", "")
		}
		if in.Is("[type=checkbox]:not([checked])") || name == "" {
			return
		}
		again = append(again, name, value)
	})
	one.must(action, append(again, "do", "save")...)
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		if n := len(s.Rules.Awards); n != 1 || s.Rules.Awards[0].Name != "Giải thưởng mới" || len(s.Rules.Awards[0].Prizes) != len(rules.Awards[0].Prizes) {
			t.Errorf("%+v", s.Rules.Awards)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if res, b := one.ask("GET", page+"x", "", nil); res.StatusCode != http.StatusNotFound || !strings.Contains(string(b), "người sửa thể lệ sau cùng là") {
		t.Errorf("%s: %s", res.Status, said(b))
	}
}
