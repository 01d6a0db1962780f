package accounts

import (
	"loa/internal/text"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"loa/internal/fault"
)

func TestLoginsInAnySpellingAreOne(t *testing.T) {
	for typed, want := range map[string]string{
		"Hoa Nậm Chảy": "hoa.nam.chay", " HOA.nam.chay ": "hoa.nam.chay", "Hoa Na\u0323\u0302m Cha\u0309y": "hoa.nam.chay", "Đức_01": "duc_01",
		"0912345678": "0912345678",
	} {
		if got := FoldLogin(typed); got != want || CheckLogin(got) != nil {
			t.Errorf("%q became %q", typed, got)
		}
	}
	for _, bad := range []string{"", "ab", ".hoa", "hoa@x", strings.Repeat("a", 41), "молоко"} {
		if CheckLogin(FoldLogin(bad)) == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

func TestNamesAreKeptAsPeopleWriteThem(t *testing.T) {
	if got, err := CheckName("  Vàng   A\u0301nh "); err != nil || got != "Vàng Ánh" {
		t.Errorf("%q %v", got, err)
	}
	for _, bad := range []string{"", " \t", strings.Repeat("a", NameMost+1), "a\x00b"} {
		if _, err := CheckName(bad); fault.Of(err) == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

func TestPeopleAreFoundWithoutToneMarksAndSortedByGivenName(t *testing.T) {
	d := NewDirectory([]Person{{ID: "1", Name: "Nguyễn Văn Út", Login: "ut"}, {ID: "2", Name: "Giàng A Của", Login: "cua"},
		{ID: "3", Name: "Trần Thị Ánh", Login: "anh"}})
	var order []string
	for _, p := range d.People() {
		order = append(order, p.ID)
	}
	if strings.Join(order, "") != "321" {
		t.Errorf("sorted %v", order)
	}
	if found := d.Search("nguyen ut", Names{}); len(found) != 1 || found[0].ID != "1" {
		t.Errorf("found %v", found)
	}
	if len(d.Search("", Names{})) != 3 || len(d.Search("nguyen cua", Names{})) != 0 {
		t.Error("an empty search finds all, and every word must match")
	}
}

// oneCommune is a map of one commune in one district.
type oneCommune struct{}

func (oneCommune) Where(string) Where                  { return Where{Station: "S00101", District: "084"} }
func (oneCommune) Label(string) string                 { return "Nậm Chảy" }
func (oneCommune) DistrictName(string) string          { return "Mường Khương" }
func (oneCommune) CheckGoesOn(string, time.Time) error { return nil }

func TestPeopleAreFoundByTheirCommuneWithoutToneMarks(t *testing.T) {
	d := NewDirectory([]Person{
		{ID: "1", Name: "Giàng A Của", Login: "cua", Grants: []Grant{{Operator, Scope{Station, "S00101"}}}},
		{ID: "2", Name: "Lê Thị Thu", Login: "thu", Grants: []Grant{{Monitor, Scope{District, "084"}}}},
		{ID: "3", Name: "Trần Thị Ánh", Login: "anh"},
	})
	for q, want := range map[string]string{"nam chay": "1", "Nậm Chảy cua": "1", "muong khuong": "12", "nam chay thu": "", "anh": "3"} {
		got := ""
		for _, id := range []string{"1", "2", "3"} {
			for _, p := range d.Search(q, Names{Places: oneCommune{}}) {
				if p.ID == id {
					got += id
				}
			}
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", q, got, want)
		}
	}
}

// Whoever judges a contest does not organise it, whichever came first and however
// it is given; whoever has organised it never judges it.
func TestNobodyJudgesAndOrganisesOneContest(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	judge := Grant{Judge, Scope{Contest, "hoi-thi"}}
	elsewhere := Grant{Judge, Scope{Contest, "khac"}}
	admin := Person{ID: "a", Name: "Quản trị", Login: "quantri", Grants: []Grant{{Admin, Scope{Level: Province}}}}
	meta := func(by Person) Meta { return Meta{ID: "c", By: by.Actor("session"), At: at} }
	for _, office := range []Grant{{Organiser, Scope{Contest, "hoi-thi"}}, {Organiser, Scope{Level: Province}}, {Admin, Scope{Level: Province}}} {
		for _, has := range [][2]Grant{{judge, office}, {office, judge}} {
			p := Person{ID: "p", Name: "Hoa", Login: "hoa", Grants: []Grant{has[0]}}
			f := Facts{Directory: NewDirectory([]Person{admin, p}), Places: oneCommune{}}
			both := []Grant{has[0], has[1]}
			inv := Invitation{Grants: []Grant{has[1]}, By: "a", Created: at, Expires: at.Add(time.Hour)}
			_, _, joined := DecideJoin(f, meta(p), Join{}, inv)
			_, _, given := DecidePerson(f, meta(admin), ChangePerson{Person: "p", Grants: &both})
			_, _, added := DecideAdd(f, meta(admin), AddPerson{Name: "Mai", Login: "mai", Grants: both})
			_, _, invited := DecideInvite(f, meta(admin), Invite{Grants: both}, false, nil)
			for how, err := range map[string]error{"joining": joined, "giving": given, "adding": added, "inviting": invited} {
				if !fault.Is(err, "accounts.judge_or_organiser") {
					t.Errorf("%s %v to %v: %v", how, has[1], has[0], err)
				}
			}
			apart := []Grant{has[0], elsewhere}
			if _, _, err := DecidePerson(f, meta(admin), ChangePerson{Person: "p", Grants: &apart}); (err == nil) != (has[0] == judge ||
				office.Scope.Level == Contest) {
				t.Errorf("judging elsewhere beside %v: %v", has[0], err)
			}
		}
		p := Person{ID: "p", Name: "Hoa", Login: "hoa", Grants: []Grant{office, judge}} // as older versions let be
		f := Facts{Directory: NewDirectory([]Person{admin, p}), Places: oneCommune{}}
		left := []Grant{judge}
		p, _, err := DecidePerson(f, meta(admin), ChangePerson{Person: "p", Grants: &left})
		if err != nil {
			t.Fatal(err)
		}
		if a := p.Actor("session"); !a.KnowsWorks("hoi-thi", at.Add(-time.Hour)) || a.KnowsWorks("hoi-thi", at.Add(time.Hour)) {
			t.Errorf("after %v was taken away: %+v", office, p.Organised)
		}
		if office.Scope.Level == Contest {
			f, none := Facts{Directory: NewDirectory([]Person{admin, p}), Places: oneCommune{}}, []Grant{}
			p, _, err = DecidePerson(f, meta(admin), ChangePerson{Person: "p", Grants: &none})
			if err != nil {
				t.Fatal(err)
			}
			f = Facts{Directory: NewDirectory([]Person{admin, p}), Places: oneCommune{}}
			_, _, err = DecideJoin(f, meta(p), Join{}, Invitation{Grants: left, By: "a", Expires: at.Add(time.Hour)})
			if !fault.Is(err, "accounts.has_organised") {
				t.Errorf("a judge again: %v", err)
			}
		}
	}
}

func FuzzNamesAndLogins(f *testing.F) {
	f.Add("Hoa Nậm Chảy")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, s string) {
		login := FoldLogin(s)
		if CheckLogin(login) == nil && FoldLogin(login) != login {
			t.Errorf("%q folds further to %q", login, FoldLogin(login))
		}
		name, err := CheckName(s)
		if err != nil {
			return
		}
		if again, err := CheckName(name); err != nil || again != name || utf8.RuneCountInString(name) > NameMost {
			t.Errorf("%q became %q (%v)", name, again, err)
		}
	})
}

func TestARoleThereIsNotNamesThoseThereAre(t *testing.T) {
	said := text.Vietnamese.Fault(Grant{Role: "vua", Scope: Scope{Level: Province}}.Check())
	for _, want := range []string{"“vua”", "operator (Phụ trách đài)", "monitor (Giám sát)", "editor", "organiser", "judge", "admin (Quản trị)"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in: %s", want, said)
		}
	}
}
