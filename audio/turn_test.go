package audio

import (
	"context"
	"testing"
)

func TestThereAreAsManyTurnsAsCores(t *testing.T) {
	var leave []func()
	for range cap(turns) {
		l, err := Turn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	ctx, cancel := context.WithCancel(t.Context())
	refused := make(chan error)
	go func() { _, err := Turn(ctx); refused <- err }()
	cancel()
	if err := <-refused; err == nil {
		t.Error("one more than there are cores")
	}
	for _, l := range leave {
		l()
	}
	l, err := Turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l()
}
