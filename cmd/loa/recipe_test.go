package main

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"loa/client"
	"loa/internal/text"
	"loa/stations"
)

// recipe: begin

// callCommand lists whom to call at each station that is asked for.
type callCommand struct {
	reach                // --server, --token, --data
	stations.Filter      // --q, --district and the others: one flag a member
	JSON            bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c callCommand) Run(t *terminal) error {
	items, err := client.All(c.client().GetStations(t, c.Filter))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, "", func(s client.Station) string {
		if len(s.Contacts) == 0 {
			return s.ID
		}
		return s.ID + "\t" + s.Contacts[0].Name + "\t" + s.Contacts[0].Phone
	})
}

// recipe: end

// The command in CONTRIBUTING.md is the one above, which compiles and is run here (TestRecipesArePrintedAsTheyAreRun).
func TestTheCommandOfTheRecipeWorks(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	web := httptest.NewServer(r.d.server.Handler)
	defer web.Close()
	var out bytes.Buffer
	term := &terminal{t.Context(), &out, &out, text.Vietnamese}
	call := func(args ...string) {
		t.Helper()
		var all struct {
			Call callCommand `cmd:""`
		}
		parser, err := kong.New(&all, kong.Exit(func(int) {}))
		if err != nil {
			t.Fatal(err)
		}
		chosen, err := parser.Parse(append([]string{"call", "--server", web.URL, "--token", r.token}, args...))
		if err != nil {
			t.Fatal(err)
		}
		out.Reset()
		if err := chosen.Run(term); err != nil {
			t.Fatal(err)
		}
	}
	if call("--district", "080"); strings.Count(out.String(), "\n") < 5 || strings.Count(out.String(), "\n") > 30 {
		t.Errorf("a district: %s", out.String())
	}
	if call("--q", "S00041", "--json"); !strings.Contains(out.String(), `"S00041"`) {
		t.Errorf("one station: %s", out.String())
	}
}
