package kit

import (
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The OpenAPI 3.1 document of the routes below /api/, made from what each
// route declares: nothing to keep in step by hand.

type object = map[string]any

// openAPI answers GET /api/v1/openapi.json.
func (k *Kit) openAPI(w http.ResponseWriter, r *Request) error {
	doc := describer{schemas: object{}}
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
	return r.JSON(w, http.StatusOK, object{
		"openapi": "3.1.0",
		"info": object{"title": "Loa", "version": "1", "description": "Commune radio: stations, programmes, airings, coverage, contests. " +
			"Every GET answers HEAD too. Lists are never null; one that takes limit answers its next page in next."},
		"paths": paths,
		"components": object{"schemas": doc.schemas, "securitySchemes": object{
			"token": object{"type": "http", "scheme": "bearer"}}},
		"security": []object{{"token": []string{}}},
	})
}

// describer collects the schemas of named types.
type describer struct {
	schemas object
	names   map[reflect.Type]string
}

var pathParameter = regexp.MustCompile(`\{([a-z_]+)\}`)

func (d *describer) operation(route Route, path string, problem object) object {
	var params []object
	for _, m := range pathParameter.FindAllStringSubmatch(path, -1) {
		params = append(params, object{"name": m[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, q := range strings.Fields(route.Query) {
		params = append(params, object{"name": q, "in": "query", "schema": queryType(q)})
	}
	done := object{"description": "done"}
	content := binary(route.Gives)
	if route.Out != nil {
		content["application/json"] = object{"schema": d.schema(reflect.TypeOf(route.Out))}
	}
	if len(content) > 0 {
		done["content"] = content
	}
	refused := func(why string) object {
		return object{"description": why, "content": object{"application/problem+json": object{"schema": problem}}}
	}
	answers := object{"2XX": done, "default": refused("refused: detail is a sentence for the person, code is for programs")}
	header := func(name, what string) {
		params = append(params, object{"name": name, "in": "header", "description": what, "schema": object{"type": "string"}})
	}
	switch {
	case route.Method() == http.MethodGet && route.Out != nil:
		header("If-None-Match", "the ETag of an answer one has")
		answers["304"] = object{"description": "what one has is still so"}
		done["headers"] = object{"ETag": object{"description": "of this answer; of what is edited it is what If-Match takes", "schema": object{"type": "string"}}}
	case route.Edits:
		header("If-Match", "the ETag of the thing as it was read; without it whatever is there is changed")
		answers["412"] = refused("somebody else has changed it since: changed_by, changed_at and changed say who, when and what")
	}
	if writes := route.Method(); writes != http.MethodGet && writes != http.MethodHead && writes != http.MethodOptions {
		header("Idempotency-Key", "a UUID of the change: sent again with the same content it changes nothing and gets the first answer")
	}
	op := object{"operationId": operationID(route.Method(), path), "summary": route.Summary, "x-access": string(route.Access), "responses": answers}
	if params != nil {
		op["parameters"] = params
	}
	if route.Takes != "" {
		op["requestBody"] = object{"required": true, "content": binary(route.Takes)}
	}
	if route.In != nil {
		body := d.schema(reflect.TypeOf(route.In))
		if route.Method() == http.MethodPatch {
			body = d.partial(reflect.TypeOf(route.In))
		}
		op["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": body}}}
	}
	if route.Access == Public {
		op["security"] = []object{}
	}
	return op
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

// queryType is what a parameter may be. Those named alike mean the same on
// every route.
func queryType(name string) object {
	switch name {
	case "limit":
		return object{"type": "integer", "minimum": 1, "maximum": MostLimit, "default": UsualLimit}
	case "from", "until", "before":
		return object{"type": "string", "description": "a time (RFC 3339), a day or, of coverage, an ISO week"}
	case "format":
		return object{"type": "string", "enum": []string{"csv", "xlsx"}}
	case "dry_run", "new", "abolish_districts", "stations":
		return object{"type": "string", "enum": []string{"", "1"}}
	case "active_on", "on":
		return object{"type": "string", "format": "date"}
	case "week":
		return object{"type": "string", "pattern": `^\d{4}-W\d{2}$`}
	}
	return object{"type": "string"}
}

// partial describes a change of some members: those left out stay as they are.
func (d *describer) partial(t reflect.Type) object {
	props, required := object{}, []string{}
	d.fields(t, props, &required)
	return object{"type": "object", "properties": props}
}

// schema describes a type as encoding/json writes it.
func (d *describer) schema(t reflect.Type) object {
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
	case reflect.Pointer:
		return d.schema(t.Elem())
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Array:
		return object{"type": "array", "items": d.schema(t.Elem())}
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
	if d.names == nil {
		d.names = map[reflect.Type]string{}
	}
	name, known := d.names[t]
	if !known {
		pkg := t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]
		short := t.Name()
		if i := strings.LastIndexByte(short, '/'); i >= 0 { // a generic type: List[loa/web/api.Airing]
			short = short[:strings.IndexByte(short, '[')+1] + short[i+1:]
		}
		name = strings.Trim(notInName.ReplaceAllString(pkg+"."+short, "_"), "_")
		d.names[t] = name
		props, required := object{}, []string{}
		d.fields(t, props, &required)
		s := object{"type": "object", "properties": props}
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
		props[tag] = d.schema(f.Type)
		if f.Type.Kind() == reflect.Pointer && !strings.Contains(opts, "omit") {
			props[tag] = object{"anyOf": []object{d.schema(f.Type), {"type": "null"}}}
		}
		if !strings.Contains(opts, "omit") {
			*required = append(*required, tag)
		}
	}
}
