// Package texts shows the text messages that came, and prints cards on how to write them.
package texts

import (
	"context"
	"embed"
	"net/http"

	"loa/accounts"
	"loa/airing"
	"loa/airing/texting"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	texting.Store
	Registry(ctx context.Context) (*stations.Registry, error)
}

type pages struct {
	store Store
	list  *kit.View[listPage]
	card  *kit.View[cardPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store) {
	f := k.Folder("texts", files)
	p := pages{store: s, list: kit.NewView[listPage](f, "list.html"), card: kit.NewView[cardPage](f, "card.html")}
	k.Handle(
		kit.Route{Pattern: "GET /texts", Access: accounts.EditSettings, Handler: p.showList},
		kit.Route{Pattern: "GET /texts/card", Access: accounts.ReportAiring, Handler: p.showCards},
	)
}

type listPage struct {
	kit.Page
	Asked   kit.Form
	Choices []kit.Choice
	Rows    []row
	Turn    kit.Turn
}

type row struct {
	texting.Text
	Badge string
	Label string // of the station
}

var badges = map[texting.State]string{texting.Reported: kit.StateOK, texting.Corrected: kit.StateOK, texting.Refused: kit.StateBad,
	texting.Stranger: kit.StateWarn, texting.Asked: kit.StateWarn}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	q, err := kit.ReadFilter[texting.Query](r)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	if q, err = q.In(reg, r.Today()); err != nil {
		return err
	}
	list, next, err := p.store.Texts(r.Context(), r.Actor, q, r.URL.Query().Get("after"), kit.RowsAtOnce)
	if err != nil {
		return err
	}
	page := listPage{Page: r.Page("texts.title"), Asked: kit.FilterForm(q), Turn: r.TurnAfter("after", next)}
	page.Choices = kit.Choices(kit.Choice{Name: "state", Label: r.Say("texts.state"), Options: kit.WordOptions(r, "texts.state.", texting.States)})
	for _, t := range list {
		one := row{Text: t, Badge: badges[t.State]}
		if t.Station != "" {
			one.Label = reg.Label(t.Station)
		}
		page.Rows = append(page.Rows, one)
	}
	return p.list.Render(w, r, page)
}

type cardPage struct {
	kit.Page
	Number    string // to write to
	On        bool
	District  string // whose cards are shown
	Districts []kit.Option
	Asked     kit.Form
	Cards     []card
	Reasons   []reason
}

// card is one station's, to be cut out.
type card struct{ Station, District, Code string }

// reason is a short word and what it stands for.
type reason struct{ Short, Words string }

// showCards prints the cards of stations that the reader may report for: her own, or those of one district.
func (p pages) showCards(w http.ResponseWriter, r *kit.Request) error {
	set, err := p.store.TextSettings(r.Context())
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	asked := r.URL.Query().Get("district")
	if err := reg.CheckDistrict(asked); err != nil {
		return err
	}
	page := cardPage{Page: r.Page("texts.card_title"), Number: set.Number, On: set.On, District: asked, Asked: kit.NewForm("district", asked)}
	for _, reasonOf := range airing.Reasons {
		page.Reasons = append(page.Reasons, reason{texting.Short(reasonOf), r.Say("airing.reason." + string(reasonOf))})
	}
	wide := r.Actor.Wide(accounts.ReportAiring)
	seen := map[string]bool{}
	for _, st := range reg.ActiveOn(r.Today()) {
		where := reg.Where(st.ID)
		if airing.MayReport(r.Actor, where) != nil {
			continue
		}
		if wide && !seen[where.District] {
			seen[where.District] = true
			page.Districts = append(page.Districts, kit.Option{Value: where.District, Text: reg.DistrictLabel(where.District)})
		}
		if !wide || where.District == asked && asked != "" {
			page.Cards = append(page.Cards, card{reg.Label(st.ID), reg.DistrictName(where.District), reg.UnitOf(st.ID).Code})
		}
	}
	return p.card.Render(w, r, page)
}
