package doctext

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"loa/internal/fault"
)

const (
	maxPages = 300
	maxTime  = 30 * time.Second // of a PDF: a script takes two
)

// one is held while a PDF is read: its reader takes tens of megabytes.
var one sync.Mutex

// portable reads a PDF with PDFium, compiled to WebAssembly: what a hostile
// document can break is a sandbox of its own, thrown away afterwards.
// What takes longer than the limit is ended.
func portable(b []byte, limit time.Duration) (s string, err error) {
	damaged := fault.New(fault.Unsupported, "doc.damaged")
	defer func() {
		if recover() != nil { // the sandbox died of it
			s, err = "", damaged
		}
	}()
	one.Lock()
	defer one.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	defer func() {
		if ctx.Err() != nil {
			s, err = "", fault.New(fault.Unsupported, "doc.slow")
		}
	}()
	// Interpreted, not compiled: to compile the whole of it takes longer than to
	// read any script, and stays in memory.
	features := api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling
	config := wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(features).WithCloseOnContextDone(true)
	pool, err := webassembly.Init(webassembly.Config{Context: ctx, MinIdle: 0, MaxIdle: 1, MaxTotal: 1, RuntimeConfig: config,
		Stdout: io.Discard, Stderr: io.Discard})
	if err != nil {
		return "", damaged.Because(err)
	}
	defer pool.Close()
	reader, err := pool.GetInstance(limit)
	if err != nil {
		return "", damaged.Because(err)
	}
	defer reader.Close()
	return pages(reader, b)
}

func pages(reader pdfium.Pdfium, b []byte) (string, error) {
	damaged := fault.New(fault.Unsupported, "doc.damaged")
	doc, err := reader.OpenDocument(&requests.OpenDocument{File: &b})
	switch {
	case errors.Is(err, pdferrors.ErrPassword):
		return "", fault.New(fault.Unsupported, "doc.locked")
	case err != nil:
		return "", damaged.Because(err)
	}
	count, err := reader.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	if err != nil {
		return "", damaged.Because(err)
	}
	if count.PageCount > maxPages {
		return "", fault.New(fault.TooLarge, "doc.too_large", "most", MaxBytes>>20)
	}
	var out strings.Builder
	for i := 0; i < count.PageCount && out.Len() < maxXML; i++ {
		page, err := reader.GetPageText(&requests.GetPageText{Page: requests.Page{ByIndex: &requests.PageByIndex{Document: doc.Document, Index: i}}})
		if err != nil {
			return "", damaged.Because(err)
		}
		out.WriteString(page.Text)
		out.WriteByte('\n')
	}
	return out.String(), nil
}
