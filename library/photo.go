package library

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"strings"

	"golang.org/x/image/webp"

	"loa/internal/fault"
)

// MostPixels is the most picture points a photo has: of more, decoding would
// take the memory of everything else. Pages send photos far smaller.
const MostPixels = 25_000_000

// pictures are how photos are read, by media type.
var pictures = map[string]struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}{
	"image/jpeg": {jpeg.DecodeConfig, jpeg.Decode},
	"image/png":  {png.DecodeConfig, png.Decode},
	"image/webp": {webp.DecodeConfig, webp.Decode},
}

// IsPicture reports whether a file that begins so is a picture, one we can show
// or not.
func IsPicture(head []byte) bool {
	return strings.HasPrefix(http.DetectContentType(head), "image/") || applePicture(head)
}

// applePicture reports whether a file begins as HEIC or AVIF do.
func applePicture(head []byte) bool {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	switch string(head[8:12]) {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis":
		return true
	}
	return false
}

// examinePhoto says what a photo is and decodes it, so that what is kept can be
// looked at. Faults: library.no_photo, .photo_gif, .photo_heic, .photo_huge,
// .photo_damaged (Unsupported).
func examinePhoto(head []byte, rest io.Reader) (contentType string, err error) {
	contentType = http.DetectContentType(head)
	read, known := pictures[contentType]
	switch {
	case contentType == "image/gif":
		return "", fault.New(fault.Unsupported, "library.photo_gif")
	case applePicture(head):
		return "", fault.New(fault.Unsupported, "library.photo_heic")
	case !known:
		return "", fault.New(fault.Unsupported, "library.no_photo")
	}
	var seen bytes.Buffer
	all := io.MultiReader(bytes.NewReader(head), rest)
	size, err := read.config(io.TeeReader(io.LimitReader(all, 1<<20), &seen))
	if err != nil {
		return "", fault.New(fault.Unsupported, "library.photo_damaged").Because(err)
	}
	if size.Width*size.Height > MostPixels {
		return "", fault.New(fault.Unsupported, "library.photo_huge", "most", MostPixels/1_000_000)
	}
	if _, err := read.decode(io.MultiReader(&seen, all)); err != nil {
		return "", fault.New(fault.Unsupported, "library.photo_damaged").Because(err)
	}
	return contentType, nil
}
