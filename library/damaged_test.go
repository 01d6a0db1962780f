package library_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"loa/audio"
	"loa/audio/audiotest"
	"loa/library"
)

// said is what the two players that matter say of an MP3.
func said(t *testing.T, file []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.mp3")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("sh", "-c", `ffmpeg -v warning -f mp3 -i "$0" -f null - 2>&1; mpg123 -q -t "$0" 2>&1`, path).CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%v: %s", err, out)
	}
	return regexp.MustCompile(`(?m)^.*Estimating duration.*\n?`).ReplaceAllString(string(out), "")
}

// damage spoils an MP3 in one of the ways that cards, lines and editors do.
func damage(r *rand.Rand, way int, file []byte) []byte {
	b := slices.Clone(file)
	at := 2000 + r.IntN(len(b)-4000)
	n := 1 + r.IntN(900)
	switch way {
	case 0: // one bit
		b[at] ^= 1 << r.IntN(8)
	case 1: // many bits in one place
		for i := range b[at : at+n] {
			b[at+i] = byte(r.Uint32())
		}
	case 2: // lost bytes
		b = slices.Delete(b, at, at+n)
	case 3: // a sector of zeros
		clear(b[at : at+512])
	case 4: // the same again
		b = slices.Insert(b, at, slices.Clone(b[at:at+n])...)
	case 5: // scattered bits
		for range 40 {
			b[1000+r.IntN(len(b)-1000)] ^= 1 << r.IntN(8)
		}
	case 6: // garbage behind
		b = append(b, b[at:at+n]...)
	case 7: // a cut first frame in front
		b = append(slices.Clone(b[at:at+n]), b...)
	}
	return b
}

// TestStationsReceiveNothingThatPlayersStumbleOver damages files in many ways,
// and plays what stations receive of them.
func TestStationsReceiveNothingThatPlayersStumbleOver(t *testing.T) {
	audiotest.Need(t, "ffmpeg", "lame", "mpg123")
	const seed = 26
	rounds := 1
	if audiotest.Long() {
		rounds = 40
	}
	kinds := map[string][]byte{
		"joint stereo 128": madeOf(t, 4, "volume=-3dB", "-ac", "2", "-b:a", "128k", "-f", "mp3"),
		"mono 64":          madeOf(t, 4, "volume=-3dB", "-ac", "1", "-b:a", "64k", "-f", "mp3"),
		"VBR":              madeOf(t, 4, "volume=-3dB", "-ac", "2", "-q:a", "4", "-f", "mp3"),
		"without a head":   madeOf(t, 4, "volume=-3dB", "-ac", "1", "-b:a", "64k", "-write_xing", "0", "-f", "mp3"),
		"MPEG-2":           madeOf(t, 4, "volume=-3dB", "-ac", "1", "-ar", "22050", "-b:a", "48k", "-f", "mp3"),
	}
	s := newStudio(t)
	var sent, mended, encoded int
	for name, file := range kinds {
		for way := range 8 {
			for i := range rounds {
				b := damage(rand.New(rand.NewPCG(seed, uint64(100*way+i))), way, file)
				id := fmt.Sprint(name, " ", way, " ", i)
				r, ok := s.try(id, b)
				if !ok {
					continue // refused in words
				}
				sent++
				c, err := library.MakeBroadcastCopy(t.Context(), s.blobs, r, s.facts(id), audio.Programme(), audio.Options{TempDir: t.TempDir()})
				if err != nil || c.Failed != nil {
					t.Fatalf("%s: %+v %v", id, c.Failed, err)
				}
				if c.Mended {
					mended++
				}
				if c.Encoded {
					encoded++
				}
				if complaint := said(t, s.bytes(c.Blob)); complaint != "" {
					t.Errorf("%s (mended %v, encoded %v): %s", id, c.Mended, c.Encoded, strings.TrimSpace(complaint))
				}
			}
		}
	}
	t.Logf("of %d taken, %d mended, %d coded anew", sent, mended, encoded)
	if sent < 20 || mended == 0 {
		t.Error("this tries nothing")
	}
}

// try keeps a file unless it is refused.
func (s studio) try(id string, file []byte) (library.Recording, bool) {
	_, _, err := library.Examine(s.Context(), library.ForProgramme, bytes.NewReader(file), library.DefaultSettings(), audio.Options{})
	if err != nil {
		return library.Recording{}, false
	}
	return s.keep(id, id+".mp3", library.ForProgramme, file), true
}

func (s studio) facts(id string) audio.Facts {
	s.Helper()
	r, err := s.store.RecordingReport(s.Context(), id)
	if err != nil {
		s.Fatal(err)
	}
	return *r.Facts
}

func (s studio) bytes(ref library.Ref) []byte {
	s.Helper()
	f, err := s.blobs.Open(s.Context(), ref.SHA256)
	if err != nil {
		s.Fatal(err)
	}
	defer f.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(f); err != nil {
		s.Fatal(err)
	}
	return b.Bytes()
}
