package kit

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"

	"loa/internal/fault"
)

// assets are the files browsers may keep for ever. One hash over all of them
// is part of every URL, so modules import each other by relative path
// (import "../kit/dialog.js") and a new release reaches everyone at once.
type assets struct {
	files map[string]*asset // by "folder/file.css"
	hash  string
}

type asset struct {
	kind  string
	plain []byte        // as written
	sent  func() packed // made when first asked for
}

// packed is a file without comments and blanks, and that packed in two ways, nil where it does not pay.
type packed struct{ plain, gzip, brotli []byte }

// in is the file in the best coding the caller takes, and the name of that.
func (p packed) in(r *Request) (body []byte, coding string) {
	switch {
	case p.brotli != nil && r.accepts("br"):
		return p.brotli, "br"
	case p.gzip != nil && r.accepts("gzip"):
		return p.gzip, "gzip"
	default:
		return p.plain, ""
	}
}

// lean takes comments, blanks and long names of locals out of a style or script.
// It keeps to ECMAScript 2020, below the floor of browsers.
var lean = func() *minify.M {
	m := minify.New()
	m.AddFunc(".css", css.Minify)
	m.Add(".js", &js.Minifier{Version: 2020})
	return m
}()

func newAsset(ext string, written []byte) *asset {
	return &asset{kind: served[ext], plain: written, sent: sync.OnceValue(func() packed {
		plain, err := lean.Bytes(ext, written)
		if err != nil { // a picture, or what the library cannot read
			plain = written
		}
		p := packed{plain: plain}
		best, _ := gzip.NewWriterLevel(io.Discard, gzip.BestCompression) // a level there is
		if small := squeeze(best, plain); len(small) < len(plain)*9/10 {
			p.gzip = small
		}
		if small := squeeze(brotli.NewWriterOptions(io.Discard, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 16}),
			plain); p.gzip != nil && len(small) < len(p.gzip) {
			p.brotli = small
		}
		return p
	})}
}

// served lists the kinds of files in a page folder that browsers fetch.
var served = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml; charset=utf-8", ".png": "image/png",
}

func newAssets() *assets { return &assets{files: map[string]*asset{}} }

func (a *assets) add(folder string, files fs.FS, fail func(error)) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		fail(fmt.Errorf("kit: folder %s: %w", folder, err))
		return
	}
	for _, e := range entries {
		ext := path.Ext(e.Name())
		if served[ext] == "" {
			continue
		}
		b, err := fs.ReadFile(files, e.Name())
		if err != nil {
			fail(fmt.Errorf("kit: asset %s/%s: %w", folder, e.Name(), err))
			continue
		}
		name := folder + "/" + e.Name()
		if a.files[name] != nil {
			fail(fmt.Errorf("kit: asset %s added twice", name))
		}
		a.files[name] = newAsset(ext, b)
	}
}

// seal fixes the hash.
func (a *assets) seal() {
	names := make([]string, 0, len(a.files))
	for n := range a.files {
		names = append(names, n)
	}
	slices.Sort(names)
	sum := sha256.New()
	for _, n := range names {
		f := a.files[n]
		fmt.Fprintf(sum, "%s %d\n", n, len(f.plain))
		sum.Write(f.plain)
	}
	a.hash = hex.EncodeToString(sum.Sum(nil))[:12]
}

// url returns the address of an asset; an unknown one fails the page.
func (a *assets) url(name string) (string, error) {
	if a.files[name] == nil {
		return "", fmt.Errorf("kit: no asset %q", name)
	}
	return "/assets/" + a.hash + "/" + name, nil
}

// serve answers GET /assets/{hash}/{folder}/{file}. A page that was open during
// an upgrade asks for the old hash: it gets the new file, but may not keep it.
func (a *assets) serve(w http.ResponseWriter, r *Request) error {
	f := a.files[r.PathValue("folder")+"/"+r.PathValue("file")]
	if f == nil {
		return fault.New(fault.NotFound, "kit.not_found")
	}
	h := w.Header()
	if f.kind != served[".svg"] { // which may be opened as a page
		spare(h)
	}
	h.Set("Cache-Control", "no-cache")
	if r.PathValue("hash") == a.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	return send(w, r, f.kind, f.sent())
}

// send answers with a file in the best coding the caller takes.
func send(w http.ResponseWriter, r *Request, kind string, p packed) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Vary", "Accept-Encoding")
	body, coding := p.in(r)
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = bytes.NewReader(body).WriteTo(w) // the client may have gone
	return nil
}

// attachment is the Content-Disposition of a download under a name that may
// hold Vietnamese letters.
func attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

// Download answers with a file to save. kind is its media type.
func (r *Request) Download(w http.ResponseWriter, name, kind string, body []byte) error {
	w.Header().Set("Content-Disposition", attachment(name))
	r.write(w, http.StatusOK, kind, body)
	return nil
}
