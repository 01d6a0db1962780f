package airings

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/paper"
	"loa/stations"
	"loa/web/kit"
)

// paperPage is the log as the book an inspector asks for, oldest first.
type paperPage struct {
	kit.Page
	Form  kit.Form // the office's own words for the book's head
	Paper paper.Paper
	Back  string
	Here  string       // this page
	Kept  []kit.Option // the filter
}

// maxPrinted is the most lines one print holds: some sixty sheets.
const maxPrinted = 2000

func (p pages) showPaper(w http.ResponseWriter, r *kit.Request) error {
	f, q, reg, err := p.asked(r)
	if err != nil {
		return err
	}
	page := paperPage{Page: r.Page("airing.paper"), Form: kit.NewForm(), Kept: kit.Kept(f),
		Here: "/airings/paper?" + filter.Values(f).Encode(), Back: filter.Link("/airings", f)}
	station, until := "", q.Until.Add(-time.Second)
	if f.Until.IsZero() { // the filter reaches a little ahead, a book does not
		until = r.Now
	}
	r.Office(w, page.Form)
	if len(q.Stations) == 1 {
		station = reg.UnitOf(q.Stations[0]).Official()
	} else if mine := reg.Filter(readable(r)); len(mine) == 1 {
		station = reg.UnitOf(mine[0].ID).Official()
	}
	lines, left, err := p.lines(r, reg, q, maxPrinted)
	if err != nil {
		return err
	}
	if left { // a book that lacks lines would pass for the whole
		return fault.New(fault.Invalid, "airing.paper_long", "most", maxPrinted)
	}
	slices.Reverse(lines)
	page.Paper = paper.Paper{Lang: r.Lang, Name: r.Say("airing.log_title"), Office: page.Form.Letterhead(), Date: r.Now, Across: true,
		Title: r.Say("airing.paper_title"),
		About: []string{r.Say("airing.paper_subtitle", "station", cmp.Or(station, several(r, reg, q.District)), "from", r.Lang.Date(q.From),
			"until", r.Lang.Date(until))},
		Body: []paper.Block{bookTable(r, lines, station == "")}, Signers: []paper.Signer{{Office: r.Say("airing.paper_keeper")},
			{Office: r.Say("kit.paper_head")}}}
	seal, err := p.store.LastSeal(r.Context(), r.Actor, nil)
	if err != nil {
		return err
	}
	if seal != nil && seal.Signed != nil {
		page.Paper.Check = r.Say("seals.on_paper", "n", seal.Number, "week", seal.Week, "code", seal.Code())
		page.Paper.Body = append(page.Paper.Body, paper.Text{Italic: true, Words: r.Say("seals.on_book", "n", seal.Number, "week", seal.Week,
			"code", seal.Code(), "key", seal.Signed.KeyCode())})
	}
	if as := r.URL.Query().Get("as"); as != "" {
		return r.SendPapers(w, "so-nhat-ky", as, []paper.Paper{page.Paper})
	}
	return p.paper.Render(w, r, page)
}

// several says whose book it is that is not one station's: those of a district,
// or what the reader may see, so that no part passes for the whole province's.
func several(r *kit.Request, reg *stations.Registry, district string) string {
	all, districts, own := r.Actor.Stations(accounts.ReadAirings)
	if district != "" {
		all, districts, own = false, []string{district}, nil
	}
	if all {
		return r.Say("airing.paper_several")
	}
	var names []string
	for _, code := range districts {
		names = append(names, reg.DistrictOfficial(code))
	}
	for _, id := range own {
		names = append(names, reg.UnitOf(id).Official())
	}
	return r.Say("airing.paper_several_of", "places", strings.Join(names, ", "))
}

// bookTable are the lines of the book; of several stations each line names its own.
func bookTable(r *kit.Request, lines []logLine, several bool) paper.Table {
	text := func(key string, width float64) paper.Column {
		return paper.Column{Name: r.Say(key), Width: width, Places: paper.Words}
	}
	t := paper.Table{Columns: []paper.Column{{Name: r.Say("kit.paper_row"), Width: 6, Middle: true}, text("airing.column.time", 15)}}
	if several {
		t.Columns = append(t.Columns, text("airing.column.station", 18))
	}
	t.Columns = append(t.Columns, text("airing.column.programme", 24), text("airing.column.outcome", 16), text("airing.column.length", 12),
		text("airing.column.means", 16),
		text("airing.column.by", 22), text("airing.note", 24))
	join := func(sep string, words ...string) string {
		return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), sep)
	}
	for i, l := range lines {
		outcome, length, means, note := r.Say("airing.outcome."+string(l.Outcome)), "", "", []string{l.Note}
		if l.Reason != "" {
			outcome += ": " + r.Say("airing.reason."+string(l.Reason))
		}
		if l.Seconds > 0 {
			length = r.Lang.Duration(l.Length())
		}
		if l.Means != "" {
			means = r.Say("airing.means." + string(l.Means))
		}
		if l.CorrectedBy != "" {
			note = append(note, "("+r.Say("airing.replaced")+")")
		}
		if l.Why != "" {
			note = append(note, r.Say("airing.why")+": "+l.Why+".")
		}
		if len(l.Evidence) > 0 {
			note = append(note, r.Say("airing.has_evidence"))
		}
		if l.Texted != nil {
			note = append(note, r.Say("airing.texted")+": "+l.Texted.From+".")
		}
		if !l.SaidAt.IsZero() {
			said := "airing.phone_said"
			if l.Texted != nil {
				said = "airing.text_said"
			}
			waited := r.Say(said, "said", l.SaidAt, "heard", l.ReceivedAt)
			if l.Unproven {
				waited += ", " + r.Say("airing.phone_unproven")
			}
			note = append(note, waited+".")
		}
		if heard := heardIn(r, l.Line); heard != "" {
			note = append(note, heard)
		}
		row := []any{i + 1, l.StartedAt}
		if several {
			row = append(row, l.StationLabel)
		}
		t.Rows = append(t.Rows, append(row, join("; ", l.Programme, l.Episode), outcome, length, means, l.By.Name+", "+r.Lang.DateTime(l.ReceivedAt),
			join(" ", note...)))
	}
	return t
}
