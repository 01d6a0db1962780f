package webtest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// AsDocumented is h, of which every answer below /api/ is held against the document
// that h itself gives: errors too, and what has no place in it.
func AsDocumented(t *testing.T, h http.Handler) http.Handler {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	doc, err := openapi3.NewLoader().LoadFromData(w.Body.Bytes())
	if err != nil {
		t.Fatalf("the document cannot be read: %v", err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the document is none: %v", err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			h.ServeHTTP(out, r)
			return
		}
		asked := r.Clone(r.Context())
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		for name, values := range answer.Header() {
			out.Header()[name] = values
		}
		out.WriteHeader(answer.Code)
		body := answer.Body.Bytes()
		_, _ = out.Write(body)
		route, path, err := router.FindRoute(asked)
		switch {
		case err != nil && asked.Method == http.MethodHead, answer.Code == http.StatusNotFound && err != nil, answer.Code == http.StatusMethodNotAllowed:
			return // HEAD goes with GET; what is no route is in no document
		case err != nil:
			t.Errorf("%s %s: %d, and the document does not know it: %v", asked.Method, asked.URL, answer.Code, err)
			return
		}
		if err := conforms(asked, route, path, answer, body); err != nil {
			t.Errorf("%s %s: the answer (%d) is not as the document says: %s\n%.600s", asked.Method, asked.URL, answer.Code, reason(err), body)
		}
	})
}

func conforms(r *http.Request, route *routers.Route, path map[string]string, answer *httptest.ResponseRecorder, body []byte) error {
	header := answer.Header().Clone()
	if header.Get("Content-Encoding") != "" {
		return nil // the same, compressed
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: !strings.Contains(header.Get("Content-Type"), "json")}
	in := &openapi3filter.ResponseValidationInput{RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: path,
		Route: route, Options: options},
		Status: answer.Code, Header: header, Body: io.NopCloser(bytes.NewReader(body)), Options: options}
	return openapi3filter.ValidateResponse(r.Context(), in)
}

// reason is the innermost of what is wrong.
func reason(err error) string {
	said := err.Error()
	for err != nil {
		var wrong *openapi3.SchemaError
		if !errors.As(err, &wrong) {
			break
		}
		said = "/" + strings.Join(wrong.JSONPointer(), "/") + ": " + wrong.Reason
		err = wrong.Origin
	}
	return said
}
