package quiz

import (
	"time"

	"loa/internal/fault"
	"loa/web/kit"
)

// guesses slow down who tries codes and numbers that are not hers. What is right is never counted, so that a village behind one address
// may begin at once; where a contest sees many that are wrong, each network is left few.
type guesses struct {
	network *kit.Limiter // wrong ones, by network
	few     *kit.Limiter // the same by network, for a contest under guessing
	contest *kit.Limiter // wrong ones, by contest
}

func newGuesses() guesses {
	return guesses{network: kit.NewLimiter(20*time.Second, 100, 10_000), few: kit.NewLimiter(time.Minute, 5, 100_000),
		contest: kit.NewLimiter(2*time.Second, 1000, 1000)}
}

// spent is a fault where that network may not try now, whether what it says is right or wrong.
func (g guesses) spent(network, contest string, at time.Time) error {
	if err := g.network.Spent(network, at); err != nil {
		return err
	}
	if g.contest.Spent(contest, at) != nil {
		return g.few.Spent(network, at)
	}
	return nil
}

// count counts what was answered, where it was a wrong code or somebody's number.
func (g guesses) count(network, contest string, at time.Time, err error) {
	if guessed(err) {
		_ = g.network.Allow(network, at) // spent is what refuses
		_ = g.few.Allow(network, at)     // as above
		_ = g.contest.Allow(contest, at) // as above
	}
}

// guessed reports whether a fault, or a part of it, tells that a code opens nothing or that a number or code was used.
func guessed(err error) bool {
	e := fault.Of(err)
	if e == nil {
		return false
	}
	for _, part := range append(e.All(), e) {
		switch part.Code {
		case "quiz.code_wrong", "quiz.tried", "quiz.slip_wrong":
			return true
		}
	}
	return false
}
