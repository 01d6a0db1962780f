package stations

import (
	"bytes"

	"loa/audio"
	"loa/internal/fault"
	"loa/internal/sheet"
)

// readTable is sheet.Read, and tells of a file that is no table what it is.
// Faults: those of sheet.Read, stations.file_old_office, stations.file_ods,
// stations.file_document, stations.file_picture, stations.file_recording,
// stations.file_archive, stations.file_program, stations.file_web_page.
func readTable(file []byte) (sheet.Table, error) {
	table, err := sheet.Read(file)
	if code := notTable(file, err); code != "" {
		return sheet.Table{}, fault.New(fault.Unsupported, code)
	}
	return table, err
}

// notTable is the code of the sentence that says what a file is, "" for one that
// is a table or may have been. read is what reading it as a table said.
func notTable(file []byte, read error) string {
	format, err := audio.Sniff(file[:min(len(file), 4096)])
	if fault.Is(err, "audio.is_web_page") { // text, which would be read as one strange column
		return "stations.file_web_page"
	}
	if !fault.Is(read, "sheet.encoding") && !fault.Is(read, "sheet.broken") {
		return ""
	}
	if err == nil {
		if format != audio.MP3 || bytes.HasPrefix(file, []byte("ID3")) || bytes.HasPrefix(file, []byte("\xff\xfb")) { // else it is what nobody knows
			return "stations.file_recording"
		}
		return ""
	}
	switch fault.Of(err).Code {
	case "audio.is_picture":
		return "stations.file_picture"
	case "audio.is_video", "audio.is_midi", "audio.is_locked", "audio.is_other":
		return "stations.file_recording"
	case "audio.is_program":
		return "stations.file_program"
	case "audio.is_zip":
		if bytes.Contains(file, []byte("xl/workbook")) {
			return "" // a workbook whose other names stand first
		}
		return "stations.file_archive"
	case "audio.is_document":
		switch {
		case bytes.HasPrefix(file, []byte("\xd0\xcf\x11\xe0")):
			return "stations.file_old_office"
		case bytes.Contains(file, []byte("xl/workbook")):
			return ""
		case bytes.Contains(file[:min(len(file), 4096)], []byte("opendocument.spreadsheet")):
			return "stations.file_ods"
		}
		return "stations.file_document"
	}
	return ""
}
