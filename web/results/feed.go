package results

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"loa/contest"
	"loa/contest/paper"
	"loa/library"
	"loa/web/kit"
)

// rss is the part of RSS 2.0 that podcast readers need, with what Apple's asks for.
type rss struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	ITunes  string   `xml:"xmlns:itunes,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Channel channel  `xml:"channel"`
}

type channel struct {
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	Self        atomLink `xml:"atom:link"`
	Description string   `xml:"description"`
	Language    string   `xml:"language"`
	Copyright   string   `xml:"copyright"`
	Built       string   `xml:"lastBuildDate,omitempty"`
	Image       href     `xml:"itunes:image"`
	Category    category `xml:"itunes:category"`
	Explicit    bool     `xml:"itunes:explicit"`
	Author      string   `xml:"itunes:author"`
	Type        string   `xml:"itunes:type"`
	Items       []item   `xml:"item"`
}

type atomLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

type href struct {
	Href string `xml:"href,attr"`
}

type category struct {
	Text string `xml:"text,attr"`
}

type item struct {
	Title       string    `xml:"title"`
	Description string    `xml:"description"`
	Link        string    `xml:"link"`
	GUID        guid      `xml:"guid"`
	PubDate     string    `xml:"pubDate"`
	Enclosure   enclosure `xml:"enclosure"`
	Duration    int       `xml:"itunes:duration"` // seconds
	Explicit    bool      `xml:"itunes:explicit"`
	Author      string    `xml:"itunes:author"`
	EpisodeType string    `xml:"itunes:episodeType"`
}

type guid struct {
	Permalink bool   `xml:"isPermaLink,attr"`
	Value     string `xml:",chardata"`
}

type enclosure struct {
	URL    string `xml:"url,attr"`
	Length string `xml:"length,attr"`
	Type   string `xml:"type,attr"`
}

// appleCategory is one of the words Apple's directory knows.
const appleCategory = "Government"

func (p pages) feed(w http.ResponseWriter, r *kit.Request) error {
	id := r.PathValue("contest")
	address, err := r.Address()
	if err != nil {
		return err
	}
	base := address.URL + "/results/" + id
	doc := rss{Version: "2.0", ITunes: "http://www.itunes.com/dtds/podcast-1.0.dtd", Atom: "http://www.w3.org/2005/Atom"}
	err = p.published(r.Context(), id, func(s *contest.State) error {
		host := cmp.Or(s.Rules.Host, s.Rules.Title)
		doc.Channel = channel{Title: s.Rules.Title, Link: base, Self: atomLink{base + "/feed.xml", "self", "application/rss+xml"},
			Description: cmp.Or(s.Rules.About, s.Rules.Title+" – "+s.Rules.Host), Language: "vi", Copyright: host, Image: href{base + "/cover.png"},
			Category: category{appleCategory}, Author: host, Type: "episodic"}
		built := s.PublishedAt
		for _, c := range s.Corrections {
			doc.Channel.Description += " " + paper.CorrectionInWords(c, r.Lang)
			built = c.At
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
				doc.Channel.Items = append(doc.Channel.Items, item{Title: x.Title, Description: x.Prize + " – " + x.Who, Link: base,
					GUID: guid{false, x.Audio.SHA256}, PubDate: x.At.Format(time.RFC1123Z), Duration: int(math.Round(x.Audio.Seconds)),
					Author: x.Who, EpisodeType: "full",
					Enclosure: enclosure{base + "/" + x.Code + "/" + fileName(kind), strconv.FormatInt(x.Audio.Bytes, 10), kind}})
			}
		}
		doc.Channel.Built = built.Format(time.RFC1123Z)
		return nil
	})
	if err != nil {
		return err
	}
	body, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		return err
	}
	body = append([]byte(xml.Header), body...)
	return r.Send(w, "application/rss+xml; charset=utf-8", kit.TagOf(body), bytes.NewReader(body), time.Hour)
}

// coverSize is the side of the picture in pixels; Apple asks for 1400 to 3000.
const coverSize = 1400

func (p pages) cover(w http.ResponseWriter, r *kit.Request) error {
	if err := p.published(r.Context(), r.PathValue("contest"), func(*contest.State) error { return nil }); err != nil {
		return err
	}
	picture, err := coverPNG()
	if err != nil {
		return err
	}
	return r.Send(w, "image/png", kit.TagOf(picture), bytes.NewReader(picture), time.Hour)
}

// coverPNG is the picture of a feed: a loudspeaker and its waves, without letters.
var coverPNG = sync.OnceValues(func() ([]byte, error) {
	ground, ink := color.RGBA{0x1f, 0x3d, 0x7a, 0xff}, color.RGBA{0xff, 0xff, 0xff, 0xff}
	img := image.NewPaletted(image.Rect(0, 0, coverSize, coverSize), color.Palette{ground, ink})
	for y := range coverSize {
		for x := range coverSize {
			if inSpeaker(float64(x), float64(y)) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	return b.Bytes(), err
})

// inSpeaker reports whether the point belongs to the drawing.
func inSpeaker(x, y float64) bool {
	dx, dy := x-500, math.Abs(y-coverSize/2)
	switch {
	case x >= 250 && x < 420 && dy < 130: // the box
		return true
	case x >= 420 && x < 680: // the cone
		return dy < 130+(x-420)*0.8
	}
	far := math.Hypot(dx-150, dy)
	if dx < 150 || dy > (dx-150)*1.1 {
		return false
	}
	for _, radius := range []float64{230, 350, 470} {
		if math.Abs(far-radius) < 32 {
			return true
		}
	}
	return false
}
