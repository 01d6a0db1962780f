package api

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"loa/accounts"
	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	"loa/internal/once"
	office "loa/internal/paper"
	"loa/internal/sheet"
	"loa/library"
	"loa/outgoing"
	"loa/stations"
	"loa/web/kit"
)

// contestJSON is a contest as programs see it.
type contestJSON struct {
	ID      string               `json:"id"`
	Title   string               `json:"title"`
	Phase   contest.Phase        `json:"phase"`
	Rules   *contest.Rules       `json:"rules,omitempty"`
	Changes []contest.RuleChange `json:"changes,omitempty"`
	Stale   bool                 `json:"prizes_stale,omitempty"` // what they were decided from has changed: give them anew
	Events  int                  `json:"events"`
	Head    string               `json:"head"` // hash of the last event
}

type contestRoutes struct {
	store interface {
		outgoing.Store
		Registry(ctx context.Context) (*stations.Registry, error)
		Directory(ctx context.Context) (*accounts.Directory, error)
		TakeRole(ctx context.Context, m accounts.Meta, c accounts.TakeRole) (accounts.Person, error)
	}
	hall  *contest.Hall
	blobs library.Blobs
}

// routes are everything organisers and entrants do on the pages; what judges
// and the chair do is beside theirs (web/judging).
func (c contestRoutes) routes() []kit.Route {
	receipt, none := contest.Receipt{}, any(nil)
	step := func(pattern, summary string, h kit.Handler) kit.Route {
		route := organise(pattern, summary+"; with seen, also an empty one, 409 lists what is undecided unless it was seen so", h, none, receipt)
		route.Query = "seen"
		return route
	}
	document := organise("GET /{contest}/papers/{document}",
		"minutes, table, sheets or fairness of the latest round, or of that one, or the decision, as XLSX for A4", c.paper("xlsx"), none, none)
	document.Query, document.Gives = "round", sheet.XLSXType
	editable := organise("GET /{contest}/papers/{document}/docx", "the same as DOCX, to be edited before it is signed", c.paper("docx"), none, none)
	editable.Query, editable.Gives = "round", office.DOCXType
	printed := organise("GET /{contest}/papers/{document}/pdf", "the same as PDF, to be signed and sent on; the same papers give the same bytes",
		c.paper("pdf"), none, none)
	printed.Query, printed.Gives = "round", office.PDFType
	archive := organise("GET /{contest}/archive", "the whole contest as one ZIP, for loa contest verify", c.archive, none, none)
	archive.Gives = "application/zip"
	draft := organise("POST ", "draft a contest; without rules, from those of another contest or from the sample", c.draft, draftBody{}, receipt)
	draft.Statuses = []int{http.StatusCreated}
	steps := organise("GET /{contest}/steps",
		"the steps that could be made next, or the one asked for (open, start, finish, publish or close; of a round): what is undecided, "+
			"what they lock, why they cannot be made", c.steps, none, kit.List[stepJSON]{})
	steps.Query = "step round"
	contests := []kit.Route{
		{Pattern: "GET /api/v1/contests", Access: kit.SignedIn, Handler: c.list, Out: kit.List[listedJSON]{},
			Summary: "the contests one organises, may enter or has entered, and judges; " +
				"rules and one's own entries are at /api/v1/entering, what one has to score at /api/v1/contests/{contest}/judging"},
		{Pattern: "GET /api/v1/me/contests", Access: accounts.Organise, Handler: c.waiting, Out: kit.List[waitingJSON]{},
			Summary: "each contest the caller organises that is not closed: its next deadline and what it waits for, as the first page shows it"},
		draft,
		organise("GET /{contest}", "a contest with its rules", c.show, none, contestJSON{}),
		edits("PUT /{contest}/rules", "replace the rules; once the contest is open a reason is needed",
			order(c, func(_ *kit.Request, b contest.ChangeRules) contest.Command { return b }), contest.ChangeRules{}, receipt),
		fromEdition(step("POST /{contest}/open", "open the contest and lock its rules",
			c.step(func(_ *kit.Request, seen contest.Seen) contest.Command { return contest.OpenContest{Seen: seen} }))),
		fromEdition(step("POST /{contest}/publish", "make the results public",
			c.step(func(_ *kit.Request, seen contest.Seen) contest.Command { return contest.PublishResults{Seen: seen} }))),
		step("POST /{contest}/close", "end the contest",
			c.step(func(_ *kit.Request, seen contest.Seen) contest.Command { return contest.CloseContest{Seen: seen} })),
		steps,
		fromEdition(step("POST /{contest}/rounds/{round}/start", "draw codes and deal the entries to the judges",
			c.step(func(r *kit.Request, seen contest.Seen) contest.Command {
				return contest.StartRound{Round: r.PathValue("round"), Seen: seen}
			}))),
		step("POST /{contest}/rounds/{round}/finish", "close a round: its ranking is recorded", c.step(func(r *kit.Request, seen contest.Seen) contest.Command {
			return contest.FinishRound{Round: r.PathValue("round"), Seen: seen}
		})),
		archive,
		document, editable, printed,
		organise("GET /{contest}/certificates", "the template and every certificate, filled", c.certificates, none, certificatesJSON{}),
		edits("PUT /{contest}/certificate", "set the template of the certificates; empty texts bring the usual one back",
			order(c, func(_ *kit.Request, b contest.Certificate) contest.Command {
				return contest.SetCertificate{Certificate: b}
			}), contest.Certificate{}, receipt),
	}
	return slices.Concat(contests, c.resultRoutes(), c.entryRoutes(), c.juryRoutes())
}

// resultRoutes are what follows from a ranking: prizes, comments, complaints and corrections.
func (c contestRoutes) resultRoutes() []kit.Route {
	receipt, none := contest.Receipt{}, any(nil)
	amend := func(method, path, summary string, h kit.Handler, in, out any) kit.Route {
		return kit.Route{Pattern: method + " /api/v1/contests/{contest}/corrections" + path, Access: kit.SignedIn, Handler: h,
			Summary: summary, In: in, Out: out}
	}
	comments := organise("GET /{contest}/comments", "what judges wrote that entrants are told, and what was decided about each",
		c.comments, none, kit.List[commentJSON]{})
	comments.Filter, comments.Query = contest.CommentFilter{}, "after limit"
	return []kit.Route{
		organise("GET /{contest}/prizes", "the prizes given and the places withheld", c.prizes, none, kit.List[contest.Given]{}),
		edits("PUT /{contest}/prizes", "decide all prizes: those by rank follow from the ranking",
			order(c, func(_ *kit.Request, b contest.GivePrizes) contest.Command { return b }), contest.GivePrizes{}, receipt),
		organise("GET /{contest}/complaints", "complaints about the published result, and what was decided", c.complaints, none, kit.List[contest.Complaint]{}),
		organise("POST /{contest}/complaints", "file a complaint for somebody, while the results are public and the contest is not closed",
			order(c, func(_ *kit.Request, b contest.FileComplaint) contest.Command { return b }), contest.FileComplaint{}, receipt),
		organise("POST /{contest}/complaints/{complaint}/decide",
			"decide about a complaint with a reason; to uphold it proposes a correction, which another organiser or the chair confirms",
			order(c, func(r *kit.Request, b decideBody) contest.Command {
				return contest.DecideComplaint{ID: r.PathValue("complaint"), Upheld: b.Upheld, Reason: b.Reason, Correction: b.Correction, Prizes: b.Prizes}
			}), decideBody{}, receipt),
		comments,
		organise("GET /{contest}/comments/{comment}", "a comment of a judge, and what was decided about it", c.comment, none, commentJSON{}),
		edits("PUT /{contest}/comments/{comment}",
			"decide whether the entrant reads a comment as it is, edited, or not at all; once the results are published with a reason",
			order(c, func(r *kit.Request, b reviewBody) contest.Command {
				return contest.ReviewComment{ID: r.PathValue("comment"), Fate: b.Fate, Text: b.Text, Reason: b.Reason}
			}), reviewBody{}, receipt),
		organise("POST /{contest}/comments/release", "let those of the comments go out as they are about which nobody has decided",
			order(c, func(_ *kit.Request, b contest.ReleaseComments) contest.Command { return b }), contest.ReleaseComments{}, receipt),
		edits("POST /{contest}/prizes/lost", "propose to give a prize by decision again that a correction took away; another organiser or the chair confirms",
			order(c, func(_ *kit.Request, b contest.GiveLost) contest.Command { return b }), contest.GiveLost{}, receipt),
		amend("GET", "/turned-down", "the corrections that nobody confirmed, oldest first: who turned each down, when and why, for organisers and the chair",
			c.turnedDown, none, kit.List[contest.TurnedDown]{}),
		amend("GET", "/waiting", "the correction that waits for a second person, for organisers and the chair", c.amendments, none, kit.List[amendmentJSON]{}),
		amend("POST", "/{proposal}/decide", "confirm a correction that another person proposed, or turn one down with a reason, as an organiser or the chair; "+
			"a judge takes her own back",
			order(c, func(r *kit.Request, b amendBody) contest.Command {
				return contest.DecideCorrection{ID: r.PathValue("proposal"), Confirm: b.Confirm, Reason: b.Reason, Ties: b.Ties}
			}), amendBody{}, receipt),
		organise("GET /{contest}/corrections", "what took the place of the published result, and what it was before", c.corrections, none,
			kit.List[contest.Correction]{}),
	}
}

// organise is a route of a contest's organisers.
func organise(pattern, summary string, h kit.Handler, in, out any) kit.Route {
	method, path, _ := strings.Cut(pattern, " ")
	return kit.Route{Pattern: method + " /api/v1/contests" + path, Access: accounts.Organise, Handler: h, Summary: summary, In: in, Out: out}
}

// fromEdition is a route whose change may be made from an edition.
func fromEdition(r kit.Route) kit.Route { r.Edits = true; return r }

func edits(pattern, summary string, h kit.Handler, in, out any) kit.Route {
	return fromEdition(organise(pattern, summary, h, in, out))
}

// order is the handler of a change whose body is B: command makes of it, and
// of what the path names, what is to be done.
func order[B any](c contestRoutes, command func(*kit.Request, B) contest.Command) kit.Handler {
	return func(w http.ResponseWriter, r *kit.Request) error {
		var b B
		m, err := readChange(r, &b)
		if err != nil {
			return err
		}
		rec, err := c.hall.Do(r.Context(), m, r.PathValue("contest"), command(r, b))
		return answer(w, r, http.StatusOK, rec, err)
	}
}

// step is the handler of a step that cannot be taken back; the query's seen is the
// word that what is undecided has been seen.
func (c contestRoutes) step(command func(*kit.Request, contest.Seen) contest.Command) kit.Handler {
	return func(w http.ResponseWriter, r *kit.Request) error {
		m, err := readChange(r, nil)
		if err != nil {
			return err
		}
		seen := contest.Seen{Seen: seenBy(r)}
		rec, err := c.hall.Do(r.Context(), m, r.PathValue("contest"), command(r, seen))
		return answer(w, r, http.StatusOK, rec, err)
	}
}

// seenBy is what a program saw of a step before it asks for it: one that does
// not send seen is not asked either, and takes the step as it stands.
func seenBy(r *kit.Request) string {
	if q := r.URL.Query(); q.Has("seen") {
		return q.Get("seen")
	}
	return once.AsItIs
}

// stepJSON is a step that cannot be taken back, as it stands now.
type stepJSON struct {
	Step    string     `json:"step"` // of a contest "open", "start", "finish", "publish", "close"; of a week "close"
	Round   string     `json:"round,omitempty"`
	Open    []openJSON `json:"undecided"`
	Locks   []string   `json:"locks"`             // sentences
	Refused []string   `json:"refused,omitempty"` // sentences: why it cannot be made at all
	Seen    string     `json:"seen"`              // to send with the step
}

// openJSON is something nobody has decided.
type openJSON struct {
	Code   string   `json:"code"`
	Detail string   `json:"detail"`
	Of     []string `json:"of"`              // what it is about
	At     string   `json:"at"`              // what decides it
	Later  bool     `json:"later,omitempty"` // it can be decided after the step as well
}

func stepOf(r *kit.Request, name string, step once.Step, refused error) stepJSON {
	out := stepJSON{Step: name, Refused: r.Sentences(refused), Seen: step.Seen()}
	out.Open = openOf(r, step.Open)
	for _, key := range step.Locks {
		out.Locks = append(out.Locks, r.Say(key))
	}
	return out
}

func openOf(r *kit.Request, list []once.Open) []openJSON {
	out := make([]openJSON, 0, len(list))
	for _, o := range list {
		out = append(out, openJSON{o.Key, r.Lang.Fault(o.Sentence()), o.Of, o.At, o.Later})
	}
	return out
}

// waitingJSON is a contest as its organiser finds it on her first page.
type waitingJSON struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Phase    contest.Phase     `json:"phase"`
	Round    string            `json:"round,omitempty"` // name of the one that is being judged
	Deadline *contest.Deadline `json:"deadline,omitempty"`
	Waits    []openJSON        `json:"waits"`
}

func (c contestRoutes) waiting(w http.ResponseWriter, r *kit.Request) error {
	list, err := c.hall.Waiting(r.Context(), r.Actor, r.Now)
	if err != nil {
		return err
	}
	items := make([]waitingJSON, 0, len(list))
	for _, x := range list {
		items = append(items, waitingJSON{x.ID, x.Title, x.Phase, x.Round, x.Deadline, openOf(r, x.Waits)})
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, ""))
}

func (c contestRoutes) steps(w http.ResponseWriter, r *kit.Request) error {
	var named []contest.Step
	if name := r.URL.Query().Get("step"); name != "" {
		step := contest.StepOf(name, r.URL.Query().Get("round"))
		if step == nil {
			return fault.New(fault.Invalid, "contest.unknown_choice", "value", name).At("step")
		}
		named = append(named, step)
	}
	list, err := c.hall.Ask(r.Context(), r.Meta(kit.NewID()), r.PathValue("contest"), named...)
	if err != nil {
		return err
	}
	var items []stepJSON
	for _, x := range list {
		name, round, _ := strings.Cut(strings.TrimPrefix(x.Once.Name, "contest."), "/")
		one := stepOf(r, name, x.Once, x.Refused)
		one.Round = round
		items = append(items, one)
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, ""))
}

// view reads the contest of the path for somebody who may organise it.
func (c contestRoutes) view(r *kit.Request, fn func(*contest.State) error) error {
	id := r.PathValue("contest")
	if err := contest.MayOrganise(r.Actor, id); err != nil {
		return err
	}
	return c.hall.View(r.Context(), id, fn)
}

// listedJSON is a contest in the list of somebody who has to do with it.
type listedJSON struct {
	ID     string        `json:"id"`
	Title  string        `json:"title"`
	Phase  contest.Phase `json:"phase"`
	As     []listedAs    `json:"as"`               // what one is there
	Events int           `json:"events,omitempty"` // for its organisers
	Head   string        `json:"head,omitempty"`   // hash of the last event, for its organisers
}

// listedAs is what somebody is in a contest.
type listedAs string

const (
	asOrganiser listedAs = "organiser"
	asEntrant   listedAs = "entrant" // entries are taken, or one has entered
	asJudge     listedAs = "judge"
)

// list answers each with what concerns her. Nobody but an organiser is told how many
// events there are: that would tell a judge of works and of other judges.
func (c contestRoutes) list(w http.ResponseWriter, r *kit.Request) error {
	var items []listedJSON
	err := c.hall.List(r.Context(), func(s *contest.State) error {
		x := listedJSON{ID: s.ID, Title: s.Rules.Title, Phase: s.Phase}
		if contest.MayOrganise(r.Actor, s.ID) == nil {
			x.As, x.Events, x.Head = append(x.As, asOrganiser), s.Seq, s.Head
		}
		if r.Actor.CanSomewhere(accounts.EnterContest) && s.Phase != contest.Draft {
			own := slices.ContainsFunc(s.Entries, func(e *contest.Entry) bool { return e.Entrant.Of(r.Actor) })
			if own || s.Phase == contest.Open {
				x.As = append(x.As, asEntrant)
			}
		}
		if _, ok := s.ForJudge(r.Actor.Person); ok && contest.MayJudge(r.Actor, s.ID) == nil {
			x.As = append(x.As, asJudge)
		}
		if len(x.As) > 0 {
			items = append(items, x)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, items, ""))
}

func (c contestRoutes) show(w http.ResponseWriter, r *kit.Request) error {
	var out contestJSON
	err := c.view(r, func(s *contest.State) error {
		rules := s.Rules
		r.Of(s.Edition(contest.PartRules))
		out = contestJSON{s.ID, s.Rules.Title, s.Phase, &rules, s.Changes, s.Outdated.Given != nil, s.Seq, s.Head}
		return nil
	})
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, out)
}

type draftBody struct {
	ID    string         `json:"id"`                                     // stands in URLs: lower-case letters, digits, hyphens
	Rules *contest.Rules `json:"rules,omitempty"`                        // absent: copied
	From  string         `json:"from,omitempty"`                         // ID of the contest to copy; absent: the sample
	Title string         `json:"title,omitempty" schema:"maxLength=300"` // of the copy
}

func (c contestRoutes) draft(w http.ResponseWriter, r *kit.Request) error {
	var b draftBody
	m, err := readChange(r, &b)
	if err != nil {
		return err
	}
	if err := contest.MayOrganise(r.Actor, ""); err != nil {
		return err
	}
	d := contest.DraftContest{Rules: contest.Sample(), CopiedFrom: b.From}
	if b.From != "" {
		if d, err = c.hall.Copy(r.Context(), b.From); err != nil {
			return err
		}
	}
	d.Rules.Title = cmp.Or(b.Title, d.Rules.Title)
	if b.Rules != nil {
		d.Rules = *b.Rules
	}
	rec, err := c.hall.Do(r.Context(), m, b.ID, d)
	return answer(w, r, http.StatusCreated, rec, err)
}

// archive sends the whole contest. It is made in a temporary file first: an
// error must not leave half an archive that looks whole.
func (c contestRoutes) archive(w http.ResponseWriter, r *kit.Request) error {
	id := r.PathValue("contest")
	if err := contest.MayOrganise(r.Actor, id); err != nil {
		return err
	}
	f, err := os.CreateTemp("", "loa-contest-*.zip")
	if err != nil {
		return err
	}
	defer func() { f.Close(); os.Remove(f.Name()) }()
	reg, err := c.store.Registry(r.Context())
	if err != nil {
		return err
	}
	err = c.hall.Archive(r.Context(), f, r.Now, id, func(s *contest.State) ([]contest.ArchivePaper, error) {
		return paper.ArchivePapers(s, reg, r.Now, func(document, round string) (office.Office, error) {
			n, err := r.NumberOf(c.store, "", outgoing.Issuer{Contest: s.ID}, true, paper.Address(s, document, round))
			return n.Head(office.Office{}), err
		})
	},
		func(ctx context.Context, p contest.Piece) (io.ReadCloser, error) {
			return c.blobs.Open(ctx, p.SHA256)
		})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+id+`.zip"`)
	http.ServeContent(w, r.Request, "", r.Now, f)
	return nil
}

// drawnDocuments are those that an office may lay out its own way.
var drawnDocuments = map[string]outgoing.Drawn{"minutes": outgoing.ContestMinutes, "decision": outgoing.ContestDecision}

// paper answers with a document as a file of that kind.
func (c contestRoutes) paper(as string) kit.Handler {
	return func(w http.ResponseWriter, r *kit.Request) error {
		document := r.PathValue("document")
		reg, err := c.store.Registry(r.Context())
		if err != nil {
			return err
		}
		var list []office.Paper
		var n kit.PaperNumber
		if err := c.view(r, func(s *contest.State) (err error) {
			round := r.URL.Query().Get("round")
			n, err = r.NumberOf(c.store, drawnDocuments[document], outgoing.Issuer{Contest: s.ID}, true, paper.Address(s, document, round))
			if err != nil {
				return err
			}
			list, err = paper.Draw(s, reg, round, document, n.Head(office.Office{}), r.Lang, r.Now)
			return err
		}); err != nil {
			return err
		}
		return r.SendNumbered(w, n, r.PathValue("contest")+"-"+document, as, list)
	}
}

// certificatesJSON is the template as set, empty texts standing for the usual
// one, and what it gives for each prize.
type certificatesJSON struct {
	Template contest.Certificate `json:"template"`
	Usual    contest.Certificate `json:"usual"`
	Filled   []certificateJSON   `json:"filled"`
}

type certificateJSON struct {
	Lines []string `json:"lines"`
	Sign  []string `json:"sign"`
}

func (c contestRoutes) certificates(w http.ResponseWriter, r *kit.Request) error {
	out := certificatesJSON{Usual: paper.UsualCertificate(), Filled: []certificateJSON{}}
	err := c.view(r, func(s *contest.State) error {
		out.Template = s.Certificate
		r.Of(s.Edition(contest.PartCertificate))
		for _, x := range paper.CertificatesOf(s, s.Certificate, r.Now) {
			one := certificateJSON{Sign: x.Sign}
			for _, l := range x.Lines {
				one.Lines = append(one.Lines, l.Text)
			}
			out.Filled = append(out.Filled, one)
		}
		return nil
	})
	return answer(w, r, http.StatusOK, out, err)
}

type decideBody struct {
	Upheld     bool                `json:"upheld"`
	Reason     string              `json:"reason" schema:"maxLength=2000"`
	Correction contest.Correcting  `json:"correction,omitzero"`
	Prizes     *contest.GivePrizes `json:"prizes,omitempty"` // absent: what was given by hand stays
}

func (c contestRoutes) complaints(w http.ResponseWriter, r *kit.Request) error {
	var items []contest.Complaint
	err := c.view(r, func(s *contest.State) error { items = slices.Clone(s.Complaints); return nil })
	return answer(w, r, http.StatusOK, kit.NewList(r, items, ""), err)
}

func (c contestRoutes) corrections(w http.ResponseWriter, r *kit.Request) error {
	var items []contest.Correction
	err := c.view(r, func(s *contest.State) error { items = slices.Clone(s.Corrections); return nil })
	return answer(w, r, http.StatusOK, kit.NewList(r, items, ""), err)
}

// amendmentJSON is a correction that waits, with all that a second person is to weigh.
type amendmentJSON struct {
	contest.Amendment
	Public    bool               `json:"public"`              // what it corrects decides prizes that are published
	About     *contest.Complaint `json:"about,omitempty"`     // the complaint, where there is one
	Shifts    []contest.Shift    `json:"shifts,omitempty"`    // the points and ranks of all works, before and after
	Unlearned []contest.Unknown  `json:"unlearned,omitempty"` // judges whose habit would not be evened out any more
	Hinders   string             `json:"hinders,omitempty"`   // code of what keeps it from being confirmed as it is
	// Earlier are the works of rounds before the last, but for that of a mended sheet, whose points or ranks would change.
	Earlier []contest.RoundShifts `json:"earlier,omitempty"`
}

func (c contestRoutes) amendments(w http.ResponseWriter, r *kit.Request) error {
	var items []amendmentJSON
	err := c.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		if err := s.Amends(r.Meta("")); err != nil {
			return err
		}
		if s.Proposed != nil {
			x := amendmentJSON{Amendment: *s.Proposed, Public: s.CorrectsPublic(s.Proposed), About: s.Complaint(s.Proposed.Complaint())}
			next, err := s.Corrected(s.Proposed)
			if e := fault.Of(err); e != nil { // it does not hold as it is; to confirm it says why in words
				x.Hinders = e.Code
				items = append(items, x)
				return nil
			}
			if err != nil {
				return err
			}
			x.Given = next.Given
			if x.Shifts, err = s.Shifts(s.Proposed); err != nil {
				return err
			}
			if x.Unlearned, err = s.Unlearned(s.Proposed); err != nil {
				return err
			}
			if x.Earlier, err = s.EarlierShifts(s.Proposed); err != nil {
				return err
			}
			items = append(items, x)
		}
		return nil
	})
	return answer(w, r, http.StatusOK, kit.NewList(r, items, ""), err)
}

func (c contestRoutes) turnedDown(w http.ResponseWriter, r *kit.Request) error {
	var items []contest.TurnedDown
	err := c.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		if err := s.Amends(r.Meta("")); err != nil {
			return err
		}
		items = slices.Clone(s.TurnedDown)
		return nil
	})
	return answer(w, r, http.StatusOK, kit.NewList(r, items, ""), err)
}

// amendBody says whether a correction that waits is confirmed.
type amendBody struct {
	Confirm bool       `json:"confirm"`
	Reason  string     `json:"reason,omitempty" schema:"maxLength=2000"` // of one that is turned down, or of the orders
	Ties    [][]string `json:"ties,omitempty" schema:"maxItems=1000"`    // of a sheet: orders of entries then level over two prizes, best first
}

func (c contestRoutes) prizes(w http.ResponseWriter, r *kit.Request) error {
	var items []contest.Given
	err := c.view(r, func(s *contest.State) error {
		items = s.InOrder(s.Given)
		r.Of(s.Edition(contest.PartPrizes))
		return nil
	})
	return answer(w, r, http.StatusOK, kit.NewList(r, items, ""), err)
}
