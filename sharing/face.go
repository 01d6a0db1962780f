// Package sharing says what of Loa leaves for people who have no account: what everybody may see and hear
// (Face), and calendars at secret addresses (Calendar). Nothing does before somebody chose it.
package sharing

import (
	"cmp"
	"context"
	"net/mail"
	"slices"
	"time"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Face is what everybody may see and hear without an account. The zero Face shows nothing.
type Face struct {
	SaveFace
	accounts.Touch
}

// SaveFace replaces the face.
type SaveFace struct {
	Everywhere bool     `json:"everywhere"`                       // every commune has a page
	Districts  []string `json:"districts"`                        // official codes of those whose communes have one
	Stations   []string `json:"stations"`                         // IDs or official codes of others that have one
	Week       bool     `json:"week"`                             // the pages say what is planned this week
	Winners    bool     `json:"winners"`                          // they name prizes of contests whose results are published
	Programmes []string `json:"programmes"`                       // IDs of those whose approved episodes everybody may hear
	Publisher  string   `json:"publisher" schema:"maxLength=120"` // who publishes, as pages and feeds say
	Email      string   `json:"email" schema:"maxLength=120"`     // of the publisher, in the feeds: directories write to it
}

// Edition is what two editors of the face begin from.
func (f Face) Edition() accounts.Edition { return accounts.EditionOf(f.Touch, f.SaveFace) }

// Store keeps what is public, and the calendars. Commands are atomic and idempotent by m.ID. Safe for concurrent use.
type Store interface {
	// Face returns what is public; nothing before it was saved first.
	Face(ctx context.Context) (Face, error)
	SaveFace(ctx context.Context, m accounts.Meta, c SaveFace) (Face, error) // DecideFace

	// MakeCalendar keeps what DecideCalendar decides, RenewCalendar what DecideRenewal, EndCalendar what DecideEnd.
	MakeCalendar(ctx context.Context, m accounts.Meta, c MakeCalendar) (Calendar, error)
	RenewCalendar(ctx context.Context, m accounts.Meta, c RenewCalendar) (Calendar, error)
	EndCalendar(ctx context.Context, m accounts.Meta, c EndCalendar) (Calendar, error)
	// Calendars lists those of a person that work, the newest first.
	Calendars(ctx context.Context, person string) ([]Calendar, error)
	// CalendarBy is the one that the secret opens. Fault: sharing.no_calendar.
	CalendarBy(ctx context.Context, secret accounts.Hash) (Calendar, error)
}

// textMost is how long what is typed may be, in characters.
const textMost = 120

// DecideFace says what is public from now on. Faults: accounts.denied, edit.stale, sharing.text_long, .publisher_missing,
// .email_form, stations.unknown, .no_district, schedule.programme_unknown.
func DecideFace(reg *stations.Registry, s *scheduler.Schedule, was Face, m accounts.Meta, c SaveFace) (Face, error) {
	if err := m.By.Must(accounts.EditSettings, accounts.Where{}); err != nil {
		return was, err
	}
	if err := m.Current(was.Edition()); err != nil {
		return was, err
	}
	c.Publisher, c.Email = text.Line(c.Publisher), text.Line(c.Email)
	for field, s := range map[string]string{"publisher": c.Publisher, "email": c.Email} {
		if utf8.RuneCountInString(s) > textMost {
			return was, fault.New(fault.Invalid, "sharing.text_long", "most", textMost).At(field)
		}
	}
	if address, err := mail.ParseAddress(c.Email); c.Email != "" && (err != nil || address.Address != c.Email) {
		return was, fault.New(fault.Invalid, "sharing.email_form").At("email")
	}
	c.Districts, c.Stations, c.Programmes = slices.Clone(c.Districts), slices.Clone(c.Stations), slices.Clone(c.Programmes)
	for _, code := range c.Districts {
		if err := reg.CheckDistrict(code); err != nil || code == "" {
			return was, cmp.Or(fault.Of(err), fault.New(fault.NotFound, "stations.no_district", "code", code)).At("districts")
		}
	}
	for i, id := range c.Stations {
		st, err := reg.ByCodeOrID(id, stations.DateOf(m.At.In(text.Zone)))
		if err != nil {
			return was, fault.Of(err).At("stations")
		}
		c.Stations[i] = st.ID
	}
	for _, id := range c.Programmes {
		if _, err := s.Programme(id); err != nil {
			return was, fault.Of(err).At("programmes")
		}
	}
	for _, list := range []*[]string{&c.Districts, &c.Stations, &c.Programmes} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	f := Face{SaveFace: c}
	if f.Publisher == "" && (f.Anything() || len(f.Programmes) > 0) {
		return was, fault.New(fault.Invalid, "sharing.publisher_missing").At("publisher")
	}
	f.Touch = m.Touch(was, f)
	return f, nil
}

// Anything reports whether any commune may have a page.
func (f Face) Anything() bool { return f.Everywhere || len(f.Districts)+len(f.Stations) > 0 }

// Shows reports whether the station has a public page on that day: it goes on, and it or one that was
// merged into it was chosen.
func (f Face) Shows(reg *stations.Registry, id string, on stations.Date) bool {
	st, err := reg.Station(id)
	return err == nil && st.ActiveOn(on) && slices.ContainsFunc(append(reg.Lineage(id).Before, st), func(s *stations.Station) bool {
		return f.Everywhere || slices.Contains(f.Districts, reg.Where(s.ID).District) || slices.Contains(f.Stations, s.ID)
	})
}

// Page is the station whose public page stands at that ID: itself, or the one that serves its listeners since it was
// merged. A page that is not public is like one that never was. Fault: sharing.no_page.
func (f Face) Page(reg *stations.Registry, id string, on stations.Date) (string, error) {
	if p, passed := reg.Passed(id, on); passed && p.Into != nil {
		id = p.Into.ID
	}
	if !f.Shows(reg, id, on) {
		return "", NoPage()
	}
	return id, nil
}

// NoPage is the fault that there is no such public page.
func NoPage() error { return fault.New(fault.NotFound, "sharing.no_page") }

// Pages lists the stations that have a public page on that day, in Vietnamese order of district and name.
func (f Face) Pages(reg *stations.Registry, on stations.Date) (list []*stations.Station) {
	for _, st := range reg.ActiveOn(on) {
		if f.Shows(reg, st.ID, on) {
			list = append(list, st)
		}
	}
	return list
}

// Published is an episode that everybody may hear, and since when.
type Published struct {
	scheduler.Episode
	Since time.Time // it was approved, and its first day had come
}

// published is an episode as everybody may hear it; ok is false where nobody may, or not yet.
func (f Face) published(e scheduler.Episode, now time.Time) (p Published, ok bool) {
	if !slices.Contains(f.Programmes, e.Programme) || e.State() != scheduler.Approved || e.Audio == "" {
		return p, false
	}
	p = Published{e, e.ApprovedAt()}
	if e.From != "" {
		if first := e.From.Start(text.Zone); first.After(p.Since) {
			p.Since = first
		}
	}
	return p, !p.Since.After(now)
}

// Episode is the episode of that ID if everybody may hear it now. Fault: sharing.no_page.
func (f Face) Episode(s *scheduler.Schedule, id string, now time.Time) (Published, error) {
	e, err := s.Episode(id)
	if err == nil {
		if p, ok := f.published(e, now); ok {
			return p, nil
		}
	}
	return Published{}, NoPage()
}

// Episodes are those of a programme in a language that everybody may hear now, the newest first.
func (f Face) Episodes(s *scheduler.Schedule, programme, language string, now time.Time) (list []Published) {
	for _, e := range s.EpisodesOf(programme) {
		if p, ok := f.published(e, now); ok && e.Language == language {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b Published) int { return b.Since.Compare(a.Since) })
	return list
}

// heard is how long ago a station's episodes may have been planned to be found by Heard.
const heard = 8 * 7 * 24 * time.Hour

// Heard are the last episodes that were due at a station and that everybody may hear, at most so many, the last first.
func (f Face) Heard(s *scheduler.Schedule, reg *stations.Registry, st *stations.Station, now time.Time, most int) (list []Published) {
	seen := map[string]bool{}
	for slot := range s.SlotsAt(reg, st.ID, now.Add(-heard), now) {
		if !slices.Contains(f.Programmes, slot.Programme) {
			continue
		}
		e, ok := s.EpisodeFor(slot.Programme, st.TraitsAt(slot.Start).Languages, slot.Start)
		if !ok || seen[e.ID] {
			continue
		}
		seen[e.ID] = true
		if p, ok := f.published(e, now); ok {
			p.Since = slot.Start
			list = append(list, p)
		}
	}
	slices.Reverse(list)
	return list[:min(len(list), most)]
}
