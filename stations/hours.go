package stations

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"loa/internal/fault"
)

// Hours is a time of day a station usually airs in, in minutes after
// midnight. Until equals From when only the start is known. It is written
// "05:30-06:15" or "17:00".
type Hours struct{ From, Until int }

var clock = regexp.MustCompile(`^(\d{1,2})(?:[:hHgG.](\d{2})?)?(?::00)?$`)

// ParseHours reads "05:30-06:15", "5h30 - 6h15", "17h", "17:00" or a
// spreadsheet's "17:00:00". Fault:
// stations.hours_unreadable.
func ParseHours(s string) (Hours, error) {
	unreadable := fault.New(fault.Invalid, "stations.hours_unreadable", "text", s).At("hours")
	from, until, ranged := strings.Cut(strings.NewReplacer("–", "-", "—", "-", " ", "").Replace(s), "-")
	f, ok := parseClock(from)
	if !ok || f == 24*60 {
		return Hours{}, unreadable
	}
	if !ranged {
		return Hours{f, f}, nil
	}
	u, ok := parseClock(until)
	if !ok || u <= f {
		return Hours{}, unreadable
	}
	return Hours{f, u}, nil
}

func parseClock(s string) (minutes int, ok bool) {
	m := clock.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	h, _ := strconv.Atoi(m[1])       // two digits by the pattern
	n, _ := strconv.Atoi("0" + m[2]) // the same, or none
	minutes = h*60 + n
	return minutes, n < 60 && minutes <= 24*60
}

// String writes "05:30-06:15" or "17:00".
func (h Hours) String() string {
	if h.From == h.Until {
		return fmt.Sprintf("%02d:%02d", h.From/60, h.From%60)
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", h.From/60, h.From%60, h.Until/60, h.Until%60)
}

// MarshalText writes what String writes.
func (h Hours) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// JSONSchema is what MarshalText writes.
func (Hours) JSONSchema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^\d{2}:\d{2}(-\d{2}:\d{2})?$`}
}

// UnmarshalText reads what ParseHours reads.
func (h *Hours) UnmarshalText(b []byte) (err error) {
	*h, err = ParseHours(string(b))
	return err
}
