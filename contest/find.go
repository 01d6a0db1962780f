package contest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// EntryState is where an entry stands in its contest.
type EntryState string

// The states. EntryToLookAt is a live entry that somebody has to look at: an
// airing to confirm, or another recording it sounds like; EntryUnread is one with a
// document whose words are not known, EntryBlank one whose script was emptied,
// EntryNamed one whose script names the entrant, all as long as that can be mended.
const (
	EntryValid     EntryState = "valid"
	EntryToLookAt  EntryState = "to_look_at"
	EntryUnread    EntryState = "unread"
	EntryBlank     EntryState = "blank"
	EntryNamed     EntryState = "named"
	EntryWithdrawn EntryState = "withdrawn"
	EntryRuledOut  EntryState = "ruled_out"
)

// EntryStates are all of them.
var EntryStates = []EntryState{EntryValid, EntryToLookAt, EntryUnread, EntryBlank, EntryNamed, EntryWithdrawn, EntryRuledOut}

// EntryQuery asks for some of a contest's entries. An empty member asks for
// nothing.
type EntryQuery struct {
	// Text is words, with or without tone marks, of the receipt code, title,
	// entrant, authors, station or district, or a number judges know it by.
	Text     string     `name:"q"`
	Station  string     `name:"station"`  // ID
	List     string     `name:"list"`     // ID of a list of stations (In)
	District string     `name:"district"` // official code, as it was when the work was entered
	Theme    string     `name:"theme"`    // ID
	Category string     `name:"category"` // ID
	State    EntryState `name:"state"`
	After    string     // receipt code: only those entered after it

	listed map[string]bool
}

// In is the query with the stations of its list. Faults: stations.no_district, those of
// stations.Registry.Station and Listed, stations.not_listed.
func (q EntryQuery) In(reg *stations.Registry, by accounts.Actor) (_ EntryQuery, err error) {
	if err := reg.CheckDistrict(q.District); err != nil {
		return q, err
	}
	if q.Station != "" {
		if _, err := reg.Station(q.Station); err != nil {
			return q, err
		}
	}
	if q.List == "" {
		return q, nil
	}
	q.listed, err = reg.Listed(by, accounts.ReadStations, q.List)
	if err == nil && q.Station != "" && !q.listed[q.Station] {
		err = reg.NotListed(q.Station)
	}
	return q, err
}

// Found is an entry and where it stands.
type Found struct {
	*Entry
	State  EntryState   // what weighs most
	States []EntryState // all that is to be said of it, that first
}

// FindEntries lists the entries asked for, in the order of first submission.
// Faults:
// contest.unknown_choice, contest.unknown_entry (After) and those of View.
func (h *Hall) FindEntries(ctx context.Context, id string, q EntryQuery, fn func(*State, []Found) error) error {
	if q.State != "" && !slices.Contains(EntryStates, q.State) {
		return fault.New(fault.Invalid, "contest.unknown_choice", "value", clip(string(q.State), 40)).At("state")
	}
	open, err := h.undecided(ctx, id)
	if err != nil {
		return err
	}
	return h.View(ctx, id, func(s *State) error {
		if q.After != "" && s.ByCode(q.After) == nil {
			return fault.New(fault.Invalid, "contest.unknown_entry").At("after")
		}
		return fn(s, s.find(q, open))
	})
}

// Entered tells of every file entered in a contest the actor organises.
func (h *Hall) Entered(ctx context.Context, by accounts.Actor) (map[string]bool, error) {
	files := map[string]bool{}
	err := h.List(ctx, func(s *State) error {
		if !by.Can(accounts.Organise, accounts.Where{Contest: s.ID}) {
			return nil
		}
		for _, e := range s.Entries {
			for _, p := range e.Pieces {
				files[p.File] = true
			}
		}
		return nil
	})
	return files, err
}

// find is FindEntries once it is known which entries sound like another.
func (s *State) find(q EntryQuery, undecided map[string][]File) []Found {
	words := strings.Fields(text.Fold(q.Text))
	var list []Found
	from := 1 + slices.IndexFunc(s.Entries, func(e *Entry) bool { return q.After != "" && strings.EqualFold(e.Code, q.After) })
	for _, e := range s.Entries[from:] {
		states := s.states(e, len(undecided[e.ID]) > 0)
		x := Found{e, states[0], states}
		switch {
		case q.State != "" && !slices.Contains(states, q.State),
			q.Station != "" && q.Station != e.Entrant.Station,
			q.List != "" && !q.listed[e.Entrant.Station],
			q.District != "" && q.District != e.Entrant.District,
			q.Theme != "" && q.Theme != e.Theme,
			q.Category != "" && q.Category != e.Category,
			len(words) > 0 && !s.says(e, words):
			continue
		}
		list = append(list, x)
	}
	return list
}

// states are what is to be said of an entry, what weighs most first: one that must be
// looked at may name the entrant as well.
func (s *State) states(e *Entry, undecided bool) (list []EntryState) {
	switch {
	case e.RuledOut != nil:
		return []EntryState{EntryRuledOut}
	case e.Withdrawn != nil:
		return []EntryState{EntryWithdrawn}
	}
	if len(e.Warnings) > 0 || undecided {
		list = append(list, EntryToLookAt)
	}
	if e.unread() && s.Maskable(e) {
		list = append(list, EntryUnread)
	}
	if e.Blank() && s.Maskable(e) {
		list = append(list, EntryBlank)
	}
	if e.named && s.Maskable(e) {
		list = append(list, EntryNamed)
	}
	if len(list) == 0 {
		list = append(list, EntryValid)
	}
	return list
}

// says reports whether every word stands in what the entry is known by.
func (s *State) says(e *Entry, words []string) bool {
	if len(words) == 1 && slices.ContainsFunc(s.Rounds, func(r *RoundState) bool {
		return r.Codes[e.ID] != "" && (SameNumber(words[0], r.Codes[e.ID]) || SameNumber(words[0], r.Stage[e.ID]))
	}) {
		return true
	}
	hay := text.Fold(strings.Join(append([]string{e.Code, e.Title, e.Entrant.Name, e.Entrant.StationName, e.Entrant.DistrictName}, e.Entrant.Authors...), " "))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(hay, w) })
}

// undecided lists by live entries of contests, by their IDs, what they sound like while a
// person has yet to decide: whether it is one recording, or what follows where it is one
// with somebody else's.
func (h *Hall) undecided(ctx context.Context, contests ...string) (map[string][]File, error) {
	var live []Entry
	var files []string
	err := h.Some(ctx, contests, func(s *State) error {
		for _, e := range s.Live() {
			if a := e.Piece(Audio); a != nil {
				live, files = append(live, *e), append(files, a.File)
			}
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		return nil, err
	}
	others, err := h.from.Undecided(ctx, files)
	if err != nil || len(others) == 0 {
		return nil, err
	}
	entered, settled := map[string]bool{}, map[string]func(*Entry, File) bool{} // that by the entry
	if err := h.List(ctx, func(s *State) error {
		done := s.doublesSettled()
		for _, e := range s.Entries {
			settled[e.ID] = done
			if a := e.Piece(Audio); a != nil {
				entered[a.File] = true
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	open := map[string][]File{}
	for i := range live {
		e := &live[i]
		for _, o := range others[files[i]] {
			if (entered[o.ID] || !e.Replaced(o)) && !(o.Same && (e.owns(o) || settled[e.ID](e, o))) {
				open[e.ID] = append(open[e.ID], o)
			}
		}
	}
	return open, nil
}

// Doubles lists by entries, by their IDs, what somebody said is one recording with them and
// is of others, while the organiser has yet to say what follows.
func (h *Hall) Doubles(ctx context.Context, id string) (map[string][]File, error) {
	open, err := h.undecided(ctx, id)
	for entry, list := range open {
		open[entry] = slices.DeleteFunc(list, func(o File) bool { return !o.Same })
	}
	return open, err
}

// Double is the decision that a work stays in the contest although it is one recording
// with another's.
type Double struct {
	Entry, Recording string // IDs
	At               time.Time
	By               string // name
	Reason           string
}

// doublesSettled tells whether it is decided what follows where an entry is one recording
// with a file: it was kept, the work of the file is out of the contest, or all is over.
func (s *State) doublesSettled() func(e *Entry, o File) bool {
	done, over := map[[2]string]bool{}, s.Phase == Closed
	for _, d := range s.Doubles {
		done[[2]string{d.Entry, d.Recording}] = true
	}
	gone := map[string]bool{}
	for _, e := range s.Entries {
		if a := e.Piece(Audio); a != nil && !e.Live() {
			gone[a.File] = true
		}
	}
	return func(e *Entry, o File) bool { return over || gone[o.ID] || done[[2]string{e.ID, o.ID}] }
}

// owns reports whether a file is the entrant's own: she sent it, or her station did.
func (e *Entry) owns(f File) bool {
	return slices.Contains(e.Entrant.Accounts, f.By) || f.Station != "" && f.Station == e.Entrant.Station
}

// KeepDouble lets a work stay in the contest although somebody said that it is one recording
// with another's; else it is ruled out. Faults: contest.unknown_entry, contest.no_double,
// contest.has_stake, contest.reason_missing.
type KeepDouble struct {
	Entry     string `json:"entry"`
	Recording string `json:"recording"` // ID of the other's
	Reason    string `json:"reason" schema:"maxLength=2000"`
}

func (c KeepDouble) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	e := s.entry[c.Entry]
	if e == nil || !e.Live() {
		return nil, fault.New(fault.NotFound, "contest.unknown_entry")
	}
	if !slices.ContainsFunc(f.Alike[e.ID], func(o File) bool { return o.Same && o.ID == c.Recording }) {
		return nil, fault.New(fault.Conflict, "contest.no_double", "code", e.Code)
	}
	if err := s.Impartial(m.By, c.Entry); err != nil {
		return nil, err
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	return []body{&doubleKept{c.Entry, c.Recording, c.Reason}}, nil
}

type doubleKept struct {
	Entry     string `json:"entry"`
	Recording string `json:"recording"`
	Reason    string `json:"reason"`
}

func (*doubleKept) kind() string { return "entry.double_kept" }
func (b *doubleKept) apply(s *State, e *Event) error {
	if s.entry[b.Entry] == nil {
		return fmt.Errorf("no entry %s", b.Entry)
	}
	s.Doubles = append(s.Doubles, Double{b.Entry, b.Recording, e.At, e.Name, b.Reason})
	return nil
}

// Replaced reports whether a file that is no entry's is what the entrant sent
// before: a work is no suspect for sounding like its own earlier version.
func (e *Entry) Replaced(f File) bool { return f.Work && slices.Contains(e.Entrant.Accounts, f.By) }

// Leaks lists the names of the entrant that stand in the script judges read: as they
// are written, over the end of a line, run together, without tone marks, and of a
// person the given name alone where somebody is called by it.
func (e *Entry) Leaks() []string {
	var found []string
	words := wordsOf(e.Redacted)
	flowing := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
	lower := strings.ToLower(strings.Join(strings.Fields(e.Redacted), " "))
	bare := func(s string) string { // "Xã Nậm Chảy" is spoken of as "Nậm Chảy" too
		for _, kind := range []string{"Xã ", "Phường ", "Thị trấn ", "Huyện ", "Thành phố ", "Thị xã "} {
			s = strings.TrimPrefix(s, kind)
		}
		return s
	}
	note := func(name string, said bool) {
		if said && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	for _, name := range []string{bare(e.Entrant.StationName), bare(e.Entrant.DistrictName)} {
		note(name, name != "" && (strings.Contains(lower, strings.ToLower(name)) || spoken(words, flowing, name)))
	}
	for _, name := range append([]string{e.Entrant.Name}, e.Entrant.Authors...) {
		note(name, name != "" && (strings.Contains(lower, strings.ToLower(name)) || spoken(words, flowing, name) || called(e.Redacted, name)))
	}
	return found
}

// wordsOf are the words of a text in lower case, a line end as "" between them.
func wordsOf(s string) (list []string) {
	for line := range strings.Lines(text.Lines(strings.ToLower(s))) {
		list = append(list, strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
		list = append(list, "")
	}
	return list
}

// spoken reports whether the name stands in the words, also typed without tone marks,
// wholly or in part: "Tả Phời" as "ta phoi" or "tảphời", not as "tạ phôi". flowing are
// the words without line ends. A name of one word says too little without marks, unless
// its neighbours have none either.
func spoken(words, flowing []string, name string) bool {
	parts := slices.DeleteFunc(wordsOf(name), func(w string) bool { return w == "" })
	plain := make([]string, len(parts))
	for j, w := range parts {
		plain[j] = text.Plain(w)
	}
	if len(parts) > 1 {
		words = flowing
		if together := strings.Join(parts, ""); slices.Contains(words, together) || slices.Contains(words, strings.Join(plain, "")) {
			return true
		}
	}
	for i := 0; len(parts) > 0 && i+len(parts) <= len(words); i++ {
		same := true
		for j, said := range words[i : i+len(parts)] {
			same = same && (said == parts[j] || said == plain[j])
		}
		if same && (len(parts) > 1 || bareLine(words, i)) {
			return true
		}
	}
	return false
}

// addressed are the words a person is called by before her given name.
var addressed = []string{"anh", "chị", "ông", "bà", "cô", "chú", "bác", "em", "cháu", "thầy", "bạn", "chí"} // "đồng chí"

// called reports whether somebody is called by the given name of a person, its last
// word: "anh Sình" of Lù A Sình. Written small it is a word like any other.
func called(script, name string) bool {
	parts := strings.Fields(name)
	if len(parts) < 2 {
		return false
	}
	given := parts[len(parts)-1]
	said := strings.FieldsFunc(script, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, word := range said {
		if i > 0 && word == given && slices.Contains(addressed, strings.ToLower(said[i-1])) {
			return true
		}
	}
	return false
}

// bareLine reports whether the line around the word has no marks at all, and more than
// the word itself.
func bareLine(words []string, i int) bool {
	from, to := i, i
	for from > 0 && words[from-1] != "" {
		from--
	}
	for to < len(words) && words[to] != "" {
		to++
	}
	return to-from > 3 && !slices.ContainsFunc(words[from:to], func(w string) bool { return w != text.Plain(w) })
}

// Called finds the work in the contest that an organiser calls by its code, or by a number of the
// round that is judged or was judged last. In a round with two series of numbers one can
// be of two works. Faults: contest.no_such_work, contest.number_twice.
func (s *State) Called(said string) (*Entry, error) {
	run := s.Running()
	if run == nil {
		run = s.Last()
	}
	var recording, stage *Entry
	for _, e := range s.Live() {
		switch {
		case strings.EqualFold(e.Code, said):
			return e, nil
		case run == nil || said == "" || run.Codes[e.ID] == "":
			continue
		}
		if SameNumber(said, run.Codes[e.ID]) {
			recording = e
		}
		if run.Stage != nil && SameNumber(said, run.Stage[e.ID]) {
			stage = e
		}
	}
	switch e := cmp.Or(recording, stage); {
	case e == nil:
		return nil, fault.New(fault.Invalid, "contest.no_such_work", "code", clip(said, 40))
	case stage != nil && recording != nil && stage != recording:
		return nil, fault.New(fault.Invalid, "contest.number_twice", "number", said, "recording", recording.Code, "stage", stage.Code)
	default:
		return e, nil
	}
}
