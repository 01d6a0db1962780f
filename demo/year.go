package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

const (
	weakDistrict  = "084" // Si Ma Cai: few staff, old transmitters
	stormDistrict = "082" // Bát Xát: two weeks of floods
	stormWeek     = -20   // weeks from now
)

// year lets every station live through its slots.
func (w *world) year() error {
	plan, err := w.store.Schedule(w.ctx)
	if err != nil {
		return err
	}
	photo, err := w.photo()
	if err != nil {
		return err
	}
	return w.each(func(st *stations.Station, rnd *rand.Rand) error {
		o := office{w: w, st: st, rnd: rnd, by: w.operator(st.ID), photo: photo,
			means: airing.Means(st.Technologies[0]), district: w.reg.Where(st.ID).District}
		o.diligence = 0.9 + 0.09*rnd.Float64()
		if o.district == weakDistrict {
			o.diligence = 0.45 + 0.25*rnd.Float64()
		}
		for s := range plan.SlotsAt(w.reg, st.ID, w.monday(-w.weeks), w.now) {
			if err := o.live(s); err != nil {
				return fmt.Errorf("%s: %w", s.ID, err)
			}
		}
		return nil
	})
}

// office is one station's operator and her habits.
type office struct {
	w         *world
	st        *stations.Station
	rnd       *rand.Rand
	by        accounts.Actor
	means     airing.Means
	district  string
	diligence float64 // how often she airs and reports
	week      airing.Week
	mood      mood // of that week
	photo     airing.Evidence
	made      int
}

func (o *office) id() string {
	o.made++
	return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "%d/%s/%d", o.w.seed, o.st.ID, o.made)).String()
}

func (o *office) meta(at time.Time) accounts.Meta {
	return accounts.Meta{ID: o.id(), By: o.by, At: at.UTC()}
}

// mood is what a whole week is like for a station.
type mood int

const (
	usual  mood = iota
	silent      // she is away, or has no signal: nothing is reported
	broken      // the transmitter is: nothing is aired
)

// moodOf draws the mood of the week a slot lies in.
func (o *office) moodOf(s scheduler.Slot) mood {
	week := airing.Calendar{Zone: text.Zone}.Week(s.Start)
	if week == o.week {
		return o.mood
	}
	o.week, o.mood = week, usual
	switch trouble := o.rnd.Float64() * 2; {
	case trouble < 1-o.diligence:
		o.mood = silent
	case trouble > 1+o.diligence:
		o.mood = broken
	}
	return o.mood
}

// live is what becomes of one slot.
func (o *office) live(s scheduler.Slot) error {
	if o.moodOf(s) == silent {
		return nil
	}
	dice := o.rnd.Float64()
	delay := time.Duration(10+o.rnd.IntN(180)) * time.Minute
	if o.rnd.IntN(12) == 0 {
		delay = time.Duration(50+o.rnd.IntN(60)) * time.Hour // no signal until the next trip to the district
	}
	if dice > o.diligence+(1-o.diligence)/2 || s.End.Add(delay).After(o.w.now) {
		return nil // she says nothing, or has not yet
	}
	c := airing.Confirm{ID: o.id(), Slot: s.ID, Outcome: airing.Aired, Means: o.means,
		StartedAt: s.Start.Add(time.Duration(o.rnd.IntN(7)-1) * time.Minute)}
	if reason := o.trouble(s, dice); reason != "" {
		c.Outcome, c.Reason, c.Means, c.StartedAt = airing.NotAired, reason, "", time.Time{}
		if reason == airing.Other {
			c.Note = "Xã tổ chức hội nghị, mượn dàn loa"
		}
	}
	at := s.End.Add(delay)
	line, err := o.w.store.Confirm(o.w.ctx, o.meta(at), c)
	if err != nil {
		return err
	}
	if o.rnd.IntN(60) == 0 && !at.Add(20*time.Minute).After(o.w.now) {
		if line, err = o.mistake(line, at.Add(20*time.Minute)); err != nil {
			return err
		}
	}
	if line.Outcome == airing.Aired && o.rnd.IntN(3) == 0 && !at.Add(5*time.Minute).After(o.w.now) {
		return o.prove(line, at.Add(5*time.Minute))
	}
	return nil
}

// trouble is why a slot is not aired, "" when it is.
func (o *office) trouble(s scheduler.Slot, dice float64) airing.Reason {
	storm := o.w.monday(stormWeek)
	if o.district == stormDistrict && !s.Start.Before(storm) && s.Start.Before(storm.AddDate(0, 0, 14)) && o.rnd.IntN(4) > 0 {
		return airing.Weather
	}
	if o.mood == broken {
		return airing.Equipment
	}
	if dice <= o.diligence {
		return ""
	}
	return pick(o.rnd, append([]airing.Reason{airing.PowerCut, airing.PowerCut}, airing.Equipment, airing.NoStaff, airing.Weather, airing.Other))
}

// mistake is a report that she corrects soon after; one of a few she should not have made.
func (o *office) mistake(line airing.Line, at time.Time) (airing.Line, error) {
	c := airing.Confirm{ID: o.id(), Slot: line.Slot, Outcome: line.Outcome, Reason: line.Reason, Means: line.Means, Corrects: line.ID,
		StartedAt: line.StartedAt.Add(10 * time.Minute), Why: "Ghi nhầm giờ phát"}
	if o.made%4 == 0 {
		c.Outcome, c.Reason, c.Means, c.Why = airing.Withdrawn, "", "", "Báo nhầm buổi phát"
	}
	return o.w.store.Confirm(o.w.ctx, o.meta(latest(at, c.StartedAt)), c)
}

// prove attaches a photo, and now and then a monitor looks at it.
func (o *office) prove(line airing.Line, at time.Time) error {
	e := o.photo
	e.ID, e.Report = o.id(), line.ID
	if _, err := o.w.store.Attach(o.w.ctx, o.meta(at), e); err != nil {
		return err
	}
	looked := at.Add(30 * time.Hour)
	if o.rnd.IntN(3) > 0 || looked.After(o.w.now) {
		return nil
	}
	m := o.meta(looked)
	m.By = o.w.people["giamsat"]
	v := airing.Verdict{Report: line.ID, Finding: pick(o.rnd, []airing.Finding{airing.Verified, airing.Verified, airing.Verified, airing.NotProven})}
	if v.Finding == airing.NotProven && o.made%9 == 0 {
		v.Finding, v.Note = airing.Contradicted, "Ảnh chụp loa của xã bên"
	}
	_, err := o.w.store.VerifyAiring(o.w.ctx, m, v)
	return err
}

// photo keeps one picture that stands for all: a loudspeaker on its pole.
func (w *world) photo() (airing.Evidence, error) {
	img := image.NewPaletted(image.Rect(0, 0, 320, 240), color.Palette{color.RGBA{0xbf, 0xd9, 0xee, 0xff}, color.RGBA{0x4d, 0x7a, 0x4a, 0xff},
		color.RGBA{0x44, 0x44, 0x44, 0xff}})
	for y := range 240 {
		for x := range 320 {
			switch {
			case x > 155 && x < 165 && y > 50, y > 40 && y < 100 && x > 165-(y-70) && x < 165+(100-y)/2 && x > 165:
				img.SetColorIndex(x, y, 2)
			case y > 170+((x*7)%31)/4:
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return airing.Evidence{}, err
	}
	ref, err := w.blobs.Put(w.ctx, bytes.NewReader(b.Bytes()), int64(b.Len()))
	return airing.Evidence{Kind: airing.Photo, Type: "image/png", SHA256: ref.SHA256, Size: ref.Size}, err
}

// close excuses the storm and freezes the weeks that are due.
func (w *world) close() error {
	cal := airing.Calendar{Zone: text.Zone}
	for i := range 2 {
		if -stormWeek > w.weeks {
			break
		}
		week := cal.Week(w.monday(stormWeek + i))
		for n, st := range w.reg.Stations() {
			if w.reg.Where(st.ID).District != stormDistrict || n%2 == 1 {
				continue
			}
			m := w.meta(w.people["giamsat"], cal.Start(week+1))
			storm := coverage.Excuse{Week: week, Station: st.ID, Reason: airing.Weather, Note: "Lũ quét, mất điện toàn xã theo báo cáo của huyện",
				Asked: w.operator(st.ID).Person}
			if _, err := w.store.Excuse(w.ctx, m, storm); err != nil && !fault.Is(err, "coverage.excuse_aired") {
				return err
			}
		}
	}
	set := airing.DefaultSettings()
	for i := -w.weeks; cal.Start(cal.Week(w.monday(i))+1).AddDate(0, 0, set.CloseAfterDays).Before(w.now); i++ {
		week := cal.Week(w.monday(i))
		if _, err := w.store.CloseWeek(w.ctx, w.meta(accounts.Daemon(), cal.Start(week+1).AddDate(0, 0, set.CloseAfterDays)),
			coverage.Close{Week: week}); err != nil {
			return err
		}
	}
	return nil
}
