package accounts

import (
	"strings"
	"testing"
	"unicode/utf8"

	"loa/internal/fault"
)

func TestLoginsInAnySpellingAreOne(t *testing.T) {
	for typed, want := range map[string]string{
		"Hoa Nậm Chảy": "hoa.nam.chay", " HOA.nam.chay ": "hoa.nam.chay", "Hoa Na\u0323\u0302m Cha\u0309y": "hoa.nam.chay", "Đức_01": "duc_01", "0912345678": "0912345678",
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
	d := NewDirectory([]Person{{ID: "1", Name: "Nguyễn Văn Út", Login: "ut"}, {ID: "2", Name: "Giàng A Của", Login: "cua"}, {ID: "3", Name: "Trần Thị Ánh", Login: "anh"}})
	var order []string
	for _, p := range d.People() {
		order = append(order, p.ID)
	}
	if strings.Join(order, "") != "321" {
		t.Errorf("sorted %v", order)
	}
	if found := d.Search("nguyen ut"); len(found) != 1 || found[0].ID != "1" {
		t.Errorf("found %v", found)
	}
	if len(d.Search("")) != 3 || len(d.Search("nguyen cua")) != 0 {
		t.Error("an empty search finds all, and every word must match")
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
