package text

import "strings"

var digits = [10]string{"không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"}

// scales are the names of 1000, 1000² and 1000³.
var scales = [4]string{"", " nghìn", " triệu", " tỷ"}

// InWords reads a whole number aloud as Vietnamese papers write sums: "hai triệu
// năm trăm nghìn". A number below zero is read as zero.
func InWords(n int64) string {
	if n <= 0 {
		return digits[0]
	}
	var groups []int // of three digits, the lowest first
	for rest := n; rest > 0; rest /= 1000 {
		groups = append(groups, int(rest%1000))
	}
	var said []string
	for i := len(groups) - 1; i >= 0; i-- {
		scale := scales[i%3]
		if i > 0 && i%3 == 0 { // "tỷ" comes round every three groups
			scale = strings.Repeat(scales[3], i/3)
		}
		if groups[i] == 0 {
			if i%3 == 0 && i > 0 && len(said) > 0 {
				said[len(said)-1] += scale
			}
			continue
		}
		said = append(said, three(groups[i], len(said) > 0)+scale)
	}
	return strings.Join(said, " ")
}

// three reads up to three digits; inner says that higher ones went before.
func three(n int, inner bool) string {
	hundreds, tens, ones := n/100, n/10%10, n%10
	var said []string
	if hundreds > 0 || inner {
		said = append(said, digits[hundreds]+" trăm")
	}
	switch {
	case tens == 0 && ones > 0 && len(said) > 0:
		said = append(said, "linh")
	case tens == 1:
		said = append(said, "mười")
	case tens > 1:
		said = append(said, digits[tens]+" mươi")
	}
	switch {
	case ones == 1 && tens > 1:
		said = append(said, "mốt")
	case ones == 4 && tens > 1:
		said = append(said, "tư")
	case ones == 5 && tens > 0:
		said = append(said, "lăm")
	case ones > 0:
		said = append(said, digits[ones])
	}
	return strings.Join(said, " ")
}
