package airing

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/audio"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
)

// Tolerance is by how much the times of a report and of a recording may differ.
const Tolerance = 10 * time.Minute

const (
	// mostSought is with how many episodes a recording is compared at most, and longestSought
	// how long they are together: it bounds the memory of a verdict.
	mostSought    = 30
	longestSought = 10 * time.Hour
	// clockLost is from where on a phone's clock was wrong and its recording is not old.
	clockLost = 60 * 24 * time.Hour
	// againWithin is how far from an airing a recording of it, encoded anew, is sought among those of others.
	againWithin = 14 * 24 * time.Hour
	// curveParts is how many parts of an episode a curve has.
	curveParts = 96
)

// Sought is an episode that a recording may be of.
type Sought struct {
	scheduler.Episode
	Expected bool   // the report says so
	print    string // SHA-256 of what it was sought by
}

// SoughtFor lists the episodes that a recording for the line may be of: what the report says,
// else what its programme could air then; and what else was approved about that time, its own
// programme's first. Those without a recording of their own cannot be found.
func SoughtFor(plan *scheduler.Schedule, line Line) (list []Sought) {
	heard := map[string]bool{"": true} // recordings
	add := func(e scheduler.Episode, expected bool) {
		if !heard[e.Audio] && len(list) < mostSought {
			heard[e.Audio] = true
			list = append(list, Sought{Episode: e, Expected: expected})
		}
	}
	if e, err := plan.Episode(line.Episode); err == nil {
		add(e, true)
	} else {
		day := stations.DateOf(line.StartedAt.In(text.Zone))
		for _, e := range plan.EpisodesOf(line.Programme) {
			if (e.From == "" || e.From <= day) && (e.Until == "" || day <= e.Until) && e.StateAt(line.StartedAt) == scheduler.Approved {
				add(e, true)
			}
		}
	}
	others := slices.DeleteFunc(slices.Clone(plan.Episodes), func(e scheduler.Episode) bool {
		return e.Audio == "" || e.ApprovedAt().IsZero() || e.ApprovedAt().After(line.StartedAt.Add(Tolerance))
	})
	slices.SortStableFunc(others, func(a, b scheduler.Episode) int {
		away := func(e scheduler.Episode) time.Duration {
			d := line.StartedAt.Sub(e.ApprovedAt()).Abs()
			if e.Programme == line.Programme {
				d /= 4
			}
			return d
		}
		return cmp.Compare(away(a), away(b))
	})
	for _, e := range others {
		add(e, false)
	}
	return list
}

// RecordedAt is when a recording of so many seconds began, by a clock that was put right; zero
// where that is not known. A phone tells when the file was finished.
func (e Evidence) RecordedAt(seconds float64, line Line, now time.Time) time.Time {
	if e.CapturedAt.IsZero() {
		return time.Time{}
	}
	at := e.CapturedAt.Add(-time.Duration(e.ClockAhead) * time.Second).Add(-time.Duration(seconds * float64(time.Second)))
	if at.After(now) || at.Sub(line.StartedAt).Abs() > clockLost {
		return time.Time{}
	}
	return at
}

// ProverStore is what a Prover asks of the store.
type ProverStore interface {
	Unproved(ctx context.Context, limit int) ([]Line, error)
	Prove(ctx context.Context, m accounts.Meta, p Proof) (Line, error)
	Airings(ctx context.Context, by accounts.Actor, q Query) (lines []Line, next string, err error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	Registry(ctx context.Context) (*stations.Registry, error)
	SameRecordings(ctx context.Context, ids []string) (map[string][]library.Recording, error)
	library.MatchRecords
}

// ProverConfig is what a Prover needs; everything is required but TempDir.
type ProverConfig struct {
	Store   ProverStore
	Blobs   library.Blobs
	Log     *slog.Logger
	Now     func() time.Time
	Hold    func() error // nothing is judged while it gives an error
	TempDir string       // "" is the system's
}

// Prover listens to the recordings among the evidence, one at a time. What a crash, a full disk
// or a long stop left undone waits in the store.
type Prover struct {
	cfg ProverConfig
	one sync.Mutex
	put map[string]time.Time // what could not be heard lately, by the ID of the evidence: until when it is put off
}

const (
	lookEvery = 2 * time.Second // how often a Prover looks for what came
	putOff    = time.Hour       // how long what cannot be heard now waits
	atOnce    = 20              // lines that one question brings
	mostLines = 2000            // that a run looks at
	mostMade  = 30              // prints that one run of Prepare makes
)

// NewProver returns a Prover; the caller then calls Run once.
func NewProver(cfg ProverConfig) *Prover { return &Prover{cfg: cfg, put: map[string]time.Time{}} }

// Run judges what is there and what comes, until ctx ends.
func (p *Prover) Run(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		if _, err := p.JudgeAll(ctx); err != nil && ctx.Err() == nil {
			p.cfg.Log.Error("evidence is not listened to", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// JudgeAll judges all that waits, and says how many recordings that were. What keeps one from
// being judged does not keep the others; the errors come joined.
func (p *Prover) JudgeAll(ctx context.Context) (n int, err error) {
	p.one.Lock()
	defer p.one.Unlock()
	var errs []error
	for more := true; more && p.cfg.Hold() == nil; {
		limit := min(atOnce+len(p.put), mostLines) // what is put off stands among the others
		lines, err := p.cfg.Store.Unproved(ctx, limit)
		if err != nil {
			return n, errors.Join(append(errs, err)...)
		}
		done := 0
		for _, line := range lines {
			for _, e := range line.Unproved() {
				if ctx.Err() != nil {
					return n, ctx.Err()
				}
				if p.cfg.Now().Before(p.put[e.ID]) {
					continue
				}
				delete(p.put, e.ID)
				switch err := p.judge(ctx, line, e); {
				case err == nil:
					done++
				case fault.Of(err).Kind == fault.Conflict, fault.Is(err, "airing.evidence_unknown"): // corrected or taken away meanwhile
				default:
					p.put[e.ID] = p.cfg.Now().Add(putOff)
					errs = append(errs, err)
				}
			}
		}
		n += done
		more = len(lines) == limit && done > 0
	}
	return n, errors.Join(errs...)
}

// judge listens to one recording and keeps what it says.
func (p *Prover) judge(ctx context.Context, line Line, e Evidence) error {
	proof, err := p.Judge(ctx, line, e)
	if err == nil {
		_, err = p.cfg.Store.Prove(ctx, p.meta(), proof)
	}
	return err
}

// options are how files are read: other programs that convert them take turns with those of uploads.
func (p *Prover) options() audio.Options {
	return audio.Options{TempDir: p.cfg.TempDir, Turn: audio.Turn}
}

func (p *Prover) meta() accounts.Meta {
	return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: p.cfg.Now()}
}

// Judge says what one recording says of a report, and keeps nothing but the prints it makes.
func (p *Prover) Judge(ctx context.Context, line Line, e Evidence) (Proof, error) {
	clip, err := p.clip(ctx, e)
	proof, err := hear(clip, err, line, e, p.cfg.Now(), func() ([]Sought, []match.Candidate, error) { return p.candidates(ctx, line) })
	if err == nil && proof.Word == match.Verified {
		proof.Again, err = p.again(ctx, line, clip, proof)
	}
	if err == nil && proof.Word == match.Verified {
		proof.Copy, err = p.copyOf(ctx, clip, proof.Recording)
	}
	return proof, err
}

// copyOf is the station whose code is heard in a clip of a recording that stations receive with their code, "" for none.
func (p *Prover) copyOf(ctx context.Context, clip match.Print, recording string) (station string, err error) {
	plan, err := p.cfg.Store.Schedule(ctx)
	if err != nil || !plan.Coded(recording) {
		return "", err
	}
	reg, err := p.cfg.Store.Registry(ctx)
	if err != nil {
		return "", err
	}
	named := coders(reg)
	number, _, ok := match.HearCode(clip, slices.Sorted(maps.Keys(named)))
	if !ok {
		return "", nil
	}
	return named[number], nil
}

// coders are the stations by the numbers that their codes say.
func coders(reg *stations.Registry) map[int]string {
	named := map[int]string{}
	for _, st := range reg.Stations() {
		if number, ok := library.CodeOf(st.ID); ok {
			named[number] = st.ID
		}
	}
	return named
}

// clip is the print of a recording.
func (p *Prover) clip(ctx context.Context, e Evidence) (clip match.Print, err error) {
	if e.Recording != "" {
		clip, _, _, err = library.Printed(ctx, p.cfg.Store, p.cfg.Blobs, e.Recording, p.options(), p.meta)
		return clip, err
	}
	f, err := p.cfg.Blobs.Open(ctx, e.SHA256)
	if err != nil {
		return clip, err
	}
	defer f.Close()
	opt := p.options()
	opt.MaxBytes = e.Size
	return audio.MatchPrint(ctx, f, opt)
}

// again is the SHA-256 of a recording of another report that is the same encoded anew, "" where none is
// known: the two are found at one place of an episode. What sounds like the episode's file itself is like every copy of it.
func (p *Prover) again(ctx context.Context, line Line, clip match.Print, proof Proof) (string, error) {
	if slices.Contains(proof.Hints, Direct) {
		return "", nil
	}
	for q := (Query{From: line.StartedAt.Add(-againWithin), Until: line.StartedAt.Add(againWithin), Outcome: Aired}); ; {
		lines, next, err := p.cfg.Store.Airings(ctx, accounts.Daemon(), q)
		if err != nil {
			return "", err
		}
		for _, other := range lines {
			for _, e := range other.Evidence {
				was, ok := other.proofOf(e.ID)
				later := was.Start - proof.Start
				if !ok || other.ID == line.ID || e.Recording == "" || was.Recording != proof.Recording || math.Abs(later) > clip.Seconds() {
					continue
				}
				print, err := p.clip(ctx, e)
				if err != nil && !unreadable(err) && fault.Of(err).Kind != fault.NotFound {
					return "", err
				}
				if e.SHA256 != proof.SHA256 && clip.Same(print, later) >= match.SameSound {
					return e.SHA256, nil
				}
			}
		}
		if q.After = next; next == "" {
			return "", nil
		}
	}
}

// hear says what a recording says of a report by its print, or by the error of making that; sought gives what it may be of.
func hear(clip match.Print, err error, line Line, e Evidence, now time.Time,
	sought func() ([]Sought, []match.Candidate, error)) (Proof, error) {
	proof := Proof{Report: line.ID, Evidence: e.ID, SHA256: e.SHA256, Method: match.Method, Word: match.NotProven, Reason: match.Unreadable,
		Compared: []string{}, Chance: 1}
	if unreadable(err) {
		return proof, nil
	}
	if err != nil {
		return proof, err
	}
	list, candidates, err := sought()
	if err != nil {
		return proof, err
	}
	v := match.Judge(clip, e.RecordedAt(clip.Seconds(), line, now), Tolerance, candidates)
	proof = proof.says(v, clip, list, candidates)
	if line.ID != "" { // a sample is of no report, and nobody asks when it was made
		proof.judgeTime(e)
	}
	return proof, nil
}

// candidate is the episode made ready to find recordings in, of a report that began then.
func (s Sought) candidate(print match.Print, began time.Time) match.Candidate {
	c := match.Candidate{Name: s.ID, Programme: match.Prepare(print), Expected: s.Expected}
	if s.Expected {
		c.Began = began
	}
	return c
}

// unreadable reports whether a recording is the reason that it cannot be decoded.
func unreadable(err error) bool {
	if err == nil {
		return false
	}
	switch fault.Of(err).Kind {
	case fault.Invalid, fault.Unsupported, fault.TooLarge:
		return true
	}
	return false
}

// candidates are the episodes that a recording for the line is compared with. What cannot be read
// is left out: it may not speak for a report, nor against it.
func (p *Prover) candidates(ctx context.Context, line Line) (list []Sought, candidates []match.Candidate, err error) {
	plan, err := p.cfg.Store.Schedule(ctx)
	if err != nil {
		return nil, nil, err
	}
	sought := SoughtFor(plan, line)
	same, err := p.sameAsExpected(ctx, sought)
	if err != nil {
		return nil, nil, err
	}
	length := time.Duration(0)
	for _, s := range sought {
		if !s.Expected && same[s.Audio] {
			continue
		}
		print, kept, _, err := library.Printed(ctx, p.cfg.Store, p.cfg.Blobs, s.Audio, p.options(), p.meta)
		switch {
		case err == nil:
		case unreadable(err) || fault.Of(err).Kind == fault.NotFound:
			continue
		default:
			return nil, nil, err
		}
		if length += time.Duration(print.Seconds() * float64(time.Second)); length > longestSought && len(list) > 0 {
			break
		}
		s.print = kept.Blob.SHA256
		list, candidates = append(list, s), append(candidates, s.candidate(print, line.StartedAt))
	}
	return list, candidates, nil
}

// sameAsExpected are the recordings of which a person said that they are one with an expected one.
func (p *Prover) sameAsExpected(ctx context.Context, sought []Sought) (map[string]bool, error) {
	var ids []string
	for _, s := range sought {
		if s.Expected {
			ids = append(ids, s.Audio)
		}
	}
	same, out := map[string][]library.Recording{}, map[string]bool{}
	var err error
	if len(ids) > 0 {
		same, err = p.cfg.Store.SameRecordings(ctx, ids)
	}
	for _, list := range same {
		for _, r := range list {
			out[r.ID] = true
		}
	}
	return out, err
}

// says puts a verdict into the proof.
func (p Proof) says(v match.Verdict, clip match.Print, sought []Sought, candidates []match.Candidate) Proof {
	report, evidence, sum := p.Report, p.Evidence, p.SHA256
	p = ProofOf(v, clip)
	p.Report, p.Evidence, p.SHA256, p.Compared = report, evidence, sum, []string{}
	for _, s := range sought {
		p.Compared = append(p.Compared, s.ID)
	}
	i := slices.IndexFunc(sought, func(s Sought) bool { return s.ID == v.Name })
	if i < 0 {
		return p
	}
	p.Recording, p.Print, p.Length = sought[i].Audio, sought[i].print, rounded(candidates[i].Programme.Seconds())
	for _, c := range candidates[i].Programme.Curve(clip, v.Fit, curveParts) {
		p.Curve = append(p.Curve, byte(min(255, math.Round(10*c))))
	}
	return p
}

// Prepare makes what approved episodes are found by, so that no verdict waits for it: those of
// the latest first, so many in one run. made is how many it made.
func (p *Prover) Prepare(ctx context.Context) (made int, err error) {
	plan, err := p.cfg.Store.Schedule(ctx)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, e := range slices.Backward(plan.Episodes) {
		if made == mostMade || ctx.Err() != nil {
			break
		}
		if e.Audio == "" || e.State() != scheduler.Approved {
			continue
		}
		kept, found, err := p.cfg.Store.MatchPrint(ctx, e.Audio)
		if err != nil {
			return made, err
		}
		if found && kept.Form == match.Form {
			continue
		}
		_, _, fresh, err := library.Printed(ctx, p.cfg.Store, p.cfg.Blobs, e.Audio, p.options(), p.meta)
		if err != nil && !unreadable(err) && fault.Of(err).Kind != fault.NotFound {
			errs = append(errs, err)
		}
		if err == nil && fresh {
			made++
		}
	}
	return made, errors.Join(append(errs, context.Cause(ctx))...)
}
