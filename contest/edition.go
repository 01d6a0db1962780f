package contest

import "loa/accounts"

// A Part is a piece of a contest that people edit, and that others may edit at the
// same time. The parts, besides those of an entry and of a judge's ties:
const (
	PartRules       = "rules" // in force, and those being revised
	PartCertificate = "certificate"
	PartJury        = "jury"
	PartPanels      = "panels"
	PartPicks       = "picks"
	PartPrizes      = "prizes"
)

// PartEntry is an entry with its script as judges read it.
func PartEntry(id string) string { return "entry/" + id }

// PartComment is what was decided about a judge's comment.
func PartComment(id string) string { return "comment/" + id }

// PartTies is what a judge declared of her ties.
func PartTies(person string) string { return "ties/" + person }

// Edition is what two people begin from who edit the part. It is that of the last
// event that changed it.
func (s *State) Edition(part string) accounts.Edition {
	if e, ok := s.parts[part]; ok {
		return e
	}
	return accounts.Edition{Tag: "unedited"}
}

// partOf is the part a command edits or makes final, "" for a step that is taken on
// whatever is there.
func partOf(c Command, m accounts.Meta) string {
	switch c := c.(type) {
	case ChangeRules, ReviseRules, DropRevision, OpenContest:
		return PartRules
	case SetCertificate:
		return PartCertificate
	case AppointJudge, RemoveJudge, ReturnJudge:
		return PartJury
	case SetPanels, StartRound:
		return PartPanels
	case PickEntries:
		return PartPicks
	case GivePrizes, GiveLost, PublishResults:
		return PartPrizes
	case ReplaceEntry:
		return PartEntry(c.Entry)
	case WithdrawEntry:
		return PartEntry(c.Entry)
	case RuleOutEntry:
		return PartEntry(c.Entry)
	case RedactScript:
		return PartEntry(c.Entry)
	case ConfirmAiring:
		return PartEntry(c.Entry)
	case ConfirmOwn:
		return PartEntry(c.Entry)
	case KeepDouble:
		return PartEntry(c.Entry)
	case ReviewComment:
		return PartComment(c.ID)
	case DeclareTies:
		return PartTies(m.By.Person)
	}
	return ""
}

// touch notes which part an event changed.
func (s *State) touch(b body, e *Event) {
	part := ""
	switch b := b.(type) {
	case *rulesChanged, *rulesRevised:
		part = PartRules
	case *certificateSet:
		part = PartCertificate
	case *judgeAppointed, *judgeRemoved, *judgeReturned:
		part = PartJury
	case *panelsSet:
		part = PartPanels
	case *entriesPicked:
		part = PartPicks
	case *prizesGiven, *resultsCorrected:
		part = PartPrizes
	case *entrySubmitted:
		part = PartEntry(b.Entry.ID)
	case *entryReplaced:
		part = PartEntry(b.Entry.ID)
	case *entryRemoved:
		part = PartEntry(b.Entry)
	case *scriptRedacted:
		part = PartEntry(b.Entry)
	case *airingConfirmed:
		part = PartEntry(b.Entry)
	case *ownConfirmed:
		part = PartEntry(b.Entry)
	case *doubleKept:
		part = PartEntry(b.Entry)
	case *commentReviewed:
		part = PartComment(b.ID)
	case *tiesDeclared:
		part = PartTies(b.Person)
	default:
		return
	}
	// The tag is of the event's hash: its number would tell a judge how much others have done.
	s.parts[part] = accounts.Edition{Tag: e.Hash[:16], Touch: accounts.Touch{ChangedAt: e.At, ChangedBy: e.Name, Changed: []string{e.Kind}}}
}
