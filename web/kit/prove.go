package kit

import (
	"net/http"
	"slices"

	"loa/accounts"
	"loa/internal/fault"
)

// proofField is what the passphrase is called in a form that is sent again with it. No form has a field of its own of that name.
const proofField = "prove_again"

// Prove sets what verifies the passphrase of who asks and keeps that she showed it.
func (k *Kit) Prove(verify func(r *Request, passphrase string) error) { k.verify = verify }

// prove takes the passphrase that came with a form which had been refused without it.
func (r *Request) prove() error {
	typed := r.PostFormValue(proofField)
	if typed == "" || r.Session.ID == "" || r.kit.verify == nil {
		return nil
	}
	if err := r.kit.verify(r, typed); err != nil {
		return fault.Of(err).At(proofField)
	}
	r.Actor.Cold = false
	return nil
}

// proves reports whether the fault is for who has only to type her passphrase, and then what else to send again.
func (k *Kit) proves(w http.ResponseWriter, r *Request, e *fault.Error) ([]Sent, bool) {
	if e.Code != accounts.ProveAgain && e.Field != proofField || r.Method != http.MethodPost {
		return nil, false
	}
	return slices.DeleteFunc(k.again(w, r), func(s Sent) bool { return s.Name == proofField }), true
}
