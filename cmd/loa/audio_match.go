package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"loa/airing"
	"loa/audio"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/internal/text"
)

// audioMatch says whether a clip made near a loudspeaker holds a programme. It
// needs no daemon.
type audioMatch struct {
	Clip     string        `arg:"" name:"clip"`
	Episodes []string      `arg:"" name:"episode"`
	Other    []string      `help:"audio.cli.flag.other"`
	Recorded string        `help:"audio.cli.flag.recorded"`
	Began    string        `help:"audio.cli.flag.began"`
	Within   time.Duration `default:"10m" help:"audio.cli.flag.within"`
	JSON     bool          `help:"audio.cli.flag.json"`
}

// Run compares the clip with every programme and prints the verdict.
func (c audioMatch) Run(t *terminal) error {
	recorded, err := moment(c.Recorded)
	if err != nil {
		return err
	}
	began, err := moment(c.Began)
	if err != nil {
		return err
	}
	if recorded.IsZero() != began.IsZero() {
		return fault.New(fault.Invalid, "audio.cli.both_times")
	}
	clip, err := matchPrint(t, t.lang, c.Clip)
	if err != nil {
		return err
	}
	var candidates []match.Candidate
	for i, file := range append(c.Episodes, c.Other...) {
		print, err := matchPrint(t, t.lang, file)
		if err != nil {
			return err
		}
		candidates = append(candidates, match.Candidate{Name: file, Programme: match.Prepare(print), Expected: i < len(c.Episodes), Began: began})
	}
	v := match.Judge(clip, recorded, c.Within, candidates)
	if c.JSON {
		return t.json(matched(t.lang, clip, v))
	}
	_, err = fmt.Fprintf(t.out, "%s: %s\n", t.lang.Say("audio.match."+string(v.Word)), printable(sayMatch(t.lang, clip, v)))
	return err
}

// matchPrint is the print of a file; the fault of one that is no sound names it, for there are several.
func matchPrint(ctx context.Context, lang text.Language, name string) (match.Print, error) {
	f, err := openRecording(name)
	if err != nil {
		return match.Print{}, err
	}
	defer f.Close()
	print, err := audio.MatchPrint(ctx, f, audio.Options{})
	if e := fault.Of(err); err != nil && e.Kind != fault.Internal {
		err = fault.New(e.Kind, "audio.cli.of_file", "file", name, "why", lang.Fault(err)).Because(err)
	}
	return print, err
}

// matchJSON is a verdict as a program reads it; seconds and shares of chance.
type matchJSON struct {
	Verdict  match.Word    `json:"verdict"`
	Reason   match.Reason  `json:"reason"`
	Sentence string        `json:"sentence"`
	Seconds  float64       `json:"seconds"`
	Episode  string        `json:"episode,omitempty"`
	Also     []string      `json:"also"`
	Score    float64       `json:"score"`
	Chance   float64       `json:"chance"`
	Start    float64       `json:"start"`
	Drift    float64       `json:"drift"`
	Matched  float64       `json:"matched"`
	Late     *float64      `json:"late"` // null where a time is not known
	Hints    []airing.Hint `json:"hints"`
	Pieces   []pieceJSON   `json:"pieces"`
}

type pieceJSON struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Score float64 `json:"score"`
}

func matched(lang text.Language, clip match.Print, v match.Verdict) matchJSON {
	p := airing.ProofOf(v, clip)
	out := matchJSON{Verdict: p.Word, Reason: p.Reason, Sentence: sayMatch(lang, clip, v), Seconds: p.Seconds, Episode: p.Episode,
		Also: append([]string{}, v.Also...), Score: p.Score, Chance: p.Chance, Start: p.Start, Drift: v.Fit.Drift,
		Matched: p.Matched, Hints: append([]airing.Hint{}, p.Hints...), Pieces: []pieceJSON{}}
	round := func(f float64) float64 { return math.Round(f*1000) / 1000 }
	if v.Timed {
		late := round(v.Late.Seconds())
		out.Late = &late
	}
	for _, p := range v.Fit.Pieces {
		out.Pieces = append(out.Pieces, pieceJSON{round(p.From), round(p.To), round(p.Score)})
	}
	return out
}

// sayMatch is a verdict in a sentence, with what else a person should know.
func sayMatch(lang text.Language, clip match.Print, v match.Verdict) string {
	p := airing.ProofOf(v, clip)
	said := p.Say(lang, func(file string) string { return file })
	for _, h := range p.Hints {
		said += " " + lang.Say("airing.hint."+string(h))
	}
	return said
}
