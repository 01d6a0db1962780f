package web_test

import (
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/internal/text"
	"loa/web/webtest"
)

// TestAnEditorsDayReachesTheStations: an editor writes an episode for a programme
// that has its hours, approves it, and a station has it in her day; he moves the
// date, and she sees the new hour. Both widths are looked at.
func TestAnEditorsDayReachesTheStations(t *testing.T) {
	t.Parallel()
	audiotest.Need(t, "ffmpeg")
	clock := &aClock{time.Date(2024, 5, 13, 9, 0, 0, 0, text.Zone)}
	k, s := build(t, clock.now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	programme := plannedSince(t, s, clock.at.AddDate(0, 0, -7))
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	b := webtest.NewBrowser(t)
	person := func(name string, g accounts.Grant) *webtest.Tab {
		p := b.Person()
		p.Size(360)
		p.Cookie("s", webtest.LoggedIn(t, s, name, clock.at, g), server.URL)
		return p
	}
	editor := person("Vàng Thị Hoa", accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}})
	station := person("xa-02647", accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	look := func(p *webtest.Tab, name string) {
		t.Helper()
		for _, width := range []int64{1280, 360} {
			p.Shot("editor-"+name, width)
		}
	}
	sound := filepath.Join(t.TempDir(), "so-20.mp3")
	if out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=440:d=200", "-ac", "1", "-ar", "22050", "-b:a",
		"48k", sound).CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}

	editor.Open(server.URL + "/")
	look(editor, "home")
	editor.Open(server.URL + "/programmes/" + programme + "/episodes/new")
	editor.Type("#f-title", "Số 20: Đường về bản")
	editor.Set("#f-script", "Kính chào bà con và các bạn.")
	editor.Upload("#f-file", sound)
	look(editor, "episode-new")
	editor.Follow("button[value=approve]")
	editor.Says(".head .badge", "Đã duyệt")
	look(editor, "episode")
	editor.Fingers("an episode")

	station.Open(server.URL + "/today")
	station.Says("main", "Số 20: Đường về bản", "17:00")
	look(station, "station-has-it")

	editor.Open(server.URL + "/calendar?week=2024-W20")
	look(editor, "calendar")
	editor.Follow(".slot")
	look(editor, "date")
	editor.Click("input[name=kind][value=moved]")
	editor.Set("#f-to", "2024-05-13T18:30")
	editor.Type("#f-note", "Nhường họp dân")
	editor.Follow("form.card button:not([name])")
	look(editor, "moved")
	editor.Says("main", "18:30")
	editor.Fingers("the calendar after a date was moved")

	station.Open(server.URL + "/today")
	station.Says("main", "Số 20: Đường về bản", "18:30")
	look(station, "station-moved")
	clock.at = time.Date(2024, 5, 13, 18, 50, 0, 0, text.Zone)
	station.Open(server.URL + "/today")
	station.Follow("[aria-labelledby=waiting] .yes")
	station.Says("[aria-labelledby=done]", "18:30")

	editor.Open(server.URL + "/coverage?week=2024-W20")
	editor.Says("main", "1/127")
}
