package library

import (
	"testing"
	"time"

	"loa/accounts"
)

func of(role accounts.Role, level accounts.Level, id string) accounts.Actor {
	return accounts.Person{ID: "p", Name: "Hoa", Grants: []accounts.Grant{{Role: role, Scope: accounts.Scope{Level: level, ID: id}}}}.Actor("session")
}

// Each condition of a query of recordings leaves out what it says and nothing else.
func TestEachConditionOfAQueryOfRecordings(t *testing.T) {
	made := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
	r := Recording{ID: "r", Kind: ForProgramme, Name: "Bản tin Nậm Chảy số 12.mp3", Seconds: 600, Created: made,
		Owner: Owner{Person: "p", Name: "Vàng Thị Mẩy", Station: "S00001"}}
	province := r
	province.Owner.Station = ""
	photo := r
	photo.Kind = Photo
	editor := Hearing{By: of(accounts.Editor, accounts.Province, "")}
	judge := Hearing{By: of(accounts.Judge, accounts.Contest, "c")}
	judge.By.Person = "q"
	for name, c := range map[string]struct {
		q    Query
		r    Recording
		want bool
	}{
		"nothing asked":                {Query{}, r, true},
		"words of its name":            {Query{Text: "so 12 nam chay"}, r, true},
		"words of its sender":          {Query{Text: "MẨY"}, r, true},
		"words of both":                {Query{Text: "may ban tin"}, r, true},
		"one word too many":            {Query{Text: "nam chay 13"}, r, false},
		"blanks alone":                 {Query{Text: "  "}, r, true},
		"its kind":                     {Query{Kind: ForProgramme}, r, true},
		"another kind":                 {Query{Kind: ForContest}, r, false},
		"its station":                  {Query{Stations: []string{"S00002", "S00001"}}, r, true},
		"another station":              {Query{Stations: []string{"S00002"}}, r, false},
		"no station at all":            {Query{Stations: []string{}}, r, false},
		"the province's own":           {Query{Stations: []string{""}}, province, true},
		"the province's, of a station": {Query{Stations: []string{""}}, r, false},
		"as long as it is":             {Query{MinSeconds: 600, MaxSeconds: 600}, r, true},
		"longer":                       {Query{MinSeconds: 600.5}, r, false},
		"shorter":                      {Query{MaxSeconds: 599.5}, r, false},
		"from when it was sent":        {Query{From: made}, r, true},
		"from later on":                {Query{From: made.Add(1)}, r, false},
		"until it was sent":            {Query{Until: made}, r, false},
		"until after it was sent":      {Query{Until: made.Add(1)}, r, true},
		"by its ID":                    {Query{IDs: map[string]bool{"r": true}}, r, true},
		"by another's ID":              {Query{IDs: map[string]bool{"s": true}}, r, false},
		"by no ID":                     {Query{IDs: map[string]bool{}}, r, false},
		"sound":                        {Query{Sound: true}, r, true},
		"sound, of a photo":            {Query{Sound: true}, photo, false},
		"what an editor hears":         {Query{For: &editor}, r, true},
		"what a judge hears":           {Query{For: &judge}, r, false},
		"all that it is": {Query{Text: "nam chay", Kind: ForProgramme, Stations: []string{"S00001"}, MinSeconds: 1, MaxSeconds: 900, From: made,
			Until: made.Add(1),
			IDs:   map[string]bool{"r": true}, Sound: true, For: &editor}, r, true},
	} {
		if got := c.q.Matcher()(c.r); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// Who may open which file: its sender, whoever the schedule lets hear what is aired, and of the rest who reads its station's log.
func TestWhoHearsAFile(t *testing.T) {
	people := map[string]accounts.Actor{
		"editor": of(accounts.Editor, accounts.Province, ""), "monitor there": of(accounts.Monitor, accounts.District, "084"),
		"monitor elsewhere": of(accounts.Monitor, accounts.District, "085"), "operator there": of(accounts.Operator, accounts.Station, "S00001"),
		"operator elsewhere": of(accounts.Operator, accounts.Station, "S00002"), "organiser": of(accounts.Organiser, accounts.Province, ""),
		"organiser of one": of(accounts.Organiser, accounts.Contest, "c"), "judge": of(accounts.Judge, accounts.Contest, "c"),
		"administrator": of(accounts.Admin, accounts.Province, ""), "nobody": {},
	}
	districts := map[string]string{"S00001": "084"}
	file := Recording{ID: "r", Owner: Owner{Person: "sender", Station: "S00001"}}
	for name, c := range map[string]struct {
		kind              Kind
		approved, entered bool
		hear              []string
	}{
		"an episode to be aired": {ForProgramme, true, false,
			[]string{"editor", "monitor there", "monitor elsewhere", "operator there", "operator elsewhere", "organiser", "organiser of one",
				"administrator"}},
		"one nobody approved": {ForProgramme, false, false, []string{"editor", "monitor there", "operator there", "administrator"}},
		"a work of a contest": {ForContest, false, false, []string{"organiser", "administrator"}},
		"a signed sheet":      {Scan, false, false, []string{"organiser", "administrator"}},
		"a work, as its own": {ForContest, false, true, []string{"editor", "monitor there", "monitor elsewhere", "operator there", "operator elsewhere",
			"organiser", "organiser of one", "judge", "administrator", "nobody"}},
		"evidence of its station": {ForEvidence, false, false, []string{"editor", "monitor there", "operator there", "administrator"}},
		"a photo":                 {Photo, false, false, []string{"editor", "monitor there", "operator there", "administrator"}},
		"evidence, approved":      {ForEvidence, true, false, []string{"editor", "monitor there", "operator there", "administrator"}},
	} {
		r := file
		r.Kind = c.kind
		hear := map[string]bool{}
		for _, who := range c.hear {
			hear[who] = true
		}
		for who, by := range people {
			h := Hearing{By: by, Districts: districts, Approved: map[string]bool{"r": c.approved}, Entered: map[string]bool{"r": c.entered}}
			if got := h.Hears(r); got != hear[who] {
				t.Errorf("%s hears %s: %t", who, name, got)
			}
			by.Person = "sender"
			h.By = by
			if !h.Hears(r) {
				t.Errorf("%s does not hear %s, sent by herself", who, name)
			}
		}
	}
	if (Hearing{}).Hears(Recording{Kind: ForEvidence}) {
		t.Error("nobody hears what nobody sent")
	}
}
