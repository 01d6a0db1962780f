package coverage

import (
	"testing"

	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }
