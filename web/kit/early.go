package kit

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"path"
)

// early is the part of kit.css that a page which is often the first of a visit brings itself: over a bad line, a style
// of its own is waited for once more after the page. Whose worker has kept the page has its parts too, and gets it
// with the whole style in its head, as any page.
type early struct {
	link        []byte // the whole style, in the head of any page
	begins, end []byte // what stands in its place, and before the end of the page
	source      string // in the Content-Security-Policy: this style and no other
}

// earlyEnds is where in kit.css that part ends.
const earlyEnds = "/* ==== Up to here"

func (a *assets) early() (early, error) {
	const name = "kit/kit.css"
	url, err := a.url(name)
	if err != nil {
		return early{}, err
	}
	begins, _, ok := bytes.Cut(a.files[name].plain, []byte(earlyEnds))
	if !ok {
		return early{}, fmt.Errorf("kit: %s lacks %q", name, earlyEnds)
	}
	style := newAsset(path.Ext(name), bytes.Clone(begins)).sent().plain // which writes into what it shortens
	sum := sha256.Sum256(style)
	return early{
		link: []byte(`<link rel="stylesheet" href="` + url + `">`),
		// what a desk has beside waits as on any page
		begins: fmt.Appendf(nil, `<style>%s</style><link rel="stylesheet" media="(min-width: 62rem)" href="%s">`, style, url),
		end:    []byte(`<link rel="stylesheet" href="` + url + `"></body>`),
		source: "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'",
	}, nil
}

// put brings the early part into a page, and the whole style to its end, where it holds nothing up.
func (e early) put(page []byte) []byte {
	page = bytes.Replace(page, e.link, e.begins, 1)
	return bytes.Replace(page, []byte("</body>"), e.end, 1)
}

// packet is about what one packet carries under TLS, of which a browser reads nothing before all of it has come.
const packet = 1200

// pieces is how long the pieces are in which a body of n bytes is sent.
func (r *Request) pieces(n int) int {
	if r.early {
		return packet
	}
	return max(n, 1)
}
