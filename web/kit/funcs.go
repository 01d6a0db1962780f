package kit

import (
	"fmt"
	"html/template"
	"time"

	"loa/internal/text"
)

// funcs are the functions every template may call, bound to one language.
func (k *Kit) funcs(lang text.Language) template.FuncMap {
	return template.FuncMap{
		"t":        func(key string, args ...any) string { return lang.Say(key, args...) },
		"date":     lang.Date,                                                          // 13/5/2024
		"clock":    lang.Clock,                                                         // 17:05
		"datetime": lang.DateTime,                                                      // 17:05 13/5/2024
		"sentence": text.Sentence,                                                      // what stands at the beginning of a line
		"weekday":  func(t time.Time) string { return text.Sentence(lang.Weekday(t)) }, // Thứ Hai
		"day":      func(t time.Time) string { return text.Sentence(lang.Weekday(t)) + " " + lang.Date(t) },
		"duration": lang.Duration,                                                                       // 3 phút 20 giây
		"paperday": lang.PaperDay,                                                                       // ngày 05 tháng 5 năm 2024, as documents date
		"week":     func(monday time.Time) string { return lang.Week(monday, monday.AddDate(0, 0, 7)) }, // tuần 20 (13/5 – 19/5/2024)
		"number":   number(lang),
		"decimal":  lang.Decimal,
		"percent":  percent(lang), // percent part whole
		"size":     lang.Size,
		"iso":      func(t time.Time) string { return t.In(text.Zone).Format(time.RFC3339) },
		"isodate":  func(t time.Time) string { return t.In(text.Zone).Format(time.DateOnly) },
		"say":      lang.Value,
		"browser":  lang.Browser,
		"dict":     dict,
		"list":     func(v ...any) []any { return v },
		"grouped":  grouped, // options below their headings
		"icon":     icon,
		"asset":    k.assets.url,
	}
}

func number(lang text.Language) func(any) (string, error) {
	return func(v any) (string, error) {
		switch v := v.(type) {
		case int:
			return lang.Number(int64(v)), nil
		case int64:
			return lang.Number(v), nil
		}
		return "", fmt.Errorf("kit: number of %T", v)
	}
}

// percent writes part of whole as people say it, one decimal unless it is 0
// or 100; nothing of nothing is a dash, not a rate.
func percent(lang text.Language) func(part, whole int) string {
	return func(part, whole int) string {
		if whole == 0 {
			return "–"
		}
		p := 100 * float64(part) / float64(whole)
		if part == 0 || part == whole {
			return lang.Decimal(p, 0) + "%"
		}
		return lang.Decimal(p, 1) + "%"
	}
}

// dict passes several named values to a shared template. A name that the
// template reads and dict does not give is empty.
func dict(pairs ...any) (args, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("kit: dict with %d values", len(pairs))
	}
	m := args{}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("kit: dict: name %v is no string", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

type args map[string]any

// icon draws one of the icons, hidden from screen readers: a word always
// stands beside it or in the control's label.
func icon(name string) (template.HTML, error) {
	path := icons[name]
	if path == "" {
		return "", fmt.Errorf("kit: no icon %q", name)
	}
	return template.HTML(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">` + path + `</svg>`), nil
}
