package kit

import (
	"loa/audio"
	"loa/internal/text"
)

// Finding is one thing the checks found in a recording, as the part "findings"
// shows it: pressed, it goes to its first place in the page's first player.
type Finding struct {
	State, Text string
	At          []audio.Place
}

var gradeStates = map[audio.Grade]string{audio.Refuse: StateBad, audio.Warn: StateWarn, audio.Note: StateInfo}

// Findings are what is found in a recording by a profile, and the same as marks
// of a player. Without facts there is nothing.
func Findings(lang text.Language, facts *audio.Facts, p audio.Profile) (list []Finding, marks []Mark) {
	if facts == nil {
		return nil, nil
	}
	for _, f := range audio.Check(*facts, p) {
		told := Finding{gradeStates[f.Grade], f.Say(lang), f.At}
		list = append(list, told)
		for _, at := range f.At {
			marks = append(marks, Mark{From: at.From, To: at.To, State: told.State, Text: told.Text})
		}
	}
	return list, marks
}
