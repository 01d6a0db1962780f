package remote

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"

	"loa/internal/fault"
)

// Login is how a place lets the server in, and how the server knows the place. It prints nothing of itself.
type Login struct {
	signer   ssh.Signer    // SFTP: the server's key
	password string        // SFTP, where there is no key
	host     ssh.PublicKey // SFTP: the one key that machine may show

	id, secret string // S3
	region     string
}

// String says nothing.
func (Login) String() string { return "login" }

// GoString says nothing.
func (Login) GoString() string { return "login" }

// ReadLogin reads the file of a login, a word and its value a line; lines that begin with # are passed over:
//
//	key FILE        SFTP: a private key of OpenSSH without a passphrase
//	password WORD   SFTP, instead
//	host TYPE KEY   SFTP: the machine's own key, as in its ssh_host_ed25519_key.pub
//	id WORD         S3
//	secret WORD     S3
//	region WORD     S3, us-east-1 where it is not said
//
// readFile opens what a line names. Fault: store.bad_login, which tells the line and nothing of what stands there.
func ReadLogin(text string, readFile func(name string) ([]byte, error)) (l Login, err error) {
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, value, _ := strings.Cut(line, " ")
		if err := l.set(word, strings.TrimSpace(value), readFile); fault.Is(err, "store.login_open") {
			return Login{}, err
		} else if err != nil { // why could quote a secret
			return Login{}, fault.New(fault.Invalid, "store.bad_login", "line", i+1)
		}
	}
	return l, nil
}

func (l *Login) set(word, value string, readFile func(name string) ([]byte, error)) (err error) {
	if value == "" {
		return errNoLogin
	}
	switch word {
	case "key":
		var file []byte
		if file, err = readFile(value); err == nil {
			l.signer, err = ssh.ParsePrivateKey(file)
		}
	case "host":
		l.host, _, _, _, err = ssh.ParseAuthorizedKey([]byte(value))
	case "password":
		l.password = value
	case "id":
		l.id = value
	case "secret":
		l.secret = value
	case "region":
		l.region = value
	default:
		return errNoLogin
	}
	return err
}

// LoginOf reads the file of a login; none where it has no name. Faults: store.login_open where others may read it or the key it
// names, store.bad_login.
func LoginOf(file string) (Login, error) {
	if file == "" {
		return Login{}, nil
	}
	text, err := own(file)
	if err != nil {
		return Login{}, err
	}
	return ReadLogin(string(text), own)
}

// own reads a file that nobody else may read.
func own(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if others(info) {
		return nil, fault.New(fault.Denied, "store.login_open", "file", file)
	}
	return os.ReadFile(file)
}

var errNoLogin = errors.New("remote: no login")
