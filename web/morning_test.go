package web_test

import (
	"image"
	"image/jpeg"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"loa/accounts"
	"loa/airing"
	"loa/web/webtest"
)

// aPhoto is what a phone's camera makes: 4000 by 3000 points of noise, which
// no JPEG makes small.
func aPhoto(t *testing.T) (path string, size int64) {
	t.Helper()
	img := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = byte(uint32(i) * 2654435761 >> 24)
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = byte(i>>8), byte(i>>11)
	}
	path = filepath.Join(t.TempDir(), "IMG_0001.jpg")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(f, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	if size, err = f.Seek(0, 2); err != nil {
		t.Fatal(err)
	}
	return path, size
}

// TestAnOperatorsMorning is one operator's day on a small phone: while it is on
// air, a slip taken back, the report, a photo, a correction.
func TestAnOperatorsMorning(t *testing.T) {
	t.Parallel()
	clock := &aClock{at(16, 50, 0)}
	k, s := build(t, clock.now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	plannedSince(t, s, clock.at)
	secret := webtest.LoggedIn(t, s, "xa-02647", clock.at,
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	p := webtest.NewBrowser(t).Person()
	p.Size(360)
	p.Cookie("s", secret, server.URL)

	p.Open(server.URL + "/")
	p.Says("main", "Khung phát tới: hôm nay 17:00.")
	p.Shot("morning-home", 360)
	p.Open(server.URL + "/today")
	p.Says("[aria-labelledby=not-due]", "Chưa đến giờ", "Thứ Hai 17:00")
	p.Shot("morning-before", 360)

	clock.at = at(17, 0, 5)
	p.Open(server.URL + "/today")
	p.Says("[aria-labelledby=on-air]", "Đang phát", "Phát xong lúc 17:15")
	p.Shot("morning-on-air", 360)
	p.Fingers("/today")
	p.Follow("form.thumbs .yes")
	p.Says(".flash", "được tính khi phát xong, lúc 17:15")
	p.Says("[aria-labelledby=done]", "Bỏ được đến 17:10")
	p.Shot("morning-reported", 360)
	p.Follow("[aria-labelledby=done] form button")
	p.Says(".flash", "Đã rút lại")

	clock.at = at(17, 20, 0)
	p.Open(server.URL + "/today")
	p.Shot("morning-waiting", 360)
	p.Follow("[aria-labelledby=waiting] .yes")
	p.Follow("[aria-labelledby=done] .list a")
	p.Shot("morning-report", 360)

	photo, size := aPhoto(t)
	if size < 3_000_000 {
		t.Fatalf("the photo has %d bytes only", size)
	}
	p.Upload("input[capture]", photo)
	p.Wait("img.evidence")
	p.Shot("morning-photo", 360)
	lines, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{From: at(0, 0, 0), Until: at(23, 0, 0), Standing: true})
	if err != nil || len(lines) != 1 || len(lines[0].Evidence) != 1 {
		t.Fatalf("%+v, %v", lines, err)
	}
	e := lines[0].Evidence[0]
	if e.Size > size/4 || e.Type != "image/jpeg" || e.Recording == "" || e.CapturedAt.IsZero() {
		t.Errorf("of %d bytes the phone sent %+v", size, e)
	}
	p.Until("the photo is there, 1600 points wide", `document.querySelector("img.evidence").naturalWidth === 1600`)

	// A correction keeps the photo.
	p.Follow("a[href*='corrects=']")
	p.Set("#f-started_at", "2024-05-13T17:05")
	p.Type("#f-why", "phát muộn năm phút")
	p.Shot("morning-correct", 360)
	p.Follow("form.report > button")
	p.Follow("[aria-labelledby=done] .list a")
	p.Wait("img.evidence")
	p.Says("[aria-labelledby=evidence]", "Minh chứng của báo cáo trước được giữ lại.")
	// And it can be taken away, with a reason.
	p.Click("[aria-labelledby=evidence] summary")
	p.Type("[aria-labelledby=evidence] input[name=why]", "chụp nhầm người qua đường")
	p.Shot("morning-remove", 360)
	p.Click("[aria-labelledby=evidence] .danger")
	p.Follow("[aria-labelledby=evidence] .dialog .danger")
	p.Says("[aria-labelledby=evidence]", "chụp nhầm người qua đường")
	p.Shot("morning-removed", 360)
}
