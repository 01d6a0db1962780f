package stations

import "slices"

// Level is what a unit is in the administrative ladder.
type Level string

// The levels, highest first.
const (
	Province Level = "province"
	District Level = "district"
	Commune  Level = "commune"
)

// Kind is the official type of a unit. Its name is in the catalogue under
// "stations.kind." + kind.
type Kind string

// kindOf is a kind of units with its level.
type kindOf struct {
	kind  Kind
	level Level
	name  string // as written before a name in official lists
}

var kinds = []kindOf{
	{"province", Province, "Tỉnh"},
	{"rural_district", District, "Huyện"},
	{"town", District, "Thị xã"},
	{"city", District, "Thành phố"},
	{"urban_district", District, "Quận"},
	{"commune", Commune, "Xã"},
	{"ward", Commune, "Phường"},
	{"township", Commune, "Thị trấn"},
	{"special_zone", Commune, "Đặc khu"},
}

// Level is the level of units of that kind, "" for an unknown kind.
func (k Kind) Level() Level {
	for _, e := range kinds {
		if e.kind == k {
			return e.level
		}
	}
	return ""
}

// Official is the Vietnamese word official lists put before the name: "Xã".
func (k Kind) Official() string {
	for _, e := range kinds {
		if e.kind == k {
			return e.name
		}
	}
	return ""
}

// Technology is a means by which a station reaches its listeners. Its name is
// in the catalogue under "stations.technology." + technology.
type Technology string

// The technologies.
const (
	FM     Technology = "fm"     // 54–68 MHz transmitter and FM-fed speaker clusters
	Wired  Technology = "wired"  // cable to the speakers
	IP     Technology = "ip"     // speaker clusters over 3G/4G
	Mobile Technology = "mobile" // a loudspeaker carried around, playing from USB or phone
	Mixed  Technology = "mixed"  // several, nobody wrote down which
)

// Technologies lists all, in the order pages show them.
var Technologies = []Technology{FM, Wired, IP, Mobile, Mixed}

// Vietnamese is the key of the language every station broadcasts in.
const Vietnamese = "vi"

// Languages are the languages of broadcasts: ISO 639-1 where there is a code, ISO
// 639-3 for the others; those of the province first, then those in which the
// national radio speaks elsewhere. Their names are in the catalogue under
// "language." + key.
var Languages = []string{
	Vietnamese,
	"hmn", // Mông
	"ium", // Dao
	"tyz", // Tày
	"pcc", // Giáy (Bố Y included)
	"nut", // Nùng
	"blt", // Thái (Tai Dam, the Black Thai of the northwest)
	"hni", // Hà Nhì
	"mtq", // Mường
	"lbt", // La Chí
	"km",  // Khmer
	"cjm", // Chăm
	"bdq", // Ba Na
	"jra", // Gia Rai
	"rad", // Ê Đê
	"sed", // Xơ Đăng
	"kpm", // Cơ Ho
	"cmo", // M'Nông
	"ktv", // Cơ Tu
}

// KnownLanguage reports whether the key is one of Languages.
func KnownLanguage(key string) bool { return slices.Contains(Languages, key) }
