// Package once is about steps that cannot be taken back: what is undecided just
// before one is made, what it locks, and a person's word that she has seen it.
package once

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"loa/internal/fault"
	"loa/internal/text"
)

// Open is something nobody has decided that a step leaves behind.
type Open struct {
	Key   string   // of the catalogue sentence, which reads {n} and {list}
	Of    []string // what it is about, as people call it: "TP-004", a name; sorted
	At    string   // what decides it; the noun says which words these are
	Value worded   // said in the place of Of; nil where names are names in any language
	Later bool     // it can be decided after the step as well: shown, but nothing to agree to
}

// worded is what has words of its own in each language.
type worded interface {
	Words(l text.Language) string
}

// mostNamed is how many things a sentence names.
const mostNamed = 8

// Sentence is what is open, as a fault that has a sentence.
func (o Open) Sentence() *fault.Error {
	named := o.Of[:min(len(o.Of), mostNamed)]
	list := ""
	for i, name := range named {
		if i > 0 {
			list += ", "
		}
		list += name
	}
	if len(named) < len(o.Of) {
		list += ", …"
	}
	if o.Value != nil {
		return fault.New(fault.Conflict, o.Key, "n", len(o.Of), "list", o.Value)
	}
	return fault.New(fault.Conflict, o.Key, "n", len(o.Of), "list", list)
}

// Step is a step that cannot be taken back, as it stands just before it is made.
type Step struct {
	Name  string // "contest.start/so-khao": what is made
	Open  []Open
	Locks []string // keys of catalogue sentences: what cannot be changed afterwards
}

// Add notes what is open; of nothing there is nothing to note.
func (s *Step) Add(key, at string, of []string) { s.add(Open{Key: key, At: at, Of: of}) }

// AddLater notes what can be decided after the step as well.
func (s *Step) AddLater(key, at string, of []string) {
	s.add(Open{Key: key, At: at, Of: of, Later: true})
}

// AddValue notes something open that has words of its own in each language, told apart by name.
func (s *Step) AddValue(key, name string, v worded) {
	s.add(Open{Key: key, Of: []string{name}, Value: v})
}

func (s *Step) add(o Open) {
	if len(o.Of) == 0 {
		return
	}
	o.Of = slices.Sorted(slices.Values(o.Of))
	s.Open = append(s.Open, o)
}

// Undecided lists what the step asks to have seen.
func (s Step) Undecided() []Open {
	return slices.DeleteFunc(slices.Clone(s.Open), func(o Open) bool { return o.Later })
}

// Seen is what somebody sends back who has seen the step as it stands: another
// open thing makes it another value, and so does one that was decided.
func (s Step) Seen() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q", s.Name)
	for _, o := range s.Open {
		fmt.Fprintf(h, "%q%q%t", o.Key, o.Of, o.Later)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// AsItIs is sent in the place of what was seen by a program that is not asked: it
// takes the step as it stands.
const AsItIs = "as it is"

// Must returns nil if the person has seen the step as it stands, or says nothing
// where nothing is undecided. The faults once.unseen, once.seen_another and
// once.seen_decided (Conflict) list what is open in their Parts and carry Seen.
func (s Step) Must(seen string) error {
	code, open := "once.unseen", s.Undecided()
	switch {
	case seen == AsItIs || seen == s.Seen() || seen == "" && len(open) == 0:
		return nil
	case seen != "" && len(s.Open) == 0:
		code = "once.seen_decided"
	case seen != "":
		code, open = "once.seen_another", s.Open
	}
	e := fault.New(fault.Conflict, code, "n", len(open), "seen", s.Seen()).At("seen")
	for _, o := range open {
		e.Parts = append(e.Parts, o.Sentence())
	}
	return e
}

// Unseen reports whether the error says that a step was not seen as it stands.
func Unseen(err error) bool {
	return fault.Is(err, "once.unseen") || fault.Is(err, "once.seen_another") || fault.Is(err, "once.seen_decided")
}
