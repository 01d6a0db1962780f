package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/audio/fingerprint"
	"loa/coverage"
	"loa/internal/text"
	"loa/library"
	"loa/stations"
)

// years of tallies that the benchmark of coverage looks through.
const years = 10

// country makes a registry of n communes in districts of 15.
func country(n int) ([]stations.Unit, []stations.Station) {
	var units []stations.Unit
	var list []stations.Station
	whole := stations.Interval{From: "2014-01-01"}
	for i := range n {
		district := fmt.Sprintf("%03d", i/15)
		if i%15 == 0 {
			units = append(units, stations.Unit{UnitKey: stations.UnitKey{List: whole.From, Code: district}, Kind: "rural_district", Name: "Huyện " + district,
				Valid: whole})
		}
		key := stations.UnitKey{List: whole.From, Code: fmt.Sprintf("%05d", i+1)}
		units = append(units, stations.Unit{UnitKey: key, Kind: "commune", Name: fmt.Sprintf("Xã %d", i+1), District: district, Valid: whole})
		list = append(list, stations.Station{ID: stations.StationID(i + 1), Seats: []stations.Seat{{Unit: key, From: whole.From}}, Revision: 1,
			Fields: stations.Fields{Active: []stations.Interval{whole}}})
	}
	return units, list
}

// filled opens a store with n stations, each with a tally in every one of so many
// weeks, and returns the last.
func filled(b *testing.B, n int, weeks airing.Week) (*Store, airing.Week) {
	s, err := Open(b.TempDir(), Options{Log: quiet()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	units, list := country(n)
	if err := s.Found(context.Background(), meta("found"), units, list); err != nil {
		b.Fatal(err)
	}
	last := airing.Calendar{Zone: text.Zone}.Week(time.Date(2024, 5, 13, 12, 0, 0, 0, text.Zone))
	row := airing.Tally{Aired: 2, Qualifying: 2, OnTime: 1, WithEvidence: 1}.Bytes()
	s.db.NoSync = true // only while the benchmark fills
	for w := last - weeks + 1; w <= last; w++ {
		if err := s.update(context.Background(), func(tx *tx) error {
			for i := range n {
				if i%9 == int(w)%9 {
					continue // did not air
				}
				if err := tallies.put(tx, tallyKey(w, uint32(i+1)), row); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	s.db.NoSync = false
	if err := s.refresh(context.Background()); err != nil {
		b.Fatal(err)
	}
	return s, last
}

// BenchmarkCoverageOfOneWeek counts one week out of ten years.
func BenchmarkCoverageOfOneWeek(b *testing.B) {
	for name, n := range map[string]int{"province-127": 127, "country-10598": 10598} {
		b.Run(name, func(b *testing.B) {
			s, last := filled(b, n, years*52)
			for b.Loop() {
				w, err := s.Coverage(context.Background(), accounts.Daemon(), coverage.Query{Week: last - 200})
				if err != nil || w.Active != n || w.Aired == 0 {
					b.Fatal(w.Counts, err)
				}
			}
		})
	}
}

// BenchmarkForetellMerger previews a reform that makes one commune of every three,
// entered a year late: each week since is counted as it is and as it would be.
func BenchmarkForetellMerger(b *testing.B) {
	for name, n := range map[string]int{"province-127": 127, "country-10598": 10598} {
		b.Run(name, func(b *testing.B) {
			s, last := filled(b, n, 53)
			m := meta("merge")
			m.At = airing.Calendar{Zone: text.Zone}.Start(last).AddDate(0, 0, 2)
			c := stations.Merge{On: stations.DateOf(m.At.AddDate(-1, 0, 0))}
			for i := range n {
				c.Rows = append(c.Rows, stations.MergeRow{Line: i + 2, OldCode: fmt.Sprintf("%05d", i+1), NewCode: fmt.Sprintf("%05d", 90000+i/3),
					NewName:     fmt.Sprintf("Xã Mới %d", i/3),
					NewDistrict: fmt.Sprintf("%03d", i/15)})
			}
			for b.Loop() {
				plan, what, err := s.ForetellMerge(b.Context(), m, c)
				if err != nil || len(plan.Bad) > 0 || len(what.Weeks) != 53 || what.Weeks[9].After.Active != (n+2)/3 {
					b.Fatal(err, plan.Bad[:min(1, len(plan.Bad))], len(what.Weeks))
				}
			}
		})
	}
}

// BenchmarkRecordings lists one page out of ten years of a station a week: what
// is asked for is found at once, seldom, or not at all.
func BenchmarkRecordings(b *testing.B) {
	s := open(b, b.TempDir())
	const n = 127 * 52
	made := map[string]bool{}
	for from := 0; from < n; from += 127 {
		if err := s.update(b.Context(), func(tx *tx) error {
			for i := from; i < from+127; i++ {
				id := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
				made[id] = i%1000 == 1
				if err := tx.putRecording(library.Recording{ID: id, Kind: library.ForProgramme, Name: fmt.Sprintf("Nông thôn mới số %d.mp3", i),
					ContentType: "audio/mpeg", Seconds: 900, Bitrate: 128_000, SampleRate: 44_100, Channels: 1,
					Owner: library.Owner{Person: "p1", Name: "Vàng Thị Mẩy", Station: stations.StationID(i%127 + 1)},
					Blob:  library.Ref{SHA256: fmt.Sprintf("%064x", i), Size: 14_400_000}, FramesSHA256: fmt.Sprintf("%064x", i+n),
					Created: meta("").At.Add(time.Duration(i) * time.Hour)}, library.Report{}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	maps.DeleteFunc(made, func(_ string, in bool) bool { return !in })
	for name, q := range map[string]library.Query{"all": {}, "station": {Stations: []string{"S00012"}}, "words nobody wrote": {Text: "xyz"},
		"of a programme": {IDs: made}} {
		b.Run(name, func(b *testing.B) {
			q.Limit = 30
			for b.Loop() {
				if _, err := s.Recordings(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCompare keeps quarters of an hour beside a province's year of them:
// 127 stations, one each week. The sketches are random bits; what is asked is
// noise, so that nothing matches and all has to be looked up.
func BenchmarkCompare(b *testing.B) {
	s := open(b, b.TempDir())
	random := rand.New(rand.NewPCG(1, 1))
	id := func(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i) }
	put := func(tx *tx, i int) error {
		return tx.putRecording(library.Recording{ID: id(i), Kind: library.ForProgramme, Seconds: 900, Blob: library.Ref{SHA256: fmt.Sprintf("%064x", i)},
			Created: meta("").At}, library.Report{})
	}
	const year, quarter = 127 * 52, 900 * 25
	for from := 0; from < year; from += 127 {
		if err := s.update(b.Context(), func(tx *tx) error {
			for i := from; i < from+127; i++ {
				form := binary.AppendUvarint([]byte{1}, quarter)
				for range (quarter + 7) / 8 {
					form = binary.LittleEndian.AppendUint32(form, random.Uint32())
				}
				var sketch fingerprint.Sketch
				if err := errors.Join(sketch.UnmarshalBinary(form), put(tx, i), tx.keepSound(id(i), sketch, nil)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("%d recordings take %d MB", year, s.size(b)>>20)
	noise := make([]float32, 900*8000)
	for i := range noise {
		noise[i] = random.Float32() - 0.5
	}
	printer := fingerprint.New(8000, 1)
	printer.Write(noise)
	print := printer.Print()
	n := year
	for b.Loop() {
		b.StopTimer()
		n++
		if err := s.update(b.Context(), func(tx *tx) error { return put(tx, n) }); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := s.CompareRecording(b.Context(), id(n), print, meta("").At); err != nil {
			b.Fatal(err)
		}
	}
}

func (s *Store) size(b *testing.B) (n int64) {
	if err := s.view(b.Context(), func(tx *tx) error { n = tx.b.Size(); return nil }); err != nil {
		b.Fatal(err)
	}
	return n
}
