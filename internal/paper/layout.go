package paper

// The figures of the layout: Annex I, Part I of Decree 30/2020/NĐ-CP. web/kit/paper.css
// has them for print, and a test holds it against this table.
const (
	// Margins of an upright page and, under Turned…, of one that lies across; mm.
	Top, Bottom, Left, Right                         = 20, 20, 30, 15
	TurnedTop, TurnedBottom, TurnedLeft, TurnedRight = 20, 15, 20, 15

	// Sizes of letters; points.
	BodySize      = 13   // body, numbers of pages, number and date
	HeadSize      = 12   // bodies that issue, the state's name
	MottoSize     = 13   // the motto
	TitleSize     = 14   // the kind of paper
	AboutSize     = 13   // what it is about
	TableSize     = 11.5 // cells
	DenseSize     = 9    // cells of a table with many columns
	ReceiversSize = 11   // those who receive it; their heading is 12
	CheckSize     = 8    // the line at the foot of pages

	// Indent is how far the first line of a paragraph stands in; mm.
	Indent = 10
	// Apart is the least space between paragraphs; points.
	Apart = 6
	// Lines is the height of a line as a share of a single one.
	Lines = 1.25
	// SignRoom is the room for a signature; mm.
	SignRoom = 25

	// Font is the face, or one with its metrics.
	Font = "Times New Roman"
	// State and Motto stand at the head of every paper, in its own letters.
	State = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
	Motto = "Độc lập - Tự do - Hạnh phúc"
)
