package api

import (
	"loa/accounts"
	"loa/airing"
	"loa/airing/book"
	"loa/airing/oldbook"
	"loa/airing/sample"
	"loa/airing/texting"
	"loa/audio"
	"loa/audio/match"
	"loa/audio/mpeg"
	"loa/contest"
	"loa/contest/ranking"
	"loa/coverage"
	"loa/internal/text"
	"loa/library"
	"loa/message"
	"loa/outgoing"
	"loa/plan"
	"loa/quiz"
	"loa/scheduler"
	"loa/stations"
	"loa/web/health"
)

// listed is a list of values that stands in the API's document.
type listed struct {
	all  any    // declared once, in its noun
	say  string // what the key of each value's sentence begins with
	mute string // why there is no such sentence, where there is none
}

// values are all values of each type of words that stands in the API's document.
var values = []listed{
	{all: accounts.Levels, mute: "people read the place itself"},
	{all: accounts.Roles, say: "accounts.role."},
	{all: accounts.Kinds, say: "accounts.did."},
	{all: accounts.Waitings, mute: "asked with a sentence of their own each"},
	{all: airing.Outcomes[:], say: "airing.outcome."},
	{all: airing.Reasons[:], say: "airing.reason."},
	{all: airing.AllMeans[:], say: "airing.means."},
	{all: airing.Findings[:], say: "airing.finding."},
	{all: airing.EvidenceKinds[:], say: "airing.evidence_kind."},
	{all: airing.ProposalStates[:], say: "airing.said_state."},
	{all: airing.Lacks, say: "airing.lack."},
	{all: airing.Hints, say: "airing.hint."},
	{all: airing.Checkers, say: "airing.checker."},
	{all: airing.SealWords[:], say: "airing.seal."},
	{all: airing.Switches, say: "airing.switch."},
	{all: sample.Distances, say: "sample.distance."},
	{all: sample.AllHorns, say: "sample.horns."},
	{all: sample.Weathers, say: "sample.weather."},
	{all: sample.Noises, say: "sample.noise."},
	{all: sample.Uses, say: "sample.use."},
	{all: texting.States, say: "texts.state."},
	{all: match.Words, say: "audio.match."},
	{all: match.Reasons, say: "audio.match.why."},
	{all: library.Kinds, mute: "people read where a file stands"},
	{all: audio.Formats, mute: "a format is called alike in every language"},
	{all: audio.Grades, say: "audio.grade."},
	{all: library.Hows, mute: "said with how sure it is"},
	{all: library.Verdicts, say: "library.verdict_"},
	{all: message.Answers, say: "message.answer."},
	{all: message.Channels, say: "message.channel."},
	{all: message.States, say: "message.state."},
	{all: message.Topics, say: "message.topic."},
	{all: mpeg.Ratings, mute: "a term of the format"},
	{all: contest.EntrantKinds, say: "contest.kind_"},
	{all: contest.EntryStates, say: "contest."},
	{all: contest.Fates(), say: "contest.fate_"},
	{all: contest.CommentStates, say: "contest.comments_"},
	{all: contest.AllHabits, mute: "each has a box of its own in the rules"},
	{all: contest.NeedWhens, say: "contest.when_"},
	{all: contest.DeadlineKinds, say: "contest.deadline_"},
	{all: contest.Phases, say: "contest.phase_"},
	{all: contest.PieceKinds, say: "contest.piece_"},
	{all: contest.PromotionRules, mute: "said with their numbers"},
	{all: []listedAs{asOrganiser, asEntrant, asJudge}, mute: "people read the list itself"},
	{all: contest.AllSeries, mute: "said with the number"},
	{all: contest.TaskStatuses, say: "contest.status_"},
	{all: contest.OrderStates, mute: "one that holds needs no word"},
	{all: ranking.Breakers, say: "ranking.tie_"},
	{all: ranking.Methods(), say: "contest.method_"},
	{all: ranking.Policies, say: "contest.policy_"},
	{all: coverage.AnewKinds, say: "coverage.anew."},
	{all: coverage.CallOutcomes[:], say: "calls.outcome."},
	{all: coverage.PleaStates[:], say: "coverage.plea_state."},
	{all: coverage.Needs[:], say: "calls.need."},
	{all: coverage.ContestKinds, say: "stations.contest."},
	{all: coverage.Groupings, say: "coverage.by."},
	{all: coverage.HandKinds, say: "stations.hand."},
	{all: coverage.QuestionKinds, say: "stations.question."},
	{all: coverage.States[:], say: "coverage.state."},
	{all: coverage.SuccessionKinds, say: "stations.change."},
	{all: outgoing.Kinds[:], say: "outgoing.kind."},
	{all: outgoing.Standings[:], say: "outgoing.state."},
	{all: outgoing.Drawns[:], say: "outgoing.drawn."},
	{all: outgoing.Stages[:], say: "outgoing.stage."},
	{all: book.States[:], say: "book.state."},
	{all: oldbook.States[:], say: "oldbook.state."},
	{all: oldbook.Fields[:], say: "oldbook.field."},
	{all: plan.Everys[:], say: "plan.every."},
	{all: plan.Ways[:], say: "plan.way."},
	{all: plan.Counteds[:], say: "plan.counted."},
	{all: plan.States[:], say: "plan.state."},
	{all: quiz.Ways[:], say: "quiz.way."},
	{all: quiz.Stages[:], say: "quiz.stage."},
	{all: quiz.Moves[:], say: "quiz.move."},
	{all: quiz.States[:], say: "quiz.state."},
	{all: quiz.Dos[:], say: "quiz.do."},
	{all: quiz.Parts[:], say: "quiz.part."},
	{all: scheduler.GapKinds, say: "schedule.gap."},
	{all: scheduler.ExceptionKinds, say: "schedule.exception."},
	{all: scheduler.Outcomes, say: "schedule.outcome."},
	{all: scheduler.Priorities, say: "schedule.priority."},
	{all: scheduler.States, say: "schedule.state."},
	{all: scheduler.Topics, say: "schedule.topic."},
	{all: stations.Columns, say: "stations.column."},
	{all: stations.Fates, say: "stations.fate."},
	{all: stations.Technologies, say: "stations.technology."},
	{all: health.Names, say: "health.name."},
	{all: health.States, say: "health.state."},
	{all: text.Languages, mute: "each calls itself by its own name"},
}

// lists are the values alone.
func lists() (all []any) {
	for _, l := range values {
		all = append(all, l.all)
	}
	return all
}
