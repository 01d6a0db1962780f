package api

import (
	"net/http"

	"loa/accounts"
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
