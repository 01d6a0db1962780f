package api

import (
	"loa/accounts"
	"loa/airing"
	"loa/audio"
	"loa/audio/mpeg"
	"loa/contest"
	"loa/contest/ranking"
	"loa/coverage"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
)

// values are all values of each type of words that stands in the API's document.
var values = []any{
	[]accounts.Level{accounts.Province, accounts.District, accounts.Station, accounts.Contest},
	[]accounts.Role{accounts.Admin, accounts.Editor, accounts.Monitor, accounts.Operator, accounts.Organiser, accounts.Judge},
	accounts.Waitings,
	airing.Outcomes[:],
	airing.Reasons[:],
	airing.AllMeans[:],
	airing.Findings[:],
	[]airing.Lack{airing.LackTarget, airing.LackLength, airing.LackTruth},
	library.Kinds,
	[]audio.Format{audio.MP3, audio.WAV, audio.FLAC, audio.M4A, audio.ThGP, audio.AMR, audio.AAC, audio.OGG, audio.WebM, audio.WMA,
		audio.AIFF, audio.CAF, audio.MP2},
	[]audio.Grade{audio.Note, audio.Warn, audio.Refuse},
	[]library.How{library.SameFile, library.SameSound, library.Similar},
	[]library.Word{library.Same, library.Different, library.Reopened},
	[]mpeg.Rating{mpeg.CBR, mpeg.VBR, mpeg.ABR, mpeg.Free},
	[]contest.EntrantKind{contest.ByStation, contest.ByPerson, contest.ByGroup},
	contest.EntryStates,
	contest.Fates(),
	[]contest.Habits{contest.HabitsOfGroup, contest.HabitsOfRound},
	[]contest.NeedWhen{contest.Always, contest.NotVietnamese, contest.Optional},
	[]contest.Phase{contest.Draft, contest.Open, contest.Judging, contest.Published, contest.Closed},
	[]contest.PieceKind{contest.Audio, contest.Script, contest.Scan, contest.Translation},
	[]contest.PromotionRule{contest.LastRound, contest.TopN, contest.AtLeast, contest.Picked},
	[]listedAs{asOrganiser, asEntrant, asJudge},
	[]contest.TaskStatus{contest.Untouched, contest.Drafted, contest.Final, contest.SetAside},
	[]contest.OrderState{contest.OrderHolds, contest.OrderPart, contest.OrderReplaced, contest.OrderAgain, contest.OrderUnused},
	[]ranking.Breaker{ranking.ByCriterion, ranking.ByMedian, ranking.ByHeadToHead, ranking.ByEarliest, ranking.ByChair},
	ranking.Methods(),
	[]ranking.Policy{ranking.Share, ranking.Split, ranking.Chair},
	[]coverage.AnewKind{coverage.AnewTerms, coverage.AnewLanguages, coverage.AnewActivity, coverage.AnewWeekStart},
	[]coverage.ContestKind{coverage.EntriesStay, coverage.OnlyStations, coverage.OnlyDistricts, coverage.QuotaDistrict, coverage.JudgeTied},
	[]coverage.HandKind{coverage.RuleOfDistricts, coverage.NobodyReports, coverage.FileEmpty},
	[]coverage.QuestionKind{coverage.PersonOfSplit, coverage.RuleOfSplit, coverage.PersonOfDistrict},
	coverage.States[:],
	[]coverage.SuccessionKind{coverage.Merging, coverage.Splitting},
	[]scheduler.ExceptionKind{scheduler.Cancelled, scheduler.Moved, scheduler.Annotated},
	[]scheduler.Outcome{scheduler.Running, scheduler.Done, scheduler.Failed, scheduler.Panicked, scheduler.TimedOut, scheduler.Interrupted,
		scheduler.Skipped, scheduler.ClockMoved, scheduler.Down},
	[]scheduler.Priority{scheduler.Ordinary, scheduler.Preferred, scheduler.Urgent},
	[]scheduler.State{scheduler.Draft, scheduler.Submitted, scheduler.Approved, scheduler.Withdrawn},
	scheduler.Topics,
	stations.Columns,
	[]stations.Fate{stations.Carried, stations.Opened, stations.Kept, stations.Without},
	stations.Technologies,
	[]text.Language{text.Vietnamese, text.English},
}
