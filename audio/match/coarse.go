package match

import (
	"math"
	"math/bits"
	"slices"
)

// Where a clip may lie is told by little: whether each band is clearly above or below what is usual, in every
// second pair of frames. Three of these are a word, and two words are compared at once. Only the best
// places by their words are looked at closely; TestNoPlaceIsOverlooked shows that those suffice.

const (
	// stride is how many frames places lie apart, and those that a word tells of.
	stride = 2
	// wordLength is how many frames a word covers.
	wordLength = 3 * stride
	// wordBands is how many bands a word tells of, the lowest.
	wordBands = 21
	// told is how far a band is from what is usual in two frames together, at least, to be clear.
	told = 34
	// blockLength is the length of the parts of a clip that are compared as a whole: 1.3 s.
	blockWords  = 7
	blockLength = blockWords * wordLength
	// blockSpan is how many words of a programme, one a stride, a block lies over.
	blockSpan = (blockWords-1)*wordLength/stride + 1
)

// word is what three pairs of frames say, a bit for each band.
type word struct {
	clear uint64 // clearly above or below
	below uint64
}

// words are those of a programme, one a stride.
type words struct{ clear, below []uint64 }

// wordsOf makes the words of a programme's values.
func wordsOf(values []int8, frames int) (w words) {
	for at := 0; at < frames; at += stride {
		one := wordAt(values, at)
		w.clear, w.below = append(w.clear, one.clear), append(w.below, one.below)
	}
	return w
}

// from are the words from the n-th on.
func (w words) from(n int) words { return words{w.clear[n:], w.below[n:]} }

// wordAt is the word that begins at a frame of values.
func wordAt(values []int8, at int) (w word) {
	for i := range 3 {
		from := bandCount * (at + stride*i)
		if from+2*bandCount > len(values) {
			break
		}
		one, next := values[from:from+wordBands], values[from+bandCount:][:wordBands]
		for b, v := range one {
			sum, bit := int(v)+int(next[b]), uint64(1)<<(wordBands*i+b)
			if sum > told || sum < -told {
				w.clear |= bit
			}
			if sum < 0 {
				w.below |= bit
			}
		}
	}
	return w
}

// fits is how many more bands agree than do not.
func (w word) fits(other word) int {
	both := w.clear & other.clear
	return bits.OnesCount64(both) - 2*bits.OnesCount64(both&(w.below^other.below))
}

// block is a part of a clip in words.
type block struct {
	at    int // where it begins, in frames
	words [blockWords]word
}

// blocksOf cuts a clip of a piece at least into blocks.
func blocksOf(values []int8) (list []block) {
	length := len(values) / bandCount
	count := length / blockLength
	for i := range count {
		b := block{at: (length - blockLength) * i / max(1, count-1) / stride * stride}
		for k := range b.words {
			b.words[k] = wordAt(values, b.at+wordLength*k)
		}
		list = append(list, b)
	}
	return list
}

// compare gives how well the block fits where it begins with each word from first on; 0 where
// there is no programme for it.
func (b *block) compare(g words, first int, out []int16) {
	clear(out)
	lo, hi := max(0, -first), min(len(out), len(g.clear)-first-blockSpan+1)
	if lo < hi {
		fitsAt(out[lo:hi], g.from(first+lo), &b.words)
	}
}

// fitsPlain is fitsAt in plain Go.
func fitsPlain(out []int16, g words, w *[blockWords]word) {
	for i := range out {
		sum := 0
		for k := range w {
			at := i + wordLength/stride*k
			sum += word{g.clear[at], g.below[at]}.fits(w[k])
		}
		out[i] = int16(sum)
	}
}

// addPlain is add in plain Go.
func addPlain(sums, one, other []int16) {
	for i := range sums {
		sums[i] += one[i] + other[i]
	}
}

// coarse gives, of each part of so many frames from one to another, the place where the clip begins
// and the line that fit best by words.
func (s *search) coarse(g *Programme, from, to, width int, lines []line) (best []place) {
	first := from >> 1 // in strides, also before the programme
	fits, sums := make([][]int16, len(s.blocks)), make([]int16, (to-from+stride-1)/stride)
	offset, none := make([]int, len(s.blocks)), make([]int16, len(sums))
	for i := range s.blocks {
		most := math.MinInt
		offset[i] = math.MaxInt
		for _, l := range lines {
			offset[i], most = min(offset[i], l.blocks[i]), max(most, l.blocks[i])
		}
		fits[i] = make([]int16, len(sums)+most-offset[i])
		s.blocks[i].compare(g.words, first+offset[i], fits[i])
	}
	for _, l := range lines {
		clear(sums)
		for i := 0; i < len(fits); i += 2 {
			one, other := fits[i][l.blocks[i]-offset[i]:], none
			if i+1 < len(fits) {
				other = fits[i+1][l.blocks[i+1]-offset[i+1]:]
			}
			add(sums, one, other)
		}
		for n := 0; n*width/stride < len(sums); n++ {
			if n == len(best) {
				best = append(best, place{sum: math.Inf(-1)})
			}
			part := sums[n*width/stride : min(len(sums), (n+1)*width/stride)]
			if most := slices.Max(part); float64(most) > best[n].sum {
				best[n] = place{at: stride * (first + n*width/stride + slices.Index(part, most)), line: l, sum: float64(most)}
			}
		}
	}
	return best
}
