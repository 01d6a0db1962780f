package api

import (
	"context"
	"net/http"
	"os"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/web/kit"
)

// Airing is a line as the API shows it.
type Airing struct {
	airing.Line
	Lack    airing.Lack `json:"lack,omitempty"`          // why an airing that was reported does not count
	Least   int         `json:"least_seconds,omitempty"` // how long it had to last to count; told with too_short of one report
	Missing []string    `json:"missing"`                 // what the server still waits for; a client may delete its copy when this is empty
}

func shownAiring(l airing.Line) Airing {
	lack := l.Lack()
	l.Qualifies = l.Counts() // what was corrected, withdrawn or found contradicted is not said to count
	l.StartedAt, l.ReceivedAt = l.StartedAt.In(text.Zone), l.ReceivedAt.In(text.Zone)
	if !l.SaidAt.IsZero() {
		l.SaidAt = l.SaidAt.In(text.Zone)
	}
	return Airing{Line: l, Lack: lack, Missing: []string{}}
}

// AiringStore is what the routes of the airing log ask of the store.
type AiringStore interface {
	airing.Log
	airing.Library
	airing.Proposals
	airing.BundleStore
}

// one is a line by itself: with how long it had to last, if it was too short.
func (a airings) one(ctx context.Context, l airing.Line) (Airing, error) {
	out := shownAiring(l)
	if out.Lack != airing.LackLength {
		return out, nil
	}
	plan, err := a.store.Schedule(ctx)
	if err != nil {
		return out, err
	}
	programme, err := plan.Programme(l.Programme)
	out.Least = programme.TermsAt(l.StartedAt).MinSeconds
	return out, err
}

type airings struct {
	store  AiringStore
	desk   airing.Desk
	binder *airing.Binder
}

func (a airings) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "PUT /api/v1/airings/{id}", Access: accounts.ReportAiring, Handler: a.put, In: airing.Confirm{}, Out: Airing{},
			Summary: "Report an airing under a client-made UUID; the same body again gets the same answer."},
		{Pattern: "GET /api/v1/airings/{id}", Access: accounts.ReadAirings, Handler: a.get, Out: Airing{}, Summary: "One report."},
		{Pattern: "GET /api/v1/airings", Access: accounts.ReadAirings, Handler: a.list, Out: kit.List[Airing]{},
			Filter: airing.Filter{}, Query: "limit after",
			Summary: "The airing log, latest first; waiting lists what somebody should verify, lapsed tells whose finding a correction ended."},
		{Pattern: "GET /api/v1/airings/waiting", Access: accounts.VerifyAiring, Handler: a.waiting, Out: kit.List[airing.Exhibit]{},
			Filter:  airing.CheckFilter{},
			Summary: "Reports of the last 28 days whose evidence waits for the caller, in the order of the queue: an even sample of stations first."},
		{Pattern: "PUT /api/v1/airings/{id}/evidence/{evidence}", Takes: "application/octet-stream multipart/form-data", Access: accounts.ReportAiring,
			Handler: a.putEvidence, MaxBody: kit.FileBody, Out: Airing{}, Query: "captured_at sent_at name",
			Summary: "Attach a photo or a recording (raw body) under a client-made UUID. captured_at is when the photo was taken or the recording ended, " +
				"as a phone dates its file, and sent_at is now; both by the phone's clock, whose error sent_at tells. " +
				"Where the report was corrected and the same is still said to have happened, it goes to the correction, which is answered."},
		{Pattern: "POST /api/v1/airings/{id}/evidence/{evidence}/remove", Access: accounts.ReportAiring, Handler: a.removeEvidence,
			In: removalBody{}, Out: Airing{},
			Summary: "Take a piece of evidence away before its week closes; the log keeps that it was."},
		{Pattern: "GET /api/v1/airings/{id}/proof", Access: accounts.VerifyAiring, Handler: a.proof, Gives: "application/zip", Query: "evidence",
			Summary: "The bundle that proves what the machine said of a recording of the report (evidence, else the one it spoke of last) on any machine, " +
				"for loa proof verify: the recording, what it was compared with, the log until its seal. For who verifies the airings of all stations."},
		{Pattern: "GET /api/v1/proposals", Access: accounts.ReadAirings, Handler: a.proposals, Query: "station waiting", Out: kit.List[airing.Proposal]{},
			Summary: "What stations said of airings by telephone: those that wait (waiting=1, of all or one station), or all of one station, the last first. " +
				"Who runs the station confirms one by reporting with its ID as proposal."},
		{Pattern: "POST /api/v1/proposals/{id}/decline", Access: accounts.ReportAiring, Handler: a.decline, In: airing.Decline{}, Out: airing.Proposal{},
			Summary: "Say that what was noted of a call is not so; only who runs the station does."},
		{Pattern: "POST /api/v1/airings/{id}/verdict", Edits: true, Access: accounts.VerifyAiring, Handler: a.postVerdict, In: verdictBody{}, Out: Airing{},
			Summary: "Say what checking the report found; contradicted needs a note, which the station reads."},
	}
}

func (a airings) put(w http.ResponseWriter, r *kit.Request) error {
	var c airing.Confirm
	if err := r.ReadJSON(&c); err != nil {
		return err
	}
	c.ID = r.PathValue("id")
	if c.Spoken != nil {
		c.Spoken.Known = r.Contact(c.Spoken.Contact)
	}
	line, err := a.store.Confirm(r.Context(), r.Meta(c.ID), c)
	if err != nil {
		return err
	}
	out, err := a.one(r.Context(), line)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, out)
}

func (a airings) get(w http.ResponseWriter, r *kit.Request) error {
	line, err := a.store.Airing(r.Context(), r.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	out, err := a.one(r.Context(), line)
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusOK, out, nil)
}

func (a airings) list(w http.ResponseWriter, r *kit.Request) error {
	q, err := a.listQuery(r)
	if err != nil {
		return err
	}
	lines, next, err := a.store.Airings(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	items := make([]Airing, len(lines))
	for i, l := range lines {
		items[i] = shownAiring(l)
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, next))
}

func (a airings) listQuery(r *kit.Request) (airing.Query, error) {
	f, err := kit.ReadFilter[airing.Filter](r)
	if err != nil {
		return airing.Query{}, err
	}
	reg, err := a.store.Registry(r.Context())
	if err != nil {
		return airing.Query{}, err
	}
	q, err := f.Query(r.Actor, reg, r.Now, r.Now)
	if err == nil {
		q.Limit, err = r.Limit()
	}
	q.After = r.URL.Query().Get("after")
	return q, err
}

func (a airings) waiting(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[airing.CheckFilter](r)
	if err != nil {
		return err
	}
	reg, err := a.store.Registry(r.Context())
	if err != nil {
		return err
	}
	plan, err := a.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	if err := f.Check(r.Actor, reg, plan); err != nil {
		return err
	}
	list, err := a.store.Exhibits(r.Context(), r.Actor, airing.ToCheck(r.Now))
	if err != nil {
		return err
	}
	items := f.Pile(r.Actor, reg, list).Waiting
	for i := range items {
		items[i].StartedAt = items[i].StartedAt.In(text.Zone)
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, ""))
}

func (a airings) putEvidence(w http.ResponseWriter, r *kit.Request) error {
	id := r.PathValue("evidence")
	if err := kit.CheckID(id, "id"); err != nil {
		return err
	}
	p := airing.Piece{ID: id, Report: r.PathValue("id"), Name: r.URL.Query().Get("name"), Length: r.ContentLength, Body: r.Body}
	var err error
	if p.CapturedAt, err = r.Instant("captured_at", time.Time{}); err != nil {
		return err
	}
	if p.SentAt, err = r.Instant("sent_at", time.Time{}); err != nil {
		return err
	}
	line, err := airing.Keep(r.Context(), a.store, a.store, a.desk, r.Meta(id), p)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, shownAiring(line))
}

type removalBody struct {
	Why string `json:"why" schema:"required maxLength=1000"`
}

func (a airings) removeEvidence(w http.ResponseWriter, r *kit.Request) error {
	var b removalBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	line, err := a.store.Detach(r.Context(), m, airing.Removal{Report: r.PathValue("id"), Evidence: r.PathValue("evidence"), Why: b.Why})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, shownAiring(line))
}

type verdictBody struct {
	Finding airing.Finding `json:"finding" schema:"required"`
	Note    string         `json:"note,omitempty" schema:"maxLength=1000"`
}

// proof sends a bundle. It is made in a temporary file first, where it is checked.
func (a airings) proof(w http.ResponseWriter, r *kit.Request) error {
	f, err := os.CreateTemp("", "loa-proof-*.zip")
	if err != nil {
		return err
	}
	defer func() { f.Close(); os.Remove(f.Name()) }()
	if err := a.binder.Bind(r.Context(), r.Meta(""), r.PathValue("id"), r.URL.Query().Get("evidence"), f); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="chung-minh-`+r.PathValue("id")+`.zip"`)
	http.ServeContent(w, r.Request, "", r.Now, f)
	return nil
}

func (a airings) postVerdict(w http.ResponseWriter, r *kit.Request) error {
	var b verdictBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	line, err := a.store.VerifyAiring(r.Context(), m, airing.Verdict{Report: r.PathValue("id"), Finding: b.Finding, Note: b.Note})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, shownAiring(line))
}

func (a airings) proposals(w http.ResponseWriter, r *kit.Request) error {
	q := airing.ProposalQuery{}
	waiting, err := r.Yes("waiting")
	if err != nil {
		return err
	}
	if waiting {
		q.Waiting = r.Now
	}
	if named := r.URL.Query().Get("station"); named != "" || !waiting {
		reg, err := a.store.Registry(r.Context())
		if err != nil {
			return err
		}
		st, err := reg.OpenTo(r.Actor, accounts.ReadAirings, named, r.Today())
		if err != nil {
			return err
		}
		q.Station = st.ID
	}
	list, err := a.store.Proposals(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, ""))
}

func (a airings) decline(w http.ResponseWriter, r *kit.Request) error {
	var c airing.Decline
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	c.ID = r.PathValue("id")
	said, err := a.store.DeclineProposal(r.Context(), m, c)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, said)
}
