package public

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"time"

	"loa/internal/podcast"
	"loa/library"
	"loa/scheduler"
	"loa/sharing"
	"loa/stations"
	"loa/web/kit"
)

// feedMost is how many episodes a feed lists.
const feedMost = 100

type podcastsPage struct {
	kit.Page
	Publisher string
	Rows      []podcastRow
}

type podcastRow struct {
	ID    string // of what it is copied from
	Title string
	URL   string
}

// feedPath is the address of a programme's feed in a language.
func feedPath(programme, language string) string {
	return "/podcasts/" + programme + "/" + language + "/feed.xml"
}

// feedTitle is what a feed is called: the language is named where it is not the country's.
func feedTitle(r *kit.Request, p scheduler.Programme, language string) string {
	if language == stations.Vietnamese {
		return p.Title
	}
	return r.Say("sharing.feed_title", "title", p.Title, "language", r.Say("language."+language))
}

func (p pages) showPodcasts(w http.ResponseWriter, r *kit.Request) error {
	s, err := p.scene(r.Context())
	if err != nil {
		return err
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	page := podcastsPage{Page: r.Page("sharing.podcasts"), Publisher: s.face.Publisher}
	for _, id := range s.face.Programmes {
		programme, err := s.plan.Programme(id)
		if err != nil {
			return err
		}
		for _, language := range programme.Languages {
			if len(s.face.Episodes(s.plan, id, language, r.Now)) > 0 {
				page.Rows = append(page.Rows, podcastRow{"feed-" + id + "-" + language, feedTitle(r, programme, language),
					address.URL + feedPath(id, language)})
			}
		}
	}
	if len(page.Rows) == 0 {
		return sharing.NoPage()
	}
	return p.feeds.Render(w, r, page)
}

// feed is the podcast of a programme in one of its languages.
func (p pages) feed(w http.ResponseWriter, r *kit.Request) error {
	s, err := p.scene(r.Context())
	if err != nil {
		return err
	}
	id, language := r.PathValue("programme"), r.PathValue("language")
	if !slices.Contains(s.face.Programmes, id) {
		return sharing.NoPage()
	}
	programme, err := s.plan.Programme(id)
	if err != nil {
		return err
	}
	if !slices.Contains(programme.Languages, language) {
		return sharing.NoPage()
	}
	address, err := r.Address()
	if err != nil {
		return err
	}
	link := address.URL + "/podcasts"
	f := podcast.Feed{Title: feedTitle(r, programme, language), Author: s.face.Publisher, Email: s.face.Email, Language: stations.Vietnamese, Link: link,
		Self: address.URL + feedPath(id, language), Cover: link + "/cover.png", Built: programme.ChangedAt}
	f.About = r.Say("sharing.feed_about", "title", f.Title, "publisher", f.Author)
	if len(language) == 2 {
		f.Language = language
	}
	list := s.face.Episodes(s.plan, id, language, r.Now)
	list = list[:min(len(list), feedMost)]
	ids := map[string]bool{}
	for _, e := range list {
		ids[e.Audio] = true
	}
	recordings, err := library.Named(r.Context(), p.store, ids)
	if err != nil {
		return err
	}
	copies, err := p.store.BroadcastCopies(r.Context(), slices.Collect(maps.Keys(ids)))
	if err != nil {
		return err
	}
	for _, e := range list {
		rec, there := recordings[e.Audio]
		if !there {
			continue
		}
		rec = copies[rec.ID].For(rec)
		if f.Built.Before(e.Since) {
			f.Built = e.Since
		}
		f.Items = append(f.Items, podcast.Item{ID: "loa:" + e.ID + ":" + e.Audio, Title: e.Title, About: e.Title + " – " + f.Title, Author: f.Author,
			Link: link, At: e.Since, Seconds: e.Seconds, URL: address.URL + "/listen/" + e.ID + "/" + fullFile, Bytes: rec.Blob.Size, Kind: rec.ContentType})
	}
	body, err := f.XML()
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=3600")
	return r.Whole(w, podcast.Type, body)
}

// cover is the picture of the feeds. It tells nothing, so everybody may see it.
func (p pages) cover(w http.ResponseWriter, r *kit.Request) error {
	picture, err := podcast.Cover()
	if err != nil {
		return err
	}
	return r.Send(w, "image/png", kit.TagOf(picture), bytes.NewReader(picture), time.Hour)
}
