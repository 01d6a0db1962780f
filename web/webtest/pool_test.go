package webtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

func TestMain(m *testing.M) { Main(m) }

// had is the browser that a test had while it ran. Where there is none the test around it
// is skipped, as the one inside was.
func had(t *testing.T, test func(t *testing.T, b *Browser)) (p process) {
	t.Helper()
	t.Run("", func(t *testing.T) {
		b := NewBrowser(t)
		p = b.process
		test(t, b)
	})
	if p == nil {
		t.SkipNow()
	}
	return p
}

func TestABrowserServesOneTestAfterTheOther(t *testing.T) {
	house := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<!doctype html><h1>Đài</h1>")
	}))
	t.Cleanup(house.Close)
	visit := func(t *testing.T, b *Browser) {
		p := b.Person()
		p.Open(house.URL)
		if found := Eval[string](p, "look for another's", "document.cookie + Object.keys(localStorage)"); found != "" {
			t.Errorf("who comes later finds %q", found)
		}
		if left := Eval[string](p, "leave something", `document.cookie = "c=1", localStorage.k = "1", document.cookie + Object.keys(localStorage)`); left != "c=1k" {
			t.Errorf("she left %q", left)
		}
	}
	first := had(t, visit)
	if second := had(t, visit); second != first {
		t.Error("the second test got a browser of its own, and the first one's was free")
	}
	had(t, func(t *testing.T, b *Browser) {
		if other := NewBrowser(t); other.process == b.process {
			t.Error("two have one browser at once")
		}
	})
}

func TestADeadBrowserIsNobodys(t *testing.T) {
	dead := had(t, func(t *testing.T, b *Browser) {
		b.Person().Open("about:blank")
		switch p := b.process.(type) {
		case *chromium:
			_, _ = chromedp.CallBrowser(p.ctx, browser.Crash, cdp.Empty{}) // it dies, and answers nothing
			<-chromedp.FromContext(p.ctx).Browser.LostConnection
		case *firefox:
			if err := p.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-p.ended
		}
	})
	next := had(t, func(t *testing.T, b *Browser) { b.Person().Open("about:blank") })
	if next == dead {
		t.Error("a test got the browser that had died")
	}
}

// TestABrowserInDisorderIsEnded has a pool of its own, since a test that fails
// fails the one around it.
func TestABrowserInDisorderIsEnded(t *testing.T) {
	var ended int
	fresh := func() (process, error) { return &pretended{ended: &ended}, nil }
	p := pool{open: true}
	first, _ := p.take(fresh)
	if err := p.give(first, false); err != nil || ended != 1 {
		t.Fatalf("%d ended, %v; want the one that a failed test gave back", ended, err)
	}
	second, _ := p.take(fresh)
	if err := p.give(second, true); err != nil || second == first {
		t.Fatalf("the next test got it again: %v", err)
	}
	if err := p.close(); err != nil || ended != 2 {
		t.Fatalf("%d ended, %v; want both when all is over", ended, err)
	}
	if _, err := p.take(fresh); err == nil {
		t.Error("a browser was started that nothing would end")
	}
}

type pretended struct {
	process
	ended *int
}

func (p *pretended) alive() bool { return true }
func (p *pretended) end() error  { *p.ended++; return nil }
