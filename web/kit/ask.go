package kit

import "loa/internal/once"

// Ask is a step that cannot be taken back, as somebody is asked about it before
// she makes it: in a dialog beside the button, or on a page of its own where there
// is no script. The parts "ask" and "ask-page" show it.
type Ask struct {
	Change  string // ID of the change
	ID      string // of the dialog
	Step    string // what the button says
	Do      string // the button's value of "do"
	Action  string // path the form goes to
	Page    string // path of the page that asks
	Back    string // path to go to instead
	Class   string // of the link that asks
	About   string // in a sentence, what the step is made of; "" for nothing to say
	Notice  string // why it is asked again
	Seen    string
	Open    []AskLine
	Later   []AskLine // can be decided after the step as well
	Locks   []string
	Refused []string // why the step cannot be made at all
	Hidden  []Option // further values of the form, by name
}

// AskLine is something open, and where it is decided.
type AskLine struct{ Text, Path, Go string }

// Ask tells about a step in the person's language. at says where what is open is
// decided, by the words of the noun; path is "" for nowhere.
func (r *Request) Ask(step once.Step, refused error, at func(string) (path, say string)) Ask {
	a := Ask{Change: NewID(), Seen: step.Seen()}
	for _, o := range step.Open {
		line := AskLine{Text: r.Lang.Fault(o.Sentence())}
		line.Path, line.Go = at(o.At)
		if o.Later {
			a.Later = append(a.Later, line)
		} else {
			a.Open = append(a.Open, line)
		}
	}
	for _, key := range step.Locks {
		a.Locks = append(a.Locks, r.Say(key))
	}
	a.Refused = r.Sentences(refused)
	return a
}
