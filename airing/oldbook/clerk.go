// Package oldbook brings the log that was kept before Loa, as a workbook, into the airing log: what columns mean is guessed and
// chosen, what would come of it is shown row by row, and then it is brought in a part at a time, each whole, and can be taken back.
package oldbook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/shelf"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Book is a file that somebody brought, and what has become of it.
type Book struct {
	Source
	Size    int64          `json:"size"`
	By      accounts.Actor `json:"by"`
	At      time.Time      `json:"at"` // UTC
	Lang    text.Language  `json:"language"`
	State   State          `json:"state"`
	Percent int            `json:"percent"` // of what the server is at
	Why     string         `json:"why,omitempty"`
	Setup   Setup          `json:"setup"`             // as it was read
	Sheets  []string       `json:"sheets,omitempty"`  // that are not hidden
	Layout  Layout         `json:"layout"`            // of the sheet that was read
	Samples [][]string     `json:"samples,omitempty"` // by column, what stands below the head
	Check   *Check         `json:"check,omitempty"`   // nil while it is being read
	Import  *Import        `json:"import,omitempty"`  // once it was applied
}

const (
	// Kept is how long a file that nobody applied is kept.
	Kept = 7 * 24 * time.Hour
	// MostWaiting is how many files of one person that are not applied are kept.
	MostWaiting = 10

	samples = 3
)

// Gone is when a file that nobody applied is removed.
func (b Book) Gone() time.Time { return b.At.Add(Kept) }

// Ready is nil where the book can be applied; leaveBad says that rows which are wrong are left out. Faults: oldbook.not_checked,
// oldbook.names_open, oldbook.rows_bad, oldbook.nothing.
func (b Book) Ready(leaveBad bool) error {
	switch {
	case b.State != Checked || b.Check == nil || len(b.Check.Missing) > 0:
		return fault.New(fault.Conflict, "oldbook.not_checked")
	case b.Check.Open > 0:
		return fault.New(fault.Conflict, "oldbook.names_open", "n", b.Check.Open)
	case b.Check.Take == 0:
		return fault.New(fault.Conflict, "oldbook.nothing")
	case b.Check.Bad > 0 && !leaveBad:
		return fault.New(fault.Conflict, "oldbook.rows_bad", "n", b.Check.Bad).At("leave_bad")
	}
	return nil
}

// Desk is what a clerk asks of the store.
type Desk interface {
	Store
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	SaveProgramme(ctx context.Context, m accounts.Meta, c scheduler.SaveProgramme) (scheduler.Programme, error)
}

// Clerk reads books and brings them in, in the background, one after the other. It is safe for concurrent use.
type Clerk struct {
	store Desk
	shelf shelf.Shelf
	log   *slog.Logger
	now   func() time.Time

	mu    sync.Mutex
	books map[string]*kept
	wake  chan struct{}
}

// kept is a book as it is written down: with what its person might do then.
type kept struct {
	Book
	Grants []accounts.Grant `json:"grants"`
}

// NewClerk reads what the shelf holds; what was begun is gone on with by Run.
func NewClerk(s Desk, on shelf.Shelf, log *slog.Logger, now func() time.Time) (*Clerk, error) {
	c := &Clerk{store: s, shelf: on, log: log, now: now, books: map[string]*kept{}, wake: make(chan struct{}, 1)}
	list, err := shelf.Read(on, 16<<20, func(k *kept) string { return k.Source.Import }, func(file string, err error) {
		log.Error("an old book cannot be read, and is left out", "file", file, "err", err)
	})
	if err != nil {
		return nil, err
	}
	for _, k := range list {
		k.By.Grants = k.Grants
		c.books[k.Source.Import] = k
	}
	c.wake <- struct{}{}
	return c, nil
}

// keep writes a book down. The caller holds the lock.
func (c *Clerk) keep(b Book) error {
	k := kept{b, b.By.Grants}
	if err := shelf.Write(c.shelf, b.Source.Import, k); err != nil {
		return fault.New(fault.Full, "oldbook.no_room").Because(err)
	}
	c.books[b.Source.Import] = &k
	return nil
}

func (c *Clerk) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Bring takes a file; the same again changes nothing. Faults: accounts.denied, oldbook.waiting, oldbook.id_reused,
// oldbook.no_room, sheet.too_large.
func (c *Clerk) Bring(ctx context.Context, m accounts.Meta, name string, file []byte, l text.Language) (Book, error) {
	if err := m.By.MustSomewhere(accounts.ReportAiring); err != nil {
		return Book{}, err
	}
	if len(file) > sheet.MaxBytes {
		return Book{}, sheet.BookTooLarge()
	}
	name = text.Line(filepath.Base(strings.ReplaceAll(name, `\`, "/")))
	if r := []rune(name); len(r) > 200 {
		name = string(r[:200])
	}
	sum := sha256.Sum256(file)
	b := Book{Source: Source{m.NewID(), cmp.Or(name, "?"), hex.EncodeToString(sum[:])}, Size: int64(len(file)), By: m.By, At: m.At.UTC(),
		Lang: l, State: Checking}
	done, err := c.store.ImportedBooks(ctx, m.By, false)
	if err != nil {
		return Book{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if was, ok := c.books[b.Source.Import]; ok {
		if was.By.Person != m.By.Person || was.SHA256 != b.SHA256 {
			return Book{}, fault.New(fault.Conflict, "oldbook.id_reused").At("id")
		}
		return was.Book, nil
	}
	waiting := 0
	for id, o := range c.books {
		if o.By.Person == m.By.Person && !slices.ContainsFunc(done, func(i Import) bool { return i.Import == id }) {
			waiting++
		}
	}
	if waiting >= MostWaiting {
		return Book{}, fault.New(fault.TooMany, "oldbook.waiting", "most", MostWaiting)
	}
	if err := c.shelf.Put(b.Source.Import+".book", func(w io.Writer) error { _, err := w.Write(file); return err }); err != nil {
		return Book{}, fault.New(fault.Full, "oldbook.no_room").Because(err)
	}
	if err := c.keep(b); err != nil {
		return Book{}, err
	}
	c.nudge()
	return b, nil
}

// own is a book of hers that is not applied. The caller holds the lock.
func (c *Clerk) own(by accounts.Actor, id string) (Book, error) {
	if k, ok := c.books[id]; ok && k.By.Person == by.Person {
		return k.Book, nil
	}
	return Book{}, Unknown()
}

// SetUp has a book read anew as she says, and makes the programmes that she wants made. Faults: oldbook.unknown, oldbook.applied,
// oldbook.field_unknown, oldbook.field_twice, those of scheduler.DecideProgramme.
func (c *Clerk) SetUp(ctx context.Context, m accounts.Meta, id string, s Setup) (Book, error) {
	b, err := c.Find(ctx, m.By, id)
	switch {
	case err != nil:
		return b, err
	case b.Import != nil:
		return b, fault.New(fault.Conflict, "oldbook.applied")
	}
	for i, f := range s.Columns {
		if f != "" && !slices.Contains(Fields[:], f) {
			return b, fault.New(fault.Invalid, "oldbook.field_unknown", "field", string(f)).At("columns")
		}
		if f != "" && slices.Index(s.Columns, f) != i {
			e := fault.New(fault.Invalid, "oldbook.field_twice", "first", sheet.CellName(slices.Index(s.Columns, f), b.Layout.Head),
				"second", sheet.CellName(i, b.Layout.Head))
			return b, e.At("columns")
		}
	}
	for key, chosen := range s.Names {
		if chosen != New || b.Check == nil {
			continue
		}
		at := slices.IndexFunc(b.Check.Names, func(n Name) bool { return n.Key == key })
		if at < 0 {
			return b, fault.New(fault.Invalid, "oldbook.name_unknown", "name", key).At("names")
		}
		made := m
		made.ID = m.ID + " " + key[:min(len(key), 60)]
		p, err := c.store.SaveProgramme(ctx, made, scheduler.SaveProgramme{Title: b.Check.Names[at].Title, CountsTowardTarget: b.Check.Names[at].Target})
		if err != nil {
			return b, err
		}
		s.Names[key] = p.ID
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	b.By, b.Setup, b.State, b.Percent, b.Why = m.By, s, Checking, 0, ""
	if err := c.keep(b); err != nil {
		return b, err
	}
	c.nudge()
	return b, nil
}

// Apply begins to bring a book in; done already, it tells how far. Faults: those of Book.Ready and DecideBegin, oldbook.unknown.
func (c *Clerk) Apply(ctx context.Context, m accounts.Meta, id string, leaveBad bool) (Book, error) {
	b, err := c.Find(ctx, m.By, id)
	if err != nil || b.Import != nil {
		return b, err
	}
	if err := b.Ready(leaveBad); err != nil {
		return b, err
	}
	begin := Begin{Source: b.Source, Sheet: b.Setup.Sheet, Setup: b.Setup, Key: b.Layout.Key(), Rows: b.Check.Take, Lang: b.Lang}
	if err := c.rows(id, func(r Row) error {
		if begin.From.IsZero() || r.At.Before(begin.From) {
			begin.From = r.At
		}
		if r.At.After(begin.Until) {
			begin.Until = r.At
		}
		if !slices.Contains(begin.Stations, r.Station) {
			begin.Stations = append(begin.Stations, r.Station)
		}
		return nil
	}); err != nil {
		return b, err
	}
	slices.Sort(begin.Stations)
	i, err := c.store.BeginImport(ctx, m, begin)
	if err != nil {
		return b, err
	}
	c.nudge()
	return with(b, i), nil
}

// Undo begins to take an import back. Faults: those of DecideUndo, oldbook.unknown.
func (c *Clerk) Undo(ctx context.Context, m accounts.Meta, u Undo) (Book, error) {
	i, err := c.store.UndoImport(ctx, m, u)
	if err != nil {
		return Book{}, err
	}
	c.nudge()
	return c.Find(ctx, m.By, i.Import)
}

// with is the book with what the store knows of its import.
func with(b Book, i Import) Book {
	i.Grants = nil
	b.Source, b.By, b.State, b.Import, b.Setup, b.Lang = i.Source, i.By, i.State, &i, i.Setup, i.Lang
	if b.At.IsZero() {
		b.At = i.At
	}
	b.Percent = 100 * i.Done / max(1, i.Rows)
	if i.Undo != nil {
		b.Percent = 100 * (i.Undo.Done + i.Undo.Kept) / max(1, i.Taken)
	}
	return b
}

// Find is a book of hers, or one that was brought into logs that she may read. Fault: oldbook.unknown.
func (c *Clerk) Find(ctx context.Context, by accounts.Actor, id string) (Book, error) {
	i, err := c.store.ImportedBook(ctx, by, id)
	if err != nil && !fault.Is(err, "oldbook.unknown") {
		return Book{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		b := Book{}
		if k, ok := c.books[id]; ok {
			b = k.Book
		}
		return with(b, i), nil
	}
	return c.own(by, id)
}

// Books lists those that Find finds, the last first.
func (c *Clerk) Books(ctx context.Context, by accounts.Actor) (list []Book, err error) {
	done, err := c.store.ImportedBooks(ctx, by, false)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[string]bool{}
	for _, i := range done {
		b := Book{}
		if k, ok := c.books[i.Import]; ok {
			b = k.Book
		}
		seen[i.Import] = true
		list = append(list, with(b, i))
	}
	for id, k := range c.books {
		if !seen[id] && k.By.Person == by.Person {
			list = append(list, k.Book)
		}
	}
	slices.SortFunc(list, func(a, b Book) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Source.Import, b.Source.Import)) })
	return list, nil
}

// Sweep removes files that were kept long enough, and says how many.
func (c *Clerk) Sweep(ctx context.Context, at time.Time) (n int, err error) {
	busy, err := c.store.ImportedBooks(ctx, accounts.Daemon(), true)
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, k := range c.books {
		if at.Before(k.Gone()) || slices.ContainsFunc(busy, func(i Import) bool { return i.Import == id }) {
			continue
		}
		if e := errors.Join(c.gone(id+".book"), c.gone(id+".rows"), c.gone(shelf.Name(id))); e != nil {
			err = errors.Join(err, e)
			continue
		}
		delete(c.books, id)
		n++
	}
	return n, err
}

// gone removes a file that may not be there.
func (c *Clerk) gone(name string) error {
	if err := c.shelf.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Run does what waits until the context ends.
func (c *Clerk) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		}
		for c.Step(ctx) {
		}
	}
}

// Step does the next piece of work, and tells whether there was one.
func (c *Clerk) Step(ctx context.Context) bool {
	under, err := c.store.ImportedBooks(ctx, accounts.Daemon(), true)
	if err != nil || ctx.Err() != nil {
		if ctx.Err() == nil {
			c.log.Error("old books cannot be gone on with", "err", err)
		}
		return false
	}
	if len(under) > 0 {
		i := under[len(under)-1]
		if i.Brings() {
			err = c.take(ctx, i)
		} else {
			_, err = c.store.UndoRows(ctx, c.now(), i.Import)
		}
		if err != nil && ctx.Err() == nil {
			c.log.Error("an old book waits", "import", i.Import, "err", err) // until the next start, or the next book
		}
		return err == nil
	}
	c.mu.Lock()
	var next *kept
	for _, k := range c.books {
		if k.State == Checking && (next == nil || k.At.Before(next.At)) {
			next = k
		}
	}
	c.mu.Unlock()
	if next == nil {
		return false
	}
	b := next.Book
	read, err := c.check(ctx, b)
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		read = b
		read.State, read.Why = Failed, b.Lang.Fault(err)
		if fault.Of(err).Kind == fault.Internal {
			c.log.Error("an old book was not read", "import", b.Source.Import, "err", err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.books[b.Source.Import]; now == nil || now != next { // it was set up anew meanwhile
		return true
	}
	if err := c.keep(read); err != nil {
		c.log.Error("an old book cannot be kept", "import", b.Source.Import, "err", err)
		return false
	}
	return true
}

// take brings the rows of an import in, behind those that are.
func (c *Clerk) take(ctx context.Context, i Import) error {
	var part []Row
	at, behind := 0, i.Done
	send := func(last bool) error {
		got, err := c.store.TakeRows(ctx, c.now(), i.Import, behind, part, last)
		behind, part = got.Done, part[:0]
		return err
	}
	err := c.rows(i.Import, func(r Row) error {
		if at++; at <= i.Done {
			return nil
		}
		if part = append(part, r); len(part) < Part {
			return nil
		}
		return send(false)
	})
	if errors.Is(err, fs.ErrNotExist) || fault.Is(err, "oldbook.rows_damaged") {
		c.log.Error("the rows of an old book are gone", "import", i.Import, "err", err)
		part, err = nil, nil
	}
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return send(true)
}

// rows reads the rows that the check of a book found.
func (c *Clerk) rows(id string, do func(Row) error) error {
	f, err := c.shelf.Open(id + ".rows")
	if err != nil {
		return err
	}
	defer f.Close()
	for d := json.NewDecoder(f); ; {
		var r Row
		if err := d.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fault.New(fault.Unavailable, "oldbook.rows_damaged").Because(err)
		}
		if err := do(r); err != nil {
			return err
		}
	}
}

// check reads a book as it is set up, and asks the log what it says of each row.
func (c *Clerk) check(ctx context.Context, b Book) (Book, error) {
	f, err := c.shelf.Open(b.Source.Import + ".book")
	if err != nil {
		return b, err
	}
	file, err := io.ReadAll(io.LimitReader(f, sheet.MaxBytes+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return b, err
	}
	reg, err := c.store.Registry(ctx)
	if err != nil {
		return b, err
	}
	plan, err := c.store.Schedule(ctx)
	if err != nil {
		return b, err
	}
	known, err := c.store.ImportedBooks(ctx, b.By, false)
	if err != nil {
		return b, err
	}
	r, b, err := open(file, b, c.now(), reg, plan, known)
	if err != nil || r == nil {
		return b, err
	}
	c.progress(b.Source.Import, 20)
	r.read()
	c.progress(b.Source.Import, 50)
	m := accounts.Meta{ID: b.Source.Import, By: b.By, At: c.now()}
	var rows []Row
	for i := 0; i < len(r.rows); i += Part {
		part := r.rows[i:min(i+Part, len(r.rows))]
		weights, err := c.store.WeighRows(ctx, m, b.Source, part)
		if err != nil {
			return b, err
		}
		for j, w := range weights {
			if r.weigh(part[j], w) {
				rows = append(rows, part[j])
			}
		}
		c.progress(b.Source.Import, 50+50*i/len(r.rows))
	}
	r.check.Take = len(rows)
	r.span(rows)
	if err := c.shelf.Put(b.Source.Import+".rows", func(w io.Writer) error {
		var out bytes.Buffer
		e := json.NewEncoder(&out)
		for _, row := range rows {
			if err := e.Encode(row); err != nil {
				return err
			}
			if out.Len() > 1<<16 {
				if _, err := out.WriteTo(w); err != nil {
					return err
				}
			}
		}
		_, err := out.WriteTo(w)
		return err
	}); err != nil {
		return b, fault.New(fault.Full, "oldbook.no_room").Because(err)
	}
	b.Check, b.State, b.Percent = &r.check, Checked, 100
	return b, nil
}

func (c *Clerk) progress(id string, percent int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.books[id]; ok {
		k.Percent = percent
	}
}
