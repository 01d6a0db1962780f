package paper

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loa/audio/audiotest"
	"loa/contest/ranking"
	"loa/internal/doctext"
	"loa/internal/paper"
	"loa/internal/text"
)

// An official score reads the same wherever it stands: in a sentence of a page, as the API's
// decimal, in an office's DOCX, and in a workbook as LibreOffice shows it. Halves of the last
// place are what programs differ over.
func TestOneRoundingOfAScore(t *testing.T) {
	var values []ranking.Rational
	for i := range 16 {
		values = append(values, *points(fmt.Sprintf("%d/16", 16*(20+i)+i)), *points(fmt.Sprintf("%d/8", 8*(40+i)+i%8)))
	}
	for _, s := range []string{"1.005", "73.005", "8.575", "64.015", "2/3"} { // the binary number lies below the half
		values = append(values, *points(s))
	}
	g := Group{Name: "Bảng"}
	var want []string
	for i, v := range values {
		g.Rows = append(g.Rows, Row{Rank: i + 1, Code: "N" + fmt.Sprint(i), Values: map[ranking.Method]ranking.Rational{ranking.Mean: v}})
		want = append(want, v.Decimal(2)) // as the API has it
		said := Feedback{Heading: top, Rank: 1, Of: 2, Value: v}.Draw(paper.Office{}, text.English).Body[2].(paper.Text).Words
		if !strings.Contains(said, ", "+want[i]+" point") {
			t.Errorf("%s is said as %q", v, said)
		}
	}
	if values[1].String() != "40" || want[0] != "20.00" || !slices.Contains(want, "45.63") { // 45 and five eighths
		t.Fatalf("%v", want)
	}
	made := []paper.Paper{Results{Heading: top, Method: ranking.Mean, Groups: []Group{g}}.Draw(paper.Office{}, text.English)}
	var b bytes.Buffer
	if err := paper.DOCX(&b, made); err != nil {
		t.Fatal(err)
	}
	words, err := doctext.Read("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(words)
	for i := range values {
		if at := slices.Index(fields, "N"+fmt.Sprint(i)); at < 0 || fields[at+1] != want[i] {
			t.Errorf("%s in the DOCX: not %s in %q", values[i], want[i], fields[max(at, 0):min(max(at, 0)+3, len(fields))])
		}
	}
	for code, shown := range shownByOffice(t, made) {
		var i int
		if _, err := fmt.Sscanf(code, "N%d", &i); err == nil && !slices.Contains(shown, want[i]) {
			t.Errorf("%s in the workbook: not %s in %q", values[i], want[i], shown)
		}
	}
}

// shownByOffice is what LibreOffice shows of a workbook: its lines by their second cell.
func shownByOffice(t *testing.T, made []paper.Paper) map[string][]string {
	t.Helper()
	audiotest.Need(t, "soffice")
	dir := t.TempDir()
	var b bytes.Buffer
	if err := paper.XLSX(&b, made); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bang.xlsx"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("soffice", "--headless", "-env:UserInstallation=file://"+dir+"/profile", "--convert-to",
		"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true", // the eighth: as shown
		"--outdir", dir, filepath.Join(dir, "bang.xlsx")).CombinedOutput()
	if err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "bang.csv"))
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord = -1
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string][]string{}
	for _, line := range lines {
		if len(line) > 1 {
			shown[line[1]] = line
		}
	}
	if len(shown["N0"]) == 0 {
		t.Fatalf("%q", lines)
	}
	return shown
}
