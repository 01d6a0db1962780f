package contests

import (
	"net/http"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/contest/paper"
	"loa/web/kit"
)

type homePage struct {
	desk
	Rules    contest.Rules
	Problems []problem // what keeps a draft from being opened
	Entries  int
	Warned   int // entries with something to look at
	Named    int // entries whose script names the entrant
	Unread   int // entries with a document whose words are not known
	Blank    int // entries of whose script nothing was left for the judges
	Judges   int
	Points   int      // ties between judges and works to decide about
	Authors  []string // judges who are authors of works, in words
	Stale    bool     // prizes must be given anew
	Filed    int      // complaints nobody has decided about
	Said     int      // comments of judges that entrants are told
	Loose    int      // of these, those nobody has decided about
	Rounds   []roundRow
	Changes  []contest.RuleChange
	LastDay  time.Time // end of the grace
	CanPrize bool
	MayShare bool               // invite somebody who organises this contest alone
	Runs     []organiserRow     // who organises it
	Shared   kit.Invites        // of organisers, nobody has used yet
	Invited  int                // judges who have not accepted yet
	Awaited  int                // judges who have, and are not on the jury
	Hindered []contest.Hindered // judges whose open sheets nobody can sign
	Asks     map[string]kit.Ask // the steps that could be made next, by what they are and the round
}

type roundRow struct {
	ID, Name     string
	State        string // "waiting", "next", "running", "finished"
	Signed, All  int
	Gaps         int
	Promoted     int
	PanelsMissed bool
	GoesOn       bool     // entries go on to a further round
	Unknown      []string // judges whose habit cannot be evened out
	Lacks        []string // panels and works with too few judges
}

func (p pages) showHome(w http.ResponseWriter, r *kit.Request) error {
	return p.renderHome(w, r, kit.NewForm())
}

func (p pages) renderHome(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	if err := may(r); err != nil {
		return err
	}
	directory, err := p.store.Directory(r.Context())
	if err != nil {
		return err
	}
	people := contest.JudgesOf(directory, r.PathValue("contest"))
	var page homePage
	err = p.hall.FindEntries(r.Context(), r.PathValue("contest"), contest.EntryQuery{}, func(s *contest.State, found []contest.Found) error {
		page = homePage{desk: p.desk(r, s, "", f), Rules: s.Rules, Entries: len(s.Live()), Judges: len(s.Judges), Points: len(s.Points()),
			Stale: s.Outdated.Given != nil, Filed: s.Undecided(), Changes: s.Changes,
			LastDay: s.Rules.Dates.ClosesAt.Add(s.Rules.Dates.Grace()), CanPrize: s.Last() != nil, MayShare: contest.MayOrganise(r.Actor, "") == nil}
		for _, x := range found {
			for _, state := range x.States {
				switch state {
				case contest.EntryToLookAt:
					page.Warned++
				case contest.EntryNamed:
					page.Named++
				case contest.EntryUnread:
					page.Unread++
				case contest.EntryBlank:
					page.Blank++
				}
			}
		}
		if s.Phase == contest.Draft {
			page.Problems = problemsOf(r, s.ID, &s.Rules, s.Rules.Openable(r.Now))
		}
		page.Hindered, page.Authors = s.Hindered(people), authorsOnJury(r, s)
		for _, x := range people {
			if s.Judge(x.ID) == nil {
				page.Awaited++
			}
		}
		page.Said, page.Loose = said(s)
		page.Rounds = roundRows(s)
		for i := range page.Rounds {
			row := &page.Rounds[i]
			row.Lacks = paper.LacksInWords(s, row.ID, r.Lang)
			for _, u := range s.Unknowns(row.ID) {
				row.Unknown = append(row.Unknown, paper.UnknownInWords(s, row.ID, u, r.Lang))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	known := accounts.Facts{Directory: directory, Places: reg}
	judges, err := p.invites(r, known, accounts.Judge)
	if err != nil {
		return err
	}
	page.Invited, page.Runs = len(judges.List), organisersOf(r, directory, r.PathValue("contest"))
	if page.Shared, err = p.invites(r, known, accounts.Organiser); err != nil {
		return err
	}
	if page.Asks, err = p.asks(r); err != nil {
		return err
	}
	return p.home.Render(w, r, page)
}

func roundRows(s *contest.State) []roundRow {
	var rows []roundRow
	for _, rules := range s.Rules.Rounds {
		row := roundRow{ID: rules.ID, Name: rules.Name, State: "waiting", PanelsMissed: len(rules.Parts) > 0 && len(s.Panels[rules.ID]) == 0,
			GoesOn: rules.Promotion.By != contest.LastRound}
		if next := s.Next(); next != nil && next.ID == rules.ID {
			row.State = "next"
		}
		if run := s.Round(rules.ID); run != nil {
			signed, open := run.Progress()
			row.State, row.Signed, row.All = "running", signed, signed+open
			if run.Finished != nil {
				row.State, row.Promoted = "finished", len(run.Finished.Promoted)
			}
			for _, g := range s.Gaps(run) {
				if !g.Settled && run.Finished == nil {
					row.Gaps++
				}
			}
		}
		rows = append(rows, row)
	}
	return rows
}
