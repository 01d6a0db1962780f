// Package storetest holds every engine of the store to what the nouns ask of
// it: one suite for each interface, run by each engine.
package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"loa/internal/fault"
	"loa/library"
)

// Blobs runs the suite of library.Blobs; open gives an empty one.
func Blobs(t *testing.T, open func(t *testing.T) library.Blobs) {
	for name, test := range map[string]func(*testing.T, library.Blobs){
		"what is put is read back at any place":    blobsRoundTrip,
		"the limit is exact and leaves nothing":    blobsLimit,
		"a broken or cancelled put leaves nothing": blobsBrokenPut,
		"only well formed names are looked up":     blobsNames,
		"remove spares what was put since":         blobsRemove,
		"put and remove at once never lose":        blobsRace,
		"an open blob outlives its removal":        blobsOpenOutlives,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

const plenty = 1 << 30

func sum(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }

func put(t *testing.T, b library.Blobs, content []byte) library.Ref {
	t.Helper()
	ref, err := b.Put(t.Context(), bytes.NewReader(content), plenty)
	if err != nil {
		t.Fatal(err)
	}
	if want := (library.Ref{SHA256: sum(content), Size: int64(len(content))}); ref != want {
		t.Fatalf("put gave %v, want %v", ref, want)
	}
	return ref
}

func read(t *testing.T, b library.Blobs, sha string) []byte {
	t.Helper()
	f, err := b.Open(t.Context(), sha)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return got
}

func names(t *testing.T, b library.Blobs) []string {
	t.Helper()
	out := []string{}
	for s, err := range b.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s.SHA256)
	}
	return out
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func blobsRoundTrip(t *testing.T, b library.Blobs) {
	var want []string
	for _, content := range [][]byte{{}, []byte("a"), random(256 << 10), random(300<<10 + 7)} {
		ref := put(t, b, content)
		put(t, b, content)
		want = append(want, ref.SHA256)
		if got := read(t, b, ref.SHA256); !bytes.Equal(got, content) {
			t.Errorf("%d bytes came back as %d", len(content), len(got))
		}
		s, err := b.Stat(t.Context(), ref.SHA256)
		if err != nil || s.Ref != ref || s.At.IsZero() {
			t.Errorf("stat: %v %v", s, err)
		}
	}
	slices.Sort(want)
	if got := names(t, b); !slices.Equal(got, want) {
		t.Errorf("list %v, want %v", got, want)
	}
	content := random(1000)
	f, err := b.Open(t.Context(), put(t, b, content).SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(900, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, content[900:]) {
		t.Errorf("after seeking: %d bytes, %v", len(got), err)
	}
	for s := range b.List(t.Context()) { // stopping early must be possible
		_ = s
		break
	}
}

func blobsLimit(t *testing.T, b library.Blobs) {
	content := random(1000)
	if _, err := b.Put(t.Context(), bytes.NewReader(content), 999); fault.Of(err).Kind != fault.TooLarge || !fault.Is(err, "audio.too_large") {
		t.Errorf("one byte over the limit: %v", err)
	}
	if got := names(t, b); len(got) != 0 {
		t.Errorf("a refused put left %v", got)
	}
	if _, err := b.Put(t.Context(), bytes.NewReader(content), 1000); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
}

func blobsBrokenPut(t *testing.T, b library.Blobs) {
	broken := errors.New("link lost")
	if _, err := b.Put(t.Context(), io.MultiReader(bytes.NewReader(random(1000)), iotest.ErrReader(broken)), plenty); !errors.Is(err, broken) {
		t.Errorf("error of the reader came back as %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Put(ctx, bytes.NewReader([]byte("x")), plenty); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled put: %v", err)
	}
	if got := names(t, b); len(got) != 0 {
		t.Errorf("broken puts left %v", got)
	}
}

func blobsNames(t *testing.T, b library.Blobs) {
	ref := put(t, b, []byte("x"))
	for _, bad := range []string{"", "../" + ref.SHA256[3:], strings.ToUpper(ref.SHA256), ref.SHA256[:63], ref.SHA256 + "0",
		"/etc/passwd", strings.Repeat("é", 32), sum([]byte("absent"))} {
		if _, err := b.Open(t.Context(), bad); fault.Of(err) == nil || fault.Of(err).Kind != fault.NotFound {
			t.Errorf("open %q: %v", bad, err)
		}
		if _, err := b.Stat(t.Context(), bad); fault.Of(err) == nil || fault.Of(err).Kind != fault.NotFound {
			t.Errorf("stat %q: %v", bad, err)
		}
	}
	if gone, err := b.Remove(t.Context(), sum([]byte("absent")), time.Now().Add(time.Hour)); gone || err != nil {
		t.Errorf("removing what is absent: %v %v", gone, err)
	}
}

func blobsRemove(t *testing.T, b library.Blobs) {
	ref := put(t, b, []byte("x"))
	s, err := b.Stat(t.Context(), ref.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if gone, err := b.Remove(t.Context(), ref.SHA256, s.At); gone || err != nil {
		t.Errorf("removed although put at that very time: %v %v", gone, err)
	}
	if gone, err := b.Remove(t.Context(), ref.SHA256, s.At.Add(time.Nanosecond)); !gone || err != nil {
		t.Errorf("not removed although older: %v %v", gone, err)
	}
	if got := names(t, b); len(got) != 0 {
		t.Errorf("after removal: %v", got)
	}
}

// blobsRace puts a blob again and again while somebody else removes whatever
// was put before the round began: what a Put acknowledged in this round stays.
func blobsRace(t *testing.T, b library.Blobs) {
	content := random(100)
	sha := sum(content)
	for range 50 {
		put(t, b, content)
		old, err := b.Stat(t.Context(), sha)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := b.Put(t.Context(), bytes.NewReader(content), plenty); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := b.Remove(t.Context(), sha, old.At.Add(time.Nanosecond)); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if s, err := b.Stat(t.Context(), sha); err != nil || s.At.Before(old.At) {
			t.Fatalf("a blob put during the sweep is lost: %v %v", s, err)
		}
	}
}

func blobsOpenOutlives(t *testing.T, b library.Blobs) {
	content := random(1 << 20)
	ref := put(t, b, content)
	f, err := b.Open(t.Context(), ref.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if gone, err := b.Remove(t.Context(), ref.SHA256, time.Now().Add(time.Hour)); !gone || err != nil {
		t.Fatal(gone, err)
	}
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, content) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
}
