package programmes_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"loa/audio/audiotest"
	"loa/library"
	"loa/store/bolt"
	"loa/web/uploads"
	"loa/web/webtest"
)

// line carries requests to the pages. A PATCH that begins behind the probe is
// cut after some bytes, and from then on no upload gets through until mended.
type line struct {
	after int64 // bytes of that PATCH that arrive; 0 never cuts

	mu      sync.Mutex
	down    bool
	made    int     // uploads
	offsets []int64 // where each PATCH that got through began
}

const probe = 64 << 10 // the uploader's first piece

func (l *line) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, uploads.Root) {
			next.ServeHTTP(w, r)
			return
		}
		cut := l.meet(r)
		if cut == nil {
			next.ServeHTTP(w, r)
			return
		}
		if *cut > 0 {
			r.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(io.LimitReader(r.Body, *cut), broken{}), r.Body}
			next.ServeHTTP(nobody{w}, r)
		}
		panic(http.ErrAbortHandler)
	})
}

// meet notes a request of an upload and tells after how many bytes of its body
// it dies, nil for one that gets through.
func (l *line) meet(r *http.Request) (cut *int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return new(int64)
	}
	if r.Method == http.MethodPost {
		l.made++
	}
	if r.Method != http.MethodPatch {
		return nil
	}
	at, _ := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	l.offsets = append(l.offsets, at)
	if l.after == 0 || at < probe {
		return nil
	}
	l.down = true
	return &l.after
}

// mend lets everything through and forgets what it noted.
func (l *line) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down, l.after, l.made, l.offsets = false, 0, 0, nil
}

// noted tells how many uploads were made and where pieces began since.
func (l *line) noted() (made int, offsets []int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.made, append([]int64(nil), l.offsets...)
}

// broken is the end of a body on a line that died.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// nobody hears the answer.
type nobody struct{ http.ResponseWriter }

func (nobody) Write(p []byte) (int, error) { return len(p), nil }
func (nobody) WriteHeader(int)             {}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// newEpisode opens the form of a new episode of a programme that it makes.
func newEpisode(p *webtest.Tab, url string) {
	p.Open(url + "/in/editor")
	p.Open(url + "/programmes/new")
	p.Type("#f-title", "Nông thôn mới hằng tuần")
	p.Click("input[name=topics][value=ocop_cooperatives]")
	p.Follow("form .actions button")
	p.Follow("a[href$='/episodes/new']")
	p.Type("#f-title", "Số 20")
}

// one returns the only recording that is kept.
func one(t *testing.T, s *bolt.Store) library.Recording {
	t.Helper()
	found, err := s.Recordings(t.Context(), library.Query{Limit: 10})
	if err != nil || len(found.Items) != 1 {
		t.Fatalf("%d recordings, %v", len(found.Items), err)
	}
	return found.Items[0]
}

const sent, arrived = "[data-state] [role=status]", `document.querySelector("[data-kept]").value !== ""`

func TestACutUploadGoesOnAfterAReload(t *testing.T) {
	const cut = 150_000
	mp3 := audiotest.MP3(t, 60, 64, 3)
	path := write(t, "Bản tin số 20.mp3", mp3)
	for name, again := range map[string]func(p *webtest.Tab){
		"when it is asked for": func(p *webtest.Tab) {
			until(p, `!document.querySelector("[data-use]").hidden`)
			p.Shot("upload-asked", 360)
			p.Shot("upload-asked", 1280)
			p.Click("[data-use]")
		},
		"with the same file, where the browser keeps no files": func(p *webtest.Tab) {
			until(p, `document.querySelector("[data-state] [role=status]").textContent.includes("Hãy chọn lại đúng tệp đó")`)
			p.Upload("#f-file", path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := &line{after: cut}
			url, s := serve(t, l.wrap)
			p := webtest.NewBrowser(t).Person()
			newEpisode(p, url)
			p.Upload("#f-file", path)
			until(p, `document.querySelector("[data-state] [role=status]").textContent.startsWith("Mất mạng")`)
			p.Shot("upload-no-line", 360)
			p.Shot("upload-no-line", 1280)
			if strings.HasPrefix(name, "with") {
				webtest.Eval[any](p, "take the file from the browser's memory", dropFile)
			}
			l.mend()
			p.Open(url + "/programmes/P1/episodes/new")
			again(p)
			until(p, arrived)
			made, offsets := l.noted()
			if made != 0 || len(offsets) == 0 || offsets[0] != probe+cut {
				t.Errorf("%d uploads were made again, the first piece began at %v: want none, and %d", made, offsets, probe+cut)
			}
			contains(t, p.Text(sent), "Đã nhận và kiểm tra xong “Bản tin số 20.mp3”")
			p.Shot("upload-arrived", 360)
			p.Type("#f-title", "Số 20")
			p.Follow("button[value=draft]")
			contains(t, p.Text(".head .badge"), "Bản nháp")
			if rec := one(t, s); rec.Blob.Size != int64(len(mp3)) {
				t.Errorf("kept %d bytes of %d", rec.Blob.Size, len(mp3))
			}
			// The next episode begins without the file of this one.
			p.Open(url + "/programmes/P1/episodes/new")
			p.Wait("#f-file")
			if webtest.Eval[bool](p, "look", arrived) {
				t.Error("a new form took the recording of the one before")
			}
		})
	}
}

const dropFile = `new Promise((done) => {
	const open = indexedDB.open("loa-uploads", 2);
	open.onsuccess = () => {
		const t = open.result.transaction("uploads", "readwrite"), all = t.objectStore("uploads");
		all.openCursor().onsuccess = (e) => {
			const c = e.target.result;
			if (!c) return;
			const { file, ...rest } = c.value;
			c.update(rest);
			c.continue();
		};
		t.oncomplete = () => done(true);
	};
})`

// left counts what the browser still remembers of files on their way.
const left = `new Promise((done) => {
	const open = indexedDB.open("loa-uploads", 2);
	open.onsuccess = () => {
		const all = open.result.transaction("uploads").objectStore("uploads").getAll();
		all.onsuccess = () => done(all.result.filter((u) => !u.handed).length);
	};
})`

// TestAFileOfAnEarlierVisitIsAskedAbout: it is named, the form does not go
// before somebody answered, and whatever is chosen next takes its place, also
// when that is refused.
func TestAFileOfAnEarlierVisitIsAskedAbout(t *testing.T) {
	first := write(t, "số cũ.mp3", audiotest.MP3(t, 60, 64, 11))
	for name, c := range map[string]struct {
		next func(p *webtest.Tab) // what she does on the second visit
		want int                  // files that are asked about on the third
	}{
		"a picture, which is refused": {func(p *webtest.Tab) {
			p.Upload("#f-file", write(t, "ảnh.jpg", []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"+strings.Repeat("x", 9000))))
			until(p, `document.querySelector("[data-state] .error")`)
		}, 0},
		"an empty file, which is refused": {func(p *webtest.Tab) {
			p.Upload("#f-file", write(t, "rỗng.mp3", nil))
			until(p, `document.querySelector("[data-state] .error")`)
		}, 0},
		"nothing, the file is dropped": {func(p *webtest.Tab) { p.Click("[data-drop]") }, 0},
		"another file": {func(p *webtest.Tab) {
			p.Upload("#f-file", write(t, "số mới.mp3", audiotest.MP3(t, 3, 64, 12)))
			until(p, arrived)
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			l := &line{after: 1000}
			url, s := serve(t, l.wrap)
			p := webtest.NewBrowser(t).Person()
			newEpisode(p, url)
			p.Upload("#f-file", first)
			until(p, `document.querySelector("[data-state] [role=status]").textContent.startsWith("Mất mạng")`)
			l.mend()

			const page = "/programmes/P1/episodes/new"
			p.Open(url + page)
			until(p, `!document.querySelector("[data-use]").hidden`)
			asked := p.Text(sent)
			contains(t, asked, "“số cũ.mp3”")
			if !regexp.MustCompile(`lúc \d\d:\d\d \d{1,2}/\d{1,2}/\d{4}`).MatchString(asked) {
				t.Errorf("%q does not say when", asked)
			}
			p.Type("#f-title", "Số 21")
			p.Click("button[value=approve]")
			until(p, `document.querySelector("[data-state] [role=status]").textContent.includes("chưa được gửi")`)
			if at := webtest.Eval[string](p, "look where it is",
				`location.pathname + document.querySelectorAll("[aria-busy], form[data-sent]").length`); at != page+"0" {
				t.Errorf("the form went to %s without an answer", at)
			}
			if made, offsets := l.noted(); made != 0 || len(offsets) != 0 || webtest.Eval[bool](p, "look", arrived) {
				t.Errorf("it was sent without being asked for: %d made, pieces at %v", made, offsets)
			}
			p.Shot("upload-unanswered", 360)
			c.next(p)
			p.Until("forget the first", fmt.Sprintf(`%s.then((n) => n === %d)`, left, c.want))

			webtest.Eval[any](p, "read the page anew", `window.old = 1, location.reload(), 0`) // a browser fills in again what stood in fields
			until(p, `!window.old && document.readyState === "complete"`)
			p.Set("#f-title", "Số 22")
			if c.want > 0 {
				until(p, `!document.querySelector("[data-use]").hidden`)
				contains(t, p.Text(sent), "“số mới.mp3”")
				p.Click("[data-drop]")
			}
			p.Follow("button[value=draft]")
			contains(t, p.Text("h1"), "Số 22")
			if list := must(s.Schedule(t.Context())).Episodes; len(list) != 1 || list[0].Audio != "" {
				t.Errorf("%+v: want one episode without sound", list)
			}
		})
	}
}

// TestAPressedButtonSaysWhatItWaitsFor while the server has not answered at all,
// and is free as soon as the file is dropped.
func TestAPressedButtonSaysWhatItWaitsFor(t *testing.T) {
	busy := `document.querySelectorAll("[aria-busy]").length`
	press := func(t *testing.T, p *webtest.Tab, words string) {
		t.Helper()
		p.Click("button[value=approve]")
		until(p, busy+" === 1")
		contains(t, p.Text("[data-state]"), words)
		contains(t, p.Text("[data-state]"), "Đã nhận lệnh gửi")
		p.Click("[data-drop]")
		until(p, busy+" === 0")
		if !webtest.Eval[bool](p, "look for the field", `document.querySelector("#f-file").offsetHeight > 0`) {
			t.Error("no other file can be chosen")
		}
	}
	file := write(t, "số 20.mp3", audiotest.MP3(t, 60, 64, 13))
	t.Run("before the first answer", func(t *testing.T) {
		held := make(chan struct{})
		url, _ := serve(t, func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, uploads.Root) {
					<-held
				}
				next.ServeHTTP(w, r)
			})
		})
		defer close(held)
		p := webtest.NewBrowser(t).Person()
		newEpisode(p, url)
		p.Upload("#f-file", file)
		p.Wait(sent)
		press(t, p, "Đang chuẩn bị gửi “số 20.mp3”")
		p.Shot("upload-beginning", 360)
	})
	t.Run("on a dead line, before the next try", func(t *testing.T) {
		l := &line{after: 1000}
		url, _ := serve(t, l.wrap)
		p := webtest.NewBrowser(t).Person()
		newEpisode(p, url)
		webtest.Eval[any](p, "let no next try come", `{ const wait = setTimeout; window.setTimeout = (f, ms) => wait(f, ms >= 1000 ? 1e9 : ms); 0 }`)
		p.Upload("#f-file", file)
		until(p, `document.querySelector("[data-state] [role=status]").textContent.startsWith("Mất mạng")`)
		press(t, p, "tự gửi tiếp sau")
	})
	t.Run("when nobody answers the form", func(t *testing.T) {
		held := make(chan struct{})
		url, _ := serve(t, func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodHead && r.URL.Path == "/api/v1/me" {
					<-held
				}
				next.ServeHTTP(w, r)
			})
		})
		p := webtest.NewBrowser(t).Person()
		newEpisode(p, url)
		webtest.Eval[any](p, "let time go by", `{ const wait = setTimeout; window.setTimeout = (f) => wait(f, 1); 0 }`)
		p.Click("button[value=draft]")
		p.Wait("[data-says]")
		contains(t, p.Text("[data-says]"), "gửi được là tự gửi")
		close(held)
		p.Wait(".head .badge")
	})
}

// until waits for a condition of the page.
func until(p *webtest.Tab, condition string) {
	p.Until(""+condition, condition)
}

// TestWhatTheServerHasIsShown holds the second piece back behind a line that
// took all of it from the browser.
func TestWhatTheServerHasIsShown(t *testing.T) {
	taken, goOn := make(chan struct{}), make(chan struct{})
	url, _ := serve(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPatch && r.Header.Get("Upload-Offset") != "0" {
				b, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				r.Body = io.NopCloser(bytes.NewReader(b))
				close(taken)
				<-goOn
			}
			next.ServeHTTP(w, r)
		})
	})
	p := webtest.NewBrowser(t).Person()
	newEpisode(p, url)
	p.Upload("#f-file", write(t, "số 20.mp3", audiotest.MP3(t, 60, 64, 6)))
	<-taken
	contains(t, p.Text(sent), "Đã gửi 66 KB trong 480 KB, ")
	p.Shot("upload-sending", 360)
	close(goOn)
	until(p, arrived)
}

// TestASlowLineGetsSmallPieces: on a clock that says 10 s went by during each.
func TestASlowLineGetsSmallPieces(t *testing.T) {
	l := &line{}
	url, _ := serve(t, l.wrap)
	p := webtest.NewBrowser(t).Person()
	newEpisode(p, url)
	webtest.Eval[any](p, "slow the clock's world down", `{ let now = Date.now(); Date.now = () => now += 10_000; 0 }`)
	p.Upload("#f-file", write(t, "số 20.mp3", audiotest.MP3(t, 60, 64, 7)))
	until(p, arrived)
	if _, offsets := l.noted(); !slices.Equal(offsets, []int64{0, probe, probe + probe*15/10, probe + probe*15/10 + probe*15*15/100}) {
		t.Errorf("pieces began at %v", offsets)
	}
}

// TestAFileThatCannotBeReadGoesOnLater takes the file away in mid-upload, as
// when a memory card is pulled out, and brings it back.
func TestAFileThatCannotBeReadGoesOnLater(t *testing.T) {
	const cut = 150_000
	l := &line{after: cut}
	url, s := serve(t, l.wrap)
	p := webtest.NewBrowser(t).Person()
	newEpisode(p, url)
	mp3 := audiotest.MP3(t, 60, 64, 8)
	path := write(t, "số 20.mp3", mp3)
	p.Upload("#f-file", path)
	until(p, `document.querySelector("[data-state] [role=status]").textContent.startsWith("Mất mạng")`)
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	l.mend()
	until(p, `document.querySelector("[data-state] .error")`)
	contains(t, p.Text(sent), "Không đọc được tệp nữa")
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	p.Upload("#f-file", path)
	until(p, arrived)
	if made, offsets := l.noted(); made != 0 || len(offsets) == 0 || offsets[0] != probe+cut {
		t.Errorf("%d uploads were made again, the first piece began at %v: want none, and %d", made, offsets, probe+cut)
	}
	if rec := one(t, s); rec.Blob.Size != int64(len(mp3)) {
		t.Errorf("kept %d bytes of %d", rec.Blob.Size, len(mp3))
	}
}

// TestAFullDiskIsToldAtAPiece answers a piece as a server does whose disk has
// become full: before it has read it.
func TestAFullDiskIsToldAtAPiece(t *testing.T) {
	var full atomic.Bool
	full.Store(true)
	url, s := serve(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if at, _ := strconv.Atoi(r.Header.Get("Upload-Offset")); !full.Load() || r.Method != http.MethodPatch || at < probe {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusInsufficientStorage)
			_, _ = io.WriteString(w, `{"code":"library.disk_full","status":507,"detail":"Ổ đĩa của máy chủ đã đầy."}`)
		})
	})
	p := webtest.NewBrowser(t).Person()
	newEpisode(p, url)
	mp3 := audiotest.MP3(t, 240, 64, 9)
	p.Upload("#f-file", write(t, "số 20.mp3", mp3))
	until(p, `document.querySelector("[data-state] [role=status]").textContent.includes("Ổ đĩa của máy chủ đã đầy")`)
	full.Store(false)
	until(p, arrived)
	if rec := one(t, s); rec.Blob.Size != int64(len(mp3)) {
		t.Errorf("kept %d bytes of %d", rec.Blob.Size, len(mp3))
	}
}

// TestAnUploadNeedsNoMemoryOfTheBrowser: another window holds an old memory, so
// that it never opens.
func TestAnUploadNeedsNoMemoryOfTheBrowser(t *testing.T) {
	url, s := serve(t)
	p := webtest.NewBrowser(t).Person()
	p.Open(url + "/in/editor")
	other := p.Beside()
	other.Open(url + "/programmes")
	webtest.Eval[any](other, "hold the memory", `new Promise((done) => {
		const open = indexedDB.open("loa-uploads", 1);
		open.onsuccess = () => { window.held = open.result; done(1); };
	})`)
	newEpisode(p, url)
	p.Upload("#f-file", write(t, "số 20.mp3", audiotest.MP3(t, 8, 64, 10)))
	until(p, arrived)
	one(t, s)
}

func TestAFormWithErrorsKeepsTheUpload(t *testing.T) {
	l := &line{}
	url, s := serve(t, l.wrap)
	p := webtest.NewBrowser(t).Person()
	newEpisode(p, url)
	p.Upload("#f-file", write(t, "số 20.mp3", audiotest.MP3(t, 8, 64, 4)))
	p.Set("#f-from", "2024-05-20")
	p.Set("#f-until", "2024-05-13")
	p.Follow("button[value=draft]") // held back by the page until the file is there
	p.Wait(".error")
	contains(t, p.Text("form"), "Đã có tệp “số 20.mp3”")
	p.Shot("upload-kept-in-form", 360)
	p.Set("#f-until", "2024-05-27")
	p.Follow("button[value=draft]")
	contains(t, p.Text(".head .badge"), "Bản nháp")
	if made, _ := l.noted(); made != 1 {
		t.Errorf("%d uploads", made)
	}
	one(t, s)
}

func TestWhatIsNoAudioIsRefusedInTheForm(t *testing.T) {
	l := &line{}
	url, _ := serve(t, l.wrap)
	p := webtest.NewBrowser(t).Person()
	newEpisode(p, url)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "nhạc.wav", Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, rand.Reader, 3_000_000); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	p.Upload("#f-file", write(t, "số 20.mp3", b.Bytes()))
	until(p, `document.querySelector("[data-state] .error")`)
	contains(t, p.Text(sent), "tệp nén")
	p.Shot("upload-refused", 360)
	p.Shot("upload-refused", 1280)
	if _, offsets := l.noted(); len(offsets) == 0 || offsets[len(offsets)-1] > probe {
		t.Errorf("pieces began at %v", offsets)
	}
	// Another file is taken in its place.
	p.Upload("#f-file", write(t, "số 20.mp3", audiotest.MP3(t, 3, 64, 5)))
	until(p, arrived)
}

func TestAFileOverTheLimitIsToldAtOnce(t *testing.T) {
	l := &line{}
	url, s := serve(t, l.wrap)
	set, err := s.LibrarySettings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	big := write(t, "rất dài.wav", nil)
	if err := os.Truncate(big, set.MaxBytes+1); err != nil { // takes no room
		t.Fatal(err)
	}
	p := webtest.NewBrowser(t).Person()
	newEpisode(p, url)
	p.Upload("#f-file", big)
	p.Wait(sent)
	contains(t, p.Text(sent), "Tệp lớn hơn 300 MB")
	if made, _ := l.noted(); made != 0 {
		t.Error("it was sent all the same")
	}
}

func TestTheFormWorksWithoutAScript(t *testing.T) {
	l := &line{}
	url, s := serve(t, l.wrap)
	p := webtest.NewBrowser(t).Person()
	p.Scripts(false)
	newEpisode(p, url)
	p.Upload("#f-file", write(t, "số 20.mp3", audiotest.MP3(t, 5, 64, 6)))
	p.Follow("button[value=draft]")
	contains(t, p.Text(".head .badge"), "Bản nháp")
	if made, _ := l.noted(); made != 0 {
		t.Error("a script ran")
	}
	one(t, s)
}
