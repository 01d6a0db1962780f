package web

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/audio"
	"loa/audio/audiotest"
	"loa/contest"
	"loa/internal/text"
	"loa/library"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/store/folder"
	"loa/web/kit"
	"loa/web/webtest"
)

// stage is a whole server over a real store, with a clock the test moves.
type stage struct {
	t     *testing.T
	store *bolt.Store
	blobs *folder.Blobs
	hall  *contest.Hall
	booth *library.Booth
	http  *httptest.Server
	now   time.Time
	n     int
	edit  func(*contest.Rules)     // what a test wants otherwise
	known map[string]*visitor      // by login
	also  map[int][]accounts.Grant // what judges are besides, by number
	lose  atomic.Bool              // answers to PUT get lost on their way
	cut   atomic.Bool              // no request arrives
}

func newStage(t *testing.T) *stage {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	st := &stage{t: t, known: map[string]*visitor{}, now: time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)}
	now := func() time.Time { return st.now }
	house := bolttest.NewHouse(t, t.TempDir(), now)
	st.store, st.blobs = house.Store, house.Blobs
	units, list := stations.Founding()
	if err := st.store.Found(context.Background(), st.meta(), units, list); err != nil {
		t.Fatal(err)
	}
	st.hall = contest.NewHall(st.store, contest.From(st.store))
	st.booth = library.NewBooth(library.BoothConfig{Records: st.store, Blobs: st.blobs, Heard: st.hall.Heard, Log: log, Now: now})
	h, err := New(kit.Config{Auth: st.store, Now: now, Log: log, Marks: true},
		Deps{Store: st.store, Blobs: st.blobs, Desk: house.Desk, Contests: st.hall, Booth: st.booth})
	if err != nil {
		t.Fatal(err)
	}
	h = webtest.AsDocumented(t, h)
	st.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if st.cut.Load() {
			panic(http.ErrAbortHandler)
		}
		if r.Method == http.MethodPut && st.lose.Load() { // it is done, and the answer never arrives
			h.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(st.http.Close)
	return st
}

func (st *stage) meta() accounts.Meta {
	st.n++
	return accounts.Meta{ID: fmt.Sprintf("stage-%d", st.n), By: accounts.Daemon(), At: st.now.UTC()}
}

// person makes an account with a session, unless there is one, and returns a
// client of her browser.
func (st *stage) person(login string, grants ...accounts.Grant) *visitor {
	st.t.Helper()
	if v := st.known[login]; v != nil {
		return v
	}
	p, err := st.store.AddPerson(context.Background(), st.meta(), accounts.AddPerson{Name: "Người " + login, Login: login, Grants: grants})
	if err != nil {
		st.t.Fatal(err)
	}
	v := &visitor{st: st, id: p.ID, actor: p.Actor("session")}
	v.logIn()
	st.known[login] = v
	return v
}

// logIn begins a session of hers, and keeps and returns its secret.
func (v *visitor) logIn() string {
	v.st.t.Helper()
	m := v.st.meta()
	m.By = v.actor
	v.secret = accounts.NewSecret()
	if _, err := v.st.store.StartSession(context.Background(), m, accounts.StartSession{Hash: accounts.HashOf(v.secret)}); err != nil {
		v.st.t.Fatal(err)
	}
	return v.secret
}

// visitor is one person's browser without a script.
type visitor struct {
	st     *stage
	id     string
	actor  accounts.Actor
	secret string
}

func (v *visitor) ask(method, path, contentType string, body io.Reader, headers ...string) (*http.Response, []byte) {
	v.st.t.Helper()
	req, err := http.NewRequest(method, v.st.http.URL+path, body)
	if err != nil {
		v.st.t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "s", Value: v.secret})
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		v.st.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.st.t.Fatal(err)
	}
	return res, b
}

func (v *visitor) get(path string) []byte {
	v.st.t.Helper()
	res, b := v.ask("GET", path, "", nil)
	if res.StatusCode != http.StatusOK {
		v.st.t.Fatalf("GET %s: %s\n%s", path, res.Status, b)
	}
	return b
}

// post fills the page's first form, changed by pairs, and sends it.
func (v *visitor) post(path string, pairs ...string) (*http.Response, []byte) {
	v.st.t.Helper()
	f := url.Values{"id": {kit.NewID()}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return v.ask("POST", path, "application/x-www-form-urlencoded", strings.NewReader(f.Encode()))
}

// must posts and wants to be sent on.
func (v *visitor) must(path string, pairs ...string) string {
	v.st.t.Helper()
	res, b := v.post(path, pairs...)
	if res.StatusCode != http.StatusSeeOther {
		v.st.t.Fatalf("POST %s %v: %s\n%s", path, pairs, res.Status, said(b))
	}
	return res.Header.Get("Location")
}

// step makes a step of the contest that cannot be taken back, as it is asked about.
func (v *visitor) step(base string, pairs ...string) (*http.Response, []byte) {
	v.st.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(v.get(base + "/confirm?" + q.Encode())))
	if err != nil {
		v.st.t.Fatal(err)
	}
	return v.post(base, append(pairs, "seen", doc.Find(".ask input[name=seen]").AttrOr("value", ""))...)
}

// mustStep is step, and wants to be sent on.
func (v *visitor) mustStep(base string, pairs ...string) {
	v.st.t.Helper()
	if res, b := v.step(base, pairs...); res.StatusCode != http.StatusSeeOther {
		v.st.t.Fatalf("step %v of %s: %s\n%s", pairs, base, res.Status, said(b))
	}
}

// said is what a page says is wrong.
func said(page []byte) string {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(page))
	if err != nil {
		return string(page)
	}
	return strings.Join(strings.Fields(doc.Find("main .notice, main .error, main h1").Text()), " ")
}

// mp3 makes a real recording of so many seconds with tags that tell who it is.
func mp3(t *testing.T, seconds int, artist string) []byte {
	t.Helper()
	audiotest.Need(t, "ffmpeg")
	path := filepath.Join(t.TempDir(), "x.mp3")
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", fmt.Sprintf("sine=frequency=440:duration=%d", seconds), "-ac", "1",
		"-ar", "22050", "-b:a", "48k",
		"-metadata", "artist="+artist, "-metadata", "title=Tác phẩm của "+artist, path).CombinedOutput()
	if err != nil {
		t.Fatalf("ffmpeg: %v %s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// keep puts a recording of a person into the library.
func (st *stage) keep(v *visitor, station, id, name string, b []byte) string {
	st.t.Helper()
	ctx := context.Background()
	ref, err := st.blobs.Put(ctx, bytes.NewReader(b), 1<<30)
	if err != nil {
		st.t.Fatal(err)
	}
	facts, err := audio.Analyse(ctx, bytes.NewReader(b), audio.Options{})
	if err != nil {
		st.t.Fatal(err)
	}
	contentType := "audio/mpeg"
	if facts.Format == audio.WAV {
		contentType = "audio/wav"
	}
	_, err = st.store.SaveRecording(ctx, accounts.Meta{ID: id, By: accounts.Daemon(), At: st.now.UTC()},
		library.SaveRecording{Kind: library.ForContest, Name: name,
			Owner: library.Owner{Person: v.id, Name: v.actor.Name, Station: station}, ContentType: contentType, Blob: ref, Begun: st.now.UTC(),
			Report: library.Report{Facts: &facts}})
	if err != nil {
		st.t.Fatal(err)
	}
	return id
}

// rules are short but whole: one round of two criteria.
func storyRules(now time.Time) contest.Rules {
	r := contest.Sample()
	r.Title, r.Dates = "Hội thi Lào Cai 2024", contest.Timetable{OpensAt: now.Add(-time.Hour), ClosesAt: now.Add(24 * time.Hour), GraceMinutes: 60}
	r.Categories[0].MinSeconds = 1
	r.Rounds[0].Parts[0].Sample = false
	r.Rounds[0].Gap, r.Rounds[0].MinHeard = 0, 0
	return r
}

// entrant is everything about one work that judges must not feel.
type entrant struct {
	station, title, login, file, artist string
	wav                                 bool
	wait                                time.Duration // before the work is sent
}

// played runs a contest to its judging with the given entrants.
func (st *stage) played(who []entrant) (org *visitor, judges []*visitor, id string) {
	t, ctx := st.t, context.Background()
	t.Helper()
	id = "hoi-thi"
	org = st.person("tochuc", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
	do := func(v *visitor, c contest.Command) {
		t.Helper()
		st.n++
		m := accounts.Meta{ID: fmt.Sprintf("story-%d", st.n), By: v.actor, At: st.now.UTC()}
		if _, err := st.hall.Do(ctx, m, id, c); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
	rules := storyRules(st.now)
	if st.edit != nil {
		st.edit(&rules)
	}
	do(org, contest.DraftContest{Rules: rules})
	do(org, contest.OpenContest{})
	opened := st.now
	for i, e := range who {
		st.now = opened.Add(e.wait)
		op := st.person(e.login, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: e.station}})
		sound := mp3(t, 3+i, e.artist)
		if e.wav {
			sound = audiotest.WAV(float64(3+i), 16000, 5)
		}
		file := st.keep(op, e.station, fmt.Sprintf("00000000-0000-4000-8000-%012d", i), e.file, sound)
		do(op, contest.SubmitEntry{ID: fmt.Sprintf("entry-%08d", i), Work: contest.Work{Title: e.title, Theme: "ntm", Category: "chuong-trinh", Language: "vi",
			Kind:    contest.ByStation,
			Station: e.station, Script: "Lời dẫn của " + e.artist, Pieces: []contest.WorkPiece{{Kind: contest.Audio, File: file}}}})
		do(org, contest.RedactScript{Entry: fmt.Sprintf("entry-%08d", i), Text: "Lời dẫn đã che tên"})
	}
	st.now = opened
	var ids []string
	for i := range 3 {
		j := st.person(fmt.Sprintf("giamkhao%d", i),
			append(st.also[i], accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: id}})...)
		do(org, contest.AppointJudge{Judge: contest.Judge{Person: j.id, Chair: i == 0}})
		judges, ids = append(judges, j), append(ids, j.id)
	}
	do(org, contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "all", Name: "Ban", Judges: ids}}})
	st.now = st.now.Add(48 * time.Hour)
	do(org, contest.StartRound{Round: "chung-khao"})
	return org, judges, id
}

var someEntrants = []entrant{
	{"S00001", "Chuyện làng", "xa1", "xa1.mp3", "Vàng A Sính", false, 0}, {"S00040", "Nước sạch", "xa2", "xa2.mp3", "Lù Thị Mẩy", false, 0},
	{"S00080", "Đường mới", "xa3", "xa3.mp3", "Hoàng Văn Pao", false, 0}}

func TestAContestFromJudgingToTheArchive(t *testing.T) {
	t.Parallel()
	who := slices.Clone(someEntrants)
	who[2].wav = true
	st := newStage(t)
	org, judges, id := st.played(who)
	base := "/contests/" + id
	for _, page := range []string{"", "/rules", "/entries", "/jury", "/progress", "/results", "/papers", "/entries/entry-00000000"} {
		org.get(base + page)
	}
	for n, j := range judges {
		j.score(id, func(i int) string { return []string{"8.5", "7", "6.5"}[(i+n)%3] })
	}
	minutes := base + "/papers?doc=minutes&round=chung-khao&symbol=VP&place=L%C3%A0o+Cai"
	if res, b := org.post(minutes); res.StatusCode != http.StatusConflict || !bytes.Contains(b, []byte("mới tạm tính")) {
		t.Errorf("provisional minutes get a number: %s", res.Status)
	}
	org.mustStep(base, "do", "finish", "round", "chung-khao")
	org.must(base + "/results")
	org.mustStep(base, "do", "publish")
	for _, doc := range []string{"minutes", "table", "sheets"} {
		page := org.get(base + "/papers?doc=" + doc)
		if !bytes.Contains(page, []byte("class=\"paper")) {
			t.Errorf("%s has no paper", doc)
		}
	}
	for _, doc := range []string{"table", "sheets"} {
		if b := org.get(base + "/papers?doc=" + doc + "&as=xlsx"); !bytes.HasPrefix(b, []byte("PK")) {
			t.Errorf("%s.xlsx is no workbook", doc)
		}
	}
	for path, want := range map[string]string{"": `"hoi-thi"`, "/hoi-thi": `"phase":"published"`, "/hoi-thi/entries?limit=2": `after=TP-002`,
		"/hoi-thi/panels": `"chung-khao"`,
		"/hoi-thi/sheets": `"status":"final"`, "/hoi-thi/ranking": `"method":"mean"`} {
		if b := org.get("/api/v1/contests" + path); !bytes.Contains(b, []byte(want)) {
			t.Errorf("GET /api/v1/contests%s lacks %s: %.300s", path, want, b)
		}
	}
	org.must(minutes)
	archive := org.get("/api/v1" + base + "/archive")
	v, err := contest.CheckArchive(bytes.NewReader(archive), int64(len(archive)))
	if err != nil || v.Entries != 3 || v.Sheets != 9 || v.Rounds != 1 || v.Files != 3 {
		t.Fatalf("archive: %+v, %v", v, err)
	}
	readArchive(t, archive)
	spoilArchive(t, archive)
	stranger := &visitor{st: st}
	page := stranger.get("/results/" + id)
	if !bytes.Contains(page, []byte("Giải Nhất")) {
		t.Error("the public page names no first prize")
	}
	readAsPodcast(t, stranger, id)
}

// readAsPodcast reads the feed as Apple's directory and its readers do.
func readAsPodcast(t *testing.T, stranger *visitor, id string) {
	t.Helper()
	path := "/results/" + id + "/feed.xml"
	type href struct {
		Href string `xml:"href,attr"`
		Text string `xml:"text,attr"`
		Rel  string `xml:"rel,attr"`
	}
	var doc struct {
		Channel struct {
			Title    string `xml:"title"`
			Language string `xml:"language"`
			Author   string `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd author"`
			Owner    *struct {
				Email string `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd email"`
			} `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd owner"`
			Description string `xml:"description"`
			Built       string `xml:"lastBuildDate"`
			Explicit    string `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd explicit"`
			Image       href   `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd image"`
			Category    href   `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd category"`
			Self        href   `xml:"http://www.w3.org/2005/Atom link"`
			Items       []struct {
				Title     string `xml:"title"`
				GUID      string `xml:"guid"`
				PubDate   string `xml:"pubDate"`
				Duration  int    `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd duration"`
				Explicit  string `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd explicit"`
				Enclosure struct {
					URL    string `xml:"url,attr"`
					Length int64  `xml:"length,attr"`
					Type   string `xml:"type,attr"`
				} `xml:"enclosure"`
			} `xml:"item"`
		} `xml:"channel"`
	}
	raw := stranger.get(path)
	if err := xml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	c := doc.Channel
	if c.Title == "" || c.Language != "vi" || c.Author == "" || c.Explicit != "false" || c.Category.Text != "Government" || c.Self.Rel != "self" ||
		!strings.HasSuffix(c.Self.Href, path) {
		t.Errorf("what a podcast must say: %s", raw)
	}
	if c.Owner != nil && c.Owner.Email == "" { // who names an owner must give an address
		t.Error("an owner nobody can write to")
	}
	// The other "link", of Atom, hides the plain one from this reader.
	if strings.TrimSpace(c.Description) == "" || !bytes.Contains(raw, []byte("/results/"+id+"</link>")) {
		t.Errorf("no description or link: %s", raw)
	}
	if _, err := time.Parse(time.RFC1123Z, c.Built); err != nil {
		t.Error(err)
	}
	local := func(address string) string {
		_, rest, ok := strings.Cut(address, "/results/")
		if !ok {
			t.Fatalf("not an address of ours: %q", address)
		}
		return "/results/" + rest
	}
	if res, _ := stranger.ask("GET", local(c.Image.Href), "", nil); res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the picture: %s", res.Status)
	}
	res, _ := stranger.ask("GET", path, "", nil)
	if again, b := stranger.ask("GET", path, "", nil, "If-None-Match", res.Header.Get("ETag")); again.StatusCode != http.StatusNotModified || len(b) > 0 {
		t.Errorf("the feed again: %s", again.Status)
	}
	if len(c.Items) != 3 {
		t.Fatalf("%d winners in the feed:\n%s", len(c.Items), raw)
	}
	ids, wavs := map[string]bool{}, 0
	for _, x := range c.Items {
		e := x.Enclosure
		ids[x.GUID] = true
		at := local(e.URL)
		head, _ := stranger.ask("HEAD", at, "", nil)
		res, b := stranger.ask("GET", at, "", nil)
		if head.StatusCode != http.StatusOK || head.ContentLength != e.Length || int64(len(b)) != e.Length || head.Header.Get("Accept-Ranges") != "bytes" {
			t.Errorf("%s: %s, %d bytes by HEAD, %d sent, %d announced", at, head.Status, head.ContentLength, len(b), e.Length)
		}
		wav := e.Type == "audio/wav"
		if res.Header.Get("Content-Type") != e.Type || bytes.HasPrefix(b, []byte("RIFF")) != wav || strings.HasSuffix(at, ".wav") != wav {
			t.Errorf("%s: %s, announced as %s", at, res.Header.Get("Content-Type"), e.Type)
		}
		if wav {
			wavs++
		}
		part, b := stranger.ask("GET", at, "", nil, "Range", "bytes=10-19")
		if part.StatusCode != http.StatusPartialContent || len(b) != 10 {
			t.Errorf("%s: a part is %s, %d bytes", at, part.Status, len(b))
		}
		if x.PubDate != c.Built {
			t.Errorf("an episode of %s in a feed built %s: both are the publication", x.PubDate, c.Built)
		}
		if _, err := time.Parse(time.RFC1123Z, x.PubDate); err != nil || x.Duration <= 0 || x.Explicit != "false" || x.Title == "" {
			t.Errorf("an episode says %+v", x)
		}
	}
	if len(ids) != 3 || wavs != 1 {
		t.Errorf("%d episodes apart, %d of them WAV", len(ids), wavs)
	}
}

// spoilArchive changes one byte in each file of the archive's log and checks
// that it is found.
func spoilArchive(t *testing.T, archive []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	for _, victim := range z.File {
		var b bytes.Buffer
		out := zip.NewWriter(&b)
		for _, f := range z.File {
			from, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(from)
			if err != nil {
				t.Fatal(err)
			}
			if f.Name == victim.Name {
				data[len(data)/2] ^= 1
			}
			to, err := out.Create(f.Name)
			if err != nil {
				t.Fatal(err)
			}
			to.Write(data)
		}
		out.Close()
		if _, err := contest.CheckArchive(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil && victim.Name != "contest.json" {
			t.Errorf("one changed byte in %s passed", victim.Name)
		}
	}
}

// readArchive looks whether a person reads in it what the papers say, without Loa.
func readArchive(t *testing.T, archive []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	for name, words := range map[string][]string{
		"DOC-TRUOC.txt":                                {"loa contest verify", "van-ban/"},
		"van-ban/bien-ban-chung-khao.html":             {"BIÊN BẢN CHẤM THI", "Số: 01/BB-VP", "Nơi nhận", "Chuyện làng"},
		"van-ban/bang-ket-qua-chung-khao.html":         {"BẢNG TỔNG HỢP KẾT QUẢ", "Giải Nhất"},
		"van-ban/phieu-cham-chung-khao.html":           {"PHIẾU CHẤM ĐIỂM", "Người giamkhao1"},
		"van-ban/quyet-dinh-khen-thuong.html":          {"QUYẾT ĐỊNH", "Điều 1"},
		"van-ban/kich-ban-TP-001.txt":                  {"Lời dẫn"},
		"tac-pham/TP-001-chuyen-lang/tep-am-thanh.mp3": {"ID3"},
	} {
		f, err := z.Open(name)
		if err != nil {
			var names []string
			for _, f := range z.File {
				names = append(names, f.Name)
			}
			t.Errorf("no %s among %v", name, names)
			continue
		}
		body, err := io.ReadAll(f)
		for _, want := range words {
			if err != nil || !bytes.Contains(body, []byte(want)) {
				t.Errorf("%s lacks %q, %v", name, want, err)
			}
		}
		if dir := os.Getenv("LOA_SHOTS"); dir != "" {
			_ = os.WriteFile(filepath.Join(dir, filepath.Base(name)), body, 0o600) // to be looked at
		}
	}
}

var sheetLink = regexp.MustCompile(`/judging/[^"]+/sheets/[0-9a-f]+`)

// score fills and signs all her sheets as a browser without a script would,
// after saving one by the way a script uses.
func (v *visitor) score(id string, mark func(i int) string) {
	v.st.t.Helper()
	links := slices.Compact(sheetLink.FindAllString(string(v.get("/judging")), -1))
	if len(links) == 0 {
		v.st.t.Fatal("a judge has nothing to score")
	}
	for i, link := range links {
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(v.get(link)))
		if err != nil {
			v.st.t.Fatal(err)
		}
		pairs := []string{"base", doc.Find("input[name=base]").AttrOr("value", "?"), "comment", "Nghe rõ", "do", "sign"}
		marks := map[string]string{}
		doc.Find("[name^='mark.']").Each(func(_ int, s *goquery.Selection) {
			pairs = append(pairs, s.AttrOr("name", ""), mark(i))
			marks[strings.TrimPrefix(s.AttrOr("name", ""), "mark.")] = mark(i)
		})
		if i == 0 {
			body, _ := json.Marshal(map[string]any{"change": kit.NewID(), "base": 0, "marks": marks, "comment": "",
				"notes": []contest.Note{{Seconds: 1.5, Text: "tiếng gió"}}})
			for range 2 { // a repeat changes nothing
				res, b := v.ask("PUT", "/api/v1"+strings.Replace(link, "/judging/", "/contests/", 1), "application/json", bytes.NewReader(body))
				if res.StatusCode != http.StatusOK || !bytes.Contains(b, []byte(`"version":1`)) {
					v.st.t.Fatalf("save: %s %s", res.Status, b)
				}
			}
			pairs[1] = "1"
		}
		v.must(link, pairs...)
	}
}

// in opens a browser of hers, logged in.
func (v *visitor) in(b *webtest.Browser) *webtest.Tab {
	tab := b.Person()
	tab.Open(v.st.http.URL + "/login")
	tab.Cookie("s", v.secret, v.st.http.URL)
	return tab
}

func TestTheStoryLooksRightInABrowser(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	judges[0].score(id, func(i int) string { return []string{"8.5", "7", "6.5"}[i%3] })
	b := webtest.NewBrowser(t)
	shoot := func(v *visitor, pages map[string]string) {
		tab := v.in(b)
		for name, path := range pages {
			tab.Open(st.http.URL + path)
			tab.Shot(name, 360)
			tab.Shot(name, 1280)
		}
	}
	base := "/contests/" + id
	shoot(org, map[string]string{"desk-list": "/contests", "desk-home": base, "desk-rules": base + "/rules",
		"desk-rules-part":  base + "/rules/part.chung-khao.chuong-trinh",
		"desk-rules-round": base + "/rules/round.chung-khao", "desk-rules-who": base + "/rules/who", "desk-rules-award": base + "/rules/award.chung",
		"desk-entries": base + "/entries", "desk-entry": base + "/entries/entry-00000000",
		"desk-jury": base + "/jury", "desk-progress": base + "/progress", "desk-results": base + "/results", "desk-new": "/contests/new"})
	links := sheetLink.FindAllString(string(judges[1].get("/judging")), -1)
	shoot(judges[1], map[string]string{"judge-list": "/judging", "judge-sheet": links[0], "judge-ties": "/judging/" + id + "/ties"})
	shoot(judges[0], map[string]string{"judge-chair": "/judging/" + id + "/chair"})
}
