package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

// StationStore is what the routes of the registry ask of the store.
type StationStore interface {
	stations.Store
	coverage.Foreteller
}

type stationRoutes struct{ store StationStore }

// Station is a station as the API shows it.
type Station struct {
	ID           string `json:"id"`
	Code         string `json:"code"` // official code of its unit
	List         string `json:"list"` // the official list that code belongs to
	Kind         string `json:"kind"`
	Name         string `json:"name"`
	Label        string `json:"label"`         // name with what tells it apart
	District     string `json:"district"`      // code, "" where there are none
	DistrictName string `json:"district_name"` // "" where there are none
	Active       bool   `json:"active"`        // on active_on, or today
	stations.Fields
	Successor string   `json:"successor"` // station that took over, "" if none
	Merged    []string `json:"merged"`    // stations it took over from, directly or not
	Revision  int      `json:"revision"`
	accounts.Touch

	edition accounts.Edition
}

// Edition is the station's own.
func (s Station) Edition() accounts.Edition { return s.edition }

func shownStation(reg *stations.Registry, s *stations.Station, on stations.Date) Station {
	u := reg.Unit(s.UnitOn(on))
	out := Station{
		ID: s.ID, Code: u.Code, List: string(u.List), Kind: string(u.Kind), Name: u.Name, Label: reg.Label(s.ID), District: u.District,
		Active: s.ActiveOn(on), Fields: s.Fields, Successor: s.Successor, Merged: []string{}, Revision: s.Revision, Touch: s.Touch, edition: s.Edition(),
	}
	if !s.ChangedAt.IsZero() {
		out.ChangedAt = s.ChangedAt.In(text.Zone)
	}
	if u.District != "" {
		out.DistrictName = reg.DistrictName(u.District)
	}
	for _, before := range reg.Lineage(s.ID).Before {
		out.Merged = append(out.Merged, before.ID)
	}
	return out
}

func (a stationRoutes) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /api/v1/stations", Access: accounts.ReadStations, Handler: a.list, Out: kit.List[Station]{},
			Filter: stations.Filter{}, Query: "limit after",
			Summary: "Stations in Vietnamese order of district and name, or the best matches first; all there ever were without active_on."},
		{Pattern: "POST /api/v1/stations", Statuses: []int{http.StatusCreated}, Access: accounts.EditStations, Handler: a.open, In: openStation{},
			Out: Station{}, Summary: "Give a commune that has none its station."},
		{Pattern: "GET /api/v1/stations/{station}", Access: accounts.ReadStations, Handler: a.get, Out: Station{},
			Summary: "One station, by ID or by the official code valid today."},
		{Pattern: "PATCH /api/v1/stations/{station}", Access: accounts.EditStations, Handler: a.patch, In: stations.Fields{}, Out: Station{}, Edits: true,
			Summary: "Change what is known about a station; members left out stay. Days of activity that have passed are decided by POST " +
				"/api/v1/coverage/anew, which shows the weeks that change."},
		{Pattern: "GET /api/v1/stations/export", Gives: "text/csv " + sheet.XLSXType, Access: accounts.ReadStations, Handler: a.export,
			Filter: stations.Filter{}, Query: "format",
			Summary: "The list as a file, format csv or xlsx."},
		{Pattern: "POST /api/v1/stations/import", Takes: "text/csv " + sheet.XLSXType, Access: accounts.EditStations, Handler: a.imp,
			Query: "dry_run on seen over new", Out: importAnswer{}, MaxBody: sheet.MaxBytes + 1,
			Summary: "Apply a CSV or XLSX file (raw body); nothing is written if one row is bad. dry_run=1 lists every change and every bad row; new=1 " +
				"founds units for unknown codes. " +
				"With seen, also an empty one, 409 lists the stations that somebody changed after the list was made (column list_made); seen again with " +
				"its code keeps those changes, over=STATION (repeated, or all) writes them."},
		{Pattern: "POST /api/v1/stations/merge", Takes: "text/csv " + sheet.XLSXType, Access: accounts.EditStations, Handler: a.merge,
			Query: "dry_run on abolish_districts answer seen", Out: mergeAnswer{}, MaxBody: sheet.MaxBytes + 1,
			Summary: "Merge and rename units on a day by a mapping file (raw body, CSV or XLSX). dry_run=1 shows what it does: weeks before and after, " +
				"people, rules, contests, questions. answer=KEY=CHOICE (repeated) answers them."},
		{Pattern: "POST /api/v1/stations/split", Access: accounts.EditStations, Handler: a.split, Query: "dry_run", In: stations.Split{}, Out: splitAnswer{},
			Summary: "Split a unit in several on a day; its station goes on in one part. dry_run=1 shows what it does."},
		{Pattern: "GET /api/v1/stations/changes", Access: accounts.EditStations, Handler: a.changes, Out: kit.List[stationsChange]{}, Query: "limit after",
			Summary: "Mergers and splits that were made, the newest first."},
		{Pattern: "GET /api/v1/stations/changes/{number}", Access: accounts.EditStations, Handler: a.foretellUndo, Out: undoAnswer{},
			Summary: "What undoing a merger or a split would do, or what depends on it."},
		{Pattern: "POST /api/v1/stations/changes/{number}/undo", Access: accounts.EditStations, Handler: a.undo, In: undoAsk{}, Out: undoAnswer{},
			Summary: "Undo a merger or a split on which nothing depends, with a reason."},
	}
}

// dayParam is the day a parameter names, or today.
func dayParam(r *kit.Request, name string) (stations.Date, error) {
	d, err := stations.ParseDate(r.URL.Query().Get(name))
	if err != nil {
		return "", fault.Of(err).At(name)
	}
	if d == "" {
		d = r.Today()
	}
	return d, nil
}

// listed are the stations asked for, and the day they are shown as of.
func (a stationRoutes) listed(r *kit.Request) (reg *stations.Registry, list []*stations.Station, on stations.Date, err error) {
	f, err := kit.ReadFilter[stations.Filter](r)
	if err != nil {
		return nil, nil, "", err
	}
	if reg, err = a.store.Registry(r.Context()); err != nil {
		return nil, nil, "", err
	}
	seen, err := f.In(reg, r.Actor, accounts.ReadStations)
	if err != nil {
		return nil, nil, "", err
	}
	return reg, reg.Filter(seen), cmp.Or(f.ActiveOn, r.Today()), nil
}

func (a stationRoutes) list(w http.ResponseWriter, r *kit.Request) error {
	reg, all, on, err := a.listed(r)
	if err != nil {
		return err
	}
	list, next, err := kit.PageOf(r, all, func(s *stations.Station) string { return s.ID })
	if err != nil {
		return err
	}
	items := make([]Station, len(list))
	for i, s := range list {
		items[i] = shownStation(reg, s, on)
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, next))
}

func (a stationRoutes) find(r *kit.Request, action accounts.Action) (*stations.Registry, *stations.Station, error) {
	reg, err := a.store.Registry(r.Context())
	if err != nil {
		return nil, nil, err
	}
	s, err := reg.OpenTo(r.Actor, action, r.PathValue("station"), r.Today())
	return reg, s, err
}

func (a stationRoutes) get(w http.ResponseWriter, r *kit.Request) error {
	reg, s, err := a.find(r, accounts.ReadStations)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, shownStation(reg, s, r.Today()))
}

type openStation struct {
	Code string `json:"code"` // of the commune, valid today
	stations.Fields
}

func (a stationRoutes) open(w http.ResponseWriter, r *kit.Request) error {
	var b openStation
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	reg, err := a.store.Registry(r.Context())
	if err != nil {
		return err
	}
	u, ok := reg.UnitByCode(b.Code, r.Today())
	if !ok {
		return fault.New(fault.NotFound, "stations.unit_unknown", "code", b.Code).At("code")
	}
	s, err := a.store.SaveStation(r.Context(), m, stations.SaveStation{Unit: u.UnitKey, Fields: b.Fields})
	if err != nil {
		return err
	}
	return a.answer(w, r, http.StatusCreated, s.ID)
}

func (a stationRoutes) patch(w http.ResponseWriter, r *kit.Request) error {
	var id string
	err := edit(r, func() (stations.Fields, accounts.Edition, error) {
		_, s, err := a.find(r, accounts.EditStations)
		if err != nil {
			return stations.Fields{}, accounts.Edition{}, err
		}
		id = s.ID
		return copied(s.Fields), s.Edition(), nil
	}, func(m accounts.Meta, f stations.Fields) error {
		_, err := a.store.SaveStation(r.Context(), m, stations.SaveStation{ID: id, Fields: f})
		return err
	})
	if err != nil {
		return err
	}
	return a.answer(w, r, http.StatusOK, id)
}

// copied is f with lists of its own: JSON writes into those that are there.
func copied(f stations.Fields) (out stations.Fields) {
	b, err := json.Marshal(f)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic(err) // fields of the registry were checked when they were saved
	}
	return out
}

// answer shows a station as it is now.
func (a stationRoutes) answer(w http.ResponseWriter, r *kit.Request, status int, id string) error {
	reg, err := a.store.Registry(r.Context())
	if err != nil {
		return err
	}
	s, err := reg.Station(id)
	if err != nil {
		return err
	}
	return r.JSON(w, status, shownStation(reg, s, r.Today()))
}

func (a stationRoutes) export(w http.ResponseWriter, r *kit.Request) error {
	reg, list, _, err := a.listed(r)
	if err != nil {
		return err
	}
	return r.SendTable(w, r.URL.Query().Get("format"), "stations-"+string(r.Today()), reg.Table(r.Lang, r.Now, list))
}

// changeByFile reads the body of a change by file, and whether it is only
// tried.
func changeByFile(r *kit.Request) (m accounts.Meta, dry bool, body []byte, err error) {
	if m, err = readChange(r, nil); err != nil {
		return m, false, nil, err
	}
	if dry, err = r.Yes("dry_run"); err != nil {
		return m, false, nil, err
	}
	body, err = io.ReadAll(r.Body)
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		err = sheet.TooLarge()
	}
	return m, dry, body, err
}

type importAnswer struct {
	stations.ImportPlan
	Applied bool          `json:"applied"`
	Errors  []kit.Problem `json:"errors"`
}

func (a stationRoutes) imp(w http.ResponseWriter, r *kit.Request) error {
	m, dry, body, err := changeByFile(r)
	if err != nil {
		return err
	}
	c := stations.Import{Seen: seenBy(r), Over: r.URL.Query()["over"]}
	if c.New, err = r.Yes("new"); err != nil {
		return err
	}
	if c.On, err = dayParam(r, "on"); err != nil {
		return err
	}
	if c.Rows, err = stations.ReadImport(body); err != nil {
		return err
	}
	if !dry {
		plan, err := a.store.Import(r.Context(), m, c)
		if err != nil {
			return err
		}
		return r.JSON(w, http.StatusOK, importAnswer{ImportPlan: plan, Applied: true, Errors: []kit.Problem{}})
	}
	reg, err := a.store.Registry(r.Context())
	if err != nil {
		return err
	}
	plan := reg.PlanImport(r.Now, c)
	return r.JSON(w, http.StatusOK, importAnswer{ImportPlan: plan, Errors: problems(r, plan.Bad)})
}

func problems(r *kit.Request, bad []*fault.Error) []kit.Problem {
	out := make([]kit.Problem, len(bad))
	for i, e := range bad {
		out[i] = kit.Problem{Code: e.Code, Detail: r.Lang.Fault(e), Field: e.Field, Line: e.Line}
	}
	return out
}

type mergeAnswer struct {
	stations.MergePlan
	*coverage.Merger               // of a dry run
	Applied          bool          `json:"applied"`
	Errors           []kit.Problem `json:"errors"`
}

func (a stationRoutes) merge(w http.ResponseWriter, r *kit.Request) error {
	m, dry, body, err := changeByFile(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	var c stations.Merge
	if c.AbolishDistricts, err = r.Yes("abolish_districts"); err != nil {
		return err
	}
	if c.On, err = stations.ParseDate(q.Get("on")); err != nil {
		return fault.Of(err).At("on")
	}
	if c.Rows, err = stations.ReadMerge(body); err != nil {
		return err
	}
	c.Terms = stations.Terms{Seen: q.Get("seen"), Answers: map[string]string{}}
	for _, said := range q["answer"] {
		key, choice, _ := strings.Cut(said, "=")
		c.Answers[key] = choice
	}
	if !dry {
		plan, err := a.store.Merge(r.Context(), m, c)
		if err != nil {
			return err
		}
		return r.JSON(w, http.StatusOK, mergeAnswer{MergePlan: plan, Applied: true, Errors: []kit.Problem{}})
	}
	plan, what, err := a.store.ForetellMerge(r.Context(), m, c)
	if err != nil && len(plan.Bad) == 0 {
		return err
	}
	return r.JSON(w, http.StatusOK, mergeAnswer{MergePlan: plan, Merger: &what, Errors: problems(r, plan.Bad)})
}

type splitAnswer struct {
	stations.SplitPlan
	*coverage.Merger               // of a dry run
	Applied          bool          `json:"applied"`
	Errors           []kit.Problem `json:"errors"`
}

func (a stationRoutes) split(w http.ResponseWriter, r *kit.Request) error {
	var c stations.Split
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	dry, err := r.Yes("dry_run")
	if err != nil {
		return err
	}
	if !dry {
		plan, err := a.store.Split(r.Context(), m, c)
		if err != nil {
			return err
		}
		return r.JSON(w, http.StatusOK, splitAnswer{SplitPlan: plan, Applied: true, Errors: []kit.Problem{}})
	}
	plan, what, err := a.store.ForetellSplit(r.Context(), m, c)
	if err != nil && len(plan.Bad) == 0 {
		return err
	}
	return r.JSON(w, http.StatusOK, splitAnswer{SplitPlan: plan, Merger: &what, Errors: problems(r, plan.Bad)})
}

// stationsChange is a merger or a split as lists show it.
type stationsChange struct {
	Number int                     `json:"number"`
	Kind   coverage.SuccessionKind `json:"kind"`
	On     stations.Date           `json:"on"`
	At     time.Time               `json:"at"`
	By     string                  `json:"by"`
	From   []string                `json:"from"` // names of the units that ended
	Into   []string                `json:"into"` // names of those that took over
	Undone *coverage.Undone        `json:"undone"`
}

func shownChange(reg *stations.Registry, s coverage.Succession) stationsChange {
	c := stationsChange{Number: s.Number, Kind: s.Kind, On: s.On, At: s.At.In(text.Zone), By: s.By, Undone: s.Undone}
	c.From, c.Into = s.Names(reg)
	return c
}

func (a stationRoutes) changes(w http.ResponseWriter, r *kit.Request) error {
	q, err := newest(r)
	if err != nil {
		return err
	}
	page, next, err := a.store.Successions(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	reg, err := a.store.Registry(r.Context())
	if err != nil {
		return err
	}
	items := make([]stationsChange, len(page))
	for i, s := range page {
		items[i] = shownChange(reg, s)
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, afterNumber(next)))
}

type undoAsk struct {
	Reason string `json:"reason" schema:"maxLength=1000"`
	Seen   string `json:"seen,omitempty"` // fingerprint of the plan that was read; "" is any
}

// undoAnswer is what undoing does or did.
type undoAnswer struct {
	Change      stationsChange            `json:"change"`
	Weeks       []coverage.WeekEffect     `json:"weeks"`
	People      []coverage.FollowedPerson `json:"people"`
	Rules       []coverage.FollowedRule   `json:"rules"`
	Gone        []string                  `json:"gone"` // IDs of stations that go
	Lost        []string                  `json:"lost"` // of these, those whose file was filled in
	Fingerprint string                    `json:"fingerprint"`
	Applied     bool                      `json:"applied"`
	Errors      []kit.Problem             `json:"errors"` // what depends on it
}

func (a stationRoutes) answerUndo(w http.ResponseWriter, r *kit.Request, p coverage.UndoPlan, applied bool) error {
	reg, err := a.store.Registry(r.Context())
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, undoAnswer{Change: shownChange(reg, p.Succession), Weeks: p.Weeks, People: p.People, Rules: p.Rules,
		Gone: p.Gone, Lost: p.Lost,
		Fingerprint: p.Fingerprint, Applied: applied, Errors: problems(r, p.Why())})
}

// changeNumber is the number in the address; what is none is no change.
func changeNumber(r *kit.Request) int {
	n, err := strconv.ParseUint(r.PathValue("number"), 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

func (a stationRoutes) foretellUndo(w http.ResponseWriter, r *kit.Request) error {
	plan, err := a.store.ForetellUndo(r.Context(), r.Meta(""), changeNumber(r))
	if err != nil {
		return err
	}
	return a.answerUndo(w, r, plan, false)
}

func (a stationRoutes) undo(w http.ResponseWriter, r *kit.Request) error {
	var b undoAsk
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	plan, err := a.store.UndoSuccession(r.Context(), m, coverage.Undo{Number: changeNumber(r), Reason: b.Reason, Seen: b.Seen})
	if err != nil {
		return err
	}
	return a.answerUndo(w, r, plan, true)
}
