package accounts

import (
	"strings"

	"loa/internal/text"
)

// Words says what a grant lets somebody be: "Phụ trách đài Nậm Chảy",
// "Giám sát huyện Bát Xát", "Quản trị".
func (g Grant) Words(lang text.Language, places Places) string {
	where := ""
	switch g.Scope.Level {
	case District:
		where = places.DistrictName(g.Scope.ID)
	case Station:
		if where = places.Label(g.Scope.ID); where == "" {
			where = g.Scope.ID
		}
	case Contest:
		if g.Role == Organiser { // judges are of one contest always
			where = g.Scope.ID
		}
	case Province:
	}
	key := "accounts.role." + string(g.Role)
	if where != "" {
		key += "_of"
	}
	return lang.Say(key, "place", where)
}

// GrantsInWords says all of a person's grants, separated by semicolons.
func GrantsInWords(lang text.Language, places Places, grants []Grant) string {
	words := make([]string, len(grants))
	for i, g := range grants {
		words[i] = g.Words(lang, places)
	}
	return strings.Join(words, "; ")
}
