package api

import (
	"net/http"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/sharing"
	"loa/web/kit"
)

// sharingRoutes are those of what leaves for people without an account.
type sharingRoutes struct{ store sharing.Store }

func (s sharingRoutes) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "GET /api/v1/public", Access: accounts.EditSettings, Handler: s.face, Out: sharing.Face{},
			Summary: "What everybody may see and hear without an account."},
		{Pattern: "PUT /api/v1/public", Access: accounts.EditSettings, Handler: s.saveFace, In: sharing.SaveFace{}, Out: sharing.Face{}, Edits: true,
			Summary: "Change what everybody may see and hear; members left out stay."},
		{Pattern: "GET /api/v1/calendars", Access: accounts.ReadSchedule, Handler: s.calendars, Out: kit.List[Calendar]{},
			Summary: "Calendars of the person who asks: addresses at which programs read the plan as iCalendar without a log-in."},
		{Pattern: "POST /api/v1/calendars", Once: true, Statuses: []int{http.StatusCreated}, Access: accounts.ReadSchedule, Handler: s.makeCalendar,
			In: calendarBody{}, Out: Calendar{}, Summary: "Make a calendar; the answer alone holds its address, so an Idempotency-Key is refused."},
		{Pattern: "POST /api/v1/calendars/{id}/renew", Once: true, Statuses: []int{http.StatusCreated}, Access: accounts.ReadSchedule, Handler: s.renewCalendar,
			Out: Calendar{}, Summary: "Give a calendar another address and ID; those before open nothing any more. Answers as making one does."},
		{Pattern: "DELETE /api/v1/calendars/{id}", Access: accounts.ReadSchedule, Handler: s.endCalendar, Out: Calendar{},
			Summary: "End a calendar; its address opens nothing any more."},
	}
}

func (s sharingRoutes) face(w http.ResponseWriter, r *kit.Request) error {
	f, err := s.store.Face(r.Context())
	return answer(w, r, http.StatusOK, f, err)
}

func (s sharingRoutes) saveFace(w http.ResponseWriter, r *kit.Request) error {
	var saved sharing.Face
	err := edit(r, func() (sharing.SaveFace, accounts.Edition, error) {
		f, err := s.store.Face(r.Context())
		return f.SaveFace, f.Edition(), err
	}, func(m accounts.Meta, c sharing.SaveFace) (err error) {
		saved, err = s.store.SaveFace(r.Context(), m, c)
		return err
	})
	return answer(w, r, http.StatusOK, saved, err)
}

// Calendar is a calendar as the API shows it.
type Calendar struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	sharing.Scope
	Made    time.Time `json:"made"`
	Address string    `json:"address,omitempty"` // path, shown once: in the answer that made it
}

func shownCalendar(c sharing.Calendar, secret string) Calendar {
	out := Calendar{ID: c.ID, Name: c.Name, Scope: c.Scope, Made: c.Made.In(text.Zone)}
	if secret != "" {
		out.Address = "/ics/" + secret + ".ics"
	}
	return out
}

type calendarBody struct {
	Name string `json:"name" schema:"required maxLength=120"` // what it is for
	sharing.Scope
}

func (s sharingRoutes) calendars(w http.ResponseWriter, r *kit.Request) error {
	list, err := s.store.Calendars(r.Context(), r.Actor.Person)
	items := make([]Calendar, len(list))
	for i, c := range list {
		items[i] = shownCalendar(c, "")
	}
	return answer(w, r, http.StatusOK, kit.NewList(r, items, ""), err)
}

func (s sharingRoutes) makeCalendar(w http.ResponseWriter, r *kit.Request) error {
	var b calendarBody
	m, err := readOnce(r, &b)
	if err != nil {
		return err
	}
	secret := accounts.NewSecret()
	c, err := s.store.MakeCalendar(r.Context(), m, sharing.MakeCalendar{Name: b.Name, Scope: b.Scope, Secret: accounts.HashOf(secret)})
	return answer(w, r, http.StatusCreated, shownCalendar(c, secret), err)
}

func (s sharingRoutes) renewCalendar(w http.ResponseWriter, r *kit.Request) error {
	m, err := readOnce(r, nil)
	if err != nil {
		return err
	}
	secret := accounts.NewSecret()
	c, err := s.store.RenewCalendar(r.Context(), m, sharing.RenewCalendar{ID: r.PathValue("id"), Secret: accounts.HashOf(secret)})
	return answer(w, r, http.StatusCreated, shownCalendar(c, secret), err)
}

func (s sharingRoutes) endCalendar(w http.ResponseWriter, r *kit.Request) error {
	m, err := readChange(r, nil)
	if err != nil {
		return err
	}
	c, err := s.store.EndCalendar(r.Context(), m, sharing.EndCalendar{ID: r.PathValue("id")})
	return answer(w, r, http.StatusOK, shownCalendar(c, ""), err)
}
