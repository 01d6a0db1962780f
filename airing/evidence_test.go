package airing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/library"
	"loa/library/intake"
)

// shelf is a log of one airing, a library and its desk in memory.
type shelf struct {
	Log
	line  Line
	later []Line // what corrected it, the newest first
	files map[string]library.Recording
	taken []intake.Order

	meanwhile func() // what happens while bytes come
}

func (s *shelf) Corrections(_ context.Context, by accounts.Actor, _ string) ([]Line, error) {
	if !by.Can(accounts.ReadAirings, accounts.Where{Station: s.line.Station}) {
		return nil, NoReport()
	}
	return append(slices.Clone(s.later), s.line), nil
}

func (s *shelf) Attach(_ context.Context, m accounts.Meta, e Evidence) (Line, error) {
	a, to := About{Line: s.line, On: accounts.Where{Station: s.line.Station}}, &s.line
	if i := slices.IndexFunc(s.later, func(l Line) bool { return l.ID == e.Report }); i >= 0 {
		a.Line, to = s.later[i], &s.later[i]
	}
	if len(s.later) > 0 && a.Line.ID != s.later[0].ID {
		a.Newest = &s.later[0]
	}
	c, err := DecideEvidence(a, m, e)
	if err == nil {
		*to = c.Line
	}
	return *to, err
}

func (s *shelf) Recording(_ context.Context, id string) (library.Recording, error) {
	r, found := s.files[id]
	if !found {
		return r, library.NoRecording()
	}
	return r, nil
}

func (s *shelf) Take(_ context.Context, by accounts.Actor, id string, o intake.Order, body io.Reader) (intake.Status, error) {
	b, err := io.ReadAll(body)
	if err != nil {
		return intake.Status{}, err
	}
	s.taken = append(s.taken, o)
	s.files[id] = file(id, by.Person, o.Kind, string(b))
	if s.meanwhile != nil {
		s.meanwhile()
	}
	return intake.Status{}, nil
}

func file(id, person string, kind library.Kind, content string) library.Recording {
	sum := sha256.Sum256([]byte(content))
	return library.Recording{ID: id, Kind: kind, Name: id + ".tệp", ContentType: "loại/" + string(kind), Owner: library.Owner{Person: person},
		Blob: library.Ref{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content))}}
}

const otherID = "0190b1c2-0000-7000-8000-000000000002"

func newShelf() *shelf {
	s := &shelf{files: map[string]library.Recording{}}
	s.line = Line{Report: Report{ID: "r", Station: "S00012", Outcome: Aired, StartedAt: slotStart.UTC(), Seconds: 600}, By: operator}
	for _, r := range []library.Recording{file("sound", "p1", library.ForEvidence, "tiếng"), file("photo", "p1", library.Photo, "ảnh"),
		file("episode", "p1", library.ForProgramme, "số"), file("others", "p9", library.ForEvidence, "của người khác")} {
		s.files[r.ID] = r
	}
	return s
}

// Evidence is what its sender alone has brought to the library, or brings now; the same twice is kept once.
func TestEvidenceIsKeptOnce(t *testing.T) {
	s, now := newShelf(), slotStart.Add(20*time.Minute)
	keep := func(p Piece) (Line, error) {
		p.Report = "r"
		return Keep(t.Context(), s, s, s, at(operator, now), p)
	}
	line, err := keep(Piece{ID: someID, Recording: "sound", CapturedAt: now.Add(-time.Minute - time.Millisecond),
		SentAt: now.Add(90*time.Second + 600*time.Millisecond)})
	if err != nil || len(line.Evidence) != 1 {
		t.Fatalf("%+v, %v", line.Evidence, err)
	}
	e := line.Evidence[0]
	if e.Kind != Sound || e.Recording != "sound" || e.Name != "sound.tệp" || e.SHA256 != s.files["sound"].Blob.SHA256 || e.ClockAhead != 91 ||
		!e.CapturedAt.Equal(now.Add(-time.Minute-time.Second)) || e.Report != "r" || e.ClockOff() != 91*time.Second {
		t.Errorf("kept as %+v", e)
	}
	if again, err := keep(Piece{ID: someID, Recording: "sound"}); err != nil || len(again.Evidence) != 1 {
		t.Errorf("the same again: %+v, %v", again.Evidence, err)
	}
	bytesOf := func(content string) Piece {
		return Piece{ID: otherID, Name: "a.jpg", Length: int64(len(content)), Body: strings.NewReader(content)}
	}
	line, err = keep(bytesOf("\xff\xd8\xff\xe0 một bức ảnh"))
	if err != nil || len(line.Evidence) != 2 || line.Evidence[1].Kind != Photo || len(s.taken) != 1 || s.taken[0].Kind != library.Photo ||
		s.taken[0].Station != "S00012" || s.taken[0].Name != "a.jpg" || !line.Evidence[1].CapturedAt.IsZero() {
		t.Fatalf("%+v, taken %+v, %v", line.Evidence, s.taken, err)
	}
	if again, err := keep(bytesOf("\xff\xd8\xff\xe0 một bức ảnh")); err != nil || len(again.Evidence) != 2 || len(s.taken) != 1 {
		t.Errorf("the same bytes again: %+v, taken %d, %v", again.Evidence, len(s.taken), err)
	}
	for name, p := range map[string]Piece{"another recording": {ID: someID, Recording: "photo"}, "other bytes": bytesOf("\xff\xd8\xff\xe0 một bức khác!"),
		"fewer bytes": bytesOf("\xff\xd8\xff\xe0"), "more bytes": bytesOf("\xff\xd8\xff\xe0 một bức ảnh."), "no bytes": bytesOf("")} {
		if _, err := keep(p); !fault.Is(err, "airing.evidence_id_reused") {
			t.Errorf("%s under a known ID: %v", name, err)
		}
	}
	third := "0190b1c2-0000-7000-8000-000000000003"
	for code, p := range map[string]Piece{"airing.evidence_empty": {ID: third, Body: bytes.NewReader(nil)},
		"library.no_recording":  {ID: third, Recording: "others"},
		"airing.evidence_twice": {ID: third, Recording: "sound"}} {
		if _, err := keep(p); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	for _, p := range []Piece{{ID: third, Recording: "episode"}, {ID: third, Recording: "nothing"}} {
		if _, err := keep(p); !fault.Is(err, "library.no_recording") {
			t.Errorf("%s: %v", p.Recording, err)
		}
	}
	stranger := operator
	stranger.Grants = nil
	if _, err := Keep(t.Context(), s, s, s, at(stranger, now), Piece{ID: third, Report: "r", Recording: "sound"}); !fault.Is(err, "airing.unknown") {
		t.Errorf("of a report that is not hers: %v", err)
	}
	if len(s.line.Evidence) != 2 {
		t.Errorf("what was refused is kept: %+v", s.line.Evidence)
	}
	line, err = keep(Piece{ID: third, Recording: "photo", CapturedAt: time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
		SentAt: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil || !line.Evidence[2].CapturedAt.IsZero() || line.Evidence[2].ClockAhead != 0 || line.Evidence[2].Kind != Photo {
		t.Errorf("by a clock that never was set: %+v, %v", line.Evidence, err)
	}
}

// Evidence of a report that was corrected while it waited or was on its way goes to the correction, as long as that says the
// same happened; else a sentence tells what to do.
func TestEvidenceFollowsACorrection(t *testing.T) {
	corrected := func(s *shelf, id string, outcome Outcome) {
		newer := s.line
		newer.ID, newer.Outcome, newer.Evidence = id, outcome, nil
		s.later = append([]Line{newer}, s.later...)
	}
	now := slotStart.Add(time.Hour)
	for name, c := range map[string]struct {
		outcomes []Outcome
		to, code string
	}{
		"corrected":            {[]Outcome{Aired}, "0", ""},
		"twice":                {[]Outcome{Aired, Aired}, "1", ""},
		"there and back":       {[]Outcome{NotAired, Aired}, "1", ""},
		"to the contrary":      {[]Outcome{NotAired}, "", "airing.evidence_of_contrary"},
		"withdrawn":            {[]Outcome{Aired, Withdrawn}, "", "airing.evidence_of_withdrawn"},
		"withdrawn in the end": {[]Outcome{NotAired, Withdrawn}, "", "airing.evidence_of_withdrawn"},
	} {
		for _, late := range []bool{false, true} {
			s := newShelf()
			happens := func() {
				for i, o := range c.outcomes {
					corrected(s, fmt.Sprint(i), o)
				}
			}
			p := Piece{ID: someID, Report: "r", Recording: "photo"}
			if late {
				p.Recording, p.Body, s.meanwhile = "", strings.NewReader("\xff\xd8\xff\xe0 một bức ảnh"), happens
			} else {
				happens()
			}
			line, err := Keep(t.Context(), s, s, s, at(operator, now), p)
			if c.code != "" {
				if !fault.Is(err, c.code) || fault.Of(err).Args["other"] != s.later[0].ID {
					t.Errorf("%s, late %t: %v", name, late, err)
				}
				continue
			}
			if err != nil || line.ID != c.to || len(line.Evidence) != 1 || line.Evidence[0].Report != c.to {
				t.Errorf("%s, late %t: %+v, %v", name, late, line, err)
			}
			corrected(s, "last", Withdrawn) // the answer was lost, and she asks again later
			p.Body, p.Recording = nil, line.Evidence[0].Recording
			if again, err := Keep(t.Context(), s, s, s, at(operator, now.Add(time.Hour)), p); err != nil || again.ID != c.to {
				t.Errorf("%s, late %t, again: %+v, %v", name, late, again, err)
			}
		}
	}
}

func TestEvidenceThatIsRefused(t *testing.T) {
	piece := Evidence{ID: someID, Report: "r", Kind: Sound, Name: "tiếng.mp3", SHA256: "aa", Size: 9}
	line := newShelf().line
	holding := line
	holding.Evidence = []Evidence{piece}
	full := line
	for n := range maxEvidence {
		full.Evidence = append(full.Evidence, Evidence{ID: fmt.Sprint(n), SHA256: fmt.Sprint(n)})
	}
	almost := full
	almost.Evidence = full.Evidence[1:]
	corrected, withdrawn := line, line
	corrected.CorrectedBy, withdrawn.Outcome = "s", Withdrawn
	for name, c := range map[string]struct {
		line Line
		by   accounts.Actor
		edit func(e *Evidence)
		code string
	}{
		"as it is":                    {line, operator, nil, ""},
		"the last there is room for":  {almost, operator, nil, ""},
		"one more":                    {full, operator, nil, "airing.evidence_too_many"},
		"the same":                    {holding, operator, nil, ""},
		"the same, by who may not":    {holding, accounts.Actor{}, nil, ""}, // nothing changes
		"by who may not":              {line, accounts.Actor{Via: "session"}, nil, "accounts.denied"},
		"another under its ID":        {holding, operator, func(e *Evidence) { e.Size = 8 }, "airing.id_reused"},
		"its bytes under another":     {holding, operator, func(e *Evidence) { e.ID = otherID }, "airing.evidence_twice"},
		"other bytes beside it":       {holding, operator, func(e *Evidence) { e.ID, e.SHA256 = otherID, "bb" }, ""},
		"an ID that is none":          {line, operator, func(e *Evidence) { e.ID = "1" }, "airing.bad_id"},
		"an ID in another spelling":   {line, operator, func(e *Evidence) { e.ID = strings.ReplaceAll(someID, "-", "") }, "airing.bad_id"},
		"neither sound nor photo":     {line, operator, func(e *Evidence) { e.Kind = "video" }, "airing.evidence_kind"},
		"of a report that stands not": {corrected, operator, nil, "airing.evidence_of_corrected"},
		"of one that was withdrawn":   {withdrawn, operator, nil, "airing.evidence_of_corrected"},
	} {
		e := piece
		if c.edit != nil {
			c.edit(&e)
		}
		change, err := DecideEvidence(About{Line: c.line, On: accounts.Where{District: "084", Station: "S00012"}}, at(c.by, slotStart), e)
		if (err == nil) != (c.code == "") || err != nil && !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (change.Holds == nil) != (len(change.Line.Evidence) == len(c.line.Evidence)) {
			t.Errorf("%s: %+v", name, change)
		}
	}
}

func TestSettingsOfTheLogHaveBounds(t *testing.T) {
	for name, c := range map[string]struct {
		edit  func(s *Settings)
		field string
	}{
		"as they begin": {func(*Settings) {}, ""},
		"the least":     {func(s *Settings) { s.WeekShiftHours, s.OnTimeHours, s.NearSlotHours, s.CloseAfterDays = 0, 1, 1, 1 }, ""},
		"the most": {func(s *Settings) {
			s.WeekShiftHours, s.OnTimeHours, s.NearSlotHours, s.CloseAfterDays = 167, 1440, 72, 90
		}, ""},
		"a week later":            {func(s *Settings) { s.WeekShiftHours = 168 }, "week_shift_hours"},
		"before Monday":           {func(s *Settings) { s.WeekShiftHours = -1 }, "week_shift_hours"},
		"never on time":           {func(s *Settings) { s.OnTimeHours = 0 }, "on_time_hours"},
		"on time for ever":        {func(s *Settings) { s.OnTimeHours = 1441 }, "on_time_hours"},
		"near no slot":            {func(s *Settings) { s.NearSlotHours = 0 }, "near_slot_hours"},
		"near every slot":         {func(s *Settings) { s.NearSlotHours = 73 }, "near_slot_hours"},
		"closed as it ends":       {func(s *Settings) { s.CloseAfterDays = 0 }, "close_after_days"},
		"closed in another year":  {func(s *Settings) { s.CloseAfterDays = 91 }, "close_after_days"},
		"an address":              {func(s *Settings) { s.PublicURL = "https://loa.laocai.gov.vn:8443" }, ""},
		"an address without TLS":  {func(s *Settings) { s.PublicURL = "http://10.0.0.5" }, ""},
		"with a slash":            {func(s *Settings) { s.PublicURL = "https://loa.laocai.gov.vn/" }, "public_url"},
		"with a path":             {func(s *Settings) { s.PublicURL = "https://laocai.gov.vn/loa" }, "public_url"},
		"without a scheme":        {func(s *Settings) { s.PublicURL = "loa.laocai.gov.vn" }, "public_url"},
		"of another scheme":       {func(s *Settings) { s.PublicURL = "ftp://loa.laocai.gov.vn" }, "public_url"},
		"without a host":          {func(s *Settings) { s.PublicURL = "https://" }, "public_url"},
		"with a user":             {func(s *Settings) { s.PublicURL = "https://a@loa.vn" }, "public_url"},
		"that cannot be read":     {func(s *Settings) { s.PublicURL = "https://[" }, "public_url"},
		"with a port and no host": {func(s *Settings) { s.PublicURL = "https://:8443" }, "public_url"},
	} {
		s := DefaultSettings()
		c.edit(&s)
		err := s.Check()
		if (err == nil) != (c.field == "") || err != nil && fault.Of(err).Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}
