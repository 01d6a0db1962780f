package uploads_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/internal/fault"
	"loa/library"
	"loa/library/intake"
	"loa/web/kit"
	"loa/web/uploads"
)

func TestAWholeUploadBecomesARecording(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 8, 64, 1)
	url := create(t, d, len(mp3))
	if a := patch(t, url, 0, mp3[:30000]); a.status != 204 || a.header.Get("Upload-Offset") != "30000" || a.header.Get("Loa-State") != "receiving" ||
		a.header.Get("Upload-Expires") == "" || a.header.Get("Tus-Resumable") != "1.0.0" {
		t.Fatal(a)
	}
	a := ask(t, "HEAD", url, nil)
	if a.status != 200 || a.header.Get("Upload-Offset") != "30000" || a.header.Get("Upload-Length") != fmt.Sprint(len(mp3)) ||
		a.header.Get("Cache-Control") != "no-store" || a.header.Get("Upload-Metadata") != meta("filename", "Bản tin.mp3") {
		t.Fatal(a)
	}
	if a := patch(t, url, 30000, mp3[30000:]); a.status != 204 || a.header.Get("Loa-State") != "kept" || a.header.Get("Loa-Recording") == "" {
		t.Fatal(a)
	}
	r := kept(t, d, url, mp3)
	if r.Name != "Bản tin.mp3" || r.Owner.Person != "p-editor" || r.ContentType != "audio/mpeg" || r.Seconds < 7.9 || r.Seconds > 8.1 || r.FramesSHA256 == "" {
		t.Errorf("%+v", r)
	}
	rep, err := d.store.RecordingReport(t.Context(), r.ID)
	if err != nil || rep.Facts == nil || rep.Facts.Measures == nil || len(rep.Facts.Measures.Waveform.Max) == 0 {
		t.Errorf("report: %+v %v", rep, err)
	}
	if left, err := filepath.Glob(filepath.Join(d.data, "uploads", "*.part")); err != nil || len(left) != 0 {
		t.Errorf("bytes left in the spool: %v %v", left, err)
	}
	if a := patch(t, url, len(mp3), nil); a.status != 204 {
		t.Errorf("an empty PATCH on a finished upload: %v", a)
	}
	if a := patch(t, url, 0, mp3[:10]); a.status != 409 {
		t.Errorf("a PATCH from the start on a finished upload: %v", a)
	}
	if a := ask(t, "DELETE", url, nil); a.status != 204 {
		t.Error(a)
	}
	if a := ask(t, "HEAD", url, nil); a.status != 404 || a.header.Get("Upload-Offset") != "" {
		t.Error(a)
	}
	if _, err := d.store.Recording(t.Context(), r.ID); err != nil {
		t.Errorf("ending the upload took the recording: %v", err)
	}
}

// TestAWholeFileTakesThePlaceOfWhatAKillLeft sends a file whole under the ID of
// an upload that was begun and never ended.
func TestAWholeFileTakesThePlaceOfWhatAKillLeft(t *testing.T) {
	d := newDoor(t)
	wav := audiotest.WAV(2, 16000, 1)
	url := create(t, d, len(wav))
	patch(t, url, 0, wav[:1000])
	id := url[strings.LastIndexByte(url, '/')+1:]
	take := func(token string) error {
		_, err := d.desk.Take(t.Context(), known[accounts.HashOf(token)].Actor("web"), id, intake.Order{Name: "a.wav", Length: int64(len(wav))},
			bytes.NewReader(wav))
		return err
	}
	if err := take("operator"); !fault.Is(err, "store.change_reused") {
		t.Errorf("somebody else: %v", err)
	}
	if at := offset(t, url); at != "1000" {
		t.Errorf("somebody else moved the upload to %s", at)
	}
	if err := take("editor"); err != nil {
		t.Error(err)
	}
	if r, err := d.store.Recording(t.Context(), id); err != nil || r.Owner.Person != "p-editor" {
		t.Errorf("%+v %v", r, err)
	}
}

// sha1Of is a SHA-1 as Upload-Checksum has it.
func sha1Of(b []byte) string {
	s := sha1.Sum(b)
	return base64.StdEncoding.EncodeToString(s[:])
}

// TestProtocol is the checklist of the protocol, one request a line.
func TestProtocol(t *testing.T) {
	d := newDoor(t)
	root := d.url + uploads.Root
	fresh := func() string { return create(t, d, 100) }
	sum := func(b []byte) string { return "sha1 " + sha1Of(b) }
	ten := bytes.Repeat([]byte("ID3\x03"), 5)[:10]
	for _, c := range []struct {
		name, method, url string
		body              []byte
		headers           []string
		want              int
		says              string // part of the body or of a header's value
	}{
		{"options need no version", "OPTIONS", root, nil, []string{"Tus-Resumable", "-", "Authorization", "-"}, 204, "creation-with-upload"},
		{"options ignore a wrong version", "OPTIONS", root, nil, []string{"Tus-Resumable", "0.2.2"}, 204, "300000000"},
		{"no version", "POST", root, nil, []string{"Tus-Resumable", "-", "Upload-Length", "1"}, 412, "1.0.0"},
		{"another version", "HEAD", fresh(), nil, []string{"Tus-Resumable", "0.2.2"}, 412, "1.0.0"},
		{"no length", "POST", root, nil, nil, 400, "uploads.length_unknown"},
		{"both lengths", "POST", root, nil, []string{"Upload-Length", "1", "Upload-Defer-Length", "1"}, 400, "uploads.length_unknown"},
		{"deferred by 2", "POST", root, nil, []string{"Upload-Defer-Length", "2"}, 400, "uploads.length_unknown"},
		{"length -1", "POST", root, nil, []string{"Upload-Length", "-1"}, 400, "uploads.length_unknown"},
		{"length 1e3", "POST", root, nil, []string{"Upload-Length", "1e3"}, 400, "uploads.length_unknown"},
		{"length past int64", "POST", root, nil, []string{"Upload-Length", "99999999999999999999"}, 400, "uploads.length_unknown"},
		{"over the limit", "POST", root, nil, []string{"Upload-Length", "300000001"}, 413, "300 MB"},
		{"empty file", "POST", root, nil, []string{"Upload-Length", "0"}, 415, "audio.is_empty"},
		{"deferred", "POST", root, nil, []string{"Upload-Defer-Length", "1"}, 201, uploads.Root + "/"},
		{"key twice", "POST", root, nil, []string{"Upload-Length", "1", "Upload-Metadata", "a YQ==,a YQ=="}, 400, "uploads.metadata_malformed"},
		{"no base64", "POST", root, nil, []string{"Upload-Length", "1", "Upload-Metadata", "a %"}, 400, "uploads.metadata_malformed"},
		{"no UTF-8", "POST", root, nil, []string{"Upload-Length", "1", "Upload-Metadata", "a /w=="}, 400, "uploads.metadata_malformed"},
		{"a part of a parallel upload", "POST", root, nil, []string{"Upload-Length", "1", "Upload-Concat", "partial"}, 400, "uploads.no_concatenation"},
		{"parts joined", "POST", root, nil, []string{"Upload-Concat", "final;/a /b"}, 400, "uploads.no_concatenation"},
		{"unknown kind", "POST", root, nil, []string{"Upload-Length", "1", "Upload-Metadata", meta("kind", "video")}, 422, "library.kind_unknown"},
		{"with the first bytes", "POST", root, ten, []string{"Upload-Length", "100", "Content-Type", piece}, 201, "10"},
		{"with the first bytes and their checksum", "POST", root, ten, []string{"Upload-Length", "100", "Content-Type", piece, "Upload-Checksum", sum(ten)},
			201, "10"},
		{"with bytes that do not fit their checksum", "POST", root, ten, []string{"Upload-Length", "100", "Content-Type", piece, "Upload-Checksum", sum(nil)},
			460, "uploads.checksum_wrong"},
		{"with bytes and an unknown checksum", "POST", root, ten, []string{"Upload-Length", "100", "Content-Type", piece, "Upload-Checksum", "crc32 AAAA"}, 400,
			"uploads.checksum_unknown"},
		{"unknown upload", "HEAD", root + "/2f6e1a52-6f3a-4f0e-9a77-0a4b1d0c9d11", nil, nil, 404, ""},
		{"path for an ID", "HEAD", root + "/..%2f..%2floa.db", nil, nil, 404, ""},
		{"another person's", "HEAD", fresh(), nil, []string{"Authorization", "Bearer operator"}, 404, ""},
		{"nobody", "HEAD", fresh(), nil, []string{"Authorization", "-"}, 401, ""},
		{"somebody who may not", "POST", root, nil, []string{"Authorization", "Bearer monitor", "Upload-Length", "1"}, 403, "accounts.denied"},
		{"another station", "POST", root, nil, []string{"Authorization", "Bearer operator", "Upload-Length", "1", "Upload-Metadata", meta("station", "S00002")},
			403, "accounts.denied"},
		{"another's DELETE", "DELETE", fresh(), nil, []string{"Authorization", "Bearer operator"}, 404, "uploads.unknown"},
		{"content type", "PATCH", fresh(), ten, []string{"Content-Type", "audio/mpeg", "Upload-Offset", "0"}, 415, "uploads.no_piece"},
		{"no offset", "PATCH", fresh(), ten, []string{"Content-Type", piece}, 400, "uploads.offset_unreadable"},
		{"negative offset", "PATCH", fresh(), ten, []string{"Content-Type", piece, "Upload-Offset", "-1"}, 400, "uploads.offset_unreadable"},
		{"offset ahead", "PATCH", fresh(), ten, []string{"Content-Type", piece, "Upload-Offset", "5"}, 409, "uploads.wrong_offset"},
		{"too much", "PATCH", fresh(), bytes.Repeat([]byte("x"), 101), []string{"Content-Type", piece, "Upload-Offset", "0"}, 413, "uploads.too_long"},
		{"length changed", "PATCH", fresh(), ten, []string{"Content-Type", piece, "Upload-Offset", "0", "Upload-Length", "50"}, 400, "uploads.length_changed"},
		{"checksum", "PATCH", fresh(), ten, []string{"Content-Type", piece, "Upload-Offset", "0", "Upload-Checksum", sum(ten)}, 204, "10"},
		{"checksum wrong", "PATCH", fresh(), ten, []string{"Content-Type", piece, "Upload-Offset", "0", "Upload-Checksum", sum(nil)}, 460,
			"uploads.checksum_wrong"},
		{"checksum unknown", "PATCH", fresh(), ten, []string{"Content-Type", piece, "Upload-Offset", "0", "Upload-Checksum", "crc32 AAAA"}, 400,
			"uploads.checksum_unknown"},
		{"checksum malformed", "PATCH", fresh(), ten, []string{"Content-Type", piece, "Upload-Offset", "0", "Upload-Checksum", "sha1 AAAA"}, 400,
			"uploads.checksum_malformed"},
		{"PATCH as POST", "POST", fresh(), ten, []string{"Content-Type", piece, "Upload-Offset", "0", "X-HTTP-Method-Override", "PATCH"}, 204, "10"},
		{"DELETE as POST", "POST", fresh(), nil, []string{"X-HTTP-Method-Override", "DELETE"}, 204, ""},
		{"GET as POST", "POST", fresh(), nil, []string{"X-HTTP-Method-Override", "GET"}, 400, "uploads.method_override"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := ask(t, c.method, c.url, c.body, c.headers...)
			if a.status != c.want || !strings.Contains(a.body+fmt.Sprint(a.header), c.says) {
				t.Errorf("got %v, want %d and %q", a, c.want, c.says)
			}
			if a.header.Get("Tus-Resumable") != "1.0.0" {
				t.Errorf("no Tus-Resumable: %v", a.header)
			}
			if a.status >= 400 && a.header.Get("Upload-Offset") != "" {
				t.Errorf("an error with an offset: %v", a.header)
			}
			for name := range a.header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("no origin was let in, and yet %s", name)
				}
			}
		})
	}
}

func TestAWrongChecksumLeavesTheOffset(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 2, 32, 2)
	url := create(t, d, len(mp3))
	if a := patch(t, url, 0, mp3[:1000]); a.status != 204 {
		t.Fatal(a)
	}
	wrong := sha1Of(mp3[1000:2000])
	if a := patch(t, url, 1000, mp3[1001:2001], "Upload-Checksum", "sha1 "+wrong); a.status != 460 {
		t.Fatal(a)
	}
	if got := offset(t, url); got != "1000" {
		t.Fatalf("offset %s after a wrong checksum", got)
	}
	right := sha1Of(mp3[1000:])
	if a := patch(t, url, 1000, mp3[1000:], "Upload-Checksum", "sha1 "+right); a.status != 204 {
		t.Fatal(a)
	}
	kept(t, d, url, mp3)
}

func TestACheckedPieceThatIsCutIsDropped(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 1, 32, 2)
	url := create(t, d, len(mp3))
	sum := sha1Of(mp3)
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c,
		"PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer editor\r\nTus-Resumable: 1.0.0\r\nContent-Type: %s\r\nUpload-Offset: "+
			"0\r\nUpload-Checksum: sha1 %s\r\nContent-Length: %d\r\n\r\n",
		strings.TrimPrefix(url, d.url), piece, sum, len(mp3))
	c.Write(mp3[:500])
	c.(*net.TCPConn).CloseWrite()
	io.Copy(io.Discard, c) // until the server has done with what was cut
	c.Close()
	if got := offset(t, url); got != "0" {
		t.Errorf("offset %s: half a piece whose checksum nobody could compare was kept", got)
	}
	if a := patch(t, url, 0, mp3); a.status != 204 {
		t.Error(a)
	}
	kept(t, d, url, mp3)
}

func TestADeferredLengthIsToldLater(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 1, 32, 3)
	a := ask(t, "POST", d.url+uploads.Root, nil, "Upload-Defer-Length", "1")
	url := d.url + a.header.Get("Location")
	if a := patch(t, url, 0, mp3[:100]); a.status != 204 {
		t.Fatal(a)
	}
	if a := ask(t, "HEAD", url, nil); a.header.Get("Upload-Defer-Length") != "1" || a.header.Get("Upload-Length") != "" {
		t.Errorf("%v", a)
	}
	if a := patch(t, url, 100, mp3[100:], "Upload-Length", strconv.Itoa(len(mp3))); a.status != 204 {
		t.Fatal(a)
	}
	kept(t, d, url, mp3)
}

func TestWhatIsNoAudioIsRefusedEarly(t *testing.T) {
	d := newDoor(t)
	junk := make([]byte, 2_000_000)
	rng := rand.NewChaCha8([32]byte{1})
	rng.Read(junk)
	for i := range junk {
		junk[i] &= 0x7f // never the 0xff an MP3 frame begins with; noise with it is judged at its end
	}
	for name, content := range map[string][]byte{"a ZIP named .mp3": append([]byte("PK\x03\x04"), junk...),
		"a web page": []byte("<!doctype html><title>x</title>" + strings.Repeat("a", 100000)),
		"zeros":      make([]byte, 200000), "noise": junk} {
		t.Run(name, func(t *testing.T) {
			url := create(t, d, len(content))
			c := raw(t, d, url, 0, content[:min(140_000, len(content)-1)], len(content)) // the rest never comes: 64 KB and one window of the scanner must do
			defer c.Close()
			b := make([]byte, 4096)
			n, err := c.Read(b)
			if err != nil || !strings.HasPrefix(string(b[:n]), "HTTP/1.1 415") && !strings.HasPrefix(string(b[:n]), "HTTP/1.1 422") {
				t.Fatalf("%q %v", b[:n], err)
			}
			a := ask(t, "GET", url, nil)
			if a.status != 415 && a.status != 422 || !strings.Contains(a.body, `"code":"audio.`) {
				t.Errorf("asked afterwards: %v", a)
			}
			if a := patch(t, url, 0, content[:10]); a.status < 400 || a.status == 409 {
				t.Errorf("sent again: %v", a)
			}
			if left, err := filepath.Glob(filepath.Join(d.data, "uploads", "*.part")); err != nil || len(left) != 0 {
				t.Errorf("bytes left: %v %v", left, err)
			}
		})
	}
}

// has is how many bytes the server says it has.
func has(t *testing.T, url string) int {
	t.Helper()
	n, err := strconv.Atoi(offset(t, url))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestACutAtEveryByteLosesNothing(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 0.4, 32, 4)
	for name, c := range map[string]struct {
		content []byte
		kind    string
		step    int
	}{"a photo at every byte": {png, "photo", 1}, "a recording here and there": {mp3, "programme", 97}} {
		t.Run(name, func(t *testing.T) {
			for cut := 0; cut <= len(c.content); cut += c.step {
				url := create(t, d, len(c.content), "Upload-Metadata", meta("kind", c.kind))
				conn := raw(t, d, url, 0, c.content[:cut], len(c.content))
				if cut == len(c.content) { // all is sent and only the answer is lost
					conn.Close()
				} else if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
					t.Fatal(err)
				} else if _, err := io.Copy(io.Discard, conn); err != nil { // the server has read all there was
					t.Fatal(err)
				}
				conn.Close()
				at := has(t, url)
				if cut < len(c.content) && at != cut {
					t.Fatalf("cut after %d bytes: offset %d", cut, at)
				}
				for at < len(c.content) {
					a := patch(t, url, at, c.content[at:])
					if a.status == 204 {
						break
					}
					// Asking may overtake a piece that nobody waits for; then it
					// takes the upload over, or the server has more than it said.
					// As a client does, ask again.
					now := has(t, url)
					if cut < len(c.content) || !(a.status == 409 && now > at || a.status == 503) {
						t.Fatalf("going on at %d: %v, then offset %d", at, a, now)
					}
					at = now
				}
				kept(t, d, url, c.content)
			}
		})
	}
}

func TestDuplicateAndReorderedPiecesChangeNothing(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 3, 32, 5)
	url := create(t, d, len(mp3))
	third := len(mp3) / 3
	for _, s := range []struct {
		at, until, want int
	}{{third, 2 * third, 409}, {0, third, 204}, {0, third, 409}, {2 * third, len(mp3), 409}, {third, 2 * third, 204}, {0, len(mp3), 409},
		{2 * third, len(mp3), 204}, {2 * third, len(mp3), 409}} {
		if a := patch(t, url, s.at, mp3[s.at:s.until]); a.status != s.want {
			t.Errorf("%d-%d: %v, want %d", s.at, s.until, a, s.want)
		}
	}
	kept(t, d, url, mp3)
}

func TestManySendersOfOneUploadNeverMixBytes(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 5, 32, 6)
	url := create(t, d, len(mp3))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				a := ask(t, "HEAD", url, nil)
				if a.status != 200 {
					continue
				}
				at, _ := strconv.Atoi(a.header.Get("Upload-Offset"))
				if at == len(mp3) {
					return
				}
				patch(t, url, at, mp3[at:min(at+2000, len(mp3))])
			}
		})
	}
	wg.Wait()
	kept(t, d, url, mp3)
}

func TestALockOfADeadConnectionIsTakenOver(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 3, 32, 7)
	url := create(t, d, len(mp3))
	dead := raw(t, d, url, 0, mp3[:5000], len(mp3)) // open, and silent for ever
	defer dead.Close()
	arrived(t, d, url, 5000)
	if got := offset(t, url); got != "5000" {
		t.Fatalf("offset %s, all 5000 bytes had come", got)
	}
	again := raw(t, d, url, 5000, mp3[5000:6000], len(mp3)-5000)
	defer again.Close()
	arrived(t, d, url, 6000)
	if a := patch(t, url, 6000, mp3[6000:]); a.status != 204 {
		t.Fatal(a)
	}
	kept(t, d, url, mp3)
}

// arrived waits until so many bytes of an upload are in the spool.
func arrived(t *testing.T, d *door, url string, n int64) {
	t.Helper()
	part := filepath.Join(d.data, "uploads", url[strings.LastIndex(url, "/")+1:]+".part")
	for {
		if info, err := os.Stat(part); err == nil && info.Size() >= n {
			return
		}
		if err := t.Context().Err(); err != nil {
			t.Fatal(err)
		}
		runtime.Gosched()
	}
}

func TestKillMinus9LosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	mp3 := audiotest.MP3(t, 60, 64, 8)
	d, kill := daemon(t, dir)
	path := strings.TrimPrefix(create(t, d, len(mp3)), d.url)
	rng := rand.New(rand.NewPCG(1, 2))
	acked := 0
	for round := 0; acked < len(mp3); round++ {
		if round > 200 {
			t.Fatal("no end in sight")
		}
		for range rng.IntN(3) {
			n := min(acked+1+rng.IntN(40_000), len(mp3))
			if a := patch(t, d.url+path, acked, mp3[acked:n]); a.status != 204 {
				t.Fatalf("round %d: %v", round, a)
			}
			acked = n
		}
		if acked < len(mp3) {
			n := min(acked+rng.IntN(100_000), len(mp3))
			c := raw(t, d, d.url+path, acked, mp3[acked:n], len(mp3)-acked)
			kill()
			c.Close()
		} else {
			kill()
		}
		d, kill = daemon(t, dir)
		a := ask(t, "HEAD", d.url+path, nil)
		at, err := strconv.Atoi(a.header.Get("Upload-Offset"))
		if a.status != 200 || err != nil || at < acked {
			t.Fatalf("round %d: %d bytes were acknowledged, the daemon knows %v", round, acked, a)
		}
		acked = at
	}
	kill()
	back, err := openDoor(dir, filepath.Join(dir, "data", "uploads"))
	if err != nil {
		t.Fatal(err)
	}
	defer back.close(t)
	kept(t, back, back.url+path, mp3)
}

func TestAFullDiskKeepsWhatCameAndGoesOn(t *testing.T) {
	dir, small := t.TempDir(), t.TempDir()
	if err := syscall.Mount("loa", small, "tmpfs", 0, "size=1m"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("needs the right to mount a tmpfs: %v", err)
	}
	defer syscall.Unmount(small, syscall.MNT_DETACH)
	d, err := openDoor(dir, small)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close(t)
	ballast := filepath.Join(small, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 900_000), 0o600); err != nil {
		t.Fatal(err)
	}
	mp3 := audiotest.MP3(t, 40, 64, 9)
	url := create(t, d, len(mp3))
	a := patch(t, url, 0, mp3)
	if a.status != http.StatusInsufficientStorage || !strings.Contains(a.body, "library.disk_full") {
		t.Fatalf("on a full disk: %v", a)
	}
	at, err := strconv.Atoi(offset(t, url))
	if err != nil || at == 0 || at >= len(mp3) {
		t.Fatalf("offset %d of %d: %v", at, len(mp3), err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if a := patch(t, url, at, mp3[at:]); a.status != 204 {
		t.Fatal(a)
	}
	kept(t, d, url, mp3)
}

func TestTheQuotaOfAStationCountsWhatIsUnderWay(t *testing.T) {
	d := newDoor(t)
	set, err := d.store.LibrarySettings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := int(set.StationBytes / set.MaxBytes)
	page := known[accounts.HashOf("operator")].Actor("web")
	made := make(chan string, n+30)
	var wg sync.WaitGroup
	for range n + 30 { // all at once
		wg.Go(func() {
			st, err := d.desk.Create(t.Context(), page, kit.NewID(), intake.Order{Length: set.MaxBytes})
			if err == nil { // room is kept for what comes
				_, err = d.desk.Write(t.Context(), page.Person, st.ID, intake.Piece{Body: strings.NewReader("ID3"), Size: 3, Length: library.Unknown})
			}
			if err == nil {
				made <- d.url + uploads.Root + "/" + st.ID
			} else if !fault.Is(err, "library.quota_used") {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(made) != n {
		t.Errorf("%d let in, there is room for %d", len(made), n)
	}
	one := <-made
	full := ask(t, "POST", d.url+uploads.Root, nil, "Upload-Length", fmt.Sprint(set.MaxBytes), "Authorization", "Bearer operator")
	if full.status != http.StatusInsufficientStorage || !strings.Contains(full.body, "library.quota_used") {
		t.Errorf("over the quota: %v", full)
	}
	if a := ask(t, "POST", d.url+uploads.Root, nil, "Upload-Length", fmt.Sprint(set.MaxBytes)); a.status != 201 {
		t.Errorf("the province has no quota: %v", a)
	}
	if a := ask(t, "DELETE", one, nil, "Authorization", "Bearer operator"); a.status != 204 {
		t.Error(a)
	}
	create(t, d, int(set.MaxBytes), "Authorization", "Bearer operator")
}

// TestTheQuotaHoldsForALengthToldLater: a station learns that there is no room
// before it has sent everything.
func TestTheQuotaHoldsForALengthToldLater(t *testing.T) {
	d := newDoor(t)
	set, err := d.store.LibrarySettings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	deferred := func() string {
		a := ask(t, "POST", d.url+uploads.Root, nil, "Authorization", "Bearer operator", "Upload-Defer-Length", "1")
		if a.status != 201 {
			t.Fatal(a)
		}
		return d.url + a.header.Get("Location")
	}
	late, silent := deferred(), deferred()
	for range set.StationBytes / set.MaxBytes {
		url := create(t, d, int(set.MaxBytes), "Authorization", "Bearer operator")
		if a := patch(t, url, 0, []byte("ID3"), "Authorization", "Bearer operator"); a.status != 204 {
			t.Fatal(a)
		}
	}
	rest := set.StationBytes % set.MaxBytes
	if a := patch(t, late, 0, []byte("ID3"), "Authorization", "Bearer operator",
		"Upload-Length", fmt.Sprint(rest+1)); a.status != http.StatusInsufficientStorage || !strings.Contains(a.body, "library.quota_used") {
		t.Errorf("a length there is no room for: %v", a)
	}
	if a := patch(t, late, 0, []byte("ID3"), "Authorization", "Bearer operator", "Upload-Length", fmt.Sprint(rest)); a.status != 204 {
		t.Errorf("a length there is room for: %v", a)
	}
	if a := patch(t, silent, 0, []byte("ID3"), "Authorization", "Bearer operator"); a.status != http.StatusInsufficientStorage {
		t.Errorf("a piece there is no room for: %v", a)
	}
}

// TestAFileWhoseRecordingWasRemovedMayBeSentAgain: a client that remembers the
// upload must not believe that the recording is still there.
func TestAFileWhoseRecordingWasRemovedMayBeSentAgain(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 1, 32, 13)
	url := create(t, d, len(mp3))
	if a := patch(t, url, 0, mp3); a.status != 204 {
		t.Fatal(a)
	}
	r := kept(t, d, url, mp3)
	if _, err := d.store.RemoveRecording(t.Context(), accounts.Meta{ID: kit.NewID(), By: known[accounts.HashOf("editor")].Actor("web"), At: time.Now()},
		r.ID); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"HEAD", "GET"} {
		if a := ask(t, method, url, nil); a.status != 404 || a.header.Get("Loa-Recording") != "" {
			t.Errorf("%s: %v", method, a)
		}
	}
	if a := ask(t, "DELETE", url, nil); a.status != 204 {
		t.Error(a)
	}
}

// TestAnUploadThatTookWeeksIsRememberedWhenItEnds: a client whose last answer
// was lost can still ask what became of it.
func TestAnUploadThatTookWeeksIsRememberedWhenItEnds(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 1, 32, 14)
	url := create(t, d, len(mp3))
	begun, err := d.spool.Load(t.Context(), url[strings.LastIndexByte(url, '/')+1:])
	if err != nil {
		t.Fatal(err)
	}
	begun.Created = begun.Created.AddDate(0, -1, 0)
	if err := d.spool.Save(t.Context(), begun.Upload); err != nil {
		t.Fatal(err)
	}
	if a := patch(t, url, 0, mp3); a.status != 204 {
		t.Fatal(a)
	}
	if n, err := d.desk.Sweep(t.Context(), time.Now()); n != 0 || err != nil {
		t.Errorf("forgotten at once: %d %v", n, err)
	}
	kept(t, d, url, mp3)
}

// TestWhatIsWholeIsKeptThoughNobodyAsks: its sender was told that all has come.
func TestWhatIsWholeIsKeptThoughNobodyAsks(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 1, 32, 15)
	url := create(t, d, len(mp3))
	id := url[strings.LastIndexByte(url, '/')+1:]
	if _, err := d.spool.Append(t.Context(), id, 0, bytes.NewReader(mp3), nil); err != nil { // as after a verdict the disk had no room to write down
		t.Fatal(err)
	}
	if n, err := d.desk.Sweep(t.Context(), time.Now()); n != 0 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	if _, err := d.store.Recording(t.Context(), id); err != nil {
		t.Error(err)
	}
}

func TestAForgottenUploadIsGivenUpAndItsDiskFreed(t *testing.T) {
	d := newDoor(t)
	url := create(t, d, 100)
	if a := patch(t, url, 0, []byte("ID3")); a.status != 204 {
		t.Fatal(a)
	}
	set, err := d.store.LibrarySettings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := d.desk.Sweep(t.Context(), time.Now().Add(set.Unfinished-time.Minute)); n != 0 || err != nil {
		t.Errorf("given up too early: %d %v", n, err)
	}
	if n, err := d.desk.Sweep(t.Context(), time.Now().Add(set.Unfinished+time.Minute)); n != 1 || err != nil {
		t.Errorf("not given up: %d %v", n, err)
	}
	if a := ask(t, "HEAD", url, nil); a.status != 404 {
		t.Error(a)
	}
	if left, err := os.ReadDir(filepath.Join(d.data, "uploads")); err != nil || len(left) != 0 {
		t.Errorf("left: %v %v", left, err)
	}
}

// slow is a line of so many bits a second with that round trip to addr.
func slow(t *testing.T, addr string, bits int, trip time.Duration) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	carry := func(to, from net.Conn) {
		defer to.Close()
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		buf := make([]byte, bits/8/10)
		late := time.After(trip / 2)
		for {
			n, err := from.Read(buf)
			if n > 0 {
				<-late
				late = closed
				<-tick.C
				if _, err := to.Write(buf[:n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := net.Dial("tcp", addr)
			if err != nil {
				c.Close()
				continue
			}
			go carry(s, c)
			go carry(c, s)
		}
	}()
	return "http://" + l.Addr().String()
}

var closed = func() <-chan time.Time { c := make(chan time.Time); close(c); return c }()

func TestALineOf50KilobitsAnd2SecondsGetsThere(t *testing.T) {
	d := newDoor(t)
	mp3 := audiotest.MP3(t, 4, 32, 10)
	line := slow(t, d.addr, 50_000, 2*time.Second)
	a := ask(t, "POST", line+uploads.Root, nil, "Upload-Length", strconv.Itoa(len(mp3)))
	if a.status != 201 {
		t.Fatal(a)
	}
	if a := patch(t, line+a.header.Get("Location"), 0, mp3); a.status != 204 || a.header.Get("Loa-State") != "kept" {
		t.Fatal(a)
	}
	kept(t, d, d.url+a.header.Get("Location"), mp3)
}
