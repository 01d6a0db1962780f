package bolt

import (
	"testing"

	"loa/store/storetest"
)

func TestSchedulerSuite(t *testing.T) {
	storetest.Scheduler(t, func(t *testing.T) storetest.SchedulerStore { return open(t, t.TempDir()) })
}
