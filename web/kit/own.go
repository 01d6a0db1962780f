package kit

import (
	"maps"
	"mime"
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
	To      string // where that form goes
}

// Sent is one value of a form.
type Sent struct{ Name, Value string }

// again is what a form held that came from nobody, to be sent once more after a
// log-in. Files and passphrases are not kept.
func (k *Kit) again(w http.ResponseWriter, r *Request) (all []Sent) {
	mt, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if mt != "application/x-www-form-urlencoded" || r.body != nil {
		return nil
	}
	k.limitBody(w, r)
	if r.ParseForm() != nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		if strings.Contains(name, "passphrase") {
			return nil
		}
		for _, v := range r.PostForm[name] {
			all = append(all, Sent{name, v})
		}
	}
	return all
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
		{Pattern: "GET /favicon.ico", Access: Public, Handler: k.favicon},
		{Pattern: "GET /manifest.webmanifest", Access: Public, Handler: k.manifest},
		{Pattern: "GET /worker.js", Access: Public, Handler: k.worker},
		{Pattern: "GET /offline", Access: Public, Handler: k.showOffline},
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

func (k *Kit) favicon(w http.ResponseWriter, r *Request) error {
	url, err := k.assets.url("kit/logo.svg")
	if err != nil {
		return err
	}
	http.Redirect(w, r.Request, url, http.StatusFound)
	return nil
}

type manifest struct {
	Name            string         `json:"name"`
	ShortName       string         `json:"short_name"`
	Lang            string         `json:"lang"`
	StartURL        string         `json:"start_url"`
	Display         string         `json:"display"`
	ThemeColor      string         `json:"theme_color"`
	BackgroundColor string         `json:"background_color"`
	Icons           []manifestIcon `json:"icons"`
}

type manifestIcon struct {
	Src   string `json:"src"`
	Sizes string `json:"sizes"`
	Type  string `json:"type"`
}

func (k *Kit) manifest(w http.ResponseWriter, r *Request) error {
	url, err := k.assets.url("kit/logo.svg")
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, manifest{Name: r.Say("kit.product"), ShortName: "Loa", Lang: string(r.Lang), StartURL: "/",
		Display: "standalone", ThemeColor: "#2b3a8c", BackgroundColor: "#f6f6f3",
		Icons: []manifestIcon{{url, "any", "image/svg+xml"}}})
}

// worker sends the script that answers while there is no network. It stands at
// the root, or it would answer for nothing but assets, and is asked for anew each
// time, so that a new release reaches everyone.
func (k *Kit) worker(w http.ResponseWriter, r *Request) error {
	w.Header().Set("Cache-Control", "no-cache")
	r.write(w, http.StatusOK, "text/javascript; charset=utf-8", k.assets.files["kit/worker.js"].plain)
	return nil
}

type offlinePage struct{ Page }

// showOffline is what the worker shows of a page that was not kept.
func (k *Kit) showOffline(w http.ResponseWriter, r *Request) error {
	page := r.Page("kit.offline_title")
	page.Plain = true // it is kept for whoever uses the browser
	return k.offline.Render(w, r, offlinePage{page})
}
