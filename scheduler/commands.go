package scheduler

import "loa/stations"

// SaveProgramme makes a programme, or edits it when ID is set.
type SaveProgramme struct {
	ID                 string   `json:"id,omitempty"`
	Title              string   `json:"title"`
	Producer           string   `json:"producer"`
	Topics             []Topic  `json:"topics"`
	Languages          []string `json:"languages"` // empty is Vietnamese
	CountsTowardTarget bool     `json:"counts_toward_target"`
	MinSeconds         int      `json:"min_seconds"` // 0 is DefaultMinSeconds
	StationCode        bool     `json:"station_code,omitempty"`
}

// DefaultMinSeconds is the shortest length that counts unless a programme
// says otherwise: three minutes.
const DefaultMinSeconds = 180

// SaveEpisode makes an episode, or edits a draft when ID is set.
type SaveEpisode struct {
	ID        string        `json:"id,omitempty"`
	Programme string        `json:"programme"`
	Title     string        `json:"title"`
	Audio     string        `json:"audio"`    // ID of the recording; may be empty if there is a script
	Script    string        `json:"script"`   // plain text
	Language  string        `json:"language"` // "" is Vietnamese
	From      stations.Date `json:"from"`
	Until     stations.Date `json:"until"`
	Submit    bool          `json:"submit"` // hand it to the editorial board at once
}

// MoveEpisode takes an episode to its next state: a draft is submitted, what
// was submitted is approved or sent back to draft, what was approved is
// withdrawn. Sending back and withdrawing need a reason.
type MoveEpisode struct {
	ID  string `json:"id"`
	To  State  `json:"to"`
	Why string `json:"why"`
}

// SaveRule makes a rule, or begins its next version when ID is set.
type SaveRule struct {
	ID        string        `json:"id,omitempty"`
	Programme string        `json:"programme"`
	Cron      string        `json:"cron"`
	Minutes   int           `json:"minutes"` // planned length of a slot; 0 is DefaultMinutes
	Selection Selection     `json:"stations"`
	From      stations.Date `json:"from"`
	Until     stations.Date `json:"until"`
	Priority  Priority      `json:"priority"` // "" is Ordinary
	Note      string        `json:"note"`
	Since     stations.Date `json:"since"`            // editing: the first day the change holds; "" is from now on
	End       bool          `json:"end"`              // editing: plan nothing more; the other members are ignored
	Resume    bool          `json:"resume,omitempty"` // editing a rule that was ended: let it air again
}

// DefaultMinutes is the planned length of a slot unless a rule says
// otherwise.
const DefaultMinutes = 15

// SaveException changes one occurrence of a rule, or with Following that one
// and all later ones. Kind "" takes an earlier exception back.
type SaveException struct {
	Rule      string        `json:"rule"`
	At        Wall          `json:"at"` // the occurrence as first planned
	Kind      ExceptionKind `json:"kind"`
	To        Wall          `json:"to,omitzero"`
	Note      string        `json:"note"`
	Following bool          `json:"following"`
}
