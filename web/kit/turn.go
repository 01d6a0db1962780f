package kit

import "strconv"

// RowsAtOnce is how many rows of a list one page shows: what a thumb can turn
// through, and some 20 KB on a bad link.
const RowsAtOnce = 25

// CardsAtOnce is the same of things taller than a row.
const CardsAtOnce = 15

// Turn says which rows of a list a page shows, and leads to the others. The
// part "pager" shows it; nothing is shown of a list that fits.
type Turn struct {
	ID             string // of the element that holds the rows: where a link to other rows leads
	From, To, Of   int    // the rows are From+1 to To of Of; all 0 where nobody counted
	Previous, Next string // "" for none
	First          string // where only the way forward is known
}

// Begin is the number of the first row.
func (t Turn) Begin() int { return t.From + 1 }

// Turn reads which of n rows a page shows. The parameter holds the number of
// rows before the first; what is no number is the first page.
func (r *Request) Turn(parameter string, n int) Turn { return r.turnBy(parameter, n, RowsAtOnce) }

// TurnCards is Turn where a page shows CardsAtOnce.
func (r *Request) TurnCards(parameter string, n int) Turn { return r.turnBy(parameter, n, CardsAtOnce) }

func (r *Request) turnBy(parameter string, n, atOnce int) Turn {
	t := turnTo(r.URL.Query().Get(parameter), n, atOnce)
	t.ID = parameter
	if t.Previous != "" {
		t.Previous = r.turned(parameter, t.Previous)
	}
	if t.Next != "" {
		t.Next = r.turned(parameter, t.Next)
	}
	return t
}

// TurnOf is the Turn of a list that a form carries along: the field from holds the
// number of rows before the first, and Previous and Next are values of it.
func TurnOf(from string, n int) Turn { return turnTo(from, n, RowsAtOnce) }

// turnTo is a Turn whose Previous and Next are numbers of rows.
func turnTo(begin string, n, atOnce int) Turn {
	from, _ := strconv.Atoi(begin) // what is no number is the first page
	from = max(0, min(from, n))
	t := Turn{From: from, To: min(from+atOnce, n), Of: n}
	if from > 0 {
		t.Previous = strconv.Itoa(max(0, from-atOnce))
	}
	if t.To < n {
		t.Next = strconv.Itoa(t.To)
	}
	return t
}

// TurnAfter is the Turn of a list that is read from a mark on: next is the mark
// of what follows, "" at the end.
func (r *Request) TurnAfter(parameter, next string) Turn {
	t := Turn{ID: parameter}
	if r.URL.Query().Get(parameter) != "" {
		t.First = r.turned(parameter, "")
	}
	if next != "" {
		t.Next = r.turned(parameter, next)
	}
	return t
}

// TurnAfterNumber is TurnAfter by AfterNumber, 0 being the end.
func (r *Request) TurnAfterNumber(parameter string, next int) Turn {
	if next == 0 {
		return r.TurnAfter(parameter, "")
	}
	return r.TurnAfter(parameter, strconv.Itoa(next))
}

// turned is the address of the same page with the parameter set, "" to leave
// it out.
func (r *Request) turned(parameter, value string) string {
	v := r.URL.Query()
	if value == "" {
		v.Del(parameter)
	} else {
		v.Set(parameter, value)
	}
	return r.URL.Path + "?" + v.Encode() + "#" + parameter
}

// Group is one of the parts a long list falls into, as its districts. The part
// "groups" folds them.
type Group struct {
	Text    string
	Path    string // of the list with this group alone
	N       int
	Current bool
}

// Group makes the group of a value of the parameter, whose list begins anew.
func (r *Request) Group(parameter, value, text string, n int) Group {
	v := r.URL.Query()
	v.Set(parameter, value)
	v.Del("from")
	return Group{Text: text, Path: r.URL.Path + "?" + v.Encode(), N: n, Current: r.URL.Query().Get(parameter) == value}
}
