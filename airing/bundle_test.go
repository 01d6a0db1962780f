package airing

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/audio/match"
	"loa/internal/fault"
)

// zipped is a bundle of these parts.
func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if err := putPart(z, name, zip.Deflate, provedAt, strings.NewReader(parts[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// signature is that under the facts of a bundle, by some key.
func signature(t testing.TB, facts []byte) string {
	t.Helper()
	sign, err := json.Marshal(SignProof(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), "I", provedAt, sha256.Sum256(facts)))
	if err != nil {
		t.Fatal(err)
	}
	return string(sign)
}

// aBundle is a bundle without sound: a report, its evidence and what the machine said.
func aBundle(t testing.TB) map[string]string {
	t.Helper()
	head, log := Head{Station: "S00001"}, []byte(nil)
	for _, e := range []Entry{
		{Report: &Report{ID: "R", Station: "S00001", Outcome: Aired, StartedAt: provedAt}},
		{Evidence: &Evidence{ID: "E", Report: "R", Kind: Sound, SHA256: strings.Repeat("0", 64)}},
		{Proof: &Proof{Report: "R", Evidence: "E", Method: match.Method, Word: match.NotProven, Reason: match.Unreadable}},
	} {
		e.ReceivedAt = provedAt.Add(time.Minute)
		raw, next, err := Link(head, &e)
		if err != nil {
			t.Fatal(err)
		}
		head, log = next, append(append(log, raw...), '\n')
	}
	sum := sha256.Sum256(log)
	facts, err := json.Marshal(BundleFacts{Format: bundleFormat, ReportID: "R", EvidenceID: "E", Method: match.Method, Form: match.Form,
		Parts: map[string]string{bundleLog: hex.EncodeToString(sum[:])}})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{bundleFacts: string(facts), bundleLog: string(log), bundleSignature: signature(t, facts)}
}

func TestABundleIsReadWholeOrNotAtAll(t *testing.T) {
	whole := aBundle(t)
	read := func(b []byte) (Bundle, error) { return ReadBundle(bytes.NewReader(b), int64(len(b))) }
	b, err := read(zipped(t, whole))
	if err != nil || b.Entries != 3 || b.End.Seq != 3 || b.Report.ID != "R" || b.Evidence.ID != "E" || b.Given.Word != match.NotProven || b.Seal != nil {
		t.Fatalf("%+v, %v", b, err)
	}
	if err := b.Check(t.Context(), (&Prover{}).options()); !fault.Is(err, "airing.bundle_clip") {
		t.Errorf("a bundle without a recording: %v", err)
	}
	unsigned, cut := maps.Clone(whole), maps.Clone(whole)
	delete(unsigned, bundleSignature)
	cut[bundleFacts] = strings.Replace(whole[bundleFacts], `"tolerance_seconds":0`, `"tolerance_seconds":9`, 1)
	many := maps.Clone(whole)
	for i := range maxParts {
		many["p"+strings.Repeat("x", i)] = ""
	}
	twice := new(bytes.Buffer)
	z := zip.NewWriter(twice)
	for range 2 {
		if err := errors.Join(putPart(z, bundleFacts, zip.Store, provedAt, strings.NewReader("{}")), z.Flush()); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code  string
		bytes []byte
	}{
		{"airing.bundle_file", []byte("PK")},
		{"airing.bundle_file", zipped(t, map[string]string{bundleLog: whole[bundleLog]})},
		{"airing.bundle_large", zipped(t, many)},
		{"airing.bundle_large", zipped(t, map[string]string{bundleFacts: strings.Repeat(" ", maxPart+1)})},
		{"airing.bundle_part", twice.Bytes()},
		{"airing.bundle_unsigned", zipped(t, unsigned)},
		{"airing.bundle_signature", zipped(t, cut)},
	} {
		if _, err := read(c.bytes); !fault.Is(err, c.code) {
			t.Errorf("%v, want %s", err, c.code)
		}
	}
}

// FuzzReadBundle: bytes from anybody are a bundle or a fault with a sentence, whatever they claim to hold.
func FuzzReadBundle(f *testing.F) {
	whole := aBundle(f)
	f.Add([]byte(whole[bundleFacts]), []byte(whole[bundleLog]), []byte(nil), []byte("{}"))
	f.Add([]byte(whole[bundleFacts]), []byte(whole[bundleLog][:200]), []byte(`{"number":1}`), []byte(`{"key":"AA=="}`))
	f.Add(zipped(f, whole), []byte(nil), []byte(nil), []byte(nil))
	f.Fuzz(func(t *testing.T, facts, log, seal, sign []byte) {
		parts := map[string]string{bundleFacts: string(facts), bundleLog: string(log), bundleSeal: string(seal), bundleSignature: string(sign)}
		var claims map[string]any
		if json.Unmarshal(facts, &claims) == nil && claims != nil { // sums that fit, so that what is behind them is reached
			sums := map[string]string{}
			for name, body := range parts {
				if body == "" {
					delete(parts, name)
				} else if name == bundleLog || name == bundleSeal {
					sum := sha256.Sum256([]byte(body))
					sums[name] = hex.EncodeToString(sum[:])
				}
			}
			claims["parts"] = sums
			b, err := json.Marshal(claims)
			if err != nil {
				t.Fatal(err)
			}
			parts[bundleFacts] = string(b)
			if string(sign) == "{}" { // signed, so that what is behind that is reached
				parts[bundleSignature] = signature(t, b)
			}
		}
		for _, raw := range [][]byte{facts, zipped(t, parts)} {
			b, err := ReadBundle(bytes.NewReader(raw), int64(len(raw)))
			if err == nil && (b.Report.ID != b.ReportID || b.Evidence.ID != b.EvidenceID || b.Entries < 3) {
				t.Fatalf("%+v is taken for a bundle", b)
			}
			if err != nil && fault.Of(err).Kind == fault.Internal {
				t.Fatal(err)
			}
			if err == nil {
				if err := b.Check(t.Context(), (&Prover{}).options()); err != nil && fault.Of(err).Kind == fault.Internal {
					t.Fatal(err)
				}
			}
		}
	})
}
