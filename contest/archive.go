package contest

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"loa/internal/fault"
)

// The names inside an archive. files/ holds the pieces by their SHA-256.
const (
	archiveLog   = "events.jsonl"
	archiveFacts = "contest.json"
	archiveFiles = "files/"
)

// ArchiveFacts tells what an archive is, before anything else is read.
type ArchiveFacts struct {
	Format string `json:"format"` // "loa-contest-1"
	ID     string `json:"id"`
	Title  string `json:"title"`
	Events int    `json:"events"`
	Head   string `json:"head"` // hash of the last event
}

const archiveFormat = "loa-contest-1"

// WriteArchive writes the whole contest as a ZIP: its facts, every event as
// one JSON line, and every piece of every entry. open gives the bytes of a
// piece. The state must be that of the events.
func WriteArchive(ctx context.Context, w io.Writer, s *State, events iter.Seq2[Event, error], open func(context.Context, Piece) (io.ReadCloser, error)) error {
	z := zip.NewWriter(w)
	part, err := z.Create(archiveFacts)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(part).Encode(ArchiveFacts{archiveFormat, s.ID, s.Rules.Title, s.Seq, s.Head}); err != nil {
		return err
	}
	if part, err = z.Create(archiveLog); err != nil {
		return err
	}
	for e, err := range events {
		if err != nil {
			return err
		}
		if e.Seq > s.Seq {
			break // happened while the archive was being written
		}
		if err := json.NewEncoder(part).Encode(e); err != nil {
			return err
		}
	}
	done := map[string]bool{}
	for _, e := range s.Entries {
		for _, p := range e.Pieces {
			if done[p.SHA256] {
				continue
			}
			done[p.SHA256] = true
			if err := archivePiece(ctx, z, p, open); err != nil {
				return err
			}
		}
	}
	return z.Close()
}

func archivePiece(ctx context.Context, z *zip.Writer, p Piece, open func(context.Context, Piece) (io.ReadCloser, error)) error {
	from, err := open(ctx, p)
	if err != nil {
		return fmt.Errorf("contest: archive %s: %w", p.SHA256, err)
	}
	defer from.Close()
	part, err := z.CreateHeader(&zip.FileHeader{Name: archiveFiles + p.SHA256, Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = io.Copy(part, from)
	return err
}

// Verdict is what CheckArchive found in order.
type Verdict struct {
	Facts   ArchiveFacts
	Entries int // in the contest, withdrawn ones included
	Sheets  int // signed
	Rounds  int // ranked again with the recorded outcome
	Files   int // whose bytes have the SHA-256 on the receipt
	Phase   Phase
}

// mostLine bounds one event's JSON: far over what any command allows.
const mostLine = 4 << 20

// CheckArchive verifies an archive without any server: every event's hash and
// link, that the ranking of each finished round follows from the signed
// sheets, and every file's SHA-256. Faults: contest.archive_unreadable,
// contest.archive_wrong (what is wrong stands in its cause and in {what}).
func CheckArchive(r io.ReaderAt, size int64) (Verdict, error) {
	var v Verdict
	z, err := zip.NewReader(r, size)
	if err != nil {
		return v, fault.New(fault.Invalid, "contest.archive_unreadable").Because(err)
	}
	if err := readJSON(z, archiveFacts, &v.Facts); err != nil || v.Facts.Format != archiveFormat {
		return v, fault.New(fault.Invalid, "contest.archive_unreadable").Because(err)
	}
	wrong := func(err error) error {
		return fault.New(fault.Conflict, "contest.archive_wrong", "what", err.Error()).Because(err)
	}
	s, err := Replay(v.Facts.ID, archivedEvents(z))
	if err != nil {
		return v, wrong(err)
	}
	if s.Seq != v.Facts.Events || s.Head != v.Facts.Head {
		return v, wrong(fmt.Errorf("%d events up to %s, but %d up to %s are announced", s.Seq, s.Head, v.Facts.Events, v.Facts.Head))
	}
	v.Entries, v.Phase = len(s.Entries), s.Phase
	for _, run := range s.Rounds {
		if run.Finished != nil {
			v.Rounds++
		}
		for _, t := range run.Tasks {
			if t.Final() {
				v.Sheets++
			}
		}
	}
	for _, e := range s.Entries {
		for _, p := range e.Pieces {
			if err := checkFile(z, p); err != nil {
				return v, wrong(fmt.Errorf("entry %s: %w", e.Code, err))
			}
			v.Files++
		}
	}
	return v, nil
}

func readJSON(z *zip.Reader, name string, v any) error {
	f, err := z.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(v)
}

func archivedEvents(z *zip.Reader) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		f, err := z.Open(archiveLog)
		if err != nil {
			yield(Event{}, err)
			return
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, mostLine)
		for lines.Scan() {
			var e Event
			d := json.NewDecoder(strings.NewReader(lines.Text()))
			d.DisallowUnknownFields()
			err := d.Decode(&e)
			if !yield(e, err) || err != nil {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Event{}, err)
		}
	}
}

func checkFile(z *zip.Reader, p Piece) error {
	f, err := z.Open(archiveFiles + p.SHA256)
	if err != nil {
		return err
	}
	defer f.Close()
	sum, n, err := digest(f, p.Bytes)
	if err != nil {
		return err
	}
	if sum != p.SHA256 || n != p.Bytes {
		return errors.New("a file is not the one on the receipt")
	}
	return nil
}

// digest hashes at most one byte more than expected, so that a bomb in the
// ZIP is not unpacked.
func digest(r io.Reader, expect int64) (string, int64, error) {
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(r, expect+1))
	return hex.EncodeToString(h.Sum(nil)), n, err
}
