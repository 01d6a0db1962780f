package audio

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"loa/internal/fault"
)

// sniffBytes is how much of a file's start is looked at to say what it is.
const sniffBytes = 4096

// magic is how a format shows itself at an offset of the file.
type magic struct {
	at     int
	bytes  string
	format Format
	not    string // code of the sentence when it is no sound
}

var magics = []magic{
	{0, "fLaC", FLAC, ""},
	{0, "OggS", OGG, ""},
	{0, "\x1aE\xdf\xa3", WebM, ""},
	{0, "#!AMR", AMR, ""},
	{0, "caff", CAF, ""},
	{4, "ftypheic", "", "audio.is_picture"}, // what iPhones take
	{4, "ftypmif1", "", "audio.is_picture"},
	{4, "ftyp3g", ThGP, ""},
	{4, "ftyp", M4A, ""},
	{0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", WMA, ""},
	{0, "PK\x03\x04", "", "audio.is_zip"},
	{0, "PK\x05\x06", "", "audio.is_zip"},
	{0, "Rar!", "", "audio.is_zip"},
	{0, "7z\xbc\xaf\x27\x1c", "", "audio.is_zip"},
	{0, "\x1f\x8b", "", "audio.is_zip"},
	{0, "%PDF", "", "audio.is_document"},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", "audio.is_document"},
	{0, "{\\rtf", "", "audio.is_document"},
	{0, "\xff\xd8\xff", "", "audio.is_picture"},
	{0, "\x89PNG", "", "audio.is_picture"},
	{0, "GIF8", "", "audio.is_picture"},
	{0, "MThd", "", "audio.is_midi"},
	{0, "MZ", "", "audio.is_program"},
	{0, "\x7fELF", "", "audio.is_program"},
	{8, "WEBP", "", "audio.is_picture"},
	{8, "AVI ", "", "audio.is_video"},
	{0, "FLV", "", "audio.is_video"},
	{0, "\x00\x00\x01\xba", "", "audio.is_video"}, // MPEG program stream
}

// Sniff says what a file is by its first bytes (4 KiB are enough), never by
// its name. MP3 has no sure mark and may stand behind garbage, so MP3 is the
// answer when nothing else shows; the frame walker decides. A file that is known not to be sound gives
// an Unsupported fault whose sentence says what it is.
func Sniff(head []byte) (Format, error) {
	if len(head) == 0 {
		return "", fault.New(fault.Unsupported, "audio.is_empty")
	}
	for _, m := range magics {
		if len(head) > m.at && bytes.HasPrefix(head[m.at:], []byte(m.bytes)) {
			if m.not != "" {
				return "", &fault.Error{Kind: fault.Unsupported, Code: m.not}
			}
			return m.format, nil
		}
	}
	if f, ok := sniffChunks(head); ok {
		return f, nil
	}
	switch {
	case twoFrames(head, adtsSize):
		return AAC, nil
	case twoFrames(head, layer2Size):
		return MP2, nil
	}
	return MP3, sniffText(head)
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

// twoFrames reports whether two frames follow each other at the start of b.
// size is the length of the frame that begins at b in bytes, 0 if none does.
func twoFrames(b []byte, size func(b []byte) int) bool {
	n := size(b)
	return n > 0 && len(b) > n && size(b[n:]) > 0
}

// adtsSize is the size of an AAC frame.
func adtsSize(b []byte) int {
	if len(b) < 7 || binary.BigEndian.Uint16(b)&0xfff6 != 0xfff0 {
		return 0
	}
	if n := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5; n >= 7 {
		return n
	}
	return 0
}

// layer2Size is the size of a frame of MPEG-1 Layer II (ISO/IEC 11172-3,
// 2.4.2.3), the one that broadcasters use.
func layer2Size(b []byte) int {
	kbps := [...]int{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0}
	rates := [...]int{44100, 48000, 32000, 0}
	if len(b) < 4 || binary.BigEndian.Uint16(b)&0xfffe != 0xfffc {
		return 0
	}
	rate := rates[b[2]>>2&3]
	if rate == 0 || kbps[b[2]>>4] == 0 {
		return 0
	}
	return 144000*kbps[b[2]>>4]/rate + int(b[2]>>1&1)
}

// sniffText refuses web pages and other text.
func sniffText(head []byte) error {
	if bytes.HasPrefix(head, []byte("ID3")) {
		return nil
	}
	text := bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	if len(text) > utf8.UTFMax { // the last rune may be cut
		text = text[:len(text)-utf8.UTFMax]
	}
	start := bytes.ToLower(bytes.TrimSpace(text[:min(len(text), 256)]))
	for _, tag := range []string{"<!doctype", "<html", "<head", "<?xml", "<script", "<body"} {
		if bytes.HasPrefix(start, []byte(tag)) {
			return fault.New(fault.Unsupported, "audio.is_web_page")
		}
	}
	if utf8.Valid(text) && bytes.IndexFunc(text, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t'
	}) < 0 {
		return fault.New(fault.Unsupported, "audio.is_text")
	}
	return nil
}
