package paper

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/text"
	"loa/stations"
)

func registry() *stations.Registry {
	units, list := stations.Founding()
	return stations.NewRegistry(units, list)
}

// leaves lists the paths of all plain values of a type in its JSON, items of
// lists as "*" and plain values of a list by the list.
func leaves(t reflect.Type, path string, out *[]string) {
	switch {
	case t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[ranking.Points]():
		*out = append(*out, path)
	case t.Kind() == reflect.Pointer:
		leaves(t.Elem(), path, out)
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		leaves(t.Elem(), path+".*", out)
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			leaves(t.Field(i).Type, strings.TrimPrefix(path+"."+name, "."), out)
		}
	default:
		*out = append(*out, path)
	}
}

func TestEveryValueOfTheRulesHasAName(t *testing.T) {
	var all []string
	leaves(reflect.TypeFor[contest.Rules](), "", &all)
	if len(all) < 60 {
		t.Fatalf("only %d values found", len(all))
	}
	for _, path := range all {
		if strings.HasSuffix(path, ".id") {
			continue
		}
		key, ok := ruleNames[path]
		if !ok || key != "" && !text.Has(key) {
			t.Errorf("%s is called %q, %v", path, key, ok)
		}
		for place, item, _ := strings.Cut(path, ".*"); item != ""; {
			if ruleNames[place] == "" || !slices.Contains(lists, place[strings.LastIndexByte(place, '.')+1:]) {
				t.Errorf("the items of %s have no name", place)
			}
			var next string
			next, item, _ = strings.Cut(item, ".*")
			place += ".*" + next
		}
	}
}

func TestAChangeOfTheRulesIsSaidInWords(t *testing.T) {
	before := contest.Sample()
	before.Dates = contest.Timetable{OpensAt: time.Date(2026, 11, 1, 1, 0, 0, 0, time.UTC), ClosesAt: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
	before.Quotas = []contest.Quota{{Per: "station", Max: 2}}
	before.Categories[0].MinSeconds = 300
	after := before
	after.Dates.ClosesAt = after.Dates.ClosesAt.AddDate(0, 0, 5)
	after.Quotas = []contest.Quota{{Per: "district", Max: 3}}
	after.Categories = slices.Clone(before.Categories)
	after.Categories[0].MinSeconds, after.Categories[0].MaxSeconds = 330, 900
	after.Categories = append(after.Categories, contest.Category{ID: "tieng-mong", Name: "Tiếng Mông", MinSeconds: 60})
	after.Rounds = slices.Clone(before.Rounds)
	after.Rounds[0].Gap = 12500
	after.Rounds[0].Method = ranking.Median
	after.Rounds[0].Parts = slices.Clone(after.Rounds[0].Parts)
	after.Rounds[0].Parts[0].Criteria = after.Rounds[0].Parts[0].Criteria[1:]
	after.Who.Districts = []string{"080"}
	after.Awards = slices.Clone(before.Awards)
	after.Awards[0].Prizes = slices.Clone(after.Awards[0].Prizes)
	after.Awards[0].Prizes[0].Amount = 12_000_000
	lines, err := contest.Compare(before, after)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(ChangeOf(text.Vietnamese, &after, lines, registry()), "\n")
	for _, want := range []string{
		"Hạn nộp: 17:00 20/11/2026 → 17:00 25/11/2026",
		"Hạn mức số tác phẩm 1 › Tính theo: mỗi đài → mỗi huyện",
		"Hạn mức số tác phẩm 1 › Nhiều nhất: 2 → 3",
		"Thể loại “" + before.Categories[0].Name + "” › Ngắn nhất: 5 phút → 5 phút 30 giây",
		"Dài nhất: 10 phút → 15 phút",
		"Thêm Thể loại “Tiếng Mông”",
		"› Chênh quá bao nhiêu điểm thì hội ý: ",
		" → 12,5",
		"Cách tính điểm chung: Trung bình → Trung vị",
		"Bỏ Vòng “" + before.Rounds[0].Name + "” › Phần chấm “" + before.Rounds[0].Parts[0].Name + "” › Tiêu chí “" +
			before.Rounds[0].Parts[0].Criteria[0].Name + "”",
		"Chỉ một số huyện: – → Lào Cai",
		"Tiền thưởng (đồng): – → 12.000.000",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("nowhere: %s", want)
		}
	}
	if t.Failed() || strings.Contains(got, "min_seconds") || strings.Contains(got, "e+07") {
		t.Log(got)
	}
}

func TestTheTermsSayWhatTheRulesSay(t *testing.T) {
	r := contest.Sample()
	r.Title, r.Host = "Hội thi phát thanh cơ sở", "Sở Văn hoá"
	r.Dates = contest.Timetable{OpensAt: time.Date(2026, 11, 1, 1, 0, 0, 0, time.UTC), ClosesAt: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC),
		GraceMinutes: 90}
	r.Who = contest.Eligibility{Kinds: []contest.EntrantKind{contest.ByStation}, Districts: []string{"080"}, Stations: []string{"S00001"}}
	r.Quotas = []contest.Quota{{Per: "station", Theme: r.Themes[0].ID, Max: 2}}
	c := &r.Categories[0]
	c.MinSeconds, c.MaxSeconds = 300, 900
	c.Sections = []contest.Section{{ID: "loi", Name: "Lời dẫn", MinSeconds: 30}}
	c.Needs = []contest.Need{{Piece: contest.Translation, When: contest.NotVietnamese}}
	c.Languages = []string{"vi", "hmn"}
	c.Aired = &contest.AiredRule{From: r.Dates.OpensAt, Until: r.Dates.ClosesAt, Declared: true}
	r.Conflicts.OwnDistrict = true
	o := &r.Rounds[0]
	o.Gap, o.Repeats, o.PerEntry, o.Method = 12500, 3, 5, ranking.Trimmed
	o.TieBreaks = []contest.TieBreak{{By: ranking.ByCriterion, Part: o.Parts[0].ID, Criterion: o.Parts[0].Criteria[0].ID}, {By: ranking.ByChair}}
	o.Promotion = contest.Promotion{By: contest.Picked, N: 2, Per: "district"}
	for _, lang := range []text.Language{text.Vietnamese, text.English} {
		var b strings.Builder
		for _, s := range TermsOf(lang, r, registry()).Sections {
			b.WriteString(s.Title + "\n")
			for _, x := range s.Blocks {
				b.WriteString(x.Title + "\n" + strings.Join(x.Lines, "\n") + "\n" + strings.Join(x.Head, "|") + "\n")
				for _, row := range x.Rows {
					if len(row) != len(x.Head) {
						t.Errorf("%s: %d cells under %d heads", x.Title, len(row), len(x.Head))
					}
					b.WriteString(strings.Join(row, "|") + "\n")
				}
			}
		}
		got := b.String()
		if strings.Contains(got, "contest.") || strings.Contains(got, "terms.") || strings.Contains(got, "{") {
			t.Errorf("%s: a sentence is missing:\n%s", lang, got)
		}
		if lang != text.Vietnamese {
			continue
		}
		for _, want := range []string{
			"Đài truyền thanh xã.", "Chỉ các huyện: Lào Cai.", "Chỉ các đài: ", "Nhiều nhất 2 tác phẩm mỗi đài, chủ đề “" + r.Themes[0].Name + "”.",
			"Dài từ 5 phút đến 15 phút, tính cả nhạc hiệu.", "Lời dẫn: ít nhất 30 giây.", "Bản dịch tiếng Việt: Bắt buộc nếu không phải tiếng Việt.",
			"Ngôn ngữ: tiếng Việt, tiếng Mông.", "Đã phát trên đài dự thi, từ 08:00 1/11/2026", "Nhận tác phẩm từ 08:00 1/11/2026 đến 17:00 20/11/2026",
			"chờ thêm 1 giờ 30 phút", "Mỗi tác phẩm do 5 giám khảo chấm", "cùng huyện với mình", "Bỏ một điểm cao nhất", "lệch nhau quá 12,5 điểm",
			"xét lần lượt: Điểm tiêu chí “" + o.Parts[0].Criteria[0].Name + "” → Trưởng ban quyết định.", "nhiều nhất 2 tác phẩm mỗi huyện",
			o.Parts[0].Criteria[0].Name, "Đây vẫn là bản mẫu",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("nowhere: %s\n%s", want, got)
			}
		}
		if strings.Contains(got, "nghe lại") {
			t.Error("hidden repeats are told")
		}
	}
}
