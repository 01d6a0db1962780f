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

const buttonTag = "<button"

// sharing are the parts whose buttons have the name of the page that calls them, each
// time it does, with what is added for each of their buttons in order.
var sharing = map[string][]string{"sure": {": asks", ": does", ": keeps"}, "because": {""}}

var (
	shareCall  = regexp.MustCompile(`^\{\{template "(sure|because)" \(dict`)
	shareStart = regexp.MustCompile(`^\{\{define "(\w[^"]*)"`)
)

// MarkButtons gives each button of a template the attribute data-at with its
// name, and lists them. Those of the parts "sure" and "because" have the names of the
// page that asks, each time it does. See Config.Marks.
func MarkButtons(file, source string) (marked string, list []Marked) {
	var b strings.Builder
	count, line, in := map[string]int{}, 1, ""
	name := func(key string) string {
		n := file + " " + key
		if count[n]++; count[n] > 1 {
			return fmt.Sprintf("%s %d", n, count[n])
		}
		return n
	}
	for rest := source; rest != ""; {
		if m := shareStart.FindStringSubmatch(rest); m != nil {
			in = m[1]
		}
		switch m := shareCall.FindStringSubmatch(rest); {
		case m != nil:
			call, _, _ := strings.Cut(rest, "}}")
			of := name(m[1] + " " + firstOf(call, labelKey))
			for _, does := range sharing[m[1]] {
				list = append(list, Marked{of + does, line})
			}
			b.WriteString(m[0] + ` "at" "` + of + `"`)
			rest = rest[len(m[0]):]
		case strings.HasPrefix(rest, buttonTag):
			whole, _, _ := strings.Cut(rest, "</button>")
			at := ""
			if parts := sharing[in]; parts != nil {
				at = "{{.at}}" + parts[count[in]%len(parts)]
				count[in]++
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

// firstOf is what the first of the patterns finds that finds something.
func firstOf(source string, patterns ...*regexp.Regexp) string {
	for _, p := range patterns {
		if m := p.FindStringSubmatch(source); m != nil {
			return m[1]
		}
	}
	return "button"
}

// indents are what a template has for its reader alone: a twentieth of a page as it is sent.
var indents = regexp.MustCompile(`\n +`)

// parseFiles is ParseFS without indents, and with buttons marked where the Kit is told to.
func (k *Kit) parseFiles(t *template.Template, folder string, files fs.FS, patterns ...string) (*template.Template, error) {
	for _, pattern := range patterns {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			b, err := fs.ReadFile(files, name)
			if err != nil {
				return nil, err
			}
			source := indents.ReplaceAllLiteralString(string(b), "\n")
			if k.cfg.Marks {
				source, _ = MarkButtons(folder+"/"+name, source)
			}
			of := t
			if base := path.Base(name); base != t.Name() {
				of = t.New(base)
			}
			if _, err := of.Parse(source); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}
