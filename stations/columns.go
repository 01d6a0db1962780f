package stations

// Column is a column of the registry's table, as exported and imported. Its
// heading is in the catalogue under "stations.column." + column.
type Column string

// Columns lists all, in the order of the file.
var Columns = []Column{
	"id", "code", "name", "district_code", "district", "technologies", "frequency_mhz", "power_w", "licence", "licence_until",
	"clusters_working", "clusters_total", "languages", "hours", "contacts", "notes", "zone", "active",
}
