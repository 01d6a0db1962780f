package contest

import "loa/internal/text"

// TitleIn is what the event calls the contest from then on; ok is false of an event that does not say.
func TitleIn(e Event) (title string, ok bool) {
	b, _ := decodeBody(e.Kind, e.Body) // of one that cannot be read, Apply tells
	switch b := b.(type) {
	case *drafted:
		return b.Rules.Title, true
	case *rulesChanged:
		return b.Rules.Title, true
	}
	return "", false
}

// Told says what happened in a contest of that title, as programs pass it on. It names nobody: entrants,
// judges and their scores are not for everybody before the contest says so.
func Told(title string, e Event) text.Phrase {
	args := []any{"contest", title}
	if b, err := decodeBody(e.Kind, e.Body); err == nil {
		if b, ok := b.(*phaseChanged); ok {
			args = append(args, "phase", text.NewPhrase("contest.phase_"+string(b.To)))
		}
	}
	return text.NewPhrase("told."+e.Kind, args...)
}
