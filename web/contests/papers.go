package contests

import (
	"net/http"
	"slices"

	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	office "loa/internal/paper"
	"loa/outgoing"
	"loa/web/kit"
)

// The documents, in the order of their tabs. All but the certificates come as
// DOCX and XLSX too.
var documents = []string{"minutes", "table", "sheets", "fairness", "decision", "certificates"}

type papersPage struct {
	desk
	Doc          string // one of documents, or "" for none
	Docs         []kit.Tab
	Round        string    // ID of the round the papers are about
	Rounds       []kit.Tab // to choose from, if there are several
	Papers       []office.Paper
	Number       kit.PaperNumber
	Certificates []paper.Certificate
}

// numbered are the documents that get a number, with their kinds, and drawn those that an office may lay out its own way.
var (
	numbered = map[string]outgoing.Kind{"minutes": outgoing.Minutes, "decision": outgoing.Decision}
	drawn    = map[string]outgoing.Drawn{"minutes": outgoing.ContestMinutes, "decision": outgoing.ContestDecision}
)

func (p pages) showPapers(w http.ResponseWriter, r *kit.Request) error {
	page, err := p.drawPapers(w, r)
	as := r.URL.Query().Get("as")
	if err != nil && (as != "" || fault.Of(err).Kind != fault.NotFound || page.ID == "") {
		return err // else the page says what is missing
	}
	if as != "" {
		return r.SendNumbered(w, page.Number, r.PathValue("contest")+"-"+page.Doc, as, page.Papers)
	}
	return p.papers.Render(w, r, page)
}

// numberPapers gives minutes, or the decision, their number.
func (p pages) numberPapers(w http.ResponseWriter, r *kit.Request) error {
	page, err := p.drawPapers(w, r)
	if err != nil {
		return err
	}
	kind, ok := numbered[page.Doc]
	if !ok {
		return fault.New(fault.NotFound, "kit.not_found")
	}
	o := page.Form.Letterhead()
	o.Agency = page.Papers[0].Agency
	refused, err := r.TakeNumber(w, p.store, &page.Number, kind, o)
	if refused {
		return p.papers.Render(w, r, page)
	}
	return err
}

func (p pages) drawPapers(w http.ResponseWriter, r *kit.Request) (page papersPage, err error) {
	q := r.URL.Query()
	page.Doc = q.Get("doc")
	if page.Doc != "" && !slices.Contains(documents, page.Doc) {
		return page, fault.New(fault.NotFound, "kit.not_found")
	}
	f := kit.NewForm()
	r.Office(w, f)
	f.Values.Del("agency") // it is the host's
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return page, err
	}
	err = p.view(r, func(s *contest.State) (err error) {
		page.desk = p.desk(r, s, "papers", f)
		for _, d := range documents {
			page.Docs = append(page.Docs, kit.Tab{Path: "/contests/" + s.ID + "/papers?doc=" + d, Text: r.Say("contest.doc_" + d), Current: d == page.Doc})
		}
		run, rounds := paper.Round(s, q.Get("round")), paper.Rounds(s)
		if page.Doc == "minutes" {
			run, rounds = paper.Minuted(s, q.Get("round")), s.Rounds
		}
		if run != nil {
			page.Round, page.Rounds = run.ID, roundTabs(s, rounds, run, "/contests/"+s.ID+"/papers?doc="+page.Doc+"&round=")
		}
		switch page.Doc {
		case "":
		case "certificates":
			page.Certificates = paper.CertificatesOf(s, s.Certificate, r.Now)
		default:
			_, has := numbered[page.Doc]
			of := paper.Address(s, page.Doc, page.Round)
			if page.Number, err = r.NumberOf(p.store, drawn[page.Doc], outgoing.Issuer{Contest: s.ID}, has, of); err != nil {
				return err
			}
			page.Papers, err = paper.Draw(s, reg, q.Get("round"), page.Doc, page.Number.Head(f.Letterhead()), r.Lang, r.Now)
			page.Number.Drawn(r, page.Papers)
			if page.Doc == "minutes" && run != nil && run.Finished == nil {
				page.Number.Refuse(r, fault.New(fault.Conflict, "outgoing.early"))
			}
		}
		return err
	})
	return page, err
}

// roundTabs lists rounds to choose from, nothing if there is one.
func roundTabs(s *contest.State, rounds []*contest.RoundState, shown *contest.RoundState, path string) (tabs []kit.Tab) {
	for _, run := range rounds {
		rules, _ := s.Rules.Round(run.ID)
		tabs = append(tabs, kit.Tab{Path: path + run.ID, Text: rules.Name, Current: run == shown})
	}
	if len(tabs) < 2 {
		return nil
	}
	return tabs
}
