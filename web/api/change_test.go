package api

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"loa/web/kit"
)

// ownIDs are bodies with an ID that is not that of the change, and whose it is.
var ownIDs = map[string]string{
	"POST /api/v1/contests":                   "of the contest, as it stands in its address",
	"POST /api/v1/contests/{contest}/entries": "of the form that was sent ahead",
	"POST /api/v1/me/messages/read":           "of the message that was read last",
	"POST /api/v1/texts":                      "of the text, by the gateway: the same text is one, whoever brings it",
	"POST /api/v1/texts/try":                  "as above, and nothing is kept",
}

// The ID of a change is spelled in two ways only: the path of a PUT of one's own ID, and the header Idempotency-Key.
func TestTheIDOfAChangeHasOneSpelling(t *testing.T) {
	k := kit.New(kit.Config{Now: time.Now})
	Register(k, nil, nil, nil, nil, nil, nil)
	bodies := 0
	for _, route := range k.Routes() {
		if route.Method() == "GET" || route.In == nil {
			continue
		}
		bodies++
		for _, name := range members(reflect.TypeOf(route.In)) {
			switch name {
			case "id", "change", "change_id", "key", "request_id", "idempotency_key":
				if ownIDs[route.Pattern] == "" {
					t.Errorf("%s: its body has %s", route.Pattern, name)
				}
			}
		}
	}
	if bodies < 60 {
		t.Errorf("%d bodies: this test does not see them", bodies)
	}
}

// members are the names of a body in JSON.
func members(of reflect.Type) (names []string) {
	if of.Kind() != reflect.Struct {
		return nil
	}
	for i := range of.NumField() {
		f := of.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			names = append(names, members(f.Type)...)
		case name != "-":
			names = append(names, name)
		}
	}
	return names
}
