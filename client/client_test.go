package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"loa/airing"
	"loa/client"
	"loa/plan"
	"loa/stations"
)

// script answers one request after the other; the last answer stays.
type script struct {
	answers []func(*http.Request) (*http.Response, error)
	asked   []*http.Request
	bodies  []string
}

// RoundTrip implements http.RoundTripper.
func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked = append(s.asked, r)
	body := ""
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	s.bodies = append(s.bodies, body)
	return s.answers[min(len(s.asked), len(s.answers))-1](r)
}

func says(status int, body string, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		r := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
			ContentLength: int64(len(body))}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return r, nil
	}
}

func breaks(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

// cutShort answers a part and breaks.
func cutShort(part string, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		resp, err := says(http.StatusOK, "", headers...)(r)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(part), broken{}))
		return resp, err
	}
}

type broken struct{}

// Read implements io.Reader.
func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func newClient(answers ...func(*http.Request) (*http.Response, error)) (*client.Client, *script) {
	s := &script{answers: answers}
	c := client.New("http://loa.example", "secret")
	c.HTTP = &http.Client{Transport: s}
	return c, s
}

const busy = `{"code":"store.busy","detail":"Hãy thử lại sau."}`

// A line that breaks, before the answer or within it, costs a second try: a change has the ID of the first.
func TestWhatIsSafeIsSentAgain(t *testing.T) {
	for name, try := range map[string]struct {
		answers []func(*http.Request) (*http.Response, error)
		call    func(context.Context, *client.Client) error
		tries   int
		waits   time.Duration // at least
		fails   bool
	}{
		"a question": {[]func(*http.Request) (*http.Response, error){breaks, cutShort(`{"login"`), says(200, `{"login":"mai"}`)},
			func(ctx context.Context, c *client.Client) error { _, err := c.GetMe(ctx); return err }, 3, 0, false},
		"a change with an ID": {[]func(*http.Request) (*http.Response, error){breaks, says(502, "<html>"), says(201, `{}`)},
			func(ctx context.Context, c *client.Client) error {
				_, err := c.PostPeople(ctx, client.PersonBody{})
				return err
			}, 3, 0, false},
		"a change under the caller's ID": {[]func(*http.Request) (*http.Response, error){breaks, says(200, `{}`)},
			func(ctx context.Context, c *client.Client) error {
				_, err := c.PutAiring(ctx, "x", airing.Confirm{})
				return err
			}, 2, 0, false},
		"a busy server says when": {[]func(*http.Request) (*http.Response, error){says(503, busy, "Retry-After", "20"), says(200, `{}`)},
			func(ctx context.Context, c *client.Client) error { _, err := c.GetMe(ctx); return err }, 2, 20 * time.Second, false},
		"longer than one's patience": {[]func(*http.Request) (*http.Response, error){says(503, busy, "Retry-After", "60")},
			func(ctx context.Context, c *client.Client) error { _, err := c.GetMe(ctx); return err }, 1, 0, true},
		"what has no ID": {[]func(*http.Request) (*http.Response, error){breaks},
			func(ctx context.Context, c *client.Client) error {
				_, err := c.PostTokens(ctx, client.TokenBody{})
				return err
			}, 1, 0, true},
		"a refusal": {[]func(*http.Request) (*http.Response, error){says(409, `{"code":"airing.slot_reported","detail":"Đã báo."}`)},
			func(ctx context.Context, c *client.Client) error { _, err := c.GetMe(ctx); return err }, 1, 0, true},
		"a file that can be read again": {[]func(*http.Request) (*http.Response, error){breaks, says(201, `{}`)},
			func(ctx context.Context, c *client.Client) error {
				_, err := c.PostAudio(ctx, client.PostAudioOptions{}, strings.NewReader("RIFF"))
				return err
			}, 2, 0, false},
		"a stream that cannot": {[]func(*http.Request) (*http.Response, error){breaks},
			func(ctx context.Context, c *client.Client) error {
				_, err := c.PostAudio(ctx, client.PostAudioOptions{}, io.LimitReader(strings.NewReader("RIFF"), 4))
				return err
			}, 1, 0, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			c, s := newClient(try.answers...)
			if err := try.call(t.Context(), c); (err != nil) != try.fails || len(s.asked) != try.tries || time.Since(began) < try.waits {
				t.Errorf("%s: %v after %d tries in %v", name, err, len(s.asked), time.Since(began))
			}
			for i, r := range s.asked {
				if r.Header.Get("Idempotency-Key") != s.asked[0].Header.Get("Idempotency-Key") || s.bodies[i] != s.bodies[0] {
					t.Errorf("%s: try %d is another change", name, i+1)
				}
			}
		})
	}
}

func TestNobodyWaitsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClient(breaks)
		began := time.Now()
		_, err := c.GetMe(t.Context())
		if took := time.Since(began); !errors.Is(err, io.ErrUnexpectedEOF) || took > c.Patience || took < c.Patience/4 || len(s.asked) < 5 {
			t.Errorf("%v after %v and %d tries", err, took, len(s.asked))
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if _, err := c.GetMe(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("whose time is up: %v", err)
		}
		c.Patience = 0
		before := len(s.asked)
		if _, err := c.GetMe(t.Context()); err == nil || len(s.asked) != before+1 {
			t.Errorf("no patience: %v, %d tries", err, len(s.asked)-before)
		}
	})
}

func TestARefusalSaysAll(t *testing.T) {
	c, _ := newClient(says(422, `{"code":"stations.import_refused","detail":"Tệp có lỗi.","field":"file",
		"errors":[{"code":"stations.unit_unknown","detail":"Dòng 3","line":3}]}`))
	_, err := c.GetMe(t.Context())
	var e *client.Error
	if !errors.As(err, &e) || e.Status != 422 || e.Field != "file" || e.Errors[0].Line != 3 || !client.Is(err, "stations.unit_unknown") ||
		!client.Is(err, "stations.import_refused") || client.Is(err, "other") || !strings.Contains(err.Error(), "Dòng 3") {
		t.Errorf("%v", err)
	}
	for _, page := range []func(*http.Request) (*http.Response, error){says(403, "<html>log in to the Wi-Fi"),
		says(200, "<html>welcome", "Content-Type", "text/html")} {
		c, _ = newClient(page)
		if _, err := c.GetMe(t.Context()); !errors.As(err, &e) || e.Code != "" || !strings.Contains(err.Error(), "no Loa") {
			t.Errorf("a portal: %v", err)
		}
	}
}

func TestAnEditionIsAskedForAndHeld(t *testing.T) {
	c, s := newClient(says(200, `{}`, "ETag", `"a.b"`), says(412, `{"code":"edit.stale","detail":"…","changed_by":"Lan"}`), says(304, ""))
	var read client.Edition
	if _, err := c.Note(&read).GetPlanID(t.Context(), "T1"); err != nil || read != `"a.b"` {
		t.Fatalf("%q, %v", read, err)
	}
	_, err := c.If(read).PutPlanID(t.Context(), "T1", plan.Fields{})
	var e *client.Error
	if !errors.As(err, &e) || e.ChangedBy != "Lan" || s.asked[1].Header.Get("If-Match") != `"a.b"` {
		t.Errorf("%v, If-Match %q", err, s.asked[1].Header.Get("If-Match"))
	}
	if _, err := c.Unless(read).GetPlanID(t.Context(), "T1"); !errors.Is(err, client.ErrUnchanged) || s.asked[2].Header.Get("If-None-Match") != `"a.b"` {
		t.Errorf("what one has: %v", err)
	}
	// Who believes that an edition guards her is told where it does not.
	if _, err := c.If(read).PutAiring(t.Context(), "x", airing.Confirm{}); !errors.Is(err, client.ErrNoEdition) || len(s.asked) != 3 {
		t.Errorf("a call without editions: %v", err)
	}
}

func TestPagesAreAskedForWhileSomebodyReads(t *testing.T) {
	page := func(n int, next string) func(*http.Request) (*http.Response, error) {
		return says(200, fmt.Sprintf(`{"items":[{"id":"S%d"},{"id":"S%d"}],"next":%s}`, 2*n, 2*n+1, next))
	}
	c, s := newClient(page(0, `"/api/v1/stations?after=S1&district=082&limit=500"`), page(1, `null`))
	all, err := client.All(c.GetStations(t.Context(), stations.Filter{District: "082"}))
	if err != nil || len(all) != 4 || all[3].ID != "S3" {
		t.Errorf("%v, %v", all, err)
	}
	if got := s.asked[1].URL.Query(); got.Get("after") != "S1" || got.Get("district") != "082" {
		t.Errorf("the second page is %v", got)
	}
	c, s = newClient(page(0, `"/api/v1/stations?after=S1&limit=500"`))
	for range c.GetStations(t.Context(), stations.Filter{}) {
		break
	}
	if len(s.asked) != 1 {
		t.Errorf("who reads one item asks for %d pages", len(s.asked))
	}
	c, _ = newClient(page(0, `"/api/v1/stations?after=S1&limit=500"`), says(403, `{"code":"accounts.denied","detail":"Không được."}`))
	if all, err := client.All(c.GetStations(t.Context(), stations.Filter{})); all != nil || !client.Is(err, "accounts.denied") {
		t.Errorf("a page that is refused: %v, %v", all, err)
	}
}

// No name leads elsewhere: an empty one would be the list, ".." what stands above it.
func TestANameLeadsNowhereElse(t *testing.T) {
	c, s := newClient(says(200, `{}`))
	for _, name := range []string{"", ".", ".."} {
		if _, err := c.DeleteList(t.Context(), name); !errors.Is(err, client.ErrNoName) || len(s.asked) > 0 {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := c.GetStation(t.Context(), "a/../b?c#ộ"); err != nil || s.asked[0].URL.EscapedPath() != "/api/v1/stations/a%2F..%2Fb%3Fc%23%E1%BB%99" {
		t.Errorf("%v, %s", err, s.asked[0].URL.EscapedPath())
	}
	for _, address := range []string{"", "loa", "ftp://loa", "http://", "http://loa example"} {
		var wrong client.AddressError
		if _, err := client.New(address, "").GetMe(t.Context()); !errors.As(err, &wrong) {
			t.Errorf("the server %q: %v", address, err)
		}
	}
}

func TestAFileGoesOnWhereItsLineBroke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newClient(cutShort("abc", "ETag", `"1"`, "Content-Type", "audio/mpeg", "Content-Disposition", `attachment; filename="ban tin.mp3"`),
			breaks, says(206, "def"))
		f, err := c.GetAudioID(t.Context(), "R1", client.GetAudioIDOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b, err := io.ReadAll(f)
		last := s.asked[len(s.asked)-1].Header
		if err != nil || string(b) != "abcdef" || last.Get("Range") != "bytes=3-" || last.Get("If-Range") != `"1"` ||
			f.Name != "ban tin.mp3" || f.Kind != "audio/mpeg" {
			t.Errorf("%q, %v, %v, %+v", b, err, last, f)
		}
	})
	// It is another file by now: half of each would be none.
	c, _ := newClient(cutShort("abc", "ETag", `"1"`), says(200, "xyzuvw"))
	f, err := c.GetAudioID(t.Context(), "R1", client.GetAudioIDOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, err := io.ReadAll(f); err == nil || string(b) != "abc" {
		t.Errorf("another file: %q, %v", b, err)
	}
}

// A program outside takes no door along: neither pages nor a database.
func TestTheClientTakesNoDoorAlong(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for p := range strings.FieldsSeq(string(out)) {
		for _, door := range []string{"loa/web", "loa/store", "loa/post", "loa/cmd", "go.etcd.io/bbolt", "github.com/go-webauthn", "github.com/minio"} {
			if p == door || strings.HasPrefix(p, door+"/") {
				t.Errorf("package client brings %s", p)
			}
		}
	}
}
