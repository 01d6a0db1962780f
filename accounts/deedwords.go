package accounts

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/internal/text"
)

// How much of a value is kept, in bytes, and how deep what a record holds is told apart.
const (
	mostValue = 1000
	mostDepth = 3
)

// secret are the members whose values nobody reads: that they changed is all that is kept.
var secret = []string{"hash", "code", "token", "key", "passphrase"}

// growing are the members that only grow: their last is what holds.
var growing = []string{"versions", "steps", "back", "edits"}

// Differs says which members two records of one type differ in, by their JSON; either may be nil. What is within a
// member has a name of its own: "mail.host".
func Differs(of string, was, now []byte) (list []MemberChange) {
	a, b := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	fields(a, "", was, mostDepth)
	fields(b, "", now, mostDepth)
	names := map[string]bool{}
	for name := range a {
		names[name] = true
	}
	for name := range b {
		names[name] = true
	}
	for name := range names {
		if strings.HasPrefix(name, "changed") || bytes.Equal(a[name], b[name]) {
			continue
		}
		c := MemberChange{Of: of, Member: name, Was: short(a[name]), Now: short(b[name])}
		if slices.Contains(secret, name[strings.LastIndexByte(name, '.')+1:]) {
			if c.Was == "" || c.Now == "" {
				continue // what is new, or gone, is so whole
			}
			c.Was, c.Now = "", ""
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(x, y MemberChange) int { return strings.Compare(x.Member, y.Member) })
	return list
}

// Told is what the log of changes keeps of factors: names and counts.
func (f Factors) Told() any {
	told := struct {
		App      *time.Time `json:"app,omitempty"`
		Passkeys []string   `json:"passkeys"`
		Spare    int        `json:"spare"`
	}{Spare: len(f.Spare.Hashes), App: f.List().App}
	for _, k := range f.Passkeys {
		told.Passkeys = append(told.Passkeys, k.Name)
	}
	return told
}

// fields puts into m what an object holds; of what is none, nothing.
func fields(m map[string]json.RawMessage, prefix string, raw []byte, depth int) {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return
	}
	for name, value := range object {
		if slices.Contains(growing, name) {
			var list []json.RawMessage
			if json.Unmarshal(value, &list) == nil && len(list) > 0 {
				value = list[len(list)-1]
			}
		}
		if value[0] == '{' && depth > 1 {
			fields(m, prefix+name+".", value, depth-1)
		} else {
			m[prefix+name] = value
		}
	}
}

func short(raw json.RawMessage) string {
	s := string(raw)
	if len(s) > mostValue {
		s = strings.ToValidUTF8(s[:mostValue], "") + "…"
	}
	return s
}

// wording is how the values of a member are told: what its numbers measure, or what its words are the keys of.
type wording struct {
	number func(l text.Language, n int64) string
	keys   string // the beginning of a key of the catalogue
	mute   bool   // that it changed is all that is told
}

var (
	lasting = wording{number: func(l text.Language, n int64) string {
		if d := time.Duration(n); d == 0 || d%(24*time.Hour) != 0 {
			return l.Duration(d)
		}
		return l.Say("accounts.member_days", "n", n/int64(24*time.Hour))
	}}
	weighs = wording{number: func(l text.Language, n int64) string { return l.Value(text.Bytes(n)) }}
	hour   = wording{number: func(l text.Language, n int64) string {
		return time.Time{}.Add(time.Duration(n) * time.Minute).Format("15:04")
	}}
	topics = wording{keys: "message.topic."}
	mute   = wording{mute: true}
)

var wordings = map[string]wording{
	"unfinished": lasting, "grace": lasting, "retention": lasting, "reread": lasting, "max_bytes": weighs, "station_bytes": weighs,
	"quiet_from": hour, "quiet_until": hour, "topics": topics, "not": topics, "ways.*": {keys: "message.way."},
	"languages": {keys: "language."}, "language": {keys: "language."}, "reason": {keys: "airing.reason."}, "technologies": {keys: "stations.technology."},
	"steps.state": {keys: "schedule.state."}, "exceptions": mute, "hours": mute, "active_intervals": mute,
	"programmes.topics": {keys: "schedule.topic."}, "coverage_pleas.state": {keys: "coverage.plea_state."},
	"plan_indicators.every": {keys: "plan.every."}, "plan_indicators.way": {keys: "plan.way."}, "plan_indicators.counted": {keys: "plan.counted."},
	"quizzes.stage": {keys: "quiz.stage."}, "quizzes.way": {keys: "quiz.way."}, "quizzes.topics": {keys: "schedule.topic."},
	"quiz_questions.topic": {keys: "schedule.topic."}, "quiz_tries.do": {keys: "quiz.do."},
	"stations": mute, "members": mute, "audio": mute, "seats": mute, "profiles": mute,
}

// Words says what changed: "Tên: Xã Cũ → Xã Mới"; "" of a member that people have no word for, which programs read.
func (c MemberChange) Words(l text.Language, names Names) string {
	key, label, how := "accounts.member."+c.Of+"."+c.Member, "", wordings[c.Of+"."+c.Member]
	if !text.Has(key) {
		key, how = "accounts.member."+c.Member, wordings[c.Member]
	}
	if head, rest, ok := strings.Cut(c.Member, "."); ok && !text.Has(key) { // of many by name: their heading, and which
		key, how = "accounts.member."+head, wordings[head+".*"]
		if label = rest; text.Has("message.topic." + rest) {
			label = l.Say("message.topic." + rest)
		}
	}
	if !text.Has(key) {
		return ""
	}
	say := l.Say(key)
	if label != "" {
		say += " (" + label + ")"
	}
	say += ": "
	switch {
	case how.mute && c.Was == "":
		return ""
	case c.Was == "" && c.Now == "" || how.mute:
		return say + l.Say("accounts.member_other")
	case c.Was == "":
		now := how.said(l, names, c.Member, c.Now)
		if now == none {
			return "" // it began without
		}
		return say + now
	}
	was, now := how.said(l, names, c.Member, c.Was), how.said(l, names, c.Member, c.Now)
	if was == now { // they differ in what has no words
		return say + l.Say("accounts.member_other")
	}
	return say + was + " → " + now
}

// none stands for no value.
const none = "–"

// said is a value of a record as people read it.
func (w wording) said(l text.Language, names Names, member, raw string) string {
	var v any
	if raw == "" {
		return none
	}
	if json.Unmarshal([]byte(raw), &v) != nil { // it was cut
		if raw[0] != '"' {
			return l.Say("accounts.member_other")
		}
		return strings.Trim(raw, `"`)
	}
	if member == "grants" {
		var grants []Grant
		if json.Unmarshal([]byte(raw), &grants) == nil && len(grants) > 0 {
			return GrantsInWords(l, names, grants)
		}
	}
	return cmp.Or(w.value(l, json.RawMessage(raw), v), none)
}

// value is a value in words, what a list or an object holds one after the other as it was written.
func (w wording) value(l text.Language, raw json.RawMessage, v any) string {
	switch v := v.(type) {
	case bool:
		return l.Say("accounts.member_" + strconv.FormatBool(v))
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			if at.IsZero() {
				return ""
			}
			return l.DateTime(at.In(text.Zone))
		}
		if w.keys != "" && text.Has(w.keys+v) {
			return l.Say(w.keys + v)
		}
		return v
	case float64:
		if w.number != nil {
			return w.number(l, int64(v))
		}
		return l.Exact(v)
	case []any:
		var parts []json.RawMessage
		_ = json.Unmarshal(raw, &parts) // it is a list
		separate, list := ", ", []string(nil)
		for i, part := range parts {
			if part[0] == '{' {
				separate = "; "
			}
			if said := w.value(l, part, v[i]); said != "" {
				list = append(list, said)
			}
		}
		return strings.Join(list, separate)
	case map[string]any:
		var list []string
		for d, key := json.NewDecoder(bytes.NewReader(raw)), false; ; key = !key {
			token, err := d.Token()
			if err != nil {
				return strings.Join(list, ", ")
			}
			if _, delim := token.(json.Delim); delim {
				key = false // a name comes next
				continue
			}
			if s, ok := token.(string); ok && !key && s != "" {
				list = append(list, w.value(l, nil, s))
			}
		}
	}
	return ""
}

// Said is what changed, in words; of a kind that keeps no before and after, where that stands or why there is none.
func (d Deed) Said(l text.Language, names Names) (list []string) {
	for _, c := range d.Changes {
		if said := c.Words(l, names); said != "" && !slices.Contains(list, said) {
			list = append(list, said)
		}
	}
	if d.More > 0 {
		list = append(list, l.Say("accounts.deed_more", "n", d.More))
	}
	switch key := "accounts.deed_none." + string(d.Kind); {
	case len(list) == 0 && text.Has(key):
		list = append(list, l.Say(key))
	case len(d.Changes) == 0:
		list = append(list, l.Say("accounts.deed_same"))
	}
	return list
}

// WithoutChanges are the kinds that say where their before and after stand, or why there are none.
func WithoutChanges() []Kind {
	return slices.DeleteFunc(slices.Clone(Kinds), func(k Kind) bool { return !text.Has("accounts.deed_none." + string(k)) })
}
