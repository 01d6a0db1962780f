package audio

import (
	"bytes"
	"context"
	"testing"

	"loa/internal/fault"
)

// FuzzAnalyse reads whatever bytes: no panic, no error without a sentence, and
// what was measured is what is said to be there. What only ffmpeg reads is left
// out: that is another program, under limits of its own.
func FuzzAnalyse(f *testing.F) {
	f.Add([]byte(poc + poc))
	f.Add(waveFile(8000, 1, sound(8000, 1, 0.05)))
	f.Add([]byte("fLaC\x00\x00\x00\x22"))
	f.Add([]byte("ID3\x04\x00\x00\x00\x00\x00\x00fLaC\x00\x00\x00\x22"))
	f.Add([]byte("ID3\x04\x00\x00\x00\x00\x00\x00"))
	for _, file := range shortFiles(f) {
		if len(file) < 6000 {
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if format, err := Sniff(b[:min(len(b), sniffBytes)]); err == nil && format != MP3 && format != WAV && format != FLAC {
			return
		}
		if err := survive(b); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzSniff: every start of a file is something or is refused with a sentence.
func FuzzSniff(f *testing.F) {
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVE"))
	f.Add([]byte("\xff\xf1\x50\x80\x01\x3f\xfc"))
	f.Add([]byte("<!DOCTYPE html>"))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVELIST\x01\x00\x00\x00  fmt \x14\x00\x00\x00\x11\x00"))
	f.Add([]byte("\xff\xfd\x90\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		format, err := Sniff(b)
		hunt(b)
		if (format == "") == (err == nil) && err == nil || err != nil && fault.Of(err).Kind != fault.Unsupported {
			t.Fatalf("%q, %v", format, err)
		}
	})
}

// FuzzProfile: settings that are accepted can be used.
func FuzzProfile(f *testing.F) {
	f.Add([]byte(`{"min_seconds":3,"grades":{"audio.cut":"off"}}`))
	facts, err := Analyse(context.Background(), bytes.NewReader(waveFile(8000, 2, sound(8000, 2, 1))), Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseProfile(Programme(), b)
		if err != nil {
			return
		}
		for _, finding := range Check(facts, p) {
			if finding.Grade != Note && finding.Grade != Warn && finding.Grade != Refuse {
				t.Fatalf("%+v", finding)
			}
		}
	})
}
