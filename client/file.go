package client

import (
	"context"
	"io"
	"mime"
)

// File is a file on its way; whoever reads it closes it.
type File struct {
	io.ReadCloser
	Name string // as the server calls it, "" if it does not
	Kind string // media type, as the server says it
	Size int64  // in bytes, -1 while nobody knows
}

// file opens a file.
func file(ctx context.Context, c *Client, k call) (*File, error) {
	resp, err := c.open(ctx, k)
	if err != nil {
		return nil, err
	}
	if c.note != nil {
		*c.note = Edition(resp.Header.Get("ETag"))
	}
	f := &File{ReadCloser: resp.Body, Size: resp.ContentLength, Kind: resp.Header.Get("Content-Type")}
	if _, said, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition")); err == nil {
		f.Name = said["filename"]
	}
	return f, nil
}
