package stations

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/sheet"
	"loa/internal/text"
)

const today Date = "2024-05-13"

// filled is the founding registry with something in every field of some stations.
func filled(t *testing.T) *Registry {
	t.Helper()
	r := founding()
	s, err := DecideSave(r, by("a"), SaveStation{ID: "S00001", Fields: whole()})
	if err != nil {
		t.Fatal(err)
	}
	f := whole()
	f.Notes, f.FM.Licence = "=1+1", "-5"
	f.Contacts = []Contact{{"+A", "", "+84912345678"}, {"B", "", ""}}
	u, err := DecideSave(r, by("b"), SaveStation{ID: "S00100", Fields: f})
	if err != nil {
		t.Fatal(err)
	}
	return r.with(nil, []Station{s, u})
}

func readImport(t *testing.T, file string) Import {
	t.Helper()
	rows, err := ReadImport([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return Import{Rows: rows, On: today}
}

func TestWhatIsExportedAndImportedAgainChangesNothing(t *testing.T) {
	r := filled(t)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"csv": func(b *bytes.Buffer) error { return sheet.CSV(b, r.Table(text.Vietnamese, by("").At, r.Stations())) },
		"xlsx": func(b *bytes.Buffer) error {
			return sheet.XLSX(b, "Đài", r.Table(text.Vietnamese, by("").At, r.Stations()))
		},
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		plan := r.PlanImport(by("").At, readImport(t, b.String()))
		if plan.Rows != 127 || len(plan.Changes) != 0 || len(plan.Bad) != 0 {
			t.Errorf("%s: %d rows, changes %+v, bad %v", name, plan.Rows, plan.Changes, plan.Bad)
		}
		// The same table fills an empty registry completely.
		empty := founding()
		_, list, plan, err := DecideImport(empty, by("a"), readImport(t, b.String()))
		if err != nil || len(list) != 2 {
			t.Fatalf("%s: %d changed, %v", name, len(list), err)
		}
		if again := empty.with(nil, list).PlanImport(by("").At, readImport(t, b.String())); len(again.Changes) != 0 {
			t.Errorf("%s: a second import still changes %+v", name, again.Changes)
		}
		if len(plan.Changes[0].Differences) < 10 {
			t.Errorf("%s: only %+v", name, plan.Changes[0].Differences)
		}
	}
}

func TestADryRunListsEveryChangeFieldByField(t *testing.T) {
	r := filled(t)
	plan := r.PlanImport(by("").At, readImport(t,
		"Mã xã;Tên xã;TẦN SỐ (MHZ);Ngôn ngữ;Số cụm hoạt động\n2659;Xã Thống Nhất;58,5 MHz;Việt, Dao;7\n02662;Đồng Tuyển;;Mông;\n"))
	if len(plan.Bad) != 0 {
		t.Fatal(plan.Bad)
	}
	got := fmt.Sprintf("%+v", plan.Changes)
	want := "[{Line:2 Station:S00001 New:false Label:Thống Nhất Differences:[{Column:frequency_mhz Old:57.5 New:58.5}] Later:<nil> Kept:false}" +
		" {Line:3 Station:S00002 New:false Label:Đồng Tuyển Differences:[{Column:languages Old: New:tiếng Mông}] Later:<nil> Kept:false}]"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRowsAreMatchedByAnySpellingOfTheName(t *testing.T) {
	r := founding()
	plan := r.PlanImport(by("").At, readImport(t, strings.Join([]string{
		"Tên xã,Huyện,Ghi chú",
		"Vạn Hòa,,x", "Nàn Sín,Huyện Si Ma Cai,x", "XÃ NẬM CHẢY,,x", "Nậm Chày,Văn Bàn,x", "Thanh Bình,Thị xã Sa Pa,x", "Thị trấn Nông trường Phong Hải,,x",
	}, "\n")))
	var got []string
	for _, c := range plan.Changes {
		got = append(got, c.Station+" "+c.Label)
	}
	want := []string{"S00003 Vạn Hoà", "S00051 Nàn Xín", "S00033 Nậm Chảy (Mường Khương)", "S00112 Nậm Chầy (Văn Bàn)",
		"S00101 Thanh Bình (Sa Pa)", "S00128 N.T Phong Hải"}
	if len(plan.Bad) != 0 || !slices.Equal(got, want) {
		t.Errorf("got %v, bad %v", got, plan.Bad)
	}
	if !plan.Changes[5].New {
		t.Error("the township's station is not marked as new")
	}
}

func TestOneBadRowAndNothingIsWritten(t *testing.T) {
	r := founding()
	c := readImport(t, strings.Join([]string{
		"Mã đài,Mã xã,Tên xã,Huyện,Tần số (MHz),Công nghệ,Giờ phát,Hoạt động",
		",02659,,,,IP,6h,", // good
		",99999,,,,,,",
		",,Thanh Bình,,,,,",
		",,Nam Chay,,,,,",
		"S00002,02665,,,,,,",
		"S00900,,,,,,,",
		",02674,Tả Phời,,,,,",
		",02674,,Bát Xát,,,,",
		",02677,,,abc,radio,25h,hôm qua",
		",02680,,,99,FM,,",
		",02659,,,,,,",
		",,,,57,,,",
	}, "\n"))
	_, list, plan, err := DecideImport(r, by("a"), c)
	if !fault.Is(err, "stations.import_refused") || list != nil {
		t.Fatalf("%d written, %v", len(list), err)
	}
	var got []string
	for _, e := range fault.Of(err).Parts {
		got = append(got, fmt.Sprint(e.Line, " ", e.Code, " ", e.Field))
	}
	want := []string{
		"3 stations.unit_unknown code", "4 stations.name_ambiguous name", "5 stations.name_unknown name",
		"6 stations.code_differs code", "7 stations.unknown id", "8 stations.name_differs name", "9 stations.district_differs district",
		"10 stations.technology_unknown technologies", "10 stations.number_unreadable frequency_mhz", "10 stations.hours_unreadable hours",
		"10 stations.active_unreadable active", "11 stations.frequency_range frequency_mhz", "12 stations.row_twice ", "13 stations.row_nameless name",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(plan.Changes) != 1 {
		t.Errorf("the dry run shows %+v", plan.Changes)
	}
}

func TestOnlyThePlanAPersonSawIsApplied(t *testing.T) {
	r := founding()
	c := readImport(t, "Mã xã,Ghi chú\n02659,mới")
	c.Seen = r.PlanImport(by("").At, c).Fingerprint
	if _, list, _, err := DecideImport(r, by("a"), c); err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	other, err := DecideSave(r, by("b"), SaveStation{ID: "S00001", Fields: whole()})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := DecideImport(r.with(nil, []Station{other}), by("c"), c); !fault.Is(err, "stations.plan_changed") {
		t.Errorf("after somebody else's change: %v", err)
	}
}

func TestAFileThatIsNoRegistryIsRefused(t *testing.T) {
	for in, code := range map[string]string{
		"":                     "sheet.empty",
		"Tần sóng\n57":         "stations.heading_unknown",
		"Ghi chú\nx":           "stations.no_key_column",
		"Mã xã,Code\n1,2":      "stations.heading_twice",
		"Mã xã,,Ghi chú\n1,,x": "",
	} {
		_, err := ReadImport([]byte(in))
		if e := fault.Of(err); code == "" && err != nil || code != "" && (e == nil || e.Code != code) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestWhatExcelDoesToCellsIsUndone(t *testing.T) {
	r := founding()
	plan := r.PlanImport(by("").At, readImport(t,
		"Code,Licence valid until,Airing hours,Technologies,Frequency (MHz),Contacts\n2659,31.12.2026,0.25,FM,57.500,Páo||912345678\n"))
	if len(plan.Bad) != 0 {
		t.Fatal(plan.Bad)
	}
	got := fmt.Sprint(plan.Changes[0].Differences)
	if want := "[{technologies  FM} {frequency_mhz  57.5} {licence_until  31/12/2026} {hours  06:00} {contacts  Páo |  | 0912345678}]"; got != want {
		t.Errorf("got %s", got)
	}
}

// TestABareSerialNumberIsADayWhereTheWorkbookSaysFromWhen writes what is left of
// a date whose format was lost: in a workbook either date system is known, in CSV
// nothing is.
func TestABareSerialNumberIsADayWhereTheWorkbookSaysFromWhen(t *testing.T) {
	r := founding()
	for _, date1904 := range []bool{false, true} {
		f := excelize.NewFile()
		if err := errors.Join(f.SetSheetRow("Sheet1", "A1", &[]any{"Mã xã", "Công nghệ", "Giấy phép đến ngày"}),
			f.SetSheetRow("Sheet1", "A2", &[]any{2659, "FM", 45425}),
			f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &date1904})); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := errors.Join(f.Write(&b), f.Close()); err != nil {
			t.Fatal(err)
		}
		plan := r.PlanImport(by("").At, readImport(t, b.String()))
		want := map[bool]string{false: "13/5/2024", true: "14/5/2028"}[date1904]
		if len(plan.Bad) != 0 || plan.Changes[0].Differences[1].New != want {
			t.Errorf("1904 %v: %+v %v", date1904, plan.Changes, plan.Bad)
		}
	}
	if plan := r.PlanImport(by("").At, readImport(t, "Mã xã,Giấy phép đến ngày\n2659,45425\n")); len(plan.Bad) != 1 ||
		plan.Bad[0].Code != "stations.date_serial" {
		t.Errorf("in CSV: %+v", plan)
	}
}

func TestATextThatASpreadsheetMadeADateOfIsRefused(t *testing.T) {
	f := excelize.NewFile()
	style, err := f.NewStyle(&excelize.Style{NumFmt: 17}) // mmm-yy, as Excel does to 3/2024
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.SetSheetRow("Sheet1", "A1", &[]any{"Mã xã", "Số giấy phép"}), f.SetSheetRow("Sheet1", "A2", &[]any{2659, 45352}),
		f.SetCellStyle("Sheet1", "B2", "B2", style)); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := errors.Join(f.Write(&b), f.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadImport(b.Bytes()); !fault.Is(err, "stations.cell_is_date") || fault.Of(err).Line != 2 || fault.Of(err).Field != "licence" {
		t.Errorf("%v", err)
	}
}

// TestASpreadsheetInAnyCountryGivesTheRegistryBackUnchanged opens what is
// exported in LibreOffice, set to three countries that write days and decimals
// in three ways, saves it in either format, and imports that.
func TestASpreadsheetInAnyCountryGivesTheRegistryBackUnchanged(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("no soffice: LibreOffice is not installed")
	}
	r := filled(t)
	hard := whole()
	hard.FM = Transmitter{54.125, 5.6, "3/2024", "2026-06-05"} // days that can be swapped, a point that can group thousands
	hard.Hours, hard.Notes = []Hours{{1020, 1020}}, "1-5"
	s, err := DecideSave(r, by("c"), SaveStation{ID: "S00002", Fields: hard})
	if err != nil {
		t.Fatal(err)
	}
	r = r.with(nil, []Station{s})
	if s, _, _, err = DecideActivityAnew(r, by("d"), s.ID, FoundingDay, []Interval{{From: "2024-02-03"}}); err != nil {
		t.Fatal(err)
	}
	r = r.with(nil, []Station{s})
	for _, locale := range []string{"vi-VN", "en-US", "de-DE"} {
		t.Run(locale, func(t *testing.T) {
			dir := t.TempDir()
			profile := filepath.Join(dir, "profile")
			settings := `<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">` +
				`<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>` + locale +
				`</value></prop></item></oor:items>`
			if err := errors.Join(os.MkdirAll(filepath.Join(profile, "user"), 0o700),
				os.WriteFile(filepath.Join(profile, "user", "registrymodifications.xcu"), []byte(settings), 0o600)); err != nil {
				t.Fatal(err)
			}
			save := func(name string, write func(io.Writer) error) string {
				t.Helper()
				var b bytes.Buffer
				file := filepath.Join(dir, name)
				if err := errors.Join(write(&b), os.WriteFile(file, b.Bytes(), 0o600)); err != nil {
					t.Fatal(err)
				}
				return file
			}
			// convert opens files as somebody does by a double click and saves them in another format.
			convert := func(to, folder string, files ...string) {
				t.Helper()
				args := []string{"-env:UserInstallation=file://" + profile, "--headless", "--infilter=CSV:44,34,76,1,,0,false,true", "--convert-to", to,
					"--outdir", filepath.Join(dir, folder)}
				if out, err := exec.CommandContext(t.Context(), office, append(args, files...)...).CombinedOutput(); err != nil {
					t.Fatalf("soffice: %v\n%s", err, out)
				}
			}
			fromCSV := save("csv.csv", func(w io.Writer) error { return sheet.CSV(w, r.Table(text.Vietnamese, by("").At, r.Stations())) })
			fromXLSX := save("xlsx.xlsx", func(w io.Writer) error {
				return sheet.XLSX(w, "Đài", r.Table(text.Vietnamese, by("").At, r.Stations()))
			})
			convert("xlsx:Calc MS Excel 2007 XML", "as-xlsx", fromCSV, fromXLSX)
			convert("csv:Text - txt - csv (StarCalc):44,34,76", "as-csv", fromCSV, fromXLSX)
			for _, back := range []string{"as-xlsx/csv.xlsx", "as-xlsx/xlsx.xlsx", "as-csv/csv.csv", "as-csv/xlsx.csv"} {
				b, err := os.ReadFile(filepath.Join(dir, back))
				if err != nil {
					t.Fatal(err)
				}
				c := readImport(t, string(b))
				plan := r.PlanImport(by("").At, c)
				if plan.Rows != 127 || len(plan.Changes) != 0 || len(plan.Bad) != 0 {
					t.Errorf("%s: %d rows, changes %+v, bad %v", back, plan.Rows, plan.Changes, plan.Bad)
				}
				if at := c.Rows[0].Made; !at.Equal(by("").At) {
					t.Errorf("%s was made at %v", back, at)
				}
			}
		})
	}
}

func FuzzImport(f *testing.F) {
	r := founding()
	f.Add("Mã xã,Tên xã,Công nghệ\n02659,Thống Nhất,FM")
	f.Add("id;code;hours;contacts;active\nS00001;02659;5h-6h, 17h;A|b|0912;1/1/2024 – 2/2/2024; 3/3/2024")
	f.Add("name;district;licence_until;frequency_mhz\nThanh Bình;Sa Pa;46387;57,5")
	f.Fuzz(func(t *testing.T, in string) {
		rows, err := ReadImport([]byte(in))
		if err != nil {
			return
		}
		_, list, plan, err := DecideImport(r, by("a"), Import{Rows: rows, On: today})
		if err != nil {
			return
		}
		after := r.with(nil, list)
		if again := after.PlanImport(by("").At, Import{Rows: rows, On: today}); len(again.Bad) != 0 || len(again.Changes) != 0 {
			t.Fatalf("%q applied %+v, and then again %+v, %v", in, plan.Changes, again.Changes, again.Bad)
		}
		var b bytes.Buffer
		if err := sheet.CSV(&b, after.Table(text.Vietnamese, by("").At, after.Stations())); err != nil {
			t.Fatal(err)
		}
		back, err := ReadImport(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if plan := after.PlanImport(by("").At, Import{Rows: back, On: today}); len(plan.Bad) != 0 || len(plan.Changes) != 0 {
			t.Fatalf("%q: exported and imported again: %+v %v", in, plan.Changes, plan.Bad)
		}
	})
}

// A list that was downloaded before somebody changed a station takes that change back
// only where a person says so.
func TestAnOlderListTakesNothingBackInSilence(t *testing.T) {
	made := by("").At
	r := filled(t)
	var b bytes.Buffer
	if err := sheet.XLSX(&b, "Đài", r.Table(text.Vietnamese, made, r.Stations())); err != nil {
		t.Fatal(err)
	}
	c := readImport(t, b.String())
	for i := range c.Rows { // what she changed herself, at a station nobody else touched
		if c.Rows[i].Cells["id"] == "S00050" {
			c.Rows[i].Cells["notes"] = "loa mới"
		}
	}
	later := by("later")
	later.At, later.By.Name = made.Add(2*time.Minute), "Trần Văn Minh"
	f := r.byID["S00041"].Fields
	f.Languages = []string{"vi", "hmn"}
	s, err := DecideSave(r, later, SaveStation{ID: "S00041", Fields: f})
	if err != nil {
		t.Fatal(err)
	}
	r = r.with(nil, []Station{s})
	m := by("import")
	m.At = made.Add(5 * time.Minute)

	_, list, plan, err := DecideImport(r, m, c)
	e := fault.Of(err)
	if !fault.Is(err, "stations.list_older") || len(list) != 0 || len(e.Parts) != 1 || e.Args["seen"] != plan.Fingerprint || plan.Fingerprint == "" {
		t.Fatalf("nobody has read it: %v, %d written", err, len(list))
	}
	if said := text.Vietnamese.Fault(e.Parts[0]); !strings.Contains(said, "Trần Văn Minh") || !strings.Contains(said, "10:02 13/5/2024") {
		t.Error(said)
	}
	written := func(seen string, over ...string) (ids []string) {
		c.Seen, c.Over = seen, over
		_, list, plan, err := DecideImport(r, m, c)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			ids = append(ids, s.ID)
		}
		if plan.Written() != len(list) {
			t.Errorf("the plan says %d, %d are written", plan.Written(), len(list))
		}
		return ids
	}
	if ids := written(plan.Fingerprint); !slices.Equal(ids, []string{"S00050"}) {
		t.Errorf("read, and nothing chosen: %v", ids)
	}
	both := []string{"S00041", "S00050"}
	for _, over := range []string{"S00041", "all"} {
		if ids := written(plan.Fingerprint, over); !slices.Equal(ids, both) {
			t.Errorf("over %s: %v", over, ids)
		}
	}
	if ids := written(once.AsItIs); !slices.Equal(ids, both) {
		t.Errorf("a program that is not asked: %v", ids)
	}
	c.Seen, c.Over = plan.Fingerprint, []string{"S00050"}
	if _, _, _, err := DecideImport(r, m, c); !fault.Is(err, "stations.over_unknown") {
		t.Errorf("a station nobody changed: %v", err)
	}
	c.Seen, c.Over = "", nil
	for i := range c.Rows {
		c.Rows[i].Made = time.Time{} // a file without the column
	}
	if ids := written(""); !slices.Equal(ids, both) {
		t.Errorf("a list that does not say when it was made: %v", ids)
	}
	c.Rows[3].Made = m.At.Add(time.Second)
	if _, _, _, err := DecideImport(r, m, c); !strings.Contains(text.Vietnamese.Fault(fault.Of(err).Parts[0]), "muộn hơn giờ của máy chủ") {
		t.Errorf("a list of tomorrow: %v", err)
	}
}

// When a list was made is read however a spreadsheet writes it, and rows that were
// added by hand are of the same list.
func TestWhenAListWasMadeIsReadAsSpreadsheetsWriteIt(t *testing.T) {
	for in, want := range map[string]string{
		"2024-05-13 10:00:07": "03:00:07", "10:00:07 13/5/2024": "03:00:07", "13/5/2024 10:00": "03:00:00", "13/05/2024": "17:00:00", "2024-05-13": "17:00:00",
	} {
		c := readImport(t, "Mã xã,Danh sách tải lúc\n02659,"+in+"\n02770,\n")
		if at := c.Rows[0].Made; at.Format(time.TimeOnly) != want || !c.Rows[1].Made.Equal(at) {
			t.Errorf("%s is %v and %v", in, at, c.Rows[1].Made)
		}
	}
	if _, err := ReadImport([]byte("Mã xã,Danh sách tải lúc\n02659,hôm qua\n")); !fault.Is(err, "stations.made_unreadable") || fault.Of(err).Line != 2 {
		t.Error(err)
	}
}

// A power of "1.000" could be a thousand watts, as a Vietnamese writes, or one: it is
// asked about with both readings, and either is taken as it then stands.
func TestAPowerThatCouldBeMeantInTwoWaysIsAskedAbout(t *testing.T) {
	r := founding()
	for in, want := range map[string]string{
		"1.000": "“1.000” có thể hiểu là 1000 hoặc 1.", "1.000 W": "có thể hiểu là 1000 hoặc 1.", "25.500": "có thể hiểu là 25500 hoặc 25,5.",
		"1000": "từ 0 đến 30 W", "1.000.000": "từ 0 đến 30 W", "1": "", "25,5 W": "", "0.500": "", "1.0": "", "25,500": "",
	} {
		plan := r.PlanImport(by("").At, readImport(t, "Mã xã,Công nghệ,Công suất (W)\n02659,FM,\""+in+"\"\n"))
		said := ""
		if len(plan.Bad) > 0 {
			said = text.Vietnamese.Fault(plan.Bad[0])
		}
		if want == "" && said != "" || !strings.Contains(said, want) {
			t.Errorf("%s: %s, want %s", in, said, want)
		}
	}
}

// TestADifferenceIsWrittenInTheReadersWay: days, names of languages and of technologies in the language of who looks.
func TestADifferenceIsWrittenInTheReadersWay(t *testing.T) {
	r := filled(t)
	plan := r.PlanImport(by("").At, readImport(t, "Mã xã;Hạn giấy phép;Ngôn ngữ;Hoạt động;Giờ phát\n2659;1/7/2026;Mông;1/1/2024 – 31/10/2024;17:00-18:00\n"))
	if len(plan.Bad) != 0 || len(plan.Changes) != 1 {
		t.Fatalf("%+v", plan)
	}
	said := ""
	for _, d := range plan.Changes[0].Differences {
		if d.In(text.Vietnamese) != d {
			t.Errorf("%+v is %+v in Vietnamese", d, d.In(text.Vietnamese))
		}
		said += d.In(text.English).New + "\n"
	}
	for _, want := range []string{"1 Jul 2026", "1 Jan 2024 – 31 Oct 2024", text.English.Say("language.hmn")} {
		if !strings.Contains(said, want) || strings.Contains(said, "tiếng") || strings.Contains(said, "1/7/2026") {
			t.Errorf("in English: %q", said)
		}
	}
}
