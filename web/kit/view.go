package kit

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"loa/accounts"
	"loa/internal/paper"
	"loa/internal/text"
)

// Page is what surrounds every page; page structs embed it and get it from
// Request.Page.
type Page struct {
	Title   string
	Lang    text.Language
	Actor   accounts.Actor
	Menu    []MenuItem // what this actor may open
	Path    string     // of the request, for the current menu entry
	Here    string     // path and query, to come back to
	Stood   string     // of an answer to a form: the page the form stood on, "" if that is not known
	Flash   *Flash
	Now     time.Time
	Version string
	Demo    bool
	Plain   bool   // no menu: the pages before somebody has logged in
	Unread  int    // messages the person has not read
	Help    string // where the guides tell of this page, "" if nowhere
	Contact string // stamp of this contact, "" if nothing is kept on her device
	PIN     int64  // ms without use after which her session asks for one, 0 if it has none: others may use the browser too
	Runs    bool   // a station of her own, whose pages are kept too

	Trouble string   // what keeps the daemon from writing, "" if nothing
	Mend    *Trouble // where this actor can mend it, nil if she cannot
}

func (p *Page) page() *Page { return p }

// holder is any page struct that embeds Page.
type holder interface{ page() *Page }

// Page makes the surroundings of a page; its title is a catalogue key with
// name, value pairs.
func (r *Request) Page(title string, args ...any) Page {
	p := Page{Title: r.Lang.Say(title, args...), Lang: r.Lang, Actor: r.Actor, Path: r.URL.Path,
		Here: r.URL.RequestURI(), Now: r.Now, Version: r.kit.cfg.Version, Demo: r.kit.cfg.Demo, Plain: r.Actor.Via == ""}
	if r.Method == http.MethodPost {
		p.Stood = r.cameFrom()
	}
	if t := r.kit.trouble(); t != nil {
		p.Trouble = r.Lang.Fault(t.Err)
		if t.Path != "" && r.Actor.CanSomewhere(accounts.RunServer) {
			p.Mend = t
		}
	}
	if keepsWork(r.Actor) {
		p.Contact, p.Runs = r.Stamp(), len(r.Actor.Runs()) > 0
	}
	if r.Session.PIN {
		p.PIN = accounts.PINAsks.Milliseconds()
	}
	if r.kit.unread != nil && r.Actor.Person != "" {
		var err error
		if p.Unread, err = r.kit.unread(r.Context(), r.Actor.Person); err != nil {
			r.kit.cfg.Log.Warn("messages are not counted", "error", err)
		}
	}
	if r.kit.help != nil {
		p.Help = r.kit.help(r)
	}
	for _, m := range r.kit.menu {
		if May(r.Actor, m.Access) {
			p.Menu = append(p.Menu, m)
		}
	}
	return p
}

// Current reports whether a menu entry is the one the page lies under.
func (p Page) Current(m MenuItem) bool {
	return p.Path == m.Path || m.Path != "/" && strings.HasPrefix(p.Path, m.Path+"/")
}

// View is one template of a folder together with the page struct it shows.
// *T must embed Page.
type View[T any] struct {
	folder *Folder
	file   string
	early  bool // see Early

	mu    sync.Mutex
	langs map[text.Language]*template.Template // made when first shown: a set of templates takes 200 KB
}

// AnyView is a View whatever it shows, for the test that executes them all.
type AnyView interface {
	// Name is the folder and the file, "people/list.html".
	Name() string
	// Execute writes the page to w in that language after fill has set the
	// fields of the page struct it is given a pointer to.
	Execute(w io.Writer, lang text.Language, fill func(page any)) error
}

// Views lists every declared view.
func (k *Kit) Views() []AnyView { return k.views }

// Name is the folder and the file.
func (v *View[T]) Name() string { return v.folder.name + "/" + v.file }

// Execute writes the page that fill makes.
func (v *View[T]) Execute(w io.Writer, lang text.Language, fill func(page any)) error {
	page := new(T)
	fill(page)
	p := any(page).(holder).page()
	p.Lang, p.Menu, p.Plain = lang, v.folder.kit.menu, false
	t, err := v.template(lang)
	if err != nil {
		return err
	}
	return t.Execute(w, page)
}

// NewView declares that the folder's template shows T. The file defines
// "main", and may define "head" for its own styles and scripts. A mistake is
// reported by Kit.Handler, which refuses to start.
func NewView[T any](f *Folder, file string) *View[T] {
	v := &View[T]{folder: f, file: file, langs: map[text.Language]*template.Template{}}
	f.used[file] = true
	if _, ok := any(new(T)).(holder); !ok {
		f.kit.Fail(fmt.Errorf("kit: the page of %s does not embed kit.Page", v.Name()))
		return v
	}
	if err := f.kit.check(f, file); err != nil {
		f.kit.Fail(err)
		return v
	}
	f.kit.views = append(f.kit.views, v)
	return v
}

// Early declares that the page is often the first a phone opens, over a bad line: it brings the early part of the look
// itself (early.go). Its "head" may have no style of its own.
func (v *View[T]) Early() *View[T] {
	v.early = true
	return v
}

// template returns the view's templates in a language, Vietnamese if unknown.
func (v *View[T]) template(lang text.Language) (*template.Template, error) {
	if lang != text.English {
		lang = text.Vietnamese
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if t := v.langs[lang]; t != nil {
		return t, nil
	}
	t, err := v.folder.kit.parse(v.folder, v.file, lang)
	if err == nil {
		v.langs[lang] = t
	}
	return t, err
}

// shared returns a fresh copy of the templates every page begins with. They
// are parsed once a language; copying them is several times faster.
func (k *Kit) shared(lang text.Language) (*template.Template, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.base[lang] == nil {
		t, err := k.parseFiles(template.New("_base.html").Funcs(k.funcs(lang)), "kit", files, "_*.html")
		if err != nil {
			return nil, fmt.Errorf("kit: shared templates: %w", err)
		}
		if t, err = t.Parse(paper.Template); err != nil {
			return nil, fmt.Errorf("kit: the part of papers: %w", err)
		}
		k.base[lang] = t
	}
	return k.base[lang].Clone()
}

// parse returns the view's file with all that it may use.
func (k *Kit) parse(f *Folder, file string, lang text.Language) (*template.Template, error) {
	t, err := k.shared(lang)
	if err == nil {
		t, err = k.parseParts(t, f)
	}
	if err != nil {
		return nil, err
	}
	return k.parseFile(t, f, file)
}

// check finds mistakes in the view's file, and once in the folder's parts, without what all pages share, to copy
// which is most of making a view.
func (k *Kit) check(f *Folder, file string) error {
	fresh := func() *template.Template { return template.New("").Funcs(k.funcs(text.Vietnamese)) } // the languages differ in functions only
	if !f.checked {
		if _, err := k.parseParts(fresh(), f); err != nil {
			return err
		}
		f.checked = true
	}
	t, err := k.parseFile(fresh(), f, file)
	if err == nil && t.Lookup("main") == nil {
		err = fmt.Errorf("kit: %s/%s defines no \"main\"", f.name, file)
	}
	return err
}

// parseParts adds what the pages of a folder share.
func (k *Kit) parseParts(t *template.Template, f *Folder) (_ *template.Template, err error) {
	if parts, _ := fs.Glob(f.fs, "_*.html"); len(parts) > 0 && f.name != "kit" { // the pattern is a good one
		if t, err = k.parseFiles(t, f.name, f.fs, parts...); err != nil {
			return nil, fmt.Errorf("kit: parts of %s: %w", f.name, err)
		}
	}
	return t, nil
}

func (k *Kit) parseFile(t *template.Template, f *Folder, file string) (*template.Template, error) {
	t, err := k.parseFiles(t, f.name, f.fs, file)
	if err != nil {
		return nil, fmt.Errorf("kit: %s/%s: %w", f.name, file, err)
	}
	return t, nil
}

// Render executes the template in memory and writes the page, so that a
// template that fails can never send half a page.
func (v *View[T]) Render(w http.ResponseWriter, r *Request, page T) error {
	if r.sent != nil && r.sent.wrong != nil { // nobody sees the page of the form
		return r.sent.wrong
	}
	p := any(&page).(holder).page()
	p.Flash = r.takeFlash(w)
	if p.Plain {
		p.Contact, p.Runs, p.PIN = "", false, 0 // it is of nobody: no outbox works on it
	}
	t, err := v.template(r.Lang)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if r.stale != nil || r.loose != nil { // what stands above the fields says what they are called, and what none of them shows
		_ = t.Execute(&b, &page) // what fails fails again below
		if r.loose != nil {
			r.loose.find(b.String())
		}
		b.Reset()
	}
	if err := t.Execute(&b, &page); err != nil {
		return fmt.Errorf("kit: render %s: %w", v.Name(), err)
	}
	r.early = v.early && r.Method == http.MethodGet && r.Header.Get("If-None-Match") == "" && r.Header.Get("Loa-Keep") == ""
	status := r.status
	if status == 0 {
		status = http.StatusOK
	}
	w.Header().Set("Content-Language", string(r.Lang))
	body := b.Bytes()
	if status == http.StatusOK && p.Flash == nil && r.shared(w, body) {
		return nil
	}
	if status == http.StatusOK && r.Method == http.MethodGet && keepsWork(r.Actor) {
		if r.asKept(w, body, p.Flash != nil) {
			return nil
		}
		tag := strings.Trim(w.Header().Get(tagHeader), `"`)
		body = bytes.Replace(body, []byte(`data-mark=""`), []byte(`data-mark="`+tag+`"`), 1)
	}
	if r.early {
		body = r.kit.early.put(body)
	}
	r.write(w, status, "text/html", body)
	return nil
}

// asKept answers a worker that has kept the page that there is no other. What is told once is.
// A page has no ETag: a browser by itself would show its forms again with IDs that were used.
func (r *Request) asKept(w http.ResponseWriter, page []byte, flash bool) bool {
	if flash {
		r.Header.Del("If-None-Match")
	}
	if r.Header.Get("If-None-Match") != "" {
		r.stamped(w)
	}
	return r.had(w, tagHeader, lasting(page))
}

// tagHeader names what a page says, as an ETag would.
const tagHeader = "Loa-Tag"

// lasting is a page without what each answer has of its own: the IDs and secrets of its forms, its stamp, its time, and
// what is told once. worker.js knows the same.
func lasting(page []byte) []byte {
	for _, of := range [][2]string{{`name="id" value="`, `"`}, {`name="secret" value="`, `"`}, {`data-contact="`, `"`}, {`data-made="`, `"`}, {`<p class="flash"`, `</p>`}} {
		parts := bytes.Split(page, []byte(of[0]))
		for i := 1; i < len(parts); i++ {
			_, parts[i], _ = bytes.Cut(parts[i], []byte(of[1]))
		}
		page = bytes.Join(parts, nil)
	}
	return page
}
