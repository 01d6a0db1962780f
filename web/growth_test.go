package web_test

import (
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"loa/accounts"
	"loa/store/bolt"
	"loa/web/tour"
)

// What a page reads may differ between two provinces by what is drawn by lot, and by no more.
const (
	growsBy = 1.3
	plus    = 60 // rows
)

// tellsMore are what tells more in the longer province, and so reads more: the report of the year that runs gives the reasons of
// each of its weeks without an airing.
var tellsMore = []string{"/coverage/period/paper", "/api/v1/report"}

// TestNoPageReadsMoreTheLongerTheHistory opens every page and every list as one person of
// each role, in a province of some weeks and in one of many, and counts the rows that are read
// of the tables: as many, whatever was reported before what the page shows. LOA_LONG=1 takes a year.
func TestNoPageReadsMoreTheLongerTheHistory(t *testing.T) {
	t.Parallel()
	weeks := [2]int{6, 14}
	if os.Getenv("LOA_LONG") != "" {
		weeks[1] = 52
	}
	var read [2]map[string]rowsOf
	for i, n := range weeks {
		p := provinceOf(t, n)
		read[i] = readBy(t, p)
	}
	for _, key := range slices.Sorted(maps.Keys(read[0])) {
		was, is := read[0][key], read[1][key]
		if slices.ContainsFunc(tellsMore, func(path string) bool { return strings.Contains(key, " "+path) }) {
			continue
		}
		if float64(is.rows) > growsBy*float64(was.rows)+plus {
			t.Errorf("%s reads %d rows in a province of %d weeks (%s) and %d in one of %d (%s)", key, was.rows, weeks[0], was.path, is.rows, weeks[1], is.path)
		}
	}
	if len(read[0]) < 200 {
		t.Errorf("%d kinds of pages only", len(read[0]))
	}
}

// rowsOf is the page of a kind that reads most.
type rowsOf struct {
	path string
	rows uint64
}

func readBy(t *testing.T, p *province) map[string]rowsOf {
	most, roles := map[string]rowsOf{}, map[accounts.Role]bool{}
	for _, login := range slices.Sorted(maps.Keys(p.people)) {
		role := p.people[login].Grants[0].Role
		if roles[role] {
			continue
		}
		roles[role] = true
		secret, way := p.secret(t, login), tour.New(p.handler, p.routes)
		way.OfAKind = 3
		way.Walk(func(kind, path string) *tour.Answer {
			way.Get(path, secret, false) // what it leaves for the next time is not counted
			before := rowsRead(p.store)
			answer := way.Get(path, secret, false)
			rows := rowsRead(p.store) - before
			if key := string(role) + " " + kind; answer.Code == http.StatusOK && rows >= most[key].rows {
				most[key] = rowsOf{path, rows}
			}
			return answer
		})
	}
	return most
}

func rowsRead(s *bolt.Store) uint64 {
	rows, _ := s.Reads()
	return rows
}
