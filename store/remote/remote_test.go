package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"loa/internal/fault"
	"loa/store/backup"
	"loa/store/folder"
	"loa/store/remote/remotetest"
)

// login reads the file of one.
func login(t testing.TB, file string) Login {
	t.Helper()
	l, err := LoginOf(file)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// remotes are a place of each kind, and the same place opened again.
func remotes(t *testing.T, each func(t *testing.T, reopen func() *Place)) {
	m, c := remotetest.NewMachine(t), remotetest.NewCloud(t)
	for name, of := range map[string]interface {
		Address() string
		Login(t testing.TB) string
	}{"sftp": m, "s3": c} {
		t.Run(name, func(t *testing.T) {
			each(t, func() *Place { return opened(t, of.Address(), login(t, of.Login(t)), patience) })
		})
	}
}

func opened(t testing.TB, address string, login Login, patience time.Duration) *Place {
	t.Helper()
	p, err := open(t.Context(), address, login, t.TempDir(), patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func put(t testing.TB, p backup.Place, name, content string) {
	t.Helper()
	if err := p.Put(t.Context(), name, func(w io.Writer) error { _, err := io.WriteString(w, content); return err }); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func got(t testing.TB, p backup.Place, name string) string {
	t.Helper()
	in, err := p.Open(t.Context(), name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer in.Close()
	b, err := io.ReadAll(in)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(b)
}

// What a folder does as a place, another machine does.
func TestAPlaceElsewhereIsLikeAFolder(t *testing.T) {
	same := func(t *testing.T, p, again backup.Place) {
		if there, err := p.List(t.Context(), "."); err != nil || len(there) > 0 {
			t.Fatalf("an empty one has %v, %v", there, err)
		}
		if there, err := p.List(t.Context(), "blobs"); err != nil || len(there) > 0 {
			t.Errorf("a folder that is not there has %v, %v", there, err)
		}
		large := strings.Repeat("âm thanh ", 1<<18) // more than is sent at once
		put(t, p, "place.json", "one")
		put(t, p, "place.json", "another")
		put(t, p, "blobs/ab/abc", large)
		put(t, p, "blobs/ab/little", "x")
		if got(t, again, "place.json") != "another" || got(t, again, "blobs/ab/abc") != large || got(t, again, "blobs/ab/little") != "x" {
			t.Error("what is read is not what was put")
		}
		broken := errors.New("the recording ends here")
		if err := p.Put(t.Context(), "blobs/ab/abc", func(w io.Writer) error {
			_, err := io.WriteString(w, "half")
			return errors.Join(err, broken)
		}); !errors.Is(err, broken) {
			t.Errorf("half of a file: %v", err)
		}
		undo, err := p.Lock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := again.Lock(t.Context()); !fault.Is(err, "store.place_busy") {
			t.Errorf("two writers: %v", err)
		}
		there, err := again.List(t.Context(), ".")
		if err != nil || len(there) != 3 || there["blobs/ab/abc"] != int64(len(large)) || there["place.json"] != 7 {
			t.Errorf("all: %v, %v", there, err)
		}
		undo()
		if undo, err = again.Lock(t.Context()); err != nil {
			t.Fatal(err)
		}
		undo()
		if there, err = p.List(t.Context(), "blobs"); err != nil || len(there) != 2 || there["ab/abc"] != int64(len(large)) {
			t.Errorf("a folder: %v, %v", there, err)
		}
		if _, err := p.Open(t.Context(), "blobs/none"); !fault.Is(err, "store.file_missing") {
			t.Errorf("what is not there: %v", err)
		}
		for range 2 {
			if err := p.Remove(t.Context(), "blobs/ab/abc"); err != nil {
				t.Error(err)
			}
		}
		if there, err := p.List(t.Context(), "."); err != nil || len(there) != 2 {
			t.Errorf("%v, %v", there, err)
		}
		over, stop := context.WithCancel(t.Context())
		stop()
		if _, err := p.Open(over, "place.json"); !errors.Is(err, context.Canceled) {
			t.Errorf("when it is over: %v", err)
		}
	}
	remotes(t, func(t *testing.T, reopen func() *Place) { same(t, reopen(), reopen()) })
	t.Run("folder", func(t *testing.T) {
		dir := t.TempDir()
		var two [2]*folder.Place
		for i := range two {
			p, err := folder.OpenPlace(dir)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { p.Close() })
			two[i] = p
		}
		same(t, two[0], two[1])
	})
}

// What a writer left that was killed keeps the next one out for a while only, and is cleared then.
func TestAWriterThatWasKilledIsForgotten(t *testing.T) {
	m := remotetest.NewMachine(t)
	p := opened(t, m.Address(), login(t, m.Login(t)), patience)
	put(t, p, "parts/half", "half")
	put(t, p, "locks/killed", "")
	if _, err := p.Lock(t.Context()); !fault.Is(err, "store.place_busy") {
		t.Errorf("at once: %v", err)
	}
	long := time.Now().Add(-lockLives - time.Minute)
	if err := os.Chtimes(filepath.Join(m.Dir, "locks/killed"), long, long); err != nil {
		t.Fatal(err)
	}
	undo, err := p.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	undo()
	for _, dir := range []string{"parts", "locks"} {
		if left, err := os.ReadDir(filepath.Join(m.Dir, dir)); err != nil || len(left) > 0 {
			t.Errorf("%s: %v, %v", dir, left, err)
		}
	}
}

// A line that goes while somebody writes keeps her out no longer than it is away.
func TestALineThatGoesLeavesNoLock(t *testing.T) {
	m := remotetest.NewMachine(t)
	undo, err := opened(t, m.Address(), login(t, m.Login(t)), patience).Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.Drop()
	undo()
	if undo, err = opened(t, m.Address(), login(t, m.Login(t)), patience).Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	undo()
	if there, err := os.ReadDir(filepath.Join(m.Dir, locks)); err != nil || len(there) > 0 {
		t.Errorf("%v, %v", there, err)
	}
}

// No machine is believed to be the one that is meant but by its key.
func TestAMachineIsKnownByItsKey(t *testing.T) {
	m := remotetest.NewMachine(t)
	right := login(t, m.Login(t))
	try := func(name, code string, l Login) *fault.Error {
		t.Helper()
		p, err := Open(t.Context(), m.Address(), l, t.TempDir())
		if err == nil {
			p.Close()
		}
		if !fault.Is(err, code) {
			t.Errorf("%s: %v", name, err)
			return fault.New(fault.Internal, "")
		}
		return fault.Of(err)
	}
	stranger := right
	stranger.host = nil
	said := try("never seen", "store.host_unknown", stranger)
	line := fmt.Sprint(said.Args["line"])
	if read, err := ReadLogin("host "+line, nil); err != nil || !bytes.Equal(read.host.Marshal(), m.Host.PublicKey().Marshal()) ||
		said.Args["print"] != ssh.FingerprintSHA256(m.Host.PublicKey()) {
		t.Errorf("what is to be written into the file: %q, %v", line, err)
	}
	other, _ := remotetest.Key(t)
	changed := right
	changed.host = other.PublicKey()
	try("another machine", "store.host_changed", changed)
	nobody := right
	nobody.signer, _ = remotetest.Key(t)
	try("another key", "store.login_refused", nobody)
	try("no key", "store.login_refused", Login{host: right.host})
	if p, err := Open(t.Context(), m.Address()+"/not-mounted", right, t.TempDir()); !fault.Is(err, "store.no_place") {
		t.Errorf("a folder that is not there: %v %v", p, err)
	}
	if left, err := os.ReadDir(m.Dir); err != nil || len(left) > 0 {
		t.Errorf("something was written: %v, %v", left, err)
	}
}

// A machine that hangs, drops the line or is gone is told as away, and holds nobody up for ever.
func TestAMachineThatDoesNotAnswer(t *testing.T) {
	m := remotetest.NewMachine(t)
	p := opened(t, m.Address(), login(t, m.Login(t)), 50*time.Millisecond)
	put(t, p, "place.json", "one")
	m.Hangs.Store(true)
	if err := p.Remove(t.Context(), "place.json"); !fault.Is(err, "store.place_away") {
		t.Errorf("hangs: %v", err)
	}
	if _, err := p.List(t.Context(), "."); !fault.Is(err, "store.place_away") {
		t.Errorf("after it was cut off: %v", err)
	}
	m.Hangs.Store(false)
	p = opened(t, m.Address(), login(t, m.Login(t)), patience)
	err := p.Put(t.Context(), "blobs/ab/abc", func(w io.Writer) error {
		m.Drop()
		_, err := w.Write(make([]byte, 3*stride))
		return err
	})
	if !fault.Is(err, "store.place_away") {
		t.Errorf("dropped in the middle: %v", err)
	}
	p = opened(t, m.Address(), login(t, m.Login(t)), patience)
	if there, err := p.List(t.Context(), "blobs"); err != nil || len(there) > 0 {
		t.Errorf("half of a file is there: %v, %v", there, err)
	}
	put(t, p, "large", strings.Repeat("x", 3*stride))
	in, err := p.Open(t.Context(), "large")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, in, 10); err != nil {
		t.Fatal(err)
	}
	m.Drop()
	if _, err := io.ReadAll(in); !fault.Is(err, "store.place_away") {
		t.Errorf("dropped while it is read: %v", err)
	}
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	if _, err := Open(t.Context(), "sftp://loa@"+gone.Addr().String()+"/srv", login(t, m.Login(t)), t.TempDir()); !fault.Is(err, "store.place_away") {
		t.Errorf("nobody there: %v", err)
	}
}

// A server of S3 that hangs, is full, does not know the key or breaks off.
func TestACloudThatFails(t *testing.T) {
	c := remotetest.NewCloud(t)
	p := opened(t, c.Address(), login(t, c.Login(t)), 200*time.Millisecond)
	put(t, p, "place.json", "a few words that can be cut")
	for status, code := range map[int64]string{403: "store.login_refused", 507: "store.place_full"} {
		c.Fails.Store(status)
		err := p.Put(t.Context(), "blobs/ab/abc", func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err })
		if !fault.Is(err, code) {
			t.Errorf("%d: %v", status, err)
		}
	}
	c.Fails.Store(0)
	if there, err := p.List(t.Context(), "."); err != nil || len(there) != 1 {
		t.Errorf("%v, %v", there, err)
	}
	c.Cut.Store(true)
	in, err := p.Open(t.Context(), "place.json")
	if err == nil {
		_, err = io.ReadAll(in)
		in.Close()
	}
	if !fault.Is(err, "store.place_away") {
		t.Errorf("cut: %v", err)
	}
	c.Cut.Store(false)
	c.Hangs.Store(true)
	if _, err := p.Open(t.Context(), "place.json"); !fault.Is(err, "store.place_away") {
		t.Errorf("hangs: %v", err)
	}
	c.Hangs.Store(false)
	other := opened(t, strings.Replace(c.Address(), remotetest.Bucket, "thung-khac", 1), login(t, c.Login(t)), patience)
	if err := other.Put(t.Context(), "x", func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); !fault.Is(err, "store.no_place") {
		t.Errorf("no bucket: %v", err)
	}
	if _, err := Open(t.Context(), c.Address(), Login{}, t.TempDir()); !fault.Is(err, "store.login_refused") {
		t.Errorf("no login: %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for _, good := range []string{"sftp://loa@backup.example/srv/loa", "sftp://loa@10.0.0.2:2022/~/loa", "s3://s3.example.vn/thung",
		"s3://s3.example.vn:9000/thung/loa",
		"s3+http://127.0.0.1:9000/thung"} {
		if u, err := Address(good); err != nil || u.String() != good || !Is(good) {
			t.Errorf("%s: %v %v", good, u, err)
		}
	}
	for _, bad := range []string{"", "sftp://", "sftp://backup.example/srv", "sftp://loa@backup.example", "sftp://loa@backup.example/", "ftp://loa@a/b",
		"sftp://loa:bi-mat@backup.example/srv", "s3://AKIA:bi-mat@s3.example/b",
		"s3://s3.example.vn", "s3+http://s3.example.vn/b", "s3://s3.example/b?secret=bi-mat"} {
		_, err := Address(bad)
		if !fault.Is(err, "store.bad_place") || strings.Contains(fmt.Sprintf("%v %+v", err, errors.Unwrap(err)), "bi-mat") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, dir := range []string{"/mnt/saoluu", "saoluu", `C:\saoluu`} {
		if Is(dir) {
			t.Errorf("%s is a folder", dir)
		}
	}
}

// The file of a login is for its owner only, and what stands there is never said.
func TestALoginSaysNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "login")
	if err := os.WriteFile(file, []byte("id AKIA\nsecret bi-mat\nregion vn-1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoginOf(file); !fault.Is(err, "store.login_open") {
		t.Errorf("everybody reads it: %v", err)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := LoginOf(file)
	if err != nil || l.secret != "bi-mat" || l.region != "vn-1" {
		t.Fatal(err)
	}
	if said := fmt.Sprintf("%v %+v %#v %s", l, l, l, l); strings.Contains(said, "bi-mat") {
		t.Error(said)
	}
	named := filepath.Join(t.TempDir(), "key")
	if err := errors.Join(os.WriteFile(named, nil, 0o644), os.WriteFile(file, []byte("key "+named), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := LoginOf(file); !fault.Is(err, "store.login_open") || fault.Of(err).Args["file"] != named {
		t.Errorf("everybody reads the key it names: %v", err)
	}
	for _, bad := range []string{"bi-mat", "secret", "secrte bi-mat", "key /none", "host bi-mat"} {
		_, err := ReadLogin("# x\n\n"+bad, os.ReadFile)
		if !fault.Is(err, "store.bad_login") || fault.Of(err).Args["line"] != 3 || strings.Contains(fmt.Sprint(err), "bi-mat") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func FuzzReadLogin(f *testing.F) {
	f.Add("key a\nhost ssh-ed25519 AAAA\npassword x", []byte("-----BEGIN OPENSSH PRIVATE KEY-----"))
	f.Add("id a\nsecret b\nregion c", []byte{})
	f.Fuzz(func(t *testing.T, text string, file []byte) {
		l, err := ReadLogin(text, func(string) ([]byte, error) { return file, nil })
		if err != nil && (l != Login{} || !fault.Is(err, "store.bad_login")) {
			t.Error(err)
		}
	})
}

func FuzzAddress(f *testing.F) {
	f.Add("sftp://loa@a/b")
	f.Add("s3+http://[::1]:9000/b")
	f.Fuzz(func(t *testing.T, name string) {
		u, err := Address(name)
		if err != nil {
			return
		}
		if _, secret := u.User.Password(); secret || !slices.Contains([]string{"sftp", "s3", "s3+http"}, u.Scheme) {
			t.Errorf("%q is taken", name)
		}
	})
}
