package text

import "testing"

func TestSumsInWords(t *testing.T) {
	for n, want := range map[int64]string{
		-1: "không", 0: "không", 4: "bốn", 10: "mười", 15: "mười lăm", 21: "hai mươi mốt", 24: "hai mươi tư", 25: "hai mươi lăm", 105: "một trăm linh năm",
		111: "một trăm mười một", 1000: "một nghìn", 1001: "một nghìn không trăm linh một", 1_500_000: "một triệu năm trăm nghìn",
		2_000_000: "hai triệu", 12_345_678: "mười hai triệu ba trăm bốn mươi lăm nghìn sáu trăm bảy mươi tám",
		10_050_000:    "mười triệu không trăm năm mươi nghìn",
		1_000_000_000: "một tỷ", 2_000_500_000: "hai tỷ năm trăm nghìn", 1_000_000_000_000: "một nghìn tỷ",
	} {
		if got := InWords(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
