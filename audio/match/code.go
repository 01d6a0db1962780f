package match

import (
	"math"
	"time"
)

// A code is a tune of ten soft tones that says a number, spliced into the copy of a programme that one station
// receives: which station's copy is heard, a clip then tells. Its tones lie in the middle of bands, so that a
// Print tells them, and any two numbers agree in three of the ten at most (I. S. Reed and G. Solomon, 1960).

const (
	// codeTones is how many tones there are, a prime number, and codeBand the band of the lowest.
	codeTones, codeBand = 19, 4
	// codeLength is how many tones make a code, of so many frames each: 1.28 s.
	codeLength, codeFrames = 10, 4
	// MostCode is the largest number that is told.
	MostCode = codeTones*codeTones*codeTones*codeTones - 1
	// codeHeard is from where on a code is heard, in deviations of chance: see TestACodeIsHeard.
	codeHeard = 6.2
)

// codeShift keeps a code from being one tone for long.
var codeShift = [codeLength]int{0, 7, 14, 3, 11, 18, 5, 12, 1, 9}

// codeOf gives the tones of a number.
func codeOf(number int) (tones [codeLength]int) {
	for i := range tones {
		n, x := number, 1
		for range 4 {
			tones[i] += n % codeTones * x
			n, x = n/codeTones, x*(i+1)%codeTones
		}
		tones[i] = (tones[i] + codeShift[i]) % codeTones
	}
	return tones
}

// CodeTime is how long a code sounds.
const CodeTime = codeLength * codeFrames * 32 * time.Millisecond

// CodeSound is the code of a number, 0 to MostCode, as samples of the rate in Hz, full scale ±1.
func CodeSound(number, rate int) []float32 {
	const loud, fade = 0.16, 0.012
	tone := int(codeFrames * hop * float64(rate))
	out := make([]float32, 0, codeLength*tone)
	for _, t := range codeOf(number) {
		middle := (float64(codeBand+t) + 0.5) / bandCount
		hz := shape.LowestHz * math.Pow(shape.HighestHz/shape.LowestHz, middle)
		for i := range tone {
			edge := min(1, min(float64(i), float64(tone-i))/(fade*float64(rate)))
			out = append(out, float32(loud*edge*math.Sin(2*math.Pi*hz*float64(i)/float64(rate))))
		}
	}
	return out
}

// HearCode finds which of the numbers' codes a clip holds, by how clearly it is heard in deviations of chance; ok is
// false where none is.
func HearCode(clip Print, numbers []int) (number int, clear float64, ok bool) {
	codes := make([][codeLength]int, len(numbers))
	for i, n := range numbers {
		codes[i] = codeOf(n)
	}
	for at := 0; at+codeLength*codeFrames <= len(clip.frames); at++ {
		var heard [codeLength][codeTones]float64 // against the mean of all tones then
		variance := 1.0
		for i := range heard {
			mean := 0.0
			for t := range heard[i] {
				for _, f := range clip.frames[at+codeFrames*i:][:codeFrames] {
					heard[i][t] += max(0, float64(f[codeBand+t]))
				}
				mean += heard[i][t] / codeTones
			}
			for t := range heard[i] {
				heard[i][t] -= mean
				variance += heard[i][t] * heard[i][t] / codeTones
			}
		}
		for n, code := range codes {
			sum := 0.0
			for i, t := range code {
				sum += heard[i][t]
			}
			if z := sum / math.Sqrt(variance); z > clear {
				number, clear = numbers[n], z
			}
		}
	}
	return number, clear, clear >= codeHeard
}
