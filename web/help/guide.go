package help

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	source "github.com/yuin/goldmark/text"

	"loa/internal/text"
)

// guide is one of doc/huong-dan, made for a page.
type guide struct {
	Name  string // of its file, without .md
	Title string
	Body  template.HTML // without its title
	Parts []part        // its headings, but for the title
}

// part is a heading of a guide.
type part struct {
	ID, Title string
	Level     int // 2 or 3
}

// anchors gives headings their IDs; two of one name in a guide are a mistake that a test finds.
type anchors struct{}

func (anchors) Generate(value []byte, _ ast.NodeKind) []byte { return []byte(text.Slug(string(value))) }
func (anchors) Put([]byte)                                   {}

// readGuides reads all guides.
func readGuides(files fs.FS) (map[string]*guide, error) {
	names, err := fs.Glob(files, "*.md")
	if err != nil {
		return nil, err
	}
	out := map[string]*guide{}
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		g, err := readGuide(strings.TrimSuffix(name, ".md"), raw)
		if err != nil {
			return nil, fmt.Errorf("help: %s: %w", name, err)
		}
		out[g.Name] = g
	}
	return out, nil
}

func readGuide(name string, raw []byte) (*guide, error) {
	m := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	doc := m.Parser().Parse(source.NewReader(raw), parser.WithContext(parser.NewContext(parser.WithIDs(anchors{}))))
	g := &guide{Name: name}
	var title ast.Node
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			words := string(n.Lines().Value(raw))
			if n.Level == 1 {
				title, g.Title = n, words
				break
			}
			id, _ := n.AttributeString("id")
			b, _ := id.([]byte)
			g.Parts = append(g.Parts, part{string(b), words, n.Level})
		case *ast.Link: // among guides
			file, at, deep := strings.Cut(string(n.Destination), "#")
			if file != "" && (path.Ext(file) != ".md" || strings.Contains(file, "/")) {
				break
			}
			if n.Destination = nil; file != "" {
				n.Destination = []byte("/help/" + strings.TrimSuffix(file, ".md"))
			}
			if deep {
				n.Destination = append(n.Destination, "#"+text.Slug(at)...)
			}
		case *ast.Image:
			n.Destination = []byte("/help/" + string(n.Destination))
			n.SetAttributeString("loading", []byte("lazy"))
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return nil, err
	}
	if title == nil {
		return nil, fmt.Errorf("no title")
	}
	doc.RemoveChild(doc, title)
	var b bytes.Buffer
	if err := m.Renderer().Render(&b, raw, doc); err != nil {
		return nil, err
	}
	g.Body = template.HTML(b.String()) //nolint:gosec // our own words; what is HTML in them is left out by the renderer
	return g, nil
}
