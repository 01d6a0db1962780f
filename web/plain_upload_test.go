package web

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/airing"
	"loa/audio/audiotest"
	"loa/contest"
	"loa/internal/sheet"
	"loa/scheduler"
	"loa/web/kit"
	"loa/web/webtest"
)

// plainForm is a form that takes files, as a browser without scripts sends it.
type plainForm struct {
	of     *visitor
	page   string
	inside string // a selector of the form
	pairs  []string
}

// send sends the form with one file.
func (f plainForm) send(field, name string, content []byte) (*http.Response, []byte) {
	t := f.of.st.t
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(f.pairs); i += 2 {
		if err := m.WriteField(f.pairs[i], f.pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := m.CreateFormFile(field, name)
	if err != nil {
		t.Fatal(err)
	}
	part.Write(content)
	m.Close()
	return f.of.ask("POST", f.of.doc(f.page).Find(f.inside).AttrOr("action", f.page), m.FormDataContentType(), &b)
}

// plainForms are all forms of the pages that take a recording, a photo or a
// paper, filled in, by the path of the page.
func plainForms(t *testing.T) (forms []plainForm, operator *visitor, report string) {
	t.Helper()
	st := newStage(t)
	org := st.organiser()
	st.do("hoi-thi", org, contest.DraftContest{Rules: storyRules(st.now)})
	st.do("hoi-thi", org, contest.OpenContest{})
	editor := st.person("bientap", accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}})
	operator = st.operator("xa1", "S00001")
	p, err := st.store.SaveProgramme(t.Context(), st.meta(), scheduler.SaveProgramme{Title: "Nông thôn mới", Languages: []string{"vi"},
		CountsTowardTarget: true})
	if err != nil {
		t.Fatal(err)
	}
	m := st.meta()
	m.ID = kit.NewID()
	line, err := st.store.Confirm(t.Context(), m, airing.Confirm{ID: m.ID, Station: "S00001", Programme: p.ID, Outcome: airing.Aired,
		StartedAt: st.now.Add(-2 * time.Hour), Seconds: 900, Means: "fm"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []plainForm{
		{of: editor, page: "/programmes/" + p.ID + "/episodes/new", pairs: []string{"title", "Số 20"}},
		{of: editor, page: "/library"},
		{of: operator, page: "/enter/hoi-thi", pairs: []string{"title", "Bài dự thi"}},
		{of: operator, page: "/airings/" + line.ID},
	} {
		f.inside = "form[enctype='multipart/form-data']:has(input[type=file])"
		typed := f.pairs
		f.pairs = nil
		for i, had := 0, f.of.formOf(f.page, f.inside); i+1 < len(had); i += 2 {
			if f.of.doc(f.page).Find(f.inside+" input[type=file][name='"+had[i]+"']").Length() == 0 && !slices.Contains(typed, had[i]) {
				f.pairs = append(f.pairs, had[i], had[i+1])
			}
		}
		f.pairs = append(f.pairs, typed...)
		forms = append(forms, f)
	}
	return forms, operator, line.ID
}

func TestAnEmptyFileIsSaidToBeEmptyByEveryForm(t *testing.T) {
	t.Parallel()
	forms, _, _ := plainForms(t)
	for _, f := range forms {
		fields := map[string]bool{}
		f.of.doc(f.page).Find(f.inside + " input[type=file]").Each(func(_ int, s *goquery.Selection) { fields[s.AttrOr("name", "")] = true })
		if len(fields) == 0 {
			t.Errorf("%s takes no file", f.page)
		}
		for field := range fields {
			for range 2 { // and when it is sent again
				if res, b := f.send(field, "số 20.mp3", nil); res.StatusCode < 400 || res.StatusCode > 499 || !strings.Contains(said(b), "Tệp rỗng") {
					t.Errorf("%s %s: %s %s", f.page, field, res.Status, said(b))
				}
			}
		}
	}
}

// A file over the limit is told beside its field by every form that takes files,
// and the rest of the form stays as it was filled in, before and behind the file.
func TestAFileOverTheLimitIsToldOnItsPage(t *testing.T) {
	t.Parallel()
	forms, operator, _ := plainForms(t)
	st := operator.st
	set, err := st.store.LibrarySettings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set.MaxBytes = 10_000_000
	if _, err := st.store.SaveLibrarySettings(t.Context(), st.meta(), set); err != nil {
		t.Fatal(err)
	}
	admin := st.person("quantri", accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}})
	for _, page := range []string{"/stations/import", "/stations/merge"} {
		forms = append(forms, plainForm{of: admin, page: page, inside: "form[enctype='multipart/form-data']", pairs: []string{"on", "2026-07-01"}})
	}
	for _, f := range forms {
		said := map[bool]string{true: "Giới hạn là 16 MB, 20.000 dòng và 100 cột", false: "Tệp lớn hơn giới hạn 10 MB"}[f.of == admin]
		big := make([]byte, map[bool]int{true: 17_000_000, false: 10_000_001}[f.of == admin])
		copy(big, "RIFF\xff\xff\xff\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x22\x56\x00\x00\x44\xac\x00\x00\x02\x00\x10\x00data\xff\xff\xff\x00")
		if f.of == admin {
			copy(big, "Mã đài,Ghi chú\n")
		}
		f.of.doc(f.page).Find(f.inside + " input[type=file]").Each(func(_ int, field *goquery.Selection) {
			name := field.AttrOr("name", "")
			res, b := f.send(name, "quá lớn.wav", big)
			doc, err := goquery.NewDocumentFromReader(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if got := doc.Find(f.inside + " .wrong .error:not([hidden])").Text(); res.StatusCode != http.StatusRequestEntityTooLarge ||
				!strings.Contains(got, said) {
				t.Errorf("%s %s: %s %q, want %q", f.page, name, res.Status, got, said)
			}
			for i := 0; i+1 < len(f.pairs); i += 2 {
				kept := doc.Find(f.inside + " [name='" + f.pairs[i] + "']")
				if f.pairs[i+1] != "" && kept.Is("input[type=text], input[type=date], textarea") && kept.AttrOr("value", kept.Text()) != f.pairs[i+1] {
					t.Errorf("%s: %s was %q and is %q", f.page, f.pairs[i], f.pairs[i+1], kept.AttrOr("value", ""))
				}
			}
		})
	}
	for _, path := range []string{"/api/v1/stations/import?dry_run=1", "/api/v1/stations/merge?dry_run=1&on=2026-07-01"} {
		for _, size := range []int{sheet.MaxBytes + 1, sheet.MaxBytes + 100_000} {
			if res, b := admin.ask("POST", path, "text/csv", bytes.NewReader(make([]byte, size))); res.StatusCode != 413 ||
				!strings.Contains(string(b), `"sheet.too_large"`) {
				t.Errorf("%s with %d bytes: %s %s", path, size, res.Status, b)
			}
		}
	}
}

// What is too large is told as soon as it is chosen, and is not sent.
func TestATableOverTheLimitIsNotSent(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	admin := st.person("quantri", accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}})
	big, small := filepath.Join(t.TempDir(), "cả nước.csv"), filepath.Join(t.TempDir(), "vài đài.csv")
	for path, size := range map[string]int64{big: sheet.MaxBytes + 1, small: 0} {
		if err := errors.Join(os.WriteFile(path, []byte("Mã đài,Ghi chú\nS00001,Loa cụm 7\n"), 0o600), os.Truncate(path, max(size, 32))); err != nil {
			t.Fatal(err)
		}
	}
	p := admin.in(webtest.NewBrowser(t))
	for _, page := range []string{"/stations/import", "/stations/merge"} {
		p.Open(st.http.URL + page)
		if got := p.Text("#h-file"); !strings.Contains(got, "nhiều nhất 16 MB, 20.000 dòng và 100 cột") {
			t.Errorf("beforehand %s says %q", page, got)
		}
		p.Upload("#f-file", big)
		p.Wait("#l-file:not([hidden])")
		if got := p.Text("#l-file"); !strings.Contains(got, "Giới hạn là 16 MB, 20.000 dòng và 100 cột") {
			t.Errorf("%s says %q", page, got)
		}
		p.Shot("table-too-large", 360)
		if webtest.Eval[bool](p, "ask whether it would go", `document.querySelector("form[enctype]").checkValidity()`) {
			t.Errorf("%s sends it", page)
		}
		p.Upload("#f-file", small)
		p.Until("see it go", `document.querySelector("#l-file").hidden && document.querySelector("#f-file").checkValidity()`)
	}
}

// A form that is sent once more, as by the Back button, with another file is
// not said to have kept it.
func TestAFormSentAgainWithAnotherFileIsNotBelieved(t *testing.T) {
	t.Parallel()
	forms, _, _ := plainForms(t)
	one, two := audiotest.MP3(t, 35, 64, 1), audiotest.MP3(t, 35, 64, 2)
	for _, f := range []plainForm{forms[0], forms[3]} {
		for _, again := range []struct {
			file   []byte
			status int
		}{{one, 303}, {one, 303}, {two, 409}, {one, 303}} {
			if res, b := f.send("file", "số 20.mp3", again.file); res.StatusCode != again.status {
				t.Errorf("%s: %s %s, want %d", f.page, res.Status, said(b), again.status)
			}
		}
	}
}

// What is put under an ID that the client made stays what it was: the same
// again is the same, and anything else is refused.
func TestAnIDOfTheClientIsUsedForOneThing(t *testing.T) {
	t.Parallel()
	_, operator, report := plainForms(t)
	one, two := audiotest.MP3(t, 35, 64, 1), audiotest.MP3(t, 35, 64, 2)
	st := operator.st
	monitor := st.person("giamsat", accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}})
	other := st.person("giamsat2", accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}})
	told := func(seconds int) []byte {
		return fmt.Appendf(nil, `{"station":"S00001","programme":"P1","outcome":"aired","started_at":"2024-09-01T17:00:00+07:00","seconds":%d,"means":"fm"}`,
			seconds)
	}
	excuse := func(note string) []byte {
		return fmt.Appendf(nil, `{"week":"2024-W35","station":"S00002","reason":"power_cut","asked":%q,"note":%q}`, other.id, note)
	}
	put := func(of *visitor, path, contentType string, body []byte, want int) string {
		t.Helper()
		res, b := of.ask("PUT", path, contentType, bytes.NewReader(body))
		if res.StatusCode != want {
			t.Errorf("PUT %s: %s %s, want %d", path, res.Status, b, want)
		}
		return string(b)
	}
	for _, c := range []struct {
		of         *visitor
		path, kind string
		one        []byte
		others     [][]byte
		code       string
	}{
		{operator, "/api/v1/airings/" + report + "/evidence/" + kit.NewID(), "application/octet-stream", one,
			[][]byte{two, one[:len(one)/2], append(slices.Clone(one), 0), nil}, "airing.evidence_id_reused"},
		{operator, "/api/v1/airings/" + kit.NewID(), "application/json", told(900), [][]byte{told(901)}, "airing.id_reused"},
		{monitor, "/api/v1/coverage/excuses/" + kit.NewID(), "application/json", excuse("lũ cuốn cột"), [][]byte{excuse("bão")}, "store.change_reused"},
	} {
		kept := put(c.of, c.path, c.kind, c.one, 200)
		for _, other := range c.others {
			if b := put(c.of, c.path, c.kind, other, 409); !strings.Contains(b, c.code) {
				t.Error(b)
			}
			if again := put(c.of, c.path, c.kind, c.one, 200); again != kept {
				t.Errorf("PUT %s: the first again gets %s, first %s", c.path, again, kept)
			}
		}
	}
	if b := put(operator, "/api/v1/airings/"+report+"/evidence/"+kit.NewID(), "application/octet-stream", one, 409); !strings.Contains(b,
		"airing.evidence_twice") {
		t.Errorf("the same file once more: %s", b)
	}
}
