package text_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// said is the code of a refusal, or the value.
func said[T any](v T, err error) any {
	if err != nil {
		return fault.Of(err).Code
	}
	return v
}

func TestNumbersAreReadAsPeopleWriteThem(t *testing.T) {
	for typed, want := range map[string]any{
		"0": int64(0), "12": int64(12), " 007 ": int64(7), "-3": int64(-3), "− 3": int64(-3),
		"2000000": int64(2_000_000), "2.000.000": int64(2_000_000), "1 000 000": int64(1_000_000), "1\u00a0000\u202f000": int64(1_000_000),
		"2,000,000": int64(2_000_000), "2.000": int64(2000), "10.598": int64(10_598), "9.223.372.036.854.775.807": int64(1<<63 - 1),
		"2,5": "typed.whole", "2.00": "typed.whole", "2.000,000": "typed.whole", "2.0000": "typed.whole", "0.500": "typed.whole", "1234.567": "typed.whole",
		"abc": "typed.whole", "": "typed.whole", "1e3": "typed.whole", "1..000": "typed.whole", "1.000.": "typed.whole", ".5": "typed.whole",
		"١٢": "typed.whole", "+5": "typed.whole", "--5": "typed.whole", "9.223.372.036.854.775.808": "typed.whole",
		"0x10": "typed.whole", "1_000": "typed.whole",
	} {
		if got := said(text.ReadWhole(typed)); got != want {
			t.Errorf("ReadWhole(%q) = %v, want %v", typed, got, want)
		}
	}
	for typed, want := range map[string]any{
		"500.000 đ": int64(500_000), "500000đồng": int64(500_000), "1.500.000 VNĐ": int64(1_500_000), "2 000 000₫": int64(2_000_000),
		"2 triệu": "typed.money", "2.000.000,5": "typed.money", "đ": "typed.money",
	} {
		if got := said(text.ReadMoney(typed)); got != want {
			t.Errorf("ReadMoney(%q) = %v, want %v", typed, got, want)
		}
	}
	for typed, want := range map[string][2]any{ // in Vietnamese, in English
		"5": {"5", "5"}, "2,5": {"2.5", "2.5"}, "2.5": {"2.5", "2.5"}, "−16": {"-16", "-16"}, "0.125": {"0.125", "0.125"}, "8,125": {"8.125", "typed.either"},
		"8.125": {"typed.either", "8.125"}, "1.234,5": {"1234.5", "1234.5"}, "1,234.5": {"1234.5", "1234.5"}, "1 234,5": {"1234.5", "1234.5"},
		"1.234.567": {"1234567", "1234567"}, "1 234": {"1234", "1234"}, "1234.567": {"1234.567", "1234.567"}, "101,1250": {"101.1250", "101.1250"},
		"1.234.5": {"typed.decimal", "typed.decimal"}, "2 5": {"typed.decimal", "typed.decimal"}, "NaN": {"typed.decimal", "typed.decimal"},
		"": {"typed.decimal", "typed.decimal"}, "5.": {"typed.decimal", "typed.decimal"}, "1.234.567,8,9": {"typed.decimal", "typed.decimal"},
	} {
		for i, lang := range []text.Language{text.Vietnamese, text.English} {
			if got := said(lang.ReadDecimal(typed)); got != want[i] {
				t.Errorf("%s ReadDecimal(%q) = %v, want %v", lang, typed, got, want[i])
			}
		}
	}
}

func TestLengthsAreReadAsPeopleWriteThem(t *testing.T) {
	for typed, want := range map[string]any{
		"5:00": 5 * time.Minute, "0:07,5": 7500 * time.Millisecond, "12": 12 * time.Minute, "2,5": 150 * time.Second, "2.5": 150 * time.Second,
		"1:05:30": time.Hour + 5*time.Minute + 30*time.Second, "75:00": 75 * time.Minute,
		"5 phút 30 giây": 330 * time.Second, "1 giờ": time.Hour, "5'30\"": 330 * time.Second, "5p30s": 330 * time.Second, "90 giây": 90 * time.Second,
		"1:75": "typed.length", "abc": "typed.length", "": "typed.length", "-5": "typed.length", ":30": "typed.length", "5:": "typed.length",
		"1:2:3:4": "typed.length", "5 phút 30": "typed.length", "99999999": "typed.length", "1.500": "typed.length", "5:123": "typed.length",
	} {
		if got := said(text.Vietnamese.ReadLength(typed, time.Minute)); got != want {
			t.Errorf("ReadLength(%q) = %v, want %v", typed, got, want)
		}
	}
	if got, err := text.Vietnamese.ReadLength("75", time.Second); err != nil || got != 75*time.Second {
		t.Errorf("a bare number of seconds is %v, %v", got, err)
	}
}

func TestInstantsAreReadAsPeopleWriteThem(t *testing.T) {
	want := time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)
	for _, typed := range []string{"2024-05-13T17:00", "2024-05-13T17:00:00", "17:00 13/5/2024", "13/05/2024  17:00", "17:00 13-5-2024"} {
		if got, err := text.ReadInstant(typed); err != nil || !got.Equal(want) {
			t.Errorf("ReadInstant(%q) = %v, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "mai", "13/5", "31/2/2024 17:00", "2024-05-13T25:00"} {
		if got, err := text.ReadInstant(typed); !fault.Is(err, "typed.instant") {
			t.Errorf("ReadInstant(%q) = %v, %v", typed, got, err)
		}
	}
}

// Whatever is typed is read as a number that is plain to programs and reads back
// as itself, or refused with a sentence; what Loa writes it reads.
func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"2.000.000", "1 000 000", "2,5", "−16", "1:75", "5 phút 30 giây", "500.000 đ", "8.125", "abc", "17:00 13/5/2024"} {
		f.Add(s, int64(len(s)))
	}
	plain := regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	f.Fuzz(func(t *testing.T, typed string, n int64) {
		for _, lang := range []text.Language{text.Vietnamese, text.English} {
			refused := func(err error) {
				if err != nil && (!strings.HasPrefix(fault.Of(err).Code, "typed.") || lang.Fault(err) == "") {
					t.Errorf("%q: %v", typed, err)
				}
			}
			whole, err := text.ReadWhole(typed)
			refused(err)
			decimal, derr := lang.ReadDecimal(typed)
			refused(derr)
			if derr == nil && !plain.MatchString(decimal) {
				t.Errorf("ReadDecimal(%q) = %q", typed, decimal)
			}
			// A mark is the language's own before decimals; else both readers agree.
			if v, perr := strconv.ParseFloat(decimal, 64); err == nil && derr == nil && perr == nil && v != float64(whole) &&
				!strings.ContainsAny(typed, ".,") {
				t.Errorf("%q is %d and %s", typed, whole, decimal)
			}
			if d, err := lang.ReadLength(typed, time.Minute); err != nil {
				refused(err)
			} else if d < 0 || d > 7*24*time.Hour {
				t.Errorf("ReadLength(%q) = %v", typed, d)
			}
			_, err = text.ReadMoney(typed)
			refused(err)
			_, err = text.ReadInstant(typed)
			refused(err)
			if got, err := text.ReadWhole(lang.Number(n)); err != nil || got != n {
				t.Errorf("%s is read as %d, %v", lang.Number(n), got, err)
			}
			exact := lang.Exact(float64(n%1_000_000) / 1000)
			if got, err := lang.ReadFloat(exact); err != nil || got != float64(n%1_000_000)/1000 {
				t.Errorf("%s is read as %v, %v", exact, got, err)
			}
			seconds := int(uint64(n) % 36_000)
			if got, err := lang.ReadLength(text.Length(seconds), time.Minute); err != nil || got != time.Duration(seconds)*time.Second {
				t.Errorf("%s is read as %v, %v", text.Length(seconds), got, err)
			}
			if got, err := lang.ReadLength(lang.Duration(time.Duration(seconds+1)*time.Second), time.Minute); err != nil ||
				got != time.Duration(seconds+1)*time.Second {
				t.Errorf("%s is read as %v, %v", lang.Duration(time.Duration(seconds+1)*time.Second), got, err)
			}
		}
	})
}

// What could be meant in two ways is told both ways, each written so that it is read
// in one.
func TestBothReadingsOfANumberAreSaid(t *testing.T) {
	for typed, want := range map[string][2]string{"1.000": {"1000", "1"}, "12.500": {"12500", "12,5"}, "8.125": {"8125", "8,125"},
		"−1.050": {"-1050", "-1,05"}} {
		_, err := text.Vietnamese.ReadDecimal(typed)
		if !fault.Is(err, "typed.either") {
			t.Errorf("%s: %v", typed, err)
			continue
		}
		args := fault.Of(err).Args
		if got := [2]string{args["whole"].(string), args["decimal"].(string)}; got != want {
			t.Errorf("%s can be %q, want %q", typed, got, want)
		}
		for _, reading := range want {
			if _, err := text.Vietnamese.ReadFloat(reading); err != nil {
				t.Errorf("%s of %s: %v", reading, typed, err)
			}
		}
	}
}
