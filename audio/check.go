package audio

import (
	"maps"
	"math"
	"slices"
	"strings"

	"loa/audio/measure"
	"loa/internal/fault"
	"loa/internal/text"
)

// Finding is one thing about a recording that a person should know: what is
// wrong, where, and how to mend it. Code is also the key of its sentence.
type Finding struct {
	Code  string         `json:"code"`
	Grade Grade          `json:"grade"`
	Args  map[string]any `json:"args,omitempty"`
	At    []Place        `json:"at,omitempty"`
}

// shownPlaces is how many places a sentence names before it only counts.
const shownPlaces = 3

// Say is the finding as one sentence, with its places as minutes and seconds.
func (f Finding) Say(lang text.Language) string {
	args := []any{"at", where(lang, f.At)}
	for _, k := range slices.Sorted(maps.Keys(f.Args)) {
		args = append(args, k, f.Args[k])
	}
	return lang.Say(f.Code, args...)
}

// where lists places: "0:12, 3:07–3:15 và 4 chỗ khác".
func where(lang text.Language, at []Place) string {
	s := ""
	for i, p := range at {
		if i == shownPlaces {
			return s + lang.Say("audio.more_places", "n", len(at)-shownPlaces)
		}
		if i > 0 {
			s += ", "
		}
		s += clock(p.From)
		if to := clock(p.To); to != clock(p.From) && p.To > p.From {
			s += "–" + to
		}
	}
	return s
}

// Check judges the facts of a recording by a profile. Findings come refused
// ones first, else in a fixed order.
func Check(f Facts, p Profile) []Finding {
	c := &checker{profile: p, found: []Finding{}}
	c.file(f)
	if m := f.Measures; m != nil {
		c.length(f)
		if m.Silence.All {
			c.add("audio.silent", Refuse, nil)
		} else {
			c.level(f)
			c.silences(*m)
			c.channels(f)
			c.quality(f)
		}
	}
	rank := map[Grade]int{Refuse: 0, Warn: 1, Note: 2}
	slices.SortStableFunc(c.found, func(a, b Finding) int { return rank[a.Grade] - rank[b.Grade] })
	return c.found
}

// Refusal turns the refusing findings into one Invalid fault whose sentence is
// the first one's and whose Parts are all of them; nil when there is none.
func Refusal(findings []Finding) error {
	var whole *fault.Error
	for _, f := range findings {
		if f.Grade != Refuse {
			continue
		}
		args := maps.Clone(f.Args)
		if args == nil {
			args = map[string]any{}
		}
		args["at"] = where(text.Vietnamese, f.At)
		e := &fault.Error{Kind: fault.Invalid, Code: f.Code, Args: args}
		if whole == nil {
			whole = &fault.Error{Kind: fault.Invalid, Code: f.Code, Args: args}
		}
		whole.Parts = append(whole.Parts, e)
	}
	if whole == nil {
		return nil
	}
	return whole
}

// checker gathers findings.
type checker struct {
	profile Profile
	found   []Finding
}

// graded is the profile's grade for a code, g where it has none.
func (c *checker) graded(code string, g Grade) Grade {
	if set, ok := c.profile.Grades[code]; ok {
		return set
	}
	return g
}

func (c *checker) add(code string, g Grade, at []Place, args ...any) {
	if g = c.graded(code, g); g == off {
		return
	}
	f := Finding{Code: code, Grade: g, At: at}
	for i := 0; i+1 < len(args); i += 2 {
		if f.Args == nil {
			f.Args = map[string]any{}
		}
		f.Args[args[i].(string)] = args[i+1]
	}
	c.found = append(c.found, f)
}

// file judges what the walk over the bytes found.
func (c *checker) file(f Facts) {
	switch end := []Place{{f.Seconds, f.Seconds}}; {
	case f.Truncated && f.Missing > 0:
		c.add("audio.cut_by", c.graded("audio.cut", Refuse), end, "missing", math.Ceil(f.Missing*10)/10)
	case f.Truncated:
		c.add("audio.cut", Refuse, end)
	}
	if f.Partial {
		c.add("audio.partial", Refuse, nil)
	}
	if m := f.Measures; m != nil && m.NonFinite > 0 {
		c.add("audio.not_numbers", Refuse, nil, "samples", m.NonFinite)
	}
	for _, w := range f.Warnings {
		g := Warn
		switch w.Code {
		case "audio.intensity", witnessDiffers:
			g = Note
		case "audio.lost":
			g = Refuse
		}
		args := []any{}
		for _, k := range slices.Sorted(maps.Keys(w.Args)) {
			args = append(args, k, w.Args[k])
		}
		c.add(w.Code, g, w.At, args...)
	}
	if f.Format != MP3 {
		c.add("audio.will_convert", Note, nil, "format", strings.ToUpper(string(f.Format)))
	}
}

func (c *checker) length(f Facts) {
	p := c.profile
	switch end := []Place{{f.Seconds, f.Seconds}}; {
	case f.Seconds < p.MinSeconds:
		c.add("audio.too_short", Warn, end, "length", clock(f.Seconds), "least", clock(p.MinSeconds))
	case p.MaxSeconds > 0 && f.Seconds > p.MaxSeconds:
		c.add("audio.too_long", Warn, []Place{{p.MaxSeconds, f.Seconds}}, "length", clock(f.Seconds), "most", clock(p.MaxSeconds))
	}
}

// Loudness is the integrated loudness in LUFS as ITU-R BS.1770 has it: a mono recording
// is one channel on one loudspeaker. Pages, the API and the command line all tell this figure.
// False when it could not be measured.
func (f Facts) Loudness() (float64, bool) {
	if f.Measures == nil {
		return 0, false
	}
	return f.Measures.Integrated.Get()
}

// Target is the loudness wanted of a recording, in LUFS: a mono recording is played on both
// loudspeakers, and sounds as loud as a stereo one that measures 3 LU more.
func (p Profile) Target(f Facts) float64 {
	if f.Channels == 1 {
		return p.TargetLUFS - 10*math.Log10(2)
	}
	return p.TargetLUFS
}

// level judges loudness, peaks and clipping.
func (c *checker) level(f Facts) {
	p, m := c.profile, f.Measures
	if l, ok := f.Loudness(); ok && p.TargetLUFS != 0 {
		target, code := p.Target(f), ""
		switch off := l - target; {
		case off < -p.ToleranceLU:
			code = "audio.too_quiet"
		case off > p.ToleranceLU:
			code = "audio.too_loud"
		}
		if grade := c.graded(code, Warn); code != "" {
			if f.Channels == 1 {
				code += "_mono"
			}
			c.add(code, grade, nil, "loudness", l, "target", target, "by", math.Abs(l-target))
		}
	}
	if m.Clipping.Runs > p.MaxClippedRuns && p.MaxClippedRuns >= 0 {
		c.add("audio.clipped", Warn, spans(m.Clipping.Where), "runs", m.Clipping.Runs)
	} else if peak, ok := m.TruePeak.Get(); ok && p.TargetLUFS != 0 && peak > p.MaxTruePeak {
		code := "audio.true_peak"
		if m.TruePeakAtLeast {
			code = "audio.true_peak_at_least"
		}
		c.add(code, Note, []Place{{m.TruePeakAt, m.TruePeakAt}}, "peak", peak, "most", p.MaxTruePeak)
	}
	if r, ok := m.LoudnessRange.Get(); ok && p.MaxRangeLU > 0 && r > p.MaxRangeLU {
		c.add("audio.wide_range", Note, nil, "range", r)
	}
}

func (c *checker) silences(m measure.Report) {
	p := c.profile
	total := m.Duration().Seconds()
	if p.MaxHeadSilence > 0 && m.Silence.Head > p.MaxHeadSilence {
		c.add("audio.silent_head", Note, []Place{{0, m.Silence.Head}}, "seconds", m.Silence.Head)
	}
	if p.MaxTailSilence > 0 && m.Silence.Tail > p.MaxTailSilence {
		c.add("audio.silent_tail", Note, []Place{{total - m.Silence.Tail, total}}, "seconds", m.Silence.Tail)
	}
	var long []Place
	for _, s := range m.Silence.Inside {
		if p.MaxSilence > 0 && s.Seconds() > p.MaxSilence {
			long = append(long, Place{s.From, s.To})
		}
	}
	if len(long) > 0 {
		c.add("audio.silent_inside", Warn, long, "seconds", p.MaxSilence)
	}
}

// channels judges each channel and the two together.
func (c *checker) channels(f Facts) {
	p, m := c.profile, f.Measures
	if p.TargetLUFS == 0 {
		return // evidence: one microphone is enough
	}
	if !f.doubtful() {
		for i, ch := range m.PerChannel {
			if ch.Dead {
				c.add("audio.dead_channel", Warn, nil, "channel", i+1)
			}
		}
	}
	if m.Stereo.Inverted {
		c.add("audio.inverted", Warn, nil)
	}
	if m.Stereo.Identical {
		c.add("audio.twice_mono", Note, nil)
	}
	for i, ch := range m.PerChannel {
		if p.MaxDC > 0 && math.Abs(ch.DC) > p.MaxDC {
			c.add("audio.dc", Note, nil, "percent", math.Abs(ch.DC)*100, "channel", i+1)
		}
	}
}

// quality judges what was lost before the file was made.
func (c *checker) quality(f Facts) {
	p, m := c.profile, f.Measures
	if f.SampleRate < p.MinSampleRate {
		c.add("audio.low_rate", Note, nil, "rate", f.SampleRate)
	}
	if f.MP3 != nil && f.Bitrate/max(1, f.Channels) < p.MinBitrate*19/20 {
		c.add("audio.low_bitrate", Note, nil, "bitrate", (f.Bitrate+500)/1000)
	}
	if b, ok := m.Bandwidth.Get(); ok && b < p.MinBandwidth {
		c.add("audio.narrow", Warn, nil, "hertz", int64(math.Round(b/100)*100))
	}
	if d, ok := m.Hum.BelowProgramme.Get(); ok && d < p.MinHumDistance {
		c.add("audio.hum", Warn, nil, "below", d)
	}
}

func spans(in []measure.Span) []Place {
	out := make([]Place, len(in))
	for i, s := range in {
		out[i] = Place{s.From, s.To}
	}
	return out
}
