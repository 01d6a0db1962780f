package text

import "strings"

// Browser says in a few words which browser a User-Agent stands for, as
// far as it tells; people compare it with the device in their hand.
func (l Language) Browser(agent string) string {
	first := func(agent string, pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	// Order matters: most claim to be several of these.
	name := first(agent, "Edg/", "Edge", "coc_coc", "Cốc Cốc", "SamsungBrowser", "Samsung Internet", "Zalo", "Zalo", "Firefox", "Firefox", "Chrome",
		"Chrome", "Safari", "Safari")
	system := first(agent, "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "Mac", "Linux", "Linux")
	switch {
	case name == "" && system == "":
		return l.Say("kit.unknown_browser")
	case name == "" || system == "":
		return name + system
	}
	return l.Say("kit.browser_on", "name", name, "system", system)
}
