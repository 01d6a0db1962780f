package uploads_test

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"loa/web/uploads"
	"loa/web/webtest"
)

// node starts @tus/server and returns its URL.
func node(t *testing.T, maxSize int64) string {
	t.Helper()
	cmd := exec.Command("node", "server.mjs", t.TempDir(), fmt.Sprint(maxSize))
	cmd.Dir = webtest.Node(t, "testdata/peers")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close() // it ends by itself then
		if err := cmd.Wait(); err != nil {
			t.Errorf("@tus/server: %v", err)
		}
	})
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return "http://127.0.0.1:" + strings.TrimSpace(port)
}

// request is one line of the script that both servers are asked.
type request struct {
	name, method string
	on           string // what it is about: see prepare
	body         []byte
	headers      []string
}

// prepare brings a server to where a request finds it and returns the URL.
func prepare(t *testing.T, server, on string) string {
	t.Helper()
	root := server + uploads.Root
	made := func(headers ...string) string {
		a := ask(t, "POST", root, nil, append(headers, "Upload-Metadata", pictured)...)
		if a.status != 201 {
			t.Fatalf("prepare %s: %v", on, a)
		}
		if where := a.header.Get("Location"); strings.HasPrefix(where, server) { // tusd says it whole
			return where
		}
		return server + a.header.Get("Location")
	}
	send := func(url string, at, until int) string {
		if a := patch(t, url, at, png[at:until]); a.status != 204 {
			t.Fatalf("prepare %s: %v", on, a)
		}
		return url
	}
	length := []string{"Upload-Length", fmt.Sprint(len(png))}
	switch on {
	case "fresh":
		return made(length...)
	case "half":
		return send(made(length...), 0, 30)
	case "finished":
		return send(made(length...), 0, len(png))
	case "deferred":
		return send(made("Upload-Defer-Length", "1"), 0, 30)
	case "ended":
		url := made(length...)
		if a := ask(t, "DELETE", url, nil); a.status != 204 {
			t.Fatalf("prepare %s: %v", on, a)
		}
		return url
	case "unknown":
		return root + "/2f6e1a52-6f3a-4f0e-9a77-0a4b1d0c9d11"
	}
	return root
}

// looked are the headers that are compared; of those marked only whether they
// are there.
var looked = map[string]bool{"Tus-Resumable": false, "Tus-Version": false, "Tus-Extension": false, "Tus-Max-Size": false, "Tus-Checksum-Algorithm": false,
	"Upload-Offset": false, "Upload-Length": false, "Upload-Defer-Length": false, "Upload-Metadata": false, "Cache-Control": false,
	"Access-Control-Allow-Origin": false, "Location": true, "Upload-Expires": true}

// facts is what a server answered to a request, by header, and "status".
func facts(t *testing.T, server string, q request) map[string]string {
	t.Helper()
	a, err := asked(t, q.method, prepare(t, server, q.on), bytes.Clone(q.body), q.headers...)
	f := map[string]string{"status": fmt.Sprint(a.status)}
	if err != nil {
		f["body"] = err.Error()
	}
	for name, presence := range looked {
		switch v := a.header.Get(name); {
		case v != "" && presence:
			f[name] = "there"
		case v != "" && name == "Upload-Metadata": // in any order
			f[name] = strings.Join(slices.Sorted(strings.SplitSeq(v, ",")), ",")
		case v != "":
			f[name] = strings.ReplaceAll(v, ", ", ",")
		}
	}
	return f
}

var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")

// script is what both are asked, each line of an upload of its own.
func script() []request {
	at := func(n int, more ...string) []string {
		return append([]string{"Content-Type", piece, "Upload-Offset", fmt.Sprint(n)}, more...)
	}
	size := func(n int, more ...string) []string { return append([]string{"Upload-Length", fmt.Sprint(n)}, more...) }
	ten := png[:10]
	return []request{
		{"options", "OPTIONS", "", nil, []string{"Tus-Resumable", "-"}},
		{"options, wrong version", "OPTIONS", "", nil, []string{"Tus-Resumable", "0.2.2"}},
		{"options of an upload", "OPTIONS", "fresh", nil, nil},
		{"options from another origin", "OPTIONS", "", nil, []string{"Origin", "https://elsewhere.example", "Access-Control-Request-Method", "POST"}},
		{"post", "POST", "", nil, size(100)},
		{"post with metadata", "POST", "", nil, size(100, "Upload-Metadata", meta("filename", "Bản tin.mp3"))},
		{"post, key without value", "POST", "", nil, size(100, "Upload-Metadata", "draft")},
		{"post, key with an empty value", "POST", "", nil, size(100, "Upload-Metadata", "draft ")},
		{"post, key twice", "POST", "", nil, size(100, "Upload-Metadata", "a YQ==,a YQ==")},
		{"post, metadata not base64", "POST", "", nil, size(100, "Upload-Metadata", "a %%%")},
		{"post, metadata without key", "POST", "", nil, size(100, "Upload-Metadata", ",")},
		{"post, metadata not UTF-8", "POST", "", nil, size(100, "Upload-Metadata", "a /w==")},
		{"post, no length", "POST", "", nil, nil},
		{"post, length below nought", "POST", "", nil, size(-1)},
		{"post, length not a number", "POST", "", nil, []string{"Upload-Length", "many"}},
		{"post, length half a number", "POST", "", nil, []string{"Upload-Length", "10x"}},
		{"post, length past 64 bits", "POST", "", nil, []string{"Upload-Length", "99999999999999999999"}},
		{"post, length past 53 bits", "POST", "", nil, []string{"Upload-Length", "9223372036854775807"}},
		{"post, length with a nought before it", "POST", "", nil, []string{"Upload-Length", "0100"}},
		{"post, metadata of 5 KB", "POST", "", nil, size(100, "Upload-Metadata", meta("a", strings.Repeat("x", 3700)))},
		{"post, length over the limit", "POST", "", nil, size(300_000_001)},
		{"post, length at the limit", "POST", "", nil, size(300_000_000)},
		{"post, nothing at all", "POST", "", nil, size(0, "Upload-Metadata", meta("kind", "photo"))},
		{"post, length deferred", "POST", "", nil, []string{"Upload-Defer-Length", "1"}},
		{"post, length deferred by 2", "POST", "", nil, []string{"Upload-Defer-Length", "2"}},
		{"post, length and deferred", "POST", "", nil, size(100, "Upload-Defer-Length", "1")},
		{"post, part of a concatenation", "POST", "", nil, size(100, "Upload-Concat", "partial")},
		{"post, concatenation", "POST", "", nil, []string{"Upload-Concat", "final;/files/a /files/b"}},
		{"post with the first bytes", "POST", "", ten, size(100, "Content-Type", piece)},
		{"post with bytes of another type", "POST", "", ten, size(100, "Content-Type", "image/png")},
		{"post with all bytes", "POST", "", png, size(len(png), "Content-Type", piece, "Upload-Metadata", meta("kind", "photo"))},
		{"post with too many bytes", "POST", "", png, size(10, "Content-Type", piece, "Upload-Metadata", meta("kind", "photo"))},
		{"post with the first bytes, checksum wrong", "POST", "", ten, size(100, "Content-Type", piece, "Upload-Checksum", "sha1 "+sha1Of(nil))},
		{"post, no version", "POST", "", nil, size(100, "Tus-Resumable", "-")},
		{"post, wrong version", "POST", "", nil, size(100, "Tus-Resumable", "0.2.2")},
		{"head of a fresh one", "HEAD", "fresh", nil, nil},
		{"head of half of one", "HEAD", "half", nil, nil},
		{"head of a finished one", "HEAD", "finished", nil, nil},
		{"head, length deferred", "HEAD", "deferred", nil, nil},
		{"head of an ended one", "HEAD", "ended", nil, nil},
		{"head of an unknown one", "HEAD", "unknown", nil, nil},
		{"head, no version", "HEAD", "fresh", nil, []string{"Tus-Resumable", "-"}},
		{"patch at the start", "PATCH", "fresh", ten, at(0)},
		{"patch, nothing at the start", "PATCH", "fresh", nil, at(0)},
		{"patch in the middle", "PATCH", "half", png[30:40], at(30)},
		{"patch to the end", "PATCH", "half", png[30:], at(30)},
		{"patch ahead", "PATCH", "half", ten, at(40)},
		{"patch behind", "PATCH", "half", ten, at(0)},
		{"patch, no offset", "PATCH", "fresh", ten, []string{"Content-Type", piece}},
		{"patch, offset below nought", "PATCH", "fresh", ten, at(-1)},
		{"patch, offset not a number", "PATCH", "fresh", ten, []string{"Content-Type", piece, "Upload-Offset", "here"}},
		{"patch, no content type", "PATCH", "fresh", ten, []string{"Upload-Offset", "0"}},
		{"patch, another content type", "PATCH", "fresh", ten, []string{"Upload-Offset", "0", "Content-Type", "image/png"}},
		{"patch, content type with a parameter", "PATCH", "fresh", ten, []string{"Upload-Offset", "0", "Content-Type", piece + "; charset=binary"}},
		{"patch past the length", "PATCH", "half", png, at(30)},
		{"patch, length changed", "PATCH", "half", png[30:], at(30, "Upload-Length", "1000")},
		{"patch tells the length", "PATCH", "deferred", png[30:40], at(30, "Upload-Length", fmt.Sprint(len(png)))},
		{"patch tells a length too short", "PATCH", "deferred", png[30:40], at(30, "Upload-Length", "20")},
		{"patch tells a length over the limit", "PATCH", "deferred", png[30:40], at(30, "Upload-Length", "300000001")},
		{"patch behind a finished one", "PATCH", "finished", ten, at(len(png))},
		{"patch, nothing behind a finished one", "PATCH", "finished", nil, at(len(png))},
		{"patch of an ended one", "PATCH", "ended", ten, at(0)},
		{"patch of an unknown one", "PATCH", "unknown", ten, at(0)},
		{"patch, wrong version", "PATCH", "fresh", ten, at(0, "Tus-Resumable", "0.2.2")},
		{"patch as post", "POST", "fresh", ten, at(0, "X-HTTP-Method-Override", "PATCH")},
		{"delete as post", "POST", "fresh", nil, []string{"X-HTTP-Method-Override", "DELETE"}},
		{"head as post", "POST", "fresh", nil, []string{"X-HTTP-Method-Override", "HEAD"}},
		{"post to an upload", "POST", "fresh", nil, size(100)},
		{"patch, checksum right", "PATCH", "fresh", ten, at(0, "Upload-Checksum", "sha1 "+sha1Of(ten))},
		{"patch, checksum wrong", "PATCH", "fresh", ten, at(0, "Upload-Checksum", "sha1 "+sha1Of(nil))},
		{"patch, checksum of an unknown kind", "PATCH", "fresh", ten, at(0, "Upload-Checksum", "crc32 AAAA")},
		{"delete", "DELETE", "fresh", nil, nil},
		{"delete of a finished one", "DELETE", "finished", nil, nil},
		{"delete of an ended one", "DELETE", "ended", nil, nil},
		{"delete of an unknown one", "DELETE", "unknown", nil, nil},
		{"delete, no version", "DELETE", "fresh", nil, []string{"Tus-Resumable", "-"}},
		{"put", "PUT", "fresh", ten, nil},
		{"get of an unknown one", "GET", "unknown", nil, nil},
	}
}

// TestSideBySideWithTusServer asks Loa and @tus/server the same.
func TestSideBySideWithTusServer(t *testing.T) { sideBySide(t, node, differences) }

// TestSideBySideWithTusd asks Loa and tusd the same.
func TestSideBySideWithTusd(t *testing.T) { sideBySide(t, tusd, fromTusd) }

// sideBySide wants every difference explained, and every explanation needed.
func sideBySide(t *testing.T, peer func(t *testing.T, maxSize int64) string, explained map[difference]string) {
	d := newDoor(t)
	set, err := d.store.LibrarySettings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	theirs := peer(t, set.MaxBytes)
	unused := maps.Clone(explained)
	for _, q := range script() {
		one, two := facts(t, d.url, q), facts(t, theirs, q)
		names := slices.Sorted(maps.Keys(one))
		for name := range two {
			if _, both := one[name]; !both {
				names = append(names, name)
			}
		}
		for _, name := range names {
			if one[name] == two[name] {
				continue
			}
			key := difference{q.name, name, one[name], two[name]}
			if every := (difference{"", name, one[name], two[name]}); explained[every] != "" {
				key = every
			}
			if explained[key] == "" {
				t.Errorf("not explained: {%q, %q, %q, %q}", q.name, name, one[name], two[name])
			}
			delete(unused, key)
		}
	}
	for key, why := range unused {
		t.Errorf("explained, but the same or otherwise now: %+v: %s", key, why)
	}
}

// difference is where the two do not agree: a line of the script ("" is any),
// a header or "status", and what each answers ("" is nothing).
type difference struct{ request, name, loa, peer string }

// differences from @tus/server are all there are, and why.
var differences = map[difference]string{
	{"", "Cache-Control", "no-store", ""}:                 "nothing of an upload is worth keeping on the way; theirs says so with HEAD alone",
	{"", "Access-Control-Allow-Origin", "", "*"}:          "Loa lets no other origin in unless --origins names it",
	{"", "Tus-Version", "1.0.0", ""}:                      "a 412 must name the versions spoken",
	{"", "Tus-Checksum-Algorithm", "sha1,sha256,md5", ""}: "theirs has no checksum extension",
	{"", "Tus-Extension", "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination",
		"creation,creation-with-upload,creation-defer-length,termination,expiration"}: "the same but for checksum",
	{"", "Upload-Expires", "there", ""}: "Loa tells it with HEAD too: who comes back after days knows how long she has",

	{"post, metadata not UTF-8", "status", "400", "201"}:                         "the name is shown to people and must be text",
	{"post, metadata not UTF-8", "Location", "", "there"}:                        "as above: nothing was made",
	{"post, metadata not UTF-8", "Upload-Expires", "", "there"}:                  "as above: nothing was made",
	{"post, length past 53 bits", "status", "413", "400"}:                        "a number like any other, and over the limit",
	{"post, length with a nought before it", "status", "201", "400"}:             "the protocol asks for an integer of nought or more, however it is written",
	{"post, length with a nought before it", "Location", "there", ""}:            "as above: one was made",
	{"post, metadata of 5 KB", "status", "400", "201"}:                           "more than any file's name, and given back with each HEAD",
	{"post, metadata of 5 KB", "Location", "", "there"}:                          "as above: nothing was made",
	{"post, metadata of 5 KB", "Upload-Expires", "", "there"}:                    "as above: nothing was made",
	{"post with the first bytes, checksum wrong", "status", "460", "201"}:        "theirs has no checksum extension and keeps the bytes",
	{"post with the first bytes, checksum wrong", "Location", "", "there"}:       "as above: nothing was made",
	{"post with the first bytes, checksum wrong", "Upload-Offset", "", "10"}:     "as above: nothing was made",
	{"post with the first bytes, checksum wrong", "Upload-Expires", "", "there"}: "as above: nothing was made",
	{"patch, content type with a parameter", "status", "204", "400"}:             "RFC 9110: parameters and capitals do not change which media type it is",
	{"patch, content type with a parameter", "Upload-Offset", "10", ""}:          "as above: theirs kept nothing",
	{"post, nothing at all", "status", "415", "201"}:                             "complete at once, and then judged: an empty file is no picture",
	{"post, nothing at all", "Location", "", "there"}:                            "as above: nothing was made",
	{"post, part of a concatenation", "status", "400", "501"}:                    "neither joins files; a client repeats after 501 and not after 400",
	{"post, concatenation", "status", "400", "501"}:                              "neither joins files; a client repeats after 501 and not after 400",
	{"post, wrong version", "status", "412", "400"}:                              "the protocol says 412",
	{"patch, wrong version", "status", "412", "400"}:                             "the protocol says 412",
	{"patch, no offset", "status", "400", "403"}:                                 "a malformed request, and nobody is forbidden anything",
	{"patch, no content type", "status", "415", "403"}:                           "the protocol says 415",
	{"patch, another content type", "status", "415", "400"}:                      "the protocol says 415",
	{"patch as post", "status", "204", "400"}:                                    "theirs does not honour X-HTTP-Method-Override",
	{"patch as post", "Upload-Offset", "10", ""}:                                 "theirs does not honour X-HTTP-Method-Override",
	{"delete as post", "status", "204", "400"}:                                   "theirs does not honour X-HTTP-Method-Override",
	{"head as post", "status", "200", "400"}:                                     "theirs does not honour X-HTTP-Method-Override",
	{"head as post", "Upload-Offset", "0", ""}:                                   "theirs does not honour X-HTTP-Method-Override",
	{"head as post", "Upload-Length", fmt.Sprint(len(png)), ""}:                  "theirs does not honour X-HTTP-Method-Override",
	{"head as post", "Upload-Metadata", pictured, ""}:                            "theirs does not honour X-HTTP-Method-Override",
	{"post to an upload", "status", "400", "201"}:                                "theirs makes another upload there; uploads are made at the root",
	{"post to an upload", "Location", "", "there"}:                               "as above: nothing was made",
	{"post to an upload", "Upload-Expires", "", "there"}:                         "as above: nothing was made",
	{"patch, checksum wrong", "status", "460", "204"}:                            "theirs has no checksum extension and keeps the bytes",
	{"patch, checksum wrong", "Upload-Offset", "", "10"}:                         "as above: nothing was kept",
	{"patch, checksum wrong", "Upload-Expires", "", "there"}:                     "an error of Loa carries no state of the upload",
	{"patch, checksum of an unknown kind", "status", "400", "204"}:               "theirs has no checksum extension and keeps the bytes",
	{"patch, checksum of an unknown kind", "Upload-Offset", "", "10"}:            "as above: nothing was kept",
	{"patch, checksum of an unknown kind", "Upload-Expires", "", "there"}:        "an error of Loa carries no state of the upload",
	{"put", "status", "405", "404"}:                                              "RFC 9110: the upload is there, and Allow lists what can be done to it",
	{"put", "Tus-Resumable", "", "1.0.0"}:                                        "no method of the protocol: the router refuses it before",
}

// pictured is the metadata of the uploads that prepare makes.
var pictured = meta("filename", "ảnh.png", "kind", "photo")
