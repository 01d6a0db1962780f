package contest_test

import (
	"testing"

	"loa/contest"
)

// A script sent as a document is read by the jury: its words stand in the entry,
// and the organiser takes names out of them like out of typed ones. What was
// typed goes first; a document without words is refused with the reason.
func TestAScriptSentAsADocumentReachesTheJury(t *testing.T) {
	w := newWorld(t, "kich-ban")
	w.open(plain())
	send := func(station int, typed, words, unread string) contest.SubmitEntry {
		work := w.work(station)
		work.Script = typed
		file := w.script(w.operator(station))
		f := w.facts.Files[file]
		f.Words, f.Unread = words, unread
		w.facts.Files[file] = f
		for i, p := range work.Pieces {
			if p.Kind == contest.Script {
				work.Pieces = append(work.Pieces[:i], work.Pieces[i+1:]...)
				break
			}
		}
		work.Pieces = append(work.Pieces, contest.WorkPiece{Kind: contest.Script, File: file})
		return contest.SubmitEntry{ID: "entry-" + file, Work: work}
	}
	read := send(1, "", "Đây là\r\nxã Nậm Chảy.", "")
	w.do(w.operator(1), read)
	if e := w.s.Entry(read.ID); e.Script != "Đây là\nxã Nậm Chảy." || e.Redacted != e.Script {
		t.Errorf("the jury reads %q of %q", e.Redacted, e.Script)
	}
	typed := send(2, "Lời đã gõ", "Lời trong tệp", "")
	w.do(w.operator(2), typed)
	if e := w.s.Entry(typed.ID); e.Redacted != "Lời đã gõ" {
		t.Errorf("the jury reads %q, want what was typed", e.Redacted)
	}
	w.refused("doc.scan_only", w.operator(3), send(3, "", "", "doc.scan_only"))
	w.refused("doc.no_reader", w.operator(3), send(3, "", "", ""))
	w.do(w.operator(3), send(3, "Lời đã gõ", "", "doc.scan_only"))
}
