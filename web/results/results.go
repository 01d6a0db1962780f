// Package results is the public side of a contest: its result page and the
// winners' audio as a podcast feed that other stations can take over.
package results

import (
	"context"
	"embed"
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"loa/audio"
	"loa/contest"
	"loa/internal/fault"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	// ContestStation tells what became of a station.
	ContestStation(ctx context.Context, id string, at time.Time) (contest.Station, error)
	// Recording tells what sort of sound a file is.
	Recording(ctx context.Context, id string) (audio.Recording, error)
}

type pages struct {
	store Store
	hall  *contest.Hall
	blobs audio.Blobs
	page  *kit.View[resultPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store, hall *contest.Hall, blobs audio.Blobs) {
	f := k.Folder("results", files)
	p := pages{s, hall, blobs, kit.NewView[resultPage](f, "results.html")}
	k.Handle(
		kit.Route{Pattern: "GET /results/{contest}", Access: kit.Public, Handler: p.show},
		kit.Route{Pattern: "GET /results/{contest}/feed.xml", Access: kit.Public, Handler: p.feed},
		kit.Route{Pattern: "GET /results/{contest}/{code}/audio.mp3", Access: kit.Public, Handler: p.sound},
	)
}

type resultPage struct {
	kit.Page
	ID, Name, Host, About string
	Awards                []award
	First                 []award // as published first, of a result that was corrected
	Corrections           []contest.Correction
}

type award struct {
	Name string
	Rows []winner
}

type winner struct {
	Prize, Who, Title, Place, Successor, Code string
	Authors                                   []string
	Audio                                     *contest.Piece
	At                                        time.Time
	station                                   string
}

// published reads a contest whose results are public; any other does not
// exist for the public.
func (p pages) published(ctx context.Context, id string, fn func(*contest.State) error) error {
	return p.hall.View(ctx, id, func(s *contest.State) error {
		if s.Phase != contest.Published && s.Phase != contest.Closed {
			return fault.New(fault.NotFound, "contest.unknown")
		}
		return fn(s)
	})
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	var page resultPage
	err := p.published(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		page = resultPage{Page: r.Page("contest.results_title", "name", s.Rules.Title), ID: s.ID, Name: s.Rules.Title, Host: s.Rules.Host,
			About: s.Rules.About, Awards: winners(s, s.Given), Corrections: slices.Clone(s.Corrections)}
		if first := s.First(); first != nil {
			page.First = winners(s, first)
		}
		return nil
	})
	if err != nil {
		return err
	}
	// A prize stays with the station that won it; what became of the station
	// since stands beside it.
	for i := range page.Awards {
		for j := range page.Awards[i].Rows {
			row := &page.Awards[i].Rows[j]
			st, err := p.store.ContestStation(r.Context(), row.station, r.Now)
			if err == nil {
				row.Successor = st.Successor
			} else if fault.Of(err).Kind != fault.NotFound {
				return err
			}
		}
	}
	return p.page.Render(w, r, page)
}

// winners lists prizes by award.
func winners(s *contest.State, given []contest.Given) []award {
	var out []award
	for _, a := range s.Rules.Awards {
		list := award{Name: a.Name}
		for _, g := range given {
			z := a.Prize(g.Prize)
			if g.Award != a.ID || g.Withheld > 0 || z == nil {
				continue
			}
			row := winner{Prize: z.Name, Who: g.Name, station: g.Station}
			if e := s.Entry(g.Entry); e != nil {
				row.Who, row.Title, row.Code, row.Authors, row.At = e.Entrant.Called(), e.Title, e.Code, e.Entrant.Authors, e.SubmittedAt
				row.Place, row.station = e.Entrant.From(), e.Entrant.Station
				if x := e.Piece(contest.Audio); x != nil {
					piece := *x
					row.Audio = &piece
				}
			}
			list.Rows = append(list.Rows, row)
		}
		if len(list.Rows) > 0 {
			out = append(out, list)
		}
	}
	return out
}

// rss is the part of RSS 2.0 that podcast readers need.
type rss struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Channel struct {
		Title       string    `xml:"title"`
		Link        string    `xml:"link"`
		Description string    `xml:"description"`
		Language    string    `xml:"language"`
		Items       []rssItem `xml:"item"`
	} `xml:"channel"`
}

type rssItem struct {
	Title       string  `xml:"title"`
	Description string  `xml:"description"`
	GUID        rssGUID `xml:"guid"`
	PubDate     string  `xml:"pubDate"`
	Enclosure   rssFile `xml:"enclosure"`
}

type rssGUID struct {
	Permalink bool   `xml:"isPermaLink,attr"`
	Value     string `xml:",chardata"`
}

type rssFile struct {
	URL    string `xml:"url,attr"`
	Length string `xml:"length,attr"`
	Type   string `xml:"type,attr"`
}

func (p pages) feed(w http.ResponseWriter, r *kit.Request) error {
	var doc rss
	doc.Version = "2.0"
	id := r.PathValue("contest")
	address, err := r.Address()
	if err != nil {
		return err
	}
	base := address.URL + "/results/" + id
	err = p.published(r.Context(), id, func(s *contest.State) error {
		c := &doc.Channel
		c.Title, c.Link, c.Description, c.Language = s.Rules.Title, base, s.Rules.Title+" – "+s.Rules.Host, "vi"
		done := map[string]bool{}
		for _, a := range winners(s, s.Given) {
			for _, x := range a.Rows {
				if x.Audio == nil || done[x.Code] {
					continue
				}
				done[x.Code] = true
				kind, err := p.kind(r.Context(), x.Audio)
				if err != nil {
					return err
				}
				c.Items = append(c.Items, rssItem{x.Title, x.Prize + " – " + x.Who + ", " + x.Place, rssGUID{false, x.Audio.SHA256}, x.At.Format(time.RFC1123Z),
					rssFile{base + "/" + x.Code + "/audio.mp3", strconv.FormatInt(x.Audio.Bytes, 10), kind}})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	body, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	_, err = io.WriteString(w, xml.Header+string(body)+"\n")
	return err
}

// kind is the media type of a work: mostly MP3, but a WAV may win too.
func (p pages) kind(ctx context.Context, x *contest.Piece) (string, error) {
	rec, err := p.store.Recording(ctx, x.File)
	return rec.ContentType, err
}

// sound sends a winner's recording, and nobody else's.
func (p pages) sound(w http.ResponseWriter, r *kit.Request) error {
	var piece *contest.Piece
	err := p.published(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		for _, a := range winners(s, s.Given) {
			for _, x := range a.Rows {
				if x.Code == r.PathValue("code") && x.Audio != nil {
					piece = x.Audio
					return nil
				}
			}
		}
		return fault.New(fault.NotFound, "contest.unknown_entry")
	})
	if err != nil {
		return err
	}
	kind, err := p.kind(r.Context(), piece)
	if err != nil {
		return err
	}
	f, err := p.blobs.Open(r.Context(), piece.SHA256)
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", kind)
	w.Header().Set("ETag", `"`+piece.SHA256+`"`)
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.ServeContent(w, r.Request, "", time.Time{}, f)
	return nil
}
