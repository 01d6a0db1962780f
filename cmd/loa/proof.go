package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"loa/airing"
	"loa/audio"
	"loa/client"
	"loa/internal/fault"
	"loa/internal/text"
)

// proofCommands are "loa proof …": what proves a verdict of the machine on another machine.
type proofCommands struct {
	Export  proofExport  `cmd:"" help:"cli.summary.proof_export"`
	Verify  proofVerify  `cmd:"" help:"cli.summary.proof_verify"`
	Samples proofSamples `cmd:"" help:"cli.summary.proof_samples"`
}

// proofExport keeps the bundle of a report as a file.
type proofExport struct {
	reach
	Report   string `arg:""`
	File     string `arg:"" name:"bundle"`
	Evidence string `help:"cli.flag.evidence"`
}

// Run asks the daemon, writes the file and reads it back.
func (c proofExport) Run(t *terminal) error {
	o := client.GetAiringProofOptions{Evidence: c.Evidence}
	if _, err := fetch(c.File, nil, func() (*client.File, error) { return c.client().GetAiringProof(t, c.Report, o) }); err != nil {
		return err
	}
	f, b, err := openBundle(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = fmt.Fprintln(t.out, t.lang.Say("cli.proof.saved", "file", c.File, "word", wordOf(t.lang, b.Given)), sealedIn(t.lang, b))
	return err
}

// proofVerify checks a bundle. It needs no daemon and no store.
type proofVerify struct {
	File string  `arg:"" name:"bundle"`
	Code *string `help:"cli.flag.code"`
	Key  *string `help:"cli.flag.key"`
	JSON bool    `help:"cli.flag.json"`
}

// Run reads the bundle, listens to its recording again, and says what holds; what does not is the error.
func (c proofVerify) Run(t *terminal) error {
	f, b, err := openBundle(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := c.pinned(b); err != nil {
		return err
	}
	if err := b.Check(t, audio.Options{}); err != nil {
		return err
	}
	var outdated error
	if b.Outdated() {
		outdated = fault.New(fault.Conflict, "cli.proof.outdated", "then", b.Given.Method, "method", b.Heard.Method)
	}
	if c.JSON {
		return errors.Join(t.json(b), outdated)
	}
	lang := t.lang
	heard := lang.Say("cli.proof.heard", "word", wordOf(lang, *b.Heard))
	if b.Older() {
		heard = lang.Say("cli.proof.heard_anew", "word", wordOf(lang, *b.Heard), "said", b.Heard.SayAll(lang, b.Title), "then", b.Given.Method,
			"method", b.Heard.Method)
	}
	for _, said := range []string{
		lang.Say("cli.proof.of", "station", b.Station, "programme", b.Programme, "at", lang.DateTime(b.Report.StartedAt.In(text.Zone)), "report", b.ReportID),
		lang.Say("cli.proof.whole", "n", len(b.Parts)),
		lang.Say("cli.proof.chain", "n", b.Entries, "seq", b.End.Seq, "hash", b.End.Hash.String()),
		c.signedBy(lang, b),
		sealedIn(lang, b),
		lang.Say("cli.proof.given", "word", wordOf(lang, b.Given), "said", b.Given.SayAll(lang, b.Title)),
		heard,
		redactedIn(lang, b),
		lang.Say("airing.proof_limit"),
	} {
		if said == "" {
			continue
		}
		if _, err := fmt.Fprintln(t.out, printable(said)); err != nil {
			return err
		}
	}
	return outdated
}

// pinned refuses a bundle that is not by the key, or not under the code, that paper told her.
func (c proofVerify) pinned(b airing.Bundle) error {
	if c.Key != nil {
		if err := airing.CheckKey(*c.Key); err != nil {
			return err
		}
		if !b.Signed.HasKey(*c.Key) {
			return fault.New(fault.Conflict, "cli.proof.other_key")
		}
	}
	if c.Code != nil {
		if err := airing.CheckCode(*c.Code); err != nil {
			return err
		}
		if b.Seal == nil || !b.Seal.Has(*c.Code) {
			return fault.New(fault.Conflict, "cli.proof.other_code")
		}
	}
	return nil
}

// signedBy says by which key the bundle is signed, and that it has to be compared where nothing pinned it: a
// seal's code pins the log, not who signed.
func (c proofVerify) signedBy(lang text.Language, b airing.Bundle) string {
	key := "cli.proof.signed"
	if c.Key != nil {
		key = "cli.proof.signed_by_it"
	}
	return lang.Say(key, "at", lang.DateTime(b.Signed.At), "key", b.Signed.KeyCode())
}

// openBundle opens a bundle, whose parts are read from the file, and checks that it is whole.
func openBundle(name string) (*os.File, airing.Bundle, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, airing.Bundle{}, fileFault(name, err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	var b airing.Bundle
	if err == nil {
		b, err = airing.ReadBundle(f, size)
	}
	if err != nil {
		return nil, b, errors.Join(err, f.Close())
	}
	return f, b, nil
}

func wordOf(lang text.Language, p airing.Proof) string {
	return lang.Say("audio.match." + string(p.Word))
}

// redactedIn says how many entries of the bundle an erasure changed, "" for none.
func redactedIn(lang text.Language, b airing.Bundle) string {
	if len(b.Redacted) == 0 {
		return ""
	}
	return lang.Say("cli.proof.redacted", "n", len(b.Redacted))
}

// sealedIn says what seals the bundle.
func sealedIn(lang text.Language, b airing.Bundle) string {
	if b.Seal == nil {
		return lang.Say("cli.proof.unsealed")
	}
	return lang.Say("cli.proof.sealed", "n", b.Seal.Number, "week", b.Seal.Week.String(), "code", b.Seal.Code())
}
