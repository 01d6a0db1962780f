package api

import (
	"context"
	"io"
	"net/http"

	"loa/accounts"
	"loa/web/kit"
)

// Backup writes a consistent copy of everything, records and audio, to w; by asked for it.
type Backup func(ctx context.Context, by accounts.Actor, w io.Writer) error

func (b Backup) routes() []kit.Route {
	return []kit.Route{{Pattern: "GET /api/v1/backup", Gives: "application/x-tar", Access: accounts.RunServer, Handler: b.send,
		Summary: "A backup of everything as one tar file, made while others go on working."}}
}

// send streams the backup. What fails on the way cuts the answer short, and a
// backup without its end is refused by loa restore.
func (b Backup) send(w http.ResponseWriter, r *kit.Request) error {
	w.Header().Set("Content-Type", "application/x-tar")
	w.Header().Set("Content-Disposition", `attachment; filename="loa-`+r.Now.Format("2006-01-02")+`.tar"`)
	return b(r.Context(), r.Actor, w)
}
