package library

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"loa/audio"
	"loa/internal/fault"
)

// drawn is a picture with some detail, so that it takes room.
func drawn(width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, color.RGBA{byte(x * y), byte(x ^ y), byte(x + 3*y), 255})
		}
	}
	return img
}

func encoded(t testing.TB, width, height int, with func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := with(&b, drawn(width, height)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) }
func asPNG(b *bytes.Buffer, m image.Image) error  { return png.Encode(b, m) }
func asGIF(b *bytes.Buffer, m image.Image) error  { return gif.Encode(b, m, nil) }

func TestAPhotoIsOneThatCanBeLookedAt(t *testing.T) {
	photo := encoded(t, 640, 480, asJPEG)
	huge := encoded(t, 8, 8, asPNG)
	copy(huge[16:], []byte{0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30}) // a head that says 30,000 by 30,000
	ftyp := func(brand string) []byte {
		return append([]byte("\x00\x00\x00\x18ftyp"+brand+"\x00\x00\x00\x00mif1"), make([]byte, 2000)...)
	}
	for _, c := range []struct {
		name string
		file []byte
		want string // media type, or code of the fault
	}{
		{"a JPEG", photo, "image/jpeg"},
		{"a PNG", encoded(t, 64, 48, asPNG), "image/png"},
		{"a GIF", encoded(t, 64, 48, asGIF), "library.photo_gif"},
		{"a phone's HEIC", ftyp("heic"), "library.photo_heic"},
		{"an AVIF", ftyp("avif"), "library.photo_heic"},
		{"a video", ftyp("isom"), "library.no_photo"},
		{"half a JPEG", photo[:len(photo)/2], "library.photo_damaged"},
		{"a JPEG's first bytes", photo[:30], "library.photo_damaged"},
		{"a PNG whose head says the impossible", huge, "library.photo_damaged"},
		{"text", []byte("xin chào"), "library.no_photo"},
		{"nothing", nil, "audio.is_empty"},
	} {
		found, _, err := Examine(context.Background(), Photo, bytes.NewReader(c.file), DefaultSettings(), audio.Options{})
		if err == nil && found != c.want || err != nil && !fault.Is(err, c.want) {
			t.Errorf("%s: %q, %v, want %s", c.name, found, err, c.want)
		}
	}
	if _, err := examinePhoto(hugeHead(t), strings.NewReader("")); !fault.Is(err, "library.photo_huge") {
		t.Errorf("a photo of 900 million points: %v", err)
	}
	limit := DefaultSettings()
	limit.MaxBytes = int64(len(photo)) - 1
	if _, _, err := Examine(context.Background(), Photo, bytes.NewReader(photo), limit, audio.Options{}); !fault.Is(err, "audio.too_large") {
		t.Errorf("a photo over the limit: %v", err)
	}
}

// hugeHead is the beginning of a JPEG of 30,000 by 30,000 points.
func hugeHead(t testing.TB) []byte {
	t.Helper()
	b := encoded(t, 64, 48, asJPEG)
	at := bytes.Index(b, []byte{0xff, 0xc0})
	copy(b[at+5:], []byte{0x75, 0x30, 0x75, 0x30})
	return b
}

func FuzzPhoto(f *testing.F) {
	f.Add(encoded(f, 32, 24, asJPEG))
	f.Add(encoded(f, 32, 24, asPNG))
	f.Add(encoded(f, 32, 24, asGIF))
	f.Add([]byte("RIFF\x24\x00\x00\x00WEBPVP8 "))
	f.Fuzz(func(t *testing.T, file []byte) {
		found, _, err := Examine(context.Background(), Photo, bytes.NewReader(file), DefaultSettings(), audio.Options{})
		if err == nil && pictures[found].decode == nil {
			t.Errorf("taken as %q", found)
		}
		if err != nil && fault.Of(err).Kind == fault.Internal {
			t.Errorf("refused without a sentence: %v", err)
		}
	})
}
