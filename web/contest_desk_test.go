package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	"loa/accounts"
	"loa/contest"
	"loa/contest/fairness"
	"loa/contest/ranking"
	"loa/internal/once"
	"loa/internal/text"
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
	t.Parallel()
	st := newStage(t)
	org, id := st.organiser(), "binh-dinh"
	rules := scriptOnly(st.now)
	rules.Rounds = append([]contest.Round{{ID: "huyen", Name: "Huyện chọn", Promotion: contest.Promotion{By: contest.Picked, N: 2, Per: "district"}}},
		rules.Rounds...)
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
	org.mustStep("/contests/"+id, "do", "finish", "round", "huyen")
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
	t.Parallel()
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
	on := doc.Find("tr:has(.badge.ok) a.strong").Map(func(_ int, a *goquery.Selection) string {
		return strings.Join(strings.Fields(a.Text()), " ")
	})
	if want := "[TP-002 · Bài S00002 TP-003 · Bài S00080]"; fmt.Sprint(on) != want {
		t.Errorf("the page sends on %v, want %s", on, want)
	}
	st.look(org, map[string]string{"promotion-rule": "/contests/" + id + "/promotion"})
	org.mustStep("/contests/"+id, "do", "finish", "round", "so-khao")
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		if got := fmt.Sprint(s.Rounds[0].Finished.Promoted); got != fmt.Sprint(entries[1:]) {
			t.Errorf("%s went on", got)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	st.do(id, org, contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "all", Name: "Ban", Judges: []string{j.id}}}})
	st.do(id, org, contest.StartRound{Round: "chung-khao"})
	st.scored(id, map[string]*visitor{j.id: j}, func(_ *contest.Task, k contest.Criterion) ranking.Points { return k.Max })
	for path, rows := range map[string]int{"": 2, "&round=so-khao": 3, "&round=chung-khao": 2} { // each round keeps its papers
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(org.get("/contests/" + id + "/papers?doc=minutes" + path)))
		if err != nil {
			t.Fatal(err)
		}
		if n := doc.Find(".paper table:has(td.num) tbody tr").Length(); n != rows {
			t.Errorf("minutes%s list %d entries, want %d", path, n, rows)
		}
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
			if t.SetAside != nil {
				continue
			}
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

// finished is a contest whose results are decided and its prizes given, but
// not yet published: three entries, the first two equal in all but the second
// criterion.
func (st *stage) finished() (org *visitor, id string, entries []string) {
	org, id = st.organiser(), "xong"
	rules := scriptOnly(st.now)
	rules.Awards[0].Prizes = []contest.Prize{{ID: "nhat", Name: "Giải Nhất", Count: 1}, {ID: "nhi", Name: "Giải Nhì", Count: 1},
		{ID: "ba", Name: "Giải Ba", Count: 3},
		{ID: "chuyen-de", Name: "Giải chuyên đề", Count: 2, Special: true}}
	first, second := rules.Rounds[0].Parts[0].Criteria[1].ID, rules.Rounds[0].Parts[0].Criteria[2].ID
	rules.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByCriterion, Part: rules.Rounds[0].Parts[0].ID, Criterion: second}, {By: ranking.ByChair}}
	st.do(id, org, contest.DraftContest{Rules: rules})
	st.do(id, org, contest.OpenContest{})
	entries = st.entered(id, "S00001", "S00002", "S00080")
	judges := map[string]*visitor{}
	var ids []string
	for i := range 3 {
		j := st.person(fmt.Sprintf("giamkhao%d", i), accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: id}})
		st.do(id, org, contest.AppointJudge{Judge: contest.Judge{Person: j.id, Chair: i == 0}})
		judges[j.id], ids = j, append(ids, j.id)
	}
	st.do(id, org, contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "all", Name: "Ban", Judges: ids}}})
	st.now = st.now.Add(48 * time.Hour)
	st.do(id, org, contest.StartRound{Round: "chung-khao"})
	st.scored(id, judges, func(t *contest.Task, k contest.Criterion) ranking.Points {
		switch low := k.Max - ranking.Points(1+slices.Index(ids, t.Judge))*ranking.Point; {
		case t.Entry == entries[0] && k.ID == first, t.Entry == entries[1] && k.ID == second, t.Entry == entries[2]:
			return low
		}
		return k.Max
	})
	st.do(id, org, contest.FinishRound{Round: "chung-khao", Seen: contest.Seen{Seen: once.AsItIs}})
	st.do(id, org, contest.GivePrizes{})
	return org, id, entries
}

// pdf prints a page as the browser would and returns the size of each of its
// pages in millimetres.
func (st *stage) pdf(v *visitor, name, path string) (pages []string) {
	st.t.Helper()
	tab := webtest.NewBrowser(st.t).Person()
	tab.Open(st.http.URL + "/login")
	tab.Cookie("s", v.secret, st.http.URL)
	tab.Open(st.http.URL + path)
	body := tab.PDF(name)
	for _, m := range regexp.MustCompile(`/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]`).FindAllSubmatch(body, -1) {
		w, _ := strconv.ParseFloat(string(m[1]), 64)
		h, _ := strconv.ParseFloat(string(m[2]), 64)
		pages = append(pages, fmt.Sprintf("%.0fx%.0f", w/72*25.4, h/72*25.4))
	}
	return pages
}

func TestCertificatesComeFromATemplateOnePageEach(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, id, _ := st.finished()
	page := "/contests/" + id + "/certificate"
	res, b := org.post(page, "text", "# {giai}\n{tên}", "sign", "{ngày}")
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said(b), "Không có chỗ trống tên “giai”") {
		t.Fatalf("an unknown placeholder: %s %s", res.Status, said(b))
	}
	if !bytes.Contains(b, []byte("# {giai}\n{tên}</textarea>")) {
		t.Error("what was typed is lost")
	}
	if res, b := org.post(page, "text", "Tặng {tên}", "sign", "{ngày}", "do", "preview"); res.StatusCode != http.StatusOK ||
		!bytes.Contains(b, []byte("Tặng Xã ")) || !bytes.Contains(b, []byte("chưa lưu")) {
		t.Errorf("preview: %s %s", res.Status, said(b))
	}
	if bytes.Contains(org.get("/contests/"+id+"/papers?doc=certificates"), []byte("Tặng Xã")) {
		t.Error("a preview was kept")
	}
	org.must(page, "text", "# BẰNG KHEN SỐ {số}\nTặng {tên}\n{giải}\nTác giả: {tác giả}", "sign", "Lào Cai, {ngày}\n\nHoàng Văn Sơn")
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(org.get("/contests/" + id + "/papers?doc=certificates")))
	if err != nil {
		t.Fatal(err)
	}
	said := doc.Find("article.certificate").Map(func(_ int, c *goquery.Selection) string {
		return strings.Join(c.Find(".middle p, footer p").Map(func(_ int, p *goquery.Selection) string { return p.Text() }), "|")
	})
	if len(said) != 3 || said[0] != "BẰNG KHEN SỐ 01|Tặng Xã Thống Nhất|Giải Nhất|Lào Cai, ngày 04 tháng 9 năm 2024||Hoàng Văn Sơn" {
		t.Errorf("%q", said)
	}
	if pages := st.pdf(org, "certificates", "/contests/"+id+"/papers?doc=certificates"); fmt.Sprint(pages) != "[297x210 297x210 297x210]" {
		t.Errorf("printed on %v, want a page of A4 across for each of three", pages)
	}
	org.must(page, "do", "usual")
	if got := string(org.get("/contests/" + id + "/papers?doc=certificates")); strings.Contains(got, "BẰNG KHEN") || !strings.Contains(got, "GIẤY CHỨNG NHẬN") {
		t.Error("the usual certificate does not come back")
	}
	tab := webtest.NewBrowser(t).Person()
	tab.Open(st.http.URL + "/login")
	tab.Cookie("s", org.secret, st.http.URL)
	tab.Open(st.http.URL + page)
	tab.Set("#f-text", "Tặng {tên}")
	tab.Wait("#preview .middle p:only-child") // by itself, without a button
	if got := tab.Text("#preview .middle"); got != "Tặng Xã Thống Nhất" {
		t.Errorf("the preview shows %q", got)
	}
	tab.Set("#f-text", "{giai}")
	tab.Wait("#preview .notice.bad")
	st.look(org, map[string]string{"certificate": page, "papers-certificates": "/contests/" + id + "/papers?doc=certificates"})
	st.pdf(org, "usual-certificates", "/contests/"+id+"/papers?doc=certificates")
}

// Special prizes go to stations and to works, named as people name them, and
// what was decided stands in the form when prizes are given again.
func TestSpecialPrizesAreGivenByHandAndKept(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, id, entries := st.finished()
	page := "/contests/" + id + "/results"
	var award string
	given := func() (special []contest.Given) {
		if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
			award = s.Rules.Awards[0].ID
			special = slices.DeleteFunc(slices.Clone(s.Given), func(g contest.Given) bool { return g.Prize != "chuyen-de" || g.Withheld > 0 })
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return special
	}
	given()
	at := "." + award + ".chuyen-de"
	res, b := org.post(page, "special"+at, "S00040", "works"+at, "TP-003, 77", "why"+at, "bền bỉ nhiều năm")
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said(b), "Không có tác phẩm “77”") ||
		!bytes.Contains(b, []byte(`value="TP-003, 77"`)) {
		t.Errorf("an unknown work: %s %s", res.Status, said(b))
	}
	if got := given(); len(got) != 0 {
		t.Errorf("half done: %+v", got)
	}
	res, b = org.post(page, "works"+at, "tp-003", "why"+at, "")
	doc0, err := goquery.NewDocumentFromReader(bytes.NewReader(b))
	if err != nil || res.StatusCode != http.StatusUnprocessableEntity ||
		!strings.Contains(doc0.Find(".wrong:has([name='why"+at+"'])").Text(), "hãy ghi lý do trao") {
		t.Errorf("a prize without a reason: %s %v %s", res.Status, err, said(b))
	}
	res, b = org.post(page, "special"+at, "S00040", "works"+at, "tp-003", "why"+at, "bền bỉ nhiều năm")
	if res.StatusCode != http.StatusConflict || !strings.Contains(said(b), "không gửi tác phẩm dự thi") ||
		!bytes.Contains(b, []byte(`name="outside" value="S00040"`)) {
		t.Errorf("a station that entered nothing: %s %s", res.Status, said(b))
	}
	org.must(page, "special"+at, "S00040", "works"+at, "tp-003", "why"+at, "bền bỉ nhiều năm", "outside", "S00040")
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(org.get(page)))
	if err != nil {
		t.Fatal(err)
	}
	var again []string
	doc.Find("#prizes input, #prizes textarea").Each(func(_ int, in *goquery.Selection) {
		name, _ := in.Attr("name")
		_, checked := in.Attr("checked")
		if kind, _ := in.Attr("type"); name == "" || name == "id" || kind == "checkbox" && !checked {
			return
		}
		again = append(again, name, in.AttrOr("value", in.Text()))
	})
	before := given()
	org.must(page, again...)
	if got := given(); len(got) != 2 || !slices.Equal(got, before) || got[0].Station != "S00040" || got[1].Entry != entries[2] ||
		got[1].Reason != "bền bỉ nhiều năm" {
		t.Errorf("given %+v, then %+v by %q", before, got, again)
	}
}

func TestTheEntrantReadsTheFeedbackOnceItIsPublished(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, id, entries := st.finished()
	own := st.person("xa-moi", accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	other := st.person("xa-khac", accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00002"}})
	page := "/feedback/" + id + "/" + entries[0]
	seen := string(org.get(page))
	for _, want := range []string{"Xếp hạng 1 trong 3 tác phẩm", "Đạt giải: Giải Nhất", "Thấp nhất"} {
		if !strings.Contains(seen, want) {
			t.Errorf("the organiser does not read %q", want)
		}
	}
	for _, j := range []string{"giamkhao0", "giamkhao1", "giamkhao2"} {
		if strings.Contains(seen, j) {
			t.Errorf("%s is named", j)
		}
	}
	if res, b := own.ask("GET", page, "", nil); res.StatusCode != http.StatusConflict || !strings.Contains(string(b), "khi ban tổ chức công bố") {
		t.Errorf("before it is published: %s", res.Status)
	}
	if strings.Contains(string(own.get("/enter/"+id+"/"+entries[0])), page) {
		t.Error("the receipt offers what cannot be read yet")
	}
	org.mustStep("/contests/"+id, "do", "publish")
	if !strings.Contains(string(own.get("/enter/"+id+"/"+entries[0])), page) || !strings.Contains(string(own.get(page)), "Xếp hạng 1") {
		t.Error("the entrant cannot read it")
	}
	if list := string(own.get("/enter")); strings.Contains(list, "Hợp lệ") || !strings.Contains(list, "Giải Nhất") {
		t.Error("the entrant's list does not say how it ended")
	}
	if res, _ := other.ask("GET", page, "", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("another station reads it: %s", res.Status)
	}
	f, err := excelize.OpenReader(bytes.NewReader(own.get(page + "?as=xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.GetSheetList(); len(got) != 1 || got[0] != "TP-001" {
		t.Errorf("the workbook holds %v", got)
	}
	st.look(own, map[string]string{"feedback": page, "receipt-published": "/enter/" + id + "/" + entries[0]})
	if pages := st.pdf(org, "feedback", page); fmt.Sprint(pages) != "[210x297]" {
		t.Errorf("printed on %v", pages)
	}
}

// What is printed, what the workbooks hold and what the fairness panel shows is
// what contest/ranking and contest/fairness computed, digit by digit.
func TestPapersSayWhatWasComputed(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, id, _ := st.finished()
	var want []string // rank, code, points, prize
	var fair []string
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		run := s.Last()
		standings, err := s.Standings(run)
		if err != nil {
			return err
		}
		for _, row := range standings[0].Ranking.Rows {
			prize := s.Rules.Awards[0].Prize(s.Winners(row.Entry.ID)[0].Prize).Name
			want = append(want, strings.Join([]string{fmt.Sprint(row.Rank), run.Codes[row.Entry.ID], text.Vietnamese.Decimal(row.Value.Float(), 2), prize},
				" "))
		}
		if tie := standings[0].Ranking.Ties; len(tie) != 1 || tie[0].Open {
			t.Errorf("the tie: %+v", tie)
		}
		scores, _ := s.Scores(run)
		w, err := fairness.Kendall(scores)
		if err != nil {
			return err
		}
		icc, err := fairness.Correlate(scores)
		if err != nil {
			return err
		}
		alpha, err := fairness.Krippendorff(scores)
		if err != nil {
			return err
		}
		for _, v := range []float64{w.W, icc.Average, alpha.Alpha} {
			fair = append(fair, text.Vietnamese.Decimal(v, 2))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	read := func(path string) *goquery.Document {
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(org.get("/contests/" + id + path)))
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	cells := func(doc *goquery.Document, table string, columns ...int) []string {
		return doc.Find(table).First().Find("tbody tr").Map(func(_ int, tr *goquery.Selection) string {
			var out []string
			for _, c := range columns {
				out = append(out, tr.Find("td").Eq(c).Text())
			}
			return strings.Join(out, " ")
		})
	}
	minutes := read("/papers?doc=minutes")
	for what, got := range map[string][]string{"minutes": cells(minutes, ".paper table", 0, 1, 4, 5),
		"table": cells(read("/papers?doc=table"), ".paper table", 0, 1, 8, 12)} {
		if !slices.Equal(got, want) {
			t.Errorf("the %s: %q, computed %q", what, got, want)
		}
	}
	for what, doc := range map[string]*goquery.Document{"minutes": minutes, "table": read("/papers?doc=table"), "results": read("/results")} {
		if all := doc.Find("main").Text(); !strings.Contains(all, "tiêu chí") || !strings.Contains(all, "Không trao 2 Giải Ba: không còn tác phẩm nào") {
			t.Errorf("the %s tell not how the tie was settled and what was withheld", what)
		}
		if all := doc.Find("main").Text(); !strings.Contains(all, "Cách tính điểm: Trung bình. ") || !strings.Contains(all, "9 phiếu đã ký của 3 giám khảo") {
			t.Errorf("the %s tell not how the marks were counted", what)
		}
	}
	ranked := org.call(200, "GET", "/contests/"+id+"/ranking", nil)["items"].([]any)[0].(map[string]any)
	if words := fmt.Sprint(ranked["counted"]); !strings.Contains(words, "Cách tính điểm: Trung bình. ") || ranked["sheets"] != 9.0 {
		t.Errorf("by program: %v %v", words, ranked["sheets"])
	}
	if got := read("/results").Find("#fairness .figure b").Map(func(_ int, b *goquery.Selection) string { return b.Text() }); !slices.Equal(got, fair) {
		t.Errorf("the fairness panel shows %q, computed %q", got, fair)
	}
	if printed := read("/papers?doc=fairness").Find(".paper").Text(); !slices.ContainsFunc(fair, func(v string) bool { return strings.Contains(printed, v) }) ||
		!strings.Contains(printed, "Nếu thiếu một giám khảo") {
		t.Errorf("the printed fairness panel lacks %q: %s", fair, printed)
	}
	for doc, sheets := range map[string]int{"minutes": 1, "table": 1, "sheets": 3, "fairness": 1, "decision": 2} {
		f, err := excelize.OpenReader(bytes.NewReader(org.get("/contests/" + id + "/papers?doc=" + doc + "&as=xlsx")))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.GetSheetList(); len(got) != sheets {
			t.Errorf("%s.xlsx holds %v", doc, got)
		}
		f.Close()
		if b := org.get("/api/v1/contests/" + id + "/papers/" + doc + "/docx"); !bytes.HasPrefix(b, []byte("PK")) ||
			!bytes.Equal(b, org.get("/contests/"+id+"/papers?doc="+doc+"&as=docx")) {
			t.Errorf("%s.docx is no document, or another by program", doc)
		}
	}
	for doc, size := range map[string]string{"minutes": "210x297", "table": "297x210", "sheets": "297x210", "fairness": "210x297", "decision": "210x297"} {
		if pages := st.pdf(org, doc, "/contests/"+id+"/papers?doc="+doc); len(pages) == 0 ||
			slices.ContainsFunc(pages, func(p string) bool { return p != size }) {
			t.Errorf("%s printed on %v", doc, pages)
		}
	}
}

// From the jury page to a link for a judge, through her first log-in, and back
// onto the jury.
func TestAJudgeIsInvitedFromTheJuryPage(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, id := st.organiser(), "moi-giam-khao"
	st.do(id, org, contest.DraftContest{Rules: scriptOnly(st.now)})
	h := st.http.Config.Handler
	desk := webtest.NewClient(t, h, org.secret)
	desk.Get("/contests/" + id + "/jury")
	invite := desk.Doc().Find("main a.button").AttrOr("href", "")
	desk.Get(invite)
	desk.Submit("main form", "note", "Bà Lù Thị Mẩy")
	desk.Expect(http.StatusOK, "input#link")
	link := desk.Doc().Find("input#link").AttrOr("value", "")
	if back := desk.Doc().Find("main .actions a.button").AttrOr("href", ""); back != "/contests/"+id+"/jury" {
		t.Errorf("the way back leads to %q", back)
	}
	judge := webtest.NewClient(t, h, "")
	_, path, _ := strings.Cut(link, "/join/")
	judge.Get("/join/" + path)
	judge.Submit("main form", "name", "Lù Thị Mẩy", "login", "lumay", "passphrase", "mua xuan tren ban cao", "again", "mua xuan tren ban cao")
	desk.Get("/contests/" + id + "/jury")
	desk.Expect(http.StatusOK, "select[name=person]", "Lù Thị Mẩy")
	person := desk.Doc().Find("select[name=person] option").FilterFunction(func(_ int,
		o *goquery.Selection) bool {
		return o.Text() == "Lù Thị Mẩy"
	}).AttrOr("value", "")
	desk.Submit("aside form", "person", person, "chair", "1", "do", "appoint")
	desk.Expect(http.StatusOK, ".list .strong", "Lù Thị Mẩy")
	change, _, _ := strings.Cut(desk.Doc().Find("a[href*='?judge=']").AttrOr("href", ""), "#")
	desk.Get(change) // she is changed in place, nothing is forgotten
	desk.Submit("#appoint form", "title", "Nhà báo", "do", "appoint")
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		if j := s.Judges[0]; j.Title != "Nhà báo" || !j.Chair {
			t.Errorf("the judge is now %+v", j)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	st.look(org, map[string]string{"jury": "/contests/" + id + "/jury", "invite-judge": invite})
	other := st.person("truong-ban", accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	if res, _ := other.ask("GET", invite, "", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("an operator may invite judges: %s", res.Status)
	}
}

// While a round is judged a judge can still join its panel: nobody is stuck when
// one falls ill.
func TestAJudgeJoinsFromTheJuryPage(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	more := st.person("them", accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: id}})
	st.do(id, org, contest.AppointJudge{Judge: contest.Judge{Person: more.id}})
	panels := url.Values{"round": {"chung-khao"}, "do": {"panels"}}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(string(org.get("/contests/" + id + "/jury"))))
	if err != nil {
		t.Fatal(err)
	}
	form := page.Find("form:has([value=panels])")
	panels.Set("id", form.Find("[name=id]").AttrOr("value", ""))
	panels.Set("panels.0.name", form.Find("[name='panels.0.name']").AttrOr("value", ""))
	form.Find("[name='panels.0.judges']").Each(func(_ int, box *goquery.Selection) { panels.Add("panels.0.judges", box.AttrOr("value", "")) })
	if n := len(panels["panels.0.judges"]); n != len(judges)+1 {
		t.Fatalf("the page offers %d judges", n)
	}
	if res, body := org.ask("POST", "/contests/"+id+"/jury", "application/x-www-form-urlencoded",
		strings.NewReader(panels.Encode())); res.StatusCode != http.StatusOK && res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s %s", res.Status, body)
	}
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		if n := len(s.Running().Of(more.id)); n == 0 {
			t.Error("she got nothing to score")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// What takes marks out of the count, or a judge off a work, stands in the
// minutes: nobody can steer a ranking in silence.
func TestTheMinutesTellWhoseMarksStoppedCounting(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	var work, abstains string // of the first and the second judge
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		work, abstains = s.Running().Of(judges[0].id)[0].Entry, s.Running().Of(judges[1].id)[0].ID
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	st.do(id, judges[1], contest.Abstain{Task: abstains, Reason: "nhận ra giọng em gái"})
	st.scored(id, by, func(*contest.Task, contest.Criterion) ranking.Points { return 8 * ranking.Point })
	st.do(id, org, contest.ReportTie{Judge: judges[0].id, Entry: work, Note: "cùng họ"})
	st.do(id, judges[0], contest.ExcludeJudge{Judge: judges[0].id, Entry: work, Reason: "cùng họ"}) // the chair of her own
	st.do(id, org, contest.RemoveJudge{Person: judges[2].id, Reason: "đi công tác"})
	var head string
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error { head = s.Head; return nil }); err != nil {
		t.Fatal(err)
	}
	page := string(org.get("/contests/" + id + "/papers?doc=minutes"))
	f, err := excelize.OpenReader(bytes.NewReader(org.get("/api/v1/contests/" + id + "/papers/minutes")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	book := fmt.Sprint(rows)
	for _, want := range []string{"nhận ra giọng em gái", "Không tính phiếu đã ký của", "): cùng họ", "đi công tác. Các phiếu đã ký vẫn được tính",
		"mã kiểm tra " + head} {
		if !strings.Contains(page, want) || !strings.Contains(book, want) {
			t.Errorf("the minutes do not say %q", want)
		}
	}
	if jury := page[strings.Index(page, "Ban giám khảo gồm"):]; !strings.Contains(jury[:strings.Index(jury, "</ul>")], "giamkhao2") {
		t.Error("a judge whose marks count is not named")
	}
	// What she scored in a round that is over counts, whatever comes later.
	st.do(id, org, contest.FinishRound{Round: "chung-khao", Seen: contest.Seen{Seen: once.AsItIs}})
	st.now = st.now.Add(time.Minute)
	st.do(id, org, contest.RemoveJudge{Person: judges[1].id, Reason: "nghỉ hưu"})
	if page := string(org.get("/contests/" + id + "/papers?doc=minutes")); strings.Contains(page, "nghỉ hưu") {
		t.Error("the minutes of a finished round tell what came after it")
	}
}

// The steps of the rules hold every rule: to save each untouched changes
// nothing, also of what was set by program.
func TestTheStepsOfTheRulesForgetNothing(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org := st.organiser()
	r := fullRules(st.now)
	st.do("day-du", org, contest.DraftContest{Rules: r})
	for i := range r.Rounds {
		r.Rounds[i].Habits = contest.HabitsOfRound // set by Loa in every draft
	}
	steps := org.steps("day-du")
	if len(steps) != 8 {
		t.Fatalf("steps %v", steps)
	}
	for _, step := range steps {
		org.must(step, append(org.formOf(step, "form.rules"), "do", "save")...)
	}
	if err := st.hall.View(t.Context(), "day-du", func(s *contest.State) error {
		lines, err := contest.Compare(r, s.Rules)
		if err != nil || len(lines) > 0 {
			t.Errorf("saving the steps untouched changed %+v, %v", lines, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	who := "/contests/day-du/rules/who"
	named := func(what string) []string {
		pairs := org.formOf(who, "form.rules")
		pairs[slices.Index(pairs, "who.stations")+1] = what
		return append(pairs, "do", "save")
	}
	if res, b := org.post(who, named("02794\n99999")...); res.StatusCode != http.StatusUnprocessableEntity || !bytes.Contains(b, []byte("99999")) {
		t.Errorf("a commune there is not: %s", res.Status)
	}
	org.must(who, named("02794")...)
}

// Rows of the rules are moved by buttons, also without a script, and what was
// moved keeps the focus; rules in force are moved in a revision, which says so.
func TestRowsOfTheRulesAreMoved(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org := st.organiser()
	r := fullRules(st.now)
	r.Themes = append(r.Themes, contest.Theme{ID: "moi", Name: "Mới"})
	st.do("day-du", org, contest.DraftContest{Rules: r})
	working := func() (w contest.Rules) {
		if err := st.hall.View(t.Context(), "day-du", func(s *contest.State) error { w = s.Working(); return nil }); err != nil {
			t.Fatal(err)
		}
		return w
	}
	rules := "/contests/day-du/rules"
	tab := org.in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + rules + "/part." + r.Rounds[0].ID + "." + r.Rounds[0].Parts[0].ID)
	if tab.Text("#f-criteria button[value^='up:']"); webtest.Eval[bool](tab, "look at the first row",
		`document.querySelector("[value='up:criteria.0']") !== null`) {
		t.Error("the first row can go up")
	}
	tab.Follow("button[value='down:criteria.0']")
	focused := func(buttons ...string) { // the browser gives it when it draws the page
		t.Helper()
		tab.Until(fmt.Sprintf("%q has the focus", buttons), fmt.Sprintf(`%q.split(" ").includes(document.activeElement.value)`, strings.Join(buttons, " ")))
	}
	focused("down:criteria.1")
	webtest.Eval[any](tab, "press it by key", `document.activeElement.focus()`)
	tab.Follow("button[value='up:criteria.1']")
	focused("down:criteria.0")
	tab.Follow("button[value='down:criteria.0']")
	tab.Fingers("rules-rows")
	tab.Large("rules-rows")
	tab.Shot("rules-rows", 1280)
	tab.Follow(".savebar button[value=save]")
	names := func(list []contest.Criterion) (ids []string) {
		for _, k := range list {
			ids = append(ids, k.ID)
		}
		return ids
	}
	want := names(r.Rounds[0].Parts[0].Criteria)
	want[0], want[1] = want[1], want[0]
	if got := names(working().Rounds[0].Parts[0].Criteria); !slices.Equal(got, want) {
		t.Errorf("criteria stand as %q, want %q", got, want)
	}
	tab.Follow("button[value='down:categories.0']")
	focused("up:categories.1", "down:categories.1")
	if got := working().Categories[1].ID; got != r.Categories[0].ID {
		t.Errorf("the second category is %s", got)
	}
	tab.Fingers("rules-moved")
	tab.Shot("rules-moved", 1280)

	// Every list of every step, without a script.
	for _, c := range []struct{ step, list string }{{"themes", "themes"}, {"award." + r.Awards[0].ID, "prizes"}, {"round." + r.Rounds[0].ID, "tie_breaks"}} {
		page := rules + "/" + c.step
		before := org.formOf(page, "form.rules")
		res, b := org.post(page, append(before, "do", "down:"+c.list+".0")...)
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(b))
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %v", c.list, res.Status, err)
		}
		if got := doc.Find("[autofocus]").AttrOr("value", ""); got != "down:"+c.list+".1" && got != "up:"+c.list+".1" {
			t.Errorf("%s: %q has the focus", c.list, got)
		}
	}

	st.do("day-du", org, contest.OpenContest{})
	org.must(rules, append(org.formOf(rules, "#order"), "do", "up:categories.1")...)
	if lines := org.doc(rules).Find("#revision li").Text(); !strings.Contains(lines, "Thứ tự: "+r.Categories[1].Name+", "+r.Categories[0].Name) {
		t.Errorf("the revision says %q", lines)
	}
	org.must(rules, append(org.formOf(rules, "#order"), "do", "publish", "reason", "Xếp lại cho dễ đọc")...)
	if got := working().Categories[0].ID; got != r.Categories[0].ID {
		t.Errorf("the first category is %s", got)
	}
}

// Rules in force are edited as a revision: what cannot change any more is refused
// beside its field where it is written, and a revision is forgotten or applied whole.
func TestARevisionIsWrittenDroppedAndApplied(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org := st.organiser()
	st.do("dang-mo", org, contest.DraftContest{Rules: storyRules(st.now)})
	st.do("dang-mo", org, contest.OpenContest{})
	state := func() (before, working contest.Rules, revised bool) {
		if err := st.hall.View(t.Context(), "dang-mo", func(s *contest.State) error {
			before, working, revised = s.Rules, s.Working(), s.Revision != nil
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return before, working, revised
	}
	first, _, _ := state()
	rules := st.http.URL + "/contests/dang-mo/rules"
	closes := "[name='dates.closes_at']"
	at := func(days int) string {
		return first.Dates.ClosesAt.In(text.Zone).AddDate(0, 0, days).Format("2006-01-02T15:04")
	}
	save := ".savebar button[value=save]"
	tab := org.in(webtest.NewBrowser(t))
	tab.Open(rules + "/general")
	tab.Set(closes, at(-3))
	tab.Set("[name=host]", "Sở Văn hoá")
	tab.Follow(save)
	if said := tab.Text(".field.wrong .error"); !strings.Contains(said, "sớm hơn") && !strings.Contains(said, "rút ngắn") {
		t.Errorf("a shortened deadline: %q", said)
	}
	if host := webtest.Eval[string](tab, "read what was typed", `document.querySelector("[name=host]").value`); host != "Sở Văn hoá" {
		t.Errorf("what was typed is lost: %q", host)
	}
	tab.Shot("revision-refused", 360)
	if _, _, revised := state(); revised {
		t.Error("it was kept although it can never be applied")
	}
	tab.Set(closes, at(5))
	tab.Follow(save)
	tab.Wait("#revision li")
	tab.Shot("revision", 360)
	tab.Shot("revision", 1280)
	if now, working, revised := state(); !revised || working.Host != "Sở Văn hoá" || now.Host == working.Host {
		t.Errorf("the revision: %v %q, in force %q", revised, working.Host, now.Host)
	}
	tab.Click("button[popovertarget=drop]")
	tab.Wait("#drop button[value=drop]")
	tab.Click("#drop [popovertargetaction=hide]") // not yet
	if _, _, revised := state(); !revised {
		t.Fatal("forgotten without a word")
	}
	tab.Click("button[popovertarget=drop]")
	tab.Follow("#drop button[value=drop]")
	if _, _, revised := state(); revised {
		t.Error("the revision is still there")
	}

	tab.Open(rules + "/general")
	tab.Set(closes, at(5))
	tab.Follow(save)
	tab.Click("#revision button[value=publish]") // without a reason the browser keeps it
	tab.Until("be at the reason", `document.activeElement.name === "reason"`)
	tab.Type("#revision [name=reason]", "Nhiều đài xin thêm thời gian")
	tab.Follow("#revision button[value=publish]")
	if now, _, revised := state(); revised || !now.Dates.ClosesAt.Equal(first.Dates.ClosesAt.AddDate(0, 0, 5)) {
		t.Errorf("applied: %v, closes %s", revised, now.Dates.ClosesAt)
	}
}

// fullRules hold something of every kind.
func fullRules(now time.Time) contest.Rules {
	r := storyRules(now)
	r.Categories = append(r.Categories, contest.Category{ID: "phong-su", Name: "Phóng sự", Languages: []string{"vi", "hmn"}, MinSeconds: 185, MaxSeconds: 305,
		Needs:    []contest.Need{{Piece: contest.Audio, When: contest.Always}},
		Sections: []contest.Section{{ID: "bt", Name: "Bản tin", MinSeconds: 60, MaxSeconds: 90}},
		Aired:    &contest.AiredRule{From: now, Until: now.Add(24 * time.Hour), Anywhere: true, Declared: true}})
	r.Who.Districts, r.Who.Stations = []string{"080"}, []string{"S00001", "S00002"}
	r.Quotas = []contest.Quota{{Per: "district", Theme: "ntm", Category: "phong-su", Max: 3}}
	r.Rounds[0].Gap, r.Rounds[0].Repeats, r.Rounds[0].From = 2*ranking.Point+ranking.Point/2, 2, now.Add(48*time.Hour)
	r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByHeadToHead}, {By: ranking.ByChair}}
	r.Awards[0].Prizes[0].Amount, r.Awards[0].Ties = 12_000_000, ranking.Split
	return r
}

// steps lists the addresses of the steps of a contest's rules.
func (v *visitor) steps(id string) []string {
	return v.doc("/contests/" + id + "/rules").Find(".steps .rule-step a").FilterFunction(func(_ int, a *goquery.Selection) bool {
		return !strings.Contains(a.AttrOr("href", ""), "_new")
	}).Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
}

// doc is a page of hers, read.
func (v *visitor) doc(path string) *goquery.Document {
	v.st.t.Helper()
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(v.get(path)))
	if err != nil {
		v.st.t.Fatal(err)
	}
	return doc
}

// formOf reads the pairs a form of a page would send untouched.
func (v *visitor) formOf(path, form string) (pairs []string) {
	v.st.t.Helper()
	v.doc(path).Find(form).Find("input, select, textarea").Each(func(_ int, f *goquery.Selection) {
		name, value, kind := f.AttrOr("name", ""), f.AttrOr("value", ""), f.AttrOr("type", "")
		_, checked := f.Attr("checked")
		switch {
		case kind == "checkbox" && !checked, kind == "radio" && !checked:
			return
		case goquery.NodeName(f) == "textarea":
			value = f.Text()
		case goquery.NodeName(f) == "select":
			value = f.Find("option[selected]").AttrOr("value", "")
		}
		pairs = append(pairs, name, value)
	})
	return pairs
}

// Whatever the check finds wrong with a draft, its sentence leads to the field:
// the page it links to has it, and says the same beside it.
func TestWhatIsWrongWithTheRulesLeadsToItsField(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org := st.organiser()
	for i, spoil := range []func(*contest.Rules){
		func(r *contest.Rules) { r.Title, r.Dates = "", contest.Timetable{} },
		func(r *contest.Rules) { r.Dates.ClosesAt = r.Dates.OpensAt; r.Dates.GraceMinutes = -1 },
		func(r *contest.Rules) {
			r.Dates.OpensAt, r.Dates.ClosesAt = st.now.AddDate(0, -2, 0), st.now.AddDate(0, -1, 0)
		},
		func(r *contest.Rules) {
			r.Who.Kinds, r.Quotas[0].Max, r.Quotas[0].Theme, r.Quotas[0].Per = nil, 0, "x", "y"
		},
		func(r *contest.Rules) { r.Themes, r.Categories, r.Rounds, r.Awards = nil, nil, nil, nil },
		func(r *contest.Rules) { r.Themes[0].Name, r.Themes[0].ID = "", "X" },
		func(r *contest.Rules) {
			c := &r.Categories[1]
			c.MinSeconds, c.Sections[0].MaxSeconds, c.Aired.Until, c.Needs[0].When = 999, 1, c.Aired.From, "x"
			c.Sections = append(c.Sections, contest.Section{ID: "bt"})
		},
		func(r *contest.Rules) {
			o := &r.Rounds[0]
			o.Until, o.Gap, o.Method, o.Points = o.From, -1, "x", 7*ranking.Point
			o.Promotion = contest.Promotion{By: contest.TopN}
			o.TieBreaks = []contest.TieBreak{{By: "x"}, {By: ranking.ByCriterion, Part: "a", Criterion: "b"}}
		},
		func(r *contest.Rules) { r.Rounds[0].Parts = nil },
		func(r *contest.Rules) {
			p := &r.Rounds[0].Parts[0]
			p.Sample, p.Points, p.Categories = true, 3*ranking.Point, []string{"phong-su", "x"}
			p.Criteria[0].Step, p.Criteria[1].Points, p.Criteria[2].Name, p.Criteria[3].ID = 0, 0, "", p.Criteria[0].ID
		},
		func(r *contest.Rules) {
			r.Awards[0].Theme, r.Awards[0].Ties, r.Awards[0].Prizes[0].Count, r.Awards[0].Prizes[1].Name = "x", "y", 0, ""
		},
		func(r *contest.Rules) { r.Awards[0].Category, r.Awards[0].Prizes = "phong-su", nil },
		func(r *contest.Rules) {
			next := r.Rounds[0]
			next.ID = "sau"
			r.Rounds[0].Promotion, r.Rounds[0].PerEntry, r.Rounds[0].Method = contest.Promotion{By: contest.AtLeast, Per: "x"}, 1, ranking.Trimmed
			r.Rounds = append(r.Rounds, next)
		},
	} {
		id := fmt.Sprintf("sai-%d", i)
		r := fullRules(st.now)
		spoil(&r)
		st.do(id, org, contest.DraftContest{Rules: r})
		links := org.doc("/contests/" + id + "/rules").Find("#mend a")
		if links.Length() == 0 {
			t.Errorf("%s: nothing is wrong", id)
		}
		links.Each(func(_ int, a *goquery.Selection) {
			href := a.AttrOr("href", "")
			path, at, _ := strings.Cut(href, "#")
			doc := org.doc(path)
			field := doc.Find(fmt.Sprintf("[id='%s']", at))
			if at != "" && field.Length() != 1 {
				t.Errorf("%s: %q leads to %s, where %d are called so", id, a.Text(), href, field.Length())
			}
			_, said, _ := strings.Cut(a.Text(), ": ") // after the place where it stands
			if strings.Contains(path, "?mend") && (said == "" || !strings.Contains(doc.Find("form.rules").Text(), said)) {
				t.Errorf("%s: %s does not say %q", id, href, a.Text())
			}
		})
	}
}
