package kit_test

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"loa/accounts"
	"loa/internal/fault"
	"loa/web/kit"
	"loa/web/kit/testdata/notes"
	"loa/web/webtest"
)

// notebook is a store by the recipe: a question answers what the actor may see, a
// command asks what she may do.
type notebook struct{ list []notes.Note }

func (b *notebook) Notes(_ context.Context, by accounts.Actor) (seen []notes.Note, _ error) {
	for _, n := range b.list {
		if by.Can(accounts.ReadStations, accounts.Where{Station: n.Station}) {
			seen = append(seen, n)
		}
	}
	return seen, nil
}

func (b *notebook) AddNote(_ context.Context, m accounts.Meta, c notes.AddNote) (notes.Note, error) {
	if err := m.By.Must(accounts.EditStations, accounts.Where{Station: c.Station}); err != nil {
		return notes.Note{}, err
	}
	if c.Text == "" {
		return notes.Note{}, fault.New(fault.Invalid, "kit.field_missing").At("text")
	}
	n := notes.Note(c)
	b.list = append(b.list, n)
	return n, nil
}

// The page in CONTRIBUTING.md is the one in testdata, which compiles and is run here.
func TestThePageOfTheRecipeWorks(t *testing.T) {
	recipe, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	for file, mark := range map[string]string{"notes.go": "```go\n", "list.html": "```html\n"} {
		b, err := os.ReadFile("testdata/notes/" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(recipe), mark)
		if block, _, _ := strings.Cut(after, "```"); block != string(b) {
			t.Errorf("CONTRIBUTING.md does not print testdata/notes/%s as it is", file)
		}
	}
	book := &notebook{list: []notes.Note{{Station: "S00001", Text: "Cụm loa mới"}, {Station: "S00002", Text: "Mất điện"}}}
	h, k, err := newKit(t, fstest.MapFS{}, func(k *kit.Kit, _ *kit.Folder) { notes.Register(k, book) })
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range k.MenuItems() {
		if !slices.ContainsFunc(k.Routes(), func(r kit.Route) bool { return r.Pattern == "GET "+m.Path }) {
			t.Errorf("the menu leads to %s, which is no page", m.Path)
		}
	}
	admin, operator := webtest.NewClient(t, h, "admin"), webtest.NewClient(t, h, "operator")
	operator.Get("/notes")
	operator.Expect(http.StatusOK, "main", "Cụm loa mới")
	if operator.Doc().Find("main form").Length() > 0 || strings.Contains(operator.Doc().Text(), "Mất điện") {
		t.Errorf("an operator sees %s", operator.Doc().Find("main").Text())
	}
	admin.Get("/notes")
	admin.Expect(http.StatusOK, "main form", "Cụm loa mới", "Mất điện")
	admin.Submit("main form", "station", "S00003", "text", "")
	admin.Expect(http.StatusUnprocessableEntity, "main form")
	admin.Submit("main form", "station", "S00003", "text", "Máy phát hỏng")
	admin.Expect(http.StatusOK, "main", "Máy phát hỏng")
}
