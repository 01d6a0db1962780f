package contests

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"loa/accounts"
	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/stations"
	"loa/web/kit"
)

type entriesPage struct {
	desk
	Asked   kit.Form // what is looked for
	Filters []kit.Choice
	Chosen  []string // the filters in force, as people read them
	Rows    []entryRow
	Badges  map[contest.EntryState]string
	Found   int
	All     int
	Turn    kit.Turn
}

// entryBadges are the states of an entry as the look knows them.
var entryBadges = map[contest.EntryState]string{contest.EntryValid: kit.StateOK, contest.EntryToLookAt: kit.StateWarn, contest.EntryUnread: kit.StateWarn,
	contest.EntryBlank: kit.StateWarn, contest.EntryNamed: kit.StateWarn, contest.EntryWithdrawn: kit.StateNone, contest.EntryRuledOut: kit.StateBad}

type entryRow struct {
	contest.Entry
	States                  []contest.EntryState // all that is to be said of it, what weighs most first
	ThemeName, CategoryName string
	Length                  string // of its recording, "7:05"
}

func (p pages) showEntries(w http.ResponseWriter, r *kit.Request) error {
	if err := may(r); err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	var page entriesPage
	q, err := kit.ReadFilter[contest.EntryQuery](r, "from")
	if err == nil {
		q, err = q.In(reg, r.Actor)
	}
	if err != nil {
		return err
	}
	err = p.hall.FindEntries(r.Context(), r.PathValue("contest"), q, func(s *contest.State, found []contest.Found) error {
		page = entriesPage{desk: p.desk(r, s, "entries", kit.NewForm()), Asked: kit.FilterForm(q), Filters: filters(r, s, reg), Badges: entryBadges,
			Found: len(found), All: len(s.Entries)}
		page.Turn = r.Turn("from", len(found))
		for _, x := range found[page.Turn.From:page.Turn.To] {
			page.Rows = append(page.Rows, rowOf(s, x))
		}
		return nil
	})
	if err != nil {
		return err
	}
	page.Chosen = kit.Chosen(page.Asked, page.Filters)
	return p.entries.Render(w, r, page)
}

// filters are what one may choose from: what the entries there are differ in.
func filters(r *kit.Request, s *contest.State, reg *stations.Registry) []kit.Choice {
	state, theme := kit.Choice{Name: "state", Label: r.Say("contest.state")}, kit.Choice{Name: "theme", Label: r.Say("contest.theme")}
	sort, district := kit.Choice{Name: "category", Label: r.Say("contest.category")}, kit.Choice{Name: "district", Label: r.Say("contest.district")}
	station := kit.Choice{Name: "station", Label: r.Say("contest.kind_station")}
	state.Options = kit.WordOptions(r, "contest.", contest.EntryStates)
	for _, x := range s.Rules.Themes {
		theme.Options = append(theme.Options, kit.Option{Value: x.ID, Text: x.Name})
	}
	for _, x := range s.Rules.Categories {
		sort.Options = append(sort.Options, kit.Option{Value: x.ID, Text: x.Name})
	}
	districts, seen := map[string]string{}, map[string]bool{}
	for _, e := range s.Entries {
		districts[e.Entrant.District], seen[e.Entrant.Station] = e.Entrant.DistrictName, true
	}
	for _, code := range reg.InOrder(slices.Collect(maps.Keys(districts))) {
		district.Options = append(district.Options, kit.Option{Value: code, Text: districts[code]})
	}
	station.Options = kit.StationOptions(reg, stations.Filter{Visible: func(on accounts.Where) bool { return seen[on.Station] }})
	return append(kit.Choices(state, theme, sort, district, station), r.Lists(reg)...)
}

// rowOf copies what a page shows of an entry, so that the page can be
// rendered after the state is free again.
func rowOf(s *contest.State, x contest.Found) entryRow {
	e := x.Entry
	row := entryRow{Entry: *e, States: x.States, ThemeName: s.Rules.Theme(e.Theme).Name, CategoryName: s.Rules.Category(e.Category).Name}
	if a := e.Piece(contest.Audio); a != nil {
		row.Length = text.Length(int(a.Seconds))
	}
	return row
}

type entryPage struct {
	desk
	Work       entryRow
	Sound      string // ID of its recording
	Alike      []alikeRow
	MayCompare bool     // close a likeness
	Original   string   // script and translation as they were sent
	Leaks      []string // words in the redacted script that name the entrant
	Blank      bool     // nothing of what was sent is left for the judges
	Fixed      bool     // a judge has opened the script: it can no longer change
	Judges     []entryJudge
	RoundName  string
	Feedback   bool // a round is over: there is something to read
}

type entryJudge struct {
	Person, Name, Status, Conflict string
}

func (p pages) showEntry(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.formNow(r, entryForm(r))()
	if err != nil {
		return err
	}
	return p.renderEntry(w, r, f)
}

// entryForm makes the form of the script as judges will read it.
func entryForm(r *kit.Request) func(*contest.State) kit.Form {
	return func(s *contest.State) kit.Form {
		e := s.Entry(r.PathValue("entry"))
		if e == nil {
			return kit.NewForm() // the page says so
		}
		return kit.NewForm("text", e.Redacted).From(s.Edition(contest.PartEntry(e.ID)))
	}
}

func (p pages) renderEntry(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	var page entryPage
	var kept []contest.Double
	err := p.view(r, func(s *contest.State) error {
		e := s.Entry(r.PathValue("entry"))
		if e == nil {
			return fault.New(fault.NotFound, "contest.unknown_entry")
		}
		page = entryPage{desk: p.desk(r, s, "entries", f), Work: rowOf(s, contest.Found{Entry: e}), Fixed: !s.Maskable(e), Blank: e.Blank(),
			Original: strings.TrimSpace(e.Script + "\n\n" + e.Translation), Leaks: e.Leaks(), Feedback: len(s.Rounds) > 0 && s.Rounds[0].Finished != nil}
		kept = slices.Clone(s.Doubles)
		if run := s.Running(); run != nil {
			rules, _ := s.Rules.Round(run.ID)
			page.RoundName = rules.Name
			for _, t := range run.Tasks {
				if t.Entry == e.ID && !t.Repeat {
					page.Judges = append(page.Judges, entryJudge{Person: t.Judge, Name: judgeNamed(r, s, t.Judge),
						Status: r.Say("contest.status_" + string(t.Status()))})
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	works, err := p.works(r)
	if err != nil {
		return err
	}
	page.MayCompare = library.MayJudgeLikeness(r.Actor)
	if page.Alike, err = p.alike(r, works, &page.Work.Entry, kept); err != nil {
		return err
	}
	if a := page.Work.Piece(contest.Audio); a != nil {
		page.Sound = a.File
	}
	if page.Form.Values != nil && !page.Form.Values.Has("text") {
		page.Form.Values.Set("text", page.Work.Redacted)
	}
	return p.entry.Render(w, r, page)
}

func (p pages) handleEntry(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id := r.PathValue("entry")
	var c contest.Command
	switch f.Get("do") {
	case "redact":
		c = contest.RedactScript{Entry: id, Text: f.Get("text"), Blank: f.Bool("blank")}
	case "confirm":
		c = contest.ConfirmAiring{Entry: id, Note: f.Get("reason")}
	case "own":
		c = contest.ConfirmOwn{Entry: id, Note: f.Get("reason")}
	case "keep_double":
		c = contest.KeepDouble{Entry: id, Recording: f.Get("recording"), Reason: f.Get("reason")}
	case "exclude": // once she has signed it takes the chair too
		err = p.view(r, func(s *contest.State) error {
			c = s.TakeOff(r.Meta(""), f.Get("judge"), id, f.Get("reason"))
			return nil
		})
	case "rule_out":
		c = contest.RuleOutEntry{Entry: id, Reason: f.Get("reason")}
	default:
		return fault.New(fault.Invalid, "contest.unknown_choice", "value", f.Get("do"))
	}
	if err == nil {
		err = p.edit(r, f, entryForm(r), c)
	}
	if f.Refused(err) {
		return p.renderEntry(w, r, *f)
	}
	if err != nil {
		return err
	}
	if _, asked := c.(contest.ReportTie); asked {
		return r.Redirect(w, "/contests/"+r.PathValue("contest")+"/points", "contest.exclude_asked")
	}
	return r.Redirect(w, r.URL.Path, "contest.saved")
}

type juryPage struct {
	desk
	Judges   []judgeRow
	Changing string       // name of the judge about whom something is changed, "" to appoint
	People   []kit.Option // who may be appointed
	Awaited  string       // their names
	Invites  kit.Invites  // of judges, nobody has used yet
	Stations []kit.Option
	Rounds   []juryRound
	Theme    []kit.Option
	Sorts    []kit.Option
	District []kit.Option
}

// judgeRow is a judge, and what becomes of her sheets if she is taken off the jury.
type judgeRow struct {
	contest.Judge
	Signed bool   // sheets of hers count in the round that is judged
	Sure   string // what the dialog says that asks
}

// judgeRowOf tells what taking the judge off the jury leads to.
func judgeRowOf(r *kit.Request, s *contest.State, j *contest.Judge) judgeRow {
	row, open, signed := judgeRow{Judge: *j}, 0, 0
	said := []string{r.Say("contest.remove_sure_idle")}
	if run := s.Running(); run != nil {
		for _, t := range run.Of(j.Person) {
			switch t.Status() {
			case contest.Final:
				signed++
			case contest.Untouched, contest.Drafted:
				open++
			case contest.SetAside:
			}
		}
		if open > 0 {
			said = []string{r.Say("contest.remove_sure_open", "n", open)}
		}
		if rules, _ := s.Rules.Round(run.ID); open > 0 && rules.PerEntry > 0 {
			said = []string{r.Say("contest.remove_sure_handed", "n", open)}
		}
		if row.Signed = signed > 0; row.Signed {
			said = append(said, r.Say("contest.remove_sure_signed", "n", signed))
		}
	}
	if s.Chair(j.Person) {
		said = append(said, r.Say("contest.remove_sure_chair"))
	}
	if s.Phase == contest.Published {
		said = append(said, r.Say("contest.remove_sure_for_good"))
	} else {
		said = append(said, r.Say("contest.remove_sure_return"))
	}
	row.Sure = strings.Join(said, " ")
	return row
}

type juryRound struct {
	ID, Name string
	Over     bool // nobody can join any more
	Scored   bool
	Panels   []contest.Panel
	Form     kit.Form
	Rows     []int // the panels' rows and an empty one
	Members  []kit.Option
	Need     []string // what the way of counting asks of a panel
	Lacks    []string // panels and works with too few judges
}

func (p pages) showJury(w http.ResponseWriter, r *kit.Request) error {
	return p.renderJury(w, r, kit.NewForm())
}

func (p pages) renderJury(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	directory, err := p.store.Directory(r.Context())
	if err != nil {
		return err
	}
	people := contest.JudgesOf(directory, r.PathValue("contest"))
	var page juryPage
	var names []string
	logins := map[string]string{}
	err = p.view(r, func(s *contest.State) error {
		page = juryPage{desk: p.desk(r, s, "jury", f)}
		for _, j := range s.Judges {
			page.Judges = append(page.Judges, judgeRowOf(r, s, j))
		}
		if j := s.Judge(r.URL.Query().Get("judge")); j != nil && j.Removed == nil {
			page.Changing = j.Name
			if !f.Values.Has("person") {
				page.Form = judgeForm(s, j)
			}
		}
		for _, x := range people {
			if s.Judge(x.ID) == nil {
				page.People = append(page.People, kit.Option{Value: x.ID, Text: x.Name})
				logins[x.ID] = x.Login
			}
		}
		page.People = kit.Apart(page.People, func(id string) string { return logins[id] })
		for _, x := range page.People {
			names = append(names, x.Text)
		}
		page.Awaited = strings.Join(names, ", ")
		page.Rounds = juryRounds(r, s)
		for i, row := range page.Rounds {
			if rules, _ := s.Rules.Round(row.ID); row.Scored && !row.Over {
				page.Rounds[i].Need = paper.MethodInWords(r.Lang, rules.Method, rules.Habits)[:1]
				page.Rounds[i].Need = append(page.Rounds[i].Need, paper.NeedInWords(r.Lang, rules.Method, rules.Habits)...)
				page.Rounds[i].Lacks = paper.LacksInWords(s, row.ID, r.Lang)
			}
			if f.Get("do") == "panels" && f.Get("round") == row.ID {
				page.Rounds[i].Form = f // as it was typed
			}
		}
		for _, t := range s.Rules.Themes {
			page.Theme = append(page.Theme, kit.Option{Value: t.ID, Text: t.Name})
		}
		for _, c := range s.Rules.Categories {
			page.Sorts = append(page.Sorts, kit.Option{Value: c.ID, Text: c.Name})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if page.Invites, err = p.invites(r, accounts.Facts{Directory: directory, Places: reg}, accounts.Judge); err != nil {
		return err
	}
	page.Stations = kit.StationOptions(reg, stations.Filter{ActiveOn: r.Today()})
	for _, u := range reg.Districts(r.Today()) {
		page.District = append(page.District, kit.Option{Value: u.Code, Text: u.Official()})
	}
	return p.jury.Render(w, r, page)
}

// judgeForm is the form of what is known of a judge.
func judgeForm(s *contest.State, j *contest.Judge) kit.Form {
	f := kit.NewForm("person", j.Person, "title", j.Title, "station", j.Station, "district", j.District)
	if j.Chair {
		f.Values.Set("chair", "1")
	}
	return f.From(s.Edition(contest.PartJury))
}

// juryForm makes the form anew that was sent from the page of the jury.
func juryForm(r *kit.Request, sent *kit.Form) func(*contest.State) kit.Form {
	return func(s *contest.State) kit.Form {
		if sent.Get("do") == "panels" {
			for _, row := range juryRounds(r, s) {
				if row.ID == sent.Get("round") {
					return row.Form
				}
			}
		}
		if j := s.Judge(sent.Get("person")); j != nil {
			return judgeForm(s, j)
		}
		return kit.NewForm()
	}
}

func juryRounds(r *kit.Request, s *contest.State) []juryRound {
	var list []juryRound
	for _, rules := range s.Rules.Rounds {
		row := juryRound{ID: rules.ID, Name: rules.Name, Over: s.Round(rules.ID) != nil && s.Round(rules.ID).Finished != nil, Scored: len(rules.Parts) > 0,
			Panels: s.Panels[rules.ID], Form: kit.NewForm()}
		for i, panel := range row.Panels {
			at := panelField(i)
			row.Form.Values.Set(at+"name", panel.Name)
			row.Form.Values[at+"judges"] = panel.Judges
			row.Form.Values[at+"themes"] = panel.Themes
			row.Form.Values[at+"categories"] = panel.Categories
			row.Form.Values[at+"districts"] = panel.Districts
		}
		row.Form = row.Form.From(s.Edition(contest.PartPanels))
		for i := range min(len(row.Panels)+1, mostPanels) {
			row.Rows = append(row.Rows, i)
		}
		row.Members = judgeOptions(r, s, func(j *contest.Judge) bool { return j.Removed == nil })
		list = append(list, row)
	}
	return list
}

func panelField(i int) string { return "panels." + strconv.Itoa(i) + "." }

// mostPanels is how many panels the page offers for a round.
const mostPanels = 50

func (p pages) saveJury(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	var c contest.Command
	switch f.Get("do") {
	case "appoint":
		c = contest.AppointJudge{Judge: contest.Judge{Person: f.Get("person"), Title: f.Get("title"), Chair: f.Bool("chair"), Station: f.Get("station"),
			District: f.Get("district")}}
	case "return":
		c = contest.ReturnJudge{Person: f.Get("person"), Reason: f.Get("reason")}
	case "remove":
		c = contest.RemoveJudge{Person: f.Get("person"), Reason: f.Get("reason"), Drop: f.Bool("drop")}
	case "panels":
		c = contest.SetPanels{Round: f.Get("round"), Panels: panelsOf(f)}
	default:
		return fault.New(fault.Invalid, "contest.unknown_choice", "value", f.Get("do"))
	}
	err = p.edit(r, f, juryForm(r, f), c)
	if f.RefusedAloud(err) {
		return p.renderJury(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.URL.Path, "contest.saved")
}

func panelsOf(f *kit.Form) []contest.Panel {
	var list []contest.Panel
	taken := map[string]bool{}
	for i := range mostPanels {
		at := panelField(i)
		judges := f.All(at + "judges")
		name := f.Get(at + "name")
		if len(judges) == 0 && name == "" {
			continue
		}
		id := free(text.Slug(name), taken)
		taken[id] = true
		list = append(list, contest.Panel{ID: id, Name: name, Judges: judges, Themes: f.All(at + "themes"), Categories: f.All(at + "categories"),
			Districts: f.All(at + "districts")})
	}
	return list
}

type progressPage struct {
	desk
	Round  string
	Picks  bool // entries go on from this round
	Rows   []progressRow
	Gaps   []gapRow
	Aside  []string // why sheets were not scored or do not count
	Ties   []string // entries that share a rank, by their numbers
	Signed int
	All    int

	ChairSheets []kit.Option // what the chair has signed
	Instead     *insteadCard // what she stands aside from
	Stage       []stageRow   // the order in the hall, where it has numbers of its own
}

type progressRow struct {
	Name         string
	Chair        bool
	Signed, All  int
	Drafts       int
	SetAside     int
	RemovedSince *contest.Removal
}

type gapRow struct {
	Code, Receipt, Part, Entry, Title, Low, High, LowBy, HighBy string
	Settled                                                     bool
}

func (p pages) showProgress(w http.ResponseWriter, r *kit.Request) error {
	return p.renderProgress(w, r, kit.NewForm())
}

// stageRow is a work as the hall announces it.
type stageRow struct{ Number, Code, Title, Who string }

func stageOf(s *contest.State, run *contest.RoundState) (rows []stageRow) {
	for id, number := range run.Stage {
		if e := s.Entry(id); e.Live() {
			rows = append(rows, stageRow{number, e.Code, e.Title, e.Entrant.Full()})
		}
	}
	slices.SortFunc(rows, func(a, b stageRow) int { return strings.Compare(a.Number, b.Number) })
	return rows
}

func (p pages) renderProgress(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	var page progressPage
	err := p.view(r, func(s *contest.State) error {
		page = progressPage{desk: p.desk(r, s, "progress", f)}
		var err error
		if page.Instead, err = insteadOf(r, s); err != nil {
			return err
		}
		run := s.Running()
		if run == nil {
			return nil
		}
		rules, _ := s.Rules.Round(run.ID)
		for _, t := range run.Tasks {
			if s.Chair(t.Judge) && t.Status() == contest.Final && s.Impartial(r.Actor, t.Entry) == nil {
				page.ChairSheets = append(page.ChairSheets,
					kit.Option{Value: t.ID, Text: judgeNamed(r, s, t.Judge) + " · " + sheetNamed(r, run, t, rules.Part(t.Part))})
			}
		}
		page.Stage = stageOf(s, run)
		page.Round, page.Picks = rules.Name, rules.Promotion.By != contest.LastRound
		signed, open := run.Progress()
		page.Signed, page.All = signed, signed+open
		for _, j := range s.Judges {
			page.Rows = append(page.Rows, progressOf(run, j))
		}
		for _, g := range s.Gaps(run) {
			page.Gaps = append(page.Gaps, gapRow{Code: numberOf(r, run, g.Entry, rules.Part(g.Part)),
				Receipt: s.Entry(g.Entry).Code,
				Part:    rules.Part(g.Part).Name, Entry: g.Entry, Title: s.Entry(g.Entry).Title,
				Low: r.Lang.Decimal(g.Low.Float(), 2), High: r.Lang.Decimal(g.High.Float(), 2),
				LowBy: s.Judge(g.LowBy).Name, HighBy: s.Judge(g.HighBy).Name, Settled: g.Settled})
		}
		for _, t := range run.Tasks {
			if t.SetAside != nil && !t.Repeat {
				if said := paper.AsideInWords(s, run, t, r.Lang); !slices.Contains(page.Aside, said) {
					page.Aside = append(page.Aside, said)
				}
			}
		}
		if open == 0 && len(rules.Parts) > 0 {
			ties, err := s.OpenTies(run)
			if err != nil {
				return err
			}
			for _, tie := range ties {
				var receipts []string // as the first page names them
				for _, id := range tie {
					receipts = append(receipts, s.Entry(id).Code)
				}
				page.Ties = append(page.Ties, paper.CodesIn(run, tie, r.Lang)+" ("+strings.Join(receipts, " = ")+")")
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.progress.Render(w, r, page)
}

// numberOf is what judges call a work by in a part, with the series it is of.
func numberOf(r *kit.Request, run *contest.RoundState, entry string, part *contest.Part) string {
	return paper.NumberInWords(r.Lang, run.Series(part), run.Number(entry, part))
}

// sheetNamed says of which work and part a sheet is.
func sheetNamed(r *kit.Request, run *contest.RoundState, t *contest.Task, part *contest.Part) string {
	return r.Say("contest.entry_code", "code", paper.NumberInWords(r.Lang, run.Series(part), t.Code)) + " · " + part.Name
}

func progressOf(run *contest.RoundState, j *contest.Judge) progressRow {
	row := progressRow{Name: j.Name, Chair: j.Chair, RemovedSince: j.Removed}
	for _, t := range run.Of(j.Person) {
		switch t.Status() {
		case contest.SetAside:
			row.SetAside++
			continue
		case contest.Final:
			row.Signed++
		case contest.Drafted:
			row.Drafts++
		case contest.Untouched:
		}
		row.All++
	}
	return row
}
