// Package audio turns recordings into facts: what a file really is, how long
// and how loud it is, what is wrong with it, and what it sounds like. It reads
// strangers' bytes as a stream, decodes them in parallel within bounded
// memory, and never reports a measurement of something it could not decode.
//
// The bytes of MP3 are package mpeg's, the meters package measure's.
package audio

import (
	"slices"
	"time"

	"loa/audio/fingerprint"
	"loa/audio/measure"
	"loa/audio/mpeg"
)

// Format is what a file really is, whatever its name says.
type Format string

// The formats Loa reads. Those after FLAC need ffmpeg on the machine.
const (
	MP3  Format = "mp3"
	WAV  Format = "wav"
	FLAC Format = "flac"
	M4A  Format = "m4a"  // MPEG-4 with AAC or ALAC: most phones
	ThGP Format = "3gp"  // 3GPP with AMR or AAC: old phones
	AMR  Format = "amr"  // bare AMR: old voice recorders
	AAC  Format = "aac"  // bare AAC (ADTS)
	OGG  Format = "ogg"  // Vorbis or Opus
	WebM Format = "webm" // Opus recorded by a browser
	WMA  Format = "wma"
	AIFF Format = "aiff"
	CAF  Format = "caf" // Apple's recorders
	MP2  Format = "mp2" // MPEG Layer II: broadcasters; and the older Layer I
)

// Formats are all of them.
var Formats = []Format{MP3, WAV, FLAC, M4A, ThGP, AMR, AAC, OGG, WebM, WMA, AIFF, CAF, MP2}

// Warning is something that could not be read or measured as it should be:
// the code is also the key of its sentence.
type Warning struct {
	Code string         `json:"code"`
	Args map[string]any `json:"args,omitempty"`
	At   []Place        `json:"at,omitempty"` // where in the recording, if anywhere
}

// Place is a stretch of the recording, in seconds from its start.
type Place struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// Facts is what one pass over a file finds out.
type Facts struct {
	Format     Format    `json:"format"`
	Codec      string    `json:"codec"`                     // e.g. "MPEG-1 Layer III", "PCM 16 bit"
	Bytes      int64     `json:"bytes"`                     // of the whole file
	SHA256     string    `json:"sha256"`                    // of the whole file, lower-case hex
	SampleRate int       `json:"sample_rate"`               // Hz
	Channels   int       `json:"channels"`                  //
	Samples    int64     `json:"samples"`                   // of one channel; encoder delay and padding taken off
	Seconds    float64   `json:"seconds"`                   // Samples / SampleRate
	Bitrate    int       `json:"bitrate"`                   // bit/s, mean over the sound
	Truncated  bool      `json:"truncated"`                 // more than a frame of what the file announces is missing at its end
	Missing    float64   `json:"missing_seconds,omitempty"` // of sound there; 0 when nobody knows
	MP3        *MP3Facts `json:"mp3,omitempty"`

	// Measures is nil when Decode was asked and nothing was measured, or when
	// Partial is true.
	Measures *measure.Report `json:"measures,omitempty"`
	// Fingerprint tells whether two files are the same recording; nil as above.
	Fingerprint *fingerprint.Print `json:"-"`

	// Partial is true when so much could not be decoded that measurements were
	// left out; Warnings say what.
	Partial  bool      `json:"partial,omitempty"`
	Warnings []Warning `json:"warnings"`
}

// MP3Facts is what only an MP3 has.
type MP3Facts struct {
	FramesSHA256 string      `json:"frames_sha256"` // of the sound frames alone: equal when only tags differ
	Rating       mpeg.Rating `json:"rating"`        // cbr, vbr, abr or free
	JointStereo  bool        `json:"joint_stereo"`
	Encoder      string      `json:"encoder,omitempty"`
	Frames       int64       `json:"frames"`
	Gapless      bool        `json:"gapless"` // encoder delay and padding are known
	Missing      int64       `json:"missing_frames"`
	Damaged      int64       `json:"damaged_frames"` // could not be decoded and are silent
	Garbage      int64       `json:"garbage_bytes"`
	TagBytes     int64       `json:"tag_bytes"`
	BadCRC       int64       `json:"bad_crc"`
	MinBitrate   int         `json:"min_bitrate"`
	MaxBitrate   int         `json:"max_bitrate"`
}

// Duration is the exact length of the recording.
func (f Facts) Duration() time.Duration {
	if f.SampleRate <= 0 {
		return 0
	}
	rate := int64(f.SampleRate)
	return time.Duration(f.Samples/rate)*time.Second +
		time.Duration(f.Samples%rate)*time.Second/time.Duration(rate)
}

// WitnessDiffered gives the warning that go-mp3, by which one batch of each MP3 is
// decoded once more, heard something else than our decoder.
func (f Facts) WitnessDiffered() (Warning, bool) {
	i := slices.IndexFunc(f.Warnings, func(w Warning) bool { return w.Code == witnessDiffers })
	if i < 0 {
		return Warning{}, false
	}
	return f.Warnings[i], true
}

// doubtful reports whether some of the sound was measured by a decoder that got
// its kind wrong: so it was, without ffmpeg, until we decoded MP3 ourselves, and
// facts are kept.
func (f Facts) doubtful() bool {
	return slices.ContainsFunc(f.Warnings, func(w Warning) bool { return w.Code == "audio.intensity" })
}

// warn notes what could not be read or measured. args are name, value pairs.
func (f *Facts) warn(code string, at []Place, args ...any) {
	w := Warning{Code: code, At: at}
	for i := 0; i+1 < len(args); i += 2 {
		if w.Args == nil {
			w.Args = map[string]any{}
		}
		w.Args[args[i].(string)] = args[i+1]
	}
	f.Warnings = append(f.Warnings, w)
}
