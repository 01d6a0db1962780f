package kit

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// QR is a QR code to draw: {{template "qr" .Code}}.
type QR struct {
	Size int    // modules a side, quiet zone of 4 included
	Path string // of the dark modules
	Text string // what it says, for those who cannot scan
}

// NewQR encodes a text, a link in practice; a text too long for a code is an
// error. Error correction M mends 15 %: enough for a creased sheet of paper.
func NewQR(text string) (QR, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return QR{}, fmt.Errorf("kit: QR code: %w", err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+4, y+4, x-from, x-from)
			}
		}
	}
	return QR{Size: code.Size + 8, Path: b.String(), Text: text}, nil
}
