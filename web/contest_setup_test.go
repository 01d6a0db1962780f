package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/text"
	"loa/web/webtest"
)

// hand sets a contest up in a browser as an organiser does: by links, fields
// and buttons only.
type hand struct {
	st  *stage
	tab *webtest.Tab
	id  string
}

// draft begins a contest from the sample and lands on the summary of its rules.
func (h *hand) draft(title string) {
	h.tab.Open(h.st.http.URL + "/contests/new")
	h.tab.Type("[name=title]", title)
	h.tab.Follow("main form button")
	h.id = strings.Split(strings.TrimPrefix(webtest.Eval[string](h.tab, "where it is", "location.pathname"), "/contests/"), "/")[0]
}

// edit goes from the summary to a step.
func (h *hand) edit(slug string) { h.tab.Follow(fmt.Sprintf(`.steps a[href$="/rules/%s"]`, slug)) }

// fill gives fields their values, and ticks boxes.
func (h *hand) fill(pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		sel := fmt.Sprintf(`[name="%s"]`, pairs[i])
		switch webtest.Eval[string](h.tab, "see "+sel, fmt.Sprintf(`(e => e ? e.tagName + e.type : "")(document.querySelector('%s'))`, sel)) {
		case "INPUTcheckbox":
			h.tab.Click(fmt.Sprintf(`[name="%s"][value="%s"]`, pairs[i], pairs[i+1]))
		case "":
			h.st.t.Fatalf("%s: no field %s", h.id, pairs[i])
		default:
			h.tab.Set(sel, pairs[i+1])
		}
	}
}

// press presses a button of the step by its name and waits for the page.
func (h *hand) press(do string) {
	h.tab.Follow(fmt.Sprintf(`button[name="do"][value="%s"]:not(.away)`, do))
}

// grow adds a row to a list and fills it in; its fields are named below it.
func (h *hand) grow(list string, pairs ...string) {
	count := fmt.Sprintf(`(n => n.size)(new Set([...document.querySelectorAll('[name^="%s."]')].map(e => e.name.split(".")[1])))`, list)
	rows := webtest.Eval[int64](h.tab, "count rows", count)
	h.press("add:" + list)
	if now := webtest.Eval[int64](h.tab, "count rows", count); now != rows+1 {
		h.st.t.Fatalf("%s: %d rows of %s after adding one to %d", h.id, now, list, rows)
	}
	h.tab.Until("the cursor is in the row that was added", fmt.Sprintf(`(document.activeElement.name ?? "").startsWith("%s.%d")`, list, rows))
	for i := 0; i+1 < len(pairs); i += 2 {
		name := fmt.Sprintf("%s.%d", list, rows)
		if pairs[i] != "" {
			name += "." + pairs[i]
		}
		h.fill(name, pairs[i+1])
	}
}

// award fills a ladder in: pairs of a prize and its count.
func (h *hand) award(name string, prizes ...string) {
	h.fill("name", name)
	for i := 0; i+1 < len(prizes); i += 2 {
		h.grow("prizes", "name", prizes[i], "count", prizes[i+1])
	}
}

// part fills a rubric in: its criteria, each worth so many points.
func (h *hand) part(name, points string, criteria ...string) {
	h.fill("name", name, "points", points)
	for i := 0; i+1 < len(criteria); i += 2 {
		h.grow("criteria", "name", criteria[i], "points", criteria[i+1])
	}
}

// seen says that the sample rubric is the contest's own.
func (h *hand) seen() {
	h.edit("part.chung-khao.chuong-trinh")
	h.fill("seen", "1")
	h.press("save")
}

// Each contest of the province and its neighbours as it was really held, set up
// from the empty draft to the opened contest through the form alone.
func TestEachContestReallyHeldIsSetUpByHand(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org := st.organiser()
	h := &hand{st: st, tab: org.in(webtest.NewBrowser(t))}
	h.tab.Size(1280)
	for _, c := range []struct {
		title string
		do    func()
		want  func(r *contest.Rules) string // what is wrong, or ""
	}{
		{"Lào Cai 2019", func() {
			h.edit("who")
			h.fill("quotas.0.max", "1")
			h.press("save")
			h.seen()
		}, func(r *contest.Rules) string {
			return differ(r.Quotas, []contest.Quota{{Per: "station", Max: 1}})
		}},
		{"Lào Cai 2020", func() {
			h.edit("themes")
			h.fill("themes.0.name", "Xây dựng nông thôn mới")
			h.grow("themes", "name", "An toàn giao thông")
			h.press("save")
			h.edit("who")
			h.fill("quotas.0.max", "1", "quotas.0.theme", "ntm")
			h.grow("quotas", "max", "1", "per", "station", "theme", "an-toan-giao-thong")
			h.press("save")
			h.edit("award.chung")
			h.fill("name", "Giải chủ đề nông thôn mới", "theme", "ntm")
			h.press("save")
			h.edit("award._new")
			h.fill("theme", "an-toan-giao-thong")
			h.award("Giải chủ đề an toàn giao thông", "Giải Nhất", "1", "Giải Nhì", "2")
			h.press("save")
			h.edit("award._new")
			h.award("Giải chuyên đề", "Giải chuyên đề cho tập thể", "7")
			h.fill("prizes.0.special", "1")
			h.press("save")
			h.seen()
		}, func(r *contest.Rules) string {
			a := r.Awards
			return differ([]any{len(r.Themes), r.Quotas, a[1].Theme, len(a[1].Prizes), a[2].Prizes}, []any{2,
				[]contest.Quota{{Per: "station", Theme: "ntm", Max: 1}, {Per: "station", Theme: "an-toan-giao-thong", Max: 1}}, "an-toan-giao-thong", 2,
				[]contest.Prize{{ID: "giai-chuyen-de-cho-tap-the", Name: "Giải chuyên đề cho tập thể", Count: 7, Special: true}}})
		}},
		{"Lào Cai 2022", func() {
			h.edit("award.chung")
			h.press("remove:prizes.3")
			h.fill("prizes.0.amount", "10000000", "prizes.0.floor", "85")
			h.press("save")
			h.seen()
		}, func(r *contest.Rules) string {
			z := r.Awards[0].Prizes
			return differ([]any{len(z), z[0].Amount, z[0].Floor, r.Awards[0].Ties}, []any{3, 10000000, 85 * ranking.Point, ranking.Share})
		}},
		{"Phú Thọ 2020", func() {
			h.edit("category.chuong-trinh")
			h.aired("Phóng sự")
			h.press("save")
			h.edit("category._new")
			h.aired("Phỏng vấn")
			h.fill("needs.audio", "always", "needs.script", "always")
			h.press("save")
			h.edit("who")
			h.fill("quotas.0.max", "1", "quotas.0.category", "chuong-trinh")
			h.grow("quotas", "max", "1", "per", "station", "category", "phong-van")
			h.press("save")
			h.edit("award.chung")
			h.fill("name", "Giải phóng sự", "category", "chuong-trinh")
			h.press("save")
			h.edit("award._new")
			h.fill("category", "phong-van", "ties", "chair")
			h.award("Giải phỏng vấn", "Giải A", "1", "Giải B", "1")
			h.press("save")
			h.seen()
		}, func(r *contest.Rules) string {
			c := r.Categories[1]
			return differ([]any{c.Name, c.MaxSeconds, c.Aired.Anywhere, c.Aired.Declared, c.Aired.From.Before(c.Aired.Until),
				r.Quotas[1].Category, r.Awards[1].Ties},
				[]any{"Phỏng vấn", 300, true, true, true, "phong-van", ranking.Chair})
		}},
		{"Quảng Bình 2024", func() {
			h.edit("category.chuong-trinh")
			h.fill("name", "Chương trình tổng hợp", "min_seconds", "7:00", "max_seconds", "10:00", "needs.scan", "always")
			h.unfold("sections_of")
			h.grow("sections", "name", "Bản tin", "min_seconds", "3:00", "max_seconds", "4:00")
			h.grow("sections", "name", "Chuyên mục", "min_seconds", "4:00", "max_seconds", "5:00")
			h.press("save")
			h.seen()
		}, func(r *contest.Rules) string {
			return differ(r.Categories[0].Sections, []contest.Section{{ID: "ban-tin", Name: "Bản tin", MinSeconds: 180, MaxSeconds: 240},
				{ID: "chuyen-muc", Name: "Chuyên mục", MinSeconds: 240, MaxSeconds: 300}})
		}},
		{"Nghệ An 2022", func() {
			h.edit("round.chung-khao")
			h.fill("name", "Sơ khảo", "promotion.by", "top", "promotion.n", "50")
			h.press("save")
			h.edit("round._new")
			h.fill("name", "Chung kết")
			h.grow("tie_breaks", "", "chair")
			h.press("save")
			h.edit("part.chung-ket._new")
			h.part("Tác phẩm phát thanh", "60", "Nội dung", "40", "Thể hiện", "20")
			h.press("save")
			h.edit("part.chung-ket._new")
			h.part("Kỹ năng đọc", "40", "Đọc đúng", "40")
			h.fill("live", "1")
			h.press("save")
			h.seen()
		}, func(r *contest.Rules) string {
			o := r.Rounds[1]
			return differ([]any{r.Rounds[0].Promotion, o.ID, len(o.Parts), o.Parts[1].Live, len(o.Parts[0].Criteria), o.TieBreaks},
				[]any{contest.Promotion{By: contest.TopN, N: 50}, "chung-ket", 2, true, 2, []contest.TieBreak{{By: ranking.ByChair}}})
		}},
		{"Đắk Lắk 2025", func() {
			h.edit("round.chung-khao")
			h.fill("name", "Vòng 1", "promotion.by", "top", "promotion.n", "15")
			h.press("save")
			h.edit("part.chung-khao.chuong-trinh")
			h.fill("name", "Bản tin", "points", "30", "criteria.0.points", "30")
			for range 7 {
				h.press("remove:criteria.1")
			}
			h.press("save")
			for part, points := range map[string]string{"Phóng sự": "30", "Phỏng vấn": "40"} {
				h.edit("part.chung-khao._new")
				h.part(part, points, "Nội dung", points)
				h.press("save")
			}
			h.edit("round._new")
			h.fill("name", "Chung kết")
			h.press("save")
			h.edit("part.chung-ket._new")
			h.part("Chương trình trực tiếp", "100", "Toàn bộ", "100")
			h.press("next")
			h.tab.Follow(`.rules header a`)
		}, func(r *contest.Rules) string {
			var parts []string
			for _, p := range r.Rounds[0].Parts {
				parts = append(parts, p.Name+" "+p.Points.String())
			}
			slices.Sort(parts)
			return differ([]any{parts, r.Rounds[0].Promotion.N, r.Rounds[1].Parts[0].Points}, []any{[]string{"Bản tin 30", "Phóng sự 30", "Phỏng vấn 40"},
				15, 100 * ranking.Point})
		}},
		{"Bình Định 2012", func() {
			h.edit("part.chung-khao.chuong-trinh")
			h.takeOut()
			h.edit("round.chung-khao")
			h.fill("name", "Huyện chọn", "promotion.by", "picked", "promotion.n", "2", "promotion.per", "district")
			for range 4 {
				h.press("remove:tie_breaks.0")
			}
			h.press("save")
			h.edit("category.chuong-trinh")
			h.unfold("languages")
			h.fill("languages", "vi", "languages", "hmn", "languages", "tyz")
			h.press("save")
			h.edit("round._new")
			h.fill("name", "Cấp tỉnh")
			h.press("save")
			h.edit("part.cap-tinh._new")
			h.part("Chương trình", "100", "Nội dung", "60", "Hình thức", "40")
			h.press("save")
		}, func(r *contest.Rules) string {
			o := r.Rounds[0]
			return differ([]any{o.Promotion, len(o.Parts), len(o.TieBreaks), r.Categories[0].Languages},
				[]any{contest.Promotion{By: contest.Picked, N: 2, Per: "district"}, 0, 0, []string{"vi", "hmn", "tyz"}})
		}},
		{"Liên hoan toàn quốc 2020", func() {
			h.edit("category.chuong-trinh")
			h.fill("min_seconds", "25:00", "max_seconds", "30:00")
			h.press("save")
			h.edit("round.chung-khao")
			h.fill("gap", "2", "per_entry", "5", "method", "trimmed")
			h.press("save")
			h.seen()
		}, func(r *contest.Rules) string {
			o, c := r.Rounds[0], r.Categories[0]
			return differ([]any{o.Gap, o.PerEntry, o.Method, c.MinSeconds, c.MaxSeconds}, []any{2 * ranking.Point, 5, ranking.Trimmed, 1500, 1800})
		}},
		{"Giải báo chí 2023", func() {
			h.edit("who")
			h.fill("who.kinds", "person", "who.kinds", "group")
			h.press("remove:quotas.0")
			h.press("save")
			h.seen()
		}, func(r *contest.Rules) string {
			return differ([]any{r.Who.Kinds, len(r.Quotas),
				slices.Contains(r.Categories[0].Needs, contest.Need{Piece: contest.Translation, When: contest.NotVietnamese})},
				[]any{[]contest.EntrantKind{contest.ByStation, contest.ByPerson, contest.ByGroup}, 0, true})
		}},
	} {
		h.draft(c.title)
		h.edit("general")
		h.fill("host", "Ban Tổ chức "+c.title, "dates.opens_at", "2024-09-03T08:00", "dates.closes_at", "2024-10-03T17:00")
		h.press("save")
		c.do()
		if n := webtest.Eval[int64](h.tab, "count what is to mend", `document.querySelectorAll("#mend li").length`); n > 0 {
			t.Fatalf("%s: %s", c.title, h.tab.Text("#mend"))
		}
		h.open()
		if err := st.hall.View(t.Context(), h.id, func(s *contest.State) error {
			if s.Phase != contest.Open || s.Rules.Title != c.title {
				t.Errorf("%s is %s under the name %q", c.title, s.Phase, s.Rules.Title)
			}
			if wrong := c.want(&s.Rules); wrong != "" {
				t.Errorf("%s: %s", c.title, wrong)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// open opens the contest from its first page.
func (h *hand) open() {
	h.tab.Open(h.st.http.URL + "/contests/" + h.id)
	h.tab.Click(`a[data-dialog="ask-open"]`)
	h.tab.Follow(`#ask-open button[value="open"]`)
}

// aired fills in a category whose works were aired between two days.
func (h *hand) aired(name string) {
	h.fill("name", name, "min_seconds", "0:30", "max_seconds", "5:00")
	h.unfold("aired_rule")
	h.fill("aired.on", "1", "aired.from", "2024-06-01T00:00", "aired.until", "2024-09-01T00:00", "aired.anywhere", "1", "aired.declared", "1")
}

// unfold opens a fold of the step by the key of its title.
func (h *hand) unfold(key string) {
	open := fmt.Sprintf(`[...document.querySelectorAll("summary")].find(s => s.textContent.trim() === %q)?.click(), true`, text.Vietnamese.Say("contest."+key))
	webtest.Eval[bool](h.tab, "unfold "+key, open)
}

// takeOut takes the step's item out of the rules, as the dialog asks.
func (h *hand) takeOut() {
	h.tab.Click(`button[popovertarget="take-out"]`)
	h.press("take_out")
}

func differ(got, want any) string {
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		return fmt.Sprintf("kept %s, want %s", g, w)
	}
	return ""
}
