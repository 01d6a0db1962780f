// Package api answers programs in JSON below /api/v1: one file per noun. The
// rules are the nouns'; the shapes are those of doc/design and of the OpenAPI
// document that kit makes from the routes.
package api

import (
	"loa/airing"
	"loa/airing/sample"
	"loa/contest"
	"loa/library"
	"loa/outgoing"
	"loa/plan"
	"loa/quiz"
	"loa/sharing"
	"loa/web/kit"
)

// Store is what the API asks of the store; each noun's file declares its part.
type Store interface {
	AiringStore
	AudioStore
	CoverageStore
	DayStore
	ScheduleStore
	StationStore
	PeopleStore
	PostStore
	SampleStore
	USBStore
	TextStore
	outgoing.Store
	sharing.Store
	plan.Store
	quiz.Store
}

// Register adds every noun's routes to k: one line each.
func Register(k *kit.Kit, s Store, blobs library.Blobs, desk AudioDesk, hall *contest.Hall, door PostDoor, listener *sample.Listener) {
	k.Values(lists()...)
	coder := library.NewCoder(blobs)
	k.Handle(airings{s, desk, airing.NewBinder(s, blobs)}.routes()...)
	k.Handle(recordings{s, blobs, coder, desk, hall}.routes()...)
	k.Handle(sampleRoutes{s, listener}.routes()...)
	k.Handle(coverages{s}.routes()...)
	k.Handle(callRoutes{s}.routes()...)
	k.Handle(paperRoutes{s}.routes()...)
	k.Handle(sharingRoutes{s}.routes()...)
	k.Handle(planRoutes{s, hall}.routes()...)
	k.Handle(quizRoutes{s}.routes()...)
	k.Handle(textRoutes{s}.routes()...)
	k.Handle(days{s}.routes()...)
	k.Handle(schedules{s}.routes()...)
	k.Handle(stationRoutes{s}.routes()...)
	k.Handle(stationRoutes{s}.listRoutes()...)
	k.Handle(weekAudio{s, blobs, coder}.routes()...)
	k.Handle(people{s}.routes()...)
	k.Handle(newPosts(s, door).routes()...)
	k.Handle(contestRoutes{s, hall, blobs}.routes()...)
}
