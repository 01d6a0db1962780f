package api

import (
	"context"
	"net/http"

	"loa/accounts"
	"loa/airing/sample"
	"loa/scheduler"
	"loa/web/kit"
)

// SampleStore is what the routes of samples ask of the store.
type SampleStore interface {
	sample.Store
	StationStore
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
}

type sampleRoutes struct {
	store    SampleStore
	listener *sample.Listener
}

func (s sampleRoutes) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /api/v1/samples", Access: accounts.ReadAirings, Handler: s.list, Out: kit.List[Sample]{}, Filter: sample.Filter{}, Query: "limit after",
			Summary: "Recordings of loudspeakers that communes gave, the last first, with what was on air, how they were made and what the machine heard. " +
				"Their bytes are those of GET /api/v1/audio/{id} of the same ID."},
		{Pattern: "POST /api/v1/samples", Access: accounts.ReportAiring, Handler: s.give, In: sample.Give{}, Out: Sample{},
			Summary: "Give a recording that was sent as kind=sample, with what was on air; the machine listens to it at once. agreed must be true: " +
				"whoever is heard in it knows what it is for."},
		{Pattern: "POST /api/v1/samples/{id}/withdraw", Access: accounts.ReportAiring, Handler: s.withdraw, Out: Sample{},
			Summary: "Take a sample back: it is removed with its recording."},
	}
}

// Sample is a sample as the API shows it.
type Sample struct {
	sample.Sample
	Recording string `json:"recording,omitempty"` // of the episode that was on air, by its ID in the library; none where that is gone
}

// shown adds what was on air.
func (s sampleRoutes) shown(r *kit.Request, list ...sample.Sample) (out []Sample, err error) {
	plan, err := s.store.Schedule(r.Context())
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		e, _ := plan.Episode(one.Episode) // one that is gone has no sound
		out = append(out, Sample{one, e.Audio})
	}
	return out, nil
}

func (s sampleRoutes) answer(w http.ResponseWriter, r *kit.Request, one sample.Sample) error {
	out, err := s.shown(r, one)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, out[0])
}

func (s sampleRoutes) list(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[sample.Filter](r)
	if err != nil {
		return err
	}
	reg, err := s.store.Registry(r.Context())
	if err != nil {
		return err
	}
	q, err := f.Query(reg, r.Today())
	if err != nil {
		return err
	}
	if q.Limit, err = r.Limit(); err != nil {
		return err
	}
	q.After = r.URL.Query().Get("after")
	list, next, err := s.store.Samples(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	out, err := s.shown(r, list...)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, out, next))
}

func (s sampleRoutes) give(w http.ResponseWriter, r *kit.Request) error {
	var c sample.Give
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	reg, err := s.store.Registry(r.Context())
	if err != nil {
		return err
	}
	st, err := reg.ByCodeOrID(c.Station, r.Today())
	if err != nil {
		return err
	}
	c.Station = st.ID
	given, err := s.store.GiveSample(r.Context(), m, c)
	if err != nil {
		return err
	}
	return s.answer(w, r, s.listener.Try(r.Context(), given))
}

func (s sampleRoutes) withdraw(w http.ResponseWriter, r *kit.Request) error {
	id, err := changeID(r)
	if err != nil {
		return err
	}
	gone, err := s.store.WithdrawSample(r.Context(), r.Meta(id), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.answer(w, r, gone)
}
