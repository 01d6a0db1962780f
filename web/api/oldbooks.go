package api

import (
	"io"
	"net/http"

	"loa/accounts"
	"loa/airing/oldbook"
	"loa/internal/sheet"
	"loa/web/kit"
)

type oldBooks struct{ clerk *oldbook.Clerk }

// RegisterOldBooks adds the routes of workbooks of the log before Loa to k.
func RegisterOldBooks(k *kit.Kit, clerk *oldbook.Clerk) {
	o, report, one := oldBooks{clerk}, accounts.ReportAiring, "/api/v1/old-books/{id}"
	k.Handle(
		kit.Route{Pattern: "GET /api/v1/old-books", Access: report, Handler: o.list, Out: kit.List[oldbook.Book]{},
			Summary: "Workbooks of the log before Loa: those one sent, kept for a week until they are applied, and those that were brought into " +
				"logs one may read; the last first."},
		kit.Route{Pattern: "PUT " + one, Access: report, Handler: o.bring, Takes: "application/octet-stream", Query: "name", MaxBody: sheet.MaxBytes + 1,
			Out: oldbook.Book{},
			Summary: "Send a workbook (XLSX or CSV, name is that of the file) under a client-made UUID. It is read in the background: GET tells what its " +
				"columns were taken for and what would come of each row. Nothing of it is in the log yet. The ID is that of the answer."},
		kit.Route{Pattern: "GET " + one, Access: report, Handler: o.one, Out: oldbook.Book{},
			Summary: "One of them: state checking means that it is being read, checked that its check can be looked at, applied that it is in the log."},
		kit.Route{Pattern: "POST " + one + "/setup", Access: report, Handler: o.setUp, In: oldbook.Setup{}, Out: oldbook.Book{},
			Summary: "Say how it is to be read: sheet, head, columns, and for each name a programme's ID, leave, or new; what is left out is guessed. " +
				"It is read anew."},
		kit.Route{Pattern: "POST " + one + "/apply", Access: report, Handler: o.apply, In: applyBook{}, Out: oldbook.Book{},
			Summary: "Bring its rows into the log, in the background and to the end, also over a stop of the server; leave_bad leaves out rows " +
				"that are wrong. Rows that the log has already are never brought twice."},
		kit.Route{Pattern: "POST " + one + "/undo", Access: report, Handler: o.undo, In: oldbook.Undo{}, Out: oldbook.Book{},
			Summary: "Take a whole import back: each of its reports is withdrawn. Refused while evidence, a verdict, a correction or a " +
				"closed week rests on one."},
	)
}

func (o oldBooks) list(w http.ResponseWriter, r *kit.Request) error {
	books, err := o.clerk.Books(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, books, ""))
}

func (o oldBooks) bring(w http.ResponseWriter, r *kit.Request) error {
	id := r.PathValue("id")
	if err := kit.CheckID(id, "id"); err != nil {
		return err
	}
	file, err := io.ReadAll(io.LimitReader(r.Body, sheet.MaxBytes+1))
	if err != nil {
		return err
	}
	return o.answer(w, r)(o.clerk.Bring(r.Context(), r.Meta(id), r.URL.Query().Get("name"), file, r.Lang))
}

// answer sends the book, or what was wrong.
func (o oldBooks) answer(w http.ResponseWriter, r *kit.Request) func(oldbook.Book, error) error {
	return func(b oldbook.Book, err error) error {
		if err != nil {
			return err
		}
		return r.JSON(w, http.StatusOK, b)
	}
}

func (o oldBooks) one(w http.ResponseWriter, r *kit.Request) error {
	return o.answer(w, r)(o.clerk.Find(r.Context(), r.Actor, r.PathValue("id")))
}

type applyBook struct {
	LeaveBad bool `json:"leave_bad,omitempty"` // rows that are wrong are left out
}

func (o oldBooks) setUp(w http.ResponseWriter, r *kit.Request) error {
	var s oldbook.Setup
	m, err := readChange(r, &s)
	if err != nil {
		return err
	}
	return o.answer(w, r)(o.clerk.SetUp(r.Context(), m, r.PathValue("id"), s))
}

func (o oldBooks) apply(w http.ResponseWriter, r *kit.Request) error {
	var c applyBook
	m, err := readChange(r, &c)
	if err != nil {
		return err
	}
	return o.answer(w, r)(o.clerk.Apply(r.Context(), m, r.PathValue("id"), c.LeaveBad))
}

func (o oldBooks) undo(w http.ResponseWriter, r *kit.Request) error {
	var u oldbook.Undo
	m, err := readChange(r, &u)
	if err != nil {
		return err
	}
	u.ID = r.PathValue("id")
	return o.answer(w, r)(o.clerk.Undo(r.Context(), m, u))
}
