package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"loa/web/webtest"
)

// panel is everybody in the story of a contest, each in a browser of her own.
type panel struct {
	cast
	organiser, chair, judge *webtest.Tab
	contest                 string // its address on the pages
}

// TestAContestWithFourPeopleAtOnce is the story of a contest from its draft to
// the public page: an organiser, the operator of a commune and two judges, who
// score at the same time and disagree.
func TestAContestWithFourPeopleAtOnce(t *testing.T) {
	t.Parallel()
	browser := webtest.NewBrowser(t)
	c := &panel{cast: cast{running: startDaemon(t, t.TempDir(), monday), browser: browser, station: "02770"}}
	c.setUp()
	c.organiser = c.join(c.invite("organiser", "", ""), "Hoàng Thị Tâm", "tam")
	c.operator = c.join(c.invite("operator", "station", c.stationID()), "Giàng A Páo", "pao")
	episode := c.airAnEpisode()
	c.announce()
	c.callTheJury()
	c.enter(episode)
	c.prepareTheJudging()
	c.scoreAtOnce()
	c.reconcile()
	c.publish()
}

func (c *panel) stationID() string {
	c.t.Helper()
	reg, err := c.d.store.Registry(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	st, err := reg.ByCodeOrID(c.station, "2024-05-13")
	if err != nil {
		c.t.Fatal(err)
	}
	return st.ID
}

// airAnEpisode plans an episode and reports that the station aired it.
func (c *panel) airAnEpisode() (episode string) {
	c.t.Helper()
	sound, err := os.ReadFile(voice(c.t, 440))
	if err != nil {
		c.t.Fatal(err)
	}
	rec := c.made("POST", "/api/v1/audio?kind=programme&name=so-20.mp3", string(sound))
	p := c.made("POST", "/api/v1/programmes",
		`{"title":"Nông thôn mới hằng tuần","counts_toward_target":true,"min_seconds":180,"topics":[],"languages":["vi"]}`)
	episode = c.made("POST", "/api/v1/programmes/"+p+"/episodes",
		fmt.Sprintf(`{"title":"Đường hoa Nậm Chảy","audio":%q,"script":"Kính chào bà con.","language":"vi"}`, rec))
	c.made("POST", "/api/v1/episodes/"+episode+"/approve", `{}`)
	c.made("POST", "/api/v1/programmes/"+p+"/rules", fmt.Sprintf(`{"cron":"0 17 * * 1","minutes":15,"stations":[%q]}`, c.stationID()))
	slot := c.slots(c.stationID())[0]
	c.clock.set(monday.Add(8*time.Hour + 20*time.Minute))
	c.made("PUT", "/api/v1/airings/"+uuidOf(1), fmt.Sprintf(`{"slot":%q,"outcome":"aired","seconds":200,"started_at":"2024-05-13T17:00:00+07:00"}`, slot))
	return episode
}

// announce drafts the contest from the sample and opens it.
func (c *panel) announce() {
	p := c.organiser
	p.Open(c.d.URL() + "/contests/new")
	p.Type("#f-title", "Hội thi Lào Cai 2024")
	p.Follow("form.card button")
	c.contest = strings.TrimSuffix(webtest.Eval[string](p, "where it is", "location.href"), "/rules")
	step := func(slug string) {
		p.Follow(".steps a[href$='/rules/" + slug + "']")
		webtest.Eval[any](p, "unfold all", `for (const d of document.querySelectorAll("main details")) d.open = true`)
	}
	step("general")
	p.Set("[name='dates.opens_at']", "2024-05-13T17:00")
	p.Set("[name='dates.closes_at']", "2024-05-15T17:00")
	p.Follow("button[value=save]")
	step("category.chuong-trinh")
	p.Set("[name='aired.from']", "2024-05-01T00:00")
	p.Set("[name='aired.until']", "2024-05-15T00:00")
	p.Click("input[name='aired.on']")
	p.Click("input[name='aired.declared']")
	p.Follow("button[value=save]")
	step("part.chung-khao.chuong-trinh")
	p.Click("input[name=seen]")
	p.Follow("button[value=save]")
	p.Open(c.contest)
	shots(p, "contest-draft")
	p.Click("a[data-dialog=ask-open]")
	p.Follow("#ask-open button[value=open]")
	c.says(p, ".head .badge", "nhận tác phẩm")
}

// callTheJury invites two judges by link and appoints them.
func (c *panel) callTheJury() {
	p, judges := c.organiser, map[string]**webtest.Tab{"Lò Văn Chủ": &c.chair, "Sùng Thị Viên": &c.judge}
	n := 0
	for name, tab := range judges {
		n++
		p.Open(c.contest + "/jury")
		p.Follow("a.button[href^='/people/invite']")
		p.Follow("form.card button")
		*tab = c.join(webtest.Eval[string](p, "read the link", linkOnPage), name, fmt.Sprint("giamkhao", n))
		p.Open(c.contest + "/jury")
		webtest.Eval[any](p, "choose "+name,
			fmt.Sprintf(`{const s = document.querySelector("#f-person"); s.value = [...s.options].find((o) => o.text.includes(%q)).value}`, name))
		if *tab == c.chair {
			p.Click("input[name=chair]")
		}
		p.Follow("button[value=appoint]")
	}
	p.Open(c.contest + "/jury")
	p.Type("input[name='panels.0.name']", "Ban giám khảo")
	webtest.Eval[any](p, "both judges on it", `for (const b of document.querySelectorAll("input[name='panels.0.judges']")) b.checked = true`)
	shots(p, "contest-jury")
	p.Follow("button[value=panels]")
	c.says(c.chair, "main", "Lò Văn Chủ")
}

// enter submits two works on the operator's phone: one she aired, and one she
// sends as a file and says where it was aired.
func (c *panel) enter(episode string) {
	p := c.operator
	form := func() {
		p.Open(c.d.URL() + "/enter")
		p.Follow("a.button[href^='/enter/']")
	}
	form()
	p.Type("#f-title", "Đường hoa Nậm Chảy")
	p.Set("#f-episode", episode)
	p.Set("#f-script", "Đây là tiếng nói của xã Nậm Chảy.")
	shots(p, "contest-enter")
	p.Follow("button[value=submit]")
	c.says(p, "main", "TP-001", "SHA-256", "17:00 13/5/2024")
	shots(p, "contest-receipt")
	form()
	p.Type("#f-title", "Nước về bản")
	p.Set("#f-script", "Nước đã về tới bản.")
	p.Follow("button[value=submit]") // no sound yet, and not aired: said at once, in words
	c.says(p, "[role=alert]", "Thiếu tệp âm thanh", "Chưa thấy lượt phát")
	p.Upload("#f-audio_file", voice(c.t, 523)+".wav") // as an old PC keeps it; judges hear an MP3 all the same
	p.Set("#f-aired_note", "Phát trên sóng huyện lúc 6 giờ ngày 10/5")
	p.Follow("button[value=submit]")
	c.says(p, "main", "TP-002", "SHA-256")
}

// prepareTheJudging hides the names, believes the airing, and starts the round
// once the time for entries is over.
func (c *panel) prepareTheJudging() {
	p := c.organiser
	p.Open(c.contest + "/entries")
	links := webtest.Eval[[]string](p, "the entries", `[...document.querySelectorAll("td a[href*='/entries/']")].map((a) => a.href)`)
	if len(links) != 2 {
		c.t.Fatalf("%d entries", len(links))
	}
	for i, link := range links {
		p.Open(link)
		if i == 0 {
			c.says(p, "#script", "Nậm Chảy")
			shots(p, "contest-redact")
		}
		p.Set("#f-text", fmt.Sprintf("Lời của tác phẩm thứ %d, đã che tên.", i+1))
		p.Follow("button[value=redact]")
	}
	p.Set("#c-reason", "Huyện đã xác nhận")
	p.Follow("button[value=confirm]")
	c.clock.set(monday.AddDate(0, 0, 3))
	p.Open(c.contest)
	p.Click("a[data-dialog=ask-start]")
	p.Follow("#ask-start button[value=start]")
	c.says(p, ".head .badge", "Đang chấm")
}

// score gives every criterion of every open sheet the mark and signs.
func (c *panel) score(p *webtest.Tab, mark string) {
	for range 2 {
		p.Open(c.d.URL() + "/judging")
		p.Follow("main .actions .button[href*='/sheets/']")
		c.hides(p, "body", "Nậm Chảy", "Mường Khương", "Đường hoa", "Nước về bản", "TP-0", "Giàng", "02770")
		heard := webtest.Eval[string](p, "listen",
			`fetch(document.querySelector("#player").src).then(async (r) => r.status + " " + r.headers.get("content-type") + " " + (await r.arrayBuffer()).byteLength % (512 << 10))`)
		if heard != "200 audio/mpeg 0" {
			c.t.Errorf("a judge hears %q", heard)
		}
		fields := webtest.Eval[[]string](p, "the criteria", `[...document.querySelectorAll(".criterion > input")].map((s) => "#" + s.id)`)
		for _, f := range fields {
			p.Type(f, mark)
		}
		p.Wait(".sheet-state.saved")
		if said := webtest.Eval[int](p, "say that all was heard", `fetch(document.querySelector("#sheet").dataset.save + "/heard", { method: "POST",
			headers: { "Content-Type": "application/json" }, body: JSON.stringify({ change: crypto.randomUUID(), spans: [{ from: 0, until: 200 }] }) }).then((r) => r.status)`); said != 200 {
			c.t.Errorf("what a judge heard is answered %d", said)
		}
		p.Open(webtest.Eval[string](p, "see where it is", "location.href"))
		p.Click("button[popovertarget^='sign-']")
		p.Wait("button[value=sign]")
		p.Follow("button[value=sign]")
	}
}

// scoreAtOnce lets both judges work at the same time; the chair likes what the
// other does not.
func (c *panel) scoreAtOnce() {
	c.clock.set(monday.AddDate(0, 0, 3).Add(time.Hour)) // nobody has heard both before
	var both sync.WaitGroup
	both.Go(func() { c.score(c.chair, "9") })
	both.Go(func() { c.score(c.judge, "3") })
	both.Wait()
	c.organiser.Open(c.contest)
	c.says(c.organiser, "main", "4/4")
	c.organiser.Click("a[data-dialog=ask-finish]")
	c.says(c.organiser, "#ask-finish", "chênh nhau quá mức") // not while judges are that far apart
	shots(c.organiser, "contest-gaps")
}

// reconcile is the chair's talk with the judge, who then scores again.
func (c *panel) reconcile() {
	p := c.chair
	for range 2 {
		p.Open(c.d.URL() + "/judging")
		p.Follow("a[href$='/chair']")
		shots(p, "contest-chair")
		webtest.Eval[any](p, "ask the other judge",
			`[...document.querySelectorAll("[name=reopen]")].find((b) => b.closest("label").textContent.includes("Sùng Thị Viên")).click()`)
		p.Set("textarea[name=reason]", "Nghe lại cùng nhau đoạn phỏng vấn")
		p.Click("button[popovertarget^='confer-']")
		p.Wait("[popover]:popover-open")
		p.Follow("button[value=confer]")
	}
	c.judge.Open(c.d.URL() + "/judging")
	c.judge.Follow("main .actions .button[href*='/sheets/']")
	c.says(c.judge, "main", "Nghe lại cùng nhau")
	c.score(c.judge, "8")
}

// publish finishes the round, gives the prizes and shows them to everybody.
func (c *panel) publish() {
	p := c.organiser
	p.Open(c.contest)
	p.Click("a[data-dialog=ask-finish]")
	p.Follow("#ask-finish button[value=finish]")
	p.Open(c.contest + "/results")
	c.says(p, "main", "Đường hoa Nậm Chảy", "85")
	shots(p, "contest-results")
	p.Follow("#prizes form > button")
	p.Open(c.contest)
	p.Click("a[data-dialog=ask-publish]")
	p.Follow("#ask-publish button[value=publish]")
	anyone := c.browser.Person()
	id := c.contest[strings.LastIndex(c.contest, "/")+1:]
	anyone.Open(c.d.URL() + "/results/" + id)
	c.says(anyone, "main", "Giải Nhất", "Nậm Chảy", "Nước về bản")
	shots(anyone, "contest-public")
	sound := webtest.Eval[string](anyone, "find the sound", `document.querySelector("audio").getAttribute("src")`)
	if a := c.call("GET", sound, "", "Range", "bytes=0-99", "Authorization", ""); a.Status != http.StatusPartialContent || len(a.Body) != 100 {
		c.t.Errorf("playing %s: %d, %d bytes", sound, a.Status, len(a.Body))
	}
	c.operator.Open(c.d.URL() + "/enter")
	c.operator.Follow("main .list a")
	c.says(c.operator, "main", "Giải")
	var v struct{ Phase string }
	if a := c.call("GET", "/api/v1/contests/"+id, ""); json.Unmarshal(a.Body, &v) != nil || v.Phase != "published" {
		c.t.Errorf("the API says %s", a.Body)
	}
}
