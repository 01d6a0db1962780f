package remote

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"loa/internal/fault"
)

// sftpServer is a folder reached by SFTP. Each step is cut off with its connection where it stands still.
type sftpServer struct {
	name     string
	root     string
	conn     net.Conn
	client   *sftp.Client
	patience time.Duration

	mu   sync.Mutex
	made map[string]bool // folders that are there
}

// stride is how much is sent or asked for at once, many packets side by side: a far machine is slow for one at a time.
// A line of 5 kB/s brings one within patience.
const stride = 256 << 10

func openSFTP(ctx context.Context, u *url.URL, login Login, patience time.Duration) (_ *sftpServer, err error) {
	s := &sftpServer{name: u.String(), root: u.Path, patience: patience, made: map[string]bool{}}
	if own, is := strings.CutPrefix(u.Path, "/~/"); is {
		s.root = own
	}
	if login.signer == nil && login.password == "" {
		return nil, refused(s.name, errNoLogin)
	}
	port := u.Port()
	if port == "" {
		port = "22"
	}
	dialer := net.Dialer{Timeout: patience}
	if s.conn, err = dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port)); err != nil {
		return nil, away(s.name, err)
	}
	err = s.do(ctx, func() error { return s.greet(u.User.Username(), login) })
	if err == nil {
		err = s.do(ctx, func() error {
			info, err := s.client.Stat(s.root)
			if err == nil && !info.IsDir() {
				err = fs.ErrNotExist
			}
			if errors.Is(err, fs.ErrNotExist) {
				return noPlace(s.name, err)
			}
			return err
		})
	}
	if err != nil {
		_ = s.conn.Close() // that it failed is said
		return nil, err
	}
	return s, nil
}

// greet makes sure that the machine is the one that is meant, and logs in.
func (s *sftpServer) greet(user string, login Login) error {
	var who error
	config := &ssh.ClientConfig{User: user, HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
		who = s.known(login.host, key)
		return who
	}}
	if login.host != nil {
		config.HostKeyAlgorithms = algorithms(login.host.Type())
	}
	if login.signer != nil {
		config.Auth = append(config.Auth, ssh.PublicKeys(login.signer))
	}
	if login.password != "" {
		config.Auth = append(config.Auth, ssh.Password(login.password))
	}
	conn, channels, requests, err := ssh.NewClientConn(s.conn, s.name, config)
	switch {
	case who != nil:
		return who
	case err != nil && strings.Contains(err.Error(), "unable to authenticate"):
		return refused(s.name, err)
	case err != nil:
		return away(s.name, err)
	}
	s.client, err = sftp.NewClient(ssh.NewClient(conn, channels, requests), sftp.UseConcurrentWrites(true))
	return err
}

// known holds the key that a machine shows against the one it should.
func (s *sftpServer) known(want, shown ssh.PublicKey) error {
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(shown)))
	switch {
	case want == nil:
		return fault.New(fault.Denied, "store.host_unknown", "place", s.name, "print", ssh.FingerprintSHA256(shown), "line", line)
	case string(want.Marshal()) != string(shown.Marshal()):
		return fault.New(fault.Denied, "store.host_changed", "place", s.name, "print", ssh.FingerprintSHA256(shown))
	}
	return nil
}

// algorithms are those by which a key of a type signs.
func algorithms(kind string) []string {
	if kind == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{kind}
}

// do takes one step, and cuts the connection where that takes longer than there is patience, or with its context.
func (s *sftpServer) do(ctx context.Context, step func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	cut := func() { _ = s.conn.Close() } // the step fails by it
	slow := time.AfterFunc(s.patience, cut)
	defer slow.Stop()
	defer context.AfterFunc(ctx, cut)()
	err := step()
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return s.fault(err)
}

func (s *sftpServer) fault(err error) error {
	var named *fault.Error
	var status *sftp.StatusError
	switch {
	case err == nil, err == io.EOF, errors.Is(err, fs.ErrNotExist), errors.As(err, &named):
		return err
	case errors.As(err, &status), errors.Is(err, fs.ErrPermission):
		return unwritable(s.name, err)
	}
	return away(s.name, err)
}

// put sends what comes under another name, makes sure that all of it is there, and renames it.
func (s *sftpServer) put(ctx context.Context, name string, fill func(w io.Writer) error) error {
	way, to := path.Join(s.root, parts, rand.Text()), path.Join(s.root, name)
	if err := errors.Join(s.folder(ctx, path.Dir(way)), s.folder(ctx, path.Dir(to))); err != nil {
		return err
	}
	err := s.send(ctx, way, fill)
	if err == nil {
		err = s.do(ctx, func() error { return s.client.PosixRename(way, to) })
	}
	if err != nil {
		_ = s.do(ctx, func() error { return s.client.Remove(way) }) // else who locks the place next does
	}
	return err
}

func (s *sftpServer) send(ctx context.Context, way string, fill func(w io.Writer) error) error {
	var f *sftp.File
	err := s.do(ctx, func() (err error) { f, err = s.client.Create(way); return err })
	if err != nil {
		return err
	}
	out := &sending{s: s, ctx: ctx, f: f}
	buffered := bufio.NewWriterSize(out, stride)
	if err = fill(buffered); err == nil {
		err = buffered.Flush()
	}
	if out.err != nil {
		err = out.err // whatever became of it on the way
	}
	if err == nil {
		err = s.do(ctx, func() error { return s.arrived(f, out.n) })
	}
	closed := s.do(ctx, f.Close)
	if err == nil {
		err = closed
	}
	return err
}

// arrived makes sure that a file is on the disk as it was sent, where the machine can be asked for that.
func (s *sftpServer) arrived(f *sftp.File, sent int64) error {
	if _, can := s.client.HasExtension("fsync@openssh.com"); can {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	info, err := f.Stat()
	if err == nil && info.Size() != sent {
		err = unwritable(s.name, fmt.Errorf("%d bytes were sent and %d are there", sent, info.Size()))
	}
	return err
}

// sending writes to a file over there, and remembers what failed.
type sending struct {
	s   *sftpServer
	ctx context.Context
	f   *sftp.File
	n   int64
	err error
}

func (w *sending) Write(b []byte) (n int, err error) {
	w.err = w.s.do(w.ctx, func() error { n, err = w.f.Write(b); return err })
	var status *sftp.StatusError
	if errors.As(w.err, &status) && w.s.isFull(w.ctx) { // a full disk has no status of its own
		w.err = full(w.s.name, status)
	}
	w.n += int64(n)
	return n, w.err
}

// isFull reports whether the machine says that it has no room for another stride.
func (s *sftpServer) isFull(ctx context.Context) bool {
	if _, can := s.client.HasExtension("statvfs@openssh.com"); !can {
		return false
	}
	var room *sftp.StatVFS
	err := s.do(ctx, func() (err error) { room, err = s.client.StatVFS(s.root); return err })
	return err == nil && room.Frsize*room.Bavail < stride
}

// folder makes a folder, once.
func (s *sftpServer) folder(ctx context.Context, dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made[dir] {
		return nil
	}
	err := s.do(ctx, func() error { return s.client.MkdirAll(dir) })
	s.made[dir] = err == nil
	return err
}

func (s *sftpServer) open(ctx context.Context, name string) (io.ReadCloser, error) {
	var f *sftp.File
	err := s.do(ctx, func() (err error) { f, err = s.client.Open(path.Join(s.root, name)); return err })
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(name, err)
	}
	if err != nil {
		return nil, err
	}
	return receiving{bufio.NewReaderSize(step{s, ctx, f}, stride), step{s, ctx, f}}, nil
}

// step reads from a file over there.
type step struct {
	s   *sftpServer
	ctx context.Context
	f   *sftp.File
}

func (r step) Read(b []byte) (n int, err error) {
	err = r.s.do(r.ctx, func() error { n, err = r.f.Read(b); return err })
	return n, err
}

func (r step) Close() error { return r.s.do(context.WithoutCancel(r.ctx), r.f.Close) }

type receiving struct {
	io.Reader
	io.Closer
}

func (s *sftpServer) list(ctx context.Context, folder string) (map[string]kept, error) {
	all := map[string]kept{}
	err := s.walk(ctx, path.Join(s.root, folder), "", all)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return all, err
}

func (s *sftpServer) walk(ctx context.Context, dir, prefix string, all map[string]kept) error {
	var infos []fs.FileInfo
	err := s.do(ctx, func() (err error) { infos, err = s.client.ReadDirContext(ctx, dir); return err })
	for _, info := range infos {
		name := prefix + info.Name()
		switch {
		case err != nil:
		case info.IsDir():
			err = s.walk(ctx, path.Join(dir, info.Name()), name+"/", all)
		default:
			all[name] = kept{info.Size(), info.ModTime()}
		}
	}
	return err
}

func (s *sftpServer) remove(ctx context.Context, name string) error {
	err := s.do(ctx, func() error { return s.client.Remove(path.Join(s.root, name)) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (s *sftpServer) close() error {
	_ = s.conn.Close() // nothing is on its way: each step was answered
	return nil
}
