package api

import (
	"net/http"

	"loa/contest"
	"loa/internal/fault"
	"loa/web/kit"
)

// commentJSON is a contest.Comment: what a judge wrote that an entrant is told.
type commentJSON struct {
	ID      string           `json:"id"`
	Round   string           `json:"round"`
	Entry   string           `json:"entry"`
	Code    string           `json:"code"`                // by which the judge knew the work
	Judge   string           `json:"judge"`               // person ID
	Seconds *float64         `json:"seconds,omitempty"`   // of a note: where in the recording
	Text    string           `json:"text"`                // as the judge wrote it
	Fate    contest.Fate     `json:"fate" schema:"empty"` // "" while nobody has decided: it goes out as it is
	Sent    string           `json:"sent"`                // as the entrant reads it, "" if it is held back
	Reviews []contest.Review `json:"reviews"`             // what was decided, oldest first
}

type reviewBody struct {
	Fate   contest.Fate `json:"fate" schema:"required"` // "as_is", "edited" or "held"
	Text   string       `json:"text,omitempty" schema:"maxLength=5000"`
	Reason string       `json:"reason,omitempty" schema:"maxLength=2000"`
}

func commentOf(c contest.Comment) commentJSON {
	out := commentJSON{ID: c.ID, Round: c.Round, Entry: c.Entry, Code: c.Code, Judge: c.Judge, Text: c.Text, Fate: c.Fate(), Reviews: []contest.Review{}}
	if c.Note {
		out.Seconds = &c.Seconds
	}
	out.Sent, _ = c.Sent()
	out.Reviews = append(out.Reviews, c.Reviews...)
	return out
}

// comments lists those that are asked for, from the one behind after on.
func (c contestRoutes) comments(w http.ResponseWriter, r *kit.Request) error {
	limit, err := r.Limit()
	if err != nil {
		return err
	}
	want, err := kit.ReadFilter[contest.CommentFilter](r)
	if err != nil {
		return err
	}
	after := r.URL.Query().Get("after")
	var items []commentJSON
	next := ""
	err = c.view(r, func(s *contest.State) error {
		seen := after == ""
		for _, x := range s.Comments() {
			switch {
			case !seen:
				seen = x.ID == after
			case !want.Wants(x):
			case len(items) == limit:
				next = items[limit-1].ID
				return nil
			default:
				items = append(items, commentOf(x))
			}
		}
		if !seen {
			return fault.New(fault.Invalid, "contest.no_such_item", "id", "after").At("after")
		}
		return nil
	})
	return answer(w, r, http.StatusOK, kit.NewList(r, items, next), err)
}

func (c contestRoutes) comment(w http.ResponseWriter, r *kit.Request) error {
	var out commentJSON
	err := c.view(r, func(s *contest.State) error {
		x, ok := s.Comment(r.PathValue("comment"))
		if !ok {
			return fault.New(fault.NotFound, "contest.unknown_comment")
		}
		out = commentOf(x)
		r.Of(s.Edition(contest.PartComment(x.ID)))
		return nil
	})
	return answer(w, r, http.StatusOK, out, err)
}
