package airings

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/audio"
	"loa/internal/fault"
	"loa/library"
	"loa/web/kit"
)

type reportPage struct {
	kit.Page
	logLine
	Form         kit.Form
	Check        kit.Form   // the verdict
	History      []pastLine // the reports this one replaced, latest first
	Newer        *logLine   // the report that replaced this one
	Findings     []kit.Option
	MaxSize      int64
	Least        time.Duration // how long an airing had to last to count
	MayCorrect   bool
	MayUndo      bool
	MayImport    bool   // the book it stood in is hers
	MayAttach    bool   // evidence, which she sends
	MayDetach    bool   // a piece of evidence
	MayNotDetach string // why not, to who else might
	MayJudge     bool
	Gone         bool                 // undoing a merger or a split took the station away
	Proofs       map[string]proofView // what the machine heard, by the ID of the evidence
	Hearing      bool                 // the machine has yet to listen to some of it
	Ask          time.Time            // when a recording is asked for, zero while it is not on air
	Reads        bool                 // what phones record can be read here
	LeftBehind   bool                 // the report this one corrects has evidence, which says the contrary
}

// pastLine is a report that another one replaced.
type pastLine struct {
	logLine
	Differs []string // what the next one says otherwise: catalogue keys
	Why     string   // the reason the next one gives
}

// past are the reports that the first of them replaced, one by the other.
func past(named []logLine) (list []pastLine) {
	for i, x := range named[min(1, len(named)):] {
		line := pastLine{logLine: x, Why: named[i].Why}
		for _, what := range x.Differs(named[i].Report) {
			line.Differs = append(line.Differs, "airing.differs."+what)
		}
		list = append(list, line)
	}
	return list
}

func (p pages) showReport(w http.ResponseWriter, r *kit.Request) error {
	return p.renderReport(w, r, kit.NewForm())
}

func (p pages) renderReport(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	line, err := p.store.Airing(r.Context(), r.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	family, err := p.store.Corrections(r.Context(), r.Actor, line.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(family, func(l airing.Line) bool { return l.ID == line.ID })
	named, err := p.named(r, reg, family)
	if err != nil {
		return err
	}
	set, err := p.store.LibrarySettings(r.Context())
	if err != nil {
		return err
	}
	page := reportPage{Page: r.Page("airing.one_title"), logLine: named[at], Form: f, History: past(named[at:]), MaxSize: set.MaxBytes}
	if at > 0 {
		page.Newer = &named[at-1]
	}
	if line.Lack() == airing.LackLength {
		if page.Least, err = p.least(r, line); err != nil {
			return err
		}
	}
	where := reg.Where(line.Station)
	page.Gone = reg.IsGone(line.Station)
	page.MayCorrect = !page.Gone && line.CorrectedBy == "" && airing.MayReport(r.Actor, where) == nil
	_, foreign := library.OwnerOf(r.Actor, library.ForEvidence, line.Station)
	page.MayAttach = page.MayCorrect && foreign == nil
	page.LeftBehind = line.Outcome != airing.Withdrawn && len(page.History) > 0 && page.History[0].Outcome != line.Outcome && len(page.History[0].Evidence) > 0
	if line.Stands() && len(line.Evidence) > 0 && airing.MayReport(r.Actor, where) == nil {
		kept := airing.Keeps(line, line.WeekClosed)
		page.MayDetach = kept == nil
		page.MayNotDetach = r.Lang.Fault(kept)
	}
	if page.MayAttach {
		t, found, err := p.task(r, reg, line)
		if err != nil {
			return err
		}
		if found {
			page.Ask = asks(r, t)
		}
		page.Reads = audio.ReadsPhones()
	}
	page.MayImport = line.Book != nil && line.By.Person == r.Actor.Person
	page.MayUndo = page.MayCorrect && airing.Task{Line: &line}.Undo(r.Actor, r.Now)
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	if page.Proofs, err = p.proofs(r, reg, plan, line); err != nil {
		return err
	}
	page.Hearing = len(line.Unproved()) > 0
	page.Check = verdictForm(line)
	if f.Of != "" { // it was sent, and is refused
		page.Check, page.Form = f, kit.NewForm()
	}
	page.MayJudge = line.AsksVerdict(r.Actor, where)
	page.Findings = kit.WordOptions(r, "airing.finding.", airing.Findings[:])
	return p.report.Render(w, r, page)
}

// attach takes one photo or recording: the file itself, or the ID under which
// the uploader has sent it already.
func (p pages) attach(w http.ResponseWriter, r *kit.Request) error {
	in, err := r.ReadFormWith("file")
	if err != nil {
		return err
	}
	f := in.Form
	if id := f.Get("id"); id != "" {
		f.ID = id
	}
	piece := airing.Piece{ID: f.ID, Report: r.PathValue("id"), Recording: f.Get("audio"), Name: in.Name, Length: in.Length, Body: in.Body,
		CapturedAt: milliseconds(f.Get("captured")), SentAt: milliseconds(f.Get("sent"))}
	if piece.Capture, err = p.capture(r, f, piece.Report); err != nil {
		return err
	}
	var line airing.Line
	switch {
	case in.Raw:
		return fault.New(fault.Unsupported, "kit.not_form")
	case piece.Body == nil && piece.Recording == "":
		err = fault.New(fault.Invalid, "kit.file_missing").At("file")
	default:
		line, err = airing.Keep(r.Context(), p.store, p.store, p.desk, r.Meta(f.ID), piece)
	}
	var refused *fault.Error
	if errors.As(err, &refused) && f.Refused(refused.At("file")) {
		return p.renderReport(w, r, f)
	}
	if err != nil {
		return err
	}
	r.Kept(f.ID)
	return r.Redirect(w, "/airings/"+line.ID, "airing.evidence_kept")
}

// milliseconds reads a time as a browser tells it, in milliseconds since 1970;
// the zero Time if it does not.
func milliseconds(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// detach takes a piece of evidence away from the report.
func (p pages) detach(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	_, err = p.store.Detach(r.Context(), r.Meta(f.ID), airing.Removal{Report: r.PathValue("id"), Evidence: r.PathValue("evidence"), Why: f.Get("why")})
	if f.RefusedAloud(err) {
		return p.renderReport(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/airings/"+r.PathValue("id"), "airing.evidence_removed")
}

// serveEvidence sends one piece back, as an attachment of its own sandbox: it
// came from outside.
func (p pages) serveEvidence(w http.ResponseWriter, r *kit.Request) error {
	line, err := p.store.Airing(r.Context(), r.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(line.Evidence, func(e airing.Evidence) bool { return e.ID == r.PathValue("evidence") })
	if i < 0 {
		return airing.NoReport()
	}
	e := line.Evidence[i]
	blob, err := p.blobs.Open(r.Context(), e.SHA256)
	if err != nil {
		return err
	}
	defer blob.Close()
	w.Header().Set("Content-Type", e.Type)
	w.Header().Set("Content-Security-Policy", "sandbox")
	w.Header().Set("ETag", `"`+e.SHA256+`"`)
	http.ServeContent(w, r.Request, "", line.ReceivedAt, blob)
	return nil
}

// verdictForm is filled with what was found last.
func verdictForm(l airing.Line) kit.Form {
	e := l.Edition()
	return kit.NewForm("edition", e.Tag, "finding", string(l.Finding), "note", l.FindingNote).From(e)
}

// found keeps what a form says of a report.
func (p pages) found(r *kit.Request, f *kit.Form) error {
	return f.Save(func() (kit.Form, error) {
		line, err := p.store.Airing(r.Context(), r.Actor, r.PathValue("id"))
		return verdictForm(line), err
	}, func(m accounts.Meta) error {
		v := airing.Verdict{Report: r.PathValue("id"), Finding: airing.Finding(f.Get("finding")), Note: f.Get("note")}
		_, err := p.store.VerifyAiring(r.Context(), m, v)
		return err
	})
}

func (p pages) judge(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if err = p.found(r, f); f.Refused(err) {
		return p.renderReport(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/airings/"+r.PathValue("id"), "airing.judged")
}
