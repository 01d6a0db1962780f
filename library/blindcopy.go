package library

import (
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// BlindCopy is what a jury hears of a recording: always an MP3, of which
// nothing but the sound says whose it is. Its loudness is that of the
// recording: that is part of what is judged.
type BlindCopy struct {
	Recording string    `json:"recording"` // ID
	Blob      Ref       `json:"blob"`
	Made      time.Time `json:"made"` // UTC
}

// DecideBlindCopy stamps a copy of r that the daemon made. Faults:
// accounts.denied for anybody else; library.kind_unknown for what is no sound;
// library.bad_blob_name.
func DecideBlindCopy(m accounts.Meta, r Recording, c BlindCopy) (BlindCopy, error) {
	if err := m.By.Must(accounts.EditSettings, accounts.Where{}); err != nil {
		return c, err
	}
	if !r.Kind.Sound() {
		return c, fault.New(fault.Invalid, "library.kind_unknown").At("recording")
	}
	c.Made = m.At.UTC()
	return c, c.Blob.Check()
}
