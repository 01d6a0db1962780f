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
		"info":    object{"title": "Loa", "version": "1", "description": "Commune radio: stations, programmes, airings, coverage, contests."},
		"paths":   paths,
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
	if route.Out != nil {
		done["content"] = object{"application/json": object{"schema": d.schema(reflect.TypeOf(route.Out))}}
	}
	op := object{"operationId": operationID(route.Method(), path), "summary": route.Summary, "x-access": string(route.Access), "responses": object{
		"2XX":     done,
		"default": object{"description": "refused", "content": object{"application/problem+json": object{"schema": problem}}},
	}}
	if params != nil {
		op["parameters"] = params
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
		return object{"type": "integer", "minimum": 1}
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
