package audit_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/text"
	"loa/plan"
	"loa/stations"
	"loa/store/bolttest"
)

// raw is what no line may say: what programs read, and what nobody may.
var raw = regexp.MustCompile(`[{}\[\]"]|accounts\.|_|\$argon2id|\d{4}-\d\d-\d\dT|[0-9a-f]{24}`)

// TestEveryDeedSaysBeforeAndAfterOrWhyNot: of each kind of change, made for real, the line says in words what was and what is, or where
// that stands. Kinds that the house does not show are known by a sentence of their own.
func TestEveryDeedSaysBeforeAndAfterOrWhyNot(t *testing.T) {
	h := bolttest.NewHouse(t, t.TempDir(), time.Now)
	bolttest.Fill(t, h.Store, h.Blobs)
	reg, err := h.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	people, err := h.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := people.People()
	her := all[slices.IndexFunc(all, func(p accounts.Person) bool { return !p.Erased() })]
	change := func() accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: time.Date(2024, 8, 1, 0, 0, 0, 0, time.UTC)}
	}
	name, made := "Vàng Thị Mẩy", change()
	_, err = h.ChangePerson(t.Context(), change(), accounts.ChangePerson{Person: her.ID, Name: &name})
	token, err1 := h.AddToken(t.Context(), made, accounts.AddToken{Hash: "h", Person: her.ID, Name: "Máy thử", Expires: made.At.Add(time.Hour)})
	_, err2 := h.RemoveToken(t.Context(), change(), accounts.RemoveToken{ID: token.ID})
	inv, err3 := h.Invite(t.Context(), change(), accounts.Invite{Hash: "i", Note: "Anh Páo", Grants: []accounts.Grant{{Role: accounts.Editor,
		Scope: accounts.Scope{Level: accounts.Province}}}})
	_, err4 := h.Withdraw(t.Context(), change(), accounts.Withdraw{ID: inv.ID})
	st, err5 := reg.Station("S00001")
	st.Fields.Contacts = []stations.Contact{{Name: "Giàng A Lềnh", Role: "Trưởng đài", Phone: "0912345678"}}
	st.Fields.Notes = "Loa thôn Bản Mế"
	_, err6 := h.SaveStation(t.Context(), change(), stations.SaveStation{ID: st.ID, Fields: st.Fields})
	mine := plan.SaveIndicator{Year: 2024, Mark: "T99",
		Fields: plan.Fields{Name: "Lớp tập huấn", Unit: "lớp", Every: plan.Yearly, Way: plan.Sums, Target: plan.Of(3)}}
	indicator, err7 := h.SaveIndicator(t.Context(), change(), mine)
	_, err8 := h.RetireIndicator(t.Context(), change(), plan.RetireIndicator{ID: indicator.ID})
	_, err9 := h.RemoveIndicator(t.Context(), change(), indicator.ID)
	if err = errors.Join(err, err1, err2, err3, err4, err5, err6, err7, err8, err9); err != nil {
		t.Fatal(err)
	}
	seen, whole := map[accounts.Kind]bool{}, ""
	for q := (accounts.DeedQuery{Limit: 500}); ; {
		page, next, err := h.Deeds(t.Context(), accounts.Daemon(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page {
			for _, l := range []text.Language{text.Vietnamese, text.English} {
				said := strings.Join(d.Said(l, accounts.Names{Places: reg}), "; ")
				if said == "" {
					t.Errorf("%s says nothing: %+v", d.Kind, d.Changes)
				}
				if m := raw.FindString(said); m != "" {
					t.Errorf("%s says %q: %s", d.Kind, m, said)
				}
				whole += said + "\n"
			}
			if len(d.Changes) > 0 || slices.Contains(accounts.WithoutChanges(), d.Kind) {
				seen[d.Kind] = true // else it was saved as it was
			}
		}
		if q.After = next; next == "" {
			break
		}
	}
	for _, want := range []string{
		"Giàng A Lềnh, Trưởng đài, 0912345678", "Tên: Máy thử → –", "→ Vàng Thị Mẩy", "→ Loa thôn Bản Mế", "Giữ bản ghi không dùng: 30 ngày",
		"Giờ yên tĩnh từ: 21:00", "Báo những việc: Quá hạn chưa báo lượt phát", "Thu hồi lúc: ",
	} {
		if !strings.Contains(whole, want) {
			t.Errorf("no line says %q", want)
		}
	}
	alike := map[accounts.Kind]accounts.Kind{ // they write what these write
		"accounts.join": "accounts.change_person", "accounts.take_role": "accounts.change_person", "accounts.remove_factor": "accounts.add_factor",
		"coverage.answer_excuse": "coverage.ask_excuse", "message.remove_hook": "message.save_hook", "scheduler.save_exception": "scheduler.save_rule",
		"scheduler.retire_programme": "scheduler.save_programme", "stations.import": "stations.save", "stations.remove_list": "stations.save_list",
	}
	for _, k := range accounts.Kinds {
		if !seen[k] && !seen[alike[k]] && !slices.Contains(accounts.WithoutChanges(), k) {
			t.Errorf("no change of the kind %s was made", k)
		}
	}
}
