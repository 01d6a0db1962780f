package contest

import (
	"loa/contest/ranking"
)

// JudgeView is all that one judge may know of a contest: what she has to
// score, under neutral codes, and what she wrote herself. It holds no name,
// station, district, title, size, date or count that depends on an entrant or
// on another judge. Web and API show judges this value and nothing else.
type JudgeView struct {
	Contest string        `json:"contest"` // ID
	Title   string        `json:"title"`
	Phase   Phase         `json:"phase"`
	Chair   bool          `json:"chair,omitempty"`
	Round   string        `json:"round,omitempty"` // name of the running round
	Over    string        `json:"over,omitempty"`  // name of the round that ended last, while none runs
	More    bool          `json:"more,omitempty"`  // another round follows that
	Tasks   []JudgeTask   `json:"tasks"`           // in her own order
	Changes []JudgeChange `json:"changes,omitempty"`
}

// JudgeChange is a change of the rules as judges see it.
type JudgeChange struct {
	Reason string     `json:"reason"`
	Lines  []RuleLine `json:"lines"`
}

// JudgeTask is one entry she has to score.
type JudgeTask struct {
	ID       string         `json:"id"`
	Code     string         `json:"code"`
	Part     string         `json:"part"` // name
	Live     bool           `json:"live,omitempty"`
	Audio    bool           `json:"audio,omitempty"` // there is a recording to hear
	Status   TaskStatus     `json:"status"`
	Scale    ranking.Points `json:"scale"` // what the part is worth
	Script   string         `json:"script,omitempty"`
	Criteria []Criterion    `json:"criteria"`
	Version  int            `json:"version"`
	Writer   Writer         `json:"writer"`                // of this version
	Heard    []Span         `json:"heard,omitempty"`       // of the recording
	Share    int            `json:"heard_percent"`         // of the recording she has heard
	MinHeard int            `json:"heard_least,omitempty"` // percent she must have heard before she signs
	Content
	Reopened string `json:"reopened,omitempty"` // the chair's reason for asking again
}

// Heard lists the recordings that a jury hears, or may still have to hear.
func (s *State) Heard() []string {
	if s.Last() != nil {
		return nil
	}
	var ids []string
	for _, e := range s.Live() {
		if a := e.Piece(Audio); a != nil {
			ids = append(ids, a.File)
		}
	}
	return ids
}

// TaskStatus is how far a judge is with a task.
type TaskStatus string

// The statuses of a task.
const (
	Untouched TaskStatus = "untouched"
	Drafted   TaskStatus = "drafted"
	Final     TaskStatus = "final"
	SetAside  TaskStatus = "set_aside"
)

// TaskStatuses are all of them.
var TaskStatuses = []TaskStatus{Untouched, Drafted, Final, SetAside}

// Status says how far the judge is with the task.
func (t *Task) Status() TaskStatus {
	switch {
	case t.Off() != nil:
		return SetAside
	case t.Final():
		return Final
	case t.Sheet.Version > 0:
		return Drafted
	}
	return Untouched
}

// ForJudge projects the state for the person; ok is false if she is not a
// judge of this contest. It is a pure function of the state.
func (s *State) ForJudge(person string) (v JudgeView, ok bool) {
	j := s.Judge(person)
	if j == nil || j.Removed != nil {
		return JudgeView{}, false
	}
	v = JudgeView{Contest: s.ID, Title: s.Rules.Title, Phase: s.Phase, Chair: j.Chair, Tasks: []JudgeTask{}}
	for _, c := range s.Changes {
		v.Changes = append(v.Changes, JudgeChange{c.Reason, c.Lines})
	}
	r := s.Running()
	if r == nil {
		if n := len(s.Rounds); n > 0 {
			rules, _ := s.Rules.Round(s.Rounds[n-1].ID)
			v.Over, v.More = rules.Name, s.Next() != nil
		}
		return v, true
	}
	rules, _ := s.Rules.Round(r.ID)
	v.Round = rules.Name
	for _, t := range r.Of(person) {
		v.Tasks = append(v.Tasks, s.judgeTask(rules, t))
	}
	return v, true
}

// TaskForJudge is ForJudge for a single task; ok is false if it is not hers
// or its round is over.
func (s *State) TaskForJudge(person, id string) (JudgeTask, bool) {
	r := s.Running()
	if r == nil {
		return JudgeTask{}, false
	}
	j, t := s.Judge(person), r.Task(id)
	if t == nil || t.Judge != person || j == nil || j.Removed != nil {
		return JudgeTask{}, false
	}
	rules, _ := s.Rules.Round(r.ID)
	return s.judgeTask(rules, t), true
}

func (s *State) judgeTask(rules *Round, t *Task) JudgeTask {
	p, e := rules.Part(t.Part), s.entry[t.Entry]
	script := e.Redacted
	if p.Live && rules.stageApart() {
		script = "" // the same words beside two numbers would tell that they are one work
	}
	v := JudgeTask{ID: t.ID, Code: t.Code, Part: p.Name, Live: p.Live, Status: t.Status(), Scale: p.Points,
		Audio: !p.Live && e.Piece(Audio) != nil, Script: script, Criteria: p.Criteria, Version: t.Sheet.Version, Writer: t.Sheet.Writer,
		Heard: t.Sheet.Heard, Content: t.Sheet.Content}
	if percent, ok := s.HeardShare(t); ok {
		v.Share, v.MinHeard = percent, rules.MinHeard
	}
	if n := len(t.Sheet.Earlier); n > 0 && !t.Final() {
		v.Reopened = t.Sheet.Earlier[n-1].Reason
	}
	return v
}
