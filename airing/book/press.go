package book

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/paper"
	"loa/internal/shelf"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// State is what has become of an order.
type State string

// The states.
const (
	Waiting State = "waiting"
	Making  State = "making"
	Ready   State = "ready"
	Failed  State = "failed"
)

// States lists them as an order goes through them.
var States = [...]State{Waiting, Making, Ready, Failed}

// Ask asks for the books of a period, of all stations that somebody may read or those of a district.
type Ask struct {
	From     stations.Date `json:"from"`
	Until    stations.Date `json:"until"` // the last day
	District string        `json:"district,omitempty"`
}

// Order is one file of books that was asked for.
type Order struct {
	ID string `json:"id"`
	Ask
	Lang  text.Language  `json:"language"`
	By    accounts.Actor `json:"by"`
	At    time.Time      `json:"at"` // UTC
	State State          `json:"state"`
	Tries int            `json:"tries"` // how often it was begun: a stopped server begins anew
	Done  int            `json:"done"`  // percent
	Books int            `json:"books,omitempty"`
	Lines int            `json:"lines,omitempty"`
	Size  int64          `json:"size,omitempty"`
	Made  time.Time      `json:"made,omitzero"` // or given up
	Why   string         `json:"why,omitempty"` // it failed: a sentence in the order's language
}

// Interrupted reports whether the server stopped while the file was made, and it is made anew.
func (o Order) Interrupted() bool { return o.Tries > 1 && o.State != Ready }

// Gone is when the file is removed.
func (o Order) Gone() time.Time { return cmp.Or(o.Made, o.At).Add(Kept) }

const (
	// Kept is how long a file is kept.
	Kept = 7 * 24 * time.Hour
	// MostDays and MostLines bound what one file holds, and the memory it takes.
	MostDays, MostLines = 366, 40_000
	// MostWaiting is how many of one person wait or are made at once, and mostTries how often a file is begun.
	MostWaiting, mostTries = 3, 3
)

// DecideOrder takes an order. waiting is how many of hers are not ready. Faults: accounts.denied, stations.no_district, book.dates, book.long,
// book.waiting.
func DecideOrder(m accounts.Meta, a Ask, l text.Language, reg *stations.Registry, waiting int) (Order, error) {
	if err := m.By.MustSomewhere(accounts.ReadAirings); err != nil {
		return Order{}, err
	}
	if err := reg.CheckDistrict(a.District); err != nil {
		return Order{}, err
	}
	if a.District != "" {
		if err := airing.MayRead(m.By, accounts.Where{District: a.District}); err != nil {
			return Order{}, err
		}
	}
	today := stations.DateOf(m.At.In(text.Zone))
	switch {
	case a.From == "" || a.Until == "" || a.Until < a.From || a.From > today:
		return Order{}, fault.New(fault.Invalid, "book.dates").At("from")
	case a.From.AddDays(MostDays) <= a.Until:
		return Order{}, fault.New(fault.Invalid, "book.long", "most", MostDays).At("until")
	case waiting >= MostWaiting:
		return Order{}, fault.New(fault.TooMany, "book.waiting", "most", MostWaiting)
	}
	return Order{ID: m.NewID(), Ask: a, Lang: l, By: m.By, At: m.At.UTC(), State: Waiting}, nil
}

// Store is what books are made of.
type Store interface {
	Airings(ctx context.Context, by accounts.Actor, q airing.Query) ([]airing.Line, string, error)
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	LastSeal(ctx context.Context, by accounts.Actor, week *airing.Week) (*airing.Seal, error)
}

// Press makes books in the background, one file after the other. It is safe for concurrent use.
type Press struct {
	store Store
	shelf shelf.Shelf
	log   *slog.Logger
	now   func() time.Time

	mu     sync.Mutex
	orders map[string]*Order
	wake   chan struct{}
}

// NewPress reads what the shelf holds; what was not ready is made anew by Run.
func NewPress(s Store, on shelf.Shelf, log *slog.Logger, now func() time.Time) (*Press, error) {
	p := &Press{store: s, shelf: on, log: log, now: now, orders: map[string]*Order{}, wake: make(chan struct{}, 1)}
	list, err := shelf.Read(on, 1<<20, func(k *kept) string { return k.ID }, func(file string, err error) {
		log.Error("an order of books cannot be read, and is left out", "file", file, "err", err)
	})
	if err != nil {
		return nil, err
	}
	for _, k := range list {
		o := k.Order
		o.By.Grants = k.Grants
		if o.State == Making {
			o.State, o.Done = Waiting, 0
		}
		p.orders[o.ID] = &o
	}
	p.wake <- struct{}{}
	return p, nil
}

// kept is an order as it is written down: with what its person might read then.
type kept struct {
	Order
	Grants []accounts.Grant `json:"grants"`
}

// keep writes an order down. The caller holds the lock.
func (p *Press) keep(o Order) error {
	if err := shelf.Write(p.shelf, o.ID, kept{o, o.By.Grants}); err != nil {
		return fault.New(fault.Full, "book.no_room").Because(err)
	}
	p.orders[o.ID] = &o
	return nil
}

// Order takes an order; the same again changes nothing. Faults: those of DecideOrder, book.id_reused, book.no_room.
func (p *Press) Order(ctx context.Context, m accounts.Meta, a Ask, l text.Language) (Order, error) {
	reg, err := p.store.Registry(ctx)
	if err != nil {
		return Order{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if o, ok := p.orders[m.NewID()]; ok {
		if o.By.Person != m.By.Person || o.Ask != a {
			return Order{}, fault.New(fault.Conflict, "book.id_reused").At("id")
		}
		return *o, nil
	}
	n := 0
	for _, o := range p.orders {
		if o.By.Person == m.By.Person && (o.State == Waiting || o.State == Making) {
			n++
		}
	}
	o, err := DecideOrder(m, a, l, reg, n)
	if err == nil {
		err = p.keep(o)
	}
	if err == nil {
		p.nudge()
	}
	return o, err
}

func (p *Press) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Orders lists hers, the last first.
func (p *Press) Orders(by accounts.Actor) (list []Order) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.orders {
		if o.By.Person == by.Person {
			list = append(list, *o)
		}
	}
	slices.SortFunc(list, func(a, b Order) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	return list
}

// Find is an order of hers. Fault: book.unknown.
func (p *Press) Find(by accounts.Actor, id string) (Order, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o, ok := p.orders[id]; ok && o.By.Person == by.Person {
		return *o, nil
	}
	return Order{}, fault.New(fault.NotFound, "book.unknown")
}

// Open opens the file of an order of hers, while she may read what is in it. Faults: accounts.denied, book.unknown, book.not_ready.
func (p *Press) Open(by accounts.Actor, id string) (io.ReadSeekCloser, Order, error) {
	o, err := p.Find(by, id)
	switch {
	case err != nil:
		return nil, o, err
	case o.State != Ready:
		return nil, o, fault.New(fault.Conflict, "book.not_ready")
	}
	if !reads(by, o.By) {
		return nil, o, fault.New(fault.Denied, "accounts.denied")
	}
	f, err := p.shelf.Open(id + ".pdf")
	if errors.Is(err, fs.ErrNotExist) {
		err = fault.New(fault.NotFound, "book.unknown").Because(err)
	}
	return f, o, err
}

// reads reports whether somebody still reads every log that she read then.
func reads(now, then accounts.Actor) bool {
	all, districts, own := now.Stations(accounts.ReadAirings)
	were, had, some := then.Stations(accounts.ReadAirings)
	lost := func(list, of []string) bool {
		return slices.ContainsFunc(list, func(one string) bool { return !slices.Contains(of, one) })
	}
	return all || !were && !lost(had, districts) && !lost(some, own)
}

// Sweep removes what was kept long enough, and says how many files.
func (p *Press) Sweep(at time.Time) (n int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, o := range p.orders {
		if o.State == Waiting || o.State == Making || at.Before(o.Gone()) {
			continue
		}
		if e := errors.Join(p.shelf.Remove(id+".pdf"), p.shelf.Remove(shelf.Name(id))); e != nil {
			err = errors.Join(err, e)
			continue
		}
		delete(p.orders, id)
		n++
	}
	return n, err
}

// Run makes what waits until the context ends.
func (p *Press) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		}
		for ctx.Err() == nil { // a stopping server begins nothing
			o, ok := p.next()
			if !ok {
				break
			}
			p.make(ctx, o)
		}
	}
}

// next begins the order that waits longest.
func (p *Press) next() (Order, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var first *Order
	for _, o := range p.orders {
		if o.State == Waiting && (first == nil || o.At.Before(first.At)) {
			first = o
		}
	}
	if first == nil {
		return Order{}, false
	}
	o := *first
	o.State, o.Tries = Making, o.Tries+1
	if o.Tries > mostTries {
		o.State, o.Why, o.Made = Failed, o.Lang.Say("book.gave_up", "n", mostTries), p.now().UTC()
	}
	if err := p.keep(o); err != nil { // it waits until somebody asks again
		p.log.Error("an order of books cannot be kept", "order", o.ID, "err", err)
		return o, false
	}
	return o, true
}

// make makes the file of an order, or says why not. What a stopping server leaves undone stays to be made.
func (p *Press) make(ctx context.Context, o Order) {
	if o.State != Making {
		return
	}
	err := p.shelf.Put(o.ID+".pdf", func(w io.Writer) error {
		counted := &counter{w: w}
		err := p.bind(ctx, counted, &o)
		o.Size = counted.n
		return err
	})
	if ctx.Err() != nil {
		return
	}
	if o.State, o.Made, o.Done = Ready, p.now().UTC(), 100; err != nil {
		p.log.Error("books were not made", "order", o.ID, "err", err)
		o.State, o.Why, o.Size = Failed, o.Lang.Fault(fault.Of(err)), 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.keep(o); err != nil {
		p.log.Error("an order of books cannot be kept", "order", o.ID, "err", err)
	}
}

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

// Write implements io.Writer.
func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// step tells how far an order is; half of its work is done by part.
func (p *Press) step(ctx context.Context, id string, percent int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o, ok := p.orders[id]; ok {
		was := *o
		was.Done = percent
		p.orders[id] = &was
	}
	return ctx.Err()
}

// bind writes the books of an order behind their index.
func (p *Press) bind(ctx context.Context, w io.Writer, o *Order) error {
	reg, err := p.store.Registry(ctx)
	if err != nil {
		return err
	}
	plan, err := p.store.Schedule(ctx)
	if err != nil {
		return err
	}
	check := ""
	seal, err := p.store.LastSeal(ctx, o.By, nil)
	if err != nil {
		return err
	}
	if seal != nil && seal.Signed != nil {
		check = o.Lang.Say("seals.on_paper", "n", seal.Number, "week", seal.Week, "code", seal.Code())
	}
	q := airing.Query{From: o.From.Start(text.Zone), Until: o.Until.AddDays(1).Start(text.Zone), District: o.District}
	of := map[string][]airing.Line{}
	for {
		lines, next, err := p.store.Airings(ctx, o.By, q)
		if err != nil {
			return err
		}
		for _, l := range lines {
			of[l.Station] = append(of[l.Station], l)
		}
		if o.Lines += len(lines); o.Lines > MostLines { // a file that lacks lines would pass for the whole
			return fault.New(fault.Invalid, "book.too_many", "most", MostLines)
		}
		if err := p.step(ctx, o.ID, min(40, 40*o.Lines/MostLines*3)); err != nil {
			return err
		}
		if q.After = next; next == "" {
			break
		}
	}
	from, until := o.Lang.Date(q.From), o.Lang.Date(q.Until.Add(-time.Hour))
	var books []paper.Paper
	var rows [][]any
	for _, st := range p.stationsOf(reg, *o, of) {
		lines := of[st.ID]
		slices.Reverse(lines)
		unit := reg.UnitOf(st.ID)
		b := paper.Paper{Lang: o.Lang, Office: paper.Office{Agency: unit.Official()}, Date: o.At, Across: true, Title: o.Lang.Say("airing.paper_title"),
			About:   []string{o.Lang.Say("airing.paper_subtitle", "station", unit.Official(), "from", from, "until", until)},
			Body:    []paper.Block{Table(o.Lang, Named(reg, plan, lines), false)},
			Signers: Signers(o.Lang), Check: check}
		if len(lines) == 0 {
			b.Body = []paper.Block{paper.Say(o.Lang.Say("book.nothing"))}
		}
		books = append(books, b)
		rows = append(rows, []any{len(rows) + 1, reg.Label(st.ID), reg.DistrictName(unit.District), len(lines), nil})
	}
	if o.Books = len(books); o.Books == 0 {
		return fault.New(fault.Invalid, "book.no_station")
	}
	column := func(key string, width float64) paper.Column {
		return paper.Column{Name: o.Lang.Say(key), Width: width, Places: paper.Words}
	}
	index := func(sheets []int) paper.Paper {
		t := paper.Table{Columns: []paper.Column{{Name: o.Lang.Say("kit.paper_row"), Width: 6, Middle: true}, column("airing.column.station", 34),
			column("airing.column.district", 26), {Name: o.Lang.Say("book.lines"), Width: 12, Middle: true},
			{Name: o.Lang.Say("book.sheet"), Width: 10, Middle: true}}}
		for i, row := range rows {
			row[4] = sheets[i]
			t.Rows = append(t.Rows, row)
		}
		place := ""
		if o.District != "" {
			place = reg.DistrictOfficial(o.District) + ", "
		}
		return paper.Paper{Lang: o.Lang, Date: o.At, Annex: o.Lang.Say("book.made", "at", o.At, "by", o.By.Name), Title: o.Lang.Say("book.index"),
			About: []string{place + o.Lang.Say("book.of", "from", from, "until", until, "n", len(rows))}, Check: check, Body: []paper.Block{t}}
	}
	return paper.Bound(w, books, index, func(done, of int) error { return p.step(ctx, o.ID, 40+60*done/of) })
}

// stationsOf are those whose books are bound, by district: each that stood in the period or has a line in it.
func (p *Press) stationsOf(reg *stations.Registry, o Order, of map[string][]airing.Line) (list []*stations.Station) {
	f := stations.Filter{District: o.District}.For(o.By, accounts.ReadAirings)
	for _, st := range reg.Filter(f) {
		stood := len(of[st.ID]) > 0
		for day := o.From; !stood && day <= o.Until; day = day.AddDays(1) {
			stood = st.ActiveOn(day)
		}
		if stood {
			list = append(list, st)
		}
	}
	at := map[string]int{}
	for _, st := range list {
		at[reg.UnitOf(st.ID).District] = 0
	}
	for i, code := range reg.InOrder(slices.Collect(maps.Keys(at))) {
		at[code] = i
	}
	slices.SortStableFunc(list, func(a, b *stations.Station) int {
		return cmp.Compare(at[reg.UnitOf(a.ID).District], at[reg.UnitOf(b.ID).District])
	})
	return list
}
