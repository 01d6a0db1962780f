package contest

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"loa/internal/fault"
	"loa/internal/text"
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
	Hashes  []string // of the events, in order: the last one is Facts.Head
	Entries int      // in the contest, withdrawn ones included
	Sheets  int      // signed
	Rounds  int      // ranked again with the recorded outcome
	Files   int      // whose bytes have the SHA-256 on the receipt
	Phase   Phase
	Bound   bool // the log names its contest: it is not another's under this ID
}

// leastCode is how many digits of a hash somebody must give for it to mean
// one event and no other.
const leastCode = 16

// Event finds the event whose hash begins with the check code that minutes
// print, as typed: that the log still holds it proves that nothing before it
// was written anew since. Faults: contest.check_code_short,
// contest.check_code_unknown.
func (v *Verdict) Event(code string) (seq int, err error) {
	code = strings.ToLower(strings.Join(strings.Fields(code), ""))
	if len(code) < leastCode {
		return 0, fault.New(fault.Invalid, "contest.check_code_short", "least", leastCode)
	}
	at := slices.IndexFunc(v.Hashes, func(h string) bool { return strings.HasPrefix(h, code) })
	if at < 0 {
		return 0, fault.New(fault.Conflict, "contest.check_code_unknown", "code", clip(text.Line(code), 64))
	}
	return at + 1, nil
}

// Bounds of what is read of an archive, so that a small one cannot unpack to
// something endless: far over what any contest needs.
const (
	mostLine = 4 << 20   // of one event's JSON, in bytes
	mostLog  = 512 << 20 // of all events

	// mostPacked is how many times larger than the archive its files may be: sound
	// and scans hardly become smaller, what does may be anything.
	mostPacked = 8
)

// CheckArchive verifies an archive without any server: every event's hash and
// link, that the ranking of each finished round follows from the signed
// sheets and the prizes with their money from the ranking, that the log is that of
// the contest, and every file's SHA-256. Whoever writes all of it anew with new
// hashes is found by the check code alone: see Verdict.Event. The archive may be anything: nothing of it
// is written anywhere, and no more is unpacked than a contest can hold.
// Faults: contest.archive_unreadable and contest.archive_wrong; what is wrong
// is their cause.
func CheckArchive(r io.ReaderAt, size int64) (v Verdict, err error) {
	defer func() {
		// Events whose hashes are right but that no rule would have led to
		// (the hashes are no secret) may contradict what applying them trusts.
		if p := recover(); p != nil {
			err = archiveWrong("contest.archive_contradicts")
		}
	}()
	z, err := zip.NewReader(r, size)
	if err != nil {
		return v, fault.New(fault.Invalid, "contest.archive_unreadable")
	}
	if err := readJSON(z, archiveFacts, &v.Facts); err != nil || v.Facts.Format != archiveFormat {
		return v, fault.New(fault.Invalid, "contest.archive_unreadable")
	}
	s, err := Replay(v.Facts.ID, func(yield func(Event, error) bool) {
		for e, err := range archivedEvents(z) {
			v.Hashes = append(v.Hashes, e.Hash)
			if !yield(e, err) {
				return
			}
		}
	})
	if err != nil {
		return v, archiveWrong("contest.archive_event", "n", max(1, len(v.Hashes)))
	}
	if v.Facts.Title != s.Rules.Title {
		return v, archiveWrong("contest.archive_title")
	}
	v.Facts.Title = text.Line(v.Facts.Title) // it is printed
	if s.Seq != v.Facts.Events || s.Head != v.Facts.Head {
		return v, archiveWrong("contest.archive_cut", "n", s.Seq, "announced", v.Facts.Events)
	}
	v.Entries, v.Phase, v.Bound = len(s.Entries), s.Phase, s.bound
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
	files, strange := keptFiles(z)
	if strange != "" {
		return v, archiveWrong("contest.archive_stranger", "name", clip(text.Line(strange), 100))
	}
	done := map[string]int64{}
	left := mostPacked*size + mostLine // Loa stores files as they are; who packs the archive anew may compress them
	for _, e := range s.Entries {
		for _, p := range e.Pieces {
			n, again := done[p.SHA256]
			if !again {
				var wrong string
				if n, wrong = checkFile(files[p.SHA256], p.SHA256, left); wrong != "" {
					return v, archiveWrong(wrong, "entry", clip(text.Line(e.Code), 40))
				}
				left -= n
				done[p.SHA256] = n
			}
			if n != p.Bytes {
				return v, archiveWrong("contest.archive_file_other", "entry", clip(text.Line(e.Code), 40))
			}
			v.Files++
		}
	}
	if len(done) != len(files) {
		return v, archiveWrong("contest.archive_file_extra")
	}
	return v, nil
}

// archiveWrong is the fault of an archive that does not hold together; its part
// says what is wrong.
func archiveWrong(code string, args ...any) error {
	e := fault.New(fault.Conflict, "contest.archive_wrong")
	e.Parts = []*fault.Error{fault.New(fault.Conflict, code, args...)}
	return e
}

// keptFiles lists the archive's files by the SHA-256 that names them. What no
// archive has, or has once only, is strange. A folder of its own is no file: tools
// that pack an archive anew add one.
func keptFiles(z *zip.Reader) (_ map[string]*zip.File, strange string) {
	files, seen := map[string]*zip.File{}, map[string]bool{}
	for _, f := range z.File {
		sum, kept := strings.CutPrefix(f.Name, archiveFiles)
		if f.Name == archiveFiles && f.UncompressedSize64 == 0 {
			continue
		}
		if seen[f.Name] || !kept && f.Name != archiveFacts && f.Name != archiveLog {
			return nil, f.Name
		}
		if seen[f.Name] = true; kept {
			files[sum] = f
		}
	}
	return files, ""
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
		all := &io.LimitedReader{R: f, N: mostLog}
		lines := bufio.NewScanner(all)
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
		} else if all.N == 0 {
			yield(Event{}, fmt.Errorf("the log is larger than %d bytes", mostLog))
		}
	}
}

// checkFile hashes a file of the archive, of at most most bytes, and returns
// its length, or the code of the sentence that says what is wrong with it.
func checkFile(f *zip.File, sum string, most int64) (n int64, wrong string) {
	switch {
	case f == nil:
		return 0, "contest.archive_file_missing"
	case f.UncompressedSize64 > uint64(max(0, most)):
		return 0, "contest.archive_packed"
	}
	r, err := f.Open()
	if err != nil {
		return 0, "contest.archive_file_damaged"
	}
	defer r.Close()
	h := sha256.New()
	if n, err = io.Copy(h, io.LimitReader(r, most+1)); err != nil {
		return 0, "contest.archive_file_damaged"
	}
	if n > most {
		return 0, "contest.archive_packed"
	}
	if hex.EncodeToString(h.Sum(nil)) != sum {
		return 0, "contest.archive_file_other"
	}
	return n, ""
}
