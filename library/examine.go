package library

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"loa/audio"
	"loa/internal/doctext"
	"loa/internal/fault"
)

// Examine reads a file once, as it arrives, and tells its media type and, of
// sound, everything Analyse finds out. A recording that the kind's profile
// refuses is an error too. Faults: those of Analyse, Refusal and, for contests,
// Enterable; for scans and
// photos library.no_scan, those of examinePhoto (Unsupported), audio.is_empty and
// audio.too_large.
func Examine(ctx context.Context, kind Kind, r io.Reader, s Settings, opt audio.Options) (contentType string, report Report, err error) {
	opt.MaxBytes = s.MaxBytes
	if !kind.Sound() {
		return examinePaper(kind, r, s.MaxBytes)
	}
	facts, err := audio.Analyse(ctx, r, opt)
	if err != nil {
		return "", Report{}, err
	}
	if kind == ForContest {
		err = audio.Enterable(facts, s.Profile(kind))
	} else {
		err = audio.Refusal(audio.Check(facts, s.Profile(kind)))
	}
	return facts.Format.ContentType(), Report{Facts: &facts}, err
}

// paperHead is how much of a paper's start, in bytes, is looked at to say what it is.
const paperHead = 4096

var (
	photoTypes = []string{"image/jpeg", "image/png", "image/webp", "image/gif"}
	officeZip  = []struct{ inside, kind string }{
		{"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"},
	}
)

// examinePaper says what a scan or photo is by its first bytes, reads the rest
// for its length, and of a scan the words in it, if it has some.
func examinePaper(kind Kind, r io.Reader, limit int64) (string, Report, error) {
	head := make([]byte, paperHead)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", Report{}, err
	}
	if head = head[:n]; n == 0 {
		return "", Report{}, fault.New(fault.Unsupported, "audio.is_empty")
	}
	rest := &counter{from: io.LimitReader(r, limit+1-int64(n))}
	found, err := paperType(head), error(nil)
	switch {
	case kind == Photo:
		found, err = examinePhoto(head, rest)
	case found == "":
		err = fault.New(fault.Unsupported, "library.no_scan")
	}
	if rest.err != nil {
		return "", Report{}, rest.err // the file did not come to its end, whatever was made of it
	}
	if err != nil {
		return "", Report{}, err
	}
	whole := bytes.NewBuffer(head)
	if kind == Scan {
		_, err = io.Copy(whole, io.LimitReader(rest, doctext.MaxBytes-int64(n)+1))
	}
	if err == nil {
		_, err = io.Copy(io.Discard, rest)
	}
	if err == nil && int64(n)+rest.n > limit {
		err = audio.TooLarge(limit)
	}
	if err != nil || kind != Scan {
		return found, Report{}, err
	}
	words, err := doctext.Read(found, whole.Bytes())
	if e := fault.Of(err); e != nil {
		return found, Report{Unread: e.Code}, nil
	}
	return found, Report{Words: words}, err
}

// counter counts what is read of a file, and keeps the error that ended it.
type counter struct {
	from io.Reader
	n    int64
	err  error
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// paperType is the media type of a paper or picture, "" for anything else.
func paperType(head []byte) string {
	t, _, _ := strings.Cut(http.DetectContentType(head), ";")
	switch {
	case slices.Contains(photoTypes, t), t == "application/pdf":
		return t
	case t == "text/plain":
		return "text/plain; charset=utf-8"
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return "application/msword"
	case bytes.HasPrefix(head, []byte("{\\rtf")):
		return "application/rtf"
	case t == "application/zip":
		for _, o := range officeZip {
			if bytes.Contains(head, []byte(o.inside)) {
				return o.kind
			}
		}
	}
	return ""
}
