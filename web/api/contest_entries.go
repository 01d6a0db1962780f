package api

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	"loa/web/kit"
)

// entryRoutes are the entries of a contest, for those who enter and for the
// organiser. Files are uploaded first, as everywhere (POST /api/v1/audio).
func (c contestRoutes) entryRoutes() []kit.Route {
	at := func(access kit.Access, pattern, summary string, h kit.Handler, in, out any) kit.Route {
		method, path, _ := strings.Cut(pattern, " ")
		return kit.Route{Pattern: method + " /api/v1/contests/{contest}/entries" + path, Access: access, Handler: h, Summary: summary, In: in, Out: out}
	}
	edits := func(access kit.Access, pattern, summary string, h kit.Handler, in, out any) kit.Route {
		r := at(access, pattern, summary, h, in, out)
		r.Edits = true
		return r
	}
	receipt := contest.Receipt{}
	list := at(accounts.Organise, "GET ",
		"the entries asked for, withdrawn ones included; q finds words with or without tone marks, or the number judges know a work by", c.entries,
		nil, kit.List[entryJSON]{})
	list.Filter, list.Query = contest.EntryQuery{}, "after limit"
	submit := at(accounts.EnterContest, "POST ",
		"enter a work; with check=1 only say what is wrong or missing; id names a form sent ahead, and the entry's own ID, another one, is in the answer",
		c.submit, submitBody{}, contest.Entry{})
	submit.Query, submit.Statuses = "check", []int{http.StatusCreated, http.StatusNoContent}
	return []kit.Route{
		{Pattern: "GET /api/v1/entering", Access: accounts.EnterContest, Handler: c.entering,
			Summary: "contests one may enter or has entered, their rules, and one's own entries", Out: kit.List[enteringJSON]{}},
		list, submit,
		at(kit.SignedIn, "GET /{entry}", "an entry, for its entrant and the organiser", c.entry, nil, contest.Entry{}),
		edits(accounts.EnterContest, "PUT /{entry}", "replace an entry before the deadline", c.replace, contest.Work{}, contest.Entry{}),
		at(accounts.EnterContest, "PUT /{entry}/form",
			"send the form of a work, new or to be replaced, whose files are still on their way: within the grace it can be completed as it stands", c.announce,
			contest.Work{}, receipt),
		edits(accounts.EnterContest, "POST /{entry}/withdraw", "take an entry back before the deadline",
			order(c, func(r *kit.Request, b reasonBody) contest.Command {
				return contest.WithdrawEntry{Entry: r.PathValue("entry"), Reason: b.Reason}
			}), reasonBody{}, receipt),
		at(accounts.EnterContest, "POST /{entry}/complain", "file a complaint about the published result of an own entry",
			order(c, func(r *kit.Request, b complainBody) contest.Command {
				return contest.FileComplaint{Entry: r.PathValue("entry"), Text: b.Text}
			}), complainBody{}, receipt),
		at(kit.SignedIn, "GET /{entry}/feedback", "how an entry did, judges unnamed: for the organiser, and for the entrant once it is published",
			c.feedback, nil, feedbackJSON{}),
		edits(accounts.Organise, "PUT /{entry}/script", "set the script as judges will read it", order(c, func(r *kit.Request, b scriptBody) contest.Command {
			return contest.RedactScript{Entry: r.PathValue("entry"), Text: b.Text, Blank: b.Blank}
		}), scriptBody{}, receipt),
		edits(accounts.Organise, "POST /{entry}/confirm-airing", "accept a declared airing after looking at its proof",
			order(c, func(r *kit.Request, b reasonBody) contest.Command {
				return contest.ConfirmAiring{Entry: r.PathValue("entry"), Note: b.Reason}
			}), reasonBody{}, receipt),
		edits(accounts.Organise, "POST /{entry}/confirm-own", "accept as the entrant's own a work made from an episode of others, after asking",
			order(c, func(r *kit.Request, b reasonBody) contest.Command {
				return contest.ConfirmOwn{Entry: r.PathValue("entry"), Note: b.Reason}
			}), reasonBody{}, receipt),
		edits(accounts.Organise, "POST /{entry}/keep-double", "let a work stay that somebody said is one recording with another's",
			order(c, func(r *kit.Request, b doubleBody) contest.Command {
				return contest.KeepDouble{Entry: r.PathValue("entry"), Recording: b.Recording, Reason: b.Reason}
			}), doubleBody{}, receipt),
		edits(accounts.Organise, "POST /{entry}/rule-out", "exclude an entry", order(c, func(r *kit.Request, b reasonBody) contest.Command {
			return contest.RuleOutEntry{Entry: r.PathValue("entry"), Reason: b.Reason}
		}), reasonBody{}, receipt),
		at(accounts.Organise, "POST /{entry}/report-tie",
			"note a tie found between a judge and an entry; if it was dealt to her, somebody must decide whether her marks count",
			order(c, func(r *kit.Request, b excludeBody) contest.Command {
				return contest.ReportTie{Judge: b.Judge, Entry: r.PathValue("entry"), Note: b.Reason}
			}), excludeBody{}, receipt),
		at(accounts.Organise, "POST /{entry}/keep-judge",
			"let a judge go on with an entry in spite of a tie, or let her excluded sheets count again, where it is not the chair's to decide",
			order(c, func(r *kit.Request, b excludeBody) contest.Command {
				return contest.KeepJudge{Judge: b.Judge, Entry: r.PathValue("entry"), Reason: b.Reason}
			}), excludeBody{}, receipt),
		at(accounts.Organise, "POST /{entry}/exclude-judge",
			"take a judge off an entry because of a tie between them; once she has signed that is for the chair: report the tie",
			order(c, func(r *kit.Request, b excludeBody) contest.Command {
				return contest.ExcludeJudge{Judge: b.Judge, Entry: r.PathValue("entry"), Reason: b.Reason}
			}), excludeBody{}, receipt),
	}
}

type complainBody struct {
	Text string `json:"text" schema:"maxLength=5000"`
}

type reasonBody struct {
	Reason string `json:"reason" schema:"required maxLength=2000"`
}

type doubleBody struct {
	Recording string `json:"recording" schema:"required"` // ID of the other's
	Reason    string `json:"reason" schema:"required maxLength=2000"`
}

type scriptBody struct {
	Text  string `json:"text" schema:"maxLength=100000"`
	Blank bool   `json:"blank,omitempty"` // it is meant to be empty although a script was sent
}

type excludeBody struct {
	Judge  string `json:"judge"` // person ID
	Reason string `json:"reason" schema:"maxLength=2000"`
}

func (c contestRoutes) entries(w http.ResponseWriter, r *kit.Request) error {
	id := r.PathValue("contest")
	if err := contest.MayOrganise(r.Actor, id); err != nil {
		return err
	}
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	var items []entryJSON
	after := ""
	q, err := kit.ReadFilter[contest.EntryQuery](r)
	if err != nil {
		return err
	}
	reg, err := c.store.Registry(r.Context())
	if err == nil {
		q, err = q.In(reg, r.Actor)
	}
	if err != nil {
		return err
	}
	q.After = r.URL.Query().Get("after")
	err = c.hall.FindEntries(r.Context(), id, q, func(s *contest.State, found []contest.Found) error {
		if len(found) > limit {
			found, after = found[:limit], found[limit-1].Code
		}
		for _, x := range found {
			items = append(items, entryJSON{*x.Entry, x.State})
		}
		return nil
	})
	return answer(w, r, http.StatusOK, kit.NewList(r, items, after), err)
}

// entryJSON is an entry and where it stands.
type entryJSON struct {
	contest.Entry
	State contest.EntryState `json:"state"`
}

// enteringJSON is a contest as an entrant sees it.
type enteringJSON struct {
	ID      string               `json:"id"`
	Title   string               `json:"title"`
	Phase   contest.Phase        `json:"phase"`
	Open    bool                 `json:"open"` // entries are taken now
	Rules   contest.Rules        `json:"rules"`
	Changes []contest.RuleChange `json:"changes,omitempty"`
	Entries []contest.Entry      `json:"entries"` // the caller's own
	Awaited []awaitedJSON        `json:"awaited"` // her forms whose files are on their way
}

func (c contestRoutes) entering(w http.ResponseWriter, r *kit.Request) error {
	var items []enteringJSON
	err := c.hall.List(r.Context(), func(s *contest.State) error {
		if s.Phase == contest.Draft {
			return nil
		}
		x := enteringJSON{ID: s.ID, Title: s.Rules.Title, Phase: s.Phase, Open: s.Taking(r.Now), Rules: s.Rules, Changes: s.Changes, Entries: []contest.Entry{},
			Awaited: []awaitedJSON{}}
		for _, a := range s.Awaited(r.Actor, r.Now) {
			x.Awaited = append(x.Awaited, awaitedJSON{a.ID, a.At, a.Work})
		}
		for _, e := range s.Entries {
			if e.Entrant.Of(r.Actor) {
				x.Entries = append(x.Entries, seen(e))
			}
		}
		if s.Phase == contest.Open || len(x.Entries) > 0 {
			items = append(items, x)
		}
		return nil
	})
	return answer(w, r, http.StatusOK, kit.NewList(r, items, ""), err)
}

// awaitedJSON is a form that was sent before its files had arrived.
type awaitedJSON struct {
	Entry string       `json:"entry"` // ID of the entry it makes or replaces
	At    time.Time    `json:"at"`
	Work  contest.Work `json:"work"`
}

// seen is an entry as its entrant sees it: without what only the organiser is
// warned of.
func seen(e *contest.Entry) contest.Entry {
	out := *e
	out.Warnings, out.OwnNote, out.Redacted = nil, "", ""
	return out
}

// read answers with an entry to its entrant or to the organiser; for anybody
// else there is none.
func (c contestRoutes) read(r *kit.Request, id string) (out contest.Entry, err error) {
	err = c.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		e := s.Entry(id)
		switch {
		case e != nil && contest.MayOrganise(r.Actor, s.ID) == nil:
			out = *e
		case e != nil && e.Entrant.Of(r.Actor):
			out = seen(e)
		default:
			return fault.New(fault.NotFound, "contest.unknown_entry")
		}
		r.Of(s.Edition(contest.PartEntry(id)))
		return nil
	})
	return out, err
}

func (c contestRoutes) entry(w http.ResponseWriter, r *kit.Request) error {
	e, err := c.read(r, r.PathValue("entry"))
	return answer(w, r, http.StatusOK, e, err)
}

// under is the ID of the entry a form is about that was sent under the caller's.
func (c contestRoutes) under(r *kit.Request, id string) (entry string, err error) {
	err = c.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error { entry = s.EntryUnder(id); return nil })
	return entry, err
}

func (c contestRoutes) announce(w http.ResponseWriter, r *kit.Request) error {
	var b contest.Work
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	entry, err := c.under(r, r.PathValue("entry"))
	if err != nil {
		return err
	}
	rec, err := c.hall.Do(r.Context(), m, r.PathValue("contest"), contest.AnnounceEntry{ID: entry, Work: b})
	return answer(w, r, http.StatusOK, rec, err)
}

type submitBody struct {
	ID string `json:"id,omitempty"` // under which the form was sent ahead; absent: the Idempotency-Key. The entry's own ID is in the answer
	contest.Work
}

func (c contestRoutes) submit(w http.ResponseWriter, r *kit.Request) error {
	var b submitBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	entry, err := c.under(r, cmp.Or(b.ID, m.ID))
	if err != nil {
		return err
	}
	id, command := r.PathValue("contest"), contest.SubmitEntry{ID: entry, Work: b.Work}
	check, err := r.Yes("check")
	if err != nil {
		return err
	}
	if check {
		if err := c.hall.CheckEntry(r.Context(), m, id, command); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent) // nothing is wrong, and nothing was entered
		return nil
	}
	if _, err := c.hall.Do(r.Context(), m, id, command); err != nil {
		return err
	}
	e, err := c.read(r, command.ID)
	return answer(w, r, http.StatusCreated, e, err)
}

func (c contestRoutes) replace(w http.ResponseWriter, r *kit.Request) error {
	var b contest.Work
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	entry := r.PathValue("entry")
	if _, err := c.hall.Do(r.Context(), m, r.PathValue("contest"), contest.ReplaceEntry{Entry: entry, Work: b}); err != nil {
		return err
	}
	e, err := c.read(r, entry)
	return answer(w, r, http.StatusOK, e, err)
}

// feedbackJSON is a paper.Feedback; numbers are exact where they are strings.
type feedbackJSON struct {
	Code     string       `json:"code"`
	Title    string       `json:"title"`
	Entrant  string       `json:"entrant"`
	Round    string       `json:"round"`
	Rank     int          `json:"rank,omitempty"`
	Of       int          `json:"of,omitempty"`
	Value    string       `json:"value,omitempty"`
	Prize    string       `json:"prize,omitempty"`
	Parts    []scoredJSON `json:"parts"`
	Comments []string     `json:"comments"`
	Remarks  []remarkJSON `json:"remarks"`
	Edited   int          `json:"edited,omitempty"` // of the comments and remarks, by the organiser
}

type scoredJSON struct {
	Name     string       `json:"name"`
	Criteria []spreadJSON `json:"criteria"`
}

type spreadJSON struct {
	Name string `json:"name"`
	Max  string `json:"max"`
	Mean string `json:"mean"`
	Low  string `json:"low"`
	High string `json:"high"`
}

type remarkJSON struct {
	Seconds float64 `json:"seconds"`
	Text    string  `json:"text"`
}

func (c contestRoutes) feedback(w http.ResponseWriter, r *kit.Request) error {
	out := feedbackJSON{Parts: []scoredJSON{}, Comments: []string{}, Remarks: []remarkJSON{}}
	err := c.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		e, err := s.ForFeedback(r.Actor, r.PathValue("entry"))
		if err != nil {
			return err
		}
		f, ok, err := paper.FeedbackOf(s, e, r.Lang, r.Now)
		if err != nil || !ok {
			return cmp.Or(err, error(fault.New(fault.NotFound, "contest.no_results")))
		}
		out.Code, out.Title, out.Entrant, out.Round, out.Rank, out.Of, out.Prize = f.Code, f.Title, f.Entrant, f.Round, f.Rank, f.Of, f.Prize
		if f.Rank > 0 {
			out.Value = f.Value.String()
		}
		for _, p := range f.Parts {
			x := scoredJSON{Name: p.Name}
			for _, k := range p.Criteria {
				x.Criteria = append(x.Criteria, spreadJSON{k.Name, k.Max.String(), k.Mean.String(), k.Low.String(), k.High.String()})
			}
			out.Parts = append(out.Parts, x)
		}
		out.Comments, out.Edited = append(out.Comments, f.Comments...), f.Edited
		for _, m := range f.Remarks {
			out.Remarks = append(out.Remarks, remarkJSON{m.At.Seconds(), m.Text})
		}
		return nil
	})
	return answer(w, r, http.StatusOK, out, err)
}
