package contests

import (
	"cmp"
	"net/http"

	"loa/contest"
	"loa/contest/paper"
	"loa/web/kit"
)

type certificatePage struct {
	desk
	Words   []string // placeholders, in braces
	Sample  bool     // the preview's names are made up
	Preview paper.Certificate
	Count   int // certificates there are to print
}

func (p pages) showCertificate(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.formNow(r, certificateForm)()
	if err != nil {
		return err
	}
	return p.renderCertificate(w, r, f)
}

// certificateForm is the form of the template as it is now.
func certificateForm(s *contest.State) kit.Form {
	usual := paper.UsualCertificate()
	f := kit.NewForm("text", cmp.Or(s.Certificate.Text, usual.Text), "sign", cmp.Or(s.Certificate.Sign, usual.Sign))
	return f.From(s.Edition(contest.PartCertificate))
}

// renderCertificate shows the template as it stands in the form, filled for
// the first winner.
func (p pages) renderCertificate(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	page := certificatePage{}
	for _, name := range contest.Placeholders {
		page.Words = append(page.Words, "{"+name+"}")
	}
	err := p.view(r, func(s *contest.State) error {
		page.desk = p.desk(r, s, "papers", f)
		as := certificateOf(f)
		list := paper.CertificatesOf(s, as, r.Now)
		if page.Count = len(list); page.Count > 0 {
			page.Preview = list[0]
		} else {
			page.Sample, page.Preview = true, paper.SampleCertificate(s, as, r.Now)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.certificate.Render(w, r, page)
}

func certificateOf(f kit.Form) contest.Certificate {
	return contest.Certificate{Text: f.Get("text"), Sign: f.Get("sign")}
}

// saveCertificate keeps the template, or only shows what it would print.
func (p pages) saveCertificate(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	next := certificateOf(*f)
	switch f.Get("do") {
	case "preview":
		if err = next.Check(); err == nil {
			return p.renderCertificate(w, r, *f)
		}
	case "usual":
		err = p.edit(r, f, certificateForm, contest.SetCertificate{})
	default:
		err = p.edit(r, f, certificateForm, contest.SetCertificate{Certificate: next})
	}
	if f.Refused(err) {
		return p.renderCertificate(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.URL.Path, "contest.certificate_saved")
}
