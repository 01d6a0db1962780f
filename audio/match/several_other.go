//go:build !amd64

package match

func dot(a, b []int8) int { return dotPlain(a, b) }

func fitsAt(out []int16, g words, w *[blockWords]word) { fitsPlain(out, g, w) }

func add(sums, one, other []int16) { addPlain(sums, one, other) }
