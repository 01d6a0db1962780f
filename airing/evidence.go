package airing

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"loa/accounts"
	"loa/audio"
	"loa/internal/fault"
)

// MaxEvidenceSize is the most bytes one piece of evidence has.
const MaxEvidenceSize = 25_000_000

// Keep reads one piece of evidence for a report, keeps its bytes first and
// its record second, so that no record points at nothing, and returns the
// line. id is the client-made UUID of the evidence. Faults: those of Log and
// audio.Blobs, airing.evidence_empty, airing.evidence_kind.
func Keep(ctx context.Context, log Log, blobs audio.Blobs, m accounts.Meta, report, id string, body io.Reader) (Line, error) {
	line, err := log.Airing(ctx, m.By, report)
	if err != nil {
		return Line{}, err
	}
	head := make([]byte, 4096)
	n, err := io.ReadFull(body, head)
	if n == 0 {
		return Line{}, fault.New(fault.Invalid, "airing.evidence_empty").At("file").Because(err)
	}
	kind, contentType, err := sniff(head[:n])
	if err != nil {
		return Line{}, err
	}
	ref, err := blobs.Put(ctx, io.MultiReader(bytes.NewReader(head[:n]), body), MaxEvidenceSize)
	if err != nil {
		return Line{}, err
	}
	return log.Attach(ctx, m, Evidence{ID: id, Report: line.ID, Kind: kind, Type: contentType, SHA256: ref.SHA256, Size: ref.Size})
}

// sniff tells by the bytes, never by the name, what somebody sent.
func sniff(head []byte) (kind, contentType string, err error) {
	t := http.DetectContentType(head)
	if slices.Contains([]string{"image/jpeg", "image/png", "image/webp"}, t) {
		return "photo", t, nil
	}
	refused := fault.New(fault.Unsupported, "airing.evidence_kind").At("file")
	if strings.HasPrefix(t, "image/") {
		return "", "", refused
	}
	format, err := audio.Sniff(head)
	if err != nil {
		return "", "", refused.Because(err)
	}
	return "recording", format.ContentType(), nil
}
