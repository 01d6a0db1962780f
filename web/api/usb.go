package api

import (
	"context"
	"mime"
	"net/http"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/library"
	"loa/scheduler"
	"loa/scheduler/usb"
	"loa/stations"
	"loa/web/kit"
)

// USBStore is what the routes of a station's week of audio ask of the store.
type USBStore interface {
	usb.Recordings
	StationStore
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
}

type weekAudio struct {
	store USBStore
	blobs library.Blobs
	coder *library.Coder
}

func (a weekAudio) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /api/v1/stations/{station}/weeks/{week}/audio", Access: accounts.ReadSchedule, Handler: a.list, Out: WeekAudio{},
			Summary: "What a station airs in an ISO week of its zone, and the files for it."},
		{Pattern: "GET /api/v1/stations/{station}/weeks/{week}/audio.zip", Gives: "application/zip", Ranges: true, Tells: "ETag", Access: accounts.ReadSchedule,
			Handler: a.zip,
			Summary: "The same as one ZIP for a USB stick, with a list; with Content-Length, ETag and Range, so that a broken download goes on."},
	}
}

// WeekAudio is what a station airs in a week.
type WeekAudio struct {
	Station string         `json:"station"`
	Week    airing.Week    `json:"week"`
	Files   int            `json:"files"`
	Bytes   int64          `json:"bytes"` // of all files
	Missing int            `json:"missing"`
	Airings []WeekAudioRow `json:"airings"` // by start
}

// WeekAudioRow is one planned airing.
type WeekAudioRow struct {
	Slot      string    `json:"slot"`
	Start     time.Time `json:"start"`
	Programme string    `json:"programme"` // title
	Episode   string    `json:"episode"`   // title, "" if there is none
	Seconds   float64   `json:"seconds"`
	File      string    `json:"file"`  // its name in the ZIP, "" if there is none
	Audio     string    `json:"audio"` // ID of the recording, "" if there is none
	Detail    string    `json:"detail,omitempty"`
}

// stick finds the week that the path names.
func (a weekAudio) stick(r *kit.Request) (s usb.Stick, reg *stations.Registry, st *stations.Station, week airing.Week, err error) {
	if reg, st, err = (stationRoutes{a.store}).find(r, accounts.ReadStations); err != nil {
		return s, reg, st, week, err
	}
	if week, err = airing.ParseWeek(r.PathValue("week")); err != nil {
		return s, reg, st, week, err
	}
	plan, err := a.store.Schedule(r.Context())
	if err != nil {
		return s, reg, st, week, err
	}
	cal := airing.Calendar{Zone: st.Location()}
	s, err = usb.New(r.Context(), plan, reg, st, cal.Start(week), cal.Start(week+1), a.store, a.blobs)
	return s, reg, st, week, err
}

func (a weekAudio) list(w http.ResponseWriter, r *kit.Request) error {
	s, _, st, week, err := a.stick(r)
	if err != nil {
		return err
	}
	out := WeekAudio{Station: st.ID, Week: week, Files: len(s.Files), Bytes: s.Bytes(), Missing: s.Missing(), Airings: []WeekAudioRow{}}
	for _, l := range s.Lines {
		row := WeekAudioRow{Slot: l.ID, Start: l.Start, Programme: l.Programme.Title, Episode: l.Episode.Title, Seconds: l.Episode.Seconds,
			File: l.File, Audio: l.Episode.Audio}
		if l.Why != "" {
			row.Detail = r.Say(l.Why)
		}
		out.Airings = append(out.Airings, row)
	}
	return r.JSON(w, http.StatusOK, out)
}

func (a weekAudio) zip(w http.ResponseWriter, r *kit.Request) error {
	s, reg, st, week, err := a.stick(r)
	if err != nil {
		return err
	}
	monday := airing.Calendar{Zone: st.Location()}.Start(week)
	if err := s.Own(r.Context(), a.coder, st.ID); err != nil {
		return err
	}
	archive, err := usb.NewArchive(r.Context(), s, s.List(r.Lang, reg.Label(st.ID), monday), monday, a.blobs)
	if err != nil {
		return err
	}
	defer archive.Close()
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment",
		map[string]string{"filename": usb.ArchiveName(week.String(), reg.UnitOf(st.ID).Code, reg.Name(st.ID))}))
	h.Set("ETag", `"`+archive.Tag()+`"`)
	h.Set("Cache-Control", "private, no-cache") // an episode may come at any time; a download that stopped goes on while nothing did
	http.ServeContent(w, r.Request, "", time.Time{}, archive)
	return nil
}
