package measure

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// Value is a measured number, or the fact that none could be made because the
// sound was too short or held nothing but silence. The zero Value is "not
// measurable". In JSON it is a number or null.
type Value struct {
	number   float64
	measured bool
}

// Of makes a measured Value. NaN and the infinities are not measurements and
// give "not measurable".
func Of(number float64) Value {
	if math.IsNaN(number) || math.IsInf(number, 0) {
		return Value{}
	}
	return Value{number: number, measured: true}
}

// Get returns the number and whether there is one; the number is 0 if not.
func (v Value) Get() (number float64, measured bool) { return v.number, v.measured }

// String is the number with one decimal, or "n/a": for logs and tests, not for
// people.
func (v Value) String() string {
	if !v.measured {
		return "n/a"
	}
	return strconv.FormatFloat(v.number, 'f', 1, 64)
}

// JSONSchema is what MarshalJSON writes.
func (Value) JSONSchema() map[string]any { return map[string]any{"type": []string{"number", "null"}} }

// MarshalJSON writes a number or null.
func (v Value) MarshalJSON() ([]byte, error) {
	if !v.measured {
		return []byte("null"), nil
	}
	return json.Marshal(v.number)
}

// UnmarshalJSON reads what MarshalJSON writes; anything else is an error.
func (v *Value) UnmarshalJSON(data []byte) error {
	var number *float64
	if err := json.Unmarshal(data, &number); err != nil {
		return err
	}
	*v = Value{}
	if number != nil {
		*v = Of(*number)
	}
	return nil
}

// Span is a stretch of the recording in seconds from its first sample; To is
// exclusive.
type Span struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// Seconds is the length of the span.
func (s Span) Seconds() float64 { return s.To - s.From }

// Report is everything one pass over the sound found out. Levels in dBFS are
// relative to a full-scale sample (±1.0 = 0 dBFS); where a level is of an RMS
// value, that is said, and a full-scale sine has an RMS of -3.01 dBFS. Lists
// are never nil, so that JSON shows [] and not null.
type Report struct {
	// Rate is the sample rate in Hz, Channels the number of channels, Frames the
	// number of samples in each channel.
	Rate     int   `json:"rate"`
	Channels int   `json:"channels"`
	Frames   int64 `json:"frames"`
	// NonFinite counts samples that were NaN or infinite and were read as 0;
	// more than 0 means that the decoder, not the recording, is at fault.
	NonFinite int64 `json:"non_finite,omitempty"`

	// Integrated is the programme loudness in LUFS: ITU-R BS.1770-5 Annex 1 with
	// the gates at -70 LUFS and -10 LU, as EBU R 128 uses it. Stated accuracy of
	// the gating histogram: 0.01 LU. Not measurable under 0.4 s or if nothing
	// reaches -70 LUFS. One channel is measured as one channel, so the same
	// voice in mono reads 3.01 LU below its copy on two channels.
	Integrated Value `json:"integrated_lufs"`
	// LoudnessRange is the LRA in LU: EBU Tech 3342, from short-term values ten
	// times a second, gates at -70 LUFS and -20 LU, 10th to 95th percentile.
	// Stated accuracy of the histogram: 0.02 LU. Not measurable under 3 s or if
	// nothing reaches -70 LUFS. EBU R 128 s1 advises against it under a minute.
	LoudnessRange Value `json:"loudness_range_lu"`
	// MaxMomentary and MaxShortTerm are the highest loudness of any 0.4 s and any
	// 3 s window in LUFS, windows starting every 10 ms: EBU Tech 3341. Not
	// measurable if the recording is shorter than the window, or digital silence.
	MaxMomentary Value `json:"max_momentary_lufs"`
	MaxShortTerm Value `json:"max_short_term_lufs"`
	// MaxMomentaryAt and MaxShortTermAt are the windows where that was.
	MaxMomentaryAt Span `json:"max_momentary_at"`
	MaxShortTermAt Span `json:"max_short_term_at"`

	// TruePeak is the highest absolute value between and on the samples in dBTP:
	// ITU-R BS.1770-5 Annex 2 with four-fold oversampling. Not measurable in
	// digital silence.
	TruePeak Value `json:"true_peak_dbtp"`
	// TruePeakAt is where, in seconds.
	TruePeakAt float64 `json:"true_peak_at"`
	// TruePeakAtLeast is true where samples stop dead at full scale: what lay
	// above was cut off, so TruePeak is only a lower limit ("at least").
	TruePeakAtLeast bool `json:"true_peak_at_least"`
	// SamplePeak is the highest absolute sample in dBFS (AES17). Not measurable
	// in digital silence.
	SamplePeak Value `json:"sample_peak_dbfs"`

	Clipping Clipping `json:"clipping"`
	Silence  Silence  `json:"silence"`
	// PerChannel has one entry for each channel, in the order of the samples.
	PerChannel []Channel `json:"per_channel"`
	Stereo     Stereo    `json:"stereo"`

	// Bandwidth is the highest frequency in Hz at which the programme, not its
	// background noise, still stands out; see the comment on spectrum for the
	// rule (ours: there is no standard). About 3400 is a telephone, 4000 an
	// 8 kHz recording, 10000 and more a good voice recording, 16000 a 128 kbit/s
	// MP3. Not measurable with less than a second of sound above silence.
	Bandwidth Value `json:"bandwidth_hz"`
	Hum       Hum   `json:"hum"`

	Waveform Waveform `json:"waveform"`
}

// Duration is the length of what was measured.
func (r Report) Duration() time.Duration {
	if r.Rate <= 0 {
		return 0
	}
	seconds, rest := r.Frames/int64(r.Rate), r.Frames%int64(r.Rate)
	return time.Duration(seconds)*time.Second + time.Duration(rest)*time.Second/time.Duration(r.Rate)
}

// Clipping counts samples at or beyond full scale, which is 32767/32768 (the
// largest positive 16-bit sample).
type Clipping struct {
	// Samples counts all of them, over all channels. A few single ones are usual
	// in a recording normalised to 0 dBFS.
	Samples int64 `json:"samples"`
	// Runs counts stretches of at least three such samples in a row in one
	// channel: a flat top, which is heard as distortion.
	Runs int64 `json:"runs"`
	// Longest is the longest run in samples, 0 if there is none.
	Longest int64 `json:"longest_run"`
	// Where lists, in order, the stretches that hold runs. Runs less than a
	// second apart share a stretch; over 100 stretches, nearest ones are joined.
	Where []Span `json:"where"`
}

// Silence is where the RMS of every channel stays under SilenceLevel, found in
// steps of 10 ms.
type Silence struct {
	// All is true if the recording holds nothing but silence (or nothing at
	// all); Head is then its whole length and Tail is 0.
	All bool `json:"all"`
	// Head and Tail are the silence before the first and after the last sound,
	// in seconds.
	Head float64 `json:"head_seconds"`
	Tail float64 `json:"tail_seconds"`
	// Inside lists, in order, the silences of at least a second between sounds:
	// all of them, or the 100 longest. InsideCount and InsideTotal (seconds)
	// cover all.
	Inside      []Span  `json:"inside"`
	InsideCount int     `json:"inside_count"`
	InsideTotal float64 `json:"inside_seconds"`
}

// SilenceLevel is the RMS in dBFS under which 10 ms count as silent: well under
// the noise of a quiet room through a phone, well over 16-bit dither.
const SilenceLevel = -60.0

// Channel is what one channel holds by itself.
type Channel struct {
	// RMS and Peak are levels in dBFS over the whole length; not measurable in
	// digital silence.
	RMS  Value `json:"rms_dbfs"`
	Peak Value `json:"peak_dbfs"`
	// DC is the mean of all samples as a fraction of full scale, -1 to 1. 0.01
	// costs no headroom to speak of; above it clicks are heard at cuts.
	DC float64 `json:"dc"`
	// Dead is true if the channel is at least 40 dB below the loudest channel
	// while the recording is not silent as a whole. The LFE of a surround
	// recording is never called dead.
	Dead bool `json:"dead"`
}

// Stereo compares the two channels of a two-channel recording. With any other
// number of channels the values are not measurable and the flags false; with
// a dead channel too.
type Stereo struct {
	// Correlation of left and right over the whole length, -1 to 1 (Pearson,
	// without removing the mean, as on a phase meter).
	Correlation Value `json:"correlation"`
	// MonoLoss is how many dB the power falls when left and right are added on
	// one loudspeaker, compared with the mean power of the two: 0 for identical
	// channels, 3 for unrelated ones, large for inverted ones (capped at 100).
	MonoLoss Value `json:"mono_loss_db"`
	// Inverted is true if Correlation is under -0.8: one lead is swapped, and on
	// a single loudspeaker the voice disappears.
	Inverted bool `json:"inverted"`
	// Identical is true if the difference of the channels is at least 60 dB
	// below their sum: a mono recording stored twice.
	Identical bool `json:"identical"`
}

// Hum is mains hum at 50 Hz and its harmonics up to 500 Hz. A note of music
// does not last; hum does: a line counts only if it stands out from its
// neighbours by 10 dB in at least half of all windows of about 2.5 s, and
// harmonics count only if 50 or 100 Hz is there (our rule: no standard has one).
type Hum struct {
	// Level is the power of all steady harmonics together, as the RMS in dBFS of
	// one channel; -120 means there is none. Not measurable with under nine
	// seconds of sound.
	Level Value `json:"level_dbfs"`
	// BelowProgramme is how many dB Level is below the programme: the RMS of all
	// that is over SilenceLevel. Under about 40 it is plainly heard in pauses. Not
	// measurable where there is no hum.
	BelowProgramme Value `json:"below_programme_db"`
	// Harmonics are the RMS levels in dBFS at 50, 100, ... 500 Hz; not
	// measurable where nothing steady stands out.
	Harmonics []Value `json:"harmonics_dbfs"`
}
