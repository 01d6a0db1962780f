package demo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/sample"
	"loa/audio"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
)

// distinct is how many of the latest episodes of the weekly programme have a sound of their own,
// so that recordings at a loudspeaker prove something; all others share one.
const distinct = 3

// digest is an episode made of so many works of the contest, four times so that it is long enough
// to count; each of the latest has others, 0 being the last.
func digest(n int) ([]byte, error) {
	var one []byte
	for i := range len(works) / distinct {
		b, err := spoken.ReadFile(fmt.Sprintf("works/%02d.mp3", n*(len(works)/distinct)+i+1))
		if err != nil {
			return nil, err
		}
		one = append(one, b...)
	}
	return bytes.Repeat(one, 4), nil
}

// keep puts a file into the library.
func (w *world) keep(m accounts.Meta, kind library.Kind, station, name string, body []byte) (library.Recording, error) {
	set := library.DefaultSettings()
	contentType, report, err := library.Examine(w.ctx, kind, bytes.NewReader(body), set, audio.Options{})
	if err != nil {
		return library.Recording{}, err
	}
	ref, err := w.blobs.Put(w.ctx, bytes.NewReader(body), set.MaxBytes)
	if err != nil {
		return library.Recording{}, err
	}
	return w.store.SaveRecording(w.ctx, m, library.SaveRecording{Kind: kind, Owner: library.Owner{Person: m.By.Person, Name: m.By.Name, Station: station},
		Name: name, ContentType: contentType, Blob: ref, Report: report})
}

// clips are what operators hold their phones to, one after the other: the episode of the week or of one before, from
// a second of it on, earlier than they report, and what the street makes of it. One is cut from the file itself; of the
// last two one was copied later, and of the other no time is known.
var clips = []struct {
	before, from int
	early        time.Duration
	street       func(x []float32, r *rand.Rand)
	untimed      bool
}{
	{0, 32, 0, horn, false}, {1, 80, 0, horn, false}, {0, 75, 0, rain, false}, {0, 41, 0, horn, false}, {0, 36, time.Hour, horn, false},
	{0, 44, 0, horn, false}, {0, 101, 0, rain, false}, {0, 38, 0, func([]float32, *rand.Rand) {}, false}, {0, 52, -20 * time.Minute, horn, false},
	{0, 61, 0, horn, true},
}

const clipSeconds = 15

// listen lets operators send recordings of the latest airings of the weekly programme. The daemon
// hears them once it runs.
func (w *world) listen() error {
	plan, err := w.store.Schedule(w.ctx)
	if err != nil {
		return err
	}
	lines, _, err := w.store.Airings(w.ctx, w.people["giamsat"], airing.Query{From: w.now.AddDate(0, 0, -8), Until: w.now, Standing: true,
		Outcome: airing.Aired})
	if err != nil {
		return err
	}
	sent := 0
	for _, line := range lines {
		if sent == len(clips) {
			break
		}
		if line.Programme != plan.Programmes[0].ID || len(line.Evidence) > 0 || line.ReceivedAt.Add(time.Hour).After(w.now) {
			continue
		}
		if err := w.send(line, sent); err != nil {
			return err
		}
		sent++
	}
	return nil
}

// send attaches a clip to a report.
func (w *world) send(line airing.Line, i int) error {
	c, cal := clips[i], airing.Calendar{Zone: text.Zone}
	file, err := digest(int(cal.Week(w.now)-cal.Week(line.StartedAt)) + c.before)
	if err != nil {
		return err
	}
	var heard samples
	if _, err := audio.Decode(w.ctx, bytes.NewReader(file), audio.Options{}, &heard); err != nil {
		return err
	}
	x := heard.x[c.from*heard.rate:][:clipSeconds*heard.rate]
	c.street(x, rand.New(rand.NewPCG(w.seed, uint64(i))))
	m := w.meta(w.operator(line.Station), line.ReceivedAt.Add(time.Duration(5+i)*time.Minute))
	name := fmt.Sprintf("loa-%d.wav", i+1)
	r, err := w.keep(m, library.ForEvidence, line.Station, name, wav(x, heard.rate))
	if err != nil {
		return err
	}
	m.ID = w.id()
	e := airing.Evidence{ID: w.id(), Report: line.ID, Recording: r.ID, Kind: airing.Sound, Name: name, Type: r.ContentType,
		SHA256: r.Blob.SHA256, Size: r.Blob.Size}
	if !c.untimed {
		e.CapturedAt = line.StartedAt.Add(time.Duration(c.from+clipSeconds+4)*time.Second - c.early)
	}
	_, err = w.store.Attach(w.ctx, m, e)
	return err
}

// given are the sample recordings that operators gave: of the latest episode from a second of it on.
var given = []struct {
	from int
	sample.Setting
	sample.Use
	street func(x []float32, r *rand.Rand)
}{
	{50, sample.Setting{Distance: sample.Near, Horns: sample.OneHorn, Weather: sample.Calm, Noise: sample.Quiet}, sample.UseMaker, horn},
	{105, sample.Setting{Distance: sample.Mid, Horns: sample.OneHorn, Weather: sample.Windy, Noise: sample.Traffic}, sample.UseHere, horn},
	{98, sample.Setting{Distance: sample.Mid, Horns: sample.SomeHorns, Weather: sample.Calm, Noise: sample.Talk}, sample.UseMaker, horn},
	{70, sample.Setting{Distance: sample.Far, Horns: sample.OneHorn, Weather: sample.Rainy, Noise: sample.Animals}, sample.UseHere, rain},
}

// give lets operators give samples; the daemon listens to them in the first hour.
func (w *world) give() error {
	plan, err := w.store.Schedule(w.ctx)
	if err != nil {
		return err
	}
	of := sample.Of(plan)
	latest := of[slices.IndexFunc(of, func(e scheduler.Episode) bool { return e.Programme == plan.Programmes[0].ID })]
	file, err := digest(0)
	if err != nil {
		return err
	}
	for i, g := range given {
		var heard samples
		if _, err := audio.Decode(w.ctx, bytes.NewReader(file), audio.Options{}, &heard); err != nil {
			return err
		}
		x := heard.x[g.from*heard.rate:][:clipSeconds*heard.rate]
		g.street(x, rand.New(rand.NewPCG(w.seed, uint64(100+i))))
		station := stations.StationID(shownStation + 1 + i)
		m := w.meta(w.operator(station), w.now.Add(time.Duration(i-9)*time.Hour))
		r, err := w.keep(m, library.ForSample, station, fmt.Sprintf("mau-%d.wav", i+1), wav(x, heard.rate))
		if err != nil {
			return err
		}
		m.ID = w.id()
		if _, err := w.store.GiveSample(w.ctx, m, sample.Give{Station: station, Episode: latest.ID, Recording: r.ID, Setting: g.Setting, Use: g.Use,
			Agreed: true}); err != nil {
			return err
		}
	}
	return nil
}

// samples takes decoded sound of one channel.
type samples struct {
	rate int
	x    []float32
}

func (s *samples) Begin(rate, _ int)     { s.rate = rate }
func (s *samples) Write(block []float32) { s.x = append(s.x, block...) }

// horn plays it through a horn in a street: no lows, driven hard, with echoes and some wind.
func horn(x []float32, r *rand.Rand) {
	var low, wind float32
	for i, v := range x {
		low += 0.15 * (v - low)
		x[i] = float32(math.Tanh(4 * float64(v-low)))
	}
	for i := len(x) - 1; i >= 0; i-- {
		for late, loud := range map[int]float32{1100: 0.5, 2700: 0.35, 5300: 0.25} {
			if i >= late {
				x[i] += loud * x[i-late]
			}
		}
	}
	for i := range x {
		wind += 0.02 * (float32(r.NormFloat64()) - wind)
		x[i] = 0.3*x[i] + 0.2*wind
	}
}

// rain is all that is heard where the loudspeaker is silent.
func rain(x []float32, r *rand.Rand) {
	for i := range x {
		x[i] = float32(0.05 * r.NormFloat64())
	}
}

// wav is a file of one channel and 16 bits.
func wav(x []float32, rate int) []byte {
	out := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(36+2*len(x)))
	out = append(out, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...)
	out = binary.LittleEndian.AppendUint32(out, uint32(rate))
	out = binary.LittleEndian.AppendUint32(out, uint32(2*rate))
	out = append(out, "\x02\x00\x10\x00data"...)
	out = binary.LittleEndian.AppendUint32(out, uint32(2*len(x)))
	for _, v := range x {
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(32767*max(-1, min(1, v)))))
	}
	return out
}
