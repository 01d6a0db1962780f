package me

import (
	"net/http"

	"loa/message"
	"loa/web/kit"
)

type dataPage struct {
	kit.Page
	message.Kept
	Gives []string // her grants in words
	Rows  []dataRow
}

// dataRow is one kind of what is kept: what, why and how long.
type dataRow struct{ What, Why, Long string }

// showData shows who asks what is kept of her own, or sends it as a file.
func (p pages) showData(w http.ResponseWriter, r *kit.Request) error {
	kept, err := message.KeptOf(r.Context(), p.store, r.Person, r.Now)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") == "json" {
		w.Header().Set("Content-Disposition", `attachment; filename="`+r.Say("me.data_file")+`.json"`)
		return r.JSON(w, http.StatusOK, kept)
	}
	page := dataPage{Page: r.Page("me.data_title"), Kept: kept}
	places, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	for _, g := range r.Person.Grants {
		page.Gives = append(page.Gives, g.Words(r.Lang, r.Names(places)))
	}
	for _, k := range []string{"account", "opens", "browsers", "told", "deeds", "reports", "contest", "backups"} {
		page.Rows = append(page.Rows, dataRow{r.Say("me.data_what." + k), r.Say("me.data_why." + k), r.Say("me.data_long." + k)})
	}
	return p.data.Render(w, r, page)
}
