package uploads_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"golang.org/x/exp/slog"

	"loa/web/uploads"
)

// tusd starts tusd, of whose makers the protocol is, and returns its URL.
func tusd(t *testing.T, maxSize int64) string {
	t.Helper()
	composer := handler.NewStoreComposer()
	filestore.New(t.TempDir()).UseIn(composer)
	h, err := handler.NewHandler(handler.Config{StoreComposer: composer, BasePath: uploads.Root, MaxSize: maxSize, DisableDownload: true,
		Logger: slog.New(slog.NewTextHandler(logs(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.StripPrefix(uploads.Root, h))
	t.Cleanup(server.Close)
	return server.URL
}

// fromTusd are all differences from tusd, and why.
var fromTusd = map[difference]string{
	{"", "Cache-Control", "no-store", ""}:                 "nothing of an upload is worth keeping on the way; theirs says so with HEAD alone",
	{"", "Upload-Expires", "there", ""}:                   "theirs has no expiration extension",
	{"", "Tus-Version", "1.0.0", ""}:                      "a 412 must name the versions spoken",
	{"", "Tus-Checksum-Algorithm", "sha1,sha256,md5", ""}: "theirs has no checksum extension",
	{"", "Tus-Extension", "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination",
		"creation,creation-with-upload,termination,concatenation,creation-defer-length"}: "theirs joins files; ours checks them and says when they go",

	{"options", "status", "204", "200"}:                                                             "the protocol allows both",
	{"options, wrong version", "status", "204", "200"}:                                              "the protocol allows both",
	{"options of an upload", "status", "204", "200"}:                                                "the protocol allows both",
	{"options from another origin", "status", "204", "200"}:                                         "the protocol allows both",
	{"options from another origin", "Access-Control-Allow-Origin", "", "https://elsewhere.example"}: "Loa lets none in unless --origins names it",
	{"post, key twice", "status", "400", "201"}:                                                     "the protocol says keys are unique; theirs takes the last",
	{"post, key twice", "Location", "", "there"}:                                                    "as above: nothing was made",
	{"post, metadata not base64", "status", "400", "201"}:                                           "theirs drops what it cannot read, and the file its name",
	{"post, metadata not base64", "Location", "", "there"}:                                          "as above: nothing was made",
	{"post, metadata without key", "status", "400", "201"}:                                          "theirs drops what it cannot read",
	{"post, metadata without key", "Location", "", "there"}:                                         "as above: nothing was made",
	{"post, metadata not UTF-8", "status", "400", "201"}:                                            "the name is shown to people and must be text",
	{"post, metadata not UTF-8", "Location", "", "there"}:                                           "as above: nothing was made",
	{"post, metadata of 5 KB", "status", "400", "201"}:                                              "more than any file's name",
	{"post, metadata of 5 KB", "Location", "", "there"}:                                             "as above: nothing was made",
	{"post, nothing at all", "status", "415", "201"}:                                                "complete at once and judged: no picture",
	{"post, nothing at all", "Location", "", "there"}:                                               "as above: nothing was made",
	{"post, part of a concatenation", "status", "400", "201"}:                                       "Loa joins no files, and does not say it does",
	{"post, part of a concatenation", "Location", "", "there"}:                                      "as above: nothing was made",
	{"post, concatenation", "status", "400", "404"}:                                                 "as above; theirs looks for the parts",
	{"post with the first bytes, checksum wrong", "status", "460", "201"}:                           "theirs has no checksum extension and keeps the bytes",
	{"post with the first bytes, checksum wrong", "Upload-Offset", "", "10"}:                        "as above: nothing was made",
	{"post with the first bytes, checksum wrong", "Location", "", "there"}:                          "as above: nothing was made",
	{"head, no version", "status", "412", "200"}:                                                    "the protocol asks for the version with all but OPTIONS",
	{"head, no version", "Upload-Length", "", fmt.Sprint(len(png))}:                                 "as above",
	{"head, no version", "Upload-Metadata", "", pictured}:                                           "as above",
	{"head, no version", "Upload-Offset", "", "0"}:                                                  "as above",
	{"patch, no content type", "status", "415", "400"}:                                              "the protocol says 415",
	{"patch, another content type", "status", "415", "400"}:                                         "the protocol says 415",
	{"patch, content type with a parameter", "Upload-Offset", "10", ""}:                             "as below: theirs kept nothing",
	{"patch, content type with a parameter", "status", "204", "400"}:                                "RFC 9110: a parameter does not change the media type",
	{"patch tells a length over the limit", "status", "413", "400"}:                                 "as a POST over the limit: theirs answers 413 there too",
	{"patch behind a finished one", "status", "413", "204"}:                                         "theirs drops the bytes and says all is well",
	{"patch behind a finished one", "Upload-Offset", "", fmt.Sprint(len(png))}:                      "as above",
	{"head as post", "body", "", "unexpected EOF"}:                                                  "theirs tells a length of the body and sends none",
	{"post to an upload", "status", "400", "405"}:                                                   "Loa hears X-HTTP-Method-Override there: none was sent",
	{"patch, checksum wrong", "status", "460", "204"}:                                               "theirs has no checksum extension and keeps the bytes",
	{"patch, checksum wrong", "Upload-Offset", "", "10"}:                                            "as above: nothing was kept",
	{"patch, checksum of an unknown kind", "status", "400", "204"}:                                  "theirs has no checksum extension and keeps the bytes",
	{"patch, checksum of an unknown kind", "Upload-Offset", "", "10"}:                               "as above: nothing was kept",
	{"put", "Tus-Resumable", "", "1.0.0"}:                                                           "no method of the protocol: the router refuses it before",
	{"get of an unknown one", "status", "404", "405"}:                                               "theirs lets nothing be fetched here, known or not",
	{"get of an unknown one", "Tus-Resumable", "", "1.0.0"}:                                         "no method of the protocol: a page of Loa's own",
}
