package api

import (
	"context"
	"net/http"

	"loa/accounts"
	"loa/airing/texting"
	"loa/stations"
	"loa/web/kit"
)

// TextStore is what the routes of text messages ask of the store.
type TextStore interface {
	texting.Store
	Registry(ctx context.Context) (*stations.Registry, error)
}

type textRoutes struct{ store TextStore }

func (t textRoutes) routes() []kit.Route {
	return []kit.Route{
		{Pattern: "POST /api/v1/texts", Access: accounts.HandOnTexts, Handler: t.receive, In: texting.Receive{}, Out: texting.Text{},
			Summary: "Hand on a text message with the token of the gateway; reply is to be sent back to its number, nothing where there is none. " +
				"Sent again under the same ID it gets the same answer."},
		{Pattern: "POST /api/v1/texts/try", Access: accounts.EditSettings, Handler: t.try, In: texting.Receive{}, Out: texting.Text{},
			Summary: "Say what would become of a text message; nothing is kept."},
		{Pattern: "GET /api/v1/texts/settings", Access: accounts.EditSettings, Handler: t.settings, Out: TextSettings{},
			Summary: "Whether text messages are taken, and how they are answered."},
		{Pattern: "PUT /api/v1/texts/settings", Access: accounts.EditSettings, Handler: t.saveSettings, In: TextSettings{}, Out: TextSettings{},
			Edits: true, Summary: "Change whether text messages are taken; members left out stay."},
		{Pattern: "POST /api/v1/texts/token", Once: true, Statuses: []int{http.StatusCreated}, Access: accounts.EditSettings, Handler: t.renew,
			Out: GatewayToken{}, Summary: "Make a token for the gateway; the one before opens nothing any more. " +
				"The answer alone holds it, so an Idempotency-Key is refused."},
		{Pattern: "GET /api/v1/texts", Access: accounts.EditSettings, Handler: t.list, Filter: texting.Query{}, Query: "limit after",
			Out: kit.List[texting.Text]{}, Summary: "Text messages, the last first; a page may hold fewer than limit and still have a next."},
	}
}

// TextSettings are the settings as the API shows them: the gateway's token is shown nowhere.
type TextSettings struct {
	On      bool   `json:"on"`
	Number  string `json:"number" schema:"maxLength=20"` // people write to it
	Marks   bool   `json:"marks"`                        // answers have tone marks
	Gateway bool   `json:"gateway"`                      // it has a token; saved, it says nothing
	accounts.Touch
	edition accounts.Edition
}

// Edition is that of the settings, whatever is shown of them.
func (s TextSettings) Edition() accounts.Edition { return s.edition }

func shownTexts(set texting.Settings) TextSettings {
	return TextSettings{On: set.On, Number: set.Number, Marks: set.Marks, Gateway: set.Token != "", Touch: set.Touch, edition: set.Edition()}
}

// GatewayToken is a token just made for the gateway.
type GatewayToken struct {
	Token string `json:"token"`
}

func (t textRoutes) settings(w http.ResponseWriter, r *kit.Request) error {
	set, err := t.store.TextSettings(r.Context())
	return answer(w, r, http.StatusOK, shownTexts(set), err)
}

func (t textRoutes) saveSettings(w http.ResponseWriter, r *kit.Request) error {
	var saved texting.Settings
	err := edit(r, func() (TextSettings, accounts.Edition, error) {
		set, err := t.store.TextSettings(r.Context())
		return shownTexts(set), set.Edition(), err
	}, func(m accounts.Meta, set TextSettings) (err error) {
		saved, err = t.store.SaveTextSettings(r.Context(), m, texting.SaveSettings{On: set.On, Number: set.Number, Marks: set.Marks})
		return err
	})
	return answer(w, r, http.StatusOK, shownTexts(saved), err)
}

func (t textRoutes) renew(w http.ResponseWriter, r *kit.Request) error {
	m, err := readOnce(r, nil)
	if err != nil {
		return err
	}
	set, err := t.store.TextSettings(r.Context())
	if err != nil {
		return err
	}
	m.Seen = set.Edition().Tag // what it keeps of them is what stands
	secret := accounts.NewSecret()
	c := texting.SaveSettings{On: set.On, Number: set.Number, Marks: set.Marks, Token: accounts.HashOf(secret)}
	_, err = t.store.SaveTextSettings(r.Context(), m, c)
	return answer(w, r, http.StatusCreated, GatewayToken{secret}, err)
}

func (t textRoutes) receive(w http.ResponseWriter, r *kit.Request) error {
	var b texting.Receive
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	text, err := t.store.ReceiveText(r.Context(), r.Meta(kit.NewID()), b) // the gateway's own ID tells a repeat
	return answer(w, r, http.StatusOK, text, err)
}

func (t textRoutes) try(w http.ResponseWriter, r *kit.Request) error {
	var b texting.Receive
	if err := r.ReadJSON(&b); err != nil {
		return err
	}
	text, err := t.store.TryText(r.Context(), r.Meta(kit.NewID()), b)
	return answer(w, r, http.StatusOK, text, err)
}

func (t textRoutes) list(w http.ResponseWriter, r *kit.Request) error {
	q, err := kit.ReadFilter[texting.Query](r)
	if err != nil {
		return err
	}
	reg, err := t.store.Registry(r.Context())
	if err != nil {
		return err
	}
	if q, err = q.In(reg, r.Today()); err != nil {
		return err
	}
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	list, next, err := t.store.Texts(r.Context(), r.Actor, q, r.URL.Query().Get("after"), limit)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}
