package accounts

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"loa/internal/fault"
	"loa/internal/text"
)

// Person is somebody with an account. The passphrase's hash is kept apart, so
// that a Person may go anywhere.
type Person struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`  // as people call her, NFC
	Login     string        `json:"login"` // unique; as FoldLogin makes it
	Grants    []Grant       `json:"grants"`
	Language  text.Language `json:"language"`
	Disabled  bool          `json:"disabled"`
	ErasedAt  time.Time     `json:"erased,omitzero"` // UTC; since when nobody knows who she was
	Created   time.Time     `json:"created"`         // UTC
	InvitedBy string        `json:"invited_by,omitempty"`
	Organised []Past        `json:"organised,omitempty"` // what she could organise once and cannot now
	Began     []Begun       `json:"began,omitempty"`     // since when she may organise what she does; not known of older grants
	Second    bool          `json:"second,omitempty"`    // she proves herself by more than a passphrase
	Token     string        `json:"-"`                   // ID of the token she acts with; a Gate says so
	Unproven  bool          `json:"-"`                   // she may do nothing but choose a second factor; a Gate says so
	Touch
}

// Edition is what two editors of the person begin from.
func (p Person) Edition() Edition { return EditionOf(p.Touch, p) }

// Actor returns the person as the one who acts; via is "session" or "token".
func (p Person) Actor(via string) Actor {
	return Actor{Person: p.ID, Name: p.Name, Grants: p.Grants, Organised: p.Organised, Via: via, Through: p.Token}
}

// Has reports whether the person holds that very grant.
func (p Person) Has(g Grant) bool { return slices.Contains(p.Grants, g) }

// ServerPerson is who acts with the token in the data folder: whoever may read
// that file runs the machine. It has no account and cannot log in. Its name is not the
// one of the Daemon: what a person had done by a command, no clock did.
func ServerPerson() Person {
	return Person{ID: "server", Name: "Quản trị trên máy chủ", Grants: []Grant{{Admin, Scope{Level: Province}}}}
}

// GatewayPerson is who acts with the token of the gateway of text messages: a program that
// may hand them on and do nothing else.
func GatewayPerson() Person {
	return Person{ID: "gateway", Name: "Cổng tin nhắn", Grants: []Grant{{gateway, Scope{Level: Province}}}}
}

// Plain brings a word to lower-case ASCII letters as far as it has them:
// "Nguyễn Đức" becomes "nguyen duc". It is how logins and searches compare.
func Plain(s string) string {
	s = strings.NewReplacer("đ", "d", "Đ", "d").Replace(strings.TrimSpace(s))
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s)))
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{2,39}$`)

// FoldLogin brings a login as typed to the form it is kept in: without tone
// marks, capitals or spaces, so that "Hoa Nậm Chảy" is hoa.nam.chay.
func FoldLogin(s string) string {
	return strings.Join(strings.Fields(Plain(s)), ".")
}

// CheckLogin returns a fault when a folded login has a wrong form.
func CheckLogin(login string) error {
	if !loginForm.MatchString(login) {
		return fault.New(fault.Invalid, "accounts.login_form").At("login")
	}
	return nil
}

// NameMost is the longest name in letters.
const NameMost = 80

// CheckName brings a name to its kept form, or says what is wrong with it.
func CheckName(name string) (string, error) {
	hostile := strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
	name = text.Line(name)
	switch {
	case name == "":
		return "", fault.New(fault.Invalid, "accounts.name_missing").At("name")
	case hostile || len([]rune(name)) > NameMost:
		return "", fault.New(fault.Invalid, "accounts.name_form", "most", NameMost).At("name")
	}
	return name, nil
}

// Directory is everybody with an account at one instant. It never changes; a
// store hands out a new one after a change.
type Directory struct {
	people []Person // by name
	ids    map[string]int
	logins map[string]int
}

// NewDirectory makes a Directory of these people.
func NewDirectory(people []Person) *Directory {
	d := &Directory{people: slices.Clone(people), ids: map[string]int{}, logins: map[string]int{}}
	slices.SortFunc(d.people, func(a, b Person) int {
		return cmp.Or(strings.Compare(Plain(lastWord(a.Name)), Plain(lastWord(b.Name))), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	for i, p := range d.people {
		d.ids[p.ID], d.logins[p.Login] = i, i
	}
	return d
}

// lastWord is the given name, which Vietnamese lists are sorted by.
func lastWord(name string) string { return name[strings.LastIndexByte(name, ' ')+1:] }

// People lists everybody by given name.
func (d *Directory) People() []Person { return slices.Clone(d.people) }

// Len is how many people there are.
func (d *Directory) Len() int { return len(d.people) }

// Person finds somebody by ID. The fault accounts.person_unknown says no.
func (d *Directory) Person(id string) (Person, error) {
	i, ok := d.ids[id]
	if !ok {
		return Person{}, fault.New(fault.NotFound, "accounts.person_unknown")
	}
	return d.people[i], nil
}

// ByLogin finds somebody by login in any spelling FoldLogin brings together.
func (d *Directory) ByLogin(login string) (Person, bool) {
	i, ok := d.logins[FoldLogin(login)]
	if !ok {
		return Person{}, false
	}
	return d.people[i], true
}

// Named finds somebody by ID or login. Fault: accounts.person_unknown.
func (d *Directory) Named(who string) (Person, error) {
	p, err := d.Person(who)
	if byLogin, ok := d.ByLogin(who); err != nil && ok {
		return byLogin, nil
	}
	return p, err
}

// FreeLogin is a login that nobody has, made of a name.
func (d *Directory) FreeLogin(name string) string {
	base := strings.Trim(strings.Map(func(r rune) rune {
		if r == '.' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, FoldLogin(name)), ".")
	if base = base[:min(len(base), 32)]; CheckLogin(base) != nil {
		base = "can.bo"
	}
	login := base
	for n := 2; ; n++ {
		if _, taken := d.ByLogin(login); !taken {
			return login
		}
		login = fmt.Sprint(base, ".", n)
	}
}

// PeopleFilter is what a list of people is narrowed by, on its page, by the API and the
// command line. Zero members narrow nothing.
type PeopleFilter struct {
	Text     string `name:"q"`        // words, see Search
	Role     Role   `name:"role"`     // those who have it somewhere
	District string `name:"district"` // code of one they work in
}

// Find lists the people the filter asks for who pass keep, and how many of all
// districts' work in each.
func (d *Directory) Find(f PeopleFilter, names Names, keep func(Person) bool) (found []Person, in map[string]int) {
	in = map[string]int{}
	for _, p := range d.Search(f.Text, names) {
		if !keep(p) || f.Role != "" && !slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Role == f.Role }) {
			continue
		}
		of := p.Districts(names)
		for _, code := range of {
			in[code]++
		}
		if f.District == "" || slices.Contains(of, f.District) {
			found = append(found, p)
		}
	}
	return found, in
}

// Districts are the codes of those a person works in.
func (p Person) Districts(places Places) (codes []string) {
	for _, g := range p.Grants {
		code := ""
		switch g.Scope.Level {
		case Station:
			code = places.Where(g.Scope.ID).District
		case District:
			code = g.Scope.ID
		}
		if code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// Search lists the people whose name, login or places (the commune of an
// operator, the district of a monitor, the contest of a judge) hold every word of q, tone marks or not,
// by given name. An empty q finds all.
func (d *Directory) Search(q string, names Names) []Person {
	words := strings.Fields(Plain(q))
	var found []Person
	for _, p := range d.people {
		hay := Plain(p.Name) + " " + p.Login
		for _, g := range p.Grants {
			hay += " " + Plain(g.Words(text.Vietnamese, names))
			if g.Scope.Level == Station {
				hay += " " + Plain(names.DistrictName(names.Where(g.Scope.ID).District))
			}
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(hay, w) }) {
			found = append(found, p)
		}
	}
	return found
}

// Operators lists who runs the station, disabled accounts left out.
func (d *Directory) Operators(station string) (found []Person) {
	for _, p := range d.people {
		if !p.Disabled && p.Has(Grant{Operator, Scope{Station, station}}) {
			found = append(found, p)
		}
	}
	return found
}

// admins counts the people, except one, who can still run everything.
func (d *Directory) admins(except string) (n int) {
	for _, p := range d.people {
		if p.ID != except && !p.Disabled && p.Actor("").Has(Admin) {
			n++
		}
	}
	return n
}
