// Package remotetest has real servers for tests of backups on another machine.
package remotetest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// Key makes the key of a person or a machine, and the file that holds it.
func Key(t testing.TB) (ssh.Signer, []byte) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, pem.EncodeToMemory(block)
}

// Machine is a real server of SFTP over a folder of this machine.
type Machine struct {
	Dir   string
	Host  ssh.Signer
	Hangs atomic.Bool // nothing is answered any more
	gone  atomic.Bool

	user ssh.PublicKey // who is let in
	file []byte        // her key
	at   string        // host:port

	mu    sync.Mutex
	conns []net.Conn
}

// NewMachine starts one.
func NewMachine(t testing.TB) *Machine {
	t.Helper()
	m := &Machine{Dir: t.TempDir()}
	m.Host, _ = Key(t)
	var user ssh.Signer
	user, m.file = Key(t)
	m.user = user.PublicKey()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.at = socket.Addr().String()
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := socket.Accept()
			if err != nil {
				return
			}
			m.mu.Lock()
			m.conns = append(m.conns, conn)
			m.mu.Unlock()
			serving.Go(func() { m.serve(conn) })
		}
	})
	t.Cleanup(func() { socket.Close(); m.Drop(); serving.Wait() })
	return m
}

// Drop cuts all connections.
func (m *Machine) Drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, conn := range m.conns {
		conn.Close()
	}
	m.conns = nil
}

func (m *Machine) serve(conn net.Conn) {
	defer conn.Close()
	if m.gone.Load() {
		return
	}
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if !bytes.Equal(key.Marshal(), m.user.Marshal()) {
			return nil, errors.New("who is that")
		}
		return nil, nil
	}}
	config.AddHostKey(m.Host)
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for asked := range channels {
		channel, requests, err := asked.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		if program := os.Getenv("LOA_SFTP_SERVER"); program != "" { // that of OpenSSH, where there is one
			cmd := exec.Command(program)
			cmd.Stdin, cmd.Stdout = channel, silent{channel, m}
			_ = cmd.Run() // it ends with the line
			continue
		}
		server, err := sftp.NewServer(silent{channel, m})
		if err != nil {
			return
		}
		_ = server.Serve() // it ends with the line
	}
}

// silent is a channel over which a machine that hangs says nothing.
type silent struct {
	ssh.Channel
	m *Machine
}

func (s silent) Write(b []byte) (int, error) {
	if s.m.Hangs.Load() {
		return len(b), nil
	}
	return s.Channel.Write(b)
}

// Address is where its folder is.
func (m *Machine) Address() string { return "sftp://loa@" + m.at + m.Dir }

// Leave ends what it serves, or lets it go on.
func (m *Machine) Leave(gone bool) {
	m.gone.Store(gone)
	m.Drop()
}

// Login is the file of a login that is let in, and knows the machine.
func (m *Machine) Login(t testing.TB) string {
	t.Helper()
	key := write(t, "key", m.file)
	return write(t, "login", fmt.Appendf(nil, "# of a test\nkey %s\nhost %s", key, ssh.MarshalAuthorizedKey(m.Host.PublicKey())))
}

// write keeps a file that its owner alone may read.
func write(t testing.TB, name string, b []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Cloud is a server of S3 in memory.
type Cloud struct {
	*httptest.Server
	Fails atomic.Int64 // the status of all answers, 0 for what they are
	Cut   atomic.Bool  // bodies end in their middle
	Hangs atomic.Bool
}

// Bucket is the one there is.
const Bucket = "sao-luu"

// NewCloud starts one.
func NewCloud(t testing.TB) *Cloud {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket(Bucket); err != nil {
		t.Fatal(err)
	}
	c, real := &Cloud{}, gofakes3.New(backend).Server()
	over := make(chan struct{})
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch status := int(c.Fails.Load()); {
		case c.Hangs.Load():
			<-over
		case status != 0:
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(status)
			fmt.Fprintf(w, "<Error><Code>%s</Code></Error>", map[int]string{
				403: "SignatureDoesNotMatch", 503: "ServiceUnavailable", 507: "XMinioStorageFull",
			}[status])
		case c.Cut.Load() && r.Method == http.MethodGet:
			all := httptest.NewRecorder()
			real.ServeHTTP(all, r)
			maps.Copy(w.Header(), all.Header())
			w.Header().Set("Content-Length", fmt.Sprint(all.Body.Len()))
			_, _ = w.Write(all.Body.Bytes()[:all.Body.Len()/2])
		default:
			real.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() { close(over); c.Close() })
	return c
}

// Address is a folder in its bucket.
func (c *Cloud) Address() string {
	return "s3+http://" + c.Listener.Addr().String() + "/" + Bucket + "/loa/lao-cai"
}

// Leave ends what it serves, or lets it go on.
func (c *Cloud) Leave(gone bool) {
	status := 0
	if gone {
		status = http.StatusServiceUnavailable
	}
	c.Fails.Store(int64(status))
}

// Login is the file of a login.
func (c *Cloud) Login(t testing.TB) string {
	t.Helper()
	return write(t, "login", []byte("id AKIA\nsecret khong-noi\n"))
}
