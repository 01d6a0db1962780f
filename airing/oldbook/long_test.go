package oldbook_test

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"loa/accounts"
	"loa/airing/oldbook"
	"loa/stations"
)

// TestAHundredThousandRows measures the largest book, with LOA_LONG=1: how long it takes to look at it, to bring it in and to take it back,
// and the most memory meanwhile. By default it is a hundredth of that.
func TestAHundredThousandRows(t *testing.T) {
	rows := 1000
	if os.Getenv("LOA_LONG") != "" {
		rows = 100_000
	}
	o := open(t)
	reg := must[*stations.Registry](t)(o.s.Registry(t.Context()))
	f := excelize.NewFile()
	w := must[*excelize.StreamWriter](t)(f.NewStreamWriter("Sheet1"))
	if err := w.SetRow("A1", head); err != nil {
		t.Fatal(err)
	}
	list := reg.Stations()
	for i := range rows {
		st, n := list[i%len(list)], i/len(list)
		day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/3)
		row := []any{day.Format("02/01/2006"), fmt.Sprintf("%dh30", 5+n%3*6), reg.UnitOf(st.ID).Code, "", "Xây dựng nông thôn mới", "10 phút", "x",
			"Lý Thị Mỷ", "trời mưa"}
		if err := w.SetRow(fmt.Sprint("A", i+2), row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	file := must[*bytes.Buffer](t)(f.WriteToBuffer()).Bytes()
	f = nil
	runtime.GC()
	done, heap := make(chan struct{}), make(chan uint64, 1)
	go func() {
		most := uint64(0)
		for tick := time.NewTicker(50 * time.Millisecond); ; {
			select {
			case <-done:
				heap <- most
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	}()
	began := time.Now()
	took := func(what string) {
		t.Logf("%s of %d rows, %d kB: %v", what, rows, len(file)>>10, time.Since(began).Round(10*time.Millisecond))
		began = time.Now()
	}
	b := o.read(file)
	took("looking")
	if b.Check == nil || b.Check.Take != rows {
		t.Fatalf("%+v %s", b.Check, b.Why)
	}
	b = o.apply(b)
	took("bringing in")
	if b.Import.Taken != rows {
		t.Fatalf("%+v", b.Import)
	}
	must[oldbook.Book](t)(o.Undo(t.Context(), accounts.Meta{ID: uuid.NewString(), By: o.by, At: now}, oldbook.Undo{ID: b.Source.Import, Why: "Thử"}))
	took("asking to take it back")
	o.work()
	took("taking back")
	close(done)
	t.Logf("most heap in use: %d MB", <-heap>>20)
	if b = o.find(b); b.State != oldbook.Undone || b.Import.Undo.Done != rows {
		t.Fatalf("%+v", b.Import)
	}
}
