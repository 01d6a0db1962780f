package measure

import (
	"cmp"
	"slices"
)

// listed is how many stretches a list of the report holds at most.
const listed = 100

// silence follows which hops are silent.
type silence struct {
	sound     bool  // a hop with sound was heard
	first     int64 // frames before the first sound
	last      int64 // frames before the end of the last sound
	count     int
	total     int64   // frames of all silences inside
	inside    []run   // the longest ones
	soundPow  float64 // sum of squares of all hops with sound, over channels
	soundSize int64   // frames of those hops
}

// run is a stretch in frames; to is exclusive.
type run struct{ from, to int64 }

// hear takes one hop: its frames, whether it is silent, and its power.
func (s *silence) hear(from, to int64, silent bool, power float64, rate int) {
	if silent {
		return
	}
	if !s.sound {
		s.sound, s.first = true, from
	} else if from-s.last >= int64(rate) {
		s.count++
		s.total += from - s.last
		s.keep(run{s.last, from})
	}
	s.last = to
	s.soundPow += power
	s.soundSize += to - from
}

// keep adds a silence to the list and drops the shortest if it is full; of
// equal ones the earlier stays.
func (s *silence) keep(r run) {
	s.inside = append(s.inside, r)
	if len(s.inside) <= listed {
		return
	}
	shortest := len(s.inside) - 1
	for i, other := range s.inside {
		if other.to-other.from < s.inside[shortest].to-s.inside[shortest].from {
			shortest = i
		}
	}
	s.inside = slices.Delete(s.inside, shortest, shortest+1)
}

func (s *silence) report(frames int64, rate int) Silence {
	second := func(n int64) float64 { return float64(n) / float64(rate) }
	out := Silence{All: !s.sound, Inside: []Span{}}
	if !s.sound {
		out.Head = second(frames)
		return out
	}
	out.Head, out.Tail = second(s.first), second(frames-s.last)
	out.InsideCount, out.InsideTotal = s.count, second(s.total)
	for _, r := range s.inside {
		out.Inside = append(out.Inside, Span{second(r.from), second(r.to)})
	}
	return out
}

// clipping finds samples at full scale.
type clipping struct {
	samples, runs, longest int64
	where                  []run
	now                    []int64 // the run each channel is in, in samples
}

// fullScale is the largest 16-bit sample, and shortestRun how many in a row make
// a flat top.
const (
	fullScale   = 32767.0 / 32768
	shortestRun = 3
)

// look searches the new samples of one channel; start is the frame of the first.
func (c *clipping) look(channel int, x []float64, start int64, rate int) {
	now := c.now[channel]
	for i, v := range x {
		if v < fullScale && v > -fullScale {
			now = 0
			continue
		}
		now++
		c.samples++
		if now < shortestRun {
			continue
		}
		if now == shortestRun {
			c.runs++
		}
		c.longest = max(c.longest, now)
		frame := start + int64(i) + 1
		c.mark(run{max(frame-now, 0), frame}, int64(rate))
	}
	c.now[channel] = now
}

// mark notes a run, joins it with one less than gap frames away, and joins the
// nearest two stretches if the list grows too long. Channels come one after the
// other within a hop, so a run belongs to the last stretch or follows it.
func (c *clipping) mark(r run, gap int64) {
	if n := len(c.where); n > 0 && r.from < c.where[n-1].to+gap {
		last := &c.where[n-1]
		last.from, last.to = min(last.from, r.from), max(last.to, r.to)
		return
	}
	c.where = append(c.where, r)
	if len(c.where) <= listed {
		return
	}
	best := 1
	for i := 2; i < len(c.where); i++ {
		if c.where[i].from-c.where[i-1].to < c.where[best].from-c.where[best-1].to {
			best = i
		}
	}
	c.where[best-1].to = c.where[best].to
	c.where = slices.Delete(c.where, best, best+1)
}

func (c *clipping) report(rate int) Clipping {
	out := Clipping{Samples: c.samples, Runs: c.runs, Longest: c.longest, Where: []Span{}}
	for _, r := range c.where {
		out.Where = append(out.Where, Span{float64(r.from) / float64(rate), float64(r.to) / float64(rate)})
	}
	slices.SortFunc(out.Where, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	return out
}
