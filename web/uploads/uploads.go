// Package uploads is a tus 1.0 server (https://tus.io/protocols/resumable-upload,
// with creation, creation-with-upload, creation-defer-length, expiration,
// checksum and termination): a file sent over a bad line goes on where it was
// cut. What a file is and what becomes of it is decided in library/intake.
package uploads

import (
	"context"
	"net/http"
	"strings"

	"loa/accounts"
	"loa/internal/fault"
	"loa/library"
	"loa/library/intake"
	"loa/web/kit"
)

// Root is where uploads are made; each then lies below it.
const Root = "/api/v1/uploads"

// Desk is where files arrive: an intake.Desk.
type Desk interface {
	Create(ctx context.Context, by accounts.Actor, id string, o intake.Order) (intake.Status, error)
	Write(ctx context.Context, person, id string, p intake.Piece) (intake.Status, error)
	Status(ctx context.Context, person, id string) (intake.Status, error)
	End(ctx context.Context, person, id string) error
}

// server answers tus requests.
type server struct {
	desk     Desk
	settings func(ctx context.Context) (library.Settings, error)
}

// Register adds the routes to k. settings gives the settings in force.
func Register(k *kit.Kit, desk Desk, settings func(ctx context.Context) (library.Settings, error)) {
	s := server{desk, settings}
	k.Expose(sent, read)
	k.Values(stages, library.Kinds)
	add := func(r kit.Route) {
		r.Access, r.MaxBody, r.Headers, r.Handler = accounts.SendSamples, kit.FileBody, spoken, tus(r.Handler)
		r.Asks, r.Tells = strings.TrimSpace("Tus-Resumable "+r.Asks), strings.TrimSpace("Tus-Resumable "+r.Tells)
		k.Handle(r)
	}
	const (
		piece = "Upload-Offset Upload-Length Upload-Checksum"
		told  = "Upload-Offset Upload-Expires Loa-State Loa-Recording"
		can   = "Tus-Resumable Tus-Version Tus-Extension Tus-Checksum-Algorithm Tus-Max-Size"
	)
	add(kit.Route{Pattern: "POST " + Root, Handler: s.create, Once: true, Summary: "make a resumable upload (tus 1.0); its first bytes may come along",
		Asks: "Upload-Length Upload-Defer-Length Upload-Metadata Upload-Checksum", Tells: "Location " + told, Statuses: []int{http.StatusCreated}})
	add(kit.Route{Pattern: "HEAD " + Root + "/{id}", Handler: s.head, Summary: "how much of an upload has arrived",
		Tells: "Upload-Length Upload-Defer-Length Upload-Metadata " + told, Statuses: []int{http.StatusOK}})
	add(kit.Route{Pattern: "PATCH " + Root + "/{id}", Handler: s.patch, Once: true, Summary: "send a piece of an upload",
		Asks: piece, Tells: told, Takes: pieceType})
	add(kit.Route{Pattern: "DELETE " + Root + "/{id}", Handler: s.remove, Summary: "give an upload up"})
	add(kit.Route{Pattern: "POST " + Root + "/{id}", Handler: s.instead, Once: true, Summary: "PATCH, DELETE or HEAD for proxies that let none through",
		Asks: "X-HTTP-Method-Override " + piece, Tells: told, Statuses: []int{http.StatusOK, http.StatusNoContent}})
	k.Handle(
		kit.Route{Pattern: "GET " + Root + "/{id}", Access: accounts.SendSamples, Handler: s.show, Summary: "what became of an upload", Out: state{}},
		kit.Route{Pattern: "OPTIONS " + Root, Access: kit.Public, Handler: s.options, Tells: can, Summary: "what this tus server can do"},
		kit.Route{Pattern: "OPTIONS " + Root + "/{id}", Access: kit.Public, Handler: s.options, Tells: can, Summary: "what this tus server can do"},
	)
}

// The headers of the protocol that a script of another origin must be allowed
// to send and to read.
var (
	sent = []string{"Tus-Resumable", "Upload-Length", "Upload-Defer-Length", "Upload-Offset", "Upload-Metadata", "Upload-Checksum",
		"X-HTTP-Method-Override", "X-Request-ID", "X-Requested-With"}
	read = []string{"Tus-Version", "Tus-Resumable", "Tus-Max-Size", "Tus-Extension", "Tus-Checksum-Algorithm", "Upload-Offset",
		"Upload-Length", "Upload-Defer-Length", "Upload-Metadata", "Upload-Expires", "Loa-State", "Loa-Recording"}
)

// spoken are the headers of every answer of the protocol.
var spoken = map[string]string{"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}

// tus wraps a handler with what every request of the protocol has in common:
// the version, and the statuses that are tus's own.
func tus(h kit.Handler) kit.Handler {
	return func(w http.ResponseWriter, r *kit.Request) error {
		err := versioned(r)
		if err == nil {
			err = h(w, r)
		}
		e := fault.Of(err)
		if e == nil || own[e.Code] == 0 {
			return err
		}
		if e.Code == "uploads.version" {
			w.Header().Set("Tus-Version", "1.0.0")
		}
		r.Problem(w, own[e.Code], e)
		return nil
	}
}

// own are the statuses tus gives to what elsewhere has another or none.
var own = map[string]int{
	"uploads.version":            http.StatusPreconditionFailed,
	"uploads.locked":             http.StatusLocked,
	"uploads.checksum_wrong":     460,
	"uploads.checksum_unknown":   http.StatusBadRequest,
	"uploads.checksum_malformed": http.StatusBadRequest,
	"uploads.length_unknown":     http.StatusBadRequest,
	"uploads.length_changed":     http.StatusBadRequest,
	"uploads.offset_unreadable":  http.StatusBadRequest,
	"uploads.metadata_malformed": http.StatusBadRequest,
	"uploads.method_override":    http.StatusBadRequest,
	"uploads.no_concatenation":   http.StatusBadRequest,
}
