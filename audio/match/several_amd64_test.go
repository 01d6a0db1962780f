package match

import (
	"reflect"
	"testing"
)

// TestAClipIsJudgedTheSameOnEveryProcessor: of clips in talk of all loudness, fast and slow, each number of a Fit is the
// one that plain Go gives.
func TestAClipIsJudgedTheSameOnEveryProcessor(t *testing.T) {
	if !wide {
		t.Log("this processor does nothing several at a time: both are plain Go")
	}
	x := talk(200, 1)
	g := Prepare(printOf(x))
	for i, clip := range [][]float32{x[40*rate : 55*rate], with(x[41*rate:56*rate], talk(15, 2), 0), with(x[90*rate:100*rate], talk(10, 3), -5),
		stretch(x[60*rate:75*rate], 1.02), talk(15, 4), talk(70, 5)} {
		p := printOf(clip)
		fit := func(plainly bool) Fit {
			was := wide
			defer func() { wide = was }()
			wide = wide && !plainly
			return g.Find(p)
		}
		if got, want := fit(false), fit(true); !reflect.DeepEqual(got, want) {
			t.Errorf("clip %d: %+v, in plain Go %+v", i, got, want)
		}
	}
}
