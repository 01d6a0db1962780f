// Package library keeps recordings: whose they are, what they are for, what
// stations and juries receive of them, which hold the same sound, and how long
// those are kept that nothing uses. What is in a file is found out by audio;
// how it arrives is intake's.
package library

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"math"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"loa/accounts"
	"loa/audio"
	"loa/internal/fault"
	"loa/internal/text"
)

// Kind says what a kept file is for, and so what it must be.
type Kind string

// The kinds. The first four are sound.
const (
	ForProgramme Kind = "programme" // to be aired
	ForContest   Kind = "contest"   // entered in a contest
	ForEvidence  Kind = "evidence"  // recorded while something was aired
	ForSample    Kind = "sample"    // given to measure how well the machine hears
	Scan         Kind = "scan"      // a script or another paper: PDF, office document or picture
	Photo        Kind = "photo"     // a picture
)

// Kinds lists all kinds.
var Kinds = []Kind{ForProgramme, ForContest, ForEvidence, ForSample, Scan, Photo}

// Sound reports whether files of the kind are recordings.
func (k Kind) Sound() bool {
	return k == ForProgramme || k == ForContest || k == ForEvidence || k == ForSample
}

// Check returns a fault unless k is one of Kinds.
func (k Kind) Check() error {
	if !slices.Contains(Kinds, k) {
		return fault.New(fault.Invalid, "library.kind_unknown").At("kind")
	}
	return nil
}

// Owner says whose a file is.
type Owner struct {
	Person  string `json:"person"`            // ID of who sent it; "" for the daemon
	Name    string `json:"name"`              // of the person, as shown
	Station string `json:"station,omitempty"` // ID of the station whose quota it counts in; "" for the province
}

// Recording is one kept file: what it is, whose, and where its bytes are. It
// never changes after it was saved.
type Recording struct {
	ID          string    `json:"id"` // a UUID, made by who sends the file
	Kind        Kind      `json:"kind"`
	Owner       Owner     `json:"owner"`
	Name        string    `json:"name"`         // the file's name as CleanName leaves it; never a path
	ContentType string    `json:"content_type"` // by what is in it, not by what the sender said
	Blob        Ref       `json:"blob"`
	Created     time.Time `json:"created"`        // UTC
	Begun       time.Time `json:"begun,omitzero"` // when the first byte of its upload came, UTC: what a deadline looks at

	// The rest is of sound alone.
	Format       audio.Format `json:"format,omitempty"`
	Seconds      float64      `json:"seconds,omitempty"`
	SampleRate   int          `json:"sample_rate,omitempty"`
	Channels     int          `json:"channels,omitempty"`
	Bitrate      int          `json:"bitrate,omitempty"`       // bit/s, mean
	FramesSHA256 string       `json:"frames_sha256,omitempty"` // equal when MP3s differ in tags only
}

// Aired reports whether stations receive the recording, and so its broadcast
// copy.
func (r Recording) Aired() bool { return r.Kind == ForProgramme }

// sent is what somebody must be allowed who sends a file of the kind.
func (k Kind) sent() accounts.Action {
	if k == ForSample {
		return accounts.SendSamples
	}
	return accounts.UploadAudio
}

// OwnerOf says whose a file of the kind is that the actor sends for a station ("" for none
// named): an operator of one station sends for it. Somebody who may not send
// for the station gets accounts.denied.
func OwnerOf(a accounts.Actor, k Kind, station string) (Owner, error) {
	if err := a.Must(k.sent(), accounts.Where{Station: station}); err != nil {
		return Owner{}, err
	}
	all, _, mine := a.Stations(k.sent())
	switch {
	case all:
	case station == "" && len(mine) > 0:
		station = mine[0]
	case !slices.Contains(mine, station):
		return Owner{}, fault.New(fault.Denied, "accounts.denied")
	}
	return Owner{Person: a.Person, Name: a.Name, Station: station}, nil
}

// Report is what was found out about a recording; nil Facts for what is no
// sound. Findings follow from it by Check, so that a changed profile judges
// old recordings too.
type Report struct {
	Facts *audio.Facts `json:"facts,omitempty"`
	// Words are what a paper says, and Unread is why they cannot be told: the
	// code of a fault of internal/doctext. Both are empty for sound and photos.
	Words  string `json:"words,omitempty"`
	Unread string `json:"unread,omitempty"`
}

// UnmarshalJSON reads a stored report. Whole numbers among the values of
// warnings become integers again, so that sentences print them as such.
func (r *Report) UnmarshalJSON(data []byte) error {
	type plain Report
	if err := json.Unmarshal(data, (*plain)(r)); err != nil || r.Facts == nil {
		return err
	}
	for _, w := range r.Facts.Warnings {
		for name, v := range w.Args {
			if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
				w.Args[name] = int64(f)
			}
		}
	}
	return nil
}

// Settings are what the library leaves to an administrator, with the defaults
// of DefaultSettings.
type Settings struct {
	MaxBytes     int64         `json:"max_bytes"`     // size limit of one file: the page, the API and the error all state this one
	StationBytes int64         `json:"station_bytes"` // how much one station may keep, uploads under way included
	Unfinished   time.Duration `json:"unfinished"`    // an upload is given up after so long without a byte
	Grace        time.Duration `json:"grace"`         // bytes nothing points at are removed after so long, and recordings whose end was announced
	Retention    time.Duration `json:"retention"`     // recordings nothing uses are too old after so long, see Unused; 0 keeps them for ever
	Reread       time.Duration `json:"reread"`        // within so long all bytes are read again, whether they are still what they were; see RereadWithin

	// Profiles replace the default profile of a kind.
	Profiles map[Kind]audio.Profile `json:"profiles,omitempty"`

	accounts.Touch
}

// Edition is what two editors of the settings begin from.
func (s Settings) Edition() accounts.Edition { return accounts.EditionOf(s.Touch, s) }

// MaySet refuses who may not set what is kept of audio, and for how long. Fault: accounts.denied.
func MaySet(by accounts.Actor) error { return by.Must(accounts.EditSettings, accounts.Where{}) }

// DecideSettings replaces the settings. Faults: accounts.denied, edit.stale and
// those of Settings.Check.
func DecideSettings(old Settings, m accounts.Meta, set Settings) (Settings, error) {
	if err := MaySet(m.By); err != nil {
		return Settings{}, err
	}
	if err := m.Current(old.Edition()); err != nil {
		return Settings{}, err
	}
	if err := set.Check(); err != nil {
		return Settings{}, err
	}
	set.Touch = m.Touch(old, set)
	return set, nil
}

// Profile is what is asked of recordings of a kind of sound.
func (s Settings) Profile(k Kind) audio.Profile {
	if p, ok := s.Profiles[k]; ok {
		return p
	}
	switch k {
	case ForContest:
		return audio.Contest()
	case ForEvidence, ForSample:
		return audio.Evidence()
	}
	return audio.Programme()
}

// RereadWithin is s.Reread, and 30 days where that was never set.
func (s Settings) RereadWithin() time.Duration { return cmp.Or(s.Reread, 30*24*time.Hour) }

// WithTarget is s with another loudness for what is to be aired, in LUFS.
func (s Settings) WithTarget(lufs float64) Settings {
	p := s.Profile(ForProgramme)
	if p.TargetLUFS == lufs {
		return s
	}
	p.TargetLUFS = lufs
	s.Profiles = maps.Clone(s.Profiles)
	if s.Profiles == nil {
		s.Profiles = map[Kind]audio.Profile{}
	}
	s.Profiles[ForProgramme] = p
	return s
}

// DefaultSettings are 300 MB a file, 20 GB a station, a fortnight for an
// upload to come back, a week of grace, and nothing removed for its age.
func DefaultSettings() Settings {
	day := 24 * time.Hour
	return Settings{MaxBytes: audio.DefaultMaxBytes, StationBytes: 20_000_000_000, Unfinished: 14 * day, Grace: 7 * day}
}

// Check returns a fault naming the field that cannot be.
func (s Settings) Check() error {
	for _, c := range []struct {
		ok    bool
		field string
	}{
		{s.MaxBytes >= 1_000_000 && s.MaxBytes <= 4_000_000_000, "max_bytes"},
		{s.StationBytes >= s.MaxBytes, "station_bytes"},
		{s.Unfinished >= time.Hour, "unfinished"},
		{s.Grace >= time.Hour, "grace"},
		{s.Reread == 0 || s.Reread >= 24*time.Hour && s.Reread <= 366*24*time.Hour, "reread"},
		{s.Retention == 0 || s.Retention >= 30*24*time.Hour, "retention"},
	} {
		if !c.ok {
			return fault.New(fault.Invalid, "library.setting_impossible").At(c.field)
		}
	}
	for k, p := range s.Profiles {
		if !k.Sound() {
			return fault.New(fault.Invalid, "library.setting_impossible").At("profiles")
		}
		if err := p.Valid(); err != nil {
			return err
		}
	}
	return nil
}

// SaveRecording is the command that keeps a file whose bytes are already in
// Blobs. The change's ID becomes the recording's. It is given by the daemon
// when a file has arrived, so Owner says whose it is.
type SaveRecording struct {
	Kind        Kind      `json:"kind"`
	Owner       Owner     `json:"owner"`
	Name        string    `json:"name"`
	ContentType string    `json:"content_type"`
	Blob        Ref       `json:"blob"`
	Begun       time.Time `json:"begun,omitzero"`
	Report      Report    `json:"report"`
}

// DecideRecording makes the record of a kept file. used is what the station
// keeps already. Faults: library.kind_unknown, library.bad_blob_name,
// library.quota_used, accounts.denied.
func DecideRecording(m accounts.Meta, c SaveRecording, used int64, s Settings) (Recording, error) {
	if err := m.By.Must(c.Kind.sent(), accounts.Where{Station: c.Owner.Station}); err != nil {
		return Recording{}, err
	}
	if c.Kind.Check() != nil || c.Kind.Sound() != (c.Report.Facts != nil) {
		return Recording{}, fault.New(fault.Invalid, "library.kind_unknown").At("kind")
	}
	if err := c.Blob.Check(); err != nil {
		return Recording{}, err
	}
	if err := CheckQuota(c.Owner.Station, used, c.Blob.Size, s); err != nil {
		return Recording{}, err
	}
	r := Recording{ID: m.ID, Kind: c.Kind, Owner: c.Owner,
		Name: CleanName(c.Name), ContentType: c.ContentType, Blob: c.Blob, Created: m.At.UTC(), Begun: c.Begun.UTC()}
	if f := c.Report.Facts; f != nil {
		r.Format, r.Seconds, r.SampleRate, r.Channels, r.Bitrate = f.Format, f.Seconds, f.SampleRate, f.Channels, f.Bitrate
		if f.MP3 != nil {
			r.FramesSHA256 = f.MP3.FramesSHA256
		}
	}
	return r, nil
}

// CheckQuota refuses more bytes for a station than its quota has left. The
// province's own files ("") have none but the disk.
func CheckQuota(station string, used, more int64, s Settings) error {
	if station != "" && used+more > s.StationBytes {
		return fault.New(fault.Full, "library.quota_used", "used", text.Bytes(used), "quota", text.Bytes(s.StationBytes))
	}
	return nil
}

// nameRunes is how long a file's name may be, in characters.
const nameRunes = 120

// CleanName makes of whatever a client calls a file a name to show and to
// offer when saving: NFC, the part after the last slash or backslash, without
// control and direction marks, at most 120 characters with its ending kept.
// What nothing is left of is called "ban-ghi".
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, name)) // last: what stood between a letter and its mark is gone
	name = strings.Trim(name, " .")
	if over := utf8.RuneCountInString(name) - nameRunes; over > 0 {
		ext := path.Ext(name)
		if utf8.RuneCountInString(ext) > 10 {
			ext = ""
		}
		stem := []rune(strings.TrimSuffix(name, ext))
		name = strings.Trim(string(stem[:len(stem)-over]), " .") + ext
	}
	if name == "" {
		return "ban-ghi"
	}
	return name
}

// MayRemove refuses to remove what an episode or an entry is made of (used), proof of
// an airing, and what somebody else sent, unless she keeps
// the schedule. Faults: library.in_use, accounts.denied.
func MayRemove(by accounts.Actor, r Recording, used bool) error {
	if !by.Can(accounts.EditSchedule, accounts.Where{}) && (r.Owner.Person != by.Person || by.Person == "") {
		return by.Must(accounts.EditSchedule, accounts.Where{})
	}
	if used || r.Kind == ForEvidence || r.Kind == ForContest {
		return fault.New(fault.Conflict, "library.in_use")
	}
	return nil
}

// MostListed is the most recordings one page of a list holds.
const MostListed = 500

// Page is one page of a list of recordings, newest first.
type Page struct {
	Items []Recording
	After string // cursor of the next page, "" on the last
}

// Query asks for recordings; zero fields ask for nothing.
type Query struct {
	Text       string          // words in the file's name or the sender's, marks and case aside
	Kind       Kind            //
	Stations   []string        // IDs; "" among them is the province itself; nil is all
	MinSeconds float64         //
	MaxSeconds float64         // 0 is no limit
	From       time.Time       // sent at or after
	Until      time.Time       // and before
	IDs        map[string]bool // only these; nil is all
	Sound      bool            // sound alone
	For        *Hearing        // what somebody may open; nil is all
	After      string          // cursor of the page before
	Limit      int             // at most; 1 to MostListed
}

// Matcher tells of a recording whether it is what q asks for, cursor and limit
// aside.
func (q Query) Matcher() func(Recording) bool {
	words := strings.Fields(text.Fold(q.Text))
	return func(r Recording) bool {
		switch {
		case q.Kind != "" && r.Kind != q.Kind,
			q.Stations != nil && !slices.Contains(q.Stations, r.Owner.Station),
			r.Seconds < q.MinSeconds,
			q.MaxSeconds > 0 && r.Seconds > q.MaxSeconds,
			!q.From.IsZero() && r.Created.Before(q.From),
			!q.Until.IsZero() && !r.Created.Before(q.Until),
			q.IDs != nil && !q.IDs[r.ID],
			q.Sound && !r.Kind.Sound(),
			q.For != nil && !q.For.Hears(r):
			return false
		}
		if len(words) == 0 {
			return true
		}
		hay := text.Fold(r.Name + " " + r.Owner.Name)
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(hay, w) })
	}
}

// Named returns the recordings with these IDs that are there, by ID: a page of them a question.
func Named(ctx context.Context, from interface {
	Recordings(ctx context.Context, q Query) (Page, error)
}, ids map[string]bool) (map[string]Recording, error) {
	named := map[string]Recording{}
	for q := (Query{IDs: ids, Limit: MostListed}); len(ids) > 0; {
		page, err := from.Recordings(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Items {
			named[r.ID] = r
		}
		if q.After = page.After; q.After == "" {
			break
		}
	}
	return named, nil
}

// NoRecording is the fault library.no_recording: there is no such recording, or the actor may not know of it.
func NoRecording() error { return fault.New(fault.NotFound, "library.no_recording") }

// NoSuchPage is the fault library.no_such_page: Query.After is no cursor the library gave.
func NoSuchPage(cause error) error {
	return fault.New(fault.Invalid, "library.no_such_page").At("after").Because(cause)
}
