package quiz

import (
	"crypto/sha256"
	"math/rand/v2"
)

// Asked is one question of a try: which of the contest's, and in what order its answers stand.
type Asked struct {
	Question int   // from 0, among those the contest took from the bank
	Order    []int // numbers of the answers in the bank, from 1, as they are shown
}

// Draw is what a try is asked: so many different questions, in an order of its own, and the answers of each in theirs. It follows
// from the contest's seed and the try alone, so that it can be drawn again; without the seed nobody can.
func (k Key) Draw(try string, draws int) []Asked {
	rnd := rand.New(rand.NewChaCha8(sha256.Sum256([]byte(k.Seed + "\x00" + try))))
	list := make([]Asked, 0, draws)
	for _, q := range rnd.Perm(len(k.Many))[:min(draws, len(k.Many))] {
		a := Asked{Question: q}
		for _, i := range rnd.Perm(k.Many[q]) {
			a.Order = append(a.Order, i+1)
		}
		list = append(list, a)
	}
	return list
}

// right is how many of the picks are.
func (k Key) right(asked []Asked, picks []Pick) (n int) {
	for i, a := range asked {
		if i < len(picks) && picks[i].Answer == k.Right[a.Question] {
			n++
		}
	}
	return n
}
