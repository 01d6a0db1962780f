package match

import (
	"slices"
	"testing"
)

// TestTheCurveRisesWhereTheClipIs: the highest point of the curve is the part of the programme in which the clip begins, and as
// high as the fit; nothing else is near it.
func TestTheCurveRisesWhereTheClipIs(t *testing.T) {
	x := talk(240, 1)
	g := Prepare(printOf(x))
	for _, from := range []float64{36, 71.3, 120, 200} {
		for _, speed := range []float64{1, 1.02} {
			clip := printOf(stretch(with(part(x, from, from+15), talk(15, 9), 3), speed))
			fit := g.Find(clip)
			for _, parts := range []int{96, 7} {
				curve := g.Curve(clip, fit, parts)
				at := slices.Index(curve, slices.Max(curve))
				if want := int(fit.Start / g.Seconds() * float64(parts)); at != want || curve[at] < fit.Score-0.5 {
					t.Errorf("from %.0f s at %.2f, of %d parts the highest is %d with %.1f; %d and %.1f are wanted", from, speed, parts, at, curve[at],
						want, fit.Score)
				}
				for i, c := range curve {
					if (i < at-1 || i > at+1) && c > fit.Threshold() {
						t.Errorf("from %.0f s at %.2f, of %d parts %d has %.1f", from, speed, parts, i, c)
					}
				}
			}
		}
	}
}
