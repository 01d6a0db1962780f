// Package remote keeps backups on another machine: in a folder that is reached by SFTP, or in a
// bucket of a server that speaks S3.
package remote

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"

	"loa/internal/fault"
)

// Is reports whether a place is named by an address; else its name is the path of a folder.
func Is(name string) bool { return strings.Contains(name, "://") }

// Place implements backup.Place on another machine.
type Place struct {
	server
	name string
}

// server is a machine that keeps files under names. Its errors are faults.
type server interface {
	put(ctx context.Context, name string, fill func(w io.Writer) error) error
	open(ctx context.Context, name string) (io.ReadCloser, error)
	// list gives the names below a folder, "." for all.
	list(ctx context.Context, folder string) (map[string]kept, error)
	remove(ctx context.Context, name string) error
	close() error
}

// kept is a file on a server.
type kept struct {
	size int64
	at   time.Time // by the server's clock
}

// patience is how long a server may be silent before it counts as gone.
const patience = time.Minute

// Open reaches the place of an address:
//
//	sftp://USER@HOST[:PORT]/FOLDER   from the root of that machine; /~/FOLDER from the user's own
//	s3://HOST[:PORT]/BUCKET[/FOLDER] by https; s3+http:// by http, to this machine only
//
// What comes on its way lies in the folder temp. Faults: store.bad_place, store.bad_login, store.no_place,
// store.place_away, store.login_refused, and of SFTP store.host_unknown and store.host_changed.
func Open(ctx context.Context, name string, login Login, temp string) (*Place, error) {
	return open(ctx, name, login, temp, patience)
}

func open(ctx context.Context, name string, login Login, temp string, patience time.Duration) (p *Place, err error) {
	u, err := Address(name)
	if err != nil {
		return nil, err
	}
	p = &Place{name: u.String()}
	if u.Scheme == "sftp" {
		p.server, err = openSFTP(ctx, u, login, patience)
	} else {
		p.server, err = openS3(u, login, temp, patience)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Address reads the address of a place; no secret may stand in it. Fault: store.bad_place.
func Address(name string) (*url.URL, error) {
	u, err := url.Parse(name)
	bad := fault.New(fault.Invalid, "store.bad_place") // what was typed may hold a secret
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return nil, bad
	}
	_, secret := u.User.Password()
	switch u.Scheme {
	case "sftp":
		if secret || u.User.Username() == "" || strings.Trim(u.Path, "/") == "" {
			return nil, bad
		}
	case "s3", "s3+http":
		if u.User != nil || strings.Trim(u.Path, "/") == "" || u.Scheme == "s3+http" && !loopback(u.Hostname()) {
			return nil, bad
		}
	default:
		return nil, bad
	}
	return u, nil
}

// Close ends the connection.
func (p *Place) Close() error { return p.close() }

func (p *Place) String() string { return p.name }

// Each writer has a file of its own under locks while it writes, and writes it again from time to time.
// One that was not for lockLives is of a writer that was killed.
const (
	locks     = "locks"
	lockLives = 30 * time.Minute
	lockAgain = lockLives / 6
)

// left are the locks this program could not end, since the line was gone. Whoever comes next of it need not wait for them.
var left sync.Map

// Lock implements backup.Place among all machines. Two that come at once both find the place busy.
func (p *Place) Lock(ctx context.Context) (undo func(), err error) {
	own := rand.Text()
	hold := func(ctx context.Context) error {
		return p.put(ctx, locks+"/"+own, func(w io.Writer) error { _, err := io.WriteString(w, "locked\n"); return err })
	}
	if err := hold(ctx); err != nil {
		return nil, err
	}
	leave := func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		if err := p.remove(ctx, locks+"/"+own); err != nil {
			left.Store(own, true)
		}
	}
	if err := p.alone(ctx, own); err != nil {
		leave()
		return nil, err
	}
	holding, stop := context.WithCancel(ctx)
	var held sync.WaitGroup
	held.Go(func() {
		again := time.NewTicker(lockAgain)
		defer again.Stop()
		for {
			select {
			case <-holding.Done():
				return
			case <-again.C:
				_ = hold(holding) // what is written meanwhile fails too where this does
			}
		}
	})
	return func() { stop(); held.Wait(); leave() }, nil
}

// alone looks for other writers, and clears what those left that were killed. Fault: store.place_busy.
func (p *Place) alone(ctx context.Context, own string) error {
	all, err := p.list(ctx, locks)
	if err != nil {
		return err
	}
	for name, lock := range all {
		_, ours := left.LoadAndDelete(name)
		switch {
		case name == own:
		case !ours && all[own].at.Sub(lock.at) < lockLives:
			return fault.New(fault.Conflict, "store.place_busy", "place", p.name)
		default:
			if err := p.remove(ctx, locks+"/"+name); err != nil {
				return err
			}
		}
	}
	halves, err := p.list(ctx, parts)
	for name := range halves {
		err = errors.Join(err, p.remove(ctx, parts+"/"+name))
	}
	return err
}

// parts is the folder of files on their way.
const parts = "parts"

// Put implements backup.Place.
func (p *Place) Put(ctx context.Context, name string, fill func(w io.Writer) error) error {
	return p.put(ctx, name, fill)
}

// Open implements backup.Place.
func (p *Place) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	return p.open(ctx, name)
}

// List implements backup.Place.
func (p *Place) List(ctx context.Context, folder string) (map[string]int64, error) {
	there, err := p.list(ctx, folder)
	sizes := make(map[string]int64, len(there))
	for name, f := range there {
		if folder != "." || !strings.HasPrefix(name, locks+"/") && !strings.HasPrefix(name, parts+"/") {
			sizes[name] = f.size
		}
	}
	return sizes, err
}

// Remove implements backup.Place.
func (p *Place) Remove(ctx context.Context, name string) error { return p.remove(ctx, name) }

// away is the fault of a place that does not answer.
func away(place string, err error) error {
	return fault.New(fault.Unavailable, "store.place_away", "place", place).Because(err)
}

// refused is the fault of a place that does not let the server in.
func refused(place string, err error) error {
	return fault.New(fault.Denied, "store.login_refused", "place", place).Because(err)
}

// noPlace is the fault of a folder or bucket that is not there: it is never made.
func noPlace(place string, err error) error {
	return fault.New(fault.Unavailable, "store.no_place", "place", place).Because(err)
}

// missing is the fault of a file that is not there.
func missing(name string, err error) error {
	return fault.New(fault.NotFound, "store.file_missing", "name", name).Because(err)
}

// full is the fault of a place that has no room.
func full(place string, err error) error {
	return fault.New(fault.Full, "store.place_full", "place", place).Because(err)
}

// unwritable is the fault of a place that does not do what is asked of it.
func unwritable(place string, err error) error {
	return fault.New(fault.Unavailable, "store.place_unwritable", "place", place).Because(err)
}
