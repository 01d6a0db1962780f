package main

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/web/webtest"
)

// cast is everybody in the story, each in a browser of her own.
type cast struct {
	*running
	browser                          *webtest.Browser
	admin, editor, operator, monitor *webtest.Tab
	districtMonitor                  *webtest.Tab
	station                          string // official code of the operator's
}

// says fails the test unless what the selector finds says every word.
func (c *cast) says(p *webtest.Tab, sel string, words ...string) {
	c.t.Helper()
	got := p.Text(sel)
	for _, w := range words {
		if !strings.Contains(got, w) {
			c.t.Errorf("%s does not say %q:\n%s", sel, w, got)
		}
	}
}

// hides fails the test when what the selector finds says any of the words.
func (c *cast) hides(p *webtest.Tab, sel string, words ...string) {
	c.t.Helper()
	got := p.Text(sel)
	for _, w := range words {
		if strings.Contains(got, w) {
			c.t.Errorf("%s says %q:\n%s", sel, w, got)
		}
	}
}

// shots looks at the page as it is on a phone and on a desk.
func shots(p *webtest.Tab, name string) {
	p.Shot(name, 1280)
	p.Shot(name, 360)
}

// TestTheMainJob is the story of the product from the set-up link to a week's
// coverage, with five people in real browsers.
func TestTheMainJob(t *testing.T) {
	browser := webtest.NewBrowser(t)
	c := &cast{running: startDaemon(t, t.TempDir(), monday), browser: browser, station: "02770"}
	c.setUp()
	c.inviteEverybody()
	c.planTheWeek()
	c.reportOnAPhone()
	c.watchTheWeek()
}

// join opens an invitation's link and makes an account.
func (c *cast) join(link, name, login string) *webtest.Tab {
	c.t.Helper()
	p := c.browser.Person()
	p.Open(link)
	p.Type("#f-name", name)
	p.Type("#f-login", login)
	p.Type("#f-passphrase", "ba bông hoa ban trắng "+login)
	p.Follow("form .wide")
	return p
}

func (c *cast) setUp() {
	link, err := c.d.setupLink(c.t.Context())
	if err != nil || link == "" {
		c.t.Fatalf("set-up link %q: %v", link, err)
	}
	c.admin = c.join(link, "Lý Thị Mẩy", "may")
	c.says(c.admin, "main", "Lý Thị Mẩy")
	shots(c.admin, "first-page-admin")
	if link, err := c.d.setupLink(c.t.Context()); err != nil || link != "" {
		c.t.Errorf("a second set-up link %q: %v", link, err)
	}
}

// invite makes a link on the page for it and reads it there.
func (c *cast) invite(role, field, value string) string {
	c.t.Helper()
	c.admin.Open(c.d.URL() + "/people/invite?role=" + role)
	if field != "" {
		c.admin.Set("#f-"+field, value)
	}
	c.admin.Follow("form.card button")
	return webtest.Eval[string](c.admin, "read the link", linkOnPage)
}

func (c *cast) inviteEverybody() {
	reg, err := c.d.store.Registry(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	st, err := reg.ByCodeOrID(c.station, "2024-05-13")
	if err != nil {
		c.t.Fatal(err)
	}
	c.editor = c.join(c.invite("editor", "", ""), "Vàng Thị Hoa", "hoa")
	c.operator = c.join(c.invite("operator", "station", st.ID), "Giàng A Páo", "pao")
	shots(c.admin, "invitation")
	c.monitor = c.join(c.invite("monitor", "", ""), "Nguyễn Văn Bình", "binh")
	c.districtMonitor = c.join(c.invite("monitor", "district", reg.Where(st.ID).District), "Thào Thị Sua", "sua")
	c.says(c.operator, "main", "Nậm Chảy")
	shots(c.operator, "first-page-operator")
	people, err := c.d.store.Directory(c.t.Context())
	if err != nil || people.Len() != 5 {
		c.t.Errorf("%d people, %v", people.Len(), err)
	}
	pao, _ := people.ByLogin("pao")
	want := accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: st.ID}}
	if len(pao.Grants) != 1 || pao.Grants[0] != want {
		c.t.Errorf("the operator holds %v", pao.Grants)
	}
}

func (c *cast) planTheWeek() {
	p := c.editor
	p.Open(c.d.URL() + "/programmes/new")
	p.Type("#f-title", "Nông thôn mới hằng tuần")
	p.Click("input[name=topics][value=ocop_cooperatives]")
	p.Follow("form .actions button")
	p.Follow("a[href$='/episodes/new']")
	p.Type("#f-title", "Số 20 – Đường hoa Nậm Chảy")
	p.Set("#f-script", "Kính chào bà con và các bạn. Đây là chương trình Nông thôn mới hằng tuần.")
	p.Upload("#f-file", voice(c.t, 440))
	p.Follow("button[value=approve]")
	c.says(p, ".head .badge", "Đã duyệt")
	shots(p, "episode")
	p.Open(c.d.URL() + "/programmes/P1/rules/new")
	p.Click("input[name=days][value='1']")
	p.Click("input[name=days][value='4']")
	p.Follow("button[value=preview]")
	c.says(p, "#preview", "Thứ Hai và thứ Năm 17:00", "127 đài", "16/5/2024")
	shots(p, "rule-preview")
	p.Follow("#preview button")
	c.says(p, ".flash", "thứ Hai và thứ Năm 17:00")
}

func (c *cast) reportOnAPhone() {
	p := c.operator
	p.Open(c.d.URL() + "/today")
	c.says(p, "main", "Thứ Hai 17:00", "Thứ Năm 17:00", "Không còn khung phát nào chờ xác nhận")
	c.clock.set(monday.Add(8*time.Hour + 20*time.Minute))
	p.Open(c.d.URL() + "/today")
	c.says(p, "article.warn", "Thứ Hai 17:00", "Số 20 – Đường hoa Nậm Chảy")
	shots(p, "operator-today")
	sound := webtest.Eval[string](p, "find the sound", `document.querySelector("article.warn audio").getAttribute("src")`)
	if a := c.call("GET", sound, "", "Range", "bytes=0-99"); a.Status != http.StatusPartialContent || len(a.Body) != 100 {
		c.t.Errorf("playing %s: %d, %d bytes", sound, a.Status, len(a.Body))
	}
	p.Follow("article.warn .yes")
	c.says(p, ".flash", "đã phát")
	shots(p, "operator-reported")

	p.Follow("[aria-labelledby=done] .list a")
	p.Upload("#f-file", photo(c.t))
	p.Wait("img.evidence")
	shots(p, "operator-evidence")

	c.clock.set(monday.AddDate(0, 0, 3).Add(9 * time.Hour))
	p.Open(c.d.URL() + "/today")
	p.Click("article.warn .no")
	p.Wait(".dialog:popover-open")
	shots(p, "operator-reason")
	p.Follow(".dialog:popover-open button[value=power_cut]")
	c.says(p, ".flash", "không phát được")
	c.says(p, "[aria-labelledby=done]", "Mất điện")

	// The power was back after all: she corrects it, and the log keeps both.
	p.Follow("[aria-labelledby=done] .list a")
	p.Follow("a[href*='corrects=']")
	p.Click("input[name=outcome][value=aired]")
	p.Set("#f-started_at", "2024-05-16T17:30")
	p.Set("#f-means", "mobile")
	p.Type("#f-why", "Có điện lại lúc 17:25")
	shots(p, "operator-correct")
	p.Follow("form.card button")
	c.says(p, ".flash", "đã phát")
	p.Follow("[aria-labelledby=done] .list a")
	c.says(p, "main", "Các bản trước", "Không phát được")
	shots(p, "operator-corrected")

	// What no slot foresaw is reported too.
	p.Open(c.d.URL() + "/today")
	p.Follow("a[href^='/airings/new?station=']")
	p.Set("#f-programme", "P1")
	p.Set("#f-started_at", "2024-05-15T06:00")
	p.Type("#f-seconds", "12:30")
	p.Follow("form.card button")
	c.says(p, ".flash", "đã phát")
	c.readsInTheLog("15/5/2024", "12 phút 30 giây")
}

// readsInTheLog fails the test unless the log has a report of that day and length.
func (c *cast) readsInTheLog(day, length string) {
	c.t.Helper()
	c.operator.Open(c.d.URL() + "/airings?from=2024-05-15&until=2024-05-15")
	c.says(c.operator, "main", day)
	c.operator.Follow("table a[href^='/airings/']")
	c.says(c.operator, ".facts", day, length)
}

func (c *cast) watchTheWeek() {
	aired, silent := c.othersReport()
	p := c.monitor
	p.Open(c.d.URL() + "/coverage?week=2024-W20")
	c.says(p, "main", "127", "Mường Khương", "Chưa báo")
	shots(p, "coverage")
	p.Open(c.d.URL() + "/airings?from=2024-05-13&until=2024-05-19")
	c.says(p, "main", "Nậm Chảy", "Giàng A Páo")
	shots(p, "log")
	c.herDistrictAlone()
	var week struct {
		Active, Aired int
		WithEvidence  int `json:"with_evidence"`
		NotAired      int `json:"not_aired"`
		NotReported   int `json:"not_reported"`
	}
	c.coverage(&week)
	if week.Active != 127 || week.Aired != 1+aired || week.WithEvidence != 1 || week.NotAired != silent || week.NotReported != 126-aired-silent {
		c.t.Errorf("coverage %+v; %d others aired, %d said they could not", week, aired, silent)
	}
	// The clock looks every half minute, and the story may be quicker than that.
	for range 60 {
		c.admin.Open(c.d.URL() + "/runs")
		if strings.Contains(c.admin.Text("main"), "127 khung phát đến giờ") {
			break
		}
		<-time.After(time.Second)
	}
	c.says(c.admin, "main", "Nhật ký máy chủ", "127 khung phát đến giờ")
	shots(c.admin, "server-log")
}

// othersReport lets most of the other stations say through the API what they
// aired, and returns how many did and how many could not.
func (c *cast) othersReport() (aired, silent int) {
	reg, err := c.d.store.Registry(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	for i, st := range reg.Stations() {
		body := `"outcome":"aired","seconds":900,"means":"fm"`
		switch {
		case reg.UnitOf(st.ID).Code == c.station || i%7 == 3:
			continue
		case i%11 == 5:
			body = `"outcome":"not_aired","reason":"equipment"`
			silent++
		default:
			aired++
		}
		c.made("PUT", "/api/v1/airings/"+uuidOf(i), fmt.Sprintf(`{"station":%q,"programme":"P1","started_at":"2024-05-16T17:05:00+07:00",%s}`, st.ID, body))
	}
	return aired, silent
}

func (c *cast) herDistrictAlone() {
	p := c.districtMonitor
	p.Open(c.d.URL() + "/coverage?week=2024-W20")
	c.says(p, "main", "Mường Khương", "Pha Long")
	c.hides(p, "main", "Bát Xát", "Sa Pa", "Văn Bàn")
	shots(p, "coverage-district")
	p.Open(c.d.URL() + "/airings?from=2024-05-13&until=2024-05-19")
	c.says(p, "main", "Nậm Chảy")
}

// linkOnPage reads the invitation's link from its page.
const linkOnPage = `document.querySelector("#link").value`

// coverage asks the API for the week.
func (c *cast) coverage(week any) {
	c.t.Helper()
	a := c.call("GET", "/api/v1/coverage?week=2024-W20", "")
	if err := json.Unmarshal(a.Body, week); err != nil {
		c.t.Fatalf("coverage: %d %s", a.Status, a.Body)
	}
}

// voice makes an MP3 of a tone of hz, long enough to count, as a commune's old PC
// would.
func voice(t testing.TB, hz int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "so-20.mp3")
	for _, args := range [][]string{
		{"ffmpeg", "-v", "error", "-f", "lavfi", "-i", fmt.Sprintf("sine=%d:d=200:r=22050", hz), "-af", "volume=-10dB,tremolo=f=4", path + ".wav"},
		{"lame", "--quiet", "-b", "32", path + ".wav", path},
	} {
		audiotest.Need(t, args[0])
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v %s", args[0], err, out)
		}
	}
	return path
}

// photo makes a picture as a phone would take of the station's log book.
func photo(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "loa.jpg")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m := image.NewRGBA(image.Rect(0, 0, 640, 400))
	for y := range 400 {
		for x := range 640 {
			m.Set(x, y, color.RGBA{uint8(90 + y/4), uint8(140 + y/8), uint8(230 - y/3), 255})
			if d := (x-320)*(x-320) + (y-200)*(y-200); d < 9000 && d > 6500 || d < 900 {
				m.Set(x, y, color.RGBA{40, 44, 60, 255})
			}
		}
	}
	if err := jpeg.Encode(f, m, nil); err != nil {
		t.Fatal(err)
	}
	return path
}
