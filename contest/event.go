package contest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"loa/accounts"
)

// Event is one thing that happened in a contest. Events are never changed, but for taking out who somebody was.
type Event struct {
	Seq    int             `json:"seq"` // 1, 2, 3 … within the contest
	At     time.Time       `json:"at"`  // server clock, UTC
	By     string          `json:"by"`  // person ID; "" for the daemon
	Name   string          `json:"name"`
	Change string          `json:"change"` // the caller-made ID; all events of one change share it
	Digest string          `json:"digest"` // SHA-256 of the command, hex
	Kind   string          `json:"kind"`   // "entry.submitted"
	Body   json.RawMessage `json:"body"`
	Prev   string          `json:"prev"`             // Hash of the event before, "" for the first
	Hash   string          `json:"hash"`             // see Sum
	Erased bool            `json:"erased,omitempty"` // who somebody was is no longer in it: Hash is of what it was, and a later event says what it is
}

// Sum computes the hash an event must carry: SHA-256, in hex, over the fields
// before it, each written as its length in bytes in decimal, a colon, the
// bytes, and a line feed, in the order seq, at (RFC 3339, UTC, nanoseconds),
// by, name, change, digest, kind, body, prev. Any language can repeat it.
func (e *Event) Sum() string {
	h := sha256.New()
	for _, f := range []string{fmt.Sprint(e.Seq), e.At.UTC().Format(time.RFC3339Nano), e.By, e.Name, e.Change, e.Digest, e.Kind, string(e.Body), e.Prev} {
		fmt.Fprintf(h, "%d:%s\n", len(f), f)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// body is what an event says. Its apply writes into the state and must not
// fail for an event that Decide returned; an error means the log was not
// written by us.
type body interface {
	kind() string
	apply(s *State, e *Event) error
}

// bodies makes an empty body for each kind of event.
var bodies = func() map[string]func() body {
	all := map[string]func() body{}
	for _, b := range []func() body{
		func() body { return &drafted{} }, func() body { return &rulesChanged{} }, func() body { return &phaseChanged{} },
		func() body { return &entryAnnounced{} }, func() body { return &entrySubmitted{} }, func() body { return &entryReplaced{} },
		func() body { return &entryRemoved{} },
		func() body { return &scriptRedacted{} }, func() body { return &airingConfirmed{} }, func() body { return &ownConfirmed{} },
		func() body { return &doubleKept{} },
		func() body { return &judgeAppointed{} }, func() body { return &judgeRemoved{} }, func() body { return &panelsSet{} },
		func() body { return &tiesDeclared{} }, func() body { return &roundStarted{} }, func() body { return &tasksGiven{} },
		func() body { return &tasksSetAside{} }, func() body { return &sheetSaved{} }, func() body { return &sheetSigned{} },
		func() body { return &sheetReopened{} }, func() body { return &sheetHeard{} }, func() body { return &conferred{} },
		func() body { return &tieDecided{} },
		func() body { return &entriesPicked{} }, func() body { return &roundFinished{} }, func() body { return &prizesGiven{} },
		func() body { return &certificateSet{} }, func() body { return &tieReported{} }, func() body { return &judgeKept{} },
		func() body { return &rulesRevised{} }, func() body { return &scriptsOpened{} },
		func() body { return &judgeReturned{} }, func() body { return &complaintFiled{} }, func() body { return &complaintDecided{} },
		func() body { return &resultsCorrected{} },
		func() body { return &commentReviewed{} }, func() body { return &exclusionTakenBack{} },
		func() body { return &correctionProposed{} }, func() body { return &correctionTurnedDown{} },
		func() body { return &correctionSeconded{} }, func() body { return &organiserLeft{} },
		func() body { return &sheetMended{} }, func() body { return &personErased{} },
	} {
		all[b().kind()] = b
	}
	return all
}()

func decodeBody(kind string, raw json.RawMessage) (body, error) {
	make, ok := bodies[kind]
	if !ok {
		return nil, fmt.Errorf("contest: unknown event %q", kind)
	}
	b := make()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(b); err != nil {
		return nil, fmt.Errorf("contest: event %s: %w", kind, err)
	}
	return b, nil
}

// seal turns bodies into the next events after the state's last.
func (s *State) seal(m accounts.Meta, digest string, list []body) ([]Event, error) {
	events := make([]Event, 0, len(list))
	seq, prev := s.Seq, s.Head
	for _, b := range list {
		raw, err := json.Marshal(b)
		if err != nil {
			return nil, fmt.Errorf("contest: encode %s: %w", b.kind(), err)
		}
		seq++
		e := Event{Seq: seq, At: m.At.UTC(), By: m.By.Person, Name: m.By.Name, Change: m.ID, Digest: digest, Kind: b.kind(), Body: raw, Prev: prev}
		e.Hash = e.Sum()
		prev = e.Hash
		events = append(events, e)
	}
	return events, nil
}

// digestOf is the SHA-256 of a command and of who gave it, hex.
func digestOf(c Command, person string) (string, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("contest: encode command: %w", err)
	}
	sum := sha256.Sum256(fmt.Appendf(raw, "|%T|%s", c, person))
	return hex.EncodeToString(sum[:]), nil
}
