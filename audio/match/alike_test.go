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
