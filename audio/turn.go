package audio

import (
	"context"
	"runtime"
)

var turns = make(chan struct{}, runtime.GOMAXPROCS(0))

// Turn waits for one of as many places as there are cores: whoever converts a
// whole file with another program holds one meanwhile, and takes no second. The error is
// that of ctx.
func Turn(ctx context.Context) (leave func(), err error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	select {
	case turns <- struct{}{}:
		return func() { <-turns }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
