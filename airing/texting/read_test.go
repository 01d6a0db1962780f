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
		"  Pt:02779;oK,17:05!!", "pt 2779 ok 17:05", "Đài 02779 đã phát lúc 17g05", "PT 02779 OKIE 17,05", "PT 02779 0K 17h05p", "PT 02779 O K 5:05PM",
		"PTOK 02779 17:05", "PT 02779 oke 5 giờ 5 phút chiều", "17h05 phát xong 02779", "Dạ, 02779 đã phát rồi ạ 5h05 chiều", "PT 02779 OK 17 05",
		"PT 02779 xong 1705",
		"PT 02779 OK 5:05 chieu", "PT\n02779\nOK\n17:05", "02779 phat xong 17h05", "PT 02779 OK 17:05 17h05",
	} {
		got := Read(body)
		if got.Whole, got.Part = false, ""; !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v", body, got)
		}
	}
}

func TestWhatATextSays(t *testing.T) {
	const hm = time.Hour
	for body, want := range map[string]Said{
		"":                               {Help: true},
		"PT":                             {Help: true},
		"pt ?":                           {Help: true, Words: []string{"?"}},
		"PT 02779":                       {Help: true, Code: "02779"},
		"huong dan":                      {Help: true, Words: []string{"huong", "dan"}},
		"vâng":                           {Help: true, Words: []string{"vang"}},
		"PT KO DIEN":                     {Outcome: airing.NotAired, Reason: airing.PowerCut},
		"PTKODIEN":                       {Outcome: airing.NotAired, Reason: airing.PowerCut},
		"PT KODIEN":                      {Outcome: airing.NotAired, Reason: airing.PowerCut},
		"Hôm nay không phát do mất điện": {Outcome: airing.NotAired, Reason: airing.PowerCut},
		"mất điện rồi em ạ":              {Outcome: airing.NotAired, Reason: airing.PowerCut},
		"không có người trực":            {Outcome: airing.NotAired, Reason: airing.NoStaff},
		"PT KO":                          {Outcome: airing.NotAired},
		"PT KO 17:00":                    {Outcome: airing.NotAired, Timed: true, Clock: 17 * hm},
		"PT KO mua 6h ruoi":              {Outcome: airing.NotAired, Reason: airing.Weather, Timed: true, Clock: 6*hm + 30*time.Minute},
		"PT KO NGUOI hôm qua":            {Outcome: airing.NotAired, Reason: airing.NoStaff, Yesterday: true},
		"PT OK HOMQUA":                   {Outcome: airing.Aired, Yesterday: true},
		"sang qua 6h ok":                 {Outcome: airing.Aired, Yesterday: true, Part: "sang", Timed: true, Clock: 6 * hm},
		"PT OK 28/11 5h":                 {Outcome: airing.Aired, Day: 28, Month: 11, Timed: true, Clock: 5 * hm},
		"PT OK 17h 28/11":                {Outcome: airing.Aired, Day: 28, Month: 11, Timed: true, Clock: 17 * hm},
		"PT OK 28-11":                    {Outcome: airing.Aired, Day: 28, Month: 11},
		"PT OK 28/11/2026":               {Outcome: airing.Aired, Day: 28, Month: 11, Year: 2026},
		"PT OK 28.11.26":                 {Outcome: airing.Aired, Day: 28, Month: 11, Year: 2026},
		"S00012 ok":                      {Outcome: airing.Aired, Code: "S00012"},
		"PT 02779 ok":                    {Outcome: airing.Aired, Code: "02779", Whole: true},
		"PT OK bản tin xã":               {Outcome: airing.Aired, Words: []string{"ban", "tin"}},
		"PT OK bản tin 5h nông thôn":     {Outcome: airing.Aired, Timed: true, Clock: 5 * hm, Words: []string{"ban", "tin", "nong", "thon"}, Unclear: true},
		"PT OK KO":                       {Unclear: true},
		"PT OK DIEN":                     {Unclear: true, Reason: airing.PowerCut},
		"PT KO DIEN MUA":                 {Unclear: true, Outcome: airing.NotAired, Reason: airing.Weather},
		"PT OK 5:00 17:00":               {Unclear: true, Outcome: airing.Aired, Timed: true, Clock: 17 * hm},
		"PT OK 2 buổi":                   {Outcome: airing.Aired, Words: []string{"?", "buoi"}},
		"PT 02779 02780 OK":              {Unclear: true, Outcome: airing.Aired, Code: "02780", Whole: true},
		"PT OK 31/2":                     {Unclear: true, Outcome: airing.Aired, Day: 31, Month: 2},
		"PT OK 25:10":                    {Unclear: true, Outcome: airing.Aired, Timed: true, Clock: 25*hm + 10*time.Minute},
		"OK. Gọi lại 0912345678":         {Outcome: airing.Aired, Words: []string{"goi", "lai", "?"}},
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
		clear := !s.Unclear && len(s.Words) == 0
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
