package main

import (
	"strings"

	"loa/accounts"
	"loa/airing"
	"loa/airing/texting"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// words are those of one list that are typed, with what each means: "power_cut (Mất điện), …".
func words[T ~string](prefix string, list []T) func(text.Language) string {
	return func(lang text.Language) string {
		said := make([]string, len(list))
		for i, word := range list {
			said[i] = string(word) + " (" + lang.Say(prefix+string(word)) + ")"
		}
		return strings.Join(said, ", ")
	}
}

// The lists a help sentence names as {reasons} and so on, and a refusal is followed by.
var (
	reasons      = words("airing.reason.", airing.Reasons[:])
	outcomes     = words("airing.outcome.", airing.Outcomes[:])
	findings     = words("airing.finding.", airing.Findings[:])
	means        = words("airing.means.", airing.AllMeans[:])
	technologies = words("stations.technology.", stations.Technologies)
	roles        = words("accounts.role.", accounts.Roles)
	results      = words("calls.outcome.", coverage.CallOutcomes[:])
	needs        = words("calls.need.", coverage.Needs[:])
	groupings    = words("coverage.by.", coverage.Groupings)
	textStates   = words("texts.state.", texting.States)
)

// takes is what to type after a refusal that names what a page would let one choose.
var takes = map[string]func(text.Language) string{
	"airing.reason_missing":       reasons,
	"airing.reason_unknown":       reasons,
	"coverage.excuse_reason":      reasons,
	"airing.outcome_unknown":      outcomes,
	"airing.reason_of_aired":      outcomes,
	"airing.finding_unknown":      findings,
	"airing.means_unknown":        means,
	"stations.technology_unknown": technologies,
	"calls.outcome_missing":       results,

	"filter.word_unknown outcome":    outcomes,
	"filter.word_unknown technology": technologies,
	"filter.word_unknown role":       roles,
	"filter.word_unknown result":     results,
	"filter.word_unknown need":       needs,
	"filter.word_unknown by":         groupings,
}

// instead is what to type after a refusal that a page would follow with a button.
var instead = map[string]string{
	"airing.slot_reported":     "cli.say_correct",
	"backup.key_needed":        "cli.say_key",
	"backup.no_place_set":      "cli.say_backups",
	"store.login_refused":      "cli.say_login",
	"airing.corrected_already": "cli.say_correct",
	"coverage.asked_already":   "cli.say_answer",
	"coverage.request_changed": "cli.say_answer",
	"stations.list_older":      "stations.cli.older",
	"stations.unanswered":      "stations.cli.unanswered",
}

// toType is what to type after a refusal with this code; other is the record in the way. nil for nothing more than it says.
func toType(kind fault.Kind, code, other string) *fault.Error {
	if list := takes[code]; list != nil {
		return fault.New(kind, "cli.takes", "words", list(language()))
	}
	if key := instead[code]; key != "" {
		return fault.New(kind, key, "other", other)
	}
	return nil
}

// wordLists are what a help sentence may name.
func (t *terminal) wordLists() []any {
	return []any{"reasons", reasons(t.lang), "outcomes", outcomes(t.lang), "findings", findings(t.lang), "means", means(t.lang),
		"technologies", technologies(t.lang), "roles", roles(t.lang), "results", results(t.lang), "needs", needs(t.lang),
		"groupings", groupings(t.lang), "text_states", textStates(t.lang)}
}
