// Package podcast writes feeds of sound as RSS 2.0, with what the directories of Apple and Spotify ask for.
package podcast

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"
	"sync"
	"time"
)

// Type is the media type of a feed.
const Type = "application/rss+xml; charset=utf-8"

// Feed is a podcast.
type Feed struct {
	Title, About, Author string
	Email                string // of the author, "" for none
	Language             string // two letters: directories take no others
	Link, Self, Cover    string // addresses: of a page about it, of the feed, of a picture
	Built                time.Time
	Items                []Item
}

// Item is one sound of a podcast.
type Item struct {
	ID                   string // stays, whatever else changes
	Title, About, Author string
	Link                 string // of a page about it
	At                   time.Time
	Seconds              float64
	URL                  string // of the sound; readers go by its end
	Bytes                int64
	Kind                 string // media type of the sound
}

// XML writes the feed. The same feed gives the same bytes.
func (f Feed) XML() ([]byte, error) {
	doc := rss{Version: "2.0", ITunes: "http://www.itunes.com/dtds/podcast-1.0.dtd", Atom: "http://www.w3.org/2005/Atom"}
	doc.Channel = channel{Title: f.Title, Link: f.Link, Self: atomLink{f.Self, "self", "application/rss+xml"}, Description: f.About, Language: f.Language,
		Copyright: f.Author, Built: f.Built.Format(time.RFC1123Z), Image: href{f.Cover}, Picture: picture{f.Cover, f.Title, f.Link},
		Category: category{appleCategory}, Author: f.Author, Type: "episodic"}
	if f.Email != "" {
		doc.Channel.Owner = &owner{f.Author, f.Email}
	}
	for _, x := range f.Items {
		doc.Channel.Items = append(doc.Channel.Items, item{Title: x.Title, Description: x.About, Link: x.Link, GUID: guid{false, x.ID},
			PubDate: x.At.Format(time.RFC1123Z), Duration: int(math.Round(x.Seconds)), Author: x.Author, EpisodeType: "full",
			Enclosure: enclosure{x.URL, strconv.FormatInt(x.Bytes, 10), x.Kind}})
	}
	body, err := xml.MarshalIndent(doc, "", " ")
	return append([]byte(xml.Header), body...), err
}

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
	Picture     picture  `xml:"image"`
	Image       href     `xml:"itunes:image"`
	Category    category `xml:"itunes:category"`
	Explicit    bool     `xml:"itunes:explicit"`
	Author      string   `xml:"itunes:author"`
	Owner       *owner   `xml:"itunes:owner"`
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

type picture struct {
	URL   string `xml:"url"`
	Title string `xml:"title"`
	Link  string `xml:"link"`
}

type owner struct {
	Name  string `xml:"itunes:name"`
	Email string `xml:"itunes:email"`
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

// coverSize is the side of the picture in pixels; Apple asks for 1400 to 3000.
const coverSize = 1400

// Cover is the picture of a feed: a loudspeaker and its waves, without letters.
var Cover = sync.OnceValues(func() ([]byte, error) {
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
