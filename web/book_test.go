package web_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/airing"
	"loa/stations"
)

// TestABookTooLongForOnePrintIsRefusedWhole: a book that lacked lines would pass for
// the whole, so one line over what is printed asks for a shorter time.
func TestABookTooLongForOnePrintIsRefusedWhole(t *testing.T) {
	t.Parallel()
	const most = 2000
	clock, s, _, monitor := onMonday(t)
	clock.at = at(20, 0, 0)
	confirm := func(i int) error {
		c := airing.Confirm{ID: uuid.NewString(), Station: stations.StationID(i%127 + 1), Programme: "P1", Outcome: airing.Aired, Seconds: 60, Unplanned: true,
			StartedAt: at(8, 0, 0).Add(time.Duration(i/127) * 10 * time.Minute)}
		_, err := s.Confirm(t.Context(), meta(clock.at), c)
		return err
	}
	var all sync.WaitGroup
	for worker := range 50 { // they wait for the disk together
		all.Go(func() {
			for i := worker; i < most; i += 50 {
				if err := confirm(i); err != nil {
					t.Error(i, err)
				}
			}
		})
	}
	all.Wait()
	book := "/airings/paper?from=2024-05-13&until=2024-05-13"
	monitor.Get(book)
	monitor.Expect(200, "table")
	if n := monitor.Doc().Find("tbody tr").Length(); n != most {
		t.Errorf("%d lines of %d", n, most)
	}
	if err := confirm(most); err != nil {
		t.Fatal(err)
	}
	monitor.Get(book)
	monitor.Expect(422, "", fmt.Sprint(most/1000, ".000"))
	if n := monitor.Doc().Find("tbody tr").Length(); n != 0 {
		t.Errorf("%d lines of a book that is refused", n)
	}
	monitor.Get(book + "&station=S00001")
	monitor.Expect(200, "table")
}
