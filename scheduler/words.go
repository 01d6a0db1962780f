package scheduler

// Topic is a stable key of what a programme is about.
type Topic string

// Topics are the four key contents and the six themes of the province's
// communication plan for New Rural Development, in the plan's order. Their
// names are in the catalogue under "schedule.topic." + key.
var Topics = []Topic{
	"ecological_farming", "rural_infrastructure", "ecotourism_culture", "environment_landscape",
	"science_technology", "ocop_cooperatives", "digital_transformation", "rural_tourism", "environment_food_water", "culture_society_security",
}

// Contents are the first four of Topics, the plan's key contents.
func Contents() []Topic { return Topics[:4:4] }

// Themes are the other six.
func Themes() []Topic { return Topics[4:] }
