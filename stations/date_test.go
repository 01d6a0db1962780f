package stations

import (
	"encoding/json"
	"testing"

	"loa/internal/fault"
	"loa/internal/text"
)

func TestDatesAreReadAsPeopleWriteThem(t *testing.T) {
	for in, want := range map[string]Date{"2024-05-13": "2024-05-13", "13/5/2024": "2024-05-13", "01-07-2025": "2025-07-01", "13.5.2024": "2024-05-13",
		"2024-05-13 00:00:00": "2024-05-13", "": ""} {
		if got, err := ParseDate(in); got != want || err != nil {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"31/2/2024", "2024", "2024-13-01", "13/5/24", "0001-01-01", "x"} {
		if got, err := ParseDate(in); !fault.Is(err, "stations.date_unreadable") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	if _, err := ParseDate("5/13/2024"); !fault.Is(err, "stations.date_month_first") {
		t.Errorf("month before day: %v", err)
	}
	if d := Date("2024-02-28").AddDays(2); d != "2024-03-01" {
		t.Error(d)
	}
	for d, want := range map[Date][2]string{"2024-05-03": {"3/5/2024", "3 May 2024"}, "": {"", ""}} {
		if vi, en := d.Words(text.Vietnamese), d.Words(text.English); [2]string{vi, en} != want {
			t.Errorf("%q is written %q and %q", d, vi, en)
		}
	}
}

func TestHoursAreReadAsPeopleWriteThem(t *testing.T) {
	for in, want := range map[string]string{
		"05:30-06:15": "05:30-06:15", "5h30 – 6h15": "05:30-06:15", "17h": "17:00", "17:00": "17:00", "17:00:00": "17:00", "5g-5g30": "05:00-05:30",
		"23:00-24:00": "23:00-24:00",
	} {
		h, err := ParseHours(in)
		if err != nil || h.String() != want {
			t.Errorf("%q: %s, %v", in, h, err)
		}
		var back Hours
		if b, err := json.Marshal(h); err != nil || json.Unmarshal(b, &back) != nil || back != h {
			t.Errorf("%q does not survive JSON", in)
		}
	}
	for _, in := range []string{"", "25:00", "6:75", "06:00-05:00", "06:00-06:00", "24:00", "sáng", "1-2-3"} {
		if h, err := ParseHours(in); !fault.Is(err, "stations.hours_unreadable") {
			t.Errorf("%q: %s, %v", in, h, err)
		}
	}
}

func FuzzParseHours(f *testing.F) {
	f.Add("05:30-06:15")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHours(s)
		if err != nil {
			return
		}
		if again, err := ParseHours(h.String()); err != nil || again != h {
			t.Fatalf("%q became %s, which became %s, %v", s, h, again, err)
		}
	})
}
