package api

import (
	"cmp"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/web/kit"
)

// earlierJSON is a signed version of a sheet that was reopened later: it does not count.
type earlierJSON struct {
	Marks      map[string]ranking.Points `json:"marks"`
	Total      string                    `json:"total"` // exact
	Comment    string                    `json:"comment,omitempty"`
	SignedAt   time.Time                 `json:"signed_at"`
	ReopenedAt time.Time                 `json:"reopened_at"`
	ReopenedBy string                    `json:"reopened_by"` // name
	Reason     string                    `json:"reason"`
}

// sheetJSON is one task of a judge, with its marks once they are signed.
type sheetJSON struct {
	ID       string                    `json:"id"`
	Round    string                    `json:"round"`
	Part     string                    `json:"part"`
	Judge    string                    `json:"judge"`
	Entry    string                    `json:"entry"`
	Code     string                    `json:"code"`
	Repeat   bool                      `json:"repeat,omitempty"`
	Status   contest.TaskStatus        `json:"status"`
	Marks    map[string]ranking.Points `json:"marks,omitempty"`
	Total    string                    `json:"total,omitempty"` // exact, "1789/20"
	Comment  string                    `json:"comment,omitempty"`
	SignedAt time.Time                 `json:"signed_at,omitzero"`
	Earlier  []earlierJSON             `json:"earlier,omitempty"` // as it was signed before it was reopened, oldest first
}

// rankingJSON is one group's ranking by all methods.
type rankingJSON struct {
	Group       string                   `json:"group"`
	Name        string                   `json:"name"`
	Method      ranking.Method           `json:"method"` // the one the ranking follows
	Methods     map[string][]rankingLine `json:"methods"`
	Provisional bool                     `json:"provisional"` // the round is still being judged: ranks may change
	Counted     []string                 `json:"counted"`     // how marks become points and ranks, in sentences
	Sheets      int                      `json:"sheets"`      // signed, on which the ranking stands
	// First are the places as published first, or in a round before the last as it ended,
	// where they are others than those of today; works ruled out since stand here alone.
	First []contest.Place `json:"first,omitempty"`
}

type rankingLine struct {
	Rank    int    `json:"rank"`
	Entry   string `json:"entry"`
	Code    string `json:"code"`
	Stage   string `json:"stage,omitempty"` // its number on the stage, where that is another than code
	Value   string `json:"value"`           // exact
	Decimal string `json:"decimal"`         // two places, to show
}

// juryRoutes are the jury, the rounds and what comes out of them.
func (c contestRoutes) juryRoutes() []kit.Route {
	at := func(access kit.Access, pattern, summary string, h kit.Handler, in, out any) kit.Route {
		method, path, _ := strings.Cut(pattern, " ")
		return kit.Route{Pattern: method + " /api/v1/contests/{contest}" + path, Access: access, Handler: h, Summary: summary, In: in, Out: out}
	}
	organise, receipt := accounts.Organise, contest.Receipt{}
	edits := func(pattern, summary string, h kit.Handler, in, out any) kit.Route {
		r := at(organise, pattern, summary, h, in, out)
		r.Edits = true
		return r
	}
	sheets := at(organise, "GET /sheets", "every judge's sheets; marks once they are signed", c.sheets, nil, kit.List[sheetJSON]{})
	sheets.Query = "after limit"
	ranking := at(organise, "GET /ranking", "the latest round, or that one, ranked by every method", c.ranking, nil, kit.List[rankingJSON]{})
	fair := at(organise, "GET /fairness", "how the jury scored the latest round, or that one", c.fairness, nil, fairnessJSON{})
	ranking.Query, fair.Query = "round", "round"
	return []kit.Route{
		at(organise, "GET /judges", "the jury, those removed included", c.judges, nil, kit.List[contest.Judge]{}),
		edits("PUT /judges/{person}", "put somebody who holds the judge's grant on the jury, or change what is known of one",
			order(c, func(r *kit.Request, b judgeBody) contest.Command {
				return contest.AppointJudge{Judge: contest.Judge{Person: r.PathValue("person"), Title: b.Title, Chair: b.Chair,
					Station: b.Station, District: b.District}}
			}), judgeBody{}, receipt),
		edits("POST /judges/{person}/remove", "take a judge off the jury; drop asks the chair to decide whether her signed sheets stop counting",
			order(c, func(r *kit.Request, b removeBody) contest.Command {
				return contest.RemoveJudge{Person: r.PathValue("person"), Reason: b.Reason, Drop: b.Drop}
			}), removeBody{}, receipt),
		edits("POST /judges/{person}/return", "take a judge back who was removed, with what was taken from her and nobody took over",
			order(c, func(r *kit.Request, b reasonBody) contest.Command {
				return contest.ReturnJudge{Person: r.PathValue("person"), Reason: b.Reason}
			}), reasonBody{}, receipt),
		at(organise, "GET /panels", "the panels by round", c.panels, nil, map[string][]contest.Panel{}),
		at(organise, "GET /points", "judges with ties to what they score, or called as an author, about which somebody must decide", c.points,
			nil, kit.List[pointJSON]{}),
		at(organise, "GET /uncounted", "signed sheets that do not count: by whose decision and why", c.uncounted, nil, kit.List[uncountedJSON]{}),
		at(organise, "GET /rounds", "the rounds: how far each is, what the chair has to settle, who goes on", c.rounds, nil, kit.List[roundJSON]{}),
		edits("PUT /rounds/{round}/panels", "say who scores what in a round that has not begun; in one that is being judged, who joins",
			order(c, func(r *kit.Request, b panelsBody) contest.Command {
				return contest.SetPanels{Round: r.PathValue("round"), Panels: b.Panels}
			}), panelsBody{}, receipt),
		edits("PUT /picks", "name who goes on from the running round, where entries are picked by name",
			order(c, func(_ *kit.Request, b contest.PickEntries) contest.Command { return b }), contest.PickEntries{}, receipt),
		at(organise, "POST /rounds/{round}/sheets/{task}/reopen",
			"let the chair change a sheet of her own that she signed, which she cannot do alone, or a judge one of a work the chair stands aside from",
			order(c, func(r *kit.Request, b reasonBody) contest.Command {
				return contest.ReopenSheet{Task: r.PathValue("task"), Reason: b.Reason}
			}), reasonBody{}, receipt),
		at(organise, "POST /entries/{entry}/confer",
			"record that the judges of a work conferred, where the chair stands aside from it; those in reopen score again",
			order(c, func(r *kit.Request, b conferBody) contest.Command {
				return contest.Confer{Entry: r.PathValue("entry"), Part: b.Part, Reopen: b.Reopen, Reason: b.Reason}
			}), conferBody{}, receipt),
		at(organise, "POST /order", "put level works in order, where the chair stands aside from one of them",
			order(c, func(_ *kit.Request, b contest.DecideTie) contest.Command { return b }), contest.DecideTie{}, receipt),
		at(organise, "GET /organisers", "who organises the contest, since when, and who let her", c.organisers, nil, kit.List[organiserJSON]{}),
		at(organise, "POST /organisers/{person}/remove", "take the role from somebody who organises this contest; the contest's log says so",
			c.removeOrganiser, reasonBody{}, kit.List[organiserJSON]{}),
		sheets,
		ranking, fair,
	}
}

// pointJSON is a contest.Point.
type pointJSON struct {
	Round  string   `json:"round,omitempty"` // "" before it was dealt
	Judge  string   `json:"judge"`           // person ID
	Entry  string   `json:"entry"`
	Why    []string `json:"why"` // codes of the ties
	Note   string   `json:"note,omitempty"`
	Signed bool     `json:"signed"` // marks count already
}

func (c contestRoutes) points(w http.ResponseWriter, r *kit.Request) error {
	var items []pointJSON
	err := c.view(r, func(s *contest.State) error {
		for _, p := range s.Points() {
			items = append(items, pointJSON(p))
		}
		return nil
	})
	return answer(w, r, http.StatusOK, kit.NewList(r, items, ""), err)
}

// uncountedJSON is a contest.Uncounted.
type uncountedJSON struct {
	Round  string    `json:"round"`
	Judge  string    `json:"judge"` // person ID
	Entry  string    `json:"entry"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`              // name
	First  string    `json:"first,omitempty"` // name of who had asked for it
	Reason string    `json:"reason"`
	Back   bool      `json:"back"` // the chair, or keep-judge where it is about her, lets it count again
}

func (c contestRoutes) uncounted(w http.ResponseWriter, r *kit.Request) error {
	var items []uncountedJSON
	err := c.view(r, func(s *contest.State) error {
		for _, x := range s.Uncounted() {
			items = append(items, uncountedJSON{x.Round, x.Judge, x.Entry, x.At, x.By, x.First, x.Reason, x.Back})
		}
		return nil
	})
	return answer(w, r, http.StatusOK, kit.NewList(r, items, ""), err)
}

type judgeBody struct {
	Title    string `json:"title,omitempty" schema:"maxLength=300"` // office, as printed
	Chair    bool   `json:"chair,omitempty"`
	Station  string `json:"station,omitempty"`  // ID of her own commune's
	District string `json:"district,omitempty"` // code of her own
}

type removeBody struct {
	Reason string `json:"reason" schema:"maxLength=2000"`
	Drop   bool   `json:"drop,omitempty"`
}

type panelsBody struct {
	Panels []contest.Panel `json:"panels"`
}

func (c contestRoutes) judges(w http.ResponseWriter, r *kit.Request) error {
	var items []contest.Judge
	err := c.view(r, func(s *contest.State) error {
		for _, j := range s.Judges {
			items = append(items, *j)
		}
		r.Of(s.Edition(contest.PartJury))
		return nil
	})
	return answer(w, r, http.StatusOK, kit.NewList(r, items, ""), err)
}

// roundJSON is a round of the chain, begun or not.
type roundJSON struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Began    time.Time         `json:"began,omitzero"`
	Finished time.Time         `json:"finished,omitzero"`
	Codes    map[string]string `json:"codes,omitempty"` // entry ID to neutral code
	Stage    map[string]string `json:"stage,omitempty"` // entry ID to its number in the hall, where that is another
	Signed   int               `json:"signed"`          // sheets
	Open     int               `json:"open"`
	Gaps     []gapJSON         `json:"gaps,omitempty"`
	Short    []shortJSON       `json:"short,omitempty"`          // works that fewer judges score than the rules ask
	Panels   []panelGapJSON    `json:"panels_apart,omitempty"`   // panels that score works of one ranking very differently
	Lacks    []string          `json:"lacks,omitempty"`          // not begun: panels and works with too few judges, in words
	Unknown  []unknownJSON     `json:"habits_unknown,omitempty"` // ranked by "normalised": judges with too few works to even out
	Ties     [][]string        `json:"ties,omitempty"`           // entry IDs that share a rank once every sheet is signed
	Picked   []contest.Pick    `json:"picked,omitempty"`         // by name
	GoesOn   []string          `json:"goes_on,omitempty"`        // entry IDs the rule would send on now
	Promoted []string          `json:"promoted,omitempty"`       // entry IDs, once finished
	Places   []contest.Place   `json:"places,omitempty"`         // once finished, without works ruled out since
}

// unknownJSON is a contest.Unknown.
type unknownJSON struct {
	Judge string `json:"judge"` // person ID
	Part  string `json:"part"`
	Works int    `json:"works"`
}

// shortJSON is a contest.Short.
type shortJSON struct {
	Entry string `json:"entry"`
	Part  string `json:"part"`
	Have  int    `json:"have"`
	Asked int    `json:"asked"`
}

// panelGapJSON is a contest.PanelGap.
type panelGapJSON struct {
	Group  string  `json:"group"`
	Mild   string  `json:"mild"`
	Strict string  `json:"strict"`
	High   float64 `json:"high"`
	Low    float64 `json:"low"`
	Works  [2]int  `json:"works"` // of the mild panel and of the strict one
}

// gapJSON is an entry on which judges differ too much.
type gapJSON struct {
	Entry   string `json:"entry"`
	Part    string `json:"part"`
	Low     string `json:"low"` // exact
	High    string `json:"high"`
	LowBy   string `json:"low_by"` // person ID
	HighBy  string `json:"high_by"`
	Settled bool   `json:"settled"`
}

func (c contestRoutes) rounds(w http.ResponseWriter, r *kit.Request) error {
	var items []roundJSON
	err := c.view(r, func(s *contest.State) error {
		for i := range s.Rules.Rounds {
			x, err := roundOf(s, &s.Rules.Rounds[i], r.Lang)
			if err != nil {
				return err
			}
			items = append(items, x)
		}
		r.Of(s.Edition(contest.PartPicks))
		return nil
	})
	return answer(w, r, http.StatusOK, kit.NewList(r, items, ""), err)
}

func roundOf(s *contest.State, rules *contest.Round, lang text.Language) (out roundJSON, err error) {
	out = roundJSON{ID: rules.ID, Name: rules.Name, Lacks: paper.LacksInWords(s, rules.ID, lang)}
	for _, u := range s.Unknowns(rules.ID) {
		out.Unknown = append(out.Unknown, unknownJSON(u))
	}
	run := s.Round(rules.ID)
	if run == nil {
		return out, nil
	}
	out.Began, out.Codes, out.Stage, out.Picked = run.Began, maps.Clone(run.Codes), maps.Clone(run.Stage), slices.Clone(run.Picked)
	out.Signed, out.Open = run.Progress()
	for _, x := range s.Shorts(run) {
		out.Short = append(out.Short, shortJSON(x))
	}
	for _, x := range s.PanelGaps(run) {
		out.Panels = append(out.Panels, panelGapJSON(x))
	}
	for _, g := range s.Gaps(run) {
		out.Gaps = append(out.Gaps, gapJSON{g.Entry, g.Part, g.Low.String(), g.High.String(), g.LowBy, g.HighBy, g.Settled})
	}
	if run.Finished != nil {
		out.Finished, out.Promoted = run.Finished.At, slices.Clone(run.Finished.Promoted)
		out.Places, err = s.Places(run)
		return out, err
	}
	if out.Open > 0 || len(rules.Parts) == 0 {
		return out, nil
	}
	if out.Ties, err = s.OpenTies(run); err != nil {
		return out, err
	}
	list, err := s.Proposals(run)
	for _, p := range list {
		out.GoesOn = append(out.GoesOn, p.On...)
	}
	return out, err
}

func (c contestRoutes) panels(w http.ResponseWriter, r *kit.Request) error {
	out := map[string][]contest.Panel{}
	err := c.view(r, func(s *contest.State) error {
		for round, panels := range s.Panels {
			out[round] = slices.Clone(panels)
		}
		r.Of(s.Edition(contest.PartPanels))
		return nil
	})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, out)
}

func (c contestRoutes) sheets(w http.ResponseWriter, r *kit.Request) error {
	var items []sheetJSON
	after := ""
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	err = c.view(r, func(s *contest.State) error {
		seen := r.URL.Query().Get("after") == ""
		for _, run := range s.Rounds {
			rules, _ := s.Rules.Round(run.ID)
			for _, t := range run.Tasks {
				switch {
				case !seen:
					seen = t.ID == r.URL.Query().Get("after")
				case len(items) == limit:
					after = items[limit-1].ID
					return nil
				default:
					items = append(items, sheetOf(run, rules, t))
				}
			}
		}
		if !seen {
			return fault.New(fault.Invalid, "contest.no_such_item", "id", "after").At("after")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, after))
}

func sheetOf(run *contest.RoundState, rules *contest.Round, t *contest.Task) sheetJSON {
	out := sheetJSON{ID: t.ID, Round: run.ID, Part: t.Part, Judge: t.Judge, Entry: t.Entry, Code: t.Code, Repeat: t.Repeat, Status: t.Status()}
	if t.Final() {
		total, _ := rules.Part(t.Part).Total(t.Sheet.Content)
		out.Marks, out.Comment, out.SignedAt, out.Total = t.Sheet.Marks, t.Sheet.Comment, t.Sheet.SignedAt, total.String()
	}
	for _, v := range t.Sheet.Earlier {
		total, _ := rules.Part(t.Part).Total(v.Content)
		out.Earlier = append(out.Earlier, earlierJSON{v.Marks, total.String(), v.Comment, v.SignedAt, v.ReopenedAt, v.ReopenedBy, v.Reason})
	}
	return out
}

func (c contestRoutes) ranking(w http.ResponseWriter, r *kit.Request) error {
	var items []rankingJSON
	err := c.view(r, func(s *contest.State) error {
		run := paper.Round(s, r.URL.Query().Get("round"))
		if run == nil {
			return nil
		}
		rules, _ := s.Rules.Round(run.ID)
		standings, err := s.Standings(run)
		if err != nil {
			return err
		}
		for _, st := range standings {
			line := rankingJSON{Group: st.ID, Name: st.Name, Method: rules.Method, Methods: map[string][]rankingLine{}, Provisional: run.Finished == nil,
				Counted: paper.CountedBy(r.Lang, rules), Sheets: len(st.Tally.Marks())}
			for _, col := range st.Tally.Compare() {
				if col.Err != nil || col.Method == ranking.Normalised && col.Method != rules.Method && !st.Tally.Evens() {
					continue // too few judges for this method, or too few works of each
				}
				for _, row := range col.Ranking.Rows {
					line.Methods[string(col.Method)] = append(line.Methods[string(col.Method)],
						rankingLine{row.Rank, row.Entry.ID, run.Codes[row.Entry.ID], run.Stage[row.Entry.ID], row.Value.String(), row.Value.Decimal(2)})
				}
			}
			if line.First = contest.PlacesOf(s.FirstPlaces(run), st.ID); slices.Equal(line.First, st.Places()) {
				line.First = nil
			}
			items = append(items, line)
		}
		slices.SortFunc(items, func(a, b rankingJSON) int { return cmp.Compare(a.Group, b.Group) })
		return nil
	})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, ""))
}

// fairnessJSON is the fairness panel in numbers. What could not be computed
// (too few judges in common, no spread) is null.
type fairnessJSON struct {
	Round   string       `json:"round"`
	Kendall *float64     `json:"kendall_w"`
	ICC     *float64     `json:"icc_2k"`
	Alpha   *float64     `json:"krippendorff_alpha"`
	Judges  []habitJSON  `json:"judges"`
	Apart   []apartJSON  `json:"apart"` // entries judges disagree on, widest first
	Without []absentJSON `json:"without"`
}

type habitJSON struct {
	Judge    string   `json:"judge"` // person ID
	Entries  int      `json:"entries"`
	Mean     *float64 `json:"mean"`
	Spread   *float64 `json:"spread"`
	Severity *float64 `json:"severity"` // below 0 is strict
	Gap      *float64 `json:"gap"`      // to herself, over what she heard twice
}

type apartJSON struct {
	Entry  string  `json:"entry"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	LowBy  string  `json:"low_by"`
	HighBy string  `json:"high_by"`
}

// absentJSON is what would change if one judge were left out.
type absentJSON struct {
	Judge string     `json:"judge"`
	Group string     `json:"group"`
	Moves []moveJSON `json:"moves"`
	Fault string     `json:"fault,omitempty"` // why it cannot be ranked without her
}

type moveJSON struct {
	Entry  string `json:"entry"`
	Before int    `json:"before"`
	After  int    `json:"after"` // 0: no sheet would be left
}

// finite is v, or nil for what JSON cannot say.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func (c contestRoutes) fairness(w http.ResponseWriter, r *kit.Request) error {
	out := fairnessJSON{Judges: []habitJSON{}, Apart: []apartJSON{}, Without: []absentJSON{}}
	err := c.view(r, func(s *contest.State) error {
		run := paper.Round(s, r.URL.Query().Get("round"))
		if run == nil {
			return nil
		}
		out.Round = run.ID
		f, ok, err := paper.FairnessOf(s, run, r.Lang, r.Now)
		if !ok {
			return err
		}
		out.Kendall, out.ICC, out.Alpha = finite(f.Kendall), finite(f.ICC), finite(f.Alpha)
		for _, h := range f.Habits {
			x := habitJSON{h.Judge, h.Entries, finite(h.Mean), finite(h.Spread), finite(h.Severity), nil}
			if h.Steady != nil {
				x.Gap = finite(h.Steady.Gap)
			}
			out.Judges = append(out.Judges, x)
		}
		for _, d := range f.Apart {
			out.Apart = append(out.Apart, apartJSON{d.Entry, d.Low, d.High, d.Lowest, d.Highest})
		}
		for _, a := range f.Without {
			x := absentJSON{Judge: a.Judge, Group: a.Group, Moves: []moveJSON{}, Fault: r.Lang.Fault(a.Err)}
			for _, m := range a.Moves {
				x.Moves = append(x.Moves, moveJSON{m.Entry, m.Before, m.After})
			}
			out.Without = append(out.Without, x)
		}
		return err
	})
	return answer(w, r, http.StatusOK, out, err)
}
