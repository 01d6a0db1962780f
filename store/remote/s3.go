package remote

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"loa/internal/fault"
)

// s3Server is a folder in a bucket. Of the protocol it asks what every server has: put, get, list, remove.
type s3Server struct {
	name   string
	bucket string
	prefix string // "" or ends with a slash
	core   minio.Core
	wires  *http.Transport
	temp   string
}

func openS3(u *url.URL, login Login, temp string, patience time.Duration) (*s3Server, error) {
	s := &s3Server{name: u.String(), temp: temp}
	if login.id == "" || login.secret == "" {
		return nil, refused(s.name, errNoLogin)
	}
	s.bucket, s.prefix, _ = strings.Cut(strings.Trim(u.Path, "/"), "/")
	if s.prefix != "" {
		s.prefix += "/"
	}
	dialer := &net.Dialer{Timeout: patience}
	s.wires = &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: patience, ResponseHeaderTimeout: patience, IdleConnTimeout: patience,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return impatient{conn, patience}, nil
		}}
	region := login.region
	if region == "" {
		region = "us-east-1"
	}
	client, err := minio.New(u.Host, &minio.Options{Creds: credentials.NewStaticV4(login.id, login.secret, ""), Secure: u.Scheme == "s3",
		Region: region, Transport: s.wires, MaxRetries: 3})
	if err != nil {
		return nil, fault.New(fault.Invalid, "store.bad_place").Because(err)
	}
	s.core = minio.Core{Client: client}
	return s, nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// impatient ends a connection on which nothing moves.
type impatient struct {
	net.Conn
	patience time.Duration
}

func (c impatient) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c impatient) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// put brings it to a file of this machine first: a server wants to know the length beforehand, and keeps all or nothing.
func (s *s3Server) put(ctx context.Context, name string, fill func(w io.Writer) error) error {
	f, err := os.CreateTemp(s.temp, "s3-")
	if err != nil {
		return err
	}
	defer f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	if err := fill(f); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	_, err = s.core.Client.PutObject(ctx, s.bucket, s.prefix+name, f, size,
		minio.PutObjectOptions{ContentType: "application/octet-stream", DisableMultipart: true, SendContentMd5: true})
	return s.fault(ctx, name, err)
}

func (s *s3Server) open(ctx context.Context, name string) (io.ReadCloser, error) {
	body, _, _, err := s.core.GetObject(ctx, s.bucket, s.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return nil, s.fault(ctx, name, err)
	}
	return answer{s, ctx, body}, nil
}

// answer is the body of an answer; one that breaks off is the server's doing and not the file's.
type answer struct {
	s   *s3Server
	ctx context.Context
	io.ReadCloser
}

func (a answer) Read(b []byte) (int, error) {
	n, err := a.ReadCloser.Read(b)
	if err != nil && err != io.EOF {
		err = a.s.fault(a.ctx, "", err)
	}
	return n, err
}

func (s *s3Server) list(ctx context.Context, folder string) (map[string]kept, error) {
	prefix := s.prefix
	if folder != "." {
		prefix += folder + "/"
	}
	all := map[string]kept{}
	ctx, stop := context.WithCancel(ctx)
	defer stop() // who lists ends with it
	for object := range s.core.Client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if object.Err != nil {
			return nil, s.fault(ctx, folder, object.Err)
		}
		all[strings.TrimPrefix(object.Key, prefix)] = kept{object.Size, object.LastModified}
	}
	return all, ctx.Err()
}

func (s *s3Server) remove(ctx context.Context, name string) error {
	err := s.fault(ctx, name, s.core.Client.RemoveObject(ctx, s.bucket, s.prefix+name, minio.RemoveObjectOptions{}))
	if fault.Is(err, "store.file_missing") {
		return nil
	}
	return err
}

func (s *s3Server) close() error {
	s.wires.CloseIdleConnections()
	return nil
}

// fault says what a server has against a request.
func (s *s3Server) fault(ctx context.Context, name string, err error) error {
	if err == nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	var said minio.ErrorResponse
	if !errors.As(err, &said) {
		return away(s.name, err)
	}
	switch code := said.Code; {
	case code == "NoSuchKey":
		return missing(name, err)
	case code == "NoSuchBucket":
		return noPlace(s.name, err)
	case said.StatusCode == http.StatusInsufficientStorage, strings.Contains(code, "Full"), strings.Contains(code, "Quota"):
		return full(s.name, err)
	case said.StatusCode == http.StatusForbidden, said.StatusCode == http.StatusUnauthorized:
		return refused(s.name, err)
	case said.StatusCode >= http.StatusInternalServerError:
		return away(s.name, err)
	}
	return unwritable(s.name, err)
}
