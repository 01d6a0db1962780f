package kit_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/fstest"

	"loa/accounts"
	"loa/internal/paper"
	"loa/web/kit"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

type guideRow struct {
	Name, District, State, Word string
	N                           int
}

type guidePage struct {
	kit.Page
	Form    kit.Form
	Tabs    []kit.Tab
	Map     kit.HexMap
	Legend  []kit.LegendItem
	Ring    kit.Ring
	Line    kit.Sparkline
	Bars    kit.BarChart
	Rows    []guideRow
	Options []kit.Option
	Paper   paper.Paper
}

func guide(r *kit.Request) guidePage {
	p := guidePage{Page: r.Page("kit.product"), Form: kit.NewForm("title", "Nông thôn mới", "why", "b")}
	p.Form.Errors = map[string]string{"at": "Giờ phát ở tương lai. Hãy sửa lại giờ."}
	p.Tabs = []kit.Tab{{Path: "#", Text: "Tuần này", Current: true}, {Path: "#a", Text: "Tuần trước"}, {Path: "#b", Text: "Các tháng"},
		{Path: "#c", Text: "Cả năm"}}
	states := []string{kit.StateOK, kit.StateOK, kit.StateOK, kit.StateWarn, kit.StateBad, kit.StateNone}
	words := []string{"Đã phát", "Đã phát", "Đã phát", "Phát muộn", "Không phát được", "Chưa báo"}
	var tiles []kit.Tile
	for i := range 127 {
		tiles = append(tiles, kit.Tile{Col: i % 13, Row: i / 13, Title: "Nậm Chảy, Mường Khương: " + words[i%6], Path: "#", State: states[i%6]})
	}
	p.Map = kit.NewHexMap("Bản đồ", tiles)
	for i := 2; i < 6; i++ {
		p.Legend = append(p.Legend, kit.LegendItem{State: states[i], Text: words[i]})
	}
	parts := []kit.Part{{State: kit.StateOK, Value: 117, Title: "Đã phát: 117"}, {State: kit.StateBad, Value: 4, Title: "Không phát được: 4"}}
	p.Ring = kit.NewRing("117 trên 127 đài", "92,1%", "117/127 đài", parts, 127)
	p.Line = kit.NewSparkline("12 tuần", []float64{80, 84, 90, 88, 70, 85, 92, 95, 93, 97, 90, 92}, 100)
	for i, d := range []string{"Bát Xát", "Mường Khương", "Si Ma Cai", "Thành phố Lào Cai"} {
		p.Bars = kit.NewBarChart("Theo huyện", nil)
		p.Rows = append(p.Rows, guideRow{"Thanh Bình", d, states[i+2], words[i+2], 3 + i*410})
	}
	p.Bars = kit.NewBarChart("Theo huyện", []kit.Bar{
		{Label: "Bát Xát", Note: "19/21", Path: "#", Whole: 21, Parts: []kit.Part{{State: kit.StateOK, Value: 19}, {State: kit.StateBad, Value: 1}}},
		{Label: "Mường Khương", Note: "12/15", Path: "#", Whole: 15, Parts: []kit.Part{{State: kit.StateOK, Value: 12}, {State: kit.StateWarn, Value: 2}}}})
	p.Options = []kit.Option{{Value: "a", Text: "Mất điện"}, {Value: "b", Text: "Hỏng thiết bị", Hint: "Ghi rõ bộ phận nào hỏng"},
		{Value: "c", Text: "Thời tiết"}}
	districts := paper.Table{Columns: []paper.Column{{Name: "STT", Width: 6, Middle: true}, {Name: "Huyện", Width: 40, Places: paper.Words},
		{Name: "Đã phát", Width: 20}}}
	for i, row := range p.Rows {
		districts.Rows = append(districts.Rows, []any{i + 1, row.District, row.N})
	}
	p.Paper = paper.Paper{Lang: r.Lang, Office: paper.Office{Parent: "UBND tỉnh Lào Cai", Agency: "Văn phòng điều phối NTM", Place: "Lào Cai",
		Symbol: "VPĐP", Number: 20},
		Mark: "BC", Date: r.Now,
		Title: "BÁO CÁO", About: []string{"Tình hình phát thanh nông thôn mới tuần 20"},
		Body:      []paper.Block{paper.Say("Trong tuần 20, 117 trên 127 đài truyền thanh cơ sở đã phát chương trình nông thôn mới."), districts},
		Receivers: []string{"Nguyễn Văn A", "Trần Thị B"}, Signers: []paper.Signer{{Office: "NGƯỜI LẬP BIỂU", Name: "Nguyễn Văn A"},
			{Office: "CHÁNH VĂN PHÒNG", Name: "Trần Thị B"}}}
	return p
}

// guideHandler serves every part of the look on two pages.
func guideHandler(t *testing.T) http.Handler {
	t.Helper()
	files := os.DirFS("testdata/guide")
	h, _, err := newKit(t, fstest.MapFS{}, func(k *kit.Kit, _ *kit.Folder) {
		f := k.Folder("guide", files)
		all, printed := kit.NewView[guidePage](f, "guide.html"), kit.NewView[guidePage](f, "paper.html")
		k.Menu(kit.MenuItem{Path: "/guide", Key: "kit.menu", Icon: "today", Access: kit.SignedIn},
			kit.MenuItem{Path: "/1", Key: "kit.search", Icon: "calendar", Access: kit.SignedIn},
			kit.MenuItem{Path: "/2", Key: "kit.pages", Icon: "library", Access: kit.SignedIn},
			kit.MenuItem{Path: "/3", Key: "kit.log_in", Icon: "coverage", Access: kit.SignedIn},
			kit.MenuItem{Path: "/4", Key: "kit.previous", Icon: "contest", Access: kit.SignedIn},
			kit.MenuItem{Path: "/5", Key: "kit.next", Icon: "people", Access: accounts.ManagePeople})
		k.Handle(
			kit.Route{Pattern: "GET /guide", Access: kit.SignedIn,
				Handler: func(w http.ResponseWriter, r *kit.Request) error { return all.Render(w, r, guide(r)) }},
			kit.Route{Pattern: "GET /paper", Access: kit.SignedIn,
				Handler: func(w http.ResponseWriter, r *kit.Request) error { return printed.Render(w, r, guide(r)) }},
			kit.Route{Pattern: "GET /in/{who}", Access: kit.Public, Handler: func(w http.ResponseWriter, r *kit.Request) error {
				r.LogIn(w, r.PathValue("who"))
				return r.Redirect(w, r.Next("/guide"), "kit.product")
			}},
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestTheLookHoldsOnPhoneAndDesk(t *testing.T) {
	s := httptest.NewServer(guideHandler(t))
	defer s.Close()
	p := webtest.NewBrowser(t).Person()
	for _, dark := range []bool{false, true} {
		name := map[bool]string{false: "light", true: "dark"}[dark]
		p.Dark(dark)
		for _, width := range []int64{360, 1280} {
			p.Size(width)
			p.Open(s.URL + "/in/admin")
			p.Wait("h1")
			p.Shot("guide-"+name, width)
		}
	}
	p.Open(s.URL + "/paper")
	p.Shot("paper", 1280)
	p.Open(s.URL + "/nowhere")
	p.Shot("error", 360)
}
