package api

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/web/kit"
)

// contestJSON is a contest as programs see it.
type contestJSON struct {
	ID      string               `json:"id"`
	Title   string               `json:"title"`
	Phase   contest.Phase        `json:"phase"`
	Rules   *contest.Rules       `json:"rules,omitempty"`
	Changes []contest.RuleChange `json:"changes,omitempty"`
	Events  int                  `json:"events"`
	Head    string               `json:"head"` // hash of the last event
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
}

// rankingJSON is one group's ranking by all methods.
type rankingJSON struct {
	Group   string                   `json:"group"`
	Name    string                   `json:"name"`
	Method  ranking.Method           `json:"method"` // the one the ranking follows
	Methods map[string][]rankingLine `json:"methods"`
}

type rankingLine struct {
	Rank    int    `json:"rank"`
	Entry   string `json:"entry"`
	Code    string `json:"code"`
	Value   string `json:"value"`   // exact
	Decimal string `json:"decimal"` // two places, to show
}

type contestRoutes struct{ hall *contest.Hall }

// routes are what organisers' programs may read. Changes are made on the
// pages, and by judges through PUT …/sheets/{task}.
func (c contestRoutes) routes() []kit.Route {
	read := func(path, summary string, h kit.Handler, query string, out any) kit.Route {
		return kit.Route{Pattern: "GET /api/v1/contests" + path, Access: accounts.Organise, Handler: h, Summary: summary, Query: query, Out: out}
	}
	return []kit.Route{
		read("", "the contests", c.list, "", kit.List[contestJSON]{}),
		read("/{contest}", "a contest with its rules", c.show, "", contestJSON{}),
		read("/{contest}/entries", "the entries, withdrawn ones included", c.entries, "after limit", kit.List[contest.Entry]{}),
		read("/{contest}/panels", "the panels by round", c.panels, "", map[string][]contest.Panel{}),
		read("/{contest}/sheets", "every judge's sheets; marks once they are signed", c.sheets, "after limit", kit.List[sheetJSON]{}),
		read("/{contest}/ranking", "the latest round ranked by every method", c.ranking, "", kit.List[rankingJSON]{}),
	}
}

// view reads the contest of the path for somebody who may organise it.
func (c contestRoutes) view(r *kit.Request, fn func(*contest.State) error) error {
	id := r.PathValue("contest")
	if err := r.Actor.Must(accounts.Organise, accounts.Where{Contest: id}); err != nil {
		return err
	}
	return c.hall.View(r.Context(), id, fn)
}

func (c contestRoutes) list(w http.ResponseWriter, r *kit.Request) error {
	var items []contestJSON
	err := c.hall.List(r.Context(), func(s *contest.State) error {
		if r.Actor.Can(accounts.Organise, accounts.Where{Contest: s.ID}) {
			items = append(items, contestJSON{ID: s.ID, Title: s.Rules.Title, Phase: s.Phase, Events: s.Seq, Head: s.Head})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, ""))
}

func (c contestRoutes) show(w http.ResponseWriter, r *kit.Request) error {
	var out contestJSON
	err := c.view(r, func(s *contest.State) error {
		rules := s.Rules
		out = contestJSON{s.ID, s.Rules.Title, s.Phase, &rules, s.Changes, s.Seq, s.Head}
		return nil
	})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, out)
}

func (c contestRoutes) entries(w http.ResponseWriter, r *kit.Request) error {
	var items []contest.Entry
	after := ""
	limit, err := r.Limit(100, 1000)
	if err != nil {
		return err
	}
	err = c.view(r, func(s *contest.State) error {
		from := 0
		if code := r.URL.Query().Get("after"); code != "" {
			if from = slices.IndexFunc(s.Entries, func(e *contest.Entry) bool { return e.Code == code }) + 1; from == 0 {
				return fault.New(fault.Invalid, "contest.unknown_entry").At("after")
			}
		}
		for _, e := range s.Entries[from:] {
			if len(items) == limit {
				after = items[limit-1].Code
				break
			}
			items = append(items, *e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, after))
}

func (c contestRoutes) panels(w http.ResponseWriter, r *kit.Request) error {
	out := map[string][]contest.Panel{}
	err := c.view(r, func(s *contest.State) error {
		for round, panels := range s.Panels {
			out[round] = slices.Clone(panels)
		}
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
	limit, err := r.Limit(500, 5000)
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
	return out
}

func (c contestRoutes) ranking(w http.ResponseWriter, r *kit.Request) error {
	var items []rankingJSON
	err := c.view(r, func(s *contest.State) error {
		if len(s.Rounds) == 0 {
			return nil
		}
		run := s.Rounds[len(s.Rounds)-1]
		rules, _ := s.Rules.Round(run.ID)
		if len(rules.Parts) == 0 {
			return nil
		}
		standings, err := s.Standings(run)
		if err != nil {
			return err
		}
		for _, st := range standings {
			line := rankingJSON{Group: st.ID, Name: st.Name, Method: rules.Method, Methods: map[string][]rankingLine{}}
			for _, col := range st.Tally.Compare() {
				if col.Err != nil {
					continue // too few judges for this method
				}
				for _, row := range col.Ranking.Rows {
					line.Methods[string(col.Method)] = append(line.Methods[string(col.Method)],
						rankingLine{row.Rank, row.Entry.ID, run.Codes[row.Entry.ID], row.Value.String(), row.Value.Decimal(2)})
				}
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
