package contest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/doctext"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// Warnings an organiser sees beside an entry until she has looked: catalogue keys.
const (
	warnAiringDeclared = "contest.warning_airing_declared"
	warnOthersSound    = "contest.warning_others_sound"   // the recording is the province's or another station's
	warnOthersEpisode  = "contest.warning_others_episode" // only the episode is
)

// Work is what an entrant says about an entry.
type Work struct {
	Title       string         `json:"title" schema:"maxLength=300"`
	Theme       string         `json:"theme"`
	Category    string         `json:"category"`
	Language    string         `json:"language" schema:"language"`
	Kind        EntrantKind    `json:"kind"`
	Station     string         `json:"station"` // ID
	Name        string         `json:"name,omitempty" schema:"maxLength=300"`
	Authors     []string       `json:"authors,omitempty" schema:"maxItems=50 maxLength=300"`
	Episode     string         `json:"episode,omitempty"`
	Pieces      []WorkPiece    `json:"pieces"`
	Script      string         `json:"script,omitempty" schema:"maxLength=50000"`      // typed or pasted, instead of a document
	Translation string         `json:"translation,omitempty" schema:"maxLength=50000"` // likewise
	Sections    map[string]int `json:"sections,omitempty"`
	AiredNote   string         `json:"aired_note,omitempty" schema:"maxLength=1000"` // where a declared airing took place
}

// WorkPiece names an uploaded file and what it is.
type WorkPiece struct {
	Kind PieceKind `json:"kind"`
	File string    `json:"file"`
}

// AnnounceEntry keeps the form of a work whose files are still on their way, as
// it was sent before the deadline: within the grace it can be completed by
// SubmitEntry or ReplaceEntry, as it stands. ID is that of the entry to be, or of
// the one to be replaced. A later form under the same ID takes the place of an
// earlier one. Faults: as SubmitEntry, but for those of the files.
type AnnounceEntry struct {
	ID   string `json:"id"`
	Work Work   `json:"work"`
}

func (c AnnounceEntry) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	var old *Entry
	if s.entry[c.ID] != nil {
		var err error
		if old, err = s.own(m, c.ID); err != nil {
			return nil, err
		}
	}
	if err := entryID(c.ID); err != nil {
		return nil, err
	}
	if m.At.After(s.Rules.Dates.ClosesAt) {
		return nil, fault.New(fault.Conflict, "contest.too_late", "until", s.Rules.Dates.ClosesAt)
	}
	st, e, err := s.begin(f, m, c.Work)
	if err != nil {
		return nil, err
	}
	for _, wp := range c.Work.Pieces { // what they are is looked at once they are there
		e.Pieces = append(e.Pieces, Piece{Kind: wp.Kind, File: wp.File})
	}
	if _, err := s.formed(m, st, c.ID, c.Work, e, old, problems{}); err != nil {
		return nil, err
	}
	if before, ok := s.announced[c.ID]; ok && before.Entrant(m.By) && before.Work.same(c.Work) {
		return nil, nil // what counts is when it came first
	}
	return []body{&entryAnnounced{c.ID, c.Work}}, nil
}

// entryID refuses an ID nobody could have made at random.
func entryID(id string) error {
	if len(id) < 8 || len(id) > 64 {
		return fault.New(fault.Conflict, "contest.entry_id_taken")
	}
	return nil
}

// EntryUnder is the ID of the entry that a form is about which was sent under
// the caller's ID: the entry or the announced form that it names, else one that
// the caller cannot choose.
func (s *State) EntryUnder(id string) string {
	if _, ok := s.announced[id]; ok || s.entry[id] != nil {
		return id
	}
	return accounts.Meta{ID: id}.NewID()
}

// SubmitEntry enters a work. ID is made by the caller. Everything wrong is
// said at once: the fault contest.entry_refused holds the single ones in
// Parts (a single one is returned as itself). Faults: contest.not_open,
// contest.not_open_yet, contest.too_late, contest.not_announced, contest.not_eligible,
// contest.jury_may_not_enter, contest.quota_used, contest.too_short,
// contest.too_long, contest.section_length, contest.audio_missing, contest.script_missing,
// contest.scan_missing, contest.translation_missing, contest.file_unknown, contest.not_audio, contest.not_sent_to_enter, contest.not_aired,
// contest.episode_not_aired, contest.same_recording and those of the audio check.
type SubmitEntry struct {
	ID   string `json:"id"`
	Work Work   `json:"work"`
}

func (c SubmitEntry) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if s.entry[c.ID] != nil {
		return nil, fault.New(fault.Conflict, "contest.entry_id_taken")
	}
	if err := entryID(c.ID); err != nil {
		return nil, err
	}
	e, err := s.examine(f, m, c.ID, c.Work, nil)
	if err != nil {
		return nil, err
	}
	e.ID = c.ID
	e.Code = fmt.Sprintf("TP-%03d", len(s.Entries)+1)
	e.SubmittedAt = m.At.UTC()
	return []body{&entrySubmitted{*e}}, nil
}

// ReplaceEntry gives an entry a new content before the deadline; its code and
// the time of its first valid submission stay. Faults as SubmitEntry, and
// contest.unknown_entry, contest.entry_not_live.
type ReplaceEntry struct {
	Entry string `json:"entry"`
	Work  Work   `json:"work"`
}

func (c ReplaceEntry) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	old, err := s.own(m, c.Entry)
	if err != nil {
		return nil, err
	}
	if c.Work.Station != old.Entrant.Station {
		return nil, fault.New(fault.Invalid, "contest.other_station").At("station")
	}
	e, err := s.examine(f, m, c.Entry, c.Work, old)
	if err != nil {
		return nil, err
	}
	e.ID, e.Code, e.SubmittedAt, e.ReplacedAt = old.ID, old.Code, old.SubmittedAt, m.At.UTC()
	for _, id := range old.Entrant.Accounts {
		if !slices.Contains(e.Entrant.Accounts, id) {
			e.Entrant.Accounts = append(e.Entrant.Accounts, id)
		}
	}
	return []body{&entryReplaced{*e}}, nil
}

// own returns the live entry if the actor may act for its station.
func (s *State) own(m accounts.Meta, id string) (*Entry, error) {
	e := s.entry[id]
	if e == nil || !e.Entrant.Of(m.By) {
		return nil, fault.New(fault.NotFound, "contest.unknown_entry")
	}
	if !e.Live() {
		return nil, s.notLive(e)
	}
	return e, nil
}

// examine checks a work against all the rules. old is the entry it replaces,
// or nil.
func (s *State) examine(f Facts, m accounts.Meta, id string, w Work, old *Entry) (*Entry, error) {
	st, e, err := s.begin(f, m, w)
	if err != nil {
		return nil, err
	}
	var p problems
	p.pieces(f, m, w, e, old)
	p.words(f, e)
	cat, err := s.formed(m, st, id, w, e, old, p)
	if cat == nil {
		return nil, err
	}
	p = partsOf(err)
	p.lengths(cat, e)
	p.aired(cat, f, e)
	e.whose(f)
	p.duplicates(s, e, old)
	return e, p.whole(fault.New(fault.Invalid, "contest.entry_refused", "count", len(p)))
}

// begin makes the entry a form speaks of, if the actor may enter it at all.
func (s *State) begin(f Facts, m accounts.Meta, w Work) (Station, *Entry, error) {
	st, ok := f.Stations[w.Station]
	if !ok {
		return st, nil, fault.New(fault.NotFound, "contest.unknown_station").At("station")
	}
	if err := m.By.Must(accounts.EnterContest, accounts.Where{Station: st.ID, District: st.District}); err != nil {
		return st, nil, err
	}
	if err := s.mayEnter(m); err != nil {
		return st, nil, err
	}
	e := &Entry{Title: text.Line(w.Title), Theme: w.Theme, Category: w.Category, Language: w.Language,
		Episode: w.Episode, Sections: w.Sections, Script: text.Lines(w.Script), Translation: text.Lines(w.Translation), AiredNote: text.Lines(w.AiredNote),
		Entrant: Entrant{Kind: w.Kind, Station: st.ID, StationName: st.Name, District: st.District, DistrictName: st.DistrictName,
			Name: text.Line(w.Name), Accounts: []string{m.By.Person}}}
	for _, a := range w.Authors {
		if a = text.Line(a); a != "" {
			e.Entrant.Authors = append(e.Entrant.Authors, a)
		}
	}
	// The organiser takes names out of it before judging.
	e.Redacted = e.asSent()
	return st, e, nil
}

// formed checks what a form says, whatever its files turn out to be, and adds
// it to p. Without a category there is nothing to check the files against.
func (s *State) formed(m accounts.Meta, st Station, id string, w Work, e, old *Entry, p problems) (*Category, error) {
	p.inTime(s, m, id, w, e)
	p.eligible(s, st, e)
	cat := s.Rules.Category(w.Category)
	if cat == nil || s.Rules.Theme(w.Theme) == nil {
		p.add(fault.New(fault.Invalid, "contest.no_such_item", "id", clip(w.Category+" "+w.Theme, 60)).At("category"))
		return nil, p.whole(fault.New(fault.Invalid, "contest.entry_refused", "count", len(p)))
	}
	p.describe(e)
	p.quotas(s, e, old)
	p.complete(cat, e)
	return cat, p.whole(fault.New(fault.Invalid, "contest.entry_refused", "count", len(p)))
}

// mayEnter refuses organisers and members of the jury.
func (s *State) mayEnter(m accounts.Meta) error {
	j := s.Judge(m.By.Person)
	if m.By.Can(accounts.Organise, accounts.Where{Contest: s.ID}) || j != nil || m.By.Can(accounts.JudgeEntries, accounts.Where{Contest: s.ID}) {
		return fault.New(fault.Denied, "contest.jury_may_not_enter")
	}
	return nil
}

// pieces takes the files over: those the actor uploaded herself, the sound of
// the episode she picked, and what a colleague has entered already.
func (p *problems) pieces(f Facts, m accounts.Meta, w Work, e, old *Entry) {
	for _, wp := range w.Pieces {
		file, ok := f.Files[wp.File]
		entered := old != nil && slices.ContainsFunc(old.Pieces, func(o Piece) bool { return o.Kind == wp.Kind && o.File == wp.File })
		ok = ok && (file.By == m.By.Person || wp.Kind == Audio && wp.File == f.Episode.Audio || entered)
		if !ok || e.Piece(wp.Kind) != nil {
			p.add(fault.New(fault.Invalid, "contest.file_unknown", "piece", wp.Kind).At("pieces"))
			continue
		}
		if wp.Kind == Audio && file.Sound == "" {
			p.add(fault.New(fault.Invalid, "contest.not_audio", "name", clip(file.Name, 60)).At("pieces"))
			continue
		}
		if wp.Kind == Audio && !file.Work && wp.File != f.Episode.Audio && !entered { // others hear what is to be aired
			p.add(fault.New(fault.Invalid, "contest.not_sent_to_enter", "name", clip(file.Name, 60)).At("pieces"))
			continue
		}
		if wp.Kind == Audio && file.Refused != nil {
			p.add(file.Refused)
		}
		e.Pieces = append(e.Pieces, Piece{Kind: wp.Kind, File: file.ID, Name: file.Name, SHA256: file.SHA256, Sound: file.Sound,
			Bytes: file.Bytes, Seconds: file.Seconds, Begun: file.Begun.UTC()})
	}
}

// words takes over what the documents say, where nothing was typed: judges read
// text, from which the organiser has taken the names, and no file.
func (p *problems) words(f Facts, e *Entry) {
	for _, of := range []struct {
		kind PieceKind
		text *string
	}{{Script, &e.Script}, {Translation, &e.Translation}} {
		piece := e.Piece(of.kind)
		if piece == nil || *of.text != "" {
			continue
		}
		file := f.Files[piece.File]
		if *of.text = text.Lines(file.Words); *of.text == "" {
			p.add(fault.New(fault.Invalid, cmp.Or(file.Unread, "doc.no_reader"), "name", clip(file.Name, 60), "most", doctext.MaxBytes>>20).At(string(of.kind)))
		}
	}
	e.Redacted = e.asSent()
}

// inTime applies the timetable: by the deadline, or by the end of the grace if
// the form was sent before the deadline as it is, and every upload was under way.
func (p *problems) inTime(s *State, m accounts.Meta, id string, w Work, e *Entry) {
	d := s.Rules.Dates
	sent, announced := s.announced[id]
	switch {
	case s.Phase != Open:
		p.add(fault.New(fault.Conflict, "contest.not_open"))
	case m.At.Before(d.OpensAt):
		p.add(fault.New(fault.Conflict, "contest.not_open_yet", "from", d.OpensAt))
	case !m.At.After(d.ClosesAt):
	case m.At.After(d.ClosesAt.Add(d.Grace())), len(e.Pieces) == 0, !announced || !sent.Entrant(m.By),
		slices.ContainsFunc(e.Pieces, func(x Piece) bool { return x.Begun.IsZero() || x.Begun.After(d.ClosesAt) }):
		p.add(fault.New(fault.Conflict, "contest.too_late", "until", d.ClosesAt))
	case !sent.Work.same(w):
		p.add(fault.New(fault.Conflict, "contest.not_announced", "at", sent.At))
	default:
		e.FormSentAt = sent.At
	}
}

// same reports whether two forms say the same.
func (w Work) same(other Work) bool {
	lines, err := Compare(w, other)
	return err == nil && len(lines) == 0
}

func (p *problems) eligible(s *State, st Station, e *Entry) {
	who := s.Rules.Who
	if !slices.Contains(who.Kinds, e.Entrant.Kind) {
		p.add(fault.New(fault.Invalid, "contest.kind_not_eligible").At("kind"))
	}
	if !st.Active || !anyOr(who.Stations, st.ID) || !anyOr(who.Districts, st.District) {
		p.add(fault.New(fault.Denied, "contest.not_eligible", "station", st.Name).At("station"))
	}
	if e.Entrant.Kind != ByStation && e.Entrant.Name == "" {
		p.add(fault.New(fault.Invalid, "contest.entrant_unnamed").At("name"))
	}
}

func (p *problems) describe(e *Entry) {
	p.text("title", e.Title, maxName, true)
	p.text("name", e.Entrant.Name, maxName, false)
	p.text("aired_note", e.AiredNote, 1000, false)
	p.text("script", e.Script, 50_000, false)
	p.text("translation", e.Translation, 50_000, false)
	if len(e.Entrant.Authors) > 50 {
		p.add(fault.New(fault.Invalid, "contest.list_length", "most", 50).At("authors"))
	}
	for _, a := range e.Entrant.Authors {
		if utf8.RuneCountInString(a) > maxName {
			p.add(fault.New(fault.Invalid, "contest.text_too_long", "length", utf8.RuneCountInString(a), "most", maxName).At("authors"))
		}
	}
}

// quotas counts the live entries beside this one.
func (p *problems) quotas(s *State, e, old *Entry) {
	for _, q := range s.Rules.Quotas {
		if q.Theme != "" && q.Theme != e.Theme || q.Category != "" && q.Category != e.Category {
			continue
		}
		n := 0
		for _, o := range s.Entries {
			same := o.Entrant.Station == e.Entrant.Station
			if q.Per == "district" {
				same = o.Entrant.District == e.Entrant.District
			}
			if o != old && o.Live() && same && (q.Theme == "" || o.Theme == q.Theme) && (q.Category == "" || o.Category == q.Category) {
				n++
			}
		}
		if n < q.Max {
			continue
		}
		if q.Per == "district" {
			p.add(fault.New(fault.Conflict, "contest.quota_used_district", "max", q.Max, "district", e.Entrant.DistrictName))
		} else {
			p.add(fault.New(fault.Conflict, "contest.quota_used", "max", q.Max, "station", e.Entrant.StationName))
		}
	}
}

// complete names every required piece that is not there.
func (p *problems) complete(c *Category, e *Entry) {
	for _, n := range c.Needs {
		if e.has(n.Piece) || n.When == Optional || n.When == NotVietnamese && e.Language == "vi" {
			continue
		}
		switch n.Piece {
		case Audio:
			p.add(fault.New(fault.Invalid, "contest.audio_missing").At("pieces"))
		case Script:
			p.add(fault.New(fault.Invalid, "contest.script_missing").At("pieces"))
		case Scan:
			p.add(fault.New(fault.Invalid, "contest.scan_missing").At("pieces"))
		case Translation:
			p.add(fault.New(fault.Invalid, "contest.translation_missing").At("pieces"))
		}
	}
	if !anyOr(c.Languages, e.Language) || !stations.KnownLanguage(e.Language) {
		p.add(fault.New(fault.Invalid, "contest.language_not_allowed").At("language"))
	}
}

// has reports whether the piece is there, as a file or as text.
func (e *Entry) has(kind PieceKind) bool {
	return e.Piece(kind) != nil || kind == Script && e.Script != "" || kind == Translation && e.Translation != ""
}

// lengths measures the whole recording, jingles included, and the sections
// as declared.
func (p *problems) lengths(c *Category, e *Entry) {
	if a := e.Piece(Audio); a != nil {
		long := time.Duration(a.Seconds * float64(time.Second))
		if a.Seconds < float64(c.MinSeconds) {
			p.add(fault.New(fault.Invalid, "contest.too_short", "is", long, "least", seconds(c.MinSeconds)).At("pieces"))
		}
		if c.MaxSeconds > 0 && a.Seconds > float64(c.MaxSeconds) {
			p.add(fault.New(fault.Invalid, "contest.too_long", "is", long, "most", seconds(c.MaxSeconds)).At("pieces"))
		}
	}
	for _, sec := range c.Sections {
		if n := e.Sections[sec.ID]; n < sec.MinSeconds || n > sec.MaxSeconds {
			p.add(fault.New(fault.Invalid, "contest.section_length", "name", sec.Name, "is", seconds(n),
				"least", seconds(sec.MinSeconds), "most", seconds(sec.MaxSeconds)).At("sections." + sec.ID))
		}
	}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// aired keeps the airings that satisfy the rule and refuses a work without
// one, unless a declared airing is accepted. Without a rule an episode that is
// picked must be one the station has aired: others' work is not hers to enter.
func (p *problems) aired(c *Category, f Facts, e *Entry) {
	if c.Aired == nil {
		if e.Episode != "" && len(f.Episode.Airings) == 0 {
			p.add(fault.New(fault.Invalid, "contest.episode_not_aired").At("episode"))
		}
		return
	}
	for _, a := range f.Episode.Airings {
		if !a.At.Before(c.Aired.From) && a.At.Before(c.Aired.Until) && (c.Aired.Anywhere || a.Station == e.Entrant.Station) {
			e.Airings = append(e.Airings, a)
		}
	}
	switch {
	case len(e.Airings) > 0:
	case c.Aired.Declared && e.AiredNote != "":
		e.Warnings = append(e.Warnings, warnAiringDeclared)
	default:
		p.add(fault.New(fault.Invalid, "contest.not_aired", "from", c.Aired.From, "until", c.Aired.Until).At("episode"))
	}
}

// whose warns of a work that others made: what the province or another station
// sends out is aired by many, and whoever is first could enter it. A recording that
// only sounds like theirs is the library's to find.
func (e *Entry) whose(f Facts) {
	if e.Episode != "" && f.Episode.Of(e.Entrant.Station) {
		return
	}
	sound := e.Piece(Audio)
	switch {
	case sound != nil && !f.Files[sound.File].Work && f.Files[sound.File].Station != e.Entrant.Station:
		e.Warnings = append(e.Warnings, warnOthersSound)
	case e.Episode != "":
		e.Warnings = append(e.Warnings, warnOthersEpisode)
	}
}

// AiringOpen reports whether a declared airing waits for the organiser.
func (e *Entry) AiringOpen() bool { return slices.Contains(e.Warnings, warnAiringDeclared) }

// OthersOpen reports whether the organiser has yet to say that the work is the
// entrant's own, which was made from an episode of others.
func (e *Entry) OthersOpen() bool {
	return slices.Contains(e.Warnings, warnOthersSound) || slices.Contains(e.Warnings, warnOthersEpisode)
}

// duplicates refuses the same sound twice, without naming the other entrant.
// What only sounds alike is for a person to decide: the library compares it.
func (p *problems) duplicates(s *State, e, old *Entry) {
	a := e.Piece(Audio)
	if a == nil {
		return
	}
	for _, o := range s.Entries {
		b := o.Piece(Audio)
		if o == old || !o.Live() || b == nil {
			continue
		}
		if b.Sound == a.Sound {
			p.add(fault.New(fault.Conflict, "contest.same_recording").At("pieces"))
			return
		}
	}
}

// Announcement is a form that was sent while its files were on their way.
type Announcement struct {
	ID   string // of the entry it makes or replaces
	Work Work
	At   time.Time
	By   string // person ID
}

// Entrant reports whether the actor sent the form.
func (a Announcement) Entrant(by accounts.Actor) bool { return a.By == by.Person }

// Announced returns the form that was sent under the ID and whose files are
// still awaited at that instant.
func (s *State) Announced(id string, at time.Time) (Announcement, bool) {
	a, ok := s.announced[id]
	d := s.Rules.Dates
	return a, ok && s.Phase == Open && !at.After(d.ClosesAt.Add(d.Grace()))
}

// Awaited lists the forms of the actor whose files are still awaited at that
// instant, oldest first.
func (s *State) Awaited(by accounts.Actor, at time.Time) []Announcement {
	var list []Announcement
	for id := range s.announced {
		if a, ok := s.Announced(id, at); ok && a.Entrant(by) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b Announcement) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return list
}

// WithdrawEntry takes an entry back before the deadline. Faults:
// contest.unknown_entry, contest.entry_not_live, contest.too_late_to_withdraw.
type WithdrawEntry struct {
	Entry  string `json:"entry"`
	Reason string `json:"reason,omitempty"`
}

func (c WithdrawEntry) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	e, err := s.own(m, c.Entry)
	if err != nil {
		return nil, err
	}
	if s.Phase != Open || m.At.After(s.Rules.Dates.ClosesAt) {
		return nil, fault.New(fault.Conflict, "contest.too_late_to_withdraw", "until", s.Rules.Dates.ClosesAt)
	}
	return []body{&entryRemoved{Entry: e.ID, Reason: clip(c.Reason, 2000)}}, nil
}

// RuleOutEntry excludes an entry, at any time before the results are public.
// After the last round those behind it move up, and prizes already decided are
// to be decided anew. Faults: contest.unknown_entry, contest.entry_not_live,
// contest.has_stake, contest.reason_missing.
type RuleOutEntry struct {
	Entry  string `json:"entry"`
	Reason string `json:"reason"`
}

func (c RuleOutEntry) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	e := s.entry[c.Entry]
	if e == nil {
		return nil, fault.New(fault.NotFound, "contest.unknown_entry")
	}
	if !e.Live() || s.Phase == Published {
		return nil, s.notLive(e)
	}
	if err := s.Impartial(m.By, c.Entry); err != nil {
		return nil, err
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	return []body{&entryRemoved{e.ID, true, c.Reason}}, nil
}

// RedactScript sets the script as judges will see it. Not once one of them has
// opened it: judges would see different scripts. Blank says that they are meant to
// read nothing although something was sent to be read. Faults:
// contest.unknown_entry, contest.script_opened, contest.text_too_long,
// contest.script_blank.
type RedactScript struct {
	Entry string `json:"entry"`
	Text  string `json:"text"`
	Blank bool   `json:"blank,omitempty"`
}

func (c RedactScript) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	var p problems
	p.text("text", c.Text, 100_000, false)
	switch {
	case s.entry[c.Entry] == nil:
		return nil, fault.New(fault.NotFound, "contest.unknown_entry")
	case !s.Maskable(s.entry[c.Entry]):
		return nil, fault.New(fault.Conflict, "contest.script_opened", "code", s.entry[c.Entry].Code)
	case len(p) > 0:
		return nil, p[0]
	}
	e := s.entry[c.Entry]
	if e.Redacted == c.Text {
		return nil, nil
	}
	if e.written() && strings.TrimSpace(c.Text) == "" && !c.Blank {
		return nil, fault.New(fault.Invalid, "contest.script_blank", "code", e.Code).At("text")
	}
	return []body{&scriptRedacted{c.Entry, c.Text}}, nil
}

// ConfirmAiring accepts a declared airing after looking at its proof. Faults:
// contest.unknown_entry, contest.reason_missing.
type ConfirmAiring struct {
	Entry string `json:"entry"`
	Note  string `json:"note"` // what proved it
}

func (c ConfirmAiring) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if s.entry[c.Entry] == nil {
		return nil, fault.New(fault.NotFound, "contest.unknown_entry")
	}
	if err := s.Impartial(m.By, c.Entry); err != nil {
		return nil, err
	}
	if err := reasonable(c.Note); err != nil {
		return nil, err
	}
	return []body{&airingConfirmed{c.Entry, c.Note}}, nil
}

// ConfirmOwn accepts as the entrant's own what was made from an episode of others,
// after asking. Faults: contest.unknown_entry, contest.not_in_doubt,
// contest.reason_missing.
type ConfirmOwn struct {
	Entry string `json:"entry"`
	Note  string `json:"note"` // what was found
}

func (c ConfirmOwn) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	e := s.entry[c.Entry]
	if e == nil {
		return nil, fault.New(fault.NotFound, "contest.unknown_entry")
	}
	if !e.OthersOpen() {
		return nil, fault.New(fault.Conflict, "contest.not_in_doubt", "code", e.Code)
	}
	if err := s.Impartial(m.By, c.Entry); err != nil {
		return nil, err
	}
	if err := reasonable(c.Note); err != nil {
		return nil, err
	}
	return []body{&ownConfirmed{c.Entry, c.Note}}, nil
}
