package kit

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

// MarkButtons gives each button of a template the attribute data-at that says
// where it stands ("contests/rules.html:12", and ":12.2" for the second on the
// line), and lists these places. See Config.Marks.
func MarkButtons(name, source string) (marked string, places []string) {
	var b strings.Builder
	for i, line := range strings.Split(source, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		for n, part := range strings.Split(line, "<button") {
			if n > 0 {
				place := fmt.Sprintf("%s:%d", name, i+1)
				if n > 1 {
					place += fmt.Sprintf(".%d", n)
				}
				places = append(places, place)
				b.WriteString(`<button data-at="` + place + `"`)
			}
			b.WriteString(part)
		}
	}
	return b.String(), places
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
