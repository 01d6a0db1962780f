package airing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/library"
	"loa/library/intake"
)

// Piece is what somebody brings as evidence: the ID of a recording or photo she
// has sent, or its bytes.
type Piece struct {
	ID        string // of the evidence, a UUID made by the client
	Report    string
	Recording string // ID in the library, "" when the bytes come in Body
	Name      string // of the file, as the sender calls it
	Length    int64  // of Body in bytes, audio.Unknown if unknown
	Body      io.Reader
	// When it was recorded, and what the clock said when it was sent, both by the
	// clock of the phone; the zero Time if unknown.
	CapturedAt, SentAt time.Time
	Capture            *Capture // what Loa's own recorder says of it; nil of any other file
}

// Library keeps recordings and photos.
type Library interface {
	Recording(ctx context.Context, id string) (library.Recording, error)
}

// Desk takes files into the library: it reads each once, while it arrives.
type Desk interface {
	Take(ctx context.Context, by accounts.Actor, id string, o intake.Order, body io.Reader) (intake.Status, error)
}

// Keep attaches one piece of evidence to a report, or to the correction of it that says the same happened,
// and returns the line. Bytes go into the library first, so that no record points at nothing. A repeat
// changes nothing; other bytes under a known ID are refused. Faults: those of
// Log, Library and Desk, airing.evidence_kind, airing.evidence_empty,
// airing.evidence_id_reused.
func Keep(ctx context.Context, log Log, lib Library, desk Desk, m accounts.Meta, p Piece) (Line, error) {
	family, err := log.Corrections(ctx, m.By, p.Report)
	if err != nil {
		return Line{}, err
	}
	for _, line := range family {
		if i := slices.IndexFunc(line.Evidence, func(e Evidence) bool { return e.ID == p.ID }); i >= 0 {
			return line, p.repeats(line.Evidence[i])
		}
	}
	if p.Body != nil {
		if p.Recording, err = take(ctx, desk, m, family[0], p); err == nil {
			family, err = log.Corrections(ctx, m.By, p.Report) // the bytes may have been long on their way
		}
		if err != nil {
			return Line{}, err
		}
	}
	line := meant(family, p.Report)
	rec, err := lib.Recording(ctx, p.Recording)
	if err == nil && (rec.Owner.Person != m.By.Person || rec.Kind != library.ForEvidence && rec.Kind != library.Photo) {
		err = library.NoRecording() // only who sent a file may attach it
	}
	if err != nil {
		return Line{}, err
	}
	e := Evidence{ID: p.ID, Report: line.ID, Recording: rec.ID, Kind: Sound, Name: rec.Name, Type: rec.ContentType,
		SHA256: rec.Blob.SHA256, Size: rec.Blob.Size}
	if rec.Kind == library.Photo {
		e.Kind = Photo
	}
	if plausible(p.CapturedAt) {
		e.CapturedAt = p.CapturedAt.UTC().Truncate(time.Second)
	}
	if plausible(p.SentAt) {
		e.ClockAhead = int(p.SentAt.Sub(m.At).Round(time.Second) / time.Second)
	}
	if e.Capture, err = captured(p, e, rec, line, m.At); err != nil {
		return Line{}, err
	}
	return log.Attach(ctx, m, e)
}

// meant is what evidence of a report is of now: what corrected it last, unless that says the contrary. The family is
// all reports of the airing, the newest first.
func meant(family []Line, report string) Line {
	asked := family[slices.IndexFunc(family, func(l Line) bool { return l.ID == report })]
	if family[0].Outcome != asked.Outcome {
		return asked
	}
	return family[0]
}

// repeats returns nil if the piece is what is kept under its ID.
func (p Piece) repeats(known Evidence) error {
	same := p.Recording == known.Recording
	if p.Body != nil {
		sum := sha256.New()
		n, err := io.Copy(sum, io.LimitReader(p.Body, known.Size+1))
		if err != nil {
			return err
		}
		same = n == known.Size && hex.EncodeToString(sum.Sum(nil)) == known.SHA256
	}
	if !same {
		return fault.New(fault.Conflict, "airing.evidence_id_reused").At("id")
	}
	return nil
}

// plausible reports whether a phone's clock may have said so: one that never
// was set is no witness.
func plausible(t time.Time) bool { return t.Year() >= 2000 && t.Year() < 2200 }

// take hands the bytes to the desk, as what they begin like.
func take(ctx context.Context, desk Desk, m accounts.Meta, line Line, p Piece) (recording string, err error) {
	head := make([]byte, 512)
	n, err := io.ReadFull(p.Body, head)
	if n == 0 {
		return "", fault.New(fault.Invalid, "airing.evidence_empty").At("file").Because(err)
	}
	kind := library.ForEvidence
	if library.IsPicture(head[:n]) {
		kind = library.Photo
	}
	m.ID = p.ID
	id := m.NewID()
	_, err = desk.Take(ctx, m.By, id, intake.Order{Kind: kind, Station: line.Station, Name: p.Name, Length: p.Length},
		io.MultiReader(bytes.NewReader(head[:n]), p.Body))
	return id, err
}
