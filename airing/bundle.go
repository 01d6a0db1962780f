package airing

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"loa/audio"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/stations"
)

// Bundle is all that one verdict of the machine rests on, to be checked on a machine that knows
// nothing else: the recording, what the episodes are found by, the log from the report on until it
// was sealed, and the seal.
type Bundle struct {
	BundleFacts
	Report   Report   `json:"report"`   // by the log
	Evidence Evidence `json:"evidence"` // by the log
	Given    Proof    `json:"proof"`    // what the machine said, by the log
	Heard    *Proof   `json:"heard"`    // what it says now of the same recording, once Check listened
	Entries  int      `json:"entries"`  // of the log
	End      Head     `json:"end"`      // where they end
	Seal     *Seal    `json:"seal"`     // nil where the log was not sealed since
	Signed   *Sign    `json:"signed"`   // whose bundle it is: by a key that only paper vouches for

	parts map[string]*zip.File
	at    time.Time // when the machine had listened
}

// BundleFacts is what a bundle says of itself, under the signature.
type BundleFacts struct {
	Format     string            `json:"format"`
	ReportID   string            `json:"report_id"`
	EvidenceID string            `json:"evidence_id"`
	Station    string            `json:"station"`   // as people call it
	Programme  string            `json:"programme"` // its title
	Method     int               `json:"method"`    // match.Method
	Form       int               `json:"form"`      // match.Form
	Tolerance  float64           `json:"tolerance_seconds"`
	Certain    float64           `json:"certain"` // the largest chance at which an episode is found
	References []Reference       `json:"references"`
	Codes      []int             `json:"codes,omitempty"` // of stations that were listened for; none where the programme has none
	Parts      map[string]string `json:"parts"`           // SHA-256 of each other part, by name

	// Redacted are the entries of the log from which an erasure took who somebody was: their own hashes are the installation's word.
	Redacted []Redacted `json:"redacted,omitempty"`
}

// Reference is an episode that the recording was compared with.
type Reference struct {
	Episode   string `json:"episode"`   // ID
	Title     string `json:"title"`     // as people call it
	Recording string `json:"recording"` // ID
	Expected  bool   `json:"expected"`  // the report says so
	Part      string `json:"part"`      // the bytes of a match.Print
}

// The names inside a bundle.
const (
	bundleFormat    = "loa-proof-1"
	bundleFacts     = "proof.json"
	bundleSignature = "signature.json" // over proof.json
	bundleLog       = "log.jsonl"      // entries of the station's chain as they were hashed
	bundleSeal      = "seal.json"      // missing where the log was not sealed since
	bundleGuide     = "DOC-TRUOC.txt"
	bundleClip      = "ban-thu" // and its extension
	bundlePrints    = "references/"
)

const (
	// MaxBundle is the most bytes of all parts of a bundle together.
	MaxBundle = 512 << 20
	// maxPart is the most of a part that is read into memory: of a print, ten hours and more.
	maxPart = 48 << 20
	// maxCodes is the most stations whose codes are listened for.
	maxCodes = 20000
	// maxParts is the most parts.
	maxParts = 100
	// MaxExcerpt is the most entries of a log in a bundle: some years of a station.
	MaxExcerpt = 50000
)

// Excerpt is a part of a station's chain, and what seals it.
type Excerpt struct {
	Entries []json.RawMessage // the bytes that were hashed, each after the one before
	Seal    *Sealed           // that they end under; nil where there is none yet, and they end with the chain

	Redacted []Redacted // of the entries, those an erasure changed
}

// ExcerptTooLong is the fault of a report whose seal came so late that no bundle holds the log until then.
func ExcerptTooLong() error { return fault.New(fault.TooLarge, "airing.bundle_large") }

// proofStatement is what is signed of a bundle.
func proofStatement(installation string, at time.Time, sum Hash) []byte {
	return fmt.Appendf(nil, "loa proof\n%s\n%s\n%s\n", installation, at.UTC().Format(time.RFC3339), sum)
}

// SignProof is the signature of an installation under the facts of a bundle, by their hash.
func SignProof(key ed25519.PrivateKey, installation string, at time.Time, sum Hash) *Sign {
	at = at.UTC().Truncate(time.Second)
	return signed(key, installation, at, proofStatement(installation, at, sum))
}

func notABundle(err error) error { return fault.New(fault.Invalid, "airing.bundle_file").Because(err) }

// changed is the fault of a part that is not what was put into the bundle.
func changed(part string) error { return fault.New(fault.Conflict, "airing.bundle_part", "part", part) }

// ReadBundle reads a bundle and checks that it is whole and of one piece: each part by its sum, the
// sums by the signature, the log link by link, and its end by the seal. By whose key it is signed is
// the reader's to ask (Signed). Faults: airing.bundle_file, airing.bundle_format, airing.bundle_large,
// airing.bundle_part, airing.bundle_unsigned, airing.bundle_signature, airing.bundle_chain,
// airing.bundle_lacks, airing.bundle_seal.
func ReadBundle(r io.ReaderAt, size int64) (b Bundle, err error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return b, notABundle(err)
	}
	if b.parts, err = partsOf(z); err != nil {
		return b, err
	}
	if b.parts[bundleFacts] == nil {
		return b, notABundle(nil)
	}
	facts, err := b.part(bundleFacts)
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal(facts, &b.BundleFacts); err != nil {
		return b, notABundle(err)
	}
	if b.Format != bundleFormat {
		return b, fault.New(fault.Unsupported, "airing.bundle_format", "format", b.Format)
	}
	if b.Signed, err = readPart[Sign](b, bundleSignature); err != nil {
		return b, err
	}
	switch g := b.Signed; {
	case g == nil:
		return b, fault.New(fault.Conflict, "airing.bundle_unsigned")
	case !g.vouches(proofStatement(g.Installation, g.At, sha256.Sum256(facts))):
		return b, fault.New(fault.Conflict, "airing.bundle_signature")
	}
	if err := b.sums(); err != nil {
		return b, err
	}
	sealed, err := readPart[Sealed](b, bundleSeal)
	if err != nil {
		return b, err
	}
	if err := b.follow(); err != nil {
		return b, err
	}
	if sealed == nil {
		return b, nil
	}
	b.Seal = &sealed.Seal
	if sealed.against() != SealHolds || !slices.Contains(sealed.Chains, b.End) || sealed.Signed == nil || !bytes.Equal(sealed.Signed.Key, b.Signed.Key) {
		return b, fault.New(fault.Conflict, "airing.bundle_seal", "n", sealed.Number)
	}
	return b, nil
}

// partsOf lists the parts by name.
func partsOf(z *zip.Reader) (map[string]*zip.File, error) {
	parts, total := map[string]*zip.File{}, uint64(0)
	for _, f := range z.File {
		if parts[f.Name] != nil {
			return nil, changed(f.Name)
		}
		parts[f.Name] = f
		total += min(f.UncompressedSize64, MaxBundle+1)
	}
	if len(parts) > maxParts || total > MaxBundle {
		return nil, fault.New(fault.TooLarge, "airing.bundle_large")
	}
	return parts, nil
}

// sums checks each part by what the facts say of it, and that there is no other.
func (b Bundle) sums() error {
	for name := range b.Parts {
		if b.parts[name] == nil {
			return changed(name)
		}
	}
	for name, part := range b.parts {
		if name == bundleFacts || name == bundleSignature {
			continue
		}
		f, err := part.Open()
		if err != nil {
			return changed(name)
		}
		sum := sha256.New()
		_, err = io.Copy(sum, f)
		f.Close()
		if err != nil || hex.EncodeToString(sum.Sum(nil)) != b.Parts[name] {
			return changed(name)
		}
	}
	return nil
}

// part reads a part into memory.
func (b Bundle) part(name string) ([]byte, error) {
	part := b.parts[name]
	if part == nil {
		return nil, changed(name)
	}
	f, err := part.Open()
	if err != nil {
		return nil, changed(name)
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxPart+1))
	switch {
	case err != nil:
		return nil, changed(name)
	case len(body) > maxPart:
		return nil, fault.New(fault.TooLarge, "airing.bundle_large")
	}
	return body, nil
}

// readPart reads a part of JSON, nil where there is none.
func readPart[T any](b Bundle, name string) (*T, error) {
	if b.parts[name] == nil {
		return nil, nil
	}
	body, err := b.part(name)
	if err != nil {
		return nil, err
	}
	v := new(T)
	if json.Unmarshal(body, v) != nil {
		return nil, changed(name)
	}
	return v, nil
}

// follow goes along the log and finds there what the bundle is about.
func (b *Bundle) follow() error {
	body, err := b.part(bundleLog)
	if err != nil {
		return err
	}
	var found [3]bool
	lines := bufio.NewScanner(bytes.NewReader(body))
	lines.Buffer(nil, maxPart)
	for lines.Scan() {
		if b.Entries == 0 {
			var first Entry
			if json.Unmarshal(lines.Bytes(), &first) != nil || first.Seq < 1 {
				return fault.New(fault.Conflict, "airing.bundle_chain", "n", 1)
			}
			b.End = Head{Station: first.Station, Seq: first.Seq - 1, Hash: first.Prev}
		}
		b.Entries++
		e, next, err := Follow(b.End, lines.Bytes())
		if err != nil || e.Check() != nil {
			return fault.New(fault.Conflict, "airing.bundle_chain", "n", b.Entries)
		}
		if i := slices.IndexFunc(b.Redacted, func(r Redacted) bool { return r.Seq == next.Seq && r.Now == next.Hash }); i >= 0 {
			next.Hash = b.Redacted[i].Was
		}
		b.End = next
		switch {
		case e.Report != nil && e.Report.ID == b.ReportID:
			b.Report, found[0] = *e.Report, true
		case e.Evidence != nil && e.Evidence.ID == b.EvidenceID:
			b.Evidence, found[1] = *e.Evidence, true
		case e.Proof != nil && e.Proof.Report == b.ReportID && e.Proof.Evidence == b.EvidenceID && e.Proof.Method <= b.Method:
			b.Given, b.at, found[2] = *e.Proof, e.ReceivedAt, true
		}
	}
	if lines.Err() != nil || found != [3]bool{true, true, true} {
		return fault.New(fault.Conflict, "airing.bundle_lacks")
	}
	return nil
}

// Older reports whether an older method came to the verdict: what is heard now stands beside it, and need not be the same.
func (b Bundle) Older() bool { return b.Given.Method < match.Method }

// Outdated reports whether what is heard now is otherwise than what an older method said.
func (b Bundle) Outdated() bool {
	return b.Older() && b.Given.Reason != match.Used && b.Given.Word != b.Heard.Word
}

// Check listens to the recording again: it must be the one the log tells of, and say what the machine said then by the
// same method.
// Faults: airing.bundle_method, airing.bundle_clip, airing.bundle_reference,
// airing.bundle_verdict, airing.bundle_unreadable.
func (b *Bundle) Check(ctx context.Context, opt audio.Options) error {
	if b.Given.Method > match.Method || b.Form != match.Form {
		return fault.New(fault.Unsupported, "airing.bundle_method", "method", b.Given.Method, "ours", match.Method)
	}
	name := b.clip()
	if name == "" || b.Parts[name] != b.Evidence.SHA256 || b.Given.SHA256 != b.Evidence.SHA256 {
		return fault.New(fault.Conflict, "airing.bundle_clip")
	}
	f, err := b.parts[name].Open()
	if err != nil {
		return changed(name)
	}
	defer f.Close()
	opt.MaxBytes = MaxBundle
	clip, err := audio.MatchPrint(ctx, f, opt)
	heard, err := hear(clip, err, Line{Report: b.Report}, b.Evidence, b.at, b.candidates)
	if err != nil {
		return err
	}
	b.Heard = &heard
	if heard.Reason == match.Unreadable && b.Given.Reason != match.Unreadable {
		return fault.New(fault.Unsupported, "airing.bundle_unreadable")
	}
	if !b.Older() && !b.Given.same(heard) {
		return fault.New(fault.Conflict, "airing.bundle_verdict")
	}
	return b.checkCopy(clip)
}

// checkCopy listens again for whose copy was heard, where what was found has codes.
func (b *Bundle) checkCopy(clip match.Print) error {
	if b.Heard.Word != match.Verified || len(b.Codes) == 0 {
		return nil
	}
	if len(b.Codes) > maxCodes || slices.Min(b.Codes) < 1 || slices.Max(b.Codes) > match.MostCode {
		return notABundle(nil)
	}
	if number, _, ok := match.HearCode(clip, b.Codes); ok {
		b.Heard.Copy = stations.StationID(number)
	}
	b.Heard.judgeCopy(b.Report.Station)
	if !b.Older() && (b.Heard.Copy != b.Given.Copy || b.Given.Reason != match.Used && b.Given.Reason != b.Heard.Reason) {
		return fault.New(fault.Conflict, "airing.bundle_verdict")
	}
	return nil
}

// clip is the name of the part with the recording, "" where there is none.
func (b Bundle) clip() string {
	for name := range b.Parts {
		if strings.HasPrefix(name, bundleClip) && b.parts[name] != nil {
			return name
		}
	}
	return ""
}

// candidates makes ready what the recording is compared with.
func (b Bundle) candidates() (list []Sought, candidates []match.Candidate, err error) {
	for _, ref := range b.References {
		body, err := b.part(ref.Part)
		if err != nil {
			return nil, nil, err
		}
		var print match.Print
		if print.UnmarshalBinary(body) != nil {
			return nil, nil, changed(ref.Part)
		}
		s := Sought{Expected: ref.Expected, print: b.Parts[ref.Part]}
		s.ID, s.Audio = ref.Episode, ref.Recording
		if s.ID == b.Given.Episode && b.Given.Print != s.print {
			return nil, nil, fault.New(fault.Conflict, "airing.bundle_reference", "episode", ref.Title)
		}
		list = append(list, s)
		candidates = append(candidates, s.candidate(print, b.Report.StartedAt))
	}
	return list, candidates, nil
}

// Two processors, or two decoders of a phone's file, differ a little in a score, and in seconds.
const (
	scoreDiffers = 0.3
	startDiffers = 0.1
)

// same reports whether another listening came to the same. That the recording was used before is
// the log's to know, not the ear's; whose code is heard is checked beside it.
func (p Proof) same(as Proof) bool {
	word, reason := p.Word, p.Reason
	if reason == match.Used || reason == match.OtherCopy {
		word, reason = match.Verified, match.Found
	}
	return as.Word == word && as.Reason == reason && as.Episode == p.Episode && math.Abs(as.Score-p.Score) <= scoreDiffers &&
		math.Abs(as.Start-p.Start) <= startDiffers
}

// Title is how an episode is called in the bundle.
func (b Bundle) Title(episode string) string {
	for _, ref := range b.References {
		if ref.Episode == episode {
			return ref.Title
		}
	}
	return episode
}
