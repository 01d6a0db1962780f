package library

import (
	"context"
	"io"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/audio/match"
	"loa/internal/fault"
)

// MatchPrint is what a recording is found by in a noisy clip, or is a noisy clip itself, made once and kept: 47 kB a minute.
type MatchPrint struct {
	Recording string    `json:"recording"` // ID
	Form      int       `json:"form"`      // match.Form it was made in
	Blob      Ref       `json:"blob"`      // the bytes of a match.Print
	Made      time.Time `json:"made"`      // UTC
}

// DecideMatchPrint stamps what the daemon made of r. Faults: accounts.denied for anybody else;
// library.kind_unknown for what neither stations receive nor is evidence; library.bad_blob_name.
func DecideMatchPrint(m accounts.Meta, r Recording, p MatchPrint) (MatchPrint, error) {
	if err := m.By.Must(accounts.EditSettings, accounts.Where{}); err != nil {
		return p, err
	}
	if !r.Aired() && r.Kind != ForEvidence && r.Kind != ForSample {
		return p, fault.New(fault.Invalid, "library.kind_unknown").At("recording")
	}
	p.Made = m.At.UTC()
	return p, p.Blob.Check()
}

// MatchRecords is what Printed asks of the store.
type MatchRecords interface {
	// Recording returns what is kept under an ID. Fault: library.no_recording.
	Recording(ctx context.Context, id string) (Recording, error)
	// MatchPrint tells what was made of a recording; found is false while nothing was.
	MatchPrint(ctx context.Context, recording string) (p MatchPrint, found bool, err error)
	// SaveMatchPrint keeps it instead of the one before. Faults: library.no_recording, DecideMatchPrint.
	SaveMatchPrint(ctx context.Context, m accounts.Meta, p MatchPrint) (MatchPrint, error)
}

// maxPrint is the most bytes of a match.Print that is read: of a day of sound.
const maxPrint = 80 << 20

// Printed is the print of a recording: the one that is kept, or else made and kept by meta. made
// tells that it was made. Faults: those of audio.MatchPrint, of Blobs and of MatchRecords.
func Printed(ctx context.Context, s MatchRecords, blobs Blobs, id string, opt audio.Options, meta func() accounts.Meta) (
	print match.Print, kept MatchPrint, made bool, err error) {
	kept, found, err := s.MatchPrint(ctx, id)
	if err != nil {
		return print, kept, false, err
	}
	if found && kept.Form == match.Form {
		if print, err = readPrint(ctx, blobs, kept.Blob.SHA256); err == nil {
			return print, kept, false, nil
		}
	}
	r, err := s.Recording(ctx, id)
	if err != nil {
		return print, kept, false, err
	}
	f, err := blobs.Open(ctx, r.Blob.SHA256)
	if err != nil {
		return print, kept, false, err
	}
	defer f.Close()
	opt.MaxBytes = r.Blob.Size
	if print, err = audio.MatchPrint(ctx, f, opt); err != nil {
		return print, kept, false, err
	}
	ref, err := putPiped(ctx, blobs, func(w io.Writer) error {
		b, err := print.MarshalBinary()
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	})
	if err == nil {
		kept, err = s.SaveMatchPrint(ctx, meta(), MatchPrint{Recording: id, Form: match.Form, Blob: ref})
	}
	return print, kept, true, err
}

// readPrint reads what was kept; what is missing or damaged is made again by the caller.
func readPrint(ctx context.Context, blobs Blobs, sha256 string) (print match.Print, err error) {
	f, err := blobs.Open(ctx, sha256)
	if err != nil {
		return print, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxPrint))
	if err != nil {
		return print, err
	}
	return print, print.UnmarshalBinary(b)
}
