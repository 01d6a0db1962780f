package main

import (
	"bytes"
	"strings"
	"testing"

	"loa/accounts"
	"loa/audio"
	"loa/audio/audiotest"
)

// TestRecordingsFromBeforeAreCompared keeps what older daemons kept: files whose
// sound nobody compared, one of them not to be read any more.
func TestRecordingsFromBeforeAreCompared(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	for id, file := range map[string][]byte{"a": audiotest.MP3(t, 70, 64, 1), "b": audiotest.MP3(t, 70, 128, 1), "c": audiotest.MP3(t, 70, 64, 2), "d": []byte("rot")} {
		ref, err := r.d.blobs.Put(t.Context(), bytes.NewReader(file), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		facts := audio.Facts{Format: audio.MP3, SHA256: ref.SHA256, Seconds: 70, MP3: &audio.MP3Facts{FramesSHA256: ref.SHA256}}
		if _, err := r.d.store.SaveRecording(t.Context(), accounts.Meta{ID: id, By: accounts.Daemon(), At: monday}, audio.SaveRecording{Kind: audio.ForProgramme,
			Name: id + ".mp3", ContentType: "audio/mpeg", Blob: ref, Report: audio.Report{Facts: &facts}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"4", "0"} {
		said, err := r.d.compareSounds(t.Context(), monday)
		if err != nil || !strings.Contains(said, "so "+want+" bản ghi") {
			t.Errorf("%q %v, want %s", said, err, want)
		}
	}
	for id, other := range map[string]string{"a": "b", "b": "a", "c": "", "d": ""} {
		list, err := r.d.store.Alike(t.Context(), id)
		got := ""
		for _, a := range list {
			got += a.Recording.ID
		}
		if err != nil || got != other {
			t.Errorf("%s is like %q (%v), want %q", id, got, err, other)
		}
	}
}
