package library

import (
	"testing"
	"time"

	"loa/internal/fault"
)

func TestWhatNothingUsesGoesAfterANotice(t *testing.T) {
	day := 24 * time.Hour
	now := time.Date(2026, 11, 24, 2, 35, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		retention     time.Duration
		age, announce time.Duration // before now; announce 0 is never
		want          Fate
	}{
		"kept for ever, however old":              {0, 5000 * day, 0, Stays},
		"kept for ever, though announced before":  {0, 5000 * day, 400 * day, Stays},
		"young":                                   {30 * day, 30*day - 1, 0, Stays},
		"too old":                                 {30 * day, 30 * day, 0, Expires},
		"announced a moment ago":                  {30 * day, 90 * day, 1, Expires},
		"announced almost long enough ago":        {30 * day, 90 * day, 7*day - 1, Expires},
		"its time has come":                       {30 * day, 90 * day, 7 * day, Goes},
		"young again, for the setting was raised": {365 * day, 90 * day, 8 * day, Stays},
		"the longest":                             {36500 * day, 3650 * day, 0, Stays},
	} {
		s := DefaultSettings()
		s.Retention = c.retention
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		u := Unused{Recording: Recording{Created: now.Add(-c.age)}}
		if c.announce > 0 {
			u.Announced = now.Add(-c.announce)
		}
		if got := u.Fate(s, now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for _, d := range []time.Duration{-1, 1, 30*day - 1} {
		s := DefaultSettings()
		s.Retention = d
		if err := s.Check(); !fault.Is(err, "library.setting_impossible") {
			t.Errorf("%v: %v", d, err)
		}
	}
}
