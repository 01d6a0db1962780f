package kit_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"loa/internal/paper"
)

// The style of printed papers has the figures of the layout's one table.
func TestPapersPrintWithTheFiguresOfTheLayout(t *testing.T) {
	raw, err := os.ReadFile("paper.css")
	if err != nil {
		t.Fatal(err)
	}
	css := strings.Join(strings.Fields(string(raw)), " ")
	for _, want := range []string{
		fmt.Sprintf("@page paper { size: A4; margin: %dmm %dmm %dmm %dmm;", paper.Top, paper.Right, paper.Bottom, paper.Left),
		fmt.Sprintf("@page across { size: A4 landscape; margin: %dmm %dmm %dmm %dmm;", paper.TurnedTop, paper.TurnedRight,
			paper.TurnedBottom, paper.TurnedLeft),
		fmt.Sprintf(`font: %dpt/%.2f "%s"`, paper.BodySize, paper.Lines, paper.Font),
		fmt.Sprintf("text-align: center; font-size: %dpt; line-height: 1.2; } .paper-top > p", paper.HeadSize),
		fmt.Sprintf(".paper-top .motto { font-size: %dpt; }", paper.MottoSize),
		fmt.Sprintf(".paper .paper-title { font-size: %dpt;", paper.TitleSize),
		fmt.Sprintf(".paper .paper-title small { display: block; font-size: %dpt;", paper.AboutSize),
		fmt.Sprintf("margin-block: %dpt; text-indent: %dmm;", paper.Apart, paper.Indent),
		fmt.Sprintf(".paper table { font-size: %gpt;", paper.TableSize),
		fmt.Sprintf(".paper table.dense thead th { font-size: %dpt; }", paper.DenseSize),
		fmt.Sprintf(".paper-end .receivers { font-size: %dpt; }", paper.ReceiversSize),
		fmt.Sprintf(".paper-end .name { margin-top: %dmm; }", paper.SignRoom),
	} {
		if !strings.Contains(css, want) {
			t.Errorf("paper.css lacks %q", want)
		}
	}
}
