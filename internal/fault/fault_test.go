package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestOfFindsTheErrorAndHidesStrangers(t *testing.T) {
	e := New(NotFound, "stations.unknown", "code", "99999").At("code")
	wrapped := fmt.Errorf("store: load station: %w", e)
	if got := Of(wrapped); got != e || !Is(wrapped, "stations.unknown") {
		t.Fatalf("Of(%v) = %v", wrapped, got)
	}
	cause := errors.New("disk on fire")
	if got := Of(cause); got.Kind != Internal || got.Code != "internal" || !errors.Is(got, cause) {
		t.Fatalf("a stranger became %v", got)
	}
	if Of(nil) != nil {
		t.Fatal("Of(nil) must be nil")
	}
}
