package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"loa/audio"
)

// TestWhatTwoDecodersHeardOtherwiseIsCountedAndLogged: once for each file, by its
// hash, with the place; a file that is no sound, and one that both hear alike, by
// nothing.
func TestWhatTwoDecodersHeardOtherwiseIsCountedAndLogged(t *testing.T) {
	var log bytes.Buffer
	d := New(context.Background(), Config{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	defer d.Close()
	d.compare(nil)
	d.compare(&audio.Facts{SHA256: "a5", Warnings: []audio.Warning{{Code: "audio.bad_crc"}}})
	if d.Differences() != 0 || log.Len() > 0 {
		t.Errorf("%d counted of what nobody heard otherwise: %s", d.Differences(), log.String())
	}
	for i, sum := range []string{"b7", "c9"} {
		log.Reset()
		d.compare(&audio.Facts{SHA256: sum, Warnings: []audio.Warning{{Code: "audio.bad_crc"},
			{Code: "audio.witness_differs", At: []audio.Place{{From: 12.5, To: 12.6}}, Args: map[string]any{"steps": 3277.0}}}})
		var line struct {
			Level, SHA256 string
			Steps         float64
			At            []audio.Place
		}
		if err := json.Unmarshal(log.Bytes(), &line); err != nil { // one line, so that each file is told once
			t.Fatalf("%v in %s", err, log.String())
		}
		if line.Level != "WARN" || line.SHA256 != sum || line.Steps != 3277 || len(line.At) != 1 || line.At[0].From != 12.5 || line.At[0].To != 12.6 {
			t.Errorf("logged %+v", line)
		}
		if n := d.Differences(); n != int64(i)+1 {
			t.Errorf("%d counted after %d files", n, i+1)
		}
	}
}
