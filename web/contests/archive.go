package contests

import (
	"context"
	"io"
	"net/http"
	"os"

	"loa/contest"
	"loa/web/kit"
)

// archive sends the whole contest as one ZIP that "loa contest verify" can
// check. It is made in a temporary file first: an error must not leave half
// an archive that looks whole.
func (p pages) archive(w http.ResponseWriter, r *kit.Request) error {
	if err := may(r); err != nil {
		return err
	}
	f, err := os.CreateTemp("", "loa-contest-*.zip")
	if err != nil {
		return err
	}
	defer func() { f.Close(); os.Remove(f.Name()) }()
	id := r.PathValue("contest")
	err = p.hall.Archive(r.Context(), f, id, func(ctx context.Context, piece contest.Piece) (io.ReadCloser, error) {
		return p.blobs.Open(ctx, piece.SHA256)
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+id+`.zip"`)
	http.ServeContent(w, r.Request, "", r.Now, f)
	return nil
}
