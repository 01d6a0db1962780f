package api

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/coverage/report"
	"loa/internal/paper"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/outgoing"
	"loa/web/kit"
)

// CoverageStore is what the routes of coverage ask of the store.
type CoverageStore interface {
	coverage.Store
	coverage.Decider
	coverage.CallBook
	coverage.Pleas
	coverage.CallSource
	airing.SettingsStore
	report.Store
	outgoing.Store
}

type coverages struct{ store CoverageStore }

func (c coverages) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /api/v1/coverage", Access: accounts.ReadCoverage, Handler: c.week, Filter: weekAsked{}, Out: coverage.Week{},
			Summary: "Coverage of one week (default: the current one); stations=1 adds every station."},
		{Pattern: "GET /api/v1/coverage/period", Access: accounts.ReadCoverage, Handler: c.period, Filter: coverage.Filter{}, Query: "limit after",
			Out: periodAnswer{}, Summary: "Coverage of a period (2024, 2024-H1, 2024-Q2, 2024-05, 2024-W20, 2024-05-13) or from..until, each of these " +
				"forms too: station-weeks, each station once a week, closed weeks as frozen with now beside; by says what the items are. " +
				"GET /api/v1/coverage with from, until or period answers the same."},
		{Pattern: "GET /api/v1/report", Access: accounts.ReadCoverage, Handler: c.report, Filter: coverage.Filter{}, Out: report.Report{},
			Summary: "The report of a period: against the target and the period before, its course, districts, topics and " +
				"stations with the reasons for weeks without an airing."},
		{Pattern: "GET /api/v1/report/{as}", Access: accounts.ReadCoverage, Handler: c.report, Filter: coverage.Filter{},
			Gives:   paper.PDFType + " " + paper.DOCXType + " " + sheet.XLSXType,
			Summary: "The same as a paper: pdf, docx or xlsx, with its number where it has one. The same papers give the same bytes of PDF."},
		{Pattern: "GET /api/v1/coverage/trend", Access: accounts.ReadCoverage, Handler: c.trend, Filter: coverage.Course{}, Out: kit.List[coverage.Week]{},
			Summary: "Coverage of each week from..until."},
		{Pattern: "GET /api/v1/coverage/{week}/excuses/{station}", Access: accounts.ExcuseStation, Handler: c.lastExcuse, Out: coverage.Excuse{},
			Summary: "What was last decided about excusing a station in a week, revoked or not; its reason is empty if nobody has decided. Its ETag is " +
				"for If-Match of an excuse."},
		{Pattern: "PUT /api/v1/coverage/excuses/{id}", Edits: true, Access: accounts.ExcuseStation, Handler: c.excuse, In: excuseBody{}, Out: coverage.Excuse{},
			Summary: "Excuse a station for a week because another person asked, or revoke the excuse, under a client-made UUID. While something asked for " +
				"that week waits, that is to be answered."},
		{Pattern: "GET /api/v1/coverage/excuses", Access: accounts.ReadCoverage, Handler: c.pleas, Filter: coverage.PleaFilter{}, Query: "limit after",
			Out:     kit.List[coverage.Plea]{},
			Summary: "Excuses that were asked for, those that wait first; a page may hold fewer than limit and still have a next."},
		{Pattern: "POST /api/v1/coverage/excuses", Access: accounts.ReadCoverage, Handler: c.ask, In: coverage.AskExcuse{}, Out: coverage.Plea{},
			Summary: "Ask that a station be excused from a week or some on end; another person decides."},
		{Pattern: "POST /api/v1/coverage/excuses/{id}/answer", Access: accounts.ReadCoverage, Handler: c.answer, In: coverage.AnswerExcuse{},
			Out:     coverage.Plea{},
			Summary: "Grant what another person asked for, refuse it with a reason, or take one's own back (grant false)."},
		{Pattern: "POST /api/v1/coverage/{week}/close", Access: accounts.CloseWeek, Handler: c.close, Query: "seen", Out: coverage.Week{},
			Summary: "Freeze a week that has ended; with seen, also an empty one, 409 lists what is undecided unless it was seen so."},
		{Pattern: "GET /api/v1/coverage/{week}/close", Access: accounts.CloseWeek, Handler: c.closing, Out: stepJSON{},
			Summary: "What is undecided in a week, and what closing it locks."},
		{Pattern: "POST /api/v1/coverage/{week}/reopen", Access: accounts.CloseWeek, Handler: c.reopen, In: reopenBody{}, Out: coverage.Week{},
			Summary: "Ask to open a closed week again (reason), or with request, the time of what another person asked (reopening.at), agree to it; " +
				"later also means every closed week after it, of an answer those of the same request; decline takes the request back."},
		{Pattern: "POST /api/v1/coverage/anew", Access: accounts.ReadCoverage, Handler: c.anew, In: coverage.Anew{}, Out: anewAnswer{}, Query: "dry_run",
			Summary: "Decide something about the past anew, from a past day on, with a reason: terms, languages, activity or week_start. dry_run=1 says " +
				"which weeks change, and changes nothing."},
		{Pattern: "GET /api/v1/coverage/anew", Access: accounts.ReadCoverage, Handler: c.decidedAnew, Out: kit.List[anewAnswer]{}, Query: "limit after",
			Summary: "What was decided anew about the past, the newest first."},
		{Pattern: "GET /api/v1/settings", Access: kit.SignedIn, Handler: c.settings, Out: airing.Settings{},
			Summary: "What the plan leaves open, as set here."},
		{Pattern: "PUT /api/v1/settings", Access: accounts.EditSettings, Handler: c.saveSettings, In: airing.Settings{}, Out: airing.Settings{}, Edits: true,
			Summary: "Change the settings; members left out stay."},
	}
}

// weekAsked is a week, and whether to tell of every station.
type weekAsked struct {
	coverage.Query
	Stations bool `name:"stations"`
}

// orThis is the week, or the current one where none is named.
func (c coverages) orThis(r *kit.Request, week airing.Week) (airing.Week, error) {
	if week != 0 {
		return week, nil
	}
	set, err := c.store.AiringSettings(r.Context())
	return set.Calendar(text.Zone).Week(r.Now), err
}

// periodAnswer is a period with its items.
type periodAnswer struct {
	coverage.Answer
	kit.List[coverage.Item]
}

func (c coverages) period(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[coverage.Filter](r)
	if err != nil {
		return err
	}
	set, err := c.store.AiringSettings(r.Context())
	if err != nil {
		return err
	}
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	after, err := r.AfterNumber("after")
	if err != nil {
		return err
	}
	p, err := c.store.Period(r.Context(), r.Actor, f, r.Now)
	if err != nil {
		return err
	}
	before, of, err := coverage.PeriodBefore(r.Context(), c.store, r.Actor, f, p, r.Now)
	if err != nil {
		return err
	}
	items := p.Items(f.By, set.Calendar(text.Zone), r.Lang)
	items, next := items[min(after, len(items)):], ""
	if len(items) > limit {
		items, next = items[:limit], strconv.Itoa(after+limit)
	}
	return r.JSON(w, http.StatusOK, periodAnswer{p.Answer(r.Lang, f, before, of), kit.NewList(r, items, next)})
}

func (c coverages) report(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[coverage.Filter](r)
	if err != nil {
		return err
	}
	rep, err := report.Of(r.Context(), c.store, r.Actor, f, r.Lang, r.Now)
	if err != nil {
		return err
	}
	as := r.PathValue("as")
	if as == "" {
		return r.JSON(w, http.StatusOK, rep)
	}
	issuer, ok := outgoing.IssuerOf(r.Actor, rep.Asked.District)
	n, err := r.NumberOf(c.store, outgoing.PeriodReport, issuer, ok, report.Address(rep.Asked))
	if err != nil {
		return err
	}
	return r.SendNumbered(w, n, rep.Name(), as, rep.Papers(n.Head(paper.Office{}), r.Lang, r.Now))
}

func (c coverages) week(w http.ResponseWriter, r *kit.Request) error {
	if v := r.Asked().Values; v.Get("from") != "" || v.Get("until") != "" || v.Get("period") != "" {
		return c.period(w, r)
	}
	a, err := kit.ReadFilter[weekAsked](r)
	if err != nil {
		return err
	}
	if a.Week, err = c.orThis(r, a.Week); err != nil {
		return err
	}
	a.Now = r.Now
	got, err := c.store.Coverage(r.Context(), r.Actor, a.Query)
	if err != nil {
		return err
	}
	if !a.Stations {
		got.Stations = nil
	}
	return r.JSON(w, http.StatusOK, got)
}

func (c coverages) trend(w http.ResponseWriter, r *kit.Request) error {
	a, err := kit.ReadFilter[coverage.Course](r)
	if err != nil {
		return err
	}
	if a.Until, err = c.orThis(r, a.Until); err != nil {
		return err
	}
	a.From = cmp.Or(a.From, a.Until-51)
	weeks, err := c.store.Trend(r.Context(), r.Actor, a.Query(r.Now), a.Until)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, weeks, ""))
}

type excuseBody struct {
	Week    airing.Week   `json:"week"`
	Station string        `json:"station"`
	Reason  airing.Reason `json:"reason,omitempty"` // not needed to revoke
	Note    string        `json:"note" schema:"maxLength=1000"`
	Asked   string        `json:"asked,omitempty"` // who asked for it, which a person has to say: ID or name of another who may ask, or a name in the station's file
	Revoked bool          `json:"revoked,omitempty"`
}

func (c coverages) lastExcuse(w http.ResponseWriter, r *kit.Request) error {
	week, err := airing.ParseWeek(r.PathValue("week"))
	if err != nil {
		return err
	}
	reg, err := c.store.Registry(r.Context())
	if err != nil {
		return err
	}
	st, err := reg.OpenTo(r.Actor, accounts.ExcuseStation, r.PathValue("station"), r.Today())
	if err != nil {
		return err
	}
	e, err := c.store.LastExcuse(r.Context(), week, st.ID)
	return answer(w, r, http.StatusOK, e, err)
}

func (c coverages) excuse(w http.ResponseWriter, r *kit.Request) error {
	var b excuseBody
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	id := r.PathValue("id")
	if err := kit.CheckID(id, "id"); err != nil {
		return err
	}
	reg, err := c.store.Registry(r.Context())
	if err != nil {
		return err
	}
	st, err := reg.ByCodeOrID(b.Station, r.Today())
	if err != nil {
		return err
	}
	e, err := c.store.Excuse(r.Context(), r.Meta(id), coverage.Excuse{Week: b.Week, Station: st.ID, Reason: b.Reason, Note: b.Note, Asked: b.Asked,
		Revoked: b.Revoked})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, e)
}

func (c coverages) close(w http.ResponseWriter, r *kit.Request) error {
	week, err := airing.ParseWeek(r.PathValue("week"))
	if err != nil {
		return err
	}
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	got, err := c.store.CloseWeek(r.Context(), m, coverage.Close{Week: week, Seen: seenBy(r)})
	if err != nil {
		return err
	}
	got.Stations = nil
	return r.JSON(w, http.StatusOK, got)
}

func (c coverages) closing(w http.ResponseWriter, r *kit.Request) error {
	week, err := airing.ParseWeek(r.PathValue("week"))
	if err != nil {
		return err
	}
	if err := coverage.MayClose(r.Actor); err != nil {
		return err
	}
	got, err := c.store.Coverage(r.Context(), r.Actor, coverage.Query{Week: week, Now: r.Now})
	if err != nil {
		return err
	}
	waits, err := c.store.Unanswered(r.Context(), r.Actor, week, r.Now)
	if err != nil {
		return err
	}
	reg, err := c.store.Registry(r.Context())
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, stepOf(r, "close", coverage.Closing(got, waits, reg.Label), coverage.Closable(got)))
}

type reopenBody struct {
	Reason  string    `json:"reason,omitempty" schema:"maxLength=1000"` // of who asks
	Later   bool      `json:"later,omitempty"`
	Request time.Time `json:"request,omitzero"` // "at" of the request that is answered; none asks
	Decline bool      `json:"decline,omitempty"`
}

func (c coverages) reopen(w http.ResponseWriter, r *kit.Request) error {
	week, err := airing.ParseWeek(r.PathValue("week"))
	if err != nil {
		return err
	}
	var b reopenBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	got, err := c.store.ReopenWeek(r.Context(), m, coverage.Reopen{Week: week, Later: b.Later, Reason: b.Reason, Request: b.Request, Decline: b.Decline})
	if err != nil {
		return err
	}
	got.Stations = nil
	return r.JSON(w, http.StatusOK, got)
}

func (c coverages) settings(w http.ResponseWriter, r *kit.Request) error {
	set, err := c.store.AiringSettings(r.Context())
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, set)
}

func (c coverages) saveSettings(w http.ResponseWriter, r *kit.Request) error {
	var saved airing.Settings
	err := edit(r, func() (airing.Settings, accounts.Edition, error) {
		set, err := c.store.AiringSettings(r.Context())
		return set, set.Edition(), err
	}, func(m accounts.Meta, set airing.Settings) (err error) {
		saved, err = c.store.SaveAiringSettings(r.Context(), m, set)
		return err
	})
	return answer(w, r, http.StatusOK, saved, err)
}

func (c coverages) anew(w http.ResponseWriter, r *kit.Request) error {
	var b coverage.Anew
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	if b.Station != "" {
		reg, err := c.store.Registry(r.Context())
		if err != nil {
			return err
		}
		st, err := reg.ByCodeOrID(b.Station, r.Today())
		if err != nil {
			return err
		}
		b.Station = st.ID
	}
	dry, err := r.Yes("dry_run")
	if err != nil {
		return err
	}
	decide := c.store.DecideAnew
	if dry {
		decide = c.store.ForetellAnew
	}
	done, err := decide(r.Context(), m, b)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, answerAnew(r, done))
}

// anewAnswer is a decision about the past, with what it changes in words.
type anewAnswer struct {
	coverage.AnewDone
	WasSaid string `json:"was_said"`
	NowSaid string `json:"now_said"`
}

func answerAnew(r *kit.Request, d coverage.AnewDone) anewAnswer {
	return anewAnswer{d, d.WasIn(r.Lang), d.NowIn(r.Lang)}
}

func (c coverages) decidedAnew(w http.ResponseWriter, r *kit.Request) error {
	q, err := newest(r)
	if err != nil {
		return err
	}
	page, next, err := c.store.DecidedAnew(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	items := make([]anewAnswer, len(page))
	for i, d := range page {
		items[i] = answerAnew(r, d)
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, afterNumber(next)))
}

// newest reads which page of a numbered list is asked for. Faults: kit.limit_invalid, kit.no_such_page.
func newest(r *kit.Request) (q coverage.Newest, err error) {
	if q.After, err = r.AfterNumber("after"); err != nil {
		return q, err
	}
	q.Limit, err = r.Limit()
	return q, err
}

// afterNumber is the after of the next page, "" at the end.
func afterNumber(next int) string {
	if next == 0 {
		return ""
	}
	return strconv.Itoa(next)
}

func (c coverages) pleas(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[coverage.PleaFilter](r)
	if err != nil {
		return err
	}
	reg, err := c.store.Registry(r.Context())
	if err != nil {
		return err
	}
	q, err := f.Query(r.Actor, reg, r.Today())
	if err != nil {
		return err
	}
	if q.Limit, err = r.Limit(); err != nil {
		return err
	}
	q.After = r.URL.Query().Get("after")
	list, next, err := c.store.Pleas(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}

func (c coverages) ask(w http.ResponseWriter, r *kit.Request) error {
	var b coverage.AskExcuse
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	reg, err := c.store.Registry(r.Context())
	if err != nil {
		return err
	}
	st, err := reg.ByCodeOrID(b.Station, r.Today())
	if err != nil {
		return err
	}
	b.Station = st.ID
	p, err := c.store.AskExcuse(r.Context(), m, b)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, p)
}

func (c coverages) answer(w http.ResponseWriter, r *kit.Request) error {
	var b coverage.AnswerExcuse
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	b.ID = r.PathValue("id")
	p, err := c.store.AnswerExcuse(r.Context(), m, b)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, p)
}
