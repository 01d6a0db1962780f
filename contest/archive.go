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
	"path"
	"slices"
	"strings"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// The names inside an archive. Pieces stand below a folder of their work, under names a
// person understands; papers beside the log, to be read without Loa.
const (
	archiveLog    = "events.jsonl"
	archiveFacts  = "contest.json"
	archiveWorks  = "tac-pham/"
	archivePapers = "van-ban/"
	archiveGuide  = "DOC-TRUOC.txt"
	archiveFiles  = "files/" // of the first format: pieces by their SHA-256
)

// ArchiveFacts tells what an archive is, before anything else is read.
type ArchiveFacts struct {
	Format string `json:"format"` // "loa-contest-2"
	ID     string `json:"id"`
	Title  string `json:"title"`
	Events int    `json:"events"`
	Head   string `json:"head"` // hash of the last event
	// Papers are the SHA-256 of what is there to be read, by name. They say what the log
	// says; the log alone is proven by the check code.
	Papers map[string]string `json:"papers,omitempty"`
}

// The formats of archives: the first had no papers, and files without names.
const (
	archiveFormat = "loa-contest-2"
	archiveFirst  = "loa-contest-1"
)

// ArchivePaper is something to read in an archive.
type ArchivePaper struct {
	Name string // of the file: "bien-ban-chung-khao.html"
	Body []byte
}

// WriteArchive writes the whole contest as a ZIP: its facts, every event as
// one JSON line, papers to read, and every piece of every entry, all dated at. open gives the bytes of a
// piece. The state must be that of the events.
func WriteArchive(ctx context.Context, w io.Writer, at time.Time, s *State, events iter.Seq2[Event, error], papers []ArchivePaper,
	open func(context.Context, Piece) (io.ReadCloser, error)) error {
	z := zip.NewWriter(w)
	create := func(name string, method uint16) (io.Writer, error) { // undated, it would be of 1979 to who unpacks it
		return z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: at.In(text.Zone)})
	}
	facts := ArchiveFacts{Format: archiveFormat, ID: s.ID, Title: s.Rules.Title, Events: s.Seq, Head: s.Head, Papers: map[string]string{}}
	guide := ArchivePaper{archiveGuide, []byte(text.Vietnamese.Say("contest.archive_guide", "title", s.Rules.Title, "id", s.ID))}
	all := []ArchivePaper{guide}
	for _, p := range papers {
		all = append(all, ArchivePaper{archivePapers + p.Name, p.Body})
	}
	for _, p := range all {
		sum := sha256.Sum256(p.Body)
		facts.Papers[p.Name] = hex.EncodeToString(sum[:])
	}
	part, err := create(archiveFacts, zip.Deflate)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(part).Encode(facts); err != nil {
		return err
	}
	if part, err = create(archiveLog, zip.Deflate); err != nil {
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
	for _, p := range all {
		if part, err = create(p.Name, zip.Deflate); err == nil {
			_, err = part.Write(p.Body)
		}
		if err != nil {
			return err
		}
	}
	for _, e := range s.Entries {
		kinds := map[PieceKind]int{}
		for _, p := range e.Pieces {
			kinds[p.Kind]++
			if err := archivePiece(ctx, create, pieceName(e, p, kinds[p.Kind]), p, open); err != nil {
				return err
			}
		}
	}
	return z.Close()
}

// pieceName is where the nth piece of its kind stands: "tac-pham/TP-001-chuyen-lang/ban-ghi.mp3".
// Nothing is told by the name: what a file is follows from its bytes.
func pieceName(e *Entry, p Piece, n int) string {
	dir := e.Code
	if title := text.Slug(e.Title); title != "" {
		dir += "-" + title
	}
	name := text.Slug(text.Vietnamese.Say("contest.piece_" + string(p.Kind)))
	if n > 1 {
		name += fmt.Sprintf("-%d", n)
	}
	if ext := text.Slug(path.Ext(p.Name)); ext != "" && len(ext) <= 5 {
		name += "." + ext
	}
	return archiveWorks + dir + "/" + name
}

func archivePiece(ctx context.Context, create func(name string, method uint16) (io.Writer, error), name string, p Piece,
	open func(context.Context, Piece) (io.ReadCloser, error)) error {
	from, err := open(ctx, p)
	if err != nil {
		return fmt.Errorf("contest: archive %s: %w", p.SHA256, err)
	}
	defer from.Close()
	part, err := create(name, zip.Store)
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
	Papers  int      // to read, as they were when the archive was written
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
	root := rootOf(z)
	if err := readJSON(z, root+archiveFacts, &v.Facts); err != nil || v.Facts.Format != archiveFormat && v.Facts.Format != archiveFirst {
		return v, fault.New(fault.Invalid, "contest.archive_unreadable")
	}
	s, err := Replay(v.Facts.ID, func(yield func(Event, error) bool) {
		for e, err := range archivedEvents(z, root+archiveLog) {
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
	files, strange := keptFiles(z, root, v.Facts)
	if strange != "" {
		return v, archiveWrong("contest.archive_stranger", "name", clip(text.Line(strange), 100))
	}
	left := mostPacked*size + mostLine // Loa stores files as they are; who packs the archive anew may compress them
	if v.Facts.Format == archiveFormat {
		return v, v.checkNamed(s, files, left)
	}
	done := map[string]int64{}
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

// checkNamed checks the papers and the pieces of an archive whose files have names for
// people: a file may have been renamed, its bytes tell which it is.
func (v *Verdict) checkNamed(s *State, files map[string]*zip.File, left int64) error {
	held, unknown := map[string]int64{}, map[string]bool{} // pieces by SHA-256; folders of what is none
	wanted := map[string]bool{}
	for _, e := range s.Entries {
		for _, p := range e.Pieces {
			wanted[p.SHA256] = true
		}
	}
	for name, want := range v.Facts.Papers {
		sum, n, wrong := hashFile(files[name], left)
		if left -= n; wrong != "" || sum != want {
			return archiveWrong("contest.archive_paper", "name", clip(text.Line(name), 100))
		}
		v.Papers++
	}
	for name, f := range files {
		if !strings.HasPrefix(name, archiveWorks) {
			continue
		}
		sum, n, wrong := hashFile(f, left)
		if left -= n; wrong != "" {
			return archiveWrong(wrong, "entry", clip(text.Line(strings.TrimPrefix(name, archiveWorks)), 100))
		}
		if held[sum] = n; !wanted[sum] {
			unknown[name] = true
		}
	}
	for _, e := range s.Entries {
		for _, p := range e.Pieces {
			n, ok := held[p.SHA256]
			switch {
			case ok && n == p.Bytes:
				v.Files++
			case ok || len(unknown) > 0:
				return archiveWrong("contest.archive_file_other", "entry", clip(text.Line(e.Code), 40))
			default:
				return archiveWrong("contest.archive_file_missing", "entry", clip(text.Line(e.Code), 40))
			}
		}
	}
	if len(unknown) > 0 {
		return archiveWrong("contest.archive_file_extra")
	}
	return nil
}

// archiveWrong is the fault of an archive that does not hold together; its part
// says what is wrong.
func archiveWrong(code string, args ...any) error {
	e := fault.New(fault.Conflict, "contest.archive_wrong")
	e.Parts = []*fault.Error{fault.New(fault.Conflict, code, args...)}
	return e
}

// rootOf is the folder an archive stands in that was packed anew with it, "" for none.
func rootOf(z *zip.Reader) (root string) {
	for _, f := range z.File {
		dir, name := path.Split(f.Name)
		if name != archiveFacts || packers(f.Name) || strings.Count(dir, "/") > 1 {
			continue
		}
		if dir == "" {
			return ""
		}
		root = dir
	}
	return root
}

// packers reports whether a file is one that systems leave behind where somebody looked
// into a folder or packed it.
func packers(name string) bool {
	return strings.HasPrefix(name, "__MACOSX/") || slices.Contains([]string{".DS_Store", "Thumbs.db", "desktop.ini"}, path.Base(name))
}

// keptFiles lists the archive's files by their names below root; those of the first
// format by the SHA-256 that names them. What no archive has, or has once only, is
// strange. A folder of its own is no file: tools that pack an archive anew add some.
func keptFiles(z *zip.Reader, root string, facts ArchiveFacts) (_ map[string]*zip.File, strange string) {
	files, seen := map[string]*zip.File{}, map[string]bool{}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 == 0 || packers(f.Name) {
			continue
		}
		name, inside := strings.CutPrefix(f.Name, root)
		kept := strings.HasPrefix(name, archiveWorks) || facts.Papers[name] != ""
		if facts.Format == archiveFirst {
			name, kept = strings.CutPrefix(name, archiveFiles)
		}
		if seen[f.Name] || !inside || !kept && name != archiveFacts && name != archiveLog {
			return nil, f.Name
		}
		if seen[f.Name] = true; kept {
			files[name] = f
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

func archivedEvents(z *zip.Reader, name string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		f, err := z.Open(name)
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
	is, n, wrong := hashFile(f, most)
	if wrong == "" && is != sum {
		return 0, "contest.archive_file_other"
	}
	return n, wrong
}

// hashFile returns the SHA-256, in hex, and the length of a file of at most most bytes,
// or the code of the sentence that says why it has none.
func hashFile(f *zip.File, most int64) (sum string, n int64, wrong string) {
	switch {
	case f == nil:
		return "", 0, "contest.archive_file_missing"
	case f.UncompressedSize64 > uint64(max(0, most)):
		return "", 0, "contest.archive_packed"
	}
	r, err := f.Open()
	if err != nil {
		return "", 0, "contest.archive_file_damaged"
	}
	defer r.Close()
	h := sha256.New()
	if n, err = io.Copy(h, io.LimitReader(r, most+1)); err != nil {
		return "", 0, "contest.archive_file_damaged"
	}
	if n > most {
		return "", 0, "contest.archive_packed"
	}
	return hex.EncodeToString(h.Sum(nil)), n, ""
}
