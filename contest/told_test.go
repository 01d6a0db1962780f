package contest

import (
	"strings"
	"testing"

	"loa/internal/text"
)

// TestEveryEventIsToldAndNamesNobody: each kind has its sentence, which holds the contest's title and nothing of the body.
func TestEveryEventIsToldAndNamesNobody(t *testing.T) {
	said := map[string]bool{}
	for kind := range bodies {
		body := `{}`
		if kind == (*phaseChanged)(nil).kind() {
			body = `{"to":"judging"}`
		}
		p := Told("Tiếng loa biên giới", Event{Kind: kind, By: "SECRET", Name: "SECRET", Body: []byte(body)})
		for _, l := range text.Languages {
			words := p.Words(l)
			if said[words] || !strings.Contains(words, "“Tiếng loa biên giới”: ") || strings.ContainsAny(words, "{}") || strings.Contains(words, "SECRET") {
				t.Errorf("%s says %q", kind, words)
			}
			said[words] = true
		}
	}
}
