package contests

import (
	"bytes"
	"net/http"
	"slices"

	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/web/kit"
)

// The documents, in the order of their tabs. All but the certificates come as
// XLSX too.
var documents = []string{"minutes", "table", "sheets", "fairness", "decision", "certificates"}

type papersPage struct {
	desk
	Doc          string // one of documents, or "" for none
	Docs         []kit.Tab
	Round        string    // ID of the round the papers are about
	Rounds       []kit.Tab // to choose from, if there are several
	Minutes      paper.Minutes
	Groups       []groupTable
	Juries       paper.Juries
	Fair         *fairPanel
	Certificates []paper.Certificate
	RankLabel    string
	Decision     paper.Decision
	Award        bool // there are prizes to decide about
	HasResults   bool
}

func (p pages) showPapers(w http.ResponseWriter, r *kit.Request) error {
	q := r.URL.Query()
	page := papersPage{Doc: q.Get("doc")}
	if page.Doc != "" && !slices.Contains(documents, page.Doc) {
		return fault.New(fault.NotFound, "kit.not_found")
	}
	if q.Get("as") == "xlsx" {
		return p.sendXLSX(w, r, page.Doc)
	}
	err := p.view(r, func(s *contest.State) (err error) {
		page.desk = p.desk(r, s, "papers", kit.NewForm())
		for _, d := range documents {
			page.Docs = append(page.Docs, kit.Tab{Path: "/contests/" + s.ID + "/papers?doc=" + d, Text: r.Say("contest.doc_" + d), Current: d == page.Doc})
		}
		run := paper.Round(s, q.Get("round"))
		if run != nil {
			page.Round, page.Rounds = run.ID, roundTabs(s, run, "/contests/"+s.ID+"/papers?doc="+page.Doc+"&round=")
			page.HasResults = slices.ContainsFunc(run.Tasks, (*contest.Task).Counts)
		}
		switch {
		case page.Doc == "decision":
			page.Decision, page.Award = paper.DecisionOf(s, r.Lang, r.Now)
		case page.Doc == "certificates":
			page.Certificates = paper.CertificatesOf(s, s.Certificate, r.Now)
		case !page.HasResults:
		case page.Doc == "minutes", page.Doc == "table":
			if page.Minutes, err = paper.MinutesOf(s, run, r.Lang, r.Now); err != nil {
				return err
			}
			page.Groups, page.RankLabel = printable(page.Minutes.Results, r.Lang), page.Minutes.RankLabel(r.Lang)
		case page.Doc == "sheets":
			page.Juries = paper.JuriesOf(s, run, r.Lang, r.Now)
		case page.Doc == "fairness":
			f, ok, err := paper.FairnessOf(s, run, r.Lang, r.Now)
			if err != nil {
				return err
			}
			page.Fair, page.HasResults = fairOf(f, ok, r.Lang), ok
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.Office(w, page.Form)
	return p.papers.Render(w, r, page)
}

// roundTabs lists the rounds there are results of, nothing if there is one.
func roundTabs(s *contest.State, shown *contest.RoundState, path string) (tabs []kit.Tab) {
	for _, run := range paper.Rounds(s) {
		rules, _ := s.Rules.Round(run.ID)
		tabs = append(tabs, kit.Tab{Path: path + run.ID, Text: rules.Name, Current: run == shown})
	}
	if len(tabs) < 2 {
		return nil
	}
	return tabs
}

// sendXLSX answers with a document as a workbook.
func (p pages) sendXLSX(w http.ResponseWriter, r *kit.Request, doc string) error {
	var b bytes.Buffer
	err := p.view(r, func(s *contest.State) error {
		return paper.WriteXLSX(&b, s, r.URL.Query().Get("round"), doc, r.Lang, r.Now)
	})
	if err != nil {
		return err
	}
	return r.Download(w, r.PathValue("contest")+"-"+doc+".xlsx", sheet.XLSXType, b.Bytes())
}
