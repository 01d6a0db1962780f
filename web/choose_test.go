package web_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/stations"
	"loa/web/webtest"
)

// aStation is the value of a choice that means a station.
var aStation = regexp.MustCompile(`^S\d{5}$`)

// TestEveryListOfStationsIsByDistrict looks at every page as everybody: whatever a
// station is chosen from has the districts as headings, all in one order, and an
// operator is offered no station but hers.
func TestEveryListOfStationsIsByDistrict(t *testing.T) {
	t.Parallel()
	w := newProvince(t)
	reg, err := w.store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, st := range reg.Filter(stations.Filter{}) {
		order = append(order, st.ID)
	}
	lists := map[string]int{} // by the kind of page: how long its longest list is
	for _, login := range []string{"xa-02794", "giamkhao1", "huyen-082", "bientap", "hoithi", "quantri"} {
		walkAs(t, webtest.NewClient(t, w.handler, w.secret(t, login)), func(path string, doc *goquery.Document) {
			kind, _, _ := strings.Cut(kindOfPath(path), "?")
			doc.Find("select, .picker, .sub").Each(func(_ int, list *goquery.Selection) {
				var ids []string
				last := -1
				var headings []string
				list.Find("option, input[type=checkbox]").Each(func(_ int, o *goquery.Selection) {
					id := o.AttrOr("value", "")
					if !aStation.MatchString(id) {
						return
					}
					ids = append(ids, id)
					under := o.Closest("optgroup, [role=group], details")
					heading := under.AttrOr("label", under.AttrOr("aria-label", strings.TrimSpace(under.Find("summary").Text())))
					if n := len(headings); n == 0 || headings[n-1] != heading {
						headings, last = append(headings, heading), -1
					}
					if want := reg.DistrictLabel(reg.Where(id).District); !strings.Contains(heading, want) {
						t.Errorf("%s sees %s: %s stands below “%s”, not below its district %s", login, path, id, heading, want)
					}
					if at := slices.Index(order, id); at < last {
						t.Errorf("%s sees %s: %s stands in another order than elsewhere", login, path, id)
					} else {
						last = at
					}
				})
				if len(slices.Compact(slices.Sorted(slices.Values(headings)))) != len(headings) {
					t.Errorf("%s sees %s: a district is there twice: %v", login, path, headings)
				}
				lists[kind] = max(lists[kind], len(ids))
				if login == "xa-02794" && (len(ids) > 1 || len(ids) == 1 && reg.UnitOf(ids[0]).Code != "02794") {
					t.Errorf("an operator sees %s: %d stations to choose from", path, len(ids))
				}
			})
		})
	}
	long := 0
	for _, n := range lists {
		if n > 100 {
			long++
		}
	}
	if long < 7 {
		t.Errorf("long lists of stations were found at %d kinds of pages only: %v", long, lists)
	}
}

// The calendar is chosen by station, and only by one the person may look at.
func TestAnOperatorChoosesNoOtherStation(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	aWeek(t, s)
	c := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "xa-50", tuesday,
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00050"}}))
	if w := c.Get("/calendar?station=S00001"); w.Code != 403 {
		t.Errorf("another station's calendar: %d", w.Code)
	}
	for _, path := range []string{"/calendar", "/library"} {
		c.Get(path)
		c.Expect(200, `option[value="S00050"]`)
		c.Refuse(`option[value="S00001"]`)
	}
}
