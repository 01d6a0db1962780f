package library

import (
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// Unknown is the length of an upload whose sender does not know it yet.
const Unknown = -1

// Upload is a file on its way: who sends what, and what became of it. How much
// has arrived is told by the spool, not stored here.
type Upload struct {
	ID      string    `json:"id"` // a UUID; of the recording too, once there is one
	Owner   Owner     `json:"owner"`
	Kind    Kind      `json:"kind"`
	Name    string    `json:"name"`           // as CleanName leaves it
	Length  int64     `json:"length"`         // of the whole in bytes, or Unknown
	Meta    string    `json:"meta,omitempty"` // what the sender noted beside it, given back as it came
	Created time.Time `json:"created"`        // UTC
	First   time.Time `json:"first,omitzero"` // when its first byte came, UTC: an empty upload has begun nothing
	// Checked is where a piece begins whose checksum is still to be compared,
	// so that after a crash what follows is dropped; Unknown when there is none.
	Checked int64 `json:"checked"`
	// Kept is true once it is a Recording, and Refused says why it never will
	// be. Its bytes have then left the spool.
	Kept    bool    `json:"kept,omitempty"`
	Refused *Reason `json:"refused,omitempty"`
}

// Begun is when its bytes began to come, UTC. Uploads of before this was noted
// tell when they were made.
func (u Upload) Begun() time.Time {
	if u.First.IsZero() {
		return u.Created
	}
	return u.First
}

// Ended reports whether nothing more can be sent.
func (u Upload) Ended() bool { return u.Kept || u.Refused != nil }

// Reason keeps a fault over a restart.
type Reason struct {
	Kind  fault.Kind        `json:"kind"`
	Code  string            `json:"code"`
	Args  map[string]string `json:"args,omitempty"` // as Vietnamese writes them
	Parts []Reason          `json:"parts,omitempty"`
}

// ReasonOf makes the Reason of an error's fault.
func ReasonOf(err error) Reason {
	e := fault.Of(err)
	r := Reason{Kind: e.Kind, Code: e.Code}
	for name, v := range e.Args {
		if r.Args == nil {
			r.Args = map[string]string{}
		}
		r.Args[name] = text.Vietnamese.Value(v)
	}
	for _, part := range e.Parts {
		r.Parts = append(r.Parts, ReasonOf(part))
	}
	return r
}

// Fault gives the fault back.
func (r Reason) Fault() *fault.Error {
	e := &fault.Error{Kind: r.Kind, Code: r.Code}
	for name, v := range r.Args {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args[name] = v
	}
	for _, part := range r.Parts {
		e.Parts = append(e.Parts, part.Fault())
	}
	return e
}
