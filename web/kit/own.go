package kit

import (
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/text"
)

type errorPage struct {
	Page
	Status  int
	Problem Problem
	Next    string // the page to come back to after a log-in, "" if it is not known
	Again   []Sent // what a form held whose sender was logged out meanwhile; nil if it cannot be sent again
	Files   bool   // some of Again are files, which have to be chosen again
	To      string // where that form goes
	Prove   bool   // it is sent again with her passphrase
}

// Sent is one value of a form, or the name of a file that was sent with it.
type Sent struct {
	Name, Value string
	File        bool
}

// again is what a form held that came from nobody, to be sent once more after a
// log-in. Files are not kept but named, and no form with a passphrase is.
func (k *Kit) again(w http.ResponseWriter, r *Request) (all []Sent) {
	if r.body != nil {
		return nil
	}
	k.limitBody(w, r)
	switch mt, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); { // of no kind, no case holds
	case mt == "application/x-www-form-urlencoded" && r.ParseForm() == nil:
		for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
			for _, v := range r.PostForm[name] {
				all = append(all, Sent{Name: name, Value: v})
			}
		}
	case mt == "multipart/form-data" && params["boundary"] != "":
		all = againOf(multipart.NewReader(r.Body, params["boundary"]))
	}
	if slices.ContainsFunc(all, func(s Sent) bool { return strings.Contains(s.Name, "passphrase") }) {
		return nil
	}
	return all
}

// againOf reads the texts of a form and passes over its files, to the end: a
// browser that may not finish sending shows no answer. It returns nil of a form
// that is cut, or larger than a form of texts may be.
func againOf(form *multipart.Reader) (all []Sent) {
	for left := int64(DefaultBody); ; {
		part, err := form.NextPart()
		if err == io.EOF {
			return all
		}
		if err != nil || part.FormName() == "" || len(all) == incomingFields {
			return nil
		}
		if part.FileName() != "" || part.Header.Get("Content-Type") != "" { // an empty field of a file has no name
			if part.FileName() != "" {
				all = append(all, Sent{part.FormName(), text.Line(part.FileName()), true})
			}
			continue // NextPart passes over the rest
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if left -= int64(len(value)); err != nil || left < 0 {
			return nil
		}
		all = append(all, Sent{Name: part.FormName(), Value: string(value)})
	}
}

// cameFrom is the page of ours that a form stood on, "" if it is not known.
func (r *Request) cameFrom() string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return ""
	}
	return u.RequestURI()
}

// ownRoutes are the ways in that belong to no page.
func (k *Kit) ownRoutes() []Route {
	return []Route{
		{Pattern: "GET /assets/{hash}/{folder}/{file}", Access: Public, Handler: k.assets.serve},
		{Pattern: "GET /language/{lang}", Access: Public, Handler: chooseLanguage},
		{Pattern: "GET /healthz", Access: Public, Handler: alive},
		{Pattern: "GET /readyz", Access: Public, Handler: k.ready},
		{Pattern: "GET /metrics", Access: accounts.RunServer, Handler: k.showMetrics},
		{Pattern: "GET /api/v1/openapi.json", Out: object{}, Access: Public, Handler: k.openAPI, Summary: "This document."},
		{Pattern: "GET /robots.txt", Access: Public, Handler: robots},
		{Pattern: "GET /favicon.ico", Access: Public, Handler: k.picture("kit/logo.svg")},
		{Pattern: "GET /icon", Access: Public, Handler: k.picture("kit/icon-192.png")},
		{Pattern: "GET /manifest.webmanifest", Access: Public, Handler: k.manifest},
		{Pattern: "GET /worker.js", Access: Public, Handler: k.worker},
		{Pattern: "GET /offline", Access: Public, Handler: k.showOffline},
		{Pattern: "GET /outbox", Access: SignedIn, Handler: k.showOutbox},
	}
}

// chooseLanguage keeps the language of a browser in a cookie for a year.
func chooseLanguage(w http.ResponseWriter, r *Request) error {
	lang := text.Vietnamese
	if r.PathValue("lang") == string(text.English) {
		lang = text.English
	}
	http.SetCookie(w, &http.Cookie{Name: "lang", Value: string(lang), Path: "/", MaxAge: int(365 * 24 * time.Hour / time.Second),
		HttpOnly: true, Secure: r.Secure(), SameSite: http.SameSiteLaxMode})
	return r.Redirect(w, r.Next("/"), "")
}

func alive(w http.ResponseWriter, r *Request) error {
	r.write(w, http.StatusOK, "text/plain", []byte("ok\n"))
	return nil
}

func (k *Kit) ready(w http.ResponseWriter, r *Request) error {
	if k.cfg.Ready != nil {
		if err := k.cfg.Ready(r.Context()); err != nil {
			return err
		}
	}
	return alive(w, r)
}

// robots keeps search engines out: everything here is for people with a reason to come.
func robots(w http.ResponseWriter, r *Request) error {
	r.write(w, http.StatusOK, "text/plain", []byte("User-agent: *\nDisallow: /\n"))
	return nil
}

// picture leads from an address that stays to a picture, whose own changes with it.
func (k *Kit) picture(name string) func(http.ResponseWriter, *Request) error {
	return func(w http.ResponseWriter, r *Request) error {
		url, err := k.assets.url(name)
		if err != nil {
			return err
		}
		http.Redirect(w, r.Request, url, http.StatusFound)
		return nil
	}
}

type manifest struct {
	Name            string         `json:"name"`
	ShortName       string         `json:"short_name"`
	Lang            string         `json:"lang"`
	ID              string         `json:"id"`
	Scope           string         `json:"scope"`
	StartURL        string         `json:"start_url"`
	Display         string         `json:"display"`
	ThemeColor      string         `json:"theme_color"`
	BackgroundColor string         `json:"background_color"`
	Icons           []manifestIcon `json:"icons"`
}

// pictures are drawn from logo.svg on the colour of the page, with the room around them that a
// phone may cut away.
var pictures = []struct{ name, sizes string }{{"kit/icon-192.png", "192x192"}, {"kit/icon-512.png", "512x512"}}

type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

func (k *Kit) manifest(w http.ResponseWriter, r *Request) error {
	url, err := k.assets.url("kit/logo.svg")
	if err != nil {
		return err
	}
	list := []manifestIcon{{url, "any", "image/svg+xml", "any"}}
	for _, p := range pictures {
		url, err := k.assets.url(p.name)
		if err != nil {
			return err
		}
		list = append(list, manifestIcon{url, p.sizes, "image/png", "any maskable"})
	}
	w.Header().Set("Cache-Control", "private, max-age=86400")
	return r.JSON(w, http.StatusOK, manifest{Name: r.Say("kit.product"), ShortName: "Loa", Lang: string(r.Lang), ID: "/", Scope: "/", StartURL: "/",
		Display: "standalone", ThemeColor: "#2b3a8c", BackgroundColor: "#f6f6f3", Icons: list})
}

// worker sends the script that answers while there is no network. It stands at
// the root, or it would answer for nothing but assets. A new release reaches everyone
// within an hour.
func (k *Kit) worker(w http.ResponseWriter, r *Request) error {
	w.Header().Set("Cache-Control", "max-age=3600")
	sent := k.assets.files["kit/worker.js"].sent()
	if r.unchanged(w, sent.plain) {
		return nil
	}
	return send(w, r, served[".js"], sent)
}

type offlinePage struct{ Page }

// showOffline is what the worker shows of a page that was not kept.
func (k *Kit) showOffline(w http.ResponseWriter, r *Request) error {
	page := r.Page("kit.offline_title")
	page.Plain = true // it is kept for whoever uses the browser
	return k.offline.Render(w, r, offlinePage{page})
}
