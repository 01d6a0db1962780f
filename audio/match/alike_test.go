package match

import (
	"math/rand/v2"
	"testing"

	"loa/audio/audiotest"
)

// TestTheFileItselfIsToldFromALoudspeaker: what was cut from a programme's own file is far more
// like it than what came out of a horn, also through a phone's codec.
func TestTheFileItselfIsToldFromALoudspeaker(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	all := sentences(t, 120)
	for i := 0; i < len(all); i += max(1, len(all)/6) {
		programme := Prepare(printOf(all[i].samples))
		r := rand.New(rand.NewPCG(1, uint64(i)))
		from := 45*rate + r.IntN(rate)
		x := all[i].samples[from : from+15*rate]
		file := programme.Find(printOf(x)).Alike
		coded := programme.Find(printOf(through(t, x, 8000, "gsm"))).Alike
		loud := programme.Find(printOf(horn(x, r))).Alike
		if file < 0.75 || coded < 0.6 || loud > 0.65 {
			t.Errorf("%s: the file %.2f, through GSM %.2f, through a horn %.2f", all[i].voice, file, coded, loud)
		}
		t.Logf("%s: the file %.2f, through GSM %.2f, through a horn %.2f", all[i].voice, file, coded, loud)
	}
}

// TestARecordingEncodedAnewIsTheSame: cut and encoded anew a recording is far more like itself than
// another is that was made of the same seconds at another loudspeaker.
func TestARecordingEncodedAnewIsTheSame(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	all := sentences(t, 120)
	clips := 4
	if audiotest.Long() {
		clips = 100
	}
	codecs := map[string][]string{"MP3 24": {"mp3", "-b:a", "24k"}, "Opus 16": {"ogg", "-c:a", "libopus", "-b:a", "16k"}}
	for place, street := range map[string]change{
		"horn alone": func(x, _ []float32, r *rand.Rand) []float32 { return horn(x, r) }, "talk +20 dB": street(20, false), "talk 0 dB": street(0, false)} {
		known, most := map[string]int{}, 0.0
		for i := range clips {
			r := rand.New(rand.NewPCG(9, uint64(i)))
			from := r.IntN(100 * rate)
			x := all[r.IntN(len(all))].samples[from : from+15*rate]
			heard := func() []float32 {
				talked := r.IntN(100 * rate)
				return street(x, all[r.IntN(len(all))].samples[talked:talked+15*rate], r)
			}
			mine := heard()
			clip := printOf(mine)
			for codec, args := range codecs {
				if again := printOf(through(t, mine[24177:], 16000, args...)); clip.Same(again, 1.5) >= SameSound && again.Same(clip, -1.5) >= SameSound {
					known[codec]++
				}
			}
			most = max(most, clip.Same(printOf(heard()), 0))
		}
		t.Logf("%s, %d clips: known again %v; most of another loudspeaker %.2f", place, clips, known, most)
		if most >= SameSound || known["MP3 24"] < clips || known["Opus 16"] < clips/2 {
			t.Errorf("%s: known again %v of %d, most of another loudspeaker %.2f", place, known, clips, most)
		}
	}
	if whole := printOf(all[0].samples[:15*rate]); whole.Same(whole, 0) < 0.999 || whole.Same(whole, 8) != 0 || whole.Same(Print{}, 0) != 0 {
		t.Error("what is the same, or has too little in common, is not told")
	}
}
