package client

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"loa/library"
)

// UploadOptions are what is said of a file that is sent in pieces.
type UploadOptions struct {
	Name    string       // of the file
	Kind    library.Kind // what it is for; "" is a programme
	Station string       // whose it is, by its ID; "" is the province's
	At      *string      // ID of the upload: one that is there goes on, else that of the new one is put here at once
}

// Upload sends a recording so that a line that breaks costs what was on its way, no more (tus 1.0), waits until the
// server has judged it and gives the recording's ID. Whoever keeps UploadOptions.At can go on after a restart.
func (c *Client) Upload(ctx context.Context, file io.ReadSeeker, o UploadOptions) (recording string, err error) {
	length, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return "", err
	}
	id := ""
	if o.At != nil {
		id = *o.At
	}
	if id == "" {
		// Made twice, one stays empty and is given up.
		if err := c.patiently(ctx, true, func() (err error) { id, err = c.begin(ctx, length, o); return err }); err != nil {
			return "", err
		}
		if o.At != nil {
			*o.At = id
		}
	}
	var waited time.Duration
	for last := int64(-1); ; {
		var offset int64
		if err := c.patiently(ctx, true, func() (err error) { offset, err = c.arrived(ctx, id); return err }); err != nil {
			return "", err
		}
		if offset == length {
			return c.judged(ctx, id)
		}
		if offset > last { // while something arrives it is not in vain
			last, waited = offset, 0
		}
		if _, err := file.Seek(offset, io.SeekStart); err != nil {
			return "", err
		}
		_, err := c.PatchUpload(ctx, id, io.LimitReader(file, length-offset), tus("Upload-Offset", strconv.FormatInt(offset, 10)))
		if err == nil {
			continue
		}
		again, wait := passing(err)
		wait = max(wait, time.Second/2)
		if waited += wait; !again && !busy(err) || waited > c.Patience {
			return "", err
		}
		if err := pause(ctx, wait); err != nil {
			return "", err
		}
	}
}

func tus(pairs ...string) http.Header {
	h := http.Header{"Tus-Resumable": {"1.0.0"}}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func (c *Client) begin(ctx context.Context, length int64, o UploadOptions) (id string, err error) {
	var said []string
	for _, m := range [][2]string{{"filename", o.Name}, {"kind", string(o.Kind)}, {"station", o.Station}} {
		if m[1] != "" {
			said = append(said, m[0]+" "+base64.StdEncoding.EncodeToString([]byte(m[1])))
		}
	}
	h, err := c.PostUploads(ctx, tus("Upload-Length", strconv.FormatInt(length, 10), "Upload-Metadata", strings.Join(said, ",")))
	return path.Base(h.Get("Location")), err
}

func (c *Client) arrived(ctx context.Context, id string) (int64, error) {
	h, err := c.HeadUpload(ctx, id, tus())
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(h.Get("Upload-Offset"), 10, 64)
}

// judged waits for what the server makes of a file that has arrived.
func (c *Client) judged(ctx context.Context, id string) (recording string, err error) {
	for {
		state, err := c.GetUpload(ctx, id)
		if err != nil || state.Recording != "" {
			return state.Recording, err
		}
		if err := pause(ctx, time.Second/2); err != nil {
			return "", err
		}
	}
}

// busy says whether the piece before is still being written, or arrived after all.
func busy(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusLocked || e.Status == http.StatusConflict)
}
