// Package fingerprint finds the same recording again after it was encoded anew,
// trimmed, made louder or resampled.
//
// The technique is that of J. Haitsma and T. Kalker, "A Highly Robust Audio
// Fingerprinting System", ISMIR 2002. It does not follow a change of speed or
// pitch.
package fingerprint

// Printer makes the fingerprint of one recording. It is not safe for
// concurrent use.
type Printer struct {
	rate, channels int
}

// New makes a Printer for sound of the given sample rate in Hz and number of
// channels.
func New(rate, channels int) *Printer { return &Printer{rate: rate, channels: channels} }

// Write takes a block of interleaved samples of any length, full scale ±1.
func (p *Printer) Write(block []float32) {}

// Print returns the fingerprint of everything written so far.
func (p *Printer) Print() Print { return Print{} }

// Print is the fingerprint of one recording. The zero Print is that of a
// recording too short to have one, and matches nothing.
type Print struct {
	frames []uint32
}

// Match says that a recording in the Index holds the same sound as the one
// asked about.
type Match struct {
	// ID is the name the recording was added under.
	ID string
	// Offset is where in the indexed recording, in seconds, the start of the one
	// asked about lies; negative if that one starts earlier.
	Offset float64
	// Score is how alike the matching stretches are: 1 for the same bits, 0 for
	// unrelated sound.
	Score float64
	// Overlap is how many seconds of sound match.
	Overlap float64
}
