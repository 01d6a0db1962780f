package kit

import "fmt"

// Mark is a stretch of sound that a player draws on its waveform, in the colour
// and with the shape of its state, and goes to when it is pressed.
//
// A page shows the player with {{template "player-head"}} in its head and
//
//	{{template "player" (dict "id" "player" "src" "/api/v1/audio/ID" "waveform" "/api/v1/audio/ID/waveform" "marks" .Marks "keys" true)}}
//
// in its body. id is that of the plain <audio>, which other scripts may hold on
// to: all else follows it. Without waveform (an address that answers with a
// measure.Waveform) there is no drawing; marks is a []Mark and may be left out;
// with keys the space bar and the left and right arrows work wherever on the page
// nothing else wants them; preload "none" loads nothing before it is played; with remember, a
// name, the browser goes on where somebody left off. An
// element with data-seek="SECONDS" anywhere on the page goes there when pressed, in
// the first player or in that of data-of="ID"; with data-tick it is a line on the
// waveform too (who adds or removes one sends the audio the event "marks"); a button
// with data-play, written hidden, appears and plays from there. One player plays at a
// time. Without a script there is the browser's own player.
type Mark struct {
	From, To float64 // seconds from the start; To at least From
	State    string  // StateWarn, StateBad or StateInfo
	Text     string  // what is there, as one sentence
}

// Position writes seconds from the start of a recording as m:ss.
func Position(seconds float64) string {
	s := int(seconds)
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// At is where the mark begins, as m:ss.
func (m Mark) At() string { return Position(m.From) }
