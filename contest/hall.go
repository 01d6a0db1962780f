package contest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync"
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// Hall serves all contests: it folds each log once, keeps the state in
// memory, and carries commands out. It is safe for concurrent use.
type Hall struct {
	log  Log
	from Sources

	mu    sync.Mutex
	rooms map[string]*room
}

// room guards one contest's state.
type room struct {
	doing sync.Mutex // one command at a time; taken before mu, and held while the disk syncs
	mu    sync.RWMutex
	state *State
}

// NewHall serves the contests of the log.
func NewHall(log Log, from Sources) *Hall {
	return &Hall{log: log, from: from, rooms: map[string]*room{}}
}

// Receipt is the answer to a command: the last event it led to.
type Receipt struct {
	Contest string    `json:"contest"`
	Seq     int       `json:"seq"`
	Hash    string    `json:"hash"`
	At      time.Time `json:"at"`
}

func (h *Hall) room(id string) *room {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[id]
	if r == nil {
		r = &room{state: NewState(id)}
		h.rooms[id] = r
	}
	return r
}

// catchUp folds what the log has and the state does not. r.mu is held.
func (h *Hall) catchUp(ctx context.Context, r *room) error {
	from := r.state.Seq
	for e, err := range h.log.Events(ctx, r.state.ID, from) {
		if err != nil {
			return err
		}
		if e.Erases() && from > 0 { // the state knows what the log does not any more
			r.state = NewState(r.state.ID)
			return h.catchUp(ctx, r)
		}
		if err := r.state.Apply(e); err != nil {
			r.state = NewState(r.state.ID)
			return fault.New(fault.Unavailable, "contest.log_damaged").Because(err)
		}
	}
	return nil
}

// View calls fn with the contest's state, which fn must not change or keep. It
// waits for no command that is being written. Faults: contest.unknown,
// contest.log_damaged, those of the log.
func (h *Hall) View(ctx context.Context, id string, fn func(*State) error) error {
	r := h.room(id)
	if err := h.follow(ctx, id, r); err != nil {
		return err
	}
	return h.look(r, fn)
}

// look calls fn with the state of a room as it is.
func (h *Hall) look(r *room, fn func(*State) error) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.state.Seq == 0 {
		h.mu.Lock()
		delete(h.rooms, r.state.ID) // a guessed ID must not stay in memory
		h.mu.Unlock()
		return fault.New(fault.NotFound, "contest.unknown")
	}
	return fn(r.state)
}

// follow folds what was appended since, by another daemon too.
func (h *Hall) follow(ctx context.Context, id string, r *room) error {
	r.mu.RLock()
	seq := r.state.Seq
	r.mu.RUnlock()
	for _, err := range h.log.Events(ctx, id, seq) {
		if err != nil {
			return err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		return h.catchUp(ctx, r)
	}
	return nil
}

// Copy returns a past contest as the draft of the next: its rules without
// their dates, and its certificate. Faults: contest.unknown, contest.log_damaged.
func (h *Hall) Copy(ctx context.Context, past string) (c DraftContest, err error) {
	err = h.View(ctx, past, func(s *State) (err error) {
		c = DraftContest{CopiedFrom: past}
		if s.Certificate.Check() == nil { // an older one may not be taken today
			c.Certificate = s.Certificate
		}
		c.Rules, err = CopyRules(s.Rules)
		return err
	})
	return c, err
}

// CheckEntry tries a submission without storing anything: the fault of
// SubmitEntry with everything that is missing or wrong, or nil.
func (h *Hall) CheckEntry(ctx context.Context, m accounts.Meta, id string, c SubmitEntry) error {
	f, err := h.facts(ctx, m, id, c)
	if err != nil {
		return err
	}
	return h.View(ctx, id, func(s *State) error {
		_, err := Decide(s, f, m, c)
		return err
	})
}

// List calls fn with the state of each contest, newest first. One question tells which
// logs have grown, and these alone are read.
func (h *Hall) List(ctx context.Context, fn func(*State) error) error {
	return h.each(ctx, nil, fn)
}

// Some is List of the contests with these IDs; those that do not exist are left out.
func (h *Hall) Some(ctx context.Context, ids []string, fn func(*State) error) error {
	if len(ids) == 0 {
		return nil
	}
	return h.each(ctx, ids, fn)
}

func (h *Hall) each(ctx context.Context, only []string, fn func(*State) error) error {
	for c, err := range h.heads(ctx, only) {
		if err == nil {
			err = h.upTo(ctx, c, fn)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// heads yields the heads of contests, page by page, the newest contest first.
func (h *Hall) heads(ctx context.Context, only []string) iter.Seq2[Head, error] {
	return func(yield func(Head, error) bool) {
		for q := (HeadQuery{IDs: only, Limit: MostListed}); ; {
			page, err := h.log.Contests(ctx, q)
			if err != nil {
				yield(Head{}, err)
				return
			}
			for _, c := range page {
				if !yield(c, nil) {
					return
				}
			}
			if len(page) < q.Limit {
				return
			}
			q.After = page[len(page)-1].ID
		}
	}
}

// upTo calls fn with a contest's state that has folded its log up to the head at least.
func (h *Hall) upTo(ctx context.Context, c Head, fn func(*State) error) error {
	r := h.room(c.ID)
	r.mu.RLock()
	behind := r.state.Seq < c.Seq
	r.mu.RUnlock()
	if behind {
		if err := h.follow(ctx, c.ID, r); err != nil {
			return err
		}
	}
	return h.look(r, fn)
}

// Titles tells by ID what people call the contests that have a title. One whose log
// cannot be read is left out: it must not keep pages that only name it from being shown.
func (h *Hall) Titles(ctx context.Context) (map[string]string, error) {
	titles := map[string]string{}
	for c, err := range h.heads(ctx, nil) {
		if err == nil {
			err = h.upTo(ctx, c, func(s *State) error {
				if title := s.Working().Title; title != "" {
					titles[c.ID] = title
				}
				return nil
			})
		}
		if err != nil && !fault.Is(err, "contest.log_damaged") {
			return titles, err
		}
	}
	return titles, nil
}

// Heard lists the recordings that the juries of all contests hear, or may still
// have to hear.
func (h *Hall) Heard(ctx context.Context) (ids []string, err error) {
	err = h.List(ctx, func(s *State) error { ids = append(ids, s.Heard()...); return nil })
	return ids, err
}

// Do carries out a command on a contest. Facts are loaded first; the decision
// is taken and written before the next command's is, and who only looks does
// not wait for the disk. If another process appended meanwhile the state
// catches up and the command is decided again. A repeat of m.ID gets the
// receipt of the state as it is. Faults: those of the command, of the log and
// contest.busy.
func (h *Hall) Do(ctx context.Context, m accounts.Meta, id string, c Command) (Receipt, error) {
	f, err := h.facts(ctx, m, id, c)
	if err != nil {
		return Receipt{}, err
	}
	r := h.room(id)
	r.doing.Lock()
	defer r.doing.Unlock()
	for range 5 {
		if err := h.follow(ctx, id, r); err != nil {
			return Receipt{}, err
		}
		r.mu.RLock()
		events, err := Decide(r.state, f, m, c)
		seq := r.state.Seq
		r.mu.RUnlock()
		if err == nil && len(events) > 0 {
			err = h.log.Append(ctx, m, id, seq, events)
		}
		if fault.Is(err, "contest.changed_meanwhile") {
			continue
		}
		if err == nil {
			err = h.follow(ctx, id, r)
		}
		if err != nil {
			return Receipt{}, err
		}
		r.mu.RLock()
		defer r.mu.RUnlock()
		return Receipt{id, r.state.Seq, r.state.Head, m.At}, nil
	}
	return Receipt{}, fault.New(fault.Conflict, "contest.busy")
}

// facts loads what the command names. A thing that does not exist is left
// out; the decision says so in its own words.
func (h *Hall) facts(ctx context.Context, m accounts.Meta, id string, c Command) (Facts, error) {
	f := Facts{Stations: map[string]Station{}, Files: map[string]File{}, People: map[string]Person{}}
	if _, err := rand.Read(f.Seed[:]); err != nil {
		return f, fmt.Errorf("contest: seed: %w", err)
	}
	switch c := c.(type) {
	case Step, KeepDouble:
		var err error
		f.Alike, err = h.undecided(ctx, id)
		return f, known(err)
	case AnnounceEntry:
		return f, h.stationFacts(ctx, m, []string{c.Work.Station}, &f)
	case SubmitEntry:
		return f, h.workFacts(ctx, m, id, c.Work, &f)
	case ReplaceEntry:
		return f, h.workFacts(ctx, m, id, c.Work, &f)
	case AppointJudge:
		p, err := h.from.Person(ctx, c.Judge.Person)
		if err != nil {
			return f, known(err)
		}
		f.People[p.ID] = p
		ids := []string{c.Judge.Station}
		for _, g := range p.Grants {
			if g.Role == accounts.Operator {
				ids = append(ids, g.Scope.ID)
			}
		}
		return f, h.stationFacts(ctx, m, ids, &f)
	case ReturnJudge:
		p, err := h.from.Person(ctx, c.Person)
		if err == nil {
			f.People[p.ID] = p
		}
		return f, known(err)
	case DeclareTies:
		return f, h.stationFacts(ctx, m, c.Stations, &f)
	case GivePrizes:
		return f, h.prizeFacts(ctx, m, c.Special, &f)
	case GiveLost:
		return f, h.stationFacts(ctx, m, []string{c.Station}, &f)
	case NoteDeparture:
		return f, h.peopleFacts(ctx, &f, c.Person)
	case DecideCorrection:
		var stations []Given
		people := []string{m.By.Person}
		if err := h.View(ctx, id, func(s *State) error {
			if stations = slices.Clone(s.Given); s.Proposed != nil {
				stations, people = append(stations, s.Proposed.Given...), append(people, s.Proposed.Person)
			}
			return nil
		}); err != nil {
			return f, known(err)
		}
		if err := h.peopleFacts(ctx, &f, people...); err != nil {
			return f, err
		}
		return f, h.prizeFacts(ctx, m, stations, &f)
	case DecideComplaint:
		var special []Given
		if c.Prizes != nil {
			special = c.Prizes.Special
		} else if err := h.View(ctx, id, func(s *State) error { special = slices.Clone(s.Given); return nil }); err != nil {
			return f, known(err)
		}
		return f, h.prizeFacts(ctx, m, special, &f)
	}
	return f, nil
}

// peopleFacts loads people.
func (h *Hall) peopleFacts(ctx context.Context, f *Facts, ids ...string) error {
	for _, id := range ids {
		p, err := h.from.Person(ctx, id)
		if err == nil {
			f.People[p.ID] = p
		}
		if err := known(err); err != nil {
			return err
		}
	}
	return nil
}

// prizeFacts loads the collectives that prizes are given to.
func (h *Hall) prizeFacts(ctx context.Context, m accounts.Meta, given []Given, f *Facts) error {
	var ids []string
	for _, g := range given {
		ids = append(ids, g.Station)
	}
	return h.stationFacts(ctx, m, ids, f)
}

func (h *Hall) workFacts(ctx context.Context, m accounts.Meta, id string, w Work, f *Facts) error {
	if err := h.stationFacts(ctx, m, []string{w.Station}, f); err != nil {
		return err
	}
	for _, p := range w.Pieces {
		file, err := h.from.File(ctx, p.File)
		if err == nil {
			f.Files[p.File] = file
		}
		if err := known(err); err != nil {
			return err
		}
	}
	if w.Episode == "" {
		return nil
	}
	rule := AiredRule{From: m.At.AddDate(-2, 0, 0), Until: m.At} // without a rule: whatever the station aired of late
	err := h.View(ctx, id, func(s *State) error {
		if c := s.Rules.Category(w.Category); c != nil && c.Aired != nil {
			rule = *c.Aired
		}
		return nil
	})
	if err != nil {
		return err
	}
	at := w.Station
	if rule.Anywhere {
		at = ""
	}
	f.Episode, err = h.from.Episode(ctx, w.Episode, at, rule.From, rule.Until)
	return known(err)
}

func (h *Hall) stationFacts(ctx context.Context, m accounts.Meta, ids []string, f *Facts) error {
	for _, id := range ids {
		if id == "" {
			continue
		}
		st, err := h.from.Station(ctx, id, m.At)
		if err == nil {
			f.Stations[id] = st
		}
		if err := known(err); err != nil {
			return err
		}
	}
	return nil
}

// known drops the fault that something does not exist.
func known(err error) error {
	var e *fault.Error
	if errors.As(err, &e) && e.Kind == fault.NotFound {
		return nil
	}
	return err
}

// Replay folds a whole log from nothing and returns the state. Each finished
// round is ranked again from its sheets, and each prize by rank given again, and
// must come out as recorded then.
// An error says which event is wrong.
func Replay(id string, events func(yield func(Event, error) bool)) (*State, error) {
	s := NewState(id)
	for e, err := range events {
		if err != nil {
			return nil, err
		}
		if err := s.Apply(e); err != nil {
			return nil, err
		}
		switch e.Kind {
		case (*roundFinished)(nil).kind():
			err = s.recheck()
		case (*prizesGiven)(nil).kind(), (*resultsCorrected)(nil).kind():
			err = s.recheckPrizes()
		}
		if err != nil {
			return nil, fmt.Errorf("contest %s: event %d: %w", id, e.Seq, err)
		}
	}
	return s, s.forged()
}

// Roles is what takes the role of organising one contest from somebody.
type Roles interface {
	TakeRole(ctx context.Context, m accounts.Meta, c accounts.TakeRole) (accounts.Person, error)
}

// Leave takes the role of organising this contest from a person, and puts it into the
// contest's log. Repeated, it makes up for what a crash left undone. Faults: those of
// accounts.DecideTakeRole and of NoteDeparture.
func (h *Hall) Leave(ctx context.Context, from Roles, m accounts.Meta, id, person, reason string) error {
	err := h.View(ctx, id, func(s *State) error {
		if err := s.organiser(m); err != nil {
			return err
		}
		return reasonable(reason)
	})
	if err != nil {
		return err
	}
	if _, err := from.TakeRole(ctx, m, accounts.TakeRole{Person: person, Contest: id}); err != nil {
		return err
	}
	_, err = h.Do(ctx, m, id, NoteDeparture{person, reason})
	return err
}

// Archive writes the whole contest to w, as of at; see WriteArchive. It works on a
// state of its own, so a slow receiver holds nobody up.
func (h *Hall) Archive(ctx context.Context, w io.Writer, at time.Time, id string, papers func(*State) ([]ArchivePaper, error),
	open func(context.Context, Piece) (io.ReadCloser, error)) error {
	s, err := Replay(id, h.log.Events(ctx, id, 0))
	if err != nil {
		return fault.New(fault.Unavailable, "contest.log_damaged").Because(err)
	}
	if s.Seq == 0 {
		return fault.New(fault.NotFound, "contest.unknown")
	}
	list, err := papers(s)
	if err != nil {
		return err
	}
	return WriteArchive(ctx, w, at, s, h.log.Events(ctx, id, 0), list, open)
}
