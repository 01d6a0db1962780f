package oldbook

import (
	"time"

	"loa/internal/sheet"
	"loa/internal/text"
)

// Template is an example of a book, with its head first.
func Template(l text.Language) [][]any {
	head := []any{}
	for _, f := range []Field{Date, Time, Station, District, Programme, Length, Target, By, Note} {
		head = append(head, l.Say("oldbook.field."+string(f)))
	}
	clock := func(h, m int) sheet.TimeOfDay {
		return sheet.TimeOfDay(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute)
	}
	return [][]any{head,
		{sheet.Day("2023-03-06"), clock(17, 30), "Bản Lầu", "Mường Khương", "Xây dựng nông thôn mới", 10, "x", "Lý Thị Mỷ", ""},
		{sheet.Day("2023-03-06"), clock(17, 0), "Bản Phiệt", "Bảo Thắng", "Bản tin xã", 15, "", "Vàng A Sử", l.Say("oldbook.template_note")},
	}
}
