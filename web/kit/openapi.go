package kit

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/internal/filter"
	"loa/stations"
)

// The OpenAPI 3.1 document of the routes below /api/, made from what each
// route declares: nothing to keep in step by hand.

type object = map[string]any

// openAPI answers GET /api/v1/openapi.json.
func (k *Kit) openAPI(w http.ResponseWriter, r *Request) error {
	return r.JSON(w, http.StatusOK, k.document)
}

// describe makes the document of the declared routes. It fails where a type of
// words stands whose values nobody listed.
func (k *Kit) describe() (object, error) {
	doc := describer{schemas: object{}, values: k.values, names: map[naming]string{}}
	problem := doc.schema(reflect.TypeFor[Problem]())
	paths := object{}
	for _, route := range k.routes {
		if !isAPI(route.Path()) {
			continue
		}
		path := strings.NewReplacer("...}", "}", "{$}", "").Replace(route.Path())
		item, _ := paths[path].(object)
		if item == nil {
			item = object{}
			paths[path] = item
		}
		item[strings.ToLower(route.Method())] = doc.operation(route, path, problem)
	}
	return object{
		"openapi": "3.1.0",
		"info": object{"title": "Loa", "version": "1", "description": "Commune radio: stations, programmes, airings, coverage, contests. " +
			"Every GET answers HEAD too. Lists are never null; one that takes limit answers its next page in next, and without limit has at most " +
			strconv.Itoa(UsualLimit) +
			" items; one that does not is whole. A body of JSON may leave out what is not required, and has no members but those named."},
		"paths": paths,
		"components": object{"schemas": doc.schemas, "securitySchemes": object{
			"token": object{"type": "http", "scheme": "bearer"}}},
		"security": []object{{"token": []string{}}},
	}, errors.Join(doc.errs...)
}

// Values lists all values of types of words, one slice of them each: they stand
// in the document wherever the type does.
func (k *Kit) Values(lists ...any) {
	for _, list := range lists {
		v := reflect.ValueOf(list)
		words := make([]string, v.Len())
		for i := range words {
			words[i] = v.Index(i).String()
		}
		k.values[v.Type().Elem()] = words
	}
}

// words are the values of a type of words, nil where nobody listed any.
func (k *Kit) words(t reflect.Type) []string { return k.values[t] }

// describer collects the schemas of named types.
type describer struct {
	schemas object
	values  map[reflect.Type][]string
	names   map[naming]string
	asked   bool // of bodies that are sent, in which almost anything may be left out, and nothing be added
	errs    []error
}

type naming struct {
	reflect.Type
	asked bool
}

var pathParameter = regexp.MustCompile(`\{([a-z_]+)\}`)

func (d *describer) operation(route Route, path string, problem object) object {
	var params []object
	for _, m := range pathParameter.FindAllStringSubmatch(path, -1) {
		params = append(params, object{"name": m[1], "in": "path", "required": true, "schema": pathType(path, m[1])})
	}
	if route.Filter != nil {
		for _, m := range filter.Members(route.Filter) {
			params = append(params, object{"name": m.Name, "in": "query", "schema": d.memberType(m)})
		}
	}
	for _, q := range strings.Fields(route.Query) {
		params = append(params, object{"name": q, "in": "query", "schema": d.queryType(path, q)})
	}
	header := func(name string) {
		params = append(params, object{"name": name, "in": "header", "description": headers[name], "schema": object{"type": "string"}})
	}
	refused := func(why string) object {
		return object{"description": why, "content": object{"application/problem+json": object{"schema": problem}}}
	}
	answers := object{"default": refused("refused: detail is a sentence for the person, code is for programs")}
	tells, method := strings.Fields(route.Tells), route.Method()
	switch {
	case method == http.MethodGet && (route.Out != nil || slices.Contains(tells, "ETag")):
		header("If-None-Match")
		answers["304"] = object{"description": "what one has is still so"}
		if route.Out != nil {
			tells = append(tells, "ETag")
		}
	case route.Edits:
		header("If-Match")
		answers["412"] = refused("somebody else has changed it since: changed_by, changed_at and changed say who, when and what")
	}
	if method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions && !route.Once {
		header("Idempotency-Key")
	}
	if route.Ranges {
		header("Range")
	}
	for name := range strings.FieldsSeq(route.Asks) {
		header(name)
	}
	for _, status := range route.statuses() {
		answers[strconv.Itoa(status)] = d.done(route, status, tells)
	}
	op := object{"operationId": operationID(method, path), "summary": route.Summary, "x-access": string(route.Access), "responses": answers}
	if params != nil {
		op["parameters"] = params
	}
	if route.Takes != "" {
		op["requestBody"] = object{"required": true, "content": binary(route.Takes)}
	}
	if route.In != nil {
		d.asked = true
		op["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": d.schema(reflect.TypeOf(route.In))}}}
		d.asked = false
	}
	if route.Access == Public {
		op["security"] = []object{}
	}
	return op
}

// done describes an answer that is no refusal.
func (d *describer) done(route Route, status int, tells []string) object {
	done := object{"description": http.StatusText(status)}
	told := object{}
	for _, name := range tells {
		told[name] = object{"description": headers[name], "schema": object{"type": "string"}}
	}
	if status == http.StatusPartialContent {
		told["Content-Range"] = object{"description": headers["Content-Range"], "schema": object{"type": "string"}}
	}
	if len(told) > 0 {
		done["headers"] = told
	}
	content := binary(route.Gives)
	if route.Out != nil {
		content["application/json"] = object{"schema": d.schema(reflect.TypeOf(route.Out))}
	}
	if len(content) > 0 && status != http.StatusNoContent {
		done["content"] = content
	}
	return done
}

// headers says what a header means, the same on every route that has it.
var headers = map[string]string{
	"ETag":                   "of this answer; of what is edited it is what If-Match takes",
	"If-None-Match":          "the ETag of an answer one has",
	"If-Match":               "the ETag of the thing as it was read; without it whatever is there is changed",
	"Idempotency-Key":        "a UUID of the change: sent again with the same content it changes nothing and gets the first answer",
	"Location":               "where what was made is",
	"Range":                  "bytes=FIRST-LAST: a part, so that a broken download goes on",
	"Content-Range":          "which part this is, of how much",
	"Tus-Resumable":          "the version of the tus protocol: 1.0.0",
	"Tus-Version":            "versions of the tus protocol that are spoken",
	"Tus-Extension":          "extensions of the tus protocol that are spoken",
	"Tus-Checksum-Algorithm": "what Upload-Checksum may begin with",
	"Tus-Max-Size":           "the largest file in bytes",
	"Upload-Length":          "length of the file in bytes",
	"Upload-Defer-Length":    "1: the length is said later",
	"Upload-Offset":          "how many bytes have arrived; of a piece, where it begins",
	"Upload-Metadata":        "keys and values in base64: filename, kind, station; 4 KiB at most",
	"Upload-Checksum":        "an algorithm and the sum of this piece in base64",
	"Upload-Expires":         "when the upload is given up (HTTP date)",
	"X-HTTP-Method-Override": "PATCH, DELETE or HEAD, which a proxy does not let through",
	"Loa-State":              "receiving, checking or kept",
	"Loa-Recording":          "ID of the recording, once it is kept",
}

// binary describes bodies that are files.
func binary(types string) object {
	content := object{}
	for t := range strings.FieldsSeq(types) {
		content[t] = object{"schema": object{"type": "string", "format": "binary"}}
		if t == "multipart/form-data" {
			content[t] = object{"schema": object{"type": "object", "required": []string{"file"},
				"properties": object{"file": object{"type": "string", "format": "binary"}}}}
		}
	}
	return content
}

// operationID names a call for generated clients: "get_stations_station" of
// GET /api/v1/stations/{station}.
func operationID(method, path string) string {
	return strings.ToLower(method) + "_" + strings.Trim(notInName.ReplaceAllString(strings.TrimPrefix(path, "/api/v1/"), "_"), "_")
}

// memberType is what a parameter that is a member of a filter may be.
func (d *describer) memberType(m filter.Member) object {
	switch {
	case m.Type == reflect.TypeFor[stations.Moment]():
		return object{"type": "string", "description": bounds[m.Name]}
	case m.Type.Kind() == reflect.String && dayBounds[m.Name] != "":
		return object{"type": "string", "format": "date", "description": dayBounds[m.Name]}
	case m.Type.Kind() == reflect.Bool:
		return object{"type": "boolean"}
	case m.Type.Kind() == reflect.Int32: // a week, which writes itself
		said := maps.Clone(d.schema(m.Type))
		if m.Name != "week" {
			said["description"] = "an ISO week, which belongs to what is asked"
		}
		return said
	}
	return d.schema(m.Type)
}

// queryWords are the types of parameters that take a word of a list.
var queryWords = map[string]string{"/api/v1/audio kind": "library.Kind"}

// queryType is what a parameter may be that is no member of a filter. Those named alike
// mean the same on every route.
func (d *describer) queryType(path, name string) object {
	for t, words := range d.values {
		if queryWords[path+" "+name] == t.String() {
			return object{"type": "string", "enum": words}
		}
	}
	if slices.Contains(yesNo, name) {
		return object{"type": "boolean"}
	}
	switch name {
	case "answer", "over":
		return object{"type": "array", "items": object{"type": "string"}}
	case "limit":
		return object{"type": "integer", "minimum": 1, "maximum": MostLimit, "default": UsualLimit}
	case "after":
		return object{"type": "string", "description": "where the next page begins: as it stands in next"}
	case "from", "until", "before":
		return object{"type": "string", "description": bounds[name]}
	case "captured_at", "sent_at":
		return object{"type": "string", "format": "date-time"}
	case "format":
		return object{"type": "string", "enum": []string{"csv", "xlsx"}}
	case "min_seconds", "max_seconds":
		return object{"type": "number"}
	case "active_on", "licence_until", "on":
		return object{"type": "string", "format": "date"}
	case "week":
		return object{"type": "string", "pattern": weekPattern}
	}
	return object{"type": "string"}
}

// bounds are what the ends of a stretch of time mean on every route.
var bounds = map[string]string{
	"from":   "a time (RFC 3339), which belongs to what is asked, or a day (2024-05-13), which means its first instant in Vietnam",
	"until":  "a time (RFC 3339), exclusive, or a day (2024-05-13), which means its first instant in Vietnam: to ask for a week give the Monday after it",
	"before": "a time (RFC 3339), exclusive, or a day (2024-05-13), which means its first instant in Vietnam",
}

// dayBounds are the same where only days are taken.
var dayBounds = map[string]string{
	"from":  "a day (2024-05-13), of which the first instant in Vietnam belongs to what is asked",
	"until": "a day (2024-05-13), exclusive: up to its first instant in Vietnam",
}

const weekPattern = `^\d{4}-W\d{2}$`

// pathType is what a part of a path may be.
func pathType(path, name string) object {
	switch {
	case name == "week":
		return object{"type": "string", "pattern": weekPattern}
	case name == "at":
		return object{"type": "string", "pattern": `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$`}
	case name == "evidence", name == "id" && (strings.HasPrefix(path, "/api/v1/airings/") || strings.HasPrefix(path, "/api/v1/coverage/excuses/")):
		return object{"type": "string", "format": "uuid"}
	}
	return object{"type": "string"}
}

// schema describes a type as encoding/json writes it.
func (d *describer) schema(t reflect.Type) object {
	if t.Kind() == reflect.Pointer {
		return d.schema(t.Elem())
	}
	if own, ok := reflect.Zero(t).Interface().(interface{ JSONSchema() map[string]any }); ok {
		return own.JSONSchema()
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Implements(textMarshaler) || reflect.PointerTo(t).Implements(textMarshaler):
		return object{"type": "string"}
	case t.Implements(jsonMarshaler) || reflect.PointerTo(t).Implements(jsonMarshaler):
		return object{} // writes itself: any JSON
	}
	switch t.Kind() {
	case reflect.String:
		if words, ok := d.values[t]; ok {
			return object{"type": "string", "enum": words}
		}
		if t.PkgPath() != "" {
			d.errs = append(d.errs, fmt.Errorf("kit: no Values list what a %s can be", t))
		}
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64, reflect.Uint32:
		return object{"type": "integer", "format": "int64"}
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Uint8, reflect.Uint16:
		return object{"type": "integer", "format": "int32"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number", "format": "double"}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Array:
		return object{"type": "array", "items": d.schema(t.Elem()), "minItems": t.Len(), "maxItems": t.Len()}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case reflect.Struct:
		return d.named(t)
	}
	return object{}
}

var (
	textMarshaler = reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()
	jsonMarshaler = reflect.TypeFor[interface{ MarshalJSON() ([]byte, error) }]()
)

var notInName = regexp.MustCompile(`[^A-Za-z0-9]+`)

// named puts a struct under components and refers to it there, so that types
// that hold each other end.
func (d *describer) named(t reflect.Type) object {
	name, known := d.names[naming{t, d.asked}]
	if !known {
		pkg := t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]
		short := t.Name()
		if i := strings.LastIndexByte(short, '/'); i >= 0 { // a generic type: List[loa/web/api.Airing]
			short = short[:strings.IndexByte(short, '[')+1] + short[i+1:]
		}
		name = strings.Trim(notInName.ReplaceAllString(pkg+"."+short, "_"), "_")
		if d.asked {
			name += "_asked"
		}
		d.names[naming{t, d.asked}] = name
		props, required := object{}, []string{}
		d.fields(t, props, &required)
		s := object{"type": "object", "properties": props}
		if d.asked {
			s["additionalProperties"] = false
		}
		if len(required) > 0 {
			slices.Sort(required)
			s["required"] = required
		}
		d.schemas[name] = s
	}
	return object{"$ref": "#/components/schemas/" + name}
}

func (d *describer) fields(t reflect.Type, props object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if embedded := f.Type; f.Anonymous && tag == "" {
			optional := embedded.Kind() == reflect.Pointer // its members are there or not, all together
			if optional {
				embedded = embedded.Elem()
			}
			if embedded.Kind() == reflect.Struct {
				inner, needed := object{}, []string{}
				d.fields(embedded, inner, &needed)
				maps.Copy(props, inner)
				if !optional {
					*required = append(*required, needed...)
				}
				continue
			}
		}
		if tag == "" {
			tag = f.Name
		}
		s, must := limited(d.schema(f.Type), f.Tag.Get("schema"))
		if always := !d.asked && !strings.Contains(opts, "omit"); always {
			must = true
			if f.Type.Kind() == reflect.Pointer {
				s = object{"anyOf": []object{s, {"type": "null"}}}
			}
		}
		props[tag] = s
		if must {
			*required = append(*required, tag)
		}
	}
}

// limited is a schema with what a tag says beside the type, as "required" or
// "minimum=0 maximum=21600".
func limited(s object, tag string) (_ object, required bool) {
	for word := range strings.FieldsSeq(tag) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "required":
			required = true
			continue
		case "language": // of stations.Languages
			said := s
			if s["type"] == "array" {
				said = s["items"].(object)
			}
			said["enum"] = slices.Clone(stations.Languages)
			continue
		case "maxItems":
			s[key], _ = strconv.ParseFloat(value, 64) // of a tag: a number
			continue
		case "empty": // none of the words, too
			s["enum"] = append([]string{""}, s["enum"].([]string)...)
			continue
		}
		if s["type"] == "array" { // said of each
			s["items"], _ = limited(s["items"].(object), word)
			continue
		}
		s[key] = value
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			s[key] = n
		}
	}
	return s, required
}
