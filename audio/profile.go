package audio

import (
	"encoding/json"
	"fmt"
	"slices"

	"loa/internal/fault"
)

// Grade is how serious a finding is.
type Grade string

// The grades, mildest first.
const (
	Note   Grade = "note"   // worth knowing
	Warn   Grade = "warn"   // will be heard; mend it if there is time
	Refuse Grade = "refuse" // cannot be used as it is
)

// Grades are all of them.
var Grades = []Grade{Note, Warn, Refuse}

// Profile is what is asked of a recording for one purpose. Every number is a
// setting; no rule of law names any of them. A limit of 0 is not checked.
type Profile struct {
	Name string `json:"name"`

	MinSeconds float64 `json:"min_seconds"` // of the recording
	MaxSeconds float64 `json:"max_seconds"`

	// TargetLUFS is the loudness wanted, ToleranceLU how far it may be off.
	// Both refer to playback on two loudspeakers: see Facts.Loudness.
	TargetLUFS  float64 `json:"target_lufs"`
	ToleranceLU float64 `json:"tolerance_lu"`
	MaxTruePeak float64 `json:"max_true_peak_dbtp"` // checked when TargetLUFS is
	MaxRangeLU  float64 `json:"max_range_lu"`       // loudness range: a voice lost between loud parts

	MaxClippedRuns int64   `json:"max_clipped_runs"` // flat tops tolerated; -1 is any number
	MaxHeadSilence float64 `json:"max_head_silence"` // seconds
	MaxTailSilence float64 `json:"max_tail_silence"`
	MaxSilence     float64 `json:"max_silence"`      // seconds between sounds
	MinBandwidth   float64 `json:"min_bandwidth"`    // Hz
	MinSampleRate  int     `json:"min_sample_rate"`  // Hz
	MinBitrate     int     `json:"min_bitrate"`      // bit/s of an MP3, for each channel
	MaxDC          float64 `json:"max_dc"`           // of full scale
	MinHumDistance float64 `json:"min_hum_distance"` // dB between programme and mains hum

	// Grades replaces the grade of findings by code; "off" leaves one out.
	Grades map[string]Grade `json:"grades,omitempty"`
}

// off is the grade of a finding nobody wants to see.
const off Grade = "off"

// Programme is the default profile of an episode to be aired. -16 LUFS is what
// speech on the net and on phones aims at; commune horns need no less.
func Programme() Profile {
	return Profile{
		Name: "programme", TargetLUFS: -16, ToleranceLU: 3, MaxTruePeak: -1, MaxRangeLU: 18,
		MaxClippedRuns: 20, MaxHeadSilence: 2, MaxTailSilence: 4, MaxSilence: 4,
		MinBandwidth: 5000, MinSampleRate: 22050, MinBitrate: 32000, MaxDC: 0.01, MinHumDistance: 40,
	}
}

// Contest is the default profile of a contest entry: as a programme, but the
// length of the category is binding and short gaps are the author's choice.
func Contest() Profile {
	p := Programme()
	p.Name, p.MaxSilence = "contest", 8
	p.Grades = map[string]Grade{"audio.too_short": Refuse, "audio.too_long": Refuse}
	return p
}

// Evidence is the default profile of a recording that proves an airing: any
// sound of some seconds will do, however poor. Silence is evidence too, of a loudspeaker that was silent.
func Evidence() Profile {
	return Profile{Name: "evidence", MinSeconds: 10, MaxSeconds: 600, MaxClippedRuns: -1, Grades: map[string]Grade{"audio.silent": Warn}}
}

// Profiles lists the default profiles.
func Profiles() []Profile { return []Profile{Programme(), Contest(), Evidence()} }

// ProfileNamed returns the default profile of that name; an unknown name is an
// Invalid fault.
func ProfileNamed(name string) (Profile, error) {
	all := Profiles()
	i := slices.IndexFunc(all, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, fault.New(fault.Invalid, "audio.profile_unknown", "name", name).At("profile")
	}
	return all[i], nil
}

// Valid refuses settings that contradict themselves.
func (p Profile) Valid() error {
	bad := func(field string) error { return fault.New(fault.Invalid, "audio.profile_impossible").At(field) }
	switch {
	case p.MinSeconds < 0 || p.MaxSeconds < 0 || p.MaxSeconds > 0 && p.MinSeconds > p.MaxSeconds:
		return bad("max_seconds")
	case p.TargetLUFS > 0 || p.TargetLUFS < -70:
		return bad("target_lufs")
	case p.ToleranceLU < 0:
		return bad("tolerance_lu")
	case p.MaxTruePeak > 6 || p.MaxTruePeak < -20:
		return bad("max_true_peak_dbtp")
	}
	for code, g := range p.Grades {
		if !slices.Contains([]Grade{Note, Warn, Refuse, off}, g) {
			return bad("grades." + code)
		}
	}
	return nil
}

// ParseProfile reads a profile from JSON over the defaults of base. Unknown
// members and impossible settings are Invalid faults.
func ParseProfile(base Profile, data []byte) (Profile, error) {
	if err := json.Unmarshal(data, &base); err != nil {
		return Profile{}, fault.New(fault.Invalid, "audio.profile_impossible").Because(fmt.Errorf("audio: read profile: %w", err))
	}
	return base, base.Valid()
}
