package audio

import (
	"bytes"
	"context"
	"runtime"
	"testing"

	"loa/audio/audiotest"
)

// TestAPassLeavesLittleGarbage: what a pass over an MP3 allocates grows with its
// length by its fingerprint and by little else. "loa audio check" bounds its heap,
// and garbage would cost it time.
func TestAPassLeavesLittleGarbage(t *testing.T) {
	file := audiotest.MP3(t, 20, 128, 1)
	allocated := func(times int) uint64 {
		repeated := bytes.Repeat(file, times)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Analyse(context.Background(), bytes.NewReader(repeated), Options{Workers: 1}); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	short, long := allocated(1), allocated(4)
	if second := (int64(long) - int64(short)) / 60; second > 12000 {
		t.Errorf("%d bytes for each second of sound", second)
	} else {
		t.Logf("%d bytes for each second of sound", second)
	}
}
