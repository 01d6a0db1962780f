package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/web/kit"
)

// TestNothingAJudgeCanReachTellsTheEntrant plays the same contest in two
// worlds where only one entrant differs, and where in one somebody else sent the
// same recording too. It lets each judge try every route there is, with every
// sheet of hers, and compares every answer byte for byte. Judges may have other
// duties as well.
func TestNothingAJudgeCanReachTellsTheEntrant(t *testing.T) {
	t.Parallel()
	other := slices.Clone(someEntrants)
	other[1] = entrant{"S00055", "Một tên khác hẳn và dài hơn nhiều", "xakhac", "ten-tep-khac.mp3", "Tẩn Láo Tả", false, 5 * time.Hour}
	play := func(who []entrant, copied bool) map[string]string {
		st := newStage(t)
		st.also = map[int][]accounts.Grant{
			1: {{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00120"}}},
			2: {{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}},
				{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}},
		}
		for _, e := range append(slices.Clone(someEntrants), other[1], entrant{station: "S00100", login: "xakhacnua"}) {
			st.operator(e.login, e.station)
		}
		_, judges, id := st.played(who)
		if copied {
			st.sendAgain("00000000-0000-4000-8000-000000000001")
		}
		answers := map[string]string{}
		for n, j := range judges {
			for step, writes := range []bool{false, true, false} {
				for route, said := range j.everywhere(id, writes) {
					answers[fmt.Sprintf("judge %d step %d %s", n, step, route)] = said
				}
			}
		}
		return answers
	}
	same(t, play(someEntrants, false), play(other, true))
}

// TestNothingAJudgeCanReachTellsOthersMarks lets a judge, and the chair, who
// has not signed yet try every route there is: while the others have nothing,
// and when they are done and differ.
func TestNothingAJudgeCanReachTellsOthersMarks(t *testing.T) {
	t.Parallel()
	for reader := range 2 {
		play := func(marks ...string) map[string]string {
			st := newStage(t)
			st.edit = func(r *contest.Rules) { r.Rounds[0].Gap = ranking.Point }
			_, judges, id := st.played(someEntrants)
			for i, mark := range marks {
				judges[(reader+1+i)%len(judges)].score(id, func(int) string { return mark })
			}
			return judges[reader].everywhere(id, false)
		}
		same(t, play(), play("9", "4"))
	}
}

// same fails where answers differ between two worlds.
func same(t *testing.T, one, two map[string]string) {
	t.Helper()
	if len(one) != len(two) || len(one) < 60 {
		t.Fatalf("%d and %d answers", len(one), len(two))
	}
	for _, what := range slices.Sorted(maps.Keys(one)) {
		if one[what] != two[what] {
			at := 0
			for at < min(len(one[what]), len(two[what])) && one[what][at] == two[what][at] {
				at++
			}
			from := max(0, at-120)
			t.Errorf("%s differs between the worlds at byte %d:\n%.300s\n---\n%.300s", what, at, one[what][from:], two[what][from:])
		}
	}
}

// neutral are the bytes that differ in any two runs: IDs of forms and people,
// secrets, and the lot. Each is replaced by its order of appearance, so that
// two worlds stay comparable.
var neutral = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|"id":"[0-9a-f]{20}","code":"[0-9]+"|(?:%2f|\b)[0-9a-f]{20}\b|[A-Z2-7]{26}` +
	`|\bB[\w-]{86}\b` + // the installation's key
	`|data-mark="\.[0-9a-f]{16}"`) // of the body, which is compared itself

// headOf is all that stands before an answer's body but the time of day; a
// length says what the body says, or for a range what the whole does.
func headOf(res *http.Response) string {
	var lines []string
	for name, values := range res.Header {
		digest := name == "Etag" && strings.Contains(res.Header.Get("Content-Type"), "json") || name == "Loa-Tag" // of the body, which is compared itself
		if name != "Date" && name != "X-Request-Id" && !digest {
			lines = append(lines, neutral.ReplaceAllString(fmt.Sprint(name, values), "#"))
		}
	}
	slices.Sort(lines)
	return fmt.Sprint(res.StatusCode, lines)
}

// lots are the numbers drawn by lot, as pages and sentences name them.
var lots = regexp.MustCompile(`[Tt]ác phẩm (?:số )?\d+`)

// told is an answer as it compares with that of another world.
func told(res *http.Response, b []byte) string {
	if strings.HasPrefix(res.Header.Get("Content-Type"), "audio/") {
		return fmt.Sprintf("%s\n%d bytes %x", headOf(res), len(b), sha256.Sum256(b))
	}
	seen := map[string]string{}
	return headOf(res) + "\n" + neutral.ReplaceAllStringFunc(lots.ReplaceAllString(string(b), ""), func(s string) string {
		if seen[s] == "" {
			seen[s] = fmt.Sprintf("#%d", len(seen))
		}
		return seen[s]
	})
}

// everywhere asks at every route there is, those that change something or the
// others, and gives the answers by route. What she has several of is compared
// as a set, because the lot decides about its order.
func (v *visitor) everywhere(id string, writes bool) map[string]string {
	v.st.t.Helper()
	k := kit.New(kit.Config{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	Register(k, Deps{Store: v.st.store, Blobs: v.st.blobs, Contests: v.st.hall, Booth: v.st.booth})
	tasks := []string{"00000000000000000000"}
	for _, x := range v.duties(id).Tasks {
		tasks = append(tasks, x.ID)
	}
	answers := map[string]string{}
	for _, r := range k.Routes() {
		if (r.Method() != "GET" && r.Method() != "HEAD") != writes || strings.HasPrefix(r.Path(), "/assets/") || strings.HasSuffix(r.Path(), "/logout") ||
			strings.HasSuffix(r.Path(), "/sessions/end") || r.Pattern == "GET /me/factors/app" { // a new secret each time, and its picture
			continue
		}
		var list []string
		for _, task := range tasks {
			path := strings.NewReplacer("{contest}", id, "{entry}", "entry-00000001", "{code}", "TP-002", "{task}", task, "{id}",
				"00000000-0000-4000-8000-000000000001").Replace(r.Path())
			path = strings.ReplaceAll(regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "x"), "{$}", "")
			if writes {
				list = append(list, v.writes(r, path, id, task))
			} else {
				list = append(list, v.reads(path)...)
			}
			if !strings.Contains(r.Path(), "{task}") {
				break
			}
		}
		slices.Sort(list)
		answers[r.Pattern] = strings.Join(list, "\n")
	}
	return answers
}

// duties is what she has to score.
func (v *visitor) duties(id string) (all contest.JudgeView) {
	v.st.t.Helper()
	if err := v.st.hall.View(context.Background(), id, func(s *contest.State) error { all, _ = s.ForJudge(v.id); return nil }); err != nil {
		v.st.t.Fatal(err)
	}
	return all
}

// reads asks for a path in every way there is.
func (v *visitor) reads(path string) (list []string) {
	ask := func(method, query, part string) (sound bool) {
		res, b := v.ask(method, path+query, "", nil, "Range", part)
		sound = strings.HasPrefix(res.Header.Get("Content-Type"), "audio/")
		if sound && part == "" && tagged(b) {
			v.st.t.Errorf("%s came with tags", path)
		}
		said := told(res, b)
		if strings.HasSuffix(path, "/audit") { // of what was done in one instant the ID, which is drawn, decides about the order
			lines := regexp.MustCompile(`\{"id":|<tr>`).Split(regexp.MustCompile(`#\d+`).ReplaceAllString(said, "#"), -1)
			slices.Sort(lines)
			said = strings.Join(lines, "\n")
		}
		list = append(list, fmt.Sprint(method, query, part, said))
		return sound
	}
	if ask("HEAD", "", ""); ask("GET", "", "") {
		for _, part := range []string{"bytes=1000-70000", "bytes=-1", "bytes=999999999-"} {
			ask("GET", "", part)
		}
	} else {
		ask("GET", "?q="+url.QueryEscape("nước")+"&limit=1", "")
		ask("GET", "?q=xakhac&as=xlsx", "")
	}
	return list
}

// tagged tells tags by where they stand: ID3v2 opens a file, ID3v1 is its last
// 128 bytes, APE names itself with eight bytes. Three letters anywhere else may
// be part of a random ID.
func tagged(mp3 []byte) bool {
	return bytes.HasPrefix(mp3, []byte("ID3")) || bytes.Contains(mp3, []byte("APETAGEX")) ||
		len(mp3) >= 128 && bytes.HasPrefix(mp3[len(mp3)-128:], []byte("TAG"))
}

// writes sends what would change something at a path: a form to a page, JSON
// to the API, each filled in as far as a judge can.
func (v *visitor) writes(r kit.Route, path, id, task string) string {
	v.st.t.Helper()
	form, marks, base := url.Values{"id": {kit.NewID()}, "reason": {"Có người quen"}, "why": {"Có người quen"}, "do": {"save"}}, map[string]string{}, 0
	for _, x := range v.duties(id).Tasks {
		if x.ID == task {
			base = x.Version
			for _, c := range x.Criteria {
				marks[c.ID] = "7"
				form.Set("mark."+c.ID, "7")
			}
		}
	}
	form.Set("base", fmt.Sprint(base))
	body, kind := io.Reader(strings.NewReader(form.Encode())), "application/x-www-form-urlencoded"
	if strings.HasPrefix(path, "/api/") {
		filled := map[string]any{}
		empty, err := json.Marshal(r.In)
		if err == nil && r.In != nil {
			err = json.Unmarshal(empty, &filled)
		}
		for name, value := range map[string]any{"change": kit.NewID(), "base": base, "marks": marks, "reason": "Có người quen"} {
			if _, asked := filled[name]; asked {
				filled[name] = value
			}
		}
		whole, merr := json.Marshal(filled)
		if err != nil || merr != nil {
			v.st.t.Fatal(err, merr)
		}
		body, kind = bytes.NewReader(whole), "application/json"
	}
	res, b := v.ask(r.Method(), path, kind, body)
	return told(res, b)
}
