// Package fault is the one kind of error a person may see: a stable code, the
// facts its sentence needs, and a private cause for the log.
//
// The sentence itself lives in the message catalogue (package text) under the
// code, so that Vietnamese and English stay side by side. web maps a Kind to
// an HTTP status and cmd maps it to an exit code, each in one switch.
package fault

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// Kind says what sort of thing went wrong, and so how a door answers it.
type Kind uint8

// The kinds. The zero Kind is Internal: an error nobody named is our fault.
const (
	Internal        Kind = iota // a bug or a broken disk; the person sees a bland sentence
	Invalid                     // the request says something that cannot be
	Unauthenticated             // nobody is logged in
	Denied                      // logged in, but not allowed to do this here
	NotFound                    // no such thing, or nothing this person may know of
	Conflict                    // true once, but something else happened first
	Gone                        // it existed, and was ended on purpose
	TooLarge                    // over a stated size limit
	Unsupported                 // a content type or format we do not read
	TooMany                     // slow down
	Full                        // no room on the disk or in a quota
	Unavailable                 // not now: shutting down, read-only disk, lock held
	WrongMethod                 // it is there, and this is not what can be done to it
	Stale                       // made from what is no longer there: somebody else has changed it
)

// Error is an error with a sentence for the person and a cause for the log.
type Error struct {
	Kind  Kind
	Code  string         // stable, e.g. "airing.in_future"; also the catalogue key
	Args  map[string]any // values for the sentence's {placeholders}
	Field string         // the form field or JSON member at fault, if one is
	Line  int            // 1-based line of an imported file, 0 if none
	Parts []*Error       // the single faults of a whole that was refused
	Err   error          // the private cause, never shown
}

// New makes an Error. args are name, value pairs for the sentence; an odd
// count is a programmer's mistake and panics.
func New(kind Kind, code string, args ...any) *Error {
	e := &Error{Kind: kind, Code: code}
	if len(args)%2 != 0 {
		panic("fault: odd number of args for " + code)
	}
	for i := 0; i < len(args); i += 2 {
		if e.Args == nil {
			e.Args = make(map[string]any, len(args)/2)
		}
		e.Args[args[i].(string)] = args[i+1]
	}
	return e
}

// At names the form field or JSON member at fault and returns e.
func (e *Error) At(field string) *Error { e.Field = field; return e }

// All are the single faults: the parts, or e itself where it has none.
func (e *Error) All() []*Error {
	if len(e.Parts) == 0 {
		return []*Error{e}
	}
	return e.Parts
}

// Because sets the private cause and returns e.
func (e *Error) Because(err error) *Error { e.Err = err; return e }

// Error is for the log: code, facts and cause, in no particular language.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	if e.Field != "" {
		fmt.Fprintf(&b, " at %s", e.Field)
	}
	if e.Line != 0 {
		fmt.Fprintf(&b, " line %d", e.Line)
	}
	if len(e.Args) > 0 {
		fmt.Fprintf(&b, " %v", e.Args)
	}
	for _, p := range e.Parts {
		fmt.Fprintf(&b, "; %v", p)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the private cause.
func (e *Error) Unwrap() error { return e.Err }

// Of returns the Error inside err. An err that holds none becomes
// "internal" with err as its cause; nil stays nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return New(Internal, "internal").Because(err)
}

// Disk names what the operating system said of its disk, in words a person can act on; nil where err says
// nothing of a disk.
func Disk(err error) *Error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return New(Full, "store.full").Because(err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, os.ErrPermission):
		return New(Unavailable, "store.read_only").Because(err)
	case errors.Is(err, syscall.EIO):
		return New(Unavailable, "store.device").Because(err)
	}
	return nil
}

// Is reports whether err is an Error with that code.
func Is(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}
