package texting

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"loa/airing"
)

// One report, in the ways people write it.
func TestOneReportIsReadInManyWays(t *testing.T) {
	want := Said{Code: "02779", Outcome: airing.Aired, Timed: true, Clock: 17*time.Hour + 5*time.Minute}
	for _, body := range []string{
		"PT 02779 OK 17:05", "pt 02779 ok 17:05", "PT02779OK1705", "OK PT 17:05 02779", "17h05 ok 02779", "PT 02779 OK 17 giờ 5", "PT-02779-OK-17.05",
		"  Pt:02779;oK,17:05!!", "pt 2779 ok 17:05", "Đài 02779 phát lúc 17g05", "Dạ, 02779 đã phát rồi ạ 5h05 chiều", "PT 02779 OK 17 05",
		"PT 02779 xong 1705",
		"PT 02779 OK 5:05 chieu", "PT\n02779\nOK\n17:05", "02779 phat xong 17h05", "PT 02779 OK 17:05 17h05",
	} {
		got := Read(body)
		if got.Words = nil; !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v", body, got)
		}
	}
}

func TestWhatATextSays(t *testing.T) {
	for body, want := range map[string]Said{
		"":                               {Help: true},
		"PT":                             {Help: true},
		"pt ?":                           {Help: true},
		"PT 02779":                       {Help: true, Code: "02779"},
		"huong dan":                      {Help: true, Words: []string{"huong", "dan"}},
		"PT KO DIEN":                     {Outcome: airing.NotAired, Reason: airing.PowerCut},
		"Hôm nay không phát do mất điện": {Outcome: airing.NotAired, Reason: airing.PowerCut},
		"mất điện rồi em ạ":              {Outcome: airing.NotAired, Reason: airing.PowerCut, Words: []string{"a"}},
		"chưa phát được vì hỏng máy":     {Outcome: airing.NotAired, Reason: airing.Equipment},
		"chưa phát":                      {},
		"PT KO":                          {Outcome: airing.NotAired},
		"PT KO 17:00":                    {Outcome: airing.NotAired, Timed: true, Clock: 17 * time.Hour},
		"PT KO mua 6h ruoi":              {Outcome: airing.NotAired, Reason: airing.Weather, Timed: true, Clock: 6*time.Hour + 30*time.Minute},
		"PT KO NGUOI hôm qua":            {Outcome: airing.NotAired, Reason: airing.NoStaff, Yesterday: true},
		"PT OK 28/11 5h":                 {Outcome: airing.Aired, Day: 28, Month: 11, Timed: true, Clock: 5 * time.Hour},
		"PT OK 17h 28/11":                {Outcome: airing.Aired, Day: 28, Month: 11, Timed: true, Clock: 17 * time.Hour},
		"PT OK 28/11/2026":               {Outcome: airing.Aired, Day: 28, Month: 11},
		"S00012 ok":                      {Outcome: airing.Aired, Code: "S00012"},
		"PT OK bản tin xã":               {Outcome: airing.Aired, Words: []string{"ban", "tin"}},
		"OK. Gọi lại 0912345678":         {Outcome: airing.Aired, Words: []string{"goi", "lai"}},
		"PT OK KO":                       {Unclear: true},
		"PT OK DIEN":                     {Unclear: true, Reason: airing.PowerCut},
		"phát được nửa chừng thì mất điện": {Unclear: true, Reason: airing.PowerCut, Words: []string{"nua", "chung", "thi"}},
		"PT KO DIEN MUA":    {Unclear: true, Outcome: airing.NotAired, Reason: airing.Weather},
		"PT OK 5:00 17:00":  {Unclear: true, Outcome: airing.Aired, Timed: true, Clock: 17 * time.Hour},
		"PT OK 2 buổi":      {Unclear: true, Outcome: airing.Aired},
		"PT 02779 02780 OK": {Unclear: true, Outcome: airing.Aired, Code: "02780"},
		"PT OK 31/2":        {Unclear: true, Outcome: airing.Aired, Day: 31, Month: 2},
		"PT OK 25:10":       {Unclear: true, Outcome: airing.Aired, Timed: true, Clock: 25*time.Hour + 10*time.Minute},
		"Khuyến mại 50% giá trị thẻ nạp":       {Unclear: true, Words: []string{"khuyen", "mai", "gia", "tri", "the", "nap"}},
		"PT 99999999999999999999999999 OK 5h5": {Outcome: airing.Aired, Timed: true, Clock: 5*time.Hour + 5*time.Minute},
	} {
		if got := Read(body); !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\n got %+v\nwant %+v", body, got, want)
		}
	}
}

// Each reason has a short word of its own, which is read as that reason.
func TestEachReasonHasAShortWord(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range airing.Reasons {
		w := Short(r)
		if w == "" || seen[w] || Read("PT KO "+w).Reason != r {
			t.Errorf("%s: %q", r, w)
		}
		seen[w] = true
	}
}

// A number is one however it is written.
func TestANumberIsOneHoweverItIsWritten(t *testing.T) {
	for _, s := range []string{"0912345678", "+84912345678", "84912345678", "0084 912 345 678", "0912.345.678", "+84 (0)912 345 678", "(091) 234-5678"} {
		if got := Number(s); got != "0912345678" {
			t.Errorf("%q is %q", s, got)
		}
	}
	for s, want := range map[string]string{"+8613912345678": "+8613912345678", "Viettel": "", "9119": "9119"} {
		if got := Number(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
}

// Whatever is written, reading it neither fails nor says what cannot be.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"PT 02779 OK 17:05", "pt2779ko dien 5 giờ rưỡi chiều hôm qua", "28/11/2026 17.05", "s00012", "", "\x00\xff",
		"PT OK 9999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		s := Read(body)
		clear := !s.Unclear
		if clear && (s.Clock < 0 || s.Clock >= 24*time.Hour || s.Day < 0 || s.Day > 31) || !s.Timed && s.Clock != 0 {
			t.Errorf("%q: %+v", body, s)
		}
		if s.Reason != "" && clear && s.Outcome != airing.NotAired {
			t.Errorf("%q has a reason and says %q", body, s.Outcome)
		}
		if again := Read(strings.ToUpper(body)); again.Outcome != s.Outcome && strings.EqualFold(strings.ToUpper(body), body) {
			t.Errorf("%q is %q in capitals, and %q", body, again.Outcome, s.Outcome)
		}
		if set := (Settings{}); len([]rune(set.fit(body))) > replyMost {
			t.Errorf("%q does not fit", body)
		}
	})
}
