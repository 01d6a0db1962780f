package audio

import (
	"bytes"
	"encoding/binary"

	"loa/audio/container"
	"loa/audio/mpeg"
	"loa/internal/fault"
)

const (
	// sniffBytes is how much of a file's start is looked at to say what it is.
	sniffBytes = 4096
	// huntBytes is how much is searched for the first frame of a stream without a
	// head, which may stand behind garbage.
	huntBytes = 64 << 10
)

// mark is how a kind of file shows itself at an offset.
type mark struct {
	at    int
	bytes string
}

// formats are the marks of what is read.
var formats = []struct {
	format Format
	marks  []mark
}{
	{FLAC, []mark{{0, "fLaC"}}},
	{OGG, []mark{{0, "OggS"}}},
	{WebM, []mark{{0, "\x1aE\xdf\xa3"}}},
	{AMR, []mark{{0, "#!AMR"}}},
	{CAF, []mark{{0, "caff"}}},
	{WMA, []mark{{0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"}}},
	{ThGP, []mark{{4, "ftyp3g"}}},
	{M4A, []mark{{4, "ftyp"}, {4, "moov"}, {4, "mdat"}, {4, "wide"}, {4, "skip"}, {4, "free"}, {4, "pnot"}}}, // without ftyp: old QuickTime
}

// others are the marks of what is not read, by the code of the sentence that
// says what it is. kind, where there is one, is what the sentence names.
var others = []struct {
	code, kind string
	marks      []mark
}{
	{"audio.is_picture", "", []mark{
		{4, "ftyphei"}, {4, "ftyphev"}, {4, "ftypmif1"}, {4, "ftypmsf1"}, // HEIC: what iPhones take
		{4, "ftypavif"}, {4, "ftypavis"}, {4, "ftypjp2"}, {4, "ftypjxl"}, {4, "ftypcrx"},
		{0, "\xff\xd8\xff"}, {0, "\x89PNG"}, {0, "GIF8"}, {8, "WEBP"}, {0, "II*\x00"}, {0, "MM\x00*"}, {0, "8BPS"},
	}},
	{"audio.is_locked", "", []mark{{4, "ftypaax"}, {4, "ftypM4P"}}},
	{"audio.is_other", "AU", []mark{{0, ".snd"}}},
	{"audio.is_other", "Monkey's Audio (APE)", []mark{{0, "MAC "}}},
	{"audio.is_other", "WavPack", []mark{{0, "wvpk"}}},
	{"audio.is_other", "TTA", []mark{{0, "TTA1"}}},
	{"audio.is_other", "TAK", []mark{{0, "tBaK"}}},
	{"audio.is_other", "OptimFROG", []mark{{0, "OFR "}}},
	{"audio.is_other", "Shorten", []mark{{0, "ajkg"}}},
	{"audio.is_other", "Musepack", []mark{{0, "MPCK"}, {0, "MP+"}}},
	{"audio.is_other", "AAC (ADIF)", []mark{{0, "ADIF"}}},
	{"audio.is_other", "DSD", []mark{{0, "DSD "}, {0, "FRM8"}}},
	{"audio.is_other", "RealAudio", []mark{{0, ".ra\xfd"}, {0, ".RMF"}}},
	{"audio.is_other", "SILK", []mark{{0, "#!SILK"}, {1, "#!SILK"}}}, // voice messages
	{"audio.is_other", "VOC", []mark{{0, "Creative Voice File"}}},
	{"audio.is_other", "Wave64", []mark{{0, "riff\x2e\x91\xcf\x11"}}},
	{"audio.is_other", "RIFX", []mark{{0, "RIFX"}}},
	{"audio.is_other", "AC-3", []mark{{0, "\x0bw"}}},
	{"audio.is_other", "DTS", []mark{{0, "\x7f\xfe\x80\x01"}}},
	{"audio.is_midi", "", []mark{{0, "MThd"}, {8, "RMID"}, {0, "Extended Module: "}, {0, "IMPM"}, {44, "SCRM"}, {1080, "M.K."}}},
	{"audio.is_disc_index", "", []mark{{8, "CDDA"}}},
	{"audio.is_project", "Audacity", []mark{{68, "AUDY"}}}, // the application's mark in a database of SQLite
	{"audio.is_project", "FL Studio", []mark{{0, "FLhd"}}},
	{"audio.is_project", "Adobe Audition", []mark{{0, "COOLNESS"}}},
	{"audio.is_shortcut", "", []mark{{0, "L\x00\x00\x00\x01\x14\x02\x00"}}},
	{"audio.is_mac_companion", "", []mark{{0, "\x00\x05\x16\x07"}, {0, "\x00\x05\x16\x00"}, {0, "\x00\x00\x00\x01Bud1"}}},
	{"audio.is_data", "SQLite", []mark{{0, "SQLite format 3\x00"}}},
	{"audio.is_zip", "", []mark{
		{0, "Rar!"}, {0, "7z\xbc\xaf\x27\x1c"}, {0, "BZh"}, {0, "\xfd7zXZ\x00"}, {0, "\x28\xb5\x2f\xfd"}, {0, "MSCF"}, {257, "ustar"},
		{0, "PK\x05\x06"}, {0, "PK\x07\x08"},
	}},
	{"audio.is_document", "", []mark{{0, "%PDF"}, {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}, {0, "{\\rtf"}}},
	{"audio.is_program", "", []mark{{0, "MZ"}, {0, "\x7fELF"}, {0, "\xcf\xfa\xed\xfe"}, {0, "\xca\xfe\xba\xbe"}}},
	{"audio.is_video", "", []mark{{8, "AVI "}, {0, "FLV"}, {0, "FWS"}, {0, "CWS"}, {0, "\x00\x00\x01\xba"}, {0, "\x00\x00\x01\xb3"}}},
}

func (m mark) in(head []byte) bool {
	return len(head) > m.at && bytes.HasPrefix(head[m.at:], []byte(m.bytes))
}

// isNot is the fault of a file that is no sound, or none that is read.
func isNot(code, kind string) error {
	if kind == "" {
		return &fault.Error{Kind: fault.Unsupported, Code: code}
	}
	return &fault.Error{Kind: fault.Unsupported, Code: code, Args: map[string]any{"kind": kind}}
}

// Sniff says what a file is by its first bytes (4 KiB are enough; tags in front
// are to be taken off), never by its name. What has no sure mark, such as an MP3
// behind garbage, is called MP3: hunt and the frame walker decide. A file that
// is known not to be sound gives an Unsupported fault whose sentence says what
// it is.
func Sniff(head []byte) (Format, error) {
	if len(head) == 0 {
		return "", fault.New(fault.Unsupported, "audio.is_empty")
	}
	for _, o := range others {
		for _, m := range o.marks {
			if m.in(head) {
				return "", isNot(o.code, o.kind)
			}
		}
	}
	for _, f := range formats {
		for _, m := range f.marks {
			if m.in(head) && (m.at == 0 || plausibleBox(head)) {
				return f.format, nil
			}
		}
	}
	if f, ok := sniffChunks(head); ok {
		return f, nil
	}
	if f, at := hunt(head); f != "" && at == 0 {
		return f, nil
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "", isNot(sniffZIP(head), "")
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return "", sniffGzip(head)
	case bitmap(head):
		return "", isNot("audio.is_picture", "")
	case transportStream(head):
		return "", isNot("audio.is_video", "")
	}
	return MP3, sniffText(head)
}

// plausibleBox reports whether a box of a length that can be stands at the start.
func plausibleBox(head []byte) bool {
	n := binary.BigEndian.Uint32(head)
	return n >= 8 || n <= 1
}

// sniffChunks knows the families of files made of named chunks.
func sniffChunks(head []byte) (Format, bool) {
	if len(head) < 12 {
		return "", false
	}
	switch id, kind := string(head[:4]), string(head[8:12]); {
	case kind == "WAVE" && (id == "RIFF" || id == "RF64" || id == "BW64"):
		return WAV, true
	case id == "FORM" && (kind == "AIFF" || kind == "AIFC"):
		return AIFF, true
	}
	return "", false
}

// bitmap reports whether a Windows picture begins at head: two letters alone say
// too little.
func bitmap(head []byte) bool {
	return len(head) >= 18 && string(head[:2]) == "BM" && binary.LittleEndian.Uint32(head[6:]) == 0 && binary.LittleEndian.Uint32(head[14:]) <= 124
}

// transportStream knows what television recorders write, with and without a
// clock in front of each packet.
func transportStream(head []byte) bool {
	for _, form := range [][2]int{{0, 188}, {4, 192}} {
		n := 0
		for at := form[0]; at < len(head) && head[at] == 0x47; at += form[1] {
			n++
		}
		if n >= 4 {
			return true
		}
	}
	return false
}

// chained is how many frames must follow each other to be called a stream.
const chained = 3

// streams are the kinds of sound that are nothing but frames, and the length in
// bytes of the frame that begins at b, 0 if none does.
var streams = []struct {
	format Format
	size   func(b []byte) int
}{
	{MP3, func(b []byte) int { h, _ := mpeg.ParseHeader(b); return h.Size }},
	{AAC, container.ADTSSize},
	{MP2, container.LayerSize},
}

// hunt finds the first stream of frames in b and where it begins; "" when there
// is none.
func hunt(b []byte) (Format, int) {
	for i, c := range b {
		if c != 0xff {
			continue
		}
		for _, s := range streams {
			if chain(b[i:], s.size) {
				return s.format, i
			}
		}
	}
	return "", 0
}

// chain reports whether frames of one kind follow each other at b, as many as
// are looked for, or two at least to its very end.
func chain(b []byte, size func(b []byte) int) bool {
	for n := 0; n < chained; n++ {
		step := size(b)
		if step == 0 || step > len(b) {
			return n >= 2 && len(b) == 0
		}
		b = b[step:]
	}
	return true
}

// contentTypes are the media types of what Loa plays, by what a file is.
var contentTypes = map[Format]string{
	MP3: "audio/mpeg", WAV: "audio/wav", FLAC: "audio/flac", M4A: "audio/mp4", ThGP: "audio/3gpp", AMR: "audio/amr",
	AAC: "audio/aac", OGG: "audio/ogg", WebM: "audio/webm", WMA: "audio/x-ms-wma", AIFF: "audio/aiff",
	CAF: "audio/x-caf", MP2: "audio/mp2",
}

// ContentType is the media type of the format.
func (f Format) ContentType() string { return contentTypes[f] }
