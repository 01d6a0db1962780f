package contest

import "loa/internal/once"

// Asks tells what is undecided just before a step is made, and what it locks.
func Asks(s *State, f Facts, c Step) once.Step { return c.asks(s, f) }
