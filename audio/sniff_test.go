package audio

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"loa/audio/audiotest"
	"loa/internal/fault"
	"loa/internal/text"
)

// zipped is a ZIP archive of small files with these names.
func zipped(t *testing.T, names ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		w, err := z.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, "nội dung")
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s)) // a buffer takes everything
	_ = z.Close()
	return b.String()
}

// utf16of is s as Windows' Notepad writes "Unicode".
func utf16of(order binary.ByteOrder, s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		b = append(b, 0, 0)
		order.PutUint16(b[len(b)-2:], u)
	}
	return string(b)
}

func TestSniffKnowsWhatPeopleSendByMistake(t *testing.T) {
	odt := "PK\x03\x04\x14\x00\x00\x08\x00\x00" + strings.Repeat("\x00", 20) + "mimetypeapplication/vnd.oasis.opendocument.textPK"
	cue := "PERFORMER \"Xã\"\r\nFILE \"ban tin.wav\" WAVE\r\n  TRACK 01 AUDIO\r\n    INDEX 01 00:00:00\r\n"
	url := "[InternetShortcut]\r\nURL=https://vi.du/ban-tin.mp3\r\n"
	for head, want := range map[string]struct{ code, says string }{
		"":                       {"audio.is_empty", ""},
		"PK\x03\x04aaaa":         {"audio.is_zip", ""},
		"Rar!\x1a\x07\x01\x00":   {"audio.is_zip", ""},
		"7z\xbc\xaf\x27\x1c":     {"audio.is_zip", ""},
		zipped(t, "ban-tin.mp3"): {"audio.is_zip", ""},
		zipped(t, "[Content_Types].xml", "word/document.xml"):  {"audio.is_document", ""},
		zipped(t, "[Content_Types].xml", "ppt/slides/one.xml"): {"audio.is_document", ""},
		odt:                                {"audio.is_document", ""},
		"%PDF-1.7":                         {"audio.is_document", ""},
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": {"audio.is_document", ""},
		"<!DOCTYPE html><p>":               {"audio.is_web_page", ""},
		"\xef\xbb\xbf\r\n<!-- cổng wifi -->\n<html>":                                        {"audio.is_web_page", ""},
		"<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\">":                             {"audio.is_web_page", ""},
		"<META http-equiv=refresh content=0>":                                               {"audio.is_web_page", ""},
		"\xff\xd8\xff\xe0JFIF":                                                              {"audio.is_picture", ""},
		"\x00\x00\x00\x24ftypheic":                                                          {"audio.is_picture", ""},
		"\x00\x00\x00\x24ftyphevc":                                                          {"audio.is_picture", ""},
		"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00":                                          {"audio.is_picture", ""},
		"II*\x00\x08\x00\x00\x00":                                                           {"audio.is_picture", ""},
		"<svg xmlns=\"http://www.w3.org/2000/svg\">":                                        {"audio.is_picture", ""},
		"BM\x36\x00\x03\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00":                {"audio.is_picture", ""},
		"\x00\x00\x01\xba\x44\x00":                                                          {"audio.is_video", ""},
		strings.Repeat("G"+strings.Repeat("\xff", 187), 5):                                  {"audio.is_video", ""},
		"xin chào, đây là kịch bản":                                                         {"audio.is_text", ""},
		utf16of(binary.LittleEndian, "Kính thưa bà con, đây là kịch bản."):                  {"audio.is_text", ""},
		utf16of(binary.BigEndian, "Kính thưa bà con, đây là kịch bản."):                     {"audio.is_text", ""},
		utf16of(binary.LittleEndian, "Kinh thua ba con, day la kich ban.")[2:]:              {"audio.is_text", ""},
		strings.Repeat("K\xddnh th\xb0a b\xb5 con, \xae\xb5i truy\xd2n thanh x\xb7. ", 3):   {"audio.is_text", ""}, // TCVN3
		"<?xml version=\"1.0\"?>\n<project xmlns=\"http://audacity.sourceforge.net/xml/\">": {"audio.is_project", "Audacity"},
		"SQLite format 3\x00" + strings.Repeat("\x00", 52) + "AUDY":                         {"audio.is_project", "Audacity"},
		"SQLite format 3\x00" + strings.Repeat("\x00", 52) + "\x00\x00\x00\x00":             {"audio.is_data", "SQLite"},
		gzipped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Ableton MajorVersion=\"5\">"): {"audio.is_project", "Ableton"},
		gzipped("bản tin"):                                                                  {"audio.is_zip", ""},
		"<?xml version=\"1.0\"?>\n<!DOCTYPE sesx>\n<sesx version=\"1.9\">":                  {"audio.is_project", "Adobe Audition"},
		"FLhd\x06\x00\x00\x00":                                                              {"audio.is_project", "FL Studio"},
		"<REAPER_PROJECT 0.1 \"6.8\"\n":                                                     {"audio.is_project", "REAPER"},
		"#EXTM3U\r\n#EXTINF:1,x\r\na.mp3\r\n":                                               {"audio.is_playlist", ""},
		"D:\\Nhạc\\bài một.mp3\r\nD:\\Nhạc\\bài hai.mp3\r\n":                                {"audio.is_playlist", ""},
		"https://vi.du/a.mp3\nhttps://vi.du/b.mp3\n":                                        {"audio.is_playlist", ""},
		utf16of(binary.LittleEndian, "#EXTM3U\r\nbài.mp3\r\n"):                              {"audio.is_playlist", ""},
		"[playlist]\nFile1=a.mp3\n":                                                         {"audio.is_playlist", ""},
		"<?xml version=\"1.0\"?>\n<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">": {"audio.is_playlist", ""},
		"<?wpl version=\"1.0\"?>\n<smil>":                                                   {"audio.is_playlist", ""},
		"<asx version=\"3.0\">":                                                             {"audio.is_playlist", ""},
		"L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00":                                     {"audio.is_shortcut", ""},
		url:                            {"audio.is_shortcut", ""},
		"[Desktop Entry]\nType=Link\n": {"audio.is_shortcut", ""},
		"<?xml version=\"1.0\"?><plist><dict><key>URL</key><string>x</string>": {"audio.is_shortcut", ""},
		cue:                                    {"audio.is_disc_index", ""},
		"RIFF\x24\x00\x00\x00CDDAfmt \x18\x00": {"audio.is_disc_index", ""},
		"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        ":     {"audio.is_mac_companion", ""},
		"d8:announce35:udp://tracker.vi.du:80/announce":        {"audio.is_torrent", ""},
		"d10:created by4:test":                                 {"audio.is_torrent", ""},
		"{\"error\":\"not found\",\"code\":404}":               {"audio.is_data", "JSON"},
		"[{\"id\":1},{\"id\":2}]":                              {"audio.is_data", "JSON"},
		"<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code>": {"audio.is_data", "XML"},
		"MThd\x00\x00\x00\x06":                                 {"audio.is_midi", ""},
		"MZ\x90\x00":                                           {"audio.is_program", ""},
		".snd\x00\x00\x00\x18":                                 {"audio.is_other", "AU"},
		"MAC \x96\x0f":                                         {"audio.is_other", "Monkey"},
		"\x02#!SILK_V3":                                        {"audio.is_other", "SILK"},
		"wvpk\x00\x00":                                         {"audio.is_other", "WavPack"},
		"\x00\x00\x00\x20ftypM4P \x00\x00":                     {"audio.is_locked", ""},
	} {
		_, err := Sniff([]byte(head))
		if !fault.Is(err, want.code) || !strings.Contains(text.Vietnamese.Fault(err), want.says) || strings.Contains(text.Vietnamese.Fault(err), "{") {
			t.Errorf("%.60q: %v, want %s %s", head, err, want.code, want.says)
		}
	}
	for _, o := range others {
		if !text.Has(o.code) {
			t.Errorf("no sentence for %s", o.code)
		}
	}
}

// TestARefusalIsTrueWhereverSoundIsAskedFor: the pages that ask for sound differ,
// so that no sentence may send people to another place of its page.
func TestARefusalIsTrueWhereverSoundIsAskedFor(t *testing.T) {
	codes := []string{"audio.is_document", "audio.is_zip", "audio.is_text", "audio.is_web_page", "audio.not_audio", "audio.is_empty"}
	for _, o := range others {
		codes = append(codes, o.code)
	}
	for _, code := range codes {
		err := isNot(code, "XML")
		for lang, elsewhere := range map[text.Language][]string{text.Vietnamese: {"ở mục", "kịch bản"}, text.English: {"script", "section", "field"}} {
			said := lang.Fault(err)
			for _, word := range elsewhere {
				if strings.Contains(said, word) {
					t.Errorf("%s: %q is not true on a page without a %q", code, said, word)
				}
			}
		}
	}
}

// id3Of is an ID3v2 tag with a body of n bytes in which false frames begin.
func id3Of(n int) []byte {
	body := bytes.Repeat([]byte("\xff\xfb\x90\x64fLaC"), n/8)
	size := []byte{byte(len(body) >> 21 & 0x7f), byte(len(body) >> 14 & 0x7f), byte(len(body) >> 7 & 0x7f), byte(len(body) & 0x7f)}
	return append(append([]byte("ID3\x03\x00\x00"), size...), body...)
}

// TestWhatPlayersPlayIsTaken puts in front of sound what recorders, cards and
// taggers leave there.
func TestWhatPlayersPlayIsTaken(t *testing.T) {
	audiotest.Need(t, "ffmpeg", "lame", "twolame")
	pcm := sound(44100, 1, 4)
	wave := waveFile(44100, 1, pcm)
	kinds := map[string]struct {
		file   []byte
		format Format
	}{
		"MP3":          {lame(t, 44100, 1, pcm, "-b", "64"), MP3},
		"AAC":          {makeFile(t, wave, "aac", "-c:a", "aac"), AAC},
		"Layer II":     {twolame(t, wave, "-b", "96"), MP2},
		"MPEG-2 LII":   {twolame(t, waveFile(24000, 1, sound(24000, 1, 4)), "-b", "48"), MP2},
		"Layer I":      {layer1(420), MP2},
		"FLAC":         {makeFile(t, wave, "flac"), FLAC},
		"M4A":          {makeFile(t, wave, "m4a", "-c:a", "aac"), M4A},
		"Ogg":          {makeFile(t, wave, "ogg", "-c:a", "libvorbis"), OGG},
		"WAV":          {wave, WAV},
		"ADPCM in WAV": {makeFile(t, wave, "wav", "-c:a", "adpcm_ima_wav"), WAV},
	}
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bare, _ := decode(t, k.file, 1)
			fronts := map[string][]byte{"nothing": nil, "a tag": id3Of(80), "a cover of 300 KB": id3Of(300_000), "two tags": append(id3Of(80), id3Of(800)...)}
			if name == "MP3" || name == "Layer II" {
				fronts["a tag of 17 MB"] = id3Of(17 << 20)
			}
			if k.format == MP3 || k.format == AAC || k.format == MP2 {
				fronts["zeros"] = make([]byte, 5000)
				fronts["a cut frame"] = k.file[10:60]
				fronts["a tag and zeros"] = append(id3Of(800), make([]byte, 3000)...)
			}
			for front, b := range fronts {
				f, _ := decode(t, slices.Concat(b, k.file), 1)
				// of an MP3, thousands of bytes that are no sound are told, and taken
				if told := slices.ContainsFunc(f.Warnings, func(w Warning) bool { return w.Code == "audio.garbage_head" }); told {
					if k.format != MP3 || len(f.Warnings) > 1 || !strings.HasSuffix(front, "zeros") {
						t.Errorf("behind %s: %+v", front, f.Warnings)
					}
					f.Warnings = nil
				}
				if f.Format != k.format || f.Seconds < bare.Seconds-0.15 || f.Seconds > bare.Seconds+0.15 || f.Seconds < 3.5 ||
					f.Truncated || len(f.Warnings) > 0 {
					t.Errorf("behind %s: %s, %v s of %v, %+v", front, f.Format, f.Seconds, bare.Seconds, f.Warnings)
				}
			}
		})
	}
}

// layer1 makes frames of MPEG-1 Layer I of 32 kbit/s, mono: silence.
func layer1(n int) []byte {
	frame := make([]byte, 32000*12/44100*4)
	copy(frame, []byte{0xff, 0xff, 0x10, 0xc0})
	return bytes.Repeat(frame, n)
}

func TestAFormatFarBehindIsFound(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	for _, coding := range []string{"pcm_s16le", "adpcm_ms", "pcm_alaw"} {
		file := makeFile(t, waveFile(16000, 1, sound(16000, 1, 4)), "wav", "-c:a", coding)
		note := append([]byte("LIST\x00\x50\x00\x00"), make([]byte, 0x5000)...)
		late := slices.Concat(file[:12], note, file[12:])
		if f, _ := decode(t, late, 1); f.Format != WAV || f.Seconds < 3.8 || f.Seconds > 4.2 || f.Truncated {
			t.Errorf("%s: %+v", coding, f)
		}
	}
}

func TestQuickTimeWithoutItsMarkIsRead(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	mov := makeFile(t, waveFile(16000, 1, sound(16000, 1, 4)), "mov", "-c:a", "pcm_s16le")
	mark := binary.BigEndian.Uint32(mov)
	wide := append(binary.BigEndian.AppendUint32(nil, mark), "wide"...) // in its place, so that the index stays right
	wide = append(append(wide, make([]byte, mark-8)...), mov[mark:]...)
	if f, _ := decode(t, wide, 1); f.Format != M4A || f.Seconds < 3.9 || f.Seconds > 4.1 || f.Truncated {
		t.Errorf("%+v", f)
	}
}

func TestNothingIsCalledAnMP3ThatIsNone(t *testing.T) {
	noise := bytes.Repeat([]byte("\x80\x91\xa2\x00\x07"), 30_000)
	_, err := Decode(context.Background(), bytes.NewReader(noise), Options{}, discard{})
	if !fault.Is(err, "audio.not_audio") || strings.Contains(text.Vietnamese.Fault(err), "không phải MP3") {
		t.Error(text.Vietnamese.Fault(err))
	}
}
