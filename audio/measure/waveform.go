package measure

// Waveform is the outline of the sound for drawing: for each bucket the lowest
// and the highest sample over all channels, as 16-bit numbers (full scale
// ±32767). It has at most 2048 buckets for any length.
type Waveform struct {
	// Seconds is the length of one bucket; the last one may be shorter.
	Seconds float64 `json:"bucket_seconds"`
	Min     []int16 `json:"min"`
	Max     []int16 `json:"max"`
}
