// Package usb makes of a station's week what an operator carries to the
// amplifier: one ZIP with the broadcast copy of every planned episode, under
// names a car radio can sort and show, and a list that says what airs when.
//
// An episode that airs several times is one file, named after its first airing
// ("x3" says how often), with one line in the list for each: on a mobile line
// every repeat would cost as much again as the first, and somebody who lets
// the stick play through hears each episode once, in the order of the week.
package usb

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/audio"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
)

// Recordings is what New asks of the library.
type Recordings interface {
	// Recordings returns a page of recordings.
	Recordings(ctx context.Context, q library.Query) (library.Page, error)
	// BroadcastCopies tells what stations receive of them, as far as something was made.
	BroadcastCopies(ctx context.Context, recordings []string) (map[string]library.BroadcastCopy, error)
}

// File is one file of the stick.
type File struct {
	Name string      // see FileName
	Blob library.Ref // an MP3
	At   time.Time   // first airing, in the station's zone

	coded bool          // the station's own has its code in it
	own   *library.Copy // that, once it is there
}

// Line is one planned airing of the week.
type Line struct {
	scheduler.Slot
	Programme scheduler.Programme
	Episode   scheduler.Episode // the zero value if there is none
	File      string            // name of its file; "" when there is none
	Why       string            // catalogue key: why there is none
}

// Wall is the start as the station's clock shows it, for the functions of text.
func (l Line) Wall() time.Time { return scheduler.WallOf(l.Start).In(text.Zone) }

// Length is how long the recording is.
func (l Line) Length() time.Duration {
	return time.Duration(l.Episode.Seconds * float64(time.Second)).Round(time.Second)
}

// Stick is what a station airs in a week, and the files for it.
type Stick struct {
	Lines []Line // by start
	Files []File // by first airing
}

// Bytes is the size of all files together.
func (s Stick) Bytes() (n int64) {
	for _, f := range s.Files {
		n += f.Blob.Size
	}
	return n
}

// Own puts the station's own copies in place of files whose programme asks for its code.
func (s *Stick) Own(ctx context.Context, coder *library.Coder, station string) error {
	for i := range s.Files {
		if f := &s.Files[i]; f.coded {
			own, err := coder.For(ctx, f.Blob, station)
			if err != nil {
				return err
			}
			f.own = &own
		}
	}
	return nil
}

// Missing is how many lines have no file.
func (s Stick) Missing() (n int) {
	for _, l := range s.Lines {
		if l.File == "" {
			n++
		}
	}
	return n
}

// New finds what the station has to air in [from, until), and the files that
// are there for it. What is missing is told by its line; the error is the
// store's or the disk's.
func New(ctx context.Context, plan *scheduler.Schedule, reg *stations.Registry, st *stations.Station, from, until time.Time, rec Recordings,
	blobs library.Blobs) (Stick, error) {
	var s Stick
	wanted := map[string]bool{} // recordings
	for slot := range plan.SlotsAt(reg, st.ID, from, until) {
		l := Line{Slot: slot}
		l.Programme, _ = plan.Programme(slot.Programme) // a slot's programme exists
		e, ok := plan.EpisodeFor(slot.Programme, st.TraitsAt(slot.Start).Languages, slot.Start)
		switch {
		case !ok:
			l.Why = "usb.no_episode"
		case e.State() == scheduler.Withdrawn: // after it was aired: it must not go out again
			l.Episode, l.Why = e, "usb.withdrawn"
		case e.Audio == "":
			l.Episode, l.Why = e, "usb.read_live"
		default:
			l.Episode, wanted[e.Audio] = e, true
		}
		s.Lines = append(s.Lines, l)
	}
	sounds, err := soundsOf(ctx, wanted, rec, blobs)
	if err != nil {
		return Stick{}, err
	}
	for i := range s.Lines {
		if l := &s.Lines[i]; l.Why == "" {
			l.Why = sounds[l.Episode.Audio].why
		}
	}
	s.name(sounds)
	return s, nil
}

// sound is what is there of a recording: an MP3, or the reason why not.
type sound struct {
	blob library.Ref
	why  string
}

// soundsOf tells of recordings what is there of them, by their IDs.
func soundsOf(ctx context.Context, wanted map[string]bool, rec Recordings, blobs library.Blobs) (map[string]sound, error) {
	kept, err := library.Named(ctx, rec, wanted)
	if err != nil {
		return nil, err
	}
	copies, err := rec.BroadcastCopies(ctx, slices.Collect(maps.Keys(kept)))
	if err != nil {
		return nil, err
	}
	sounds := map[string]sound{}
	for id := range wanted {
		r, there := kept[id]
		if !there {
			sounds[id] = sound{why: "usb.gone"}
			continue
		}
		if sounds[id], err = soundOf(ctx, r, copies[id], blobs); err != nil {
			return nil, err
		}
	}
	return sounds, nil
}

// soundOf tells what is there of one recording; c is the zero value while no copy was made.
func soundOf(ctx context.Context, r library.Recording, c library.BroadcastCopy, blobs library.Blobs) (sound, error) {
	switch r = c.For(r); {
	case r.ContentType == audio.MP3.ContentType():
	case c.Failed != nil:
		return sound{why: "usb.no_mp3"}, nil
	default:
		return sound{why: "usb.mp3_soon"}, nil
	}
	kept, err := blobs.Stat(ctx, r.Blob.SHA256)
	if fault.Is(err, "library.blob_missing") || err == nil && kept.Size != r.Blob.Size {
		return sound{why: "usb.gone"}, nil
	}
	return sound{blob: r.Blob}, err
}

// name gives every recording that is there its file, and every line its own.
func (s *Stick) name(sounds map[string]sound) {
	times, first := map[string]int{}, []*Line{}
	for i := range s.Lines {
		if l := &s.Lines[i]; l.Why == "" {
			if times[l.Episode.Audio]++; times[l.Episode.Audio] == 1 {
				first = append(first, l)
			}
		}
	}
	names := map[string]string{}
	for i, l := range first {
		id := l.Episode.Audio
		names[id] = FileName(i+1, len(first), l.Start, times[id], l.Programme.Title, l.Episode.Title)
		s.Files = append(s.Files, File{Name: names[id], Blob: sounds[id].blob, At: l.Start, coded: l.Programme.StationCode})
	}
	for i := range s.Lines {
		s.Lines[i].File = names[s.Lines[i].Episode.Audio]
	}
}

// The longest name of a file, ending included, and the longest part of it that
// the programme's title takes when the episode's follows.
const (
	nameLength      = 60
	programmeLength = 24
)

// FileName is the name of the n-th of a stick's files (n from 1, all of them
// of): "01_T2_0530_Nong_thon_moi_tap_12.mp3", with "x3" after the clock when it
// airs three times. It is ASCII without spaces, at most 60 characters, safe on
// FAT, and sorts by n. start is in the station's zone.
func FileName(n, of int, start time.Time, times int, programme, episode string) string {
	number := strconv.Itoa(n)
	if width := max(2, len(strconv.Itoa(of))); len(number) < width {
		number = strings.Repeat("0", width-len(number)) + number
	}
	day := "CN"
	if d := start.Weekday(); d != time.Sunday {
		day = "T" + strconv.Itoa(int(d)+1)
	}
	parts := []string{number, day, start.Format("1504")}
	if times > 1 {
		parts = append(parts, "x"+strconv.Itoa(times))
	}
	title, series := ascii(episode), ascii(programme)
	switch {
	case title == "":
		title = series
	case !strings.HasPrefix(strings.ToLower(title), strings.ToLower(series)):
		title = cut(series, programmeLength) + "_" + title
	}
	if title != "" {
		parts = append(parts, title)
	}
	return cut(strings.Join(parts, "_"), nameLength-len(".mp3")) + ".mp3"
}

// ascii is s without tone marks, in the case it is written, everything but
// letters and digits of ASCII as one underscore.
func ascii(s string) string {
	return strings.Join(strings.FieldsFunc(text.Plain(s), func(r rune) bool {
		return !('0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	}), "_")
}

// cut is the beginning of s, at most n bytes, if possible of whole words.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	if i := strings.LastIndexByte(s[:n+1], '_'); i > n/2 {
		return s[:i]
	}
	return s[:n]
}

// ArchiveName is what the ZIP of a station's week is called when it is saved:
// "Loa_2026-W48_02779_Thanh_Binh.zip".
func ArchiveName(week, code, station string) string {
	return cut(strings.Join([]string{"Loa", week, ascii(code), ascii(station)}, "_"), nameLength) + ".zip"
}
