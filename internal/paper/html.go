package paper

import (
	_ "embed" // the template and the style of a file
	"html/template"
	"io"

	"loa/internal/text"
)

// Template draws a paper to a page: it defines "paper", of a Paper, and calls the
// functions t, which says a sentence, and dict.
//
//go:embed paper.html
var Template string

//go:embed file.html
var file string

//go:embed file.css
var fileStyle string

// HTML writes papers as one page that any browser shows and prints, without anything
// beside it.
func HTML(w io.Writer, title string, lang text.Language, list []Paper) error {
	t, err := template.New("file").Funcs(template.FuncMap{"t": func(key string) string { return lang.Say(key) }, "dict": dict}).Parse(file)
	if err == nil {
		t, err = t.Parse(Template)
	}
	if err != nil {
		return err
	}
	// nolint:gosec // the style is ours
	return t.ExecuteTemplate(w, "file", map[string]any{"Lang": lang, "Title": title, "Style": template.CSS(fileStyle), "Papers": list})
}

// dict makes a map of names and values.
func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}
