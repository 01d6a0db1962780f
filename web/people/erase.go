package people

import (
	"net/http"
	"slices"

	"loa/accounts"
	"loa/web/kit"
)

// erase takes away what tells who somebody was.
func (p pages) erase(w http.ResponseWriter, r *kit.Request) error {
	form, err := r.ReadForm()
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	_, err = p.store.Erase(r.Context(), r.Meta(form.ID), accounts.Erase{Person: id, Reason: form.Get("reason")})
	if form.Refused(err) {
		return p.renderPerson(w, r, *form)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/people/"+id, "people.erased")
}

// erasure is what became of somebody who was erased, to who may read it.
func (p pages) erasure(r *kit.Request, q accounts.Person) (*accounts.Erasure, error) {
	if !q.Erased() || accounts.MayErase(r.Actor) != nil {
		return nil, nil
	}
	list, err := p.store.Erasures(r.Context(), r.Actor)
	i := slices.IndexFunc(list, func(e accounts.Erasure) bool { return e.Person == q.ID })
	if err != nil || i < 0 {
		return nil, err
	}
	return &list[i], nil
}
