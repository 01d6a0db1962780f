package airings

import (
	"slices"

	"loa/airing"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

// proofView is what the machine heard in a piece of evidence, as pages show it.
type proofView struct {
	airing.GivenProof
	State    string // of its badge
	Sentence string
	Found    string        // name of the episode
	Since    string        // key of what became of that episode's recording, "" where it is as it was
	Sound    string        // where that recording is heard from the place found on, "" where it is no more
	Drawn    kit.Sparkline // its curve
	Least    float64       // height of the threshold in the curve's box
	Used     string        // the report that the recording was given for before
	Tip      bool          // says what would make a better recording
	Copy     string        // the station whose code is heard, as it is called
	Direct   bool          // it sounds like the file itself
	Bundle   string        // where what proves it elsewhere is had, "" for who may not
	Earlier  []proofView
}

// Odd reports whether the recording ran noticeably faster or slower.
func (v proofView) Odd() bool { return v.Drift > 0.004 || v.Drift < -0.004 }

// From is where in the episode the recording begins, 0 where it began before it.
func (v proofView) From() float64 { return max(0, v.Start) }

// proofState is how a word of the machine is badged. What is not proven is nothing against a station.
func proofState(w match.Word) string {
	switch w {
	case match.Verified:
		return "ok"
	case match.Contradicted:
		return "warn"
	}
	return "info"
}

// proofs are what the machine heard in each piece of evidence of the line, by its ID.
func (p pages) proofs(r *kit.Request, reg *stations.Registry, plan *scheduler.Schedule, line airing.Line) (map[string]proofView, error) {
	views, called := map[string]proofView{}, airing.CalledIn(plan, r.Lang)
	for _, given := range line.Proofs {
		v := proofView{GivenProof: given, State: proofState(given.Word), Sentence: given.Say(r.Lang, called),
			Tip: given.Better(), Direct: slices.Contains(given.Hints, airing.Direct)}
		if airing.MayBind(r.Actor) == nil && given.Method == match.Method {
			v.Bundle = "/api/v1/airings/" + line.ID + "/proof?evidence=" + given.Evidence
		}
		if given.Copy != "" {
			v.Copy = reg.Label(given.Copy)
		}
		if given.UsedBefore != nil {
			v.Used = given.UsedBefore.Report
		}
		if given.Episode != "" {
			v.Found = called(given.Episode)
			var err error
			if v.Since, v.Sound, err = p.since(r, plan, given.Proof); err != nil {
				return nil, err
			}
		}
		if len(given.Curve) > 0 {
			most := given.Threshold
			values := make([]float64, len(given.Curve))
			for i, c := range given.Curve {
				values[i] = float64(c) / 10
				most = max(most, values[i])
			}
			v.Drawn = kit.NewSparkline(r.Say("airing.proof_curve", "episode", v.Found), values, most)
			v.Least = 22 - 20*given.Threshold/most
		}
		if was, ok := views[given.Evidence]; ok {
			v.Earlier, was.Earlier = append(was.Earlier, was), nil
		}
		views[given.Evidence] = v
	}
	return views, nil
}

// since says what became of what was found, and where it is heard.
func (p pages) since(r *kit.Request, plan *scheduler.Schedule, given airing.Proof) (key, sound string, err error) {
	_, err = p.store.Recording(r.Context(), given.Recording)
	switch {
	case fault.Is(err, "library.no_recording"):
		return "airing.proof_removed", "", nil
	case err != nil:
		return "", "", err
	}
	sound = "/api/v1/audio/" + given.Recording
	e, err := plan.Episode(given.Episode)
	switch {
	case err != nil:
		return "airing.proof_removed", sound, nil
	case e.Audio != given.Recording:
		return "airing.proof_changed", sound, nil
	case e.State() != scheduler.Approved:
		return "airing.proof_withdrawn", sound, nil
	}
	return "", sound, nil
}

// Heard is the sentence by which her page tells the operator what became of her recordings, "" where
// there are none or a person found something: kind, and with what makes a better one while it can still be made.
func (c slotCard) Heard() string {
	if c.Line.Finding != "" {
		return ""
	}
	word := c.Line.Machine()
	switch {
	case len(c.Line.Unproved()) > 0:
		return "airing.today_waits"
	case c.Line.Direct():
		return "airing.today_direct"
	case c.Line.MachineWhy() == match.NothingToFind:
		return "airing.today_nothing"
	case c.Line.MachineWhy() == match.OtherCopy:
		return "airing.today_other_copy"
	case c.Line.MachineWhy() == match.Later:
		return "airing.today_later"
	case c.Line.MachineWhy() == match.Used:
		return "airing.today_used"
	case word == match.NotProven && c.Line.OnAir(c.Now):
		return "airing.today_again"
	case word != "":
		return "airing.today_" + string(word)
	}
	return ""
}

// agreement is what a page tells of the sample that people looked at, "" where there was none.
func agreement(r *kit.Request, list []airing.Exhibit) string {
	a := airing.AgreementOf(list)
	if a.Judged == 0 {
		return ""
	}
	return r.Say("airing.proof_agreement", "judged", a.Judged, "looked", a.Looked, "agreed", a.Agreed)
}

// Percent is by how much the recording ran faster, in percent.
func (v proofView) Percent() float64 { return 100 * v.Drift }
