package results

import (
	"bytes"
	"cmp"
	"net/http"
	"time"

	"loa/contest"
	"loa/contest/paper"
	"loa/internal/podcast"
	"loa/library"
	"loa/web/kit"
)

func (p pages) feed(w http.ResponseWriter, r *kit.Request) error {
	id := r.PathValue("contest")
	address, err := r.Address()
	if err != nil {
		return err
	}
	face, err := p.store.Face(r.Context())
	if err != nil {
		return err
	}
	base := address.URL + "/results/" + id
	var doc podcast.Feed
	err = p.published(r.Context(), id, func(s *contest.State) error {
		host := cmp.Or(s.Rules.Host, s.Rules.Title)
		doc = podcast.Feed{Title: s.Rules.Title, About: cmp.Or(s.Rules.About, s.Rules.Title+" – "+s.Rules.Host), Author: host, Email: face.Email,
			Language: "vi", Link: base, Self: base + "/feed.xml", Cover: base + "/cover.png", Built: s.PublishedAt}
		for _, c := range s.Corrections {
			doc.About += " " + paper.CorrectionInWords(c, r.Lang)
			doc.Built = c.At
		}
		awards := winners(s, s.Given, nil)
		won := map[string]bool{}
		for _, a := range awards {
			for _, x := range a.Rows {
				if x.Audio != nil {
					won[x.Audio.File] = true
				}
			}
		}
		files, err := library.Named(r.Context(), p.store, won)
		if err != nil {
			return err
		}
		done := map[string]bool{}
		for _, a := range awards {
			for _, x := range a.Rows {
				if x.Audio == nil || done[x.Code] {
					continue
				}
				done[x.Code] = true
				rec, kept := files[x.Audio.File]
				if !kept {
					return library.NoRecording()
				}
				kind := rec.ContentType
				doc.Items = append(doc.Items, podcast.Item{ID: x.Audio.SHA256, Title: x.Title, About: x.Prize + " – " + x.Who, Author: x.Who, Link: base,
					At: x.At, Seconds: x.Audio.Seconds, URL: base + "/" + x.Code + "/" + fileName(kind), Bytes: x.Audio.Bytes, Kind: kind})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	body, err := doc.XML()
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=3600")
	return r.Whole(w, podcast.Type, body)
}

func (p pages) cover(w http.ResponseWriter, r *kit.Request) error {
	if err := p.published(r.Context(), r.PathValue("contest"), func(*contest.State) error { return nil }); err != nil {
		return err
	}
	picture, err := podcast.Cover()
	if err != nil {
		return err
	}
	return r.Send(w, "image/png", kit.TagOf(picture), bytes.NewReader(picture), time.Hour)
}
