package paper

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
)

// Sum is the SHA-256 of what papers say, hex: of titles, bodies, receivers and signers as they
// are read. The head, the number and what is told only of the moment they were drawn are no part of it.
func Sum(list []Paper) string {
	h := sha256.New()
	say := func(words ...string) {
		for _, w := range words {
			fmt.Fprintf(h, "%d:", len(w))
			_, _ = io.WriteString(h, w) // a hash takes all
		}
	}
	for _, p := range list {
		say("paper", p.Title)
		say(p.About...)
		for _, x := range flat(p.Body) {
			switch x := x.(type) {
			case Text:
				if !x.Now {
					say("text", x.Words)
				}
			case List:
				say("list")
				say(x.Items...)
			case Table:
				say("table")
				for _, c := range x.Columns {
					say(c.Name)
				}
				for _, row := range p.Cells(x) {
					for _, c := range row {
						say(c.Text)
					}
				}
			}
		}
		say(slices.Concat([]string{"end"}, p.Receivers)...)
		for _, who := range p.Signers {
			say(who.Office, who.Name)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
