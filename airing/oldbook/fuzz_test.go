package oldbook

import (
	"testing"
	"time"

	"loa/internal/sheet"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// FuzzRead reads anything as a book: it is refused in words, or each row is counted once.
func FuzzRead(f *testing.F) {
	units, list := stations.Founding()
	reg := stations.NewRegistry(units, list)
	plan := scheduler.NewSchedule([]scheduler.Programme{{ID: "P1", Title: "Bản tin xã"}}, nil, nil)
	f.Add([]byte("Ngày,Giờ,Xã,Chương trình,Số phút\n5/3/2024,6h,Bản Lầu,Bản tin xã,10\n,7h30 - 8h,02788,x,\n"))
	f.Add([]byte("Sổ\n\nThời gian,,Đài,Nội dung\nNgày,Giờ,,\nngày 5 tháng 3 năm 2024,5h chiều,Thanh Bình,NTM\n"))
	f.Add([]byte("sep=;\na;b;c\n1;2;3\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, file []byte) {
		b := Book{Source: Source{Import: "00000000-0000-4000-8000-000000000001"}, Lang: text.Vietnamese}
		r, _, err := open(file, b, time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), reg, plan, nil)
		if err != nil || r == nil {
			return
		}
		r.read()
		c := r.check
		if c.Rows != len(r.rows)+c.Twice+c.Bad+c.Left+c.Open || len(c.Names) > maxNames {
			t.Fatalf("%d rows: %d, %+v", c.Rows, len(r.rows), c)
		}
		for _, row := range r.rows {
			if row.Seconds < 1 || row.Station == "" || row.At.Location() != time.UTC {
				t.Fatalf("%+v", row)
			}
		}
	})
}

// TestCellsAreRead: times and lengths as people write them.
func TestCellsAreRead(t *testing.T) {
	for s, want := range map[string]time.Duration{"17h30": 17*time.Hour + 30*time.Minute, "17g30": 17*time.Hour + 30*time.Minute, "6h": 6 * time.Hour,
		"6 giờ rưỡi": 6*time.Hour + 30*time.Minute, "5:05:00": 5*time.Hour + 5*time.Minute, "Từ 5h00": 5 * time.Hour,
		"11h30 trưa": 11*time.Hour + 30*time.Minute,
		"24h":        -1, "5h60": -1, "-1": -1, "5h 6h 7h": -1, "5": -1} {
		if got, _, err := readClock(sheet.Cell{Text: s}); (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q is %v, %v", s, got, err)
		}
	}
	for s, want := range map[string]int{"10": 600, "10,5": 630, "10 phút": 600, "10p": 600, "15'": 900, "1h15": 4500, "1 giờ": 3600, "90 giây": 90,
		"30 giây": 30, "10:30": 630, "0:10:00": 600, "-5": 0, "0": 0, "1000": 0, "năm": 0, "": 0} {
		if got, err := readLength(sheet.Cell{Text: s}); (err != nil) != (want == 0) || err == nil && got != want {
			t.Errorf("%q is %d, %v", s, got, err)
		}
	}
}
