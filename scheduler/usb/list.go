package usb

import (
	"fmt"
	"strings"
	"time"

	"loa/internal/text"
	"loa/scheduler"
)

// ListName is the list's name on the stick.
const ListName = "DANH-SACH.txt"

// List writes what airs when, day by day, for whoever reads it on an old PC:
// UTF-8 with a mark and CRLF, as Notepad of any Windows shows it. station is
// the station's name, monday the first instant of the week in its zone. Equal
// sticks have equal lists.
func (s Stick) List(lang text.Language, station string, monday time.Time) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	b.WriteString("\uFEFF")
	line("%s", strings.ToUpper(lang.Say("usb.list_title")))
	line("%s", lang.Say("usb.list_station", "station", station))
	line("%s", text.Sentence(lang.Week(scheduler.WallOf(monday).In(text.Zone), scheduler.WallOf(monday.AddDate(0, 0, 7)).In(text.Zone))))
	line("")
	line("%s", lang.Say("usb.list_counts", "airings", len(s.Lines), "files", len(s.Files)))
	if n := s.Missing(); n > 0 {
		line("%s", lang.Say("usb.list_missing", "n", n))
	}
	line("%s", lang.Say("usb.list_how"))
	day := ""
	for _, l := range s.Lines {
		at := l.Wall()
		if d := lang.Weekday(at) + " " + lang.Date(at); d != day {
			day = d
			line("")
			line("%s", strings.ToUpper(d))
		}
		if l.File != "" {
			line("  %s  %s", lang.Clock(at), l.File)
		} else {
			line("  %s  %s: %s", lang.Clock(at), strings.ToUpper(lang.Say("usb.no_file")), lang.Say(l.Why))
		}
		told := []string{l.Programme.Title}
		if l.Episode.Title != "" {
			told = append(told, l.Episode.Title)
		}
		if l.Episode.Audio != "" {
			told = append(told, lang.Duration(l.Length()))
		}
		line("         %s", strings.Join(told, " - "))
		if l.Note != "" {
			line("         %s", l.Note)
		}
	}
	return []byte(b.String())
}
