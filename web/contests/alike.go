package contests

import (
	"slices"
	"time"

	"loa/contest"
	"loa/library"
	"loa/web/kit"
)

// alikeRow is a recording that sounds like an entry's.
type alikeRow struct {
	Name    string // of the recording
	By      string // who sent it
	Station string // label of whose it is; "" for the province
	Created time.Time
	Work    work   // the entry it belongs to; zero for what only the library holds
	How     string // a sentence
	Open    bool
	Verdict *library.Verdict
	Double  string          // ID of the recording, if it is to be said what follows from its being the same
	Kept    *contest.Double // what was said
}

// work is an entry as another's page names it.
type work struct{ Name, URL string }

// works are all entries the actor organises, by the recording.
func (p pages) works(r *kit.Request) (map[string]work, error) {
	all := map[string]work{}
	err := p.hall.List(r.Context(), func(s *contest.State) error {
		if contest.MayOrganise(r.Actor, s.ID) != nil {
			return nil
		}
		for _, e := range s.Entries {
			if a := e.Piece(contest.Audio); a != nil {
				all[a.File] = work{e.Code + " · " + e.Title + " (" + s.Rules.Title + ")", "/contests/" + s.ID + "/entries/" + e.ID}
			}
		}
		return nil
	})
	return all, err
}

// alike lists what sounds like a work: other entries, and what the library
// holds. What the entrant sent herself and then replaced is not told.
func (p pages) alike(r *kit.Request, works map[string]work, e *contest.Entry, kept []contest.Double) (rows []alikeRow, err error) {
	piece := e.Piece(contest.Audio)
	if piece == nil {
		return nil, nil
	}
	list, err := p.store.Alike(r.Context(), piece.File)
	if err != nil {
		return nil, err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	doubles, err := p.hall.Doubles(r.Context(), r.PathValue("contest"))
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		rec := a.Recording
		entry, entered := works[rec.ID]
		if !entered && e.Replaced(contest.File{By: rec.Owner.Person, Work: rec.Kind == library.ForContest}) {
			continue
		}
		row := alikeRow{Name: r.Say("contest.alike_elsewhere"), Created: rec.Created, How: r.Say("library.alike_" + string(a.How)), Open: a.Open()}
		if slices.ContainsFunc(doubles[e.ID], func(o contest.File) bool { return o.ID == rec.ID }) {
			row.Double = rec.ID
		}
		if i := slices.IndexFunc(kept, func(d contest.Double) bool { return d.Entry == e.ID && d.Recording == rec.ID }); i >= 0 {
			row.Kept = &kept[i]
		}
		if !entered && contest.MayOrganise(r.Actor, "") != nil { // of another contest, or the library's
			rows = append(rows, row)
			continue
		}
		row.Name, row.By, row.Work = rec.Name, rec.Owner.Name, entry
		if rec.Owner.Station != "" {
			row.Station = reg.Label(rec.Owner.Station)
		}
		if a.Likeness != nil {
			row.Verdict = a.Likeness.Verdict
			if a.How == library.Similar {
				row.How = r.Say("library.alike_" + string(a.Likeness.Sure()))
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}
