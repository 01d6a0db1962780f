package airings

import (
	"net/http"
	"time"

	"loa/airing"
	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

// maxExport is the most lines one file holds.
const maxExport = 50_000

// exportLog writes what the list shows, by the same filter, as CSV or XLSX.
func (p pages) exportLog(w http.ResponseWriter, r *kit.Request, reg *stations.Registry, q airing.Query) error {
	head := make([]any, len(logColumns))
	for i, c := range logColumns {
		head[i] = r.Say("airing.column." + c)
	}
	rows := [][]any{head}
	lines, left, err := p.lines(r, reg, q, maxExport)
	if err != nil {
		return err
	}
	if left { // a file that lacks lines would pass for the whole
		return fault.New(fault.Invalid, "airing.export_long", "most", maxExport)
	}
	for _, l := range lines {
		rows = append(rows, logRow(r.Lang, reg, l))
	}
	return r.SendTable(w, r.URL.Query().Get("format"), "nhat-ky-phat-thanh", rows)
}

var logColumns = []string{"code", "station", "district", "programme", "episode", "outcome", "reason", "date", "time", "length",
	"means", "by", "said", "received", "on_time", "evidence", "finding", "machine", "verified_by", "note", "source", "standing", "counts"}

func logRow(lang text.Language, reg *stations.Registry, l logLine) []any {
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
	onTime := ""
	if l.OnTime || l.Late() {
		onTime = yes(l.OnTime)
	}
	var length any
	if l.Seconds > 0 {
		length = time.Duration(l.Seconds) * time.Second
	}
	var said any
	if !l.SaidAt.IsZero() {
		said = l.SaidAt.In(text.Zone)
		if l.Unproven {
			said = lang.DateTime(l.SaidAt) + " (" + lang.Say("airing.phone_unproven") + ")"
		}
	}
	unit, start := reg.UnitOf(l.Station), l.StartedAt.In(text.Zone)
	return []any{sheet.Code(unit.Code), l.StationLabel, reg.DistrictName(unit.District), l.Programme, l.Episode, say("airing.outcome.", string(l.Outcome)),
		say("airing.reason.", string(l.Reason)), sheet.Day(start.Format(time.DateOnly)), timeOfDay(start), length, say("airing.means.", string(l.Means)),
		l.By.Name, said, l.ReceivedAt.In(text.Zone), onTime, len(l.Evidence), say("airing.finding.", string(l.Finding)),
		say("audio.match.", string(l.Machine())), say("airing.checker.", string(l.VerifiedBy())), l.Note, source(lang, l.Line.Line), yes(l.Stands()),
		yes(l.Counts())}
}

// source says of a report out of a book before Loa which file and row it stood in; "" of any other.
func source(lang text.Language, l airing.Line) string {
	if l.Book == nil {
		return ""
	}
	return lang.Say("oldbook.source") + ": " + lang.Say("oldbook.source_of", "file", l.Book.File, "row", l.Book.Row, "hash", l.Book.Short())
}

// timeOfDay is the wall clock of t.
func timeOfDay(t time.Time) sheet.TimeOfDay {
	return sheet.TimeOfDay(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second)
}
