package kit

import (
	"slices"
	"testing"
)

// Options that read alike are told apart; the others stay as they are.
func TestOptionsThatReadAlikeAreToldApart(t *testing.T) {
	list := []Option{{Value: "1", Text: "Nguyễn Văn An"}, {Value: "2", Text: "nguyễn văn an"}, {Value: "3", Text: "Lò Thị Mai"},
		{Value: "4", Text: "Nguyễn Văn An", Group: "khác"}}
	got := Apart(list, func(value string) string { return map[string]string{"1": "an1", "2": "an2", "3": "x", "4": "y"}[value] })
	want := []Option{{Value: "1", Text: "Nguyễn Văn An (an1)"}, {Value: "2", Text: "nguyễn văn an (an2)"}, list[2], list[3]}
	if !slices.Equal(got, want) || list[0].Text != "Nguyễn Văn An" {
		t.Errorf("%+v", got)
	}
}
