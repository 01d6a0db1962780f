package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/emersion/go-smtp"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/text"
	"loa/stations"
	"loa/web/webtest"
)

// photosSent is how many stations sent a photo of what they aired.
const photosSent = 30

// mondays is who works that Monday morning.
type mondays struct {
	*running
	admin, thu, binh *webtest.Tab
	box              *letterBox
}

// TestAMonitorsMorning is the monitor's desk in one story: the message of the week comes by mail to who
// asked for it, the first page says what waits, she looks at thirty photos by keyboard alone, telephones five
// stations, asks that one of them be excused, and her colleague grants it.
func TestAMonitorsMorning(t *testing.T) {
	t.Parallel()
	browser := webtest.NewBrowser(t)
	m := &mondays{running: startDaemon(t, t.TempDir(), monday), box: openLetterBox(t)}
	person := func(name string, role accounts.Role) *webtest.Tab {
		p := browser.Person()
		p.Size(1280)
		grant := accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Province}}
		p.Cookie("s", webtest.LoggedIn(t, m.d.store, name, monday, grant), m.d.URL())
		return p
	}
	m.admin, m.thu, m.binh = person("Lý Thị Mẩy", accounts.Admin), person("Chị Thu", accounts.Monitor), person("Anh Bình", accounts.Monitor)
	m.sendsMail()
	m.aWeek()
	m.clock.set(time.Date(2024, 5, 20, 7, 0, 5, 0, text.Zone))
	m.reads()
	m.thu.Open(m.d.URL() + "/")
	m.thu.Says(`.step:has(a[href^="/coverage?week="])`, "Đã phát 30/127 đài, tuần 20", "97 đài chưa báo")
	m.thu.Says(`.step:has(a[href="/evidence"])`, "30 báo cáo có minh chứng chờ xem")
	m.thu.Says(`.step:has(a[href^="/calls?"])`, "97 đài cần gọi")
	shots(m.thu, "monday-home")
	m.looks()
	m.telephones()
	m.excuses()
	var week struct {
		Aired, Excused, Verified int
		NotReported              int `json:"not_reported"`
	}
	m.asks("/api/v1/coverage?week=2024-W20", &week)
	if week.Aired != photosSent-1 || week.Verified != photosSent-2 || week.Excused != 1 || week.NotReported != 127-photosSent-1 {
		t.Errorf("the week in the end: %+v", week)
	}
	m.thu.Open(m.d.URL() + "/coverage?week=2024-W20")
	m.thu.Says("main", "29/126")
	shots(m.thu, "monday-week")
}

// asks reads an answer of the API.
func (m *mondays) asks(path string, into any) {
	m.t.Helper()
	a := m.call("GET", path, "")
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, into) != nil {
		m.t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
}

// letterBox is a mail server that keeps what it is sent.
type letterBox struct {
	port int
	mail chan letter
}

type letter struct {
	to, subject, text string
}

type letterSession struct {
	box *letterBox
	to  string
}

func openLetterBox(t *testing.T) *letterBox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	box := &letterBox{port: l.Addr().(*net.TCPAddr).Port, mail: make(chan letter, 10)}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &letterSession{box: box}, nil }))
	srv.Domain = "mail.test"
	go func() { _ = srv.Serve(l) }() // it ends with the test
	t.Cleanup(func() { _ = srv.Close() })
	return box
}

func (s *letterSession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *letterSession) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }

func (s *letterSession) Data(r io.Reader) error {
	msg, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(quotedprintable.NewReader(msg.Body))
	s.box.mail <- letter{s.to, subject, string(body)}
	return err
}

func (s *letterSession) Reset()        {}
func (s *letterSession) Logout() error { return nil }

// sendsMail names the mail server, and the monitor gives her address.
func (m *mondays) sendsMail() {
	p := m.admin
	p.Open(m.d.URL() + "/settings/messages")
	p.Type("#f-host", "127.0.0.1")
	p.Set("#f-security", "none")
	p.Type("#f-port", strconv.Itoa(m.box.port))
	p.Type("#f-from", "loa@laocai.vn")
	p.Follow("form.card > button:not([name])")
	p.Says(".flash", "Đã lưu")
	p = m.thu
	p.Open(m.d.URL() + "/me/messages")
	p.Type("#f-mail", "thu@laocai.vn")
	p.Follow(`form[action="/me/messages"] button`)
	p.Says(".flash", "Đã lưu")
	p.Follow(`form[action="/me/messages/try"] button`)
	if got := <-m.box.mail; got.to != "thu@laocai.vn" {
		m.t.Errorf("tried, and %+v came", got)
	}
}

// aWeek lets thirty stations say that they aired, with a photo each; the others are silent.
func (m *mondays) aWeek() {
	m.t.Helper()
	m.plan()
	reg, err := m.d.store.Registry(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	for i, id := range []string{"S00099", "S00001", "S00002", "S00003", "S00004"} { // who is going to be called
		st, err := reg.Station(id)
		if err != nil {
			m.t.Fatal(err)
		}
		f := st.Fields
		f.Contacts = []stations.Contact{{Name: fmt.Sprint("Giàng A ", i), Phone: fmt.Sprintf("091234567%d", i)}}
		meta := accounts.Meta{ID: uuidOf(900 + i), By: accounts.Daemon(), At: m.clock.now()}
		if _, err := m.d.store.SaveStation(m.t.Context(), meta, stations.SaveStation{ID: id, Fields: f}); err != nil {
			m.t.Fatal(err)
		}
	}
	m.clock.set(monday.AddDate(0, 0, 1))
	for i, st := range reg.Stations()[97:] {
		slots := m.slots(st.ID)
		m.made("PUT", "/api/v1/airings/"+uuidOf(i), fmt.Sprintf(`{"slot":%q,"outcome":"aired","seconds":900,"means":"fm"}`, slots[0]))
		var photo bytes.Buffer
		if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 40+i, 30))); err != nil {
			m.t.Fatal(err)
		}
		path := "/api/v1/airings/" + uuidOf(i) + "/evidence/" + uuidOf(100+i) + "?name=loa.png"
		if a := m.call("PUT", path, photo.String(), "Content-Type", "application/octet-stream"); a.Status != http.StatusOK {
			m.t.Fatalf("a photo: %d %s", a.Status, a.Body)
		}
	}
}

// reads gets the message of the week by mail, of the clock's own accord, and follows its link.
func (m *mondays) reads() {
	m.t.Helper()
	var got letter
	select {
	case got = <-m.box.mail:
	case <-time.After(2 * time.Minute): // the clock looks every half minute
		m.t.Fatal("no mail came")
	}
	for _, want := range []string{"Toàn tỉnh: 30/127 đài đã phát (23%), 0 không phát được, 97 chưa báo", m.d.URL() + "/coverage?week=2024-W20"} {
		if got.to != "thu@laocai.vn" || got.subject != "Tổng hợp tuần 20 năm 2024" || !strings.Contains(got.text, want) {
			m.t.Errorf("%q is not in %+v", want, got)
		}
	}
	m.thu.Open(m.d.URL() + "/coverage?week=2024-W20")
	m.thu.Says("main", "30/127")
	m.thu.Open(m.d.URL() + "/messages")
	m.thu.Says("main article", "Tổng hợp tuần 20")
	m.admin.Open(m.d.URL() + "/settings/deliveries")
	m.admin.Says("main", "Chị Thu", "Tổng hợp tuần 20")
	shots(m.admin, "monday-deliveries")
	select {
	case again := <-m.box.mail:
		m.t.Errorf("then %+v came", again)
	default:
	}
}

// looks answers for thirty photos with keys alone, from the first page on.
func (m *mondays) looks() {
	m.t.Helper()
	p := m.thu
	p.Keys(`main a[href="/evidence"]`, kb.Enter)
	at := ""
	next := func() {
		m.t.Helper()
		p.Until("the next photo", `document.readyState === "complete" && !document.querySelector(".keys[hidden]") &&
			![undefined, `+strconv.Quote(at)+`].includes(document.querySelector("form.answers")?.getAttribute("action")) &&
			document.querySelector("img.evidence").naturalWidth > 0`)
		at = webtest.Eval[string](p, "which report", `document.querySelector("form.answers").getAttribute("action")`)
	}
	next()
	shots(p, "monday-evidence")
	p.Size(1280)
	p.Press("2")
	next()
	p.Press("3")
	p.Until("the reason is asked for", `document.activeElement.id === "f-note"`)
	p.Press("Ảnh của tuần trước")
	p.Press(kb.Escape)
	p.Press("3")
	for range photosSent - 2 {
		next()
		p.Press("1")
	}
	p.Until("all were looked at", `!document.querySelector("form.answers") && document.readyState === "complete"`)
	p.Says("main", "Không còn minh chứng nào chờ xem")
}

// telephones calls five stations; what one says of an airing waits for its own word.
func (m *mondays) telephones() {
	m.t.Helper()
	p := m.thu
	p.Open(m.d.URL() + "/calls")
	for i, outcome := range []coverage.CallOutcome{coverage.NoAnswer, coverage.Away, coverage.WillReport, coverage.WrongNumber, coverage.Broken} {
		p.Says("main", fmt.Sprintf("%d đài cần gọi hôm nay", 127-photosSent+1-i))
		station := webtest.Eval[string](p, "whom to call", `document.querySelector("article.warn h2 a").getAttribute("href")`)
		if want := []string{"S00099", "S00001", "S00002", "S00003", "S00004"}[i]; station != "/calls/"+want { // the contradicted one first
			m.t.Errorf("call %d is to %s, not %s", i, station, want)
		}
		p.Wait(fmt.Sprintf(`article.warn a[href="tel:091234567%d"]`, i))
		p.Follow("article.warn a.button[href^='/calls/']")
		if i == 0 {
			shots(p, "monday-call")
			p.Size(1280)
		}
		p.Click(`input[name=outcome][value="` + string(outcome) + `"]`)
		if outcome == coverage.WillReport {
			p.Click("form.card summary")
			p.Click("input[name=said][value=aired]")
			p.Set("#f-slot", m.slots("S00002")[1])
		}
		p.Type("#f-note", fmt.Sprint("Cuộc gọi ", i+1))
		p.Follow("form.card button:not([type=button])")
		p.Says(".flash", "Đã ghi cuộc gọi")
	}
	shots(p, "monday-calls")
	p.Follow("a[href='/calls/log']")
	for i := range 5 {
		p.Says("main", fmt.Sprint("Cuộc gọi ", i+1))
	}
	shots(p, "monday-call-log")
	var said struct {
		Items []struct{ Station, State string }
	}
	if m.asks("/api/v1/proposals?waiting=1", &said); len(said.Items) != 1 || said.Items[0].Station != "S00002" {
		m.t.Errorf("what was said by telephone: %+v", said)
	}
}

// excuses asks for one of the stations; the other monitor finds it on the first page and grants it.
func (m *mondays) excuses() {
	m.t.Helper()
	p := m.thu
	p.Open(m.d.URL() + "/coverage/stations/S00004?week=2024-W20")
	p.Says("[aria-labelledby=calls]", "Cuộc gọi 5")
	p.Set("#ask-reason", "equipment")
	p.Type("#ask-note", "Cháy tăng âm, huyện hẹn thứ Năm sửa")
	p.Follow("[aria-labelledby=ask] button")
	p.Says("article.warn", "Chờ duyệt", "Chờ một người khác duyệt")
	if webtest.Eval[bool](p, "look for a grant of one's own", `!!document.querySelector("[value=grant]")`) {
		m.t.Error("who asks can grant")
	}
	p = m.binh
	p.Open(m.d.URL() + "/")
	p.Says(`.step:has(a[href^="/coverage/excuses"])`, "1 đề nghị miễn trừ chờ duyệt")
	p.Follow(`main a[href^="/coverage/excuses"]`)
	p.Says("article.warn", "Chị Thu", "Cháy tăng âm, huyện hẹn thứ Năm sửa")
	shots(p, "monday-excuse")
	p.Size(1280)
	p.Follow("button[value=grant]")
	p.Says(".flash", "Đã duyệt")
}
