// Package digital knows silence that is nothing but zeros, as an editor or a
// decoder makes it: whatever looks at sound need not look there.
package digital

import "math"

// Silence reports whether all samples of block are 0.
func Silence(block []float32) bool {
	for ; len(block) >= 8; block = block[8:] {
		b := (*[8]float32)(block)
		if bits(b[0])|bits(b[1])|bits(b[2])|bits(b[3])|bits(b[4])|bits(b[5])|bits(b[6])|bits(b[7]) != 0 {
			return false
		}
	}
	for _, v := range block {
		if v != 0 {
			return false
		}
	}
	return true
}

// bits is other than 0 for whatever is neither 0 nor -0.
func bits(v float32) uint32 { return math.Float32bits(v) << 1 }
