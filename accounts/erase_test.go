package accounts

import (
	"strings"
	"testing"
	"time"

	"loa/internal/fault"
)

// Who may be erased, by whom, and what is said to who tries otherwise.
func TestWhoIsErasedHasNoWorkLeft(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	admin := Person{ID: "1", Name: "Quản trị", Login: "quan", Grants: []Grant{{Admin, Scope{Level: Province}}}}
	gone := Person{ID: "0190b1c2-aaaa", Name: "Vàng Thị Mai", Login: "mai", Disabled: true}
	works := Person{ID: "3", Name: "Giàng A Páo", Login: "pao", Disabled: true, Grants: []Grant{{Operator, Scope{Station, "S00001"}}}}
	open := Person{ID: "4", Name: "Lý Văn Tả", Login: "ta"}
	before := gone
	before.ID, before.ErasedAt = "5", at
	f := Facts{Directory: NewDirectory([]Person{admin, gone, works, open, before})}
	hand, program, left, cold := admin.Actor("session"), admin.Actor("token"), works.Actor("session"), admin.Actor("session")
	cold.Cold = true
	server := ServerPerson().Actor("token")
	for name, c := range map[string]struct {
		by     Actor
		person string
		reason string
		needed []string
		want   string
	}{
		"by an administrator":           {by: hand, person: gone.ID, reason: "Đơn ngày 1/1"},
		"on the server itself":          {by: server, person: gone.ID, reason: "Đơn ngày 1/1"},
		"by somebody else":              {by: left, person: gone.ID, reason: "x", want: "accounts.denied"},
		"by a program":                  {by: program, person: gone.ID, reason: "x", want: "accounts.by_hand"},
		"in a browser left open":        {by: cold, person: gone.ID, reason: "x", want: ProveAgain},
		"of nobody":                     {by: hand, person: "9", reason: "x", want: "accounts.person_unknown"},
		"of herself":                    {by: hand, person: admin.ID, reason: "x", want: "accounts.not_yourself"},
		"of who runs a station":         {by: hand, person: works.ID, reason: "x", want: "accounts.erase_works"},
		"of who can log in":             {by: hand, person: open.ID, reason: "x", want: "accounts.erase_works"},
		"of a judge who is needed":      {by: hand, person: gone.ID, reason: "x", needed: []string{"Hội thi"}, want: "accounts.erase_needed"},
		"twice":                         {by: hand, person: before.ID, reason: "x", want: "accounts.erased_already"},
		"without a reason":              {by: hand, person: gone.ID, reason: " \n", want: "accounts.erase_reason"},
		"with too much of a reason":     {by: hand, person: gone.ID, reason: strings.Repeat("ờ", MostReason+1), want: "accounts.erase_reason"},
		"with just as much of a reason": {by: hand, person: gone.ID, reason: strings.Repeat("ờ", MostReason)},
	} {
		p, e, err := DecideErase(f, Meta{By: c.by, At: at}, Erase{c.person, c.reason}, c.needed)
		if c.want != "" {
			if !fault.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || p.Name != "Người đã xoá (mã 0190b1c2)" || p.Login == gone.Login || CheckLogin(p.Login) != nil || !p.Erased() || e.Name != p.Name {
			t.Errorf("%s: %+v %+v %v", name, p, e, err)
		}
	}
	name := "Tên Mới"
	if _, _, err := DecidePerson(f, Meta{By: hand, At: at}, ChangePerson{Person: before.ID, Name: &name}); !fault.Is(err, "accounts.erased_already") {
		t.Errorf("who was erased is named anew: %v", err)
	}
}

// What tells who she is goes out of records, and nothing else does.
func TestWhatIsHersIsTakenOutOfARecord(t *testing.T) {
	did := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	for name, c := range map[string]struct {
		namesake, prose bool
		raw, want       string
		left            int
	}{
		"a name, wherever it is alone": {raw: `{"by":"Vàng Thị Mai"}`, want: `{"by":"X"}`},
		"a name with her ID":           {namesake: true, raw: `{"a":{"person":"7","name":"Vàng Thị Mai"}}`, want: `{"a":{"person":"7","name":"X"}}`},
		"a name when she did it": {namesake: true, raw: `{"by":"Vàng Thị Mai","at":"2026-01-02T03:04:05.000000006Z"}`,
			want: `{"by":"X","at":"2026-01-02T03:04:05.000000006Z"}`},
		"another's name":            {namesake: true, raw: `{"person":"8","name":"Vàng Thị Mai"}`, want: `{"person":"8","name":"Vàng Thị Mai"}`, left: 1},
		"an earlier name":           {raw: `["Mai"]`, want: `["X"]`},
		"her number and address":    {raw: `["0912345678","mai@xa.vn","0912345679"]`, want: `["X","X","0912345679"]`},
		"her log-in, as one":        {raw: `{"login":"mai","tag":"mai"}`, want: `{"login":"da.xoa.7","tag":"mai"}`},
		"a title that has her name": {raw: `{"title":"Chuyện của Vàng Thị Mai"}`, want: `{"title":"Chuyện của Vàng Thị Mai"}`},
		"a sentence that has it":    {prose: true, raw: `["Vàng Thị Mai gọi 0912345678"]`, want: `["X gọi X"]`},
		"a sentence of a namesake":  {prose: true, namesake: true, raw: `["Vàng Thị Mai gọi"]`, want: `["Vàng Thị Mai gọi"]`},
		"one word in a sentence":    {prose: true, raw: `["Mai phát lại"]`, want: `["Mai phát lại"]`},
		"what was kept as JSON":     {prose: true, raw: `{"was":"\"Vàng Thị Mai\"","now":"\"mai\""}`, want: `{"was":"\"X\"","now":"\"da.xoa.7\""}`},
	} {
		tr := &Traces{Person: "7", Names: []string{"Vàng Thị Mai", "Mai"}, Login: "mai",
			Marks: []string{"0912345678", "mai@xa.vn"}, Alone: !c.namesake, Mask: "X"}
		tr.At(did)
		got, _, err := tr.Erase([]byte(c.raw), c.prose)
		if err != nil || string(got) != c.want || tr.Left != c.left {
			t.Errorf("%s: %s, %d left, %v", name, got, tr.Left, err)
		}
		if string(got) != c.raw && !tr.In([]byte(c.raw)) {
			t.Errorf("%s: is not found", name)
		}
	}
}

// A name is committed to so that only who has the salt finds it out.
func TestANameIsCommittedTo(t *testing.T) {
	c, fresh := Called{}.As("Vàng Thị Mai")
	again, second := c.As("Vàng Thị Mai")
	later, third := c.As("Vàng Mai")
	if !fresh || second || !third || len(again.Names) != 1 || len(later.Names) != 2 || len(c.Names) != 1 || len(c.Salt) != 16 {
		t.Errorf("%v %v %v", c, again, later)
	}
	for _, name := range later.Names {
		if got, ok := later.Name(later.Commit(name)); !ok || got != name {
			t.Errorf("%q came back as %q", name, got)
		}
	}
	other, _ := Called{}.As("Vàng Thị Mai")
	if _, ok := other.Name(c.Commit("Vàng Thị Mai")); ok || (Called{}).Commit("a") == (Called{}).Commit("b") {
		t.Error("one person's commitment is another's")
	}
}
