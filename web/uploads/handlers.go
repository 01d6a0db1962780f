package uploads

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/google/uuid"

	"loa/internal/fault"
	"loa/library"
	"loa/library/intake"
	"loa/web/kit"
)

// pieceType is the media type of the bytes of a piece.
const pieceType = "application/offset+octet-stream"

// versioned refuses a request of another version of the protocol.
func versioned(r *kit.Request) error {
	if r.Header.Get("Tus-Resumable") != "1.0.0" {
		return fault.New(fault.Invalid, "uploads.version")
	}
	return nil
}

func (s server) options(w http.ResponseWriter, r *kit.Request) error {
	set, err := s.settings(r.Context())
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Tus-Version", "1.0.0")
	h.Set("Tus-Extension", "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination")
	h.Set("Tus-Checksum-Algorithm", algorithms)
	h.Set("Tus-Max-Size", strconv.FormatInt(set.MaxBytes, 10))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s server) create(w http.ResponseWriter, r *kit.Request) error {
	if r.Header.Get("Upload-Concat") != "" { // else each part would be judged as a recording of its own
		return fault.New(fault.Invalid, "uploads.no_concatenation")
	}
	length, err := lengthOf(r)
	if err != nil {
		return err
	}
	meta, err := ParseMetadata(r.Header.Get("Upload-Metadata"))
	if err != nil {
		return err
	}
	sum, err := parseChecksum(r.Header.Get("Upload-Checksum"))
	if err != nil {
		return err
	}
	st, err := s.desk.Create(r.Context(), r.Actor, uuid.NewString(), intake.Order{Kind: library.Kind(meta["kind"]),
		Station: meta["station"], Name: meta["filename"], Length: length, Meta: r.Header.Get("Upload-Metadata")})
	if err != nil {
		return err
	}
	id := st.ID
	if isPiece(r) || length == 0 {
		// The first bytes may come along; nothing at all is judged at once.
		if st, err = s.write(w, r, id, 0, sum); err != nil {
			// Nobody was told where it is: it would lie there for nothing.
			return errors.Join(err, s.desk.End(context.WithoutCancel(r.Context()), r.Actor.Person, id))
		}
		w.Header().Set("Upload-Offset", strconv.FormatInt(st.Offset, 10))
	}
	w.Header().Set("Location", Root+"/"+id)
	tell(w, st)
	w.WriteHeader(http.StatusCreated)
	return nil
}

// lengthOf reads Upload-Length or Upload-Defer-Length, of which there must be
// exactly one.
func lengthOf(r *kit.Request) (int64, error) {
	length, deferred := r.Header.Values("Upload-Length"), r.Header.Values("Upload-Defer-Length")
	bad := fault.New(fault.Invalid, "uploads.length_unknown")
	switch {
	case len(length)+len(deferred) != 1:
		return 0, bad
	case len(deferred) == 1:
		if deferred[0] != "1" {
			return 0, bad
		}
		return library.Unknown, nil
	}
	n, ok := number(length[0])
	if !ok {
		return 0, bad
	}
	return n, nil
}

// number reads a header that holds a count of bytes.
func number(s string) (int64, bool) {
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err == nil
}

func isPiece(r *kit.Request) bool {
	mt, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && mt == pieceType
}

func (s server) head(w http.ResponseWriter, r *kit.Request) error {
	st, err := s.desk.Status(r.Context(), r.Actor.Person, r.PathValue("id"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Upload-Offset", strconv.FormatInt(st.Offset, 10))
	if st.Length == library.Unknown {
		h.Set("Upload-Defer-Length", "1")
	} else {
		h.Set("Upload-Length", strconv.FormatInt(st.Length, 10))
	}
	if st.Meta != "" {
		h.Set("Upload-Metadata", st.Meta)
	}
	tell(w, st)
	w.WriteHeader(http.StatusOK)
	return nil
}

// tell adds what Loa tells beyond the protocol, and when the upload is given up.
func tell(w http.ResponseWriter, st intake.Status) {
	h := w.Header()
	h.Set("Loa-State", string(stateOf(st)))
	if st.Kept {
		h.Set("Loa-Recording", st.ID)
		return
	}
	h.Set("Upload-Expires", st.Expires.UTC().Format(http.TimeFormat))
}

func (s server) patch(w http.ResponseWriter, r *kit.Request) error {
	if !isPiece(r) {
		return fault.New(fault.Unsupported, "uploads.no_piece")
	}
	at, ok := number(r.Header.Get("Upload-Offset"))
	if !ok {
		return fault.New(fault.Invalid, "uploads.offset_unreadable")
	}
	sum, err := parseChecksum(r.Header.Get("Upload-Checksum"))
	if err != nil {
		return err
	}
	st, err := s.write(w, r, r.PathValue("id"), at, sum)
	if err != nil {
		return err
	}
	w.Header().Set("Upload-Offset", strconv.FormatInt(st.Offset, 10))
	tell(w, st)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// write hands a request's body to the desk. Another connection that wants to go
// on with the upload ends the reading of this one.
func (s server) write(w http.ResponseWriter, r *kit.Request, id string, at int64, sum *intake.Checksum) (intake.Status, error) {
	length := int64(library.Unknown)
	if told := r.Header.Get("Upload-Length"); told != "" {
		n, ok := number(told)
		if !ok {
			return intake.Status{}, fault.New(fault.Invalid, "uploads.length_unknown")
		}
		length = n
	}
	conn := http.NewResponseController(w)
	st, err := s.desk.Write(r.Context(), r.Actor.Person, id, intake.Piece{At: at, Body: r.Body, Size: r.ContentLength, Length: length, Sum: sum,
		Stop: func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) }}) // where there is no connection there is no wait either
	if err != nil {
		// Else the server would read the rest before it answers, and on a line
		// that died it would wait for it.
		w.Header().Set("Connection", "close")
	}
	var named *fault.Error
	if err != nil && !errors.As(err, &named) && (r.Context().Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.Canceled)) {
		// Without the cause: a reader who is cut off must still get an answer
		// that is no success, should she hear it.
		err = fault.New(fault.Unavailable, "uploads.cut_short")
	}
	return st, err
}

func (s server) remove(w http.ResponseWriter, r *kit.Request) error {
	if err := s.desk.End(r.Context(), r.Actor.Person, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// instead answers a POST that stands for another method.
func (s server) instead(w http.ResponseWriter, r *kit.Request) error {
	switch r.Header.Get("X-HTTP-Method-Override") {
	case http.MethodPatch:
		return s.patch(w, r)
	case http.MethodDelete:
		return s.remove(w, r)
	case http.MethodHead:
		return s.head(w, r)
	}
	return fault.New(fault.Invalid, "uploads.method_override")
}

// state is what GET tells about an upload; a refused one is a problem instead.
type state struct {
	ID        string       `json:"id"`
	State     stage        `json:"state"`
	Name      string       `json:"name"`
	Kind      library.Kind `json:"kind"`
	Offset    int64        `json:"offset"`
	Length    *int64       `json:"length"`              // null while it is not known
	Expires   *time.Time   `json:"expires,omitempty"`   // when it is given up
	Recording string       `json:"recording,omitempty"` // once it is kept
}

// stage is how far an upload has come.
type stage string

var stages = []stage{"receiving", "checking", "kept"}

func stateOf(st intake.Status) stage {
	switch {
	case st.Kept:
		return "kept"
	case st.Checking:
		return "checking"
	}
	return "receiving"
}

func (s server) show(w http.ResponseWriter, r *kit.Request) error {
	st, err := s.desk.Status(r.Context(), r.Actor.Person, r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	out := state{ID: st.ID, State: stateOf(st), Name: st.Name, Kind: st.Kind, Offset: st.Offset}
	if st.Length != library.Unknown {
		out.Length = &st.Length
	}
	if st.Kept {
		out.Recording = st.ID
	} else {
		out.Expires = &st.Expires
	}
	return r.JSON(w, http.StatusOK, out)
}
