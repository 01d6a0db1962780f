package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/stations"
	"loa/web/webtest"
)

// TestAListIsKeptAndAskedFor: made of what is ticked and of all that pass a filter, asked for wherever there is a
// filter, shared, edited by two at once, told of a merger, and removed.
func TestAListIsKeptAndAskedFor(t *testing.T) {
	t.Parallel()
	clock := &aClock{time.Date(2024, 5, 20, 8, 0, 0, 0, text.Zone)}
	k, s := build(t, clock.now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	aWeek(t, s)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	monitor := func(name string, scope accounts.Scope) *webtest.Client {
		return webtest.NewClient(t, h, webtest.LoggedIn(t, s, name, clock.at, accounts.Grant{Role: accounts.Monitor, Scope: scope}))
	}
	thu, binh := monitor("Chị Thu", accounts.Scope{Level: accounts.Province}), monitor("Anh Bình", accounts.Scope{Level: accounts.Province})

	thu.Get("/stations")
	thu.Submit("#keep", "name", "Vùng cao")
	thu.Expect(http.StatusUnprocessableEntity, "#keep .error", "Hãy đánh dấu ít nhất một đài")
	thu.Submit("#keep", "station", "S00002")
	thu.Expect(http.StatusOK, "main", "Danh sách “Vùng cao”", reg.Label("S00002"))
	mine := thu.Path
	id := mine[len("/lists/"):]
	district := reg.Where("S00060").District
	thu.Get("/stations?district=" + district)
	thu.Submit("#keep", "which", "all", "into", id)
	n := len(reg.Filter(stations.Filter{District: district, ActiveOn: "2024-05-20"})) + 1
	thu.Expect(http.StatusOK, ".head", text.Vietnamese.Say("stations.list_count", "n", n))
	thu.Get("/stations")
	thu.Submit("#keep", "name", "vùng cao", "which", "all")
	thu.Expect(http.StatusUnprocessableEntity, "#keep .error", "Bạn đã có danh sách")

	for path, says := range map[string]string{"/coverage?week=2024-W20&": "Vùng cao", "/coverage/period?": "Vùng cao",
		"/coverage/paper?week=2024-W20&": "Vùng cao",
		"/calls?":                        reg.Label("S00060"), "/calls/log?": "", "/stations?": reg.Label("S00002"),
		"/airings?from=2024-05-13&": reg.Label("S00002"), "/evidence?": "",
		"/calendar?week=2024-W20&": "Vùng cao",
		"/coverage/excuses?":       ""} {
		thu.Get(path + "list=" + id)
		thu.Expect(http.StatusOK, "main", says)
		binh.Get(path + "list=" + id)
		if binh.Last.Code < 400 || binh.Last.Code >= 500 {
			t.Errorf("%s: somebody else asks for her own list: %d", path, binh.Last.Code)
		}
	}
	thu.Get("/api/v1/slots?from=2024-05-13&limit=500&list=" + id)
	if body := thu.Last.Body.String(); !strings.Contains(body, `"S00002"`) || strings.Contains(body, `"S00001"`) {
		t.Errorf("the slots of the list: %d %.200s", thu.Last.Code, body)
	}
	thu.Get("/coverage?week=2024-W20&list=" + id)
	thu.Expect(http.StatusOK, ".ring, main", "0/"+text.Vietnamese.Number(int64(n)))
	thu.Get("/stations?list=" + id)
	thu.Expect(http.StatusOK, ".head", text.Vietnamese.Say("stations.count_active", "count", n, "day", "20/5/2024"))

	thu.Get(mine)
	thu.Submit("form[method=post]", "shared", "1")
	thu.Expect(http.StatusOK, "main", "Danh sách “Vùng cao”")
	binh.Get("/coverage?week=2024-W20&list=" + id)
	binh.Expect(http.StatusOK, "main", "Vùng cao (Chị Thu)")
	binh.Get(mine)
	if binh.Doc().Find("main form button").Length() > 0 {
		t.Error("another may change it")
	}
	thu.Get(mine)
	again := *thu
	thu.Submit("form[method=post]", "name", "Vùng xa")
	thu.Expect(http.StatusOK, "h1", "Vùng xa")
	again.Submit("form[method=post]", "name", "Vùng sâu")
	again.Expect(http.StatusConflict, "main", "Vùng sâu")

	if _, err := s.Merge(t.Context(), accounts.Meta{ID: "merged", By: accounts.Daemon(), At: clock.at},
		stations.Merge{On: "2024-05-19", Rows: []stations.MergeRow{
			{Line: 2, OldCode: reg.UnitOf("S00002").Code, NewCode: "90001", NewName: "Xã Mới"},
			{Line: 3, OldCode: reg.UnitOf("S00003").Code, NewCode: "90001", NewName: "Xã Mới"}}}); err != nil {
		t.Fatal(err)
	}
	thu.Get("/lists")
	thu.Expect(http.StatusOK, "article", "Vùng xa", "1 đài trong danh sách đã sáp nhập")
	thu.Get(mine)
	thu.Expect(http.StatusOK, "main", "Đã sáp nhập từ 19/5/2024", "Mới")
	thu.Get("/stations?list=" + id)
	thu.Expect(http.StatusOK, "tbody", "90001")
	thu.Get(mine)
	thu.Submit("form[method=post]", "do", "remove")
	thu.Expect(http.StatusOK, "main", "Chưa có danh sách nào")
	thu.Get("/coverage?list=" + id)
	thu.Expect(http.StatusNotFound, "main", "Không có danh sách này")
}
