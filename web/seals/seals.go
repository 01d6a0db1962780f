// Package seals shows the seals of the log: what papers print of them, and whether the log
// is still what they cover.
package seals

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	airing.Seals
	Registry(ctx context.Context) (*stations.Registry, error)
}

type pages struct {
	store Store
	list  *kit.View[listPage]
	one   *kit.View[sealPage]
}

// Register adds the pages and the API to k.
func Register(k *kit.Kit, s Store) {
	f := k.Folder("seals", files)
	p := pages{s, kit.NewView[listPage](f, "list.html"), kit.NewView[sealPage](f, "seal.html")}
	k.Handle(
		kit.Route{Pattern: "GET /seals", Access: accounts.ReadCoverage, Handler: p.showList},
		kit.Route{Pattern: "GET /seals/{number}", Access: accounts.ReadAirings, Handler: p.showOne},
		kit.Route{Pattern: "GET /api/v1/seals", Access: accounts.ReadCoverage, Handler: p.getList, Filter: asked{}, Query: "limit after",
			Out: kit.List[coded]{}, Summary: "Seals of the log, the last first: one is made each time a week is closed, signed with the installation's key."},
		kit.Route{Pattern: "GET /api/v1/seals/{number}", Access: accounts.ReadAirings, Handler: p.getOne, Out: airing.Sealed{},
			Summary: "A seal with the chains it covers as the log has them now, and whether it holds: a file that can be checked without a server."},
	)
}

// asked is what a list is narrowed by.
type asked struct {
	Code string `name:"code"` // as a paper prints it
}

// coded is a seal with its code.
type coded struct {
	airing.Seal
	Code string `json:"code"`
}

// read reads a page of the list, and the number to go on below, 0 at the end.
func (p pages) read(r *kit.Request, a asked, limit int) (list []coded, next string, err error) {
	q := airing.SealQuery{Code: a.Code, Limit: limit + 1}
	if after := r.URL.Query().Get("after"); after != "" {
		if q.Before, err = strconv.Atoi(after); err != nil || q.Before < 1 {
			return nil, "", fault.New(fault.Invalid, "airing.cursor").At("after")
		}
	}
	found, err := p.store.Seals(r.Context(), r.Actor, q)
	for i, s := range found {
		if i == limit {
			return list, strconv.Itoa(found[i-1].Number), nil
		}
		list = append(list, coded{s, s.Code()})
	}
	return list, "", err
}

type listPage struct {
	kit.Page
	Form kit.Form
	Rows []coded
	Code string // that was asked for
	Turn kit.Turn
	Open bool // each may be looked at
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	a, err := kit.ReadFilter[asked](r)
	if err != nil {
		return err
	}
	page := listPage{Page: r.Page("seals.title"), Form: kit.FilterForm(a), Code: a.Code, Open: airing.MayReadSealed(r.Actor) == nil}
	rows, next, err := p.read(r, a, kit.RowsAtOnce)
	if e := fault.Of(err); e != nil && e.Field == "code" {
		form := r.Asked()
		form.Refused(err)
		page.Form = *form
		return p.list.Render(w, r, page)
	}
	if err != nil {
		return err
	}
	page.Rows, page.Turn = rows, r.TurnAfter("after", next)
	return p.list.Render(w, r, page)
}

func (p pages) getList(w http.ResponseWriter, r *kit.Request) error {
	a, err := kit.ReadFilter[asked](r)
	if err != nil {
		return err
	}
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	list, next, err := p.read(r, a, min(limit, airing.MaxSeals-1))
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}

func (p pages) sealed(r *kit.Request) (airing.Sealed, error) {
	n, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return airing.Sealed{}, airing.NoSeal()
	}
	return p.store.Sealed(r.Context(), r.Actor, n)
}

type sealPage struct {
	kit.Page
	airing.Sealed
	Badge string
	Key   string
	File  string // the address of the file
}

var badges = map[airing.SealWord]string{airing.SealHolds: kit.StateOK, airing.SealBroken: kit.StateBad, airing.SealUnknown: kit.StateInfo}

func (p pages) showOne(w http.ResponseWriter, r *kit.Request) error {
	d, err := p.sealed(r)
	if err != nil {
		return err
	}
	page := sealPage{Page: r.Page("seals.one_title"), Sealed: d, Badge: badges[d.Word], File: "/api/v1/seals/" + strconv.Itoa(d.Number)}
	if d.Signed != nil {
		page.Key = d.Signed.KeyCode()
	}
	return p.one.Render(w, r, page)
}

func (p pages) getOne(w http.ResponseWriter, r *kit.Request) error {
	d, err := p.sealed(r)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, d)
}
