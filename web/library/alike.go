package library

import (
	"net/http"
	"time"

	"loa/accounts"
	"loa/library"
	"loa/web/kit"
)

// alikeRow is another recording that holds the same sound as the page's.
type alikeRow struct {
	row
	How         string  // a sentence: the same file, other tags, or how sure it is
	Span        string  // how much both hold and where it begins in each, "" if that is all of both
	Here, There float64 // seconds into the page's recording and into this one
	Decidable   bool
	Verdict     *library.Verdict
	Form        kit.Form // of the decision
}

// alike lists what sounds like the page's recording, as far as the actor may
// hear it. f is the form of a decision that was refused; its field "other" says
// about which.
func (p pages) alike(r *kit.Request, s scene, f kit.Form) (rows []alikeRow, err error) {
	list, err := p.store.Alike(r.Context(), s.rec.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if !s.Hears(a.Recording) {
			continue
		}
		x := alikeRow{row: named(a.Recording, s.reg), How: r.Say("library.alike_" + string(a.How)), Form: stepOf(a)}
		x.Open = a.Open()
		if l := a.Likeness; l != nil {
			x.Decidable, x.Verdict = true, l.Verdict
		}
		if l := a.Likeness; a.How == library.Similar {
			x.How = r.Say("library.alike_" + string(l.Sure()))
			x.Here, x.There = l.Starts(s.rec.ID)
			x.Span = r.Say("library.alike_span", "shared", time.Duration(l.Shared*float64(time.Second)), "here", kit.Position(x.Here),
				"there", kit.Position(x.There))
			switch faster := 100 * l.Faster(s.rec.ID); {
			case faster > 0:
				x.Span += " " + r.Say("library.alike_faster", "percent", faster)
			case faster < 0:
				x.Span += " " + r.Say("library.alike_slower", "percent", -faster)
			}
		}
		if f.Get("other") == a.Recording.ID {
			x.Form = f
		}
		rows = append(rows, x)
	}
	return rows, nil
}

// among keeps of the IDs (nil is all) those of the pairs.
func among(ids map[string]bool, pairs []library.Pair) map[string]bool {
	kept := map[string]bool{}
	for _, x := range pairs {
		for _, id := range []string{x.One, x.Other} {
			kept[id] = ids == nil || ids[id]
		}
	}
	return kept
}

// next asks who may decide to do so, on the first page.
func (p pages) next(r *kit.Request) ([]kit.Step, error) {
	if !library.MayJudgeLikeness(r.Actor) {
		return nil, nil
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return nil, err
	}
	pairs, err := p.store.OpenLikenesses(r.Context(), plan.Hearing(r.Actor, reg), library.MostOpen)
	if err != nil || len(pairs) == 0 {
		return nil, err
	}
	of := map[string]bool{}
	for _, pair := range pairs {
		of[pair.One], of[pair.Other] = true, true
	}
	return []kit.Step{{Title: r.Say("library.alike_step"), Text: r.Say("library.alike_step_text", "n", len(of)), Path: "/library?alike=open",
		Button: r.Say("library.alike_go"), Icon: "library", Order: 75, Count: len(of)}}, nil
}

// stepOf is the form of the decision about a recording that is alike.
func stepOf(a library.Alike) kit.Form {
	if a.Likeness == nil {
		return kit.NewForm()
	}
	return kit.NewStep(a.Likeness.Edition())
}

// judge takes a person's word on whether two recordings are one.
func (p pages) judge(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	s, err := p.find(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	if _, err := p.find(r, f.Get("other")); err != nil {
		return err
	}
	c := library.JudgeLikeness{One: s.rec.ID, Other: f.Get("other"), Word: library.Word(f.Get("verdict")), Reason: f.Get("reason")}
	err = f.Save(func() (kit.Form, error) {
		list, err := p.store.Alike(r.Context(), s.rec.ID)
		for _, a := range list {
			if a.Recording.ID == c.Other {
				return stepOf(a), err
			}
		}
		return kit.NewForm(), err
	}, func(m accounts.Meta) error {
		_, err := p.store.JudgeLikeness(r.Context(), m, c)
		return err
	})
	if f.Refused(err) {
		return p.render(w, r, s, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/library/"+s.rec.ID+"#alike", "library.judged_"+string(c.Word))
}
