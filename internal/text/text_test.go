package text

import (
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/internal/fault"
)

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

// keys lists the keys of one catalogue, sorted.
func keys(lang Language) []string { return slices.Sorted(maps.Keys(catalogues[lang])) }

func TestBothLanguagesHoldTheSameKeysAndPlaceholders(t *testing.T) {
	vi, en := keys(Vietnamese), keys(English)
	for _, k := range vi {
		if _, ok := catalogues[English][k]; !ok {
			t.Errorf("%s: missing in English", k)
		}
	}
	for _, k := range en {
		v, ok := catalogues[Vietnamese][k]
		if !ok {
			t.Errorf("%s: missing in Vietnamese", k)
			continue
		}
		a, b := placeholder.FindAllString(v, -1), placeholder.FindAllString(catalogues[English][k], -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%s: placeholders %v in Vietnamese, %v in English", k, a, b)
		}
	}
}

// keyUse finds the literal catalogue keys in sources: fault codes in Go,
// {{t "key"}} and .T "key" in templates.
var keyUse = []*regexp.Regexp{
	regexp.MustCompile(`fault\.New\(\s*fault\.\w+,\s*"([a-z0-9_.]+)"`),
	regexp.MustCompile(`\.Say\(\s*"([a-z0-9_.]+)"\s*[,)]`),
	regexp.MustCompile(`(?:\bt|\.T)\s+"([a-z0-9_.]+)"`),
}

// sources calls yield with every Go file but tests, template and script.
func sources(t *testing.T, yield func(path, content string)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, "_test.go") || !slices.Contains([]string{".go", ".html", ".js"}, filepath.Ext(path)) {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		yield(path, string(b))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEnglishAgreesWithItsNumbers: one person, two people.
func TestEnglishAgreesWithItsNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0 people", 1: "1 person", 2: "2 people"} {
		if got := English.Say("people.count", "n", n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	counted := map[string]bool{} // the nouns that have two forms somewhere have them everywhere
	for _, k := range keys(English) {
		for _, m := range plural.FindAllStringSubmatch(catalogues[English][k], -1) {
			counted[m[3]] = true
		}
	}
	bare := regexp.MustCompile(`\{[a-z_]+\} ([a-z]+)\b`)
	for _, k := range keys(English) {
		for _, m := range bare.FindAllStringSubmatch(catalogues[English][k], -1) {
			if counted[m[1]] && strings.HasSuffix(m[1], "s") && !verbs[m[1]] {
				t.Errorf("%s counts without agreeing: %s", k, catalogues[English][k])
			}
		}
	}
}

// verbs look like counted nouns: "{name} counts".
var verbs = map[string]bool{"counts": true, "marks": true, "works": true, "rules": true, "grants": true, "changes": true, "requests": true, "reports": true,
	"comments": true, "lines": true, "judges": true, "holds": true, "stands": true}

// forPrograms are sentences that pages do not show: they answer who writes addresses or starts the daemon.
var forPrograms = []string{"kit.query_unknown", "store.in_use"}

// TestNoPageNamesParametersOrFlags: who reads a page has boxes and buttons.
func TestNoPageNamesParametersOrFlags(t *testing.T) {
	flag := regexp.MustCompile(`(?:^|[ (])--[a-z]|tham số|dòng lệnh|command line`)
	for _, lang := range []Language{Vietnamese, English} {
		for _, k := range keys(lang) {
			if !strings.Contains(k, "cli") && !slices.Contains(forPrograms, k) && flag.MatchString(catalogues[lang][k]) {
				t.Errorf("%s %s: %s", lang, k, catalogues[lang][k])
			}
		}
	}
}

func TestEveryKeyUsedIsInTheCatalogue(t *testing.T) {
	found := 0
	sources(t, func(path, content string) {
		isGo := strings.HasSuffix(path, ".go")
		for i, re := range keyUse {
			if isGo != (i < 2) {
				continue
			}
			for _, m := range re.FindAllStringSubmatch(content, -1) {
				found++
				if !Has(m[1]) && !strings.HasSuffix(m[1], ".") {
					t.Errorf("%s: no sentence for %q", path, m[1])
				}
			}
		}
	})
	if found == 0 {
		t.Fatal("found no key in any source: the patterns no longer match")
	}
}

// quoted finds string literals that may be a key, or a part of one that is
// put together.
var quoted = regexp.MustCompile("[\"'`]([a-z0-9_.]+)[\"'`]")

func TestEveryKeyInTheCatalogueIsUsed(t *testing.T) {
	said := map[string]bool{}
	sources(t, func(_, content string) {
		for _, m := range quoted.FindAllStringSubmatch(content, -1) {
			said[m[1]] = true
		}
	})
	// A key may stand whole, behind "noun.group_", or as head and tail, maybe
	// with something between.
	used := func(key string) bool {
		for i := range key {
			if key[i] != '.' && key[i] != '_' {
				continue
			}
			head := key[:i+1]
			if said[head] && (strings.Index(key, ".") < i || said[key[i+1:]]) || said[key[:i]] && said[key[i:]] {
				return true
			}
			for j := i + 1; said[head] && j < len(key); j++ {
				if key[j] == '_' && said[key[j:]] {
					return true
				}
			}
		}
		return said[key]
	}
	for _, k := range keys(Vietnamese) {
		if !used(k) {
			t.Errorf("%s: nobody says it", k)
		}
	}
}

func TestNumbersDatesAndDurationsReadAsPeopleSayThem(t *testing.T) {
	at := time.Date(2024, 5, 13, 17, 5, 0, 0, Zone)
	for _, c := range []struct{ got, want string }{
		{Vietnamese.Number(10598), "10.598"},
		{English.Number(10598), "10,598"},
		{Vietnamese.Number(-1234567), "-1.234.567"},
		{Vietnamese.Decimal(8.46, 1), "8,5"},
		{Vietnamese.Decimal(73.125, 2), "73,13"},
		{Vietnamese.Decimal(1.005, 2), "1,01"},
		{Vietnamese.Decimal(-0.125, 2), "-0,13"},
		{Vietnamese.Decimal(2.5, 0), "3"},
		{Vietnamese.Decimal(math.NaN(), 2), "NaN"},
		{Vietnamese.Duration(200 * time.Second), "3 phút 20 giây"},
		{Vietnamese.Duration(0), "0 giây"},
		{Vietnamese.DateTime(at), "17:05 13/5/2024"},
		{Vietnamese.Weekday(at), "thứ Hai"},
		{Vietnamese.Week(time.Date(2024, 5, 13, 0, 0, 0, 0, Zone), time.Date(2024, 5, 20, 0, 0, 0, 0, Zone)), "tuần 20 (13/5 – 19/5/2024)"},
		{Vietnamese.Week(time.Date(2020, 12, 28, 0, 0, 0, 0, Zone), time.Date(2021, 1, 4, 0, 0, 0, 0, Zone)), "tuần 53 (28/12/2020 – 3/1/2021)"},
		{Vietnamese.PaperDay(time.Date(2024, 5, 4, 18, 0, 0, 0, time.UTC)), "ngày 05 tháng 5 năm 2024"},
		{Vietnamese.PaperDay(time.Date(2024, 2, 10, 0, 0, 0, 0, Zone)), "ngày 10 tháng 02 năm 2024"},
		{Vietnamese.PaperDay(time.Date(2024, 12, 1, 0, 0, 0, 0, Zone)), "ngày 01 tháng 12 năm 2024"},
		{Vietnamese.Size(4_200_000), "4,2 MB"},
		{Vietnamese.Size(25_000_000), "25 MB"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// What never was has no date in any sentence.
func TestATimeThatNeverWasIsNoDate(t *testing.T) {
	for _, lang := range []Language{Vietnamese, English} {
		for what, said := range map[string]string{"a date": lang.Date(time.Time{}), "a date and time": lang.DateTime(time.Time{}),
			"a value": lang.Value(time.Time{})} {
			if said != "–" {
				t.Errorf("%s is %q", what, said)
			}
		}
	}
}

// A name that begins with what it is a name of does not make a sentence say that twice.
func TestAKindIsSaidOnceBeforeAName(t *testing.T) {
	for _, x := range []struct{ sentence, name, want string }{
		{"Tổng số tác phẩm vòng {round}: 8.", "Vòng huyện", "Tổng số tác phẩm vòng huyện: 8."},
		{"Vòng “{round}” đã bắt đầu.", "Vòng huyện", "“Vòng huyện” đã bắt đầu."},
		{"Vòng “{round}” đã bắt đầu.", "Sơ khảo", "Vòng “Sơ khảo” đã bắt đầu."},
		{"Từ vòng “{round}”, vào vòng “{round}”", "VÒNG 1", "Từ “VÒNG 1”, vào “VÒNG 1”"},
		{"Đã mở hội thi {round}.", "Hội thi phát thanh", "Đã mở hội thi phát thanh."},
		{"Phụ trách đài {round}", "Đài truyền thanh Bản Lầu", "Phụ trách đài truyền thanh Bản Lầu"},
		{"Phụ trách đài {round}", "Đàitruyền", "Phụ trách đài Đàitruyền"},
		{"Phụ trách đài {round}", "Đài", "Phụ trách đài Đài"},
		{"Đã xoá {round}", "Vòng {round}", "Đã xoá Vòng {round}"},
	} {
		catalogues[Vietnamese]["once"] = x.sentence
		if got := Vietnamese.Say("once", "round", x.name); got != x.want {
			t.Errorf("%q of %q: got %q, want %q", x.sentence, x.name, got, x.want)
		}
	}
	delete(catalogues[Vietnamese], "once")
}

func TestAFaultRepeatsLittleOfWhatSomebodyWrote(t *testing.T) {
	for _, l := range []Language{Vietnamese, English} {
		said := l.Fault(fault.New(fault.NotFound, "stations.no_district", "code", strings.Repeat("ộ", 3000)))
		if n := strings.Count(said, "ộ"); n < maxEcho || n > maxEcho+10 || !strings.Contains(said, "…”") {
			t.Errorf("%d letters: %s", n, said)
		}
		if whole := l.Fault(fault.New(fault.NotFound, "stations.no_district", "code", "0999")); !strings.Contains(whole, "“0999”") {
			t.Error(whole)
		}
	}
}
