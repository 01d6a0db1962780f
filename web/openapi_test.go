package web_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestTheAPIDocumentSaysWhatGeneratorsAsk reads what client generators trip
// over: names of calls, what may be null, what may be left out, types.
func TestTheAPIDocumentSaysWhatGeneratorsAsk(t *testing.T) {
	k, _ := build(t, time.Now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/openapi.json", nil))
	type schema struct {
		Type       any                        `json:"type"`
		AnyOf      []map[string]any           `json:"anyOf"`
		Required   []string                   `json:"required"`
		Properties map[string]json.RawMessage `json:"properties"`
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Parameters  []struct {
				Name   string `json:"name"`
				Schema schema `json:"schema"`
			} `json:"parameters"`
			RequestBody struct {
				Content map[string]struct {
					Schema schema `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for path, calls := range doc.Paths {
		for method, call := range calls {
			if other, twice := names[call.OperationID]; twice || call.OperationID == "" {
				t.Errorf("%s %s and %s are both called %q", method, path, other, call.OperationID)
			}
			names[call.OperationID] = method + " " + path
			for _, p := range call.Parameters {
				if p.Schema.Type == nil || p.Name == "limit" && p.Schema.Type != "integer" {
					t.Errorf("%s %s: the parameter %s is %v", method, path, p.Name, p.Schema.Type)
				}
			}
			if body, ok := call.RequestBody.Content["application/json"]; ok && method == "patch" && (len(body.Schema.Properties) == 0 || len(body.Schema.Required) > 0) {
				t.Errorf("%s %s requires %v", method, path, body.Schema.Required)
			}
		}
	}
	lists := 0
	for name, s := range doc.Components.Schemas {
		if next, ok := s.Properties["next"]; ok && s.Properties["items"] != nil {
			lists++
			if !strings.Contains(string(next), `"null"`) || !strings.Contains(strings.Join(s.Required, " "), "next") {
				t.Errorf("%s: next is %s, required %v", name, next, s.Required)
			}
		}
	}
	if len(names) < 60 || lists < 5 {
		t.Errorf("%d calls, %d lists", len(names), lists)
	}
}
