package web

import (
	"testing"

	"loa/web/webtest"
)

// Papers are read on a phone before they are printed: nothing of a table stands beyond
// its right edge, or has to be scrolled to, and each figure says what it is.
func TestAPaperIsReadOnAPhone(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, id, _ := st.finished()
	tab := org.in(webtest.NewBrowser(t))
	for name, path := range map[string]string{
		"minutes": "/contests/" + id + "/papers?doc=minutes", "table": "/contests/" + id + "/papers?doc=table",
		"sheets": "/contests/" + id + "/papers?doc=sheets", "decision": "/contests/" + id + "/papers?doc=decision", "terms": "/terms/" + id,
	} {
		tab.Size(360)
		tab.Open(st.http.URL + path)
		tab.Shot("phone-"+name, 360)
		tab.Until("a table in "+name+" that a phone shows whole", `(() => {
			const cells = [...document.querySelectorAll(".paper td")], right = document.documentElement.clientWidth
			const seen = cells.filter(td => td.offsetHeight > 0)
			return seen.length > 0 && seen.every(td => {
				const box = td.closest("table").getBoundingClientRect()
				return td.getBoundingClientRect().right <= right && box.right <= right && td.scrollWidth <= td.clientWidth + 1
			})
		})()`)
		tab.Until("columns named in "+name, `[...document.querySelectorAll(".paper tbody tr:first-child")].every(tr => {
			const head = [...tr.closest("table").querySelectorAll("thead th")].map(th => th.textContent)
			return [...tr.children].every((td, i) => td.dataset.label === head[i] && getComputedStyle(td, "::before").content === JSON.stringify(head[i]))
		})`)
	}
}
