package client

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
)

// File is a file on its way; whoever reads it closes it. Where the server gives parts, reading goes on by itself after
// a line that broke.
type File struct {
	io.ReadCloser
	Name string // as the server calls it, "" if it does not
	Kind string // media type, as the server says it
	Size int64  // in bytes, -1 while nobody knows
}

// file opens a file.
func file(ctx context.Context, c *Client, k call) (*File, error) {
	if k.ranges { // of what is compressed on its way there are no parts
		k.header = http.Header{"Accept-Encoding": {"identity"}}
	}
	resp, err := c.open(ctx, k)
	if err != nil {
		return nil, err
	}
	tag := resp.Header.Get("ETag")
	if c.note != nil {
		*c.note = Edition(tag)
	}
	f := &File{ReadCloser: resp.Body, Kind: resp.Header.Get("Content-Type"), Size: resp.ContentLength}
	if _, said, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition")); err == nil {
		f.Name = said["filename"]
	}
	if k.ranges && tag != "" {
		k.header.Set("If-Range", tag)
		f.ReadCloser = &parts{ReadCloser: resp.Body, ctx: ctx, c: c, k: k}
	}
	return f, nil
}

// parts is a file that is asked for again from where its line broke.
type parts struct {
	io.ReadCloser
	ctx  context.Context
	c    *Client
	k    call
	read int64
	vain bool // the last part brought nothing
}

// Read implements io.Reader.
func (p *parts) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	if p.read += int64(n); n > 0 {
		p.vain = false
	}
	if err == nil || err == io.EOF || p.c.Patience == 0 || p.vain || p.ctx.Err() != nil {
		return n, err
	}
	p.vain = true
	p.k.header.Set("Range", "bytes="+strconv.FormatInt(p.read, 10)+"-")
	resp, again := p.c.open(p.ctx, p.k)
	if again != nil {
		return n, err
	}
	if resp.StatusCode != http.StatusPartialContent { // it is another file now
		resp.Body.Close()
		return n, err
	}
	p.ReadCloser.Close()
	p.ReadCloser = resp.Body
	return n, nil
}
