package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/contest"
	"loa/web/webtest"
)

// sendAgain lets another station send a recording that is kept already.
func (st *stage) sendAgain(id string) {
	st.t.Helper()
	r, err := st.store.Recording(context.Background(), id)
	if err != nil {
		st.t.Fatal(err)
	}
	f, err := st.blobs.Open(context.Background(), r.Blob.SHA256)
	if err != nil {
		st.t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		st.t.Fatal(err)
	}
	st.keep(st.operator("xakhacnua", "S00100"), "S00100", "00000000-0000-4000-8000-00000000aaaa", "ban-sao.mp3", b)
	if alike, err := st.store.Alike(context.Background(), id); err != nil || len(alike) != 1 {
		st.t.Fatalf("%v %v", alike, err)
	}
}

func (st *stage) operator(login, station string) *visitor {
	st.t.Helper()
	return st.person(login, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}})
}

// TestAWorkThatSoundsLikeAnother enters one sound twice, in two encodings, and
// another one.
func TestAWorkThatSoundsLikeAnother(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org := st.person("tochuc", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
	id := "hoi-thi"
	do := func(v *visitor, c contest.Command) {
		t.Helper()
		st.n++
		if _, err := st.hall.Do(t.Context(), accounts.Meta{ID: fmt.Sprint("alike-", st.n), By: v.actor, At: st.now.UTC()}, id, c); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
	do(org, contest.DraftContest{Rules: storyRules(st.now)})
	do(org, contest.OpenContest{})
	var ops []*visitor
	files := []string{}
	for i, e := range []struct {
		station, title string
		kbps           int
		seed           uint32
	}{{"S00001", "Chuyện làng", 64, 1}, {"S00040", "Nước sạch", 128, 1}, {"S00080", "Đường mới", 64, 2}} {
		op := st.operator(fmt.Sprint("xa", i), e.station)
		file := st.keep(op, e.station, fmt.Sprintf("00000000-0000-4000-8000-%012d", i), fmt.Sprint("bai", i, ".mp3"), audiotest.MP3(t, 70, e.kbps, e.seed))
		do(op, contest.SubmitEntry{ID: fmt.Sprintf("entry-%08d", i), Work: contest.Work{Title: e.title, Theme: "ntm", Category: "chuong-trinh", Language: "vi",
			Kind:    contest.ByStation,
			Station: e.station, Script: "Lời dẫn", Pieces: []contest.WorkPiece{{Kind: contest.Audio, File: file}}}})
		ops, files = append(ops, op), append(files, file)
	}
	receipt := func(i int) string { return string(ops[i].get(fmt.Sprintf("/enter/hoi-thi/entry-%08d", i))) }
	const kind, base = "ban tổ chức sẽ nghe đối chiếu", "/contests/hoi-thi"

	marked := func(contest string) int {
		return strings.Count(string(org.get("/contests/"+contest+"/entries?state=to_look_at")), "/entries/entry-")
	}
	if n := marked("hoi-thi"); n != 2 {
		t.Errorf("%d works are marked, want 2", n)
	}
	desk := string(org.get(base + "/entries/entry-00000001"))
	for _, want := range []string{"TP-001 · Chuyện làng (Hội thi Lào Cai 2024)", base + "/entries/entry-00000000", "Người xa0",
		"/library/" + files[1] + "#alike"} {
		if !strings.Contains(desk, want) {
			t.Errorf("the organiser's page lacks %q", want)
		}
	}
	if strings.Contains(string(org.get(base+"/entries/entry-00000002")), `id="alike"`) {
		t.Error("a work like no other is called alike")
	}
	for i, want := range []bool{true, true, false} {
		page := receipt(i)
		if strings.Contains(page, kind) != want {
			t.Errorf("receipt %d: told %v, want %v", i, !want, want)
		}
		for other, title := range []string{"Chuyện làng", "Nước sạch", "Đường mới"} {
			if other != i && (strings.Contains(page, title) || strings.Contains(page, files[other]) || strings.Contains(page, fmt.Sprint("Người xa", other))) {
				t.Errorf("receipt %d tells of entry %d", i, other)
			}
		}
	}
	if res, _ := ops[1].ask("GET", "/library/"+files[0], "", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("an entrant opens another's recording: %s", res.Status)
	}
	if b := string(ops[1].get("/library/" + files[1])); strings.Contains(b, files[0]) || strings.Contains(b, `id="alike"`) {
		t.Error("an entrant's own recording tells of another's")
	}
	if res, _ := ops[1].post("/library/"+files[1]+"/alike", "other", files[0], "verdict", "different", "reason",
		"của tôi"); res.StatusCode != http.StatusNotFound {
		t.Errorf("an entrant decides: %s", res.Status)
	}
	if !strings.Contains(string(org.get("/")), "/library?alike=open") || strings.Contains(string(ops[1].get("/")), "/library?alike=open") {
		t.Error("the first page asks the wrong people to decide")
	}
	editor := st.person("bientap", accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}})
	if strings.Contains(string(editor.get("/")), "/library?alike=open") || strings.Contains(string(editor.get("/library?alike=open")), "bai") {
		t.Error("an editor, who may not hear works, is told of them")
	}
	tab := webtest.NewBrowser(t).Person()
	tab.Open(st.http.URL + "/login")
	for name, x := range map[string]struct {
		who  *visitor
		path string
	}{"desk-alike": {org, base + "/entries/entry-00000001"}, "receipt-alike": {ops[1], "/enter/hoi-thi/entry-00000001"}} {
		tab.Cookie("s", x.who.secret, st.http.URL)
		tab.Open(st.http.URL + x.path)
		tab.Shot(name, 360)
		tab.Shot(name, 1280)
	}

	org.must("/library/"+files[1]+"/alike", "other", files[0], "verdict", "same")
	if page := receipt(1); !strings.Contains(page, "trùng với một bản ghi khác") || strings.Contains(page, kind) {
		t.Error("the receipt does not say what was decided")
	}
	if strings.Contains(receipt(0), "trùng") {
		t.Error("who sent it first is told of the double")
	}
	org.must("/library/"+files[0]+"/alike", "other", files[1], "verdict", "different", "reason", "Cùng nhạc nền, khác lời")
	if b := string(org.get(base + "/entries/entry-00000000")); !strings.Contains(b, "Cùng nhạc nền, khác lời") || !strings.Contains(b, "Người tochuc") {
		t.Error("the decision, its reason or who decided is not shown")
	}
	if marked("hoi-thi") > 0 || strings.Contains(receipt(0), kind) || strings.Contains(receipt(1), "trùng") {
		t.Error("what was decided is still asked about")
	}

	// Another station enters the very file of the first in another contest.
	id = "hoi-thi-khac"
	do(org, contest.DraftContest{Rules: storyRules(st.now)})
	do(org, contest.OpenContest{})
	file := st.keep(ops[2], "S00080", "00000000-0000-4000-8000-000000000009", "sao.mp3", audiotest.MP3(t, 70, 64, 1))
	do(ops[2], contest.SubmitEntry{ID: "entry-00000009", Work: contest.Work{Title: "Làng tôi", Theme: "ntm", Category: "chuong-trinh", Language: "vi",
		Kind:    contest.ByStation,
		Station: "S00080", Script: "Lời dẫn", Pieces: []contest.WorkPiece{{Kind: contest.Audio, File: file}}}})
	desk = string(org.get("/contests/hoi-thi-khac/entries/entry-00000009"))
	if !strings.Contains(desk, "Giống hệt tệp này") || !strings.Contains(desk, base+"/entries/entry-00000000") || marked("hoi-thi-khac") != 1 {
		t.Error("a copied file is not for the organiser to look at")
	}
	org.must("/library/"+file+"/alike", "other", files[0], "verdict", "same")
	org.must("/library/"+file+"/alike", "other", files[1], "verdict", "same")
	if marked("hoi-thi-khac") != 1 || marked("hoi-thi") != 2 {
		t.Error("works that are one recording with others' are not to look at any more")
	}
	copied := "/contests/hoi-thi-khac/entries/entry-00000009"
	if page := string(org.get(copied)); strings.Count(page, `value="keep_double"`) != 2 || !strings.Contains(page, "chưa quyết định xử lý thế nào") {
		t.Errorf("what follows is not asked: %s", said([]byte(page)))
	}
	st.look(org, map[string]string{"double": copied})
	if res, b := org.post(copied, "do", "keep_double", "recording", files[0], "reason", " "); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %s %s", res.Status, said(b))
	}
	org.must(copied, "do", "keep_double", "recording", files[0], "reason", "Hai đài làm chung")
	org.call(http.StatusOK, "POST", "/contests/hoi-thi-khac/entries/entry-00000009/keep-double", obj{"recording": files[1], "reason": "Hai đài làm chung"})
	if e := org.call(http.StatusConflict, "POST", "/contests/hoi-thi-khac/entries/entry-00000009/keep-double",
		obj{"recording": files[1], "reason": "Lại"}); e["code"] != "contest.no_double" {
		t.Errorf("twice: %v", e)
	}
	if page := string(org.get(copied)); strings.Contains(page, `value="keep_double"`) || !strings.Contains(page, "Đã giữ lại dù trùng bản ghi: Hai đài làm chung") {
		t.Errorf("decided: %s", said([]byte(page)))
	}
	if marked("hoi-thi-khac") > 0 {
		t.Error("what was decided is still to look at")
	}
}

// TestAnEntrantsEarlierFileIsNoSuspicion sends a work, and a better encoding of
// it instead.
func TestAnEntrantsEarlierFileIsNoSuspicion(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org := st.person("tochuc", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
	op := st.operator("xanha", "S00001")
	do := func(v *visitor, c contest.Command) {
		t.Helper()
		st.n++
		if _, err := st.hall.Do(t.Context(), accounts.Meta{ID: fmt.Sprint("own-", st.n), By: v.actor, At: st.now.UTC()}, "hoi-thi", c); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
	do(org, contest.DraftContest{Rules: storyRules(st.now)})
	do(org, contest.OpenContest{})
	work := contest.Work{Title: "Chuyện làng", Theme: "ntm", Category: "chuong-trinh", Language: "vi", Kind: contest.ByStation,
		Station: "S00001", Script: "Lời dẫn"}
	for i, kbps := range []int{64, 128} {
		file := st.keep(op, "S00001", fmt.Sprintf("00000000-0000-4000-8000-%012d", i), "bai.mp3", audiotest.MP3(t, 70, kbps, 1))
		work.Pieces = []contest.WorkPiece{{Kind: contest.Audio, File: file}}
		if i == 0 {
			do(op, contest.SubmitEntry{ID: "entry-00000000", Work: work})
		} else {
			do(op, contest.ReplaceEntry{Entry: "entry-00000000", Work: work})
		}
	}
	if b := string(org.get("/contests/hoi-thi/entries/entry-00000000")); strings.Contains(b, `id="alike"`) {
		t.Error("the organiser is shown what the entrant replaced")
	}
	if strings.Contains(string(org.get("/")), "/library?alike=open") {
		t.Error("the organiser is asked to compare it")
	}
	if b := string(op.get("/enter/hoi-thi/entry-00000000")); strings.Contains(b, "đối chiếu") {
		t.Error("the entrant is told of her own earlier file")
	}
}
