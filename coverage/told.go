package coverage

import (
	"strings"

	"loa/airing"
	"loa/airing/texting"
	"loa/internal/text"
	"loa/message"
	"loa/scheduler"
	"loa/stations"
)

// Told says what happened in a change, as programs pass it on: of the answer to the change, with the names of
// then. It tells outcomes and no more, nothing that anybody wrote. The zero Phrase is of no event.
func Told(reg *stations.Registry, plan *scheduler.Schedule, topic message.Topic, answer any) text.Phrase {
	say := func(key string, args ...any) text.Phrase { return text.NewPhrase("told."+key, args...) }
	titled := func(id string) string {
		p, _ := plan.Programme(id) // what an answer names was there
		return p.Title
	}
	switch a := answer.(type) {
	case airing.Line:
		p, _ := plan.Programme(a.Programme) // what was reported stays, also of a programme that is gone
		args := []any{"station", reg.Label(a.Station), "programme", p.TitleAt(a.StartedAt), "at", a.StartedAt}
		switch topic {
		case message.Judged:
			return say("judged", append(args, "finding", text.NewPhrase("airing.finding."+string(a.Finding)))...)
		case message.Proved:
			return say("proved", append(args, "word", text.NewPhrase("audio.match."+string(a.Proofs[len(a.Proofs)-1].Word)))...)
		case message.Attached:
			return say("attached", args...)
		case message.Detached:
			return say("detached", args...)
		}
		key := "told."
		if a.Corrects != "" && a.Outcome != airing.Withdrawn {
			key = "told.corrected_"
		}
		return text.NewPhrase(key+string(a.Outcome), append(args, "reason", text.NewPhrase("airing.reason."+string(a.Reason)))...)
	case airing.Proposal:
		return say("declined", "station", reg.Label(a.Station), "programme", titled(a.Programme), "at", a.StartedAt)
	case texting.Text:
		if a.Station == "" {
			return say("text_unknown")
		}
		return say("text", "station", reg.Label(a.Station), "state", text.NewPhrase("texts.state."+string(a.State)))
	case Call:
		return say("called", "station", reg.Label(a.Station), "outcome", a.Outcome)
	case Excuse:
		key := "excused"
		if a.Revoked {
			key = "excuse_revoked"
		}
		return say(key, "station", reg.Label(a.Station), "week", a.Week, "reason", text.NewPhrase("airing.reason."+string(a.Reason)))
	case Plea:
		key := "plea"
		if topic == message.ExcuseAnswered {
			key = "plea_answered"
		}
		if a.State == PleaGranted {
			return say("plea_granted", "station", reg.Label(a.Station), "weeks", Weeks(a.Excused),
				"reason", text.NewPhrase("airing.reason."+string(a.Reason)))
		}
		return say(key, "station", reg.Label(a.Station), "from", a.From, "until", a.Until,
			"reason", text.NewPhrase("airing.reason."+string(a.Reason)), "state", text.NewPhrase("coverage.plea_state."+string(a.State)))
	case Week:
		return say("closed", "week", a.Week, "aired", a.Aired, "expected", a.Expected(), "not_aired", a.NotAired, "not_reported", a.NotReported,
			"excused", a.Excused)
	case Reopen:
		key := "reopen_asked"
		switch {
		case a.Decline:
			key = "reopen_declined"
		case !a.Request.IsZero():
			key = "reopened"
		}
		return say(key, "week", a.Week)
	case AnewDone:
		return say("anew", "what", text.NewPhrase("coverage.anew."+string(a.What)), "from", a.From, "n", len(a.Weeks))
	case UndoPlan:
		return say("undone", "kind", text.NewPhrase("stations.change."+string(a.Succession.Kind)), "on", a.Succession.On)
	case scheduler.Programme:
		key := "programme"
		if topic == message.ProgrammeRetired {
			key = "programme_back"
			if !a.Retired.At.IsZero() {
				key = "programme_rests"
			}
		}
		return say(key, "programme", a.Title)
	case scheduler.Episode:
		return say("episode", "episode", a.Title, "programme", titled(a.Programme), "state", text.NewPhrase("schedule.state."+string(a.State())))
	case scheduler.Rule:
		programme := titled(a.Versions[len(a.Versions)-1].Programme)
		switch {
		case topic == message.ExceptionSaved:
			return say("exception", "programme", programme)
		case a.Versions[len(a.Versions)-1].Ended:
			return say("rule_ended", "programme", programme)
		}
		return say("rule", "programme", programme)
	case stations.Station:
		return say("station", "station", reg.Label(a.ID))
	case stations.ImportPlan:
		return say("imported", "rows", a.Rows, "n", len(a.Changes))
	case stations.MergePlan:
		var names []string
		for _, t := range a.Targets {
			names = append(names, t.Name)
		}
		return say("merged", "on", a.On, "names", some(names))
	case stations.SplitPlan:
		var names []string
		for _, p := range a.Parts {
			names = append(names, p.Name)
		}
		return say("split", "on", a.On, "name", a.Name, "names", some(names))
	}
	return text.Phrase{}
}

// namedAtMost is how many names a sentence lists.
const namedAtMost = 5

// some are the first names as a sentence lists them.
func some(names []string) text.Phrase {
	first := strings.Join(names[:min(len(names), namedAtMost)], ", ")
	if more := len(names) - namedAtMost; more > 0 {
		return text.NewPhrase("told.some", "names", first, "n", more)
	}
	return text.NewPhrase("told.names", "names", first)
}
