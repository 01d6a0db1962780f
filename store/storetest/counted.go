package storetest

import (
	"context"
	"crypto/ecdh"
	"iter"
	"maps"
	"sync"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/oldbook"
	"loa/airing/sample"
	"loa/airing/texting"
	"loa/contest"
	"loa/coverage"
	"loa/library"
	"loa/message"
	"loa/outgoing"
	"loa/plan"
	"loa/quiz"
	"loa/scheduler"
	"loa/sharing"
	"loa/stations"
	"loa/store"
)

// Counted is an engine that counts what it is asked: each call is one question, and to an
// engine behind a network one journey. It is safe for concurrent use.
type Counted struct {
	store.Engine

	mu sync.Mutex
	n  map[string]int
}

// Questions tells how often each was asked since the last time, by its method.
func (e *Counted) Questions() map[string]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := maps.Clone(e.n)
	clear(e.n)
	return n
}

func (e *Counted) asked(question string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.n == nil {
		e.n = map[string]int{}
	}
	e.n[question]++
}

func (e *Counted) AccountSettings(ctx context.Context) (accounts.Settings, error) {
	e.asked("AccountSettings")
	return e.Engine.AccountSettings(ctx)
}

func (e *Counted) Airing(ctx context.Context, by accounts.Actor, id string) (airing.Line, error) {
	e.asked("Airing")
	return e.Engine.Airing(ctx, by, id)
}

func (e *Counted) Airings(ctx context.Context, by accounts.Actor, q airing.Query) ([]airing.Line, string, error) {
	e.asked("Airings")
	return e.Engine.Airings(ctx, by, q)
}

func (e *Counted) Alike(ctx context.Context, id string) ([]library.Alike, error) {
	e.asked("Alike")
	return e.Engine.Alike(ctx, id)
}

func (e *Counted) BlindCopies(ctx context.Context, after string, limit int) ([]library.BlindCopy, error) {
	e.asked("BlindCopies")
	return e.Engine.BlindCopies(ctx, after, limit)
}

func (e *Counted) BlindCopy(ctx context.Context, id string) (library.BlindCopy, bool, error) {
	e.asked("BlindCopy")
	return e.Engine.BlindCopy(ctx, id)
}

func (e *Counted) BlobOwners(ctx context.Context, sha256 string) ([]library.Recording, error) {
	e.asked("BlobOwners")
	return e.Engine.BlobOwners(ctx, sha256)
}

func (e *Counted) BlobRefs(ctx context.Context, yield func(string)) error {
	e.asked("BlobRefs")
	return e.Engine.BlobRefs(ctx, yield)
}

func (e *Counted) BlobUsed(ctx context.Context, sha256 string) (bool, error) {
	e.asked("BlobUsed")
	return e.Engine.BlobUsed(ctx, sha256)
}

func (e *Counted) DamagedBlobs(ctx context.Context) ([]library.Damaged, error) {
	e.asked("DamagedBlobs")
	return e.Engine.DamagedBlobs(ctx)
}

func (e *Counted) BroadcastCopy(ctx context.Context, id string) (library.BroadcastCopy, bool, error) {
	e.asked("BroadcastCopy")
	return e.Engine.BroadcastCopy(ctx, id)
}

func (e *Counted) BroadcastCopies(ctx context.Context, ids []string) (map[string]library.BroadcastCopy, error) {
	e.asked("BroadcastCopies")
	return e.Engine.BroadcastCopies(ctx, ids)
}

func (e *Counted) BySession(ctx context.Context, h accounts.Hash, at time.Time) (accounts.Person, accounts.Session, error) {
	e.asked("BySession")
	return e.Engine.BySession(ctx, h, at)
}

func (e *Counted) ByToken(ctx context.Context, h accounts.Hash, at time.Time) (accounts.Person, error) {
	e.asked("ByToken")
	return e.Engine.ByToken(ctx, h, at)
}

func (e *Counted) Calls(ctx context.Context, by accounts.Actor, q coverage.CallQuery) ([]coverage.Call, string, error) {
	e.asked("Calls")
	return e.Engine.Calls(ctx, by, q)
}

func (e *Counted) ClosedWeeks(ctx context.Context, week, until airing.Week) (map[airing.Week]coverage.Standing, error) {
	e.asked("ClosedWeeks")
	return e.Engine.ClosedWeeks(ctx, week, until)
}

func (e *Counted) Contests(ctx context.Context, q contest.HeadQuery) ([]contest.Head, error) {
	e.asked("Contests")
	return e.Engine.Contests(ctx, q)
}

func (e *Counted) CopiesDue(ctx context.Context, after string, small bool, limit int) ([]library.Recording, error) {
	e.asked("CopiesDue")
	return e.Engine.CopiesDue(ctx, after, small, limit)
}

func (e *Counted) Corrections(ctx context.Context, by accounts.Actor, id string) ([]airing.Line, error) {
	e.asked("Corrections")
	return e.Engine.Corrections(ctx, by, id)
}

func (e *Counted) Coverage(ctx context.Context, by accounts.Actor, q coverage.Query) (coverage.Week, error) {
	e.asked("Coverage")
	return e.Engine.Coverage(ctx, by, q)
}

func (e *Counted) Credential(ctx context.Context, id string) (string, error) {
	e.asked("Credential")
	return e.Engine.Credential(ctx, id)
}

func (e *Counted) DecidedAnew(ctx context.Context, by accounts.Actor, q coverage.Newest) ([]coverage.AnewDone, int, error) {
	e.asked("DecidedAnew")
	return e.Engine.DecidedAnew(ctx, by, q)
}

func (e *Counted) Directory(ctx context.Context) (*accounts.Directory, error) {
	e.asked("Directory")
	return e.Engine.Directory(ctx)
}

func (e *Counted) Dues(ctx context.Context, at, until time.Time) iter.Seq2[scheduler.Due, error] {
	e.asked("Dues")
	return e.Engine.Dues(ctx, at, until)
}

func (e *Counted) Events(ctx context.Context, id string, after int) iter.Seq2[contest.Event, error] {
	e.asked("Events")
	return e.Engine.Events(ctx, id, after)
}

func (e *Counted) Erasures(ctx context.Context, by accounts.Actor) ([]accounts.Erasure, error) {
	e.asked("Erasures")
	return e.Engine.Erasures(ctx, by)
}

func (e *Counted) ForSlots(ctx context.Context, by accounts.Actor, ids []string) (map[string]airing.Line, error) {
	e.asked("ForSlots")
	return e.Engine.ForSlots(ctx, by, ids)
}

func (e *Counted) ForetellAnew(ctx context.Context, m accounts.Meta, c coverage.Anew) (coverage.AnewDone, error) {
	e.asked("ForetellAnew")
	return e.Engine.ForetellAnew(ctx, m, c)
}

func (e *Counted) ForetellMerge(ctx context.Context, m accounts.Meta, c stations.Merge) (stations.MergePlan, coverage.Merger, error) {
	e.asked("ForetellMerge")
	return e.Engine.ForetellMerge(ctx, m, c)
}

func (e *Counted) ForetellSplit(ctx context.Context, m accounts.Meta, c stations.Split) (stations.SplitPlan, coverage.Merger, error) {
	e.asked("ForetellSplit")
	return e.Engine.ForetellSplit(ctx, m, c)
}

func (e *Counted) ForetellUndo(ctx context.Context, m accounts.Meta, number int) (coverage.UndoPlan, error) {
	e.asked("ForetellUndo")
	return e.Engine.ForetellUndo(ctx, m, number)
}

func (e *Counted) History(ctx context.Context, by accounts.Actor, id string, week, until airing.Week) ([]coverage.StationTally, error) {
	e.asked("History")
	return e.Engine.History(ctx, by, id, week, until)
}

func (e *Counted) Invitation(ctx context.Context, h accounts.Hash) (accounts.Invitation, error) {
	e.asked("Invitation")
	return e.Engine.Invitation(ctx, h)
}

func (e *Counted) InvitationByCode(ctx context.Context, code accounts.Hash) (accounts.Invitation, error) {
	e.asked("InvitationByCode")
	return e.Engine.InvitationByCode(ctx, code)
}

func (e *Counted) Invitations(ctx context.Context, q accounts.InvitationQuery) ([]accounts.Invitation, error) {
	e.asked("Invitations")
	return e.Engine.Invitations(ctx, q)
}

func (e *Counted) JobState(ctx context.Context, job string) (scheduler.JobState, error) {
	e.asked("JobState")
	return e.Engine.JobState(ctx, job)
}

func (e *Counted) Exhibits(ctx context.Context, by accounts.Actor, s airing.Span) ([]airing.Exhibit, error) {
	e.asked("Exhibits")
	return e.Engine.Exhibits(ctx, by, s)
}

func (e *Counted) MatchPrint(ctx context.Context, recording string) (library.MatchPrint, bool, error) {
	e.asked("MatchPrint")
	return e.Engine.MatchPrint(ctx, recording)
}

func (e *Counted) Unproved(ctx context.Context, limit int) ([]airing.Line, error) {
	e.asked("Unproved")
	return e.Engine.Unproved(ctx, limit)
}

func (e *Counted) Excerpt(ctx context.Context, by accounts.Actor, report string) (airing.Excerpt, error) {
	e.asked("Excerpt")
	return e.Engine.Excerpt(ctx, by, report)
}

func (e *Counted) Seals(ctx context.Context, by accounts.Actor, q airing.SealQuery) ([]airing.Seal, error) {
	e.asked("Seals")
	return e.Engine.Seals(ctx, by, q)
}

func (e *Counted) LastSeal(ctx context.Context, by accounts.Actor, week *airing.Week) (*airing.Seal, error) {
	e.asked("LastSeal")
	return e.Engine.LastSeal(ctx, by, week)
}

func (e *Counted) Sealed(ctx context.Context, by accounts.Actor, number int) (airing.Sealed, error) {
	e.asked("Sealed")
	return e.Engine.Sealed(ctx, by, number)
}

func (e *Counted) Excuses(ctx context.Context, id string, from, until airing.Week) (map[airing.Week]coverage.Excuse, error) {
	e.asked("Excuses")
	return e.Engine.Excuses(ctx, id, from, until)
}

func (e *Counted) LastExcuse(ctx context.Context, week airing.Week, id string) (coverage.Excuse, error) {
	e.asked("LastExcuse")
	return e.Engine.LastExcuse(ctx, week, id)
}

func (e *Counted) Face(ctx context.Context) (sharing.Face, error) {
	e.asked("Face")
	return e.Engine.Face(ctx)
}

func (e *Counted) Calendars(ctx context.Context, person string) ([]sharing.Calendar, error) {
	e.asked("Calendars")
	return e.Engine.Calendars(ctx, person)
}

func (e *Counted) CalendarBy(ctx context.Context, secret accounts.Hash) (sharing.Calendar, error) {
	e.asked("CalendarBy")
	return e.Engine.CalendarBy(ctx, secret)
}

func (e *Counted) NumberOf(ctx context.Context, by accounts.Actor, i outgoing.Issuer, of string) (*outgoing.Entry, error) {
	e.asked("NumberOf")
	return e.Engine.NumberOf(ctx, by, i, of)
}

func (e *Counted) OfficeOf(ctx context.Context, by accounts.Actor, i outgoing.Issuer) (outgoing.Office, error) {
	e.asked("OfficeOf")
	return e.Engine.OfficeOf(ctx, by, i)
}

func (e *Counted) Layouts(ctx context.Context, by accounts.Actor, i outgoing.Issuer) ([]outgoing.Layout, error) {
	e.asked("Layouts")
	return e.Engine.Layouts(ctx, by, i)
}

func (e *Counted) LayoutAt(ctx context.Context, by accounts.Actor, i outgoing.Issuer, d outgoing.Drawn, at time.Time) (*outgoing.Layout, error) {
	e.asked("LayoutAt")
	return e.Engine.LayoutAt(ctx, by, i, d, at)
}

func (e *Counted) LayoutFile(ctx context.Context, by accounts.Actor, i outgoing.Issuer, id string) (outgoing.Layout, []byte, error) {
	e.asked("LayoutFile")
	return e.Engine.LayoutFile(ctx, by, i, id)
}

func (e *Counted) Outgoing(ctx context.Context, by accounts.Actor, q outgoing.Query) ([]outgoing.Entry, string, error) {
	e.asked("Outgoing")
	return e.Engine.Outgoing(ctx, by, q)
}

func (e *Counted) PlanYears(ctx context.Context, by accounts.Actor) ([]int, error) {
	e.asked("PlanYears")
	return e.Engine.PlanYears(ctx, by)
}

func (e *Counted) PlanOf(ctx context.Context, by accounts.Actor, year int, entered time.Time) (plan.Book, error) {
	e.asked("PlanOf")
	return e.Engine.PlanOf(ctx, by, year, entered)
}

func (e *Counted) Indicator(ctx context.Context, by accounts.Actor, id string) (plan.Record, error) {
	e.asked("Indicator")
	return e.Engine.Indicator(ctx, by, id)
}

func (e *Counted) PlanImport(ctx context.Context, m accounts.Meta, c quiz.Import) (quiz.Plan, error) {
	e.asked("PlanImport")
	return e.Engine.PlanImport(ctx, m, c)
}

func (e *Counted) Question(ctx context.Context, by accounts.Actor, id string) (quiz.Question, error) {
	e.asked("Question")
	return e.Engine.Question(ctx, by, id)
}

func (e *Counted) Bank(ctx context.Context, by accounts.Actor, q quiz.BankQuery) ([]quiz.Question, string, error) {
	e.asked("Bank")
	return e.Engine.Bank(ctx, by, q)
}

func (e *Counted) Quiz(ctx context.Context, by accounts.Actor, id string) (quiz.Contest, error) {
	e.asked("Quiz")
	return e.Engine.Quiz(ctx, by, id)
}

func (e *Counted) QuizPool(ctx context.Context, by accounts.Actor, id string, from, limit int) ([]quiz.Question, error) {
	e.asked("QuizPool")
	return e.Engine.QuizPool(ctx, by, id, from, limit)
}

func (e *Counted) Quizzes(ctx context.Context, by accounts.Actor) ([]quiz.Contest, error) {
	e.asked("Quizzes")
	return e.Engine.Quizzes(ctx, by)
}

func (e *Counted) QuizSeed(ctx context.Context, by accounts.Actor, id string, at time.Time) (string, error) {
	e.asked("QuizSeed")
	return e.Engine.QuizSeed(ctx, by, id, at)
}

func (e *Counted) Codes(ctx context.Context, by accounts.Actor, id, station string) ([]quiz.Code, error) {
	e.asked("Codes")
	return e.Engine.Codes(ctx, by, id, station)
}

func (e *Counted) CountCodes(ctx context.Context, by accounts.Actor, id string) ([]quiz.Codes, error) {
	e.asked("CountCodes")
	return e.Engine.CountCodes(ctx, by, id)
}

func (e *Counted) Sit(ctx context.Context, contest, secret string) (quiz.Sat, error) {
	e.asked("Sit")
	return e.Engine.Sit(ctx, contest, secret)
}

func (e *Counted) QuizTry(ctx context.Context, by accounts.Actor, contest, id string) (quiz.Sat, error) {
	e.asked("QuizTry")
	return e.Engine.QuizTry(ctx, by, contest, id)
}

func (e *Counted) Tries(ctx context.Context, by accounts.Actor, contest string, q quiz.TryQuery) ([]quiz.Try, string, error) {
	e.asked("Tries")
	return e.Engine.Tries(ctx, by, contest, q)
}

func (e *Counted) Tallies(ctx context.Context, by accounts.Actor, contest string) ([]quiz.Place, error) {
	e.asked("Tallies")
	return e.Engine.Tallies(ctx, by, contest)
}

func (e *Counted) QuizResult(ctx context.Context, by accounts.Actor, contest string) (quiz.Result, error) {
	e.asked("QuizResult")
	return e.Engine.QuizResult(ctx, by, contest)
}

func (e *Counted) LastCalls(ctx context.Context, by accounts.Actor) (map[string]coverage.Call, error) {
	e.asked("LastCalls")
	return e.Engine.LastCalls(ctx, by)
}

func (e *Counted) Latest(ctx context.Context, by accounts.Actor, stations []string) (map[string]airing.Latest, error) {
	e.asked("Latest")
	return e.Engine.Latest(ctx, by, stations)
}

func (e *Counted) LibrarySettings(ctx context.Context) (library.Settings, error) {
	e.asked("LibrarySettings")
	return e.Engine.LibrarySettings(ctx)
}

func (e *Counted) OpenLikenesses(ctx context.Context, h library.Hearing, limit int) ([]library.Pair, error) {
	e.asked("OpenLikenesses")
	return e.Engine.OpenLikenesses(ctx, h, limit)
}

func (e *Counted) Recording(ctx context.Context, id string) (library.Recording, error) {
	e.asked("Recording")
	return e.Engine.Recording(ctx, id)
}

func (e *Counted) RecordingReport(ctx context.Context, id string) (library.Report, error) {
	e.asked("RecordingReport")
	return e.Engine.RecordingReport(ctx, id)
}

func (e *Counted) Recordings(ctx context.Context, q library.Query) (library.Page, error) {
	e.asked("Recordings")
	return e.Engine.Recordings(ctx, q)
}

func (e *Counted) Registry(ctx context.Context) (*stations.Registry, error) {
	e.asked("Registry")
	return e.Engine.Registry(ctx)
}

func (e *Counted) Pleas(ctx context.Context, by accounts.Actor, q coverage.PleaQuery) ([]coverage.Plea, string, error) {
	e.asked("Pleas")
	return e.Engine.Pleas(ctx, by, q)
}

func (e *Counted) Proposals(ctx context.Context, by accounts.Actor, q airing.ProposalQuery) ([]airing.Proposal, error) {
	e.asked("Proposals")
	return e.Engine.Proposals(ctx, by, q)
}

func (e *Counted) Reopenings(ctx context.Context, by accounts.Actor, q coverage.AskedQuery) ([]coverage.Asked, error) {
	e.asked("Reopenings")
	return e.Engine.Reopenings(ctx, by, q)
}

func (e *Counted) RunsBefore(ctx context.Context, job string, at time.Time, limit int) ([]scheduler.Run, error) {
	e.asked("RunsBefore")
	return e.Engine.RunsBefore(ctx, job, at, limit)
}

func (e *Counted) Schedule(ctx context.Context) (*scheduler.Schedule, error) {
	e.asked("Schedule")
	return e.Engine.Schedule(ctx)
}

func (e *Counted) Script(ctx context.Context, id string) (string, error) {
	e.asked("Script")
	return e.Engine.Script(ctx, id)
}

func (e *Counted) Sessions(ctx context.Context, id string, at time.Time) ([]accounts.Session, error) {
	e.asked("Sessions")
	return e.Engine.Sessions(ctx, id, at)
}

func (e *Counted) AiringSettings(ctx context.Context) (airing.Settings, error) {
	e.asked("AiringSettings")
	return e.Engine.AiringSettings(ctx)
}

func (e *Counted) StationBytes(ctx context.Context, station string) (int64, error) {
	e.asked("StationBytes")
	return e.Engine.StationBytes(ctx, station)
}

func (e *Counted) Successions(ctx context.Context, by accounts.Actor, q coverage.Newest) ([]coverage.Succession, int, error) {
	e.asked("Successions")
	return e.Engine.Successions(ctx, by, q)
}

func (e *Counted) TextSettings(ctx context.Context) (texting.Settings, error) {
	e.asked("TextSettings")
	return e.Engine.TextSettings(ctx)
}

func (e *Counted) Texts(ctx context.Context, by accounts.Actor, q texting.Query, after string, limit int) ([]texting.Text, string, error) {
	e.asked("Texts")
	return e.Engine.Texts(ctx, by, q, after, limit)
}

func (e *Counted) Tokens(ctx context.Context, id string, at time.Time) ([]accounts.Token, error) {
	e.asked("Tokens")
	return e.Engine.Tokens(ctx, id, at)
}

func (e *Counted) Period(ctx context.Context, by accounts.Actor, f coverage.Filter, now time.Time) (coverage.Period, error) {
	e.asked("Period")
	return e.Engine.Period(ctx, by, f, now)
}

func (e *Counted) Trend(ctx context.Context, by accounts.Actor, q coverage.Query, week airing.Week) ([]coverage.Week, error) {
	e.asked("Trend")
	return e.Engine.Trend(ctx, by, q, week)
}

func (e *Counted) Unanswered(ctx context.Context, by accounts.Actor, week airing.Week, now time.Time) (coverage.Unanswered, error) {
	e.asked("Unanswered")
	return e.Engine.Unanswered(ctx, by, week, now)
}

func (e *Counted) UncomparedRecordings(ctx context.Context, limit int) ([]library.Recording, error) {
	e.asked("UncomparedRecordings")
	return e.Engine.UncomparedRecordings(ctx, limit)
}

func (e *Counted) UndecidedRecordings(ctx context.Context, ids []string) (map[string][]library.Recording, error) {
	e.asked("UndecidedRecordings")
	return e.Engine.UndecidedRecordings(ctx, ids)
}

func (e *Counted) Samples(ctx context.Context, by accounts.Actor, q sample.Query) ([]sample.Sample, string, error) {
	e.asked("Samples")
	return e.Engine.Samples(ctx, by, q)
}

func (e *Counted) SameRecordings(ctx context.Context, ids []string) (map[string][]library.Recording, error) {
	e.asked("SameRecordings")
	return e.Engine.SameRecordings(ctx, ids)
}

func (e *Counted) UnusedRecordings(ctx context.Context, q library.UnusedQuery) (library.UnusedPage, error) {
	e.asked("UnusedRecordings")
	return e.Engine.UnusedRecordings(ctx, q)
}

func (e *Counted) UnusedTotals(ctx context.Context, qs []library.UnusedQuery) ([]library.UnusedTotal, error) {
	e.asked("UnusedTotals")
	return e.Engine.UnusedTotals(ctx, qs)
}

func (e *Counted) RecordingUsed(ctx context.Context, id string) (bool, error) {
	e.asked("RecordingUsed")
	return e.Engine.RecordingUsed(ctx, id)
}

func (e *Counted) MessageSettings(ctx context.Context) (message.Settings, error) {
	e.asked("MessageSettings")
	return e.Engine.MessageSettings(ctx)
}

func (e *Counted) Hooks(ctx context.Context) ([]message.Hook, error) {
	e.asked("Hooks")
	return e.Engine.Hooks(ctx)
}

func (e *Counted) Choice(ctx context.Context, person string) (message.Choice, error) {
	e.asked("Choice")
	return e.Engine.Choice(ctx, person)
}

func (e *Counted) Device(ctx context.Context, id string) (message.Device, error) {
	e.asked("Device")
	return e.Engine.Device(ctx, id)
}

func (e *Counted) Devices(ctx context.Context, person string, at time.Time) ([]message.Device, error) {
	e.asked("Devices")
	return e.Engine.Devices(ctx, person, at)
}

func (e *Counted) PushKey(ctx context.Context) (*ecdh.PrivateKey, error) {
	e.asked("PushKey")
	return e.Engine.PushKey(ctx)
}

func (e *Counted) Inbox(ctx context.Context, person, before string, limit int) (list []message.Message, next string, err error) {
	e.asked("Inbox")
	return e.Engine.Inbox(ctx, person, before, limit)
}

func (e *Counted) Unread(ctx context.Context, person string) (int, error) {
	e.asked("Unread")
	return e.Engine.Unread(ctx, person)
}

func (e *Counted) Deliveries(ctx context.Context, by accounts.Actor, q message.Query, before uint64, limit int) (list []message.Delivery,
	next uint64, err error) {
	e.asked("Deliveries")
	return e.Engine.Deliveries(ctx, by, q, before, limit)
}

func (e *Counted) Deeds(ctx context.Context, by accounts.Actor, q accounts.DeedQuery) ([]accounts.Deed, string, error) {
	e.asked("Deeds")
	return e.Engine.Deeds(ctx, by, q)
}

func (e *Counted) Factors(ctx context.Context, person string) (accounts.Factors, error) {
	e.asked("Factors")
	return e.Engine.Factors(ctx, person)
}

func (e *Counted) Due(ctx context.Context, at time.Time, limit int) ([]message.Parcel, error) {
	e.asked("Due")
	return e.Engine.Due(ctx, at, limit)
}

func (e *Counted) Secret(ctx context.Context, of string) (string, error) {
	e.asked("Secret")
	return e.Engine.Secret(ctx, of)
}

func (e *Counted) WaitingPleas(ctx context.Context, by accounts.Actor) (int, error) {
	e.asked("WaitingPleas")
	return e.Engine.WaitingPleas(ctx, by)
}

func (e *Counted) Whys(ctx context.Context, by accounts.Actor, list []string, from, until airing.Week) (map[string]coverage.Why, error) {
	e.asked("Whys")
	return e.Engine.Whys(ctx, by, list, from, until)
}

func (e *Counted) ImportedBook(ctx context.Context, by accounts.Actor, id string) (oldbook.Import, error) {
	e.asked("ImportedBook")
	return e.Engine.ImportedBook(ctx, by, id)
}

func (e *Counted) ImportedBooks(ctx context.Context, by accounts.Actor, under bool) ([]oldbook.Import, error) {
	e.asked("ImportedBooks")
	return e.Engine.ImportedBooks(ctx, by, under)
}

func (e *Counted) WeighRows(ctx context.Context, m accounts.Meta, s oldbook.Source, rows []oldbook.Row) ([]oldbook.Weight, error) {
	e.asked("WeighRows")
	return e.Engine.WeighRows(ctx, m, s, rows)
}
