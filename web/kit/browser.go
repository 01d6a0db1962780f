package kit

import (
	"strings"

	"loa/internal/text"
)

// browserWords says in a few words which browser a User-Agent stands for, as
// far as it tells; people compare it with the device in their hand.
func browserWords(lang text.Language) func(agent string) string {
	first := func(agent string, pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	return func(agent string) string {
		// Order matters: most claim to be several of these.
		name := first(agent, "Edg/", "Edge", "coc_coc", "Cốc Cốc", "SamsungBrowser", "Samsung Internet", "Zalo", "Zalo", "Firefox", "Firefox", "Chrome",
			"Chrome", "Safari", "Safari")
		system := first(agent, "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "Mac", "Linux", "Linux")
		switch {
		case name == "" && system == "":
			return lang.Say("kit.unknown_browser")
		case name == "" || system == "":
			return name + system
		}
		return lang.Say("kit.browser_on", "name", name, "system", system)
	}
}

// BrowserName says in a few words of this request's language which browser a
// User-Agent stands for.
func (r *Request) BrowserName(agent string) string { return browserWords(r.Lang)(agent) }
