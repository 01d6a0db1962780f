package podcast

import (
	"bytes"
	"image/png"
	"os"
	"testing"
)

// Apple's directory takes square pictures of 1400 to 3000 pixels.
func TestTheCoverIsAsLargeAsReadersAsk(t *testing.T) {
	b, err := Cover()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if s := img.Bounds().Size(); s.X != s.Y || s.X < 1400 || s.X > 3000 || len(b) > 100_000 {
		t.Errorf("%v in %d bytes", s, len(b))
	}
	if path := os.Getenv("LOA_SHOTS"); path != "" {
		if err := os.WriteFile(path+"/cover.png", b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
