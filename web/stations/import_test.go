package stations

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"loa/internal/sheet"
	"loa/internal/text"
	"loa/web/webtest"
)

// A list of before forty stations were edited is imported: the editor is asked about
// those first, chooses one on the first page, turns to another and back, and writes.
func TestAnOlderListIsAskedAboutInABrowser(t *testing.T) {
	srv, store := serve(t, "editor")
	tab := webtest.NewBrowser(t).Person()
	before := time.Date(2024, 5, 13, 9, 59, 0, 0, text.Zone)
	rows := [][]any{{"Mã đài", "Ghi chú", "Danh sách tải lúc"}}
	for i := range 127 {
		rows = append(rows, []any{fmt.Sprintf("S%05d", i+1), "theo tệp", before})
	}
	tab.Open(srv.URL + "/stations/import")
	tab.Upload("#f-file", writeFile(t, "old.xlsx", func(b *bytes.Buffer) error { return sheet.XLSX(b, "Đài", rows) }))
	tab.Follow("form button")
	if said := tab.Text("#plan ~ .notice"); !strings.Contains(said, "40 đài") {
		t.Errorf("the question: %s", said)
	}
	tab.Shot("stations-import-older", 360)
	tab.Shot("stations-import-older", 1280)
	if n := webtest.Eval[int](tab, "boxes", `document.querySelectorAll("[name=over]").length`); n != 25 {
		t.Errorf("%d boxes on the first page", n)
	}
	tab.Click(`[name=over][value=S00003]`)
	tab.Follow(`button[name=from][value="25"]`)
	if n := webtest.Eval[int](tab, "boxes", `document.querySelectorAll("[name=over]:not([type=hidden])").length`); n != 15 {
		t.Errorf("%d boxes on the second page", n)
	}
	tab.Click(`[name=over][value=S00040]`)
	tab.Follow(`button[name=from][value="0"]`)
	if !webtest.Eval[bool](tab, "the box stays ticked", `document.querySelector("[name=over][value=S00003]").checked`) {
		t.Error("what was chosen is forgotten on another page")
	}
	tab.Follow(".actions button")
	tab.Wait(".flash")
	for id, want := range map[string]bool{"S00003": true, "S00040": true, "S00001": false, "S00039": false, "S00041": true, "S00127": true} {
		if got := station(t, store, id).Notes == "theo tệp"; got != want {
			t.Errorf("%s is written as the file says: %v, want %v", id, got, want)
		}
	}
}

// The file of a country, 10,598 communes no list has, goes through the box in a
// browser of a phone: no page of it is heavy or wide, and all of them are there.
func TestAFileOfACountryGoesThroughTheBox(t *testing.T) {
	srv, store := serve(t, "editor")
	tab := webtest.NewBrowser(t).Person()
	tab.Size(360)
	rows := [][]any{{"Mã xã", "Tên xã", "Mã huyện", "Huyện", "Công nghệ", "Tần số (MHz)", "Ghi chú"}}
	for i := range 10_598 {
		d := i % 705
		rows = append(rows, []any{sheet.Code(fmt.Sprintf("%05d", 40000+i)), fmt.Sprintf("Xã Tân %d", i), sheet.Code(fmt.Sprintf("%03d", 100+d)),
			fmt.Sprintf("Quận %d", 100+d), "FM", 57.5, fmt.Sprintf("đài số %d", i)})
	}
	file := writeFile(t, "country.xlsx", func(b *bytes.Buffer) error { return sheet.XLSX(b, "Cả nước", rows) })
	tab.Open(srv.URL + "/stations/import")
	tab.Upload("#f-file", file)
	tab.Click("#f-new")
	begun := time.Now()
	tab.Follow("form button")
	t.Logf("preview in %v", time.Since(begun))
	measure := `(() => { const root = document.documentElement; return {Bytes: root.outerHTML.length, Over: root.scrollWidth - innerWidth, Tall: root.scrollHeight}; })()`
	type page struct{ Bytes, Over, Tall int }
	look := func(what string) {
		t.Helper()
		m := webtest.Eval[page](tab, what, measure)
		t.Logf("%s: %+v", what, m)
		if m.Bytes > 1<<20 || m.Over > 0 || m.Tall > 15_000 {
			t.Errorf("%s: %d characters, %d px too wide, %d px high", what, m.Bytes, m.Over, m.Tall)
		}
	}
	look("the preview")
	tab.Shot("stations-import-country", 360)
	tab.Follow(`button[name=from][value="25"]`)
	look("its second page")
	begun = time.Now()
	tab.Follow(".actions button")
	tab.Wait(".flash")
	t.Logf("written in %v", time.Since(begun))
	reg, err := store.Registry(t.Context())
	if err != nil || len(reg.ActiveOn("2024-05-13")) != 127+10_598 {
		t.Fatalf("%d stations, %v", len(reg.ActiveOn("2024-05-13")), err)
	}
	look("the list afterwards")

	bad := [][]any{{"Mã xã", "Tần số (MHz)"}}
	for i := range 10_598 {
		bad = append(bad, []any{sheet.Code(fmt.Sprintf("%05d", 40000+i)), 540.0})
	}
	tab.Open(srv.URL + "/stations/import")
	tab.Upload("#f-file", writeFile(t, "bad.xlsx", func(b *bytes.Buffer) error { return sheet.XLSX(b, "Cả nước", bad) }))
	tab.Follow("form button")
	look("a file that is wrong in every row")
}
