package accounts

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"loa/internal/fault"
)

// Touch is the last change of a thing that people edit; records embed it. It is
// zero in records that nobody has edited since records keep it.
type Touch struct {
	ChangedAt time.Time `json:"changed_at,omitzero"`  // UTC
	ChangedBy string    `json:"changed_by,omitempty"` // name
	Changed   []string  `json:"changed,omitempty"`    // members of the record that it changed, sorted
}

// Edition tells a state of a thing from every other state of it, and says who
// made it so. A form, and what a program has read, are of one edition.
type Edition struct {
	Tag string // letters and digits
	Touch
}

// EditionOf is the edition of a thing that says all this, by its JSON.
func EditionOf(t Touch, says ...any) Edition {
	h := sha256.New()
	for _, part := range append(says, t) {
		raw, err := json.Marshal(part)
		if err != nil {
			panic(fmt.Sprintf("accounts: edition of %T: %v", part, err)) // records always marshal
		}
		fmt.Fprintf(h, "%d:%s", len(raw), raw)
	}
	return Edition{Tag: hex.EncodeToString(h.Sum(nil)[:8]), Touch: t}
}

// Current returns a fault unless the change was made from that edition, or from
// no edition its maker named. Faults: edit.stale, edit.stale_unknown.
func (m Meta) Current(e Edition) error {
	switch {
	case m.Seen == "" || m.Seen == e.Tag:
		return nil
	case e.ChangedBy == "":
		return fault.New(fault.Stale, "edit.stale_unknown")
	}
	return fault.New(fault.Stale, "edit.stale", "by", e.ChangedBy, "at", e.ChangedAt, "what", e.Changed)
}

// Touch is the change as the record keeps it that was before and is after.
func (m Meta) Touch(before, after any) Touch {
	return Touch{ChangedAt: m.At.UTC(), ChangedBy: m.By.Name, Changed: differing(before, after)}
}

// differing lists the JSON members two records of one type differ in.
func differing(before, after any) (names []string) {
	a, b := members(before), members(after)
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "changed") })
	slices.Sort(names)
	return names
}

// members are the members of a record as JSON, which one type always writes alike:
// each name and the bytes of its value. A country's merger asks for those of ten
// thousand stations, so they are cut out and not decoded.
func members(v any) map[string][]byte {
	raw, err := json.Marshal(v)
	if err != nil || raw[0] != '{' {
		panic(fmt.Sprintf("accounts: members of %T: %v", v, err)) // records are objects
	}
	out := map[string][]byte{}
	for rest := raw[1:]; len(rest) > 1; {
		name := cut(rest)
		value := cut(rest[len(name)+1:]) // behind the colon
		out[string(name[1:len(name)-1])] = value
		rest = rest[len(name)+1+len(value)+1:] // behind the comma, or the last brace
	}
	return out
}

// cut is the first value of what json.Marshal wrote.
func cut(raw []byte) []byte {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++ // what is escaped ends nothing
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case depth == 0 && (c == ',' || c == ':' || c == '}' || c == ']'):
			return raw[:i]
		case c == '}' || c == ']':
			depth--
		}
	}
	return raw
}
