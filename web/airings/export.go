package airings

import (
	"encoding/csv"
	"net/http"
	"strings"

	"github.com/xuri/excelize/v2"

	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

// maxExport is the most lines one file holds.
const maxExport = 50_000

// exportLog writes what the list shows, by the same filter, as CSV or XLSX.
func (p pages) exportLog(w http.ResponseWriter, r *kit.Request, reg *stations.Registry, q airing.Query) error {
	var rows [][]string
	for len(rows) < maxExport {
		lines, next, err := p.store.Airings(r.Context(), r.Actor, q)
		if err != nil {
			return err
		}
		named, err := p.named(r, reg, lines)
		if err != nil {
			return err
		}
		for _, l := range named {
			rows = append(rows, logRow(r.Lang, reg, l))
		}
		if next == "" {
			break
		}
		q.After = next
	}
	head := make([]string, len(logColumns))
	for i, c := range logColumns {
		head[i] = r.Say("airing.column." + c)
	}
	switch r.URL.Query().Get("format") {
	case "csv":
		return writeCSV(w, head, rows)
	case "xlsx":
		return writeXLSX(w, r.Say("airing.log_title"), head, rows)
	}
	return fault.New(fault.Invalid, "airing.export_format").At("format")
}

var logColumns = []string{"code", "station", "district", "programme", "episode", "outcome", "reason", "date", "time", "length",
	"means", "by", "received", "on_time", "evidence", "finding", "note", "standing"}

func logRow(lang text.Language, reg *stations.Registry, l logLine) []string {
	say := func(prefix, v string) string {
		if v == "" {
			return ""
		}
		return lang.Say(prefix + v)
	}
	yes := func(b bool) string {
		if b {
			return lang.Say("airing.yes")
		}
		return lang.Say("airing.no")
	}
	length := ""
	if l.Seconds > 0 {
		length = minutes(l.Seconds)
	}
	unit := reg.UnitOf(l.Station)
	row := []string{unit.Code, l.StationLabel, reg.DistrictName(unit.District), l.Programme, l.Episode, say("airing.outcome.", string(l.Outcome)),
		say("airing.reason.", string(l.Reason)), lang.Date(l.StartedAt), lang.Clock(l.StartedAt), length, say("airing.means.", string(l.Means)),
		l.By.Name, lang.DateTime(l.ReceivedAt), yes(l.OnTime), text.English.Number(int64(len(l.Evidence))), say("airing.finding.", string(l.Finding)), l.Note, yes(l.Stands())}
	for i := range row {
		row[i] = harmless(row[i])
	}
	return row
}

// harmless keeps a spreadsheet from reading typed text as a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func attachment(w http.ResponseWriter, contentType, name string) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

func writeCSV(w http.ResponseWriter, head []string, rows [][]string) error {
	attachment(w, "text/csv; charset=utf-8", "nhat-ky-phat-thanh.csv")
	if _, err := w.Write([]byte("\ufeff")); err != nil { // Excel reads UTF-8 only after a BOM
		return err
	}
	c := csv.NewWriter(w)
	if err := c.Write(head); err != nil {
		return err
	}
	return c.WriteAll(rows)
}

func writeXLSX(w http.ResponseWriter, sheet string, head []string, rows [][]string) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	sw, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, row := range append([][]string{head}, rows...) {
		cells := make([]any, len(row))
		for j, c := range row {
			cells[j] = c
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := sw.SetRow(at, cells); err != nil {
			return err
		}
	}
	if err := sw.Flush(); err != nil {
		return err
	}
	attachment(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "nhat-ky-phat-thanh.xlsx")
	return f.Write(w)
}
