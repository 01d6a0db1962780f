package accounts

import (
	"os"
	"slices"
	"strings"
	"testing"

	"loa/internal/fault"
)

func TestAGrantReachesItsScopeAndNoFurther(t *testing.T) {
	si := Where{District: "084", Station: "S00012"}
	other := Where{District: "085", Station: "S00077"}
	grant := func(r Role, l Level, id string) Actor {
		return Actor{Person: "p", Via: "session", Grants: []Grant{{r, Scope{l, id}}}}
	}
	for _, c := range []struct {
		name   string
		who    Actor
		action Action
		on     Where
		want   bool
	}{
		{"operator reports at her station", grant(Operator, Station, "S00012"), ReportAiring, si, true},
		{"operator reports elsewhere", grant(Operator, Station, "S00012"), ReportAiring, other, false},
		{"operator reports for the province", grant(Operator, Station, "S00012"), ReportAiring, Where{}, false},
		{"operator reads the shared schedule", grant(Operator, Station, "S00012"), ReadSchedule, Where{}, true},
		{"operator edits the schedule", grant(Operator, Station, "S00012"), EditSchedule, si, false},
		{"district monitor in her district", grant(Monitor, District, "084"), ReadCoverage, si, true},
		{"district monitor next door", grant(Monitor, District, "084"), ReadCoverage, other, false},
		{"district monitor over the province", grant(Monitor, District, "084"), ReadCoverage, Where{}, false},
		{"province monitor anywhere", grant(Monitor, Province, ""), ReadCoverage, other, true},
		{"editor manages people", grant(Editor, Province, ""), ManagePeople, Where{}, false},
		{"judge reads coverage", grant(Judge, Contest, "c1"), ReadCoverage, Where{Contest: "c1"}, false},
		{"judge judges another contest", grant(Judge, Contest, "c1"), JudgeEntries, Where{Contest: "c2"}, false},
		{"admin reads a contest's sheets as judge", grant(Admin, Province, ""), JudgeEntries, Where{Contest: "c1"}, false},
		{"nobody", Actor{}, ReadStations, Where{}, false},
	} {
		if got := c.who.Can(c.action, c.on); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if err := (Actor{}).Must(ReadStations, Where{}); fault.Of(err).Kind != fault.Unauthenticated {
		t.Errorf("a stranger is asked to log in, got %v", err)
	}
	if err := grant(Judge, Contest, "c1").Must(ReadStations, Where{}); fault.Of(err).Kind != fault.Denied {
		t.Errorf("a judge is told no, got %v", err)
	}
}

func TestGrantsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, g := range []Grant{
		{Operator, Scope{Level: Province}}, {Operator, Scope{Level: Station}}, {Admin, Scope{District, "084"}},
		{Monitor, Scope{Province, "084"}}, {"king", Scope{Level: Province}},
	} {
		if g.Check() == nil {
			t.Errorf("%+v passed", g)
		}
	}
	if err := (Grant{Monitor, Scope{District, "084"}}).Check(); err != nil {
		t.Error(err)
	}
}

// What two grants allow together is what each allows: no role takes from or
// adds to another.
func TestGrantsAddUp(t *testing.T) {
	var grants []Grant
	for role, levels := range grantable {
		for _, l := range levels {
			id := map[Level]string{District: "084", Station: "S00012", Contest: "C1"}[l]
			grants = append(grants, Grant{role, Scope{l, id}}, Grant{role, Scope{l, map[bool]string{true: id + "x"}[id != ""]}})
		}
	}
	places := []Where{{}, {District: "084"}, {District: "084", Station: "S00012"}, {District: "085", Station: "S00077"}, {Contest: "C1"}, {Contest: "C2"}}
	for _, one := range grants {
		for _, other := range grants {
			a, b, both := Actor{Grants: []Grant{one}}, Actor{Grants: []Grant{other}}, Actor{Grants: []Grant{one, other}}
			for _, row := range actionWords {
				for _, on := range places {
					if both.Can(row.action, on) != (a.Can(row.action, on) || b.Can(row.action, on)) {
						t.Errorf("%v and %v: %s at %+v", one, other, row.action, on)
					}
				}
				if both.Wide(row.action) != (a.Wide(row.action) || b.Wide(row.action)) {
					t.Errorf("%v and %v: how wide is %s", one, other, row.action)
				}
			}
			for _, id := range both.Runs() {
				if !slices.Contains(a.Runs(), id) && !slices.Contains(b.Runs(), id) {
					t.Errorf("%v and %v: runs %s", one, other, id)
				}
			}
		}
	}
}

// actionWords are the actions as the guide calls them, in its order.
var actionWords = []struct {
	action Action
	words  string
}{
	{ReportAiring, "báo, sửa, rút lượt phát, gắn minh chứng"},
	{ReadAirings, "xem nhật ký"},
	{VerifyAiring, "kiểm chứng lượt phát"},
	{ReadCoverage, "xem độ phủ"},
	{ExcuseStation, "miễn tuần cho đài"},
	{CallStation, "gọi đài, ghi cuộc gọi"},
	{CloseWeek, "chốt tuần, mở lại tuần"},
	{IssuePapers, "lấy số văn bản"},
	{ReadPlan, "xem kế hoạch năm"},
	{EnterPlan, "nhập số kế hoạch năm"},
	{EditPlan, "sửa chỉ tiêu kế hoạch năm"},
	{ReadSchedule, "xem chương trình, lịch phát"},
	{EditSchedule, "soạn chương trình, đặt lịch phát"},
	{Approve, "duyệt số phát thanh"},
	{UploadAudio, "gửi âm thanh vào thư viện"},
	{SendSamples, "gửi bản thu mẫu"},
	{ReadStations, "xem danh sách đài"},
	{EditStations, "sửa danh sách đài"},
	{InviteStation, "mời và hỗ trợ người phụ trách đài"},
	{InvitePeople, "tạo lời mời"},
	{ManagePeople, "quản lý mọi tài khoản"},
	{EditSettings, "đặt quy định"},
	{RunServer, "việc của máy chủ, sao lưu"},
	{Organise, "tổ chức hội thi"},
	{RunQuiz, "tổ chức cuộc thi tìm hiểu"},
	{EnterContest, "gửi bài dự thi"},
	{JudgeEntries, "chấm thi"},
}

// The administrator's guide says of each role what it may do, as Can decides.
func TestTheGuideSaysWhatEachRoleMayDo(t *testing.T) {
	order := []Role{Admin, Editor, Monitor, Operator, Organiser, Judge}
	said := map[Action]bool{}
	table := "| việc | Quản trị | Biên tập | Giám sát | Phụ trách đài | Ban tổ chức | Giám khảo |\n|---|---|---|---|---|---|---|\n"
	for _, row := range actionWords {
		said[row.action] = true
		table += "| " + row.words
		for _, role := range order {
			table += " | " + map[bool]string{true: "có"}[slices.Contains(may[role], row.action)]
		}
		table += " |\n"
	}
	for role, actions := range may {
		if grantable[role] == nil {
			continue // nobody can be given it
		}
		if !slices.Contains(order, role) {
			t.Errorf("the guide's table has no column for %s", role)
		}
		for _, a := range actions {
			if !said[a] {
				t.Errorf("the guide's table has no row for %s", a)
			}
		}
	}
	guide, err := os.ReadFile("../doc/huong-dan/quan-tri.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(guide), table) {
		t.Errorf("doc/huong-dan/quan-tri.md should hold this table:\n%s", table)
	}
}
