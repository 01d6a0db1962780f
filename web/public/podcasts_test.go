package public_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/mmcdole/gofeed"

	"loa/accounts"
	"loa/scheduler"
	"loa/sharing"
)

// TestAPodcastIsTakenByDirectories: read by a reader of feeds, it has what Apple and Spotify ask for, its sounds are where it
// says and as long, an episode keeps its name, and one that is withdrawn is gone.
func TestAPodcastIsTakenByDirectories(t *testing.T) {
	x := newHouse(t)
	x.save(t, sharing.SaveFace{})
	const path = "/podcasts/P1/vi/feed.xml"
	for _, p := range []string{path, "/podcasts"} {
		if code := x.get(p).Code; code != http.StatusNotFound {
			t.Errorf("%s before anything was chosen: %d", p, code)
		}
	}
	x.save(t, sharing.SaveFace{Programmes: []string{"P1", "P2"}, Publisher: "Văn phòng Điều phối & NTM", Email: "vpdp@laocai.example.vn"})
	w := x.get(path)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/rss+xml; charset=utf-8" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	feed, err := gofeed.NewParser().ParseString(w.Body.String())
	if err != nil {
		t.Fatal(err)
	}
	it := feed.ITunesExt
	switch {
	case feed.FeedType != "rss" || feed.FeedVersion != "2.0", it == nil:
		t.Fatalf("%s %s", feed.FeedType, feed.FeedVersion)
	case feed.Title != "Nông thôn mới hằng tuần", feed.Description == "", feed.Language != "vi", feed.Link == "", feed.Copyright == "":
		t.Errorf("%+v", feed)
	case it.Author != "Văn phòng Điều phối & NTM", it.Explicit != "false", it.Type != "episodic", it.Image == "", it.Owner == nil,
		it.Owner.Email != "vpdp@laocai.example.vn", len(it.Categories) == 0, it.Categories[0].Text != "Government":
		t.Errorf("%+v", it)
	case feed.FeedLink != "https://loa.example.vn"+path, feed.Image == nil, len(feed.Items) != 1:
		t.Errorf("%s %v %d items", feed.FeedLink, feed.Image, len(feed.Items))
	}
	// What the public specifications ask of each episode.
	for _, e := range feed.Items {
		sound := e.Enclosures[0]
		u, err := url.Parse(sound.URL)
		if err != nil || u.Scheme != "https" || !strings.HasSuffix(u.Path, ".mp3") || sound.Type != "audio/mpeg" || len(e.Enclosures) != 1 {
			t.Fatalf("%+v", sound)
		}
		got := x.get(u.Path)
		if got.Code != http.StatusOK || strconv.Itoa(got.Body.Len()) != sound.Length || got.Header().Get("Content-Type") != sound.Type ||
			got.Header().Get("Accept-Ranges") != "bytes" {
			t.Errorf("%s: %d, %d bytes where %s are told", sound.URL, got.Code, got.Body.Len(), sound.Length)
		}
		if seconds, err := strconv.Atoi(e.ITunesExt.Duration); err != nil || seconds <= 0 || e.GUID == "" || e.Title == "" || e.PublishedParsed == nil ||
			e.PublishedParsed.After(x.now) || e.ITunesExt.Explicit != "false" {
			t.Errorf("%+v %+v", e, e.ITunesExt)
		}
	}
	if !regexp.MustCompile(`<pubDate>[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}</pubDate>`).MatchString(w.Body.String()) {
		t.Error("the day is not as RFC 2822 writes it")
	}
	if cover := x.get("/podcasts/cover.png"); cover.Code != http.StatusOK || cover.Header().Get("Content-Type") != "image/png" {
		t.Errorf("the picture: %d", cover.Code)
	}
	if again := x.get(path, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("had already: %d", again.Code)
	}
	if page := x.get("/podcasts").Body.String(); !strings.Contains(page, "https://loa.example.vn"+path) {
		t.Error("the page does not lead to the feed")
	}
	for _, p := range []string{"/podcasts/P1/hmn/feed.xml", "/podcasts/P9/vi/feed.xml"} {
		if code := x.get(p).Code; code != http.StatusNotFound {
			t.Errorf("%s: %d", p, code)
		}
	}
	d, err := x.Store.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range d.People() {
		if strings.Contains(w.Body.String(), p.Name) {
			t.Errorf("the feed names %s", p.Name)
		}
	}

	name := feed.Items[0].GUID
	x.now = x.now.AddDate(0, 2, 0)
	m := accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: x.now}
	title := scheduler.SaveProgramme{ID: "P1", Title: "Nông thôn mới", Languages: []string{"vi"}, CountsTowardTarget: true, MinSeconds: 300}
	if _, err := x.Store.SaveProgramme(t.Context(), m, title); err != nil {
		t.Fatal(err)
	}
	after, err := gofeed.NewParser().ParseString(x.get(path).Body.String())
	if err != nil || after.Title != "Nông thôn mới" || !slices.ContainsFunc(after.Items, func(i *gofeed.Item) bool { return i.GUID == name }) {
		t.Errorf("renamed: %+v %v", after, err)
	}
	m.ID = uuid.NewString()
	if _, err := x.Store.MoveEpisode(t.Context(), m, scheduler.MoveEpisode{ID: "E1", To: scheduler.Withdrawn, Why: "Sai"}); err != nil {
		t.Fatal(err)
	}
	if after, err := gofeed.NewParser().ParseString(x.get(path).Body.String()); err != nil || len(after.Items) != 0 {
		t.Errorf("withdrawn: %+v %v", after, err)
	}
}
