package kit

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"

	"loa/internal/fault"
)

// Limiter slows down whoever tries too often, by any key (an address, a
// login). It remembers a bounded number of keys, the most recent ones. Safe
// for concurrent use.
type Limiter struct {
	every time.Duration
	burst int
	mu    sync.Mutex
	keys  *simplelru.LRU[string, *rate.Limiter]
}

// NewLimiter lets each key try burst times at once and then once per every;
// it remembers at most keys of them.
func NewLimiter(every time.Duration, burst, keys int) *Limiter {
	lru, err := simplelru.NewLRU[string, *rate.Limiter](keys, nil)
	if err != nil {
		panic(err) // only for keys < 1, a programmer's mistake
	}
	return &Limiter{every: every, burst: burst, keys: lru}
}

// Spent says the same fault as Allow where the key has no try left, and counts none.
func (l *Limiter) Spent(key string, at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if lim, ok := l.keys.Get(key); ok && lim.TokensAt(at) < 1 {
		return fault.New(fault.TooMany, "kit.too_many", "wait", l.every)
	}
	return nil
}

// Allow counts one try of the key at that instant. A fault kit.too_many says
// how long to wait.
func (l *Limiter) Allow(key string, at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	lim, ok := l.keys.Get(key)
	if !ok {
		lim = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.keys.Add(key, lim)
	}
	if lim.AllowN(at, 1) {
		return nil
	}
	return fault.New(fault.TooMany, "kit.too_many", "wait", l.every)
}
