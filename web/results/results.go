// Package results is the public side of a contest: its result page and the
// winners' audio as a podcast feed that other stations can take over.
package results

import (
	"cmp"
	"context"
	"embed"
	"net/http"
	"strings"
	"time"

	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	"loa/library"
	"loa/sharing"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	// Registry tells what became of a station.
	Registry(ctx context.Context) (*stations.Registry, error)
	// Recording tells what sort of sound a file is.
	Recording(ctx context.Context, id string) (library.Recording, error)
	// Recordings tells it of several.
	Recordings(ctx context.Context, q library.Query) (library.Page, error)
	// Face tells where directories of podcasts write to.
	Face(ctx context.Context) (sharing.Face, error)
}

type pages struct {
	store Store
	hall  *contest.Hall
	blobs library.Blobs
	page  *kit.View[resultPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store, hall *contest.Hall, blobs library.Blobs) {
	f := k.Folder("results", files)
	p := pages{s, hall, blobs, kit.NewView[resultPage](f, "results.html")}
	k.Handle(
		kit.Route{Pattern: "GET /results/{contest}", Access: kit.Public, Handler: p.show},
		kit.Route{Pattern: "GET /results/{contest}/feed.xml", Access: kit.Public, Handler: p.feed, Headers: kit.Everywhere},
		kit.Route{Pattern: "GET /results/{contest}/cover.png", Access: kit.Public, Handler: p.cover, Headers: kit.Everywhere},
		kit.Route{Pattern: "GET /results/{contest}/{code}/{file}", Access: kit.Public, Handler: p.sound, Headers: kit.Everywhere},
	)
}

type resultPage struct {
	kit.Page
	ID, Name, Host, About string
	Awards                []award
	First                 []award // as published first, of a result that was corrected
	Corrections           []string
}

type award struct {
	Name     string
	Rows     []winner
	NoLonger []string // prizes a correction left without a winner
}

type winner struct {
	Prize, Who, Title, Successor, Code string
	Authors                            []string
	Audio                              *contest.Piece
	At                                 time.Time
	Lost                               string // why nobody has the prize any more, "" if somebody has
	station                            string
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
			About: s.Rules.About, Awards: winners(s, s.Given, paper.NoLongerOf(s, r.Lang))}
		for _, c := range s.Corrections {
			page.Corrections = append(page.Corrections, paper.CorrectionInWords(c, r.Lang))
		}
		if first := s.First(); first != nil {
			page.First = winners(s, first, nil)
		}
		return nil
	})
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	// A prize stays with the station that won it; what became of the station
	// since stands beside it.
	for i := range page.Awards {
		for j := range page.Awards[i].Rows {
			row := &page.Awards[i].Rows[j]
			st, err := contest.StationOn(reg, row.station, r.Now)
			if err == nil {
				row.Successor = st.Successor
			} else if fault.Of(err).Kind != fault.NotFound {
				return err
			}
		}
	}
	return p.page.Render(w, r, page)
}

// winners lists prizes by award, and those that a correction took away.
func winners(s *contest.State, given []contest.Given, gone []paper.NoLonger) []award {
	var out []award
	for _, a := range s.Rules.Awards {
		list := award{Name: a.Name}
		for _, g := range s.InOrder(given) {
			z := a.Prize(g.Prize)
			if g.Award != a.ID || g.Withheld > 0 && !g.Lost || z == nil {
				continue
			}
			if g.Lost {
				list.Rows = append(list.Rows, winner{Prize: z.Name, Who: s.Receiver(g), Lost: g.Reason})
				continue
			}
			row := winner{Prize: z.Name, Who: s.Receiver(g), station: g.Station}
			if e := s.Entry(g.Entry); e != nil {
				row.Title, row.Code, row.Authors, row.At, row.station = e.Title, e.Code, e.Entrant.Authors, s.WonAt(e.ID), e.Entrant.Station
				if x := e.Piece(contest.Audio); x != nil {
					piece := *x
					row.Audio = &piece
				}
			}
			list.Rows = append(list.Rows, row)
		}
		for _, x := range gone {
			if x.Award == a.ID {
				list.NoLonger = append(list.NoLonger, x.Text)
			}
		}
		if len(list.Rows)+len(list.NoLonger) > 0 {
			out = append(out, list)
		}
	}
	return out
}

// extensions are those of the media types a work may have: readers of podcasts go
// by the end of the address.
var extensions = map[string]string{"audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/x-m4a": ".m4a", "audio/aac": ".aac",
	"audio/wav": ".wav", "audio/x-wav": ".wav",
	"audio/flac": ".flac", "audio/ogg": ".ogg", "audio/webm": ".webm", "audio/aiff": ".aiff", "audio/x-ms-wma": ".wma",
	"audio/amr": ".amr", "audio/3gpp": ".3gp"}

// fileName is the last part of a work's address.
func fileName(kind string) string {
	plain, _, _ := strings.Cut(kind, ";")
	return "audio" + cmp.Or(extensions[plain], ".mp3")
}

// sound sends a winner's recording, and nobody else's.
func (p pages) sound(w http.ResponseWriter, r *kit.Request) error {
	var piece *contest.Piece
	err := p.published(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		for _, a := range winners(s, s.Given, nil) {
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
	rec, err := p.store.Recording(r.Context(), piece.File)
	if err != nil {
		return err
	}
	kind := rec.ContentType                                                         // mostly MP3, but a WAV may win too
	if file := r.PathValue("file"); file != fileName(kind) && file != "audio.mp3" { // as older feeds had it
		return fault.New(fault.NotFound, "contest.unknown_entry")
	}
	f, err := p.blobs.Open(r.Context(), piece.SHA256)
	if err != nil {
		return err
	}
	defer f.Close()
	return r.Send(w, kind, piece.SHA256, f, 24*time.Hour)
}
