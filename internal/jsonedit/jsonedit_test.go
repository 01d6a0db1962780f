package jsonedit

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// What is not swapped stays as it is, byte for byte, and who swaps sees what stands beside a string.
func TestStringsAreSwappedWhereTheyStand(t *testing.T) {
	raw := `{ "by":{"person":"7","name":"H\u006fa"}, "list":["Hoa", 1.50, {"name":"Hoa","person":"8"}],"name" : "Hoa", "n":1e3,"Hoa":null}`
	got, changed, err := Strings([]byte(raw), func(s String) string {
		if s.Text == "Hoa" && s.Beside["person"] == "7" {
			return `<"x">`
		}
		return s.Text
	})
	want := `{ "by":{"person":"7","name":"\u003c\"x\"\u003e"}, "list":["Hoa", 1.50, {"name":"Hoa","person":"8"}],"name" : "Hoa", "n":1e3,"Hoa":null}`
	if err != nil || !changed || string(got) != want {
		t.Errorf("%s %t %v", got, changed, err)
	}
	var names []string
	if _, changed, err := Strings([]byte(raw), func(s String) string { names = append(names, s.Name); return s.Text }); changed || err != nil ||
		strings.Join(names, " ") != "person name list name person name" {
		t.Errorf("%v %t %v", names, changed, err)
	}
}

func FuzzStrings(f *testing.F) {
	f.Add([]byte(`{"a":["b",{"c":"d"}],"e":"\ud83d\ude00"}`))
	f.Add([]byte(`"b`))
	f.Add([]byte(`["\u0000",nul`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if same, changed, _ := Strings(raw, func(s String) string { return s.Text }); changed || !bytes.Equal(same, raw) {
			t.Errorf("%q became %q", raw, same)
		}
		out, changed, err := Strings(raw, func(String) string { return "x" })
		if err == nil && json.Valid(raw) && (!json.Valid(out) || !changed && !bytes.Equal(out, raw)) {
			t.Errorf("%q became %q", raw, out)
		}
	})
}
