package kit

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// Marked is a button of a template. Its name stays when lines above it come or
// go: the file and the sentence it says ("contests/rules.html contest.remove"),
// with a number from the second of that name on.
type Marked struct {
	Name string
	Line int
}

// What a button says: the key of its sentence, or else the field that holds it.
var (
	saysKey   = regexp.MustCompile(`\{\{-?\s*t \(?(?:print )?"([^"]+)"`)
	holdsKey  = regexp.MustCompile(`\bt \(?(?:print )?"([^"]+)"`)
	saysField = regexp.MustCompile(`\{\{-?\s*(?:t )?\.(\w+)`)
	labelKey  = regexp.MustCompile(`"label"\s+\(t "([^"]+)"`)
)

const (
	buttonTag = "<button"
	sureCall  = `{{template "sure" (dict`
	sureStart = `{{define "sure"}}`
)

// MarkButtons gives each button of a template the attribute data-at with its
// name, and lists them. Those of the part "sure" have the names of the page that
// asks, each time it does. See Config.Marks.
func MarkButtons(file, source string) (marked string, list []Marked) {
	var b strings.Builder
	count, line, inSure := map[string]int{}, 1, false
	name := func(key string) string {
		n := file + " " + key
		if count[n]++; count[n] > 1 {
			return fmt.Sprintf("%s %d", n, count[n])
		}
		return n
	}
	for rest := source; rest != ""; {
		if strings.HasPrefix(rest, sureStart) {
			inSure = true
		} else if strings.HasPrefix(rest, "{{define ") {
			inSure = false
		}
		switch {
		case strings.HasPrefix(rest, sureCall):
			call, _, _ := strings.Cut(rest, "}}")
			of := name("sure " + firstOf(call, labelKey))
			for _, does := range sureParts {
				list = append(list, Marked{of + does, line})
			}
			b.WriteString(sureCall + ` "at" "` + of + `"`)
			rest = rest[len(sureCall):]
		case strings.HasPrefix(rest, buttonTag):
			whole, _, _ := strings.Cut(rest, "</button>")
			at := ""
			if inSure {
				at = "{{.at}}" + sureParts[count[sureStart]%len(sureParts)]
				count[sureStart]++
			} else {
				at = name(firstOf(whole, saysKey, holdsKey, saysField))
				list = append(list, Marked{at, line})
			}
			b.WriteString(buttonTag + ` data-at="` + at + `"`)
			rest = rest[len(buttonTag):]
		default:
			if rest[0] == '\n' {
				line++
			}
			b.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	return b.String(), list
}

// sureParts are the buttons of the part "sure", in its order.
var sureParts = [3]string{": asks", ": does", ": keeps"}

// firstOf is what the first of the patterns finds that finds something.
func firstOf(source string, patterns ...*regexp.Regexp) string {
	for _, p := range patterns {
		if m := p.FindStringSubmatch(source); m != nil {
			return m[1]
		}
	}
	return "button"
}

// parseFiles is ParseFS, with buttons marked where the Kit is told to.
func (k *Kit) parseFiles(t *template.Template, folder string, files fs.FS, patterns ...string) (*template.Template, error) {
	if !k.cfg.Marks {
		return t.ParseFS(files, patterns...)
	}
	for _, pattern := range patterns {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			source, err := fs.ReadFile(files, name)
			if err != nil {
				return nil, err
			}
			marked, _ := MarkButtons(folder+"/"+name, string(source))
			of := t
			if base := path.Base(name); base != t.Name() {
				of = t.New(base)
			}
			if _, err := of.Parse(marked); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}
