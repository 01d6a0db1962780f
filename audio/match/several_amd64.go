package match

import "golang.org/x/sys/cpu"

// What is done most is done several at a time where the processor has AVX2, as nearly all have since 2015. It is
// sums of whole numbers, the same on all.
var wide = cpu.X86.HasAVX2

//go:noescape
func dotAVX2(a, b *int8, frames int) int32

//go:noescape
func fitsAVX2(out *int16, clear, below *uint64, w *[blockWords]word, fours int)

//go:noescape
func addAVX2(sums, one, other *int16, sixteens int)

// dot is the product of two vectors of the same length, of whole frames.
func dot(a, b []int8) int {
	if frames := len(a) / bandCount; wide && frames > 0 {
		b = b[:len(a)]
		return int(dotAVX2(&a[0], &b[0], frames))
	}
	return dotPlain(a, b)
}

// fitsAt gives how well a block fits where it begins with each word; there are blockSpan-1 words more than places.
func fitsAt(out []int16, g words, w *[blockWords]word) {
	fours := 0
	if wide {
		if fours = len(out) / 4; fours > 0 {
			_, _ = g.clear[4*fours+blockSpan-2], g.below[4*fours+blockSpan-2]
			fitsAVX2(&out[0], &g.clear[0], &g.below[0], w, fours)
		}
	}
	fitsPlain(out[4*fours:], g.from(4*fours), w)
}

// add adds two lists of the same length to sums.
func add(sums, one, other []int16) {
	one, other = one[:len(sums)], other[:len(sums)]
	done := 0
	if wide {
		if done = len(sums) / 16 * 16; done > 0 {
			addAVX2(&sums[0], &one[0], &other[0], done/16)
		}
	}
	addPlain(sums[done:], one[done:], other[done:])
}
