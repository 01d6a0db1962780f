package accounts

import (
	"strings"

	"loa/internal/text"
)

// Words says what a grant lets somebody be: "Phụ trách đài Nậm Chảy",
// "Giám sát huyện Bát Xát", "Giám khảo “Hội thi năm nay”", "Quản trị".
func (g Grant) Words(lang text.Language, names Names) string {
	where := ""
	switch g.Scope.Level {
	case District:
		where = names.DistrictName(g.Scope.ID)
	case Station:
		if where = names.Label(g.Scope.ID); where == "" {
			where = g.Scope.ID
		}
	case Contest:
		where = names.contest(g.Scope.ID)
	case Province:
	}
	key := "accounts.role." + string(g.Role)
	if where != "" {
		key += "_of"
	}
	return lang.Say(key, "place", where)
}

// GrantsInWords says all of a person's grants, separated by semicolons.
func GrantsInWords(lang text.Language, names Names, grants []Grant) string {
	words := make([]string, len(grants))
	for i, g := range grants {
		words[i] = g.Words(lang, names)
	}
	return strings.Join(words, "; ")
}
