package airing

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
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

// BundleStore is what a Binder asks of the store.
type BundleStore interface {
	library.MatchRecords
	Excerpts
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	Airing(ctx context.Context, by accounts.Actor, id string) (Line, error)
}

// Excerpts are parts of the log that are proven without a store.
type Excerpts interface {
	// Excerpt returns the chain of a report's station from its evidence on until it was sealed
	// after all that the machine said of it, to who may read the log of the province. Faults:
	// accounts.denied, airing.unknown, airing.bundle_large.
	Excerpt(ctx context.Context, by accounts.Actor, report string) (Excerpt, error)
	// SignProof signs the facts of a bundle, by their hash, with the key that signs seals.
	// Fault: accounts.denied.
	SignProof(ctx context.Context, m accounts.Meta, sum Hash) (*Sign, error)
}

// MayBind says who may have bundles, which hold the log of a station with the names of who reported: who verifies
// the airings of all stations.
func MayBind(by accounts.Actor) error { return MayVerify(by, accounts.Where{}) }

// Binder makes bundles, one at a time: each holds what a verdict holds.
type Binder struct {
	store BundleStore
	blobs library.Blobs
	turn  chan struct{}
}

// NewBinder returns a Binder.
func NewBinder(s BundleStore, blobs library.Blobs) *Binder {
	return &Binder{s, blobs, make(chan struct{}, 1)}
}

// Bind writes the bundle of the machine's last verdict on a piece of evidence, "" for the piece it
// spoke of last, and checks it as anybody will. Faults: accounts.denied, airing.unknown,
// airing.evidence_unknown, airing.bundle_soundless, airing.bundle_unheard, airing.bundle_stale, those of ReadBundle and Check.
func (w *Binder) Bind(ctx context.Context, m accounts.Meta, report, evidence string, f *os.File) error {
	if err := MayBind(m.By); err != nil {
		return err
	}
	select {
	case w.turn <- struct{}{}:
		defer func() { <-w.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	line, err := w.store.Airing(ctx, m.By, report)
	if err != nil {
		return err
	}
	proof, piece, err := line.heardLast(evidence)
	if err != nil {
		return err
	}
	facts, err := w.facts(ctx, m, line, proof)
	if err != nil {
		return err
	}
	if err := w.write(ctx, m, facts, line, proof, piece, f); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	b, err := ReadBundle(f, size)
	if err == nil {
		err = b.Check(ctx, audio.Options{Turn: audio.Turn})
	}
	if fault.Is(err, "airing.bundle_verdict") || fault.Is(err, "airing.bundle_reference") { // an episode is another since, or none
		return fault.New(fault.Conflict, "airing.bundle_stale").Because(err)
	}
	return err
}

// heardLast is the machine's last verdict on a piece of evidence that is there, "" for any, by the
// present method.
func (l Line) heardLast(evidence string) (GivenProof, Evidence, error) {
	for _, p := range slices.Backward(l.Proofs) {
		i := slices.IndexFunc(l.Evidence, func(e Evidence) bool { return e.ID == p.Evidence })
		if i >= 0 && (evidence == "" || evidence == p.Evidence) && p.Method == match.Method {
			return p, l.Evidence[i], nil
		}
	}
	var none GivenProof
	if evidence != "" && !slices.ContainsFunc(l.Evidence, func(e Evidence) bool { return e.ID == evidence }) {
		return none, Evidence{}, fault.New(fault.NotFound, "airing.evidence_unknown")
	}
	if !slices.ContainsFunc(l.Unproved(), func(e Evidence) bool { return evidence == "" || evidence == e.ID }) { // it waits for nothing
		return none, Evidence{}, fault.New(fault.NotFound, "airing.bundle_soundless")
	}
	return none, Evidence{}, fault.New(fault.NotFound, "airing.bundle_unheard")
}

// facts says what the bundle holds, but for its parts: with what the recording was compared, as far
// as that is still there.
func (w *Binder) facts(ctx context.Context, m accounts.Meta, line Line, p GivenProof) (f BundleFacts, err error) {
	reg, err := w.store.Registry(ctx)
	if err != nil {
		return f, err
	}
	plan, err := w.store.Schedule(ctx)
	if err != nil {
		return f, err
	}
	f = BundleFacts{Format: bundleFormat, ReportID: line.ID, EvidenceID: p.Evidence, Station: reg.Label(line.Station), Method: p.Method,
		Form: match.Form, Tolerance: Tolerance.Seconds(), Certain: match.Certain, References: []Reference{}, Parts: map[string]string{}}
	if of, err := plan.Programme(line.Programme); err == nil {
		f.Programme = of.TitleAt(line.StartedAt)
	}
	if p.Recording != "" && (p.Copy != "" || plan.Coded(p.Recording)) {
		f.Codes = slices.Sorted(maps.Keys(coders(reg)))
	}
	sought, called := SoughtFor(plan, line), CalledIn(plan, text.Vietnamese)
	for _, id := range p.Compared {
		e, err := plan.Episode(id)
		if err != nil {
			continue
		}
		ref := Reference{Episode: id, Title: called(id), Recording: e.Audio,
			Expected: slices.ContainsFunc(sought, func(s Sought) bool { return s.ID == id && s.Expected }),
			Part:     bundlePrints + strconv.Itoa(len(f.References)+1) + ".print"}
		if id == p.Episode {
			ref.Recording = p.Recording
		}
		_, kept, _, err := library.Printed(ctx, w.store, w.blobs, ref.Recording, audio.Options{Turn: audio.Turn},
			func() accounts.Meta { return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: m.At} })
		if unreadable(err) || err != nil && fault.Of(err).Kind == fault.NotFound {
			continue
		}
		if err != nil {
			return f, err
		}
		f.Parts[ref.Part] = kept.Blob.SHA256
		f.References = append(f.References, ref)
	}
	return f, nil
}

// write writes all parts.
func (w *Binder) write(ctx context.Context, m accounts.Meta, facts BundleFacts, line Line, p GivenProof, piece Evidence, to io.Writer) error {
	excerpt, err := w.store.Excerpt(ctx, m.By, line.ID)
	if err != nil {
		return err
	}
	facts.Redacted = excerpt.Redacted
	small := map[string][]byte{}
	for _, raw := range excerpt.Entries {
		small[bundleLog] = append(append(small[bundleLog], raw...), '\n')
	}
	if excerpt.Seal != nil {
		if small[bundleSeal], err = json.Marshal(excerpt.Seal); err != nil {
			return err
		}
	}
	lang := text.Vietnamese
	said := p.SayAll(lang, func(id string) string { return Bundle{BundleFacts: facts}.Title(id) })
	small[bundleGuide] = []byte(lang.Say("airing.bundle_guide", "station", facts.Station, "programme", facts.Programme,
		"at", lang.DateTime(line.StartedAt.In(text.Zone)), "report", line.ID, "word", lang.Say("audio.match."+string(p.Word)), "said", said))
	for name, body := range small {
		sum := sha256.Sum256(body)
		facts.Parts[name] = hex.EncodeToString(sum[:])
	}
	clip := bundleClip + extension(piece.Name)
	facts.Parts[clip] = piece.SHA256
	head, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		return err
	}
	sign, err := w.store.SignProof(ctx, m, sha256.Sum256(head))
	if err != nil {
		return err
	}
	if small[bundleSignature], err = json.Marshal(sign); err != nil {
		return err
	}
	small[bundleFacts] = head
	z := zip.NewWriter(to)
	for _, name := range []string{bundleGuide, bundleFacts, bundleSignature, bundleLog, bundleSeal} {
		if body, ok := small[name]; ok {
			if err := putPart(z, name, zip.Deflate, m.At, bytes.NewReader(body)); err != nil {
				return err
			}
		}
	}
	if err := w.putBlob(ctx, z, clip, zip.Store, m.At, piece.SHA256); err != nil { // it is packed already
		return err
	}
	for _, ref := range facts.References {
		if err := w.putBlob(ctx, z, ref.Part, zip.Deflate, m.At, facts.Parts[ref.Part]); err != nil {
			return err
		}
	}
	return z.Close()
}

func putPart(z *zip.Writer, name string, method uint16, at time.Time, body io.Reader) error {
	part, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: at.In(text.Zone)})
	if err == nil {
		_, err = io.Copy(part, body)
	}
	return err
}

func (w *Binder) putBlob(ctx context.Context, z *zip.Writer, name string, method uint16, at time.Time, sha256 string) error {
	f, err := w.blobs.Open(ctx, sha256)
	if err != nil {
		return err
	}
	defer f.Close()
	return putPart(z, name, method, at, f)
}

// extension is that of a file's name where it is an ordinary one.
func extension(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if len(ext) > 5 || strings.Trim(ext, ".abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return ""
	}
	return ext
}
