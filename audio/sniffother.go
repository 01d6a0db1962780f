package audio

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// sniffZIP tells an office document or a book from an archive, by the names that
// stand near its start.
func sniffZIP(head []byte) string {
	for _, inside := range []string{"[Content_Types].xml", "word/", "mimetypeapplication/"} {
		if bytes.Contains(head, []byte(inside)) {
			return "audio.is_document"
		}
	}
	return "audio.is_zip"
}

// sniffGzip looks into what is packed: some editors pack their projects.
func sniffGzip(head []byte) error {
	if z, err := gzip.NewReader(bytes.NewReader(head)); err == nil {
		inside := make([]byte, 1024)
		n, _ := io.ReadFull(z, inside) // the head is cut: what came before the error counts
		if p := project(string(inside[:n])); p != "" {
			return isNot("audio.is_project", p)
		}
	}
	return isNot("audio.is_zip", "")
}

// projects are the programs whose projects are XML, by what their root says.
var projects = []struct{ inside, program string }{
	{"http://audacity.sourceforge.net/xml", "Audacity"},
	{"<sesx", "Adobe Audition"},
	{"<ableton", "Ableton Live"},
	{"<lmms-project", "LMMS"},
	{"<session version=", "Ardour"},
	{"<xmeml", "Premiere"},
	{"<premieredata", "Premiere"},
	{"<fcpxml", "Final Cut"},
	{"<mlt", "Kdenlive"},
	{"<reaper_project", "REAPER"},
}

// project names the program of whose projects text is the start, "" for others.
func project(text string) string {
	text = strings.ToLower(text)
	for _, p := range projects {
		if strings.Contains(text, p.inside) {
			return p.program
		}
	}
	return ""
}

// sniffText refuses text, and says which of the many things that are text it is.
func sniffText(head []byte) error {
	s, ok := asText(head)
	low := strings.ToLower(strings.TrimSpace(s))
	if !ok {
		if webPage.MatchString(low) { // whatever follows it
			return isNot("audio.is_web_page", "")
		}
		return nil
	}
	begins := func(any ...string) bool {
		for _, p := range any {
			if strings.HasPrefix(low, p) {
				return true
			}
		}
		return false
	}
	switch {
	case project(low) != "":
		return isNot("audio.is_project", project(low))
	case begins("#extm3u", "[playlist]", "<asx", "<?wpl", "<smil", "<winampxml") || strings.Contains(low, "<playlist") || songList.MatchString(low):
		return isNot("audio.is_playlist", "")
	case begins("[internetshortcut]", "[desktop entry]", "[{000214a0") || begins("<?xml", "<!doctype plist", "bplist") &&
		strings.Contains(low, "<key>url</key>"):
		return isNot("audio.is_shortcut", "")
	case begins("cd_da") || discIndex.MatchString(low):
		return isNot("audio.is_disc_index", "")
	case torrent.MatchString(low):
		return isNot("audio.is_torrent", "")
	case begins("<?xml") && strings.Contains(low, "<svg") || begins("<svg"):
		return isNot("audio.is_picture", "")
	case webPage.MatchString(low):
		return isNot("audio.is_web_page", "")
	case begins("<?xml"):
		return isNot("audio.is_data", "XML")
	case begins("{", "[") && jsonStart(low):
		return isNot("audio.is_data", "JSON")
	}
	return isNot("audio.is_text", "")
}

var (
	// webPage is HTML that begins with any of its elements.
	webPage = regexp.MustCompile(`^(<\?xml[^>]*>\s*)?(<!--(?s:.*?)-->\s*)*<(!doctype html|html|head|body|script|meta|title|style|div|p|h1|center|table|iframe|form)\b`)
	// songList is a list of files of sound, or of addresses, one a line.
	songList = regexp.MustCompile(`^(#[^\n]*\n|\s*\n)*([^\n<>{}]*\.(mp3|wav|m4a|wma|flac|ogg|aac)|https?://[^\s<>]+)\s*\n([^\n<>{}]*\.(mp3|wav|m4a|wma|flac|ogg|aac)|https?://[^\s<>]+|#[^\n]*|\s*)(\n|$)`)
	// discIndex is what names the pieces of a disc.
	discIndex = regexp.MustCompile(`(^|\n)\s*file\s+"?[^\n]+"?\s+(wave|mp3|binary|aiff|motorola)\s*\r?\n(?s:.*)track\s+\d+\s+`)
	// torrent is the dictionary that a file of BitTorrent is.
	torrent = regexp.MustCompile(`^d\d{1,2}:(announce|created by|creation date|comment|encoding|info|nodes|azureus_properties|url-list)`)
)

// jsonStart reports whether JSON begins here; its end may be missing.
func jsonStart(s string) bool {
	d := json.NewDecoder(strings.NewReader(s))
	for n := 0; ; n++ {
		if _, err := d.Token(); err == io.EOF || err == io.ErrUnexpectedEOF {
			return n > 1
		} else if err != nil {
			return false
		}
		if n > 8 {
			return true
		}
	}
}

// asText gives the text that a file begins with, and whether it is all text, in
// whatever coding: UTF-8, UTF-16 with its mark or without, or an old one of one
// byte a letter, whose letters nobody asks for.
func asText(head []byte) (string, bool) {
	le, be := bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff"))
	wide := len(head) &^ 1
	if !le && !be && wide >= 8 {
		var zeros [2]int
		for i, c := range head[:wide] {
			if c == 0 {
				zeros[i&1]++
			}
		}
		le, be = zeros[0] == 0 && zeros[1] > wide/4, zeros[1] == 0 && zeros[0] > wide/4
	}
	text := string(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	if le || be {
		units := make([]uint16, 0, wide/2)
		for i := 0; i < wide; i += 2 {
			u := binary.BigEndian.Uint16(head[i:])
			if le {
				u = binary.LittleEndian.Uint16(head[i:])
			}
			units = append(units, u)
		}
		text = strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
		if strings.Count(text, "\ufffd") > 1 { // the last may be cut
			return "", false
		}
	} else if !utf8.ValidString(text[:max(0, len(text)-utf8.UTFMax)]) && len(text) < 64 {
		return "", false // too little to tell an old coding from anything
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\n\r\t\f\x1a", r) }); i >= 0 {
		return text[:i], false
	}
	return text, true
}
