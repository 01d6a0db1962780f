package kit

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"
)

// metrics counts requests by route and status for GET /metrics, in the text
// format of Prometheus. Paths are patterns: no ID or secret becomes a label.
type metrics struct {
	mu    sync.Mutex
	since time.Time
	done  map[countKey]*count
	named map[string]int64        // by name and label, as they are printed
	kept  map[string]func() int64 // by name, what others count; filled before anything is served
}

type countKey struct {
	pattern string
	status  int
}

type count struct {
	n    int64
	took time.Duration
}

func newMetrics(now time.Time) *metrics {
	return &metrics{since: now, done: map[countKey]*count{}, named: map[string]int64{}, kept: map[string]func() int64{}}
}

func (m *metrics) note(pattern string, status int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.done[countKey{pattern, status}]
	if c == nil {
		c = &count{}
		m.done[countKey{pattern, status}] = c
	}
	c.n++
	c.took += took
}

// Count adds one to a counter that GET /metrics prints: name{label="value"}.
// The value is one of a few words of the program, nothing a person typed.
func (k *Kit) Count(name, label, value string) {
	k.metrics.mu.Lock()
	defer k.metrics.mu.Unlock()
	k.metrics.named[fmt.Sprintf("%s{%s=%q}", name, label, value)]++
}

// CountBy has GET /metrics print a counter that somebody else keeps.
func (k *Kit) CountBy(name string, read func() int64) {
	k.metrics.kept[name] = read
}

// statusWriter remembers the status of an answer. Unwrap keeps
// http.ResponseController working.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = cmp.Or(w.status, status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	w.status = cmp.Or(w.status, http.StatusOK)
	return w.ResponseWriter.Write(b)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (k *Kit) showMetrics(w http.ResponseWriter, r *Request) error {
	var b bytes.Buffer
	m := k.metrics
	m.mu.Lock()
	keys := make([]countKey, 0, len(m.done))
	for key := range m.done {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b countKey) int { return cmp.Or(cmp.Compare(a.pattern, b.pattern), a.status-b.status) })
	b.WriteString("# HELP loa_requests_total Requests answered.\n# TYPE loa_requests_total counter\n")
	for _, key := range keys {
		fmt.Fprintf(&b, "loa_requests_total{route=%q,status=\"%d\"} %d\n", key.pattern, key.status, m.done[key].n)
	}
	b.WriteString("# HELP loa_request_seconds_total Time spent answering.\n# TYPE loa_request_seconds_total counter\n")
	for _, key := range keys {
		fmt.Fprintf(&b, "loa_request_seconds_total{route=%q,status=\"%d\"} %.6f\n", key.pattern, key.status, m.done[key].took.Seconds())
	}
	for _, name := range slices.Sorted(maps.Keys(m.named)) {
		fmt.Fprintf(&b, "%s %d\n", name, m.named[name])
	}
	m.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(m.kept)) {
		fmt.Fprintf(&b, "%s %d\n", name, m.kept[name]())
	}
	if k.trouble() != nil {
		b.WriteString("loa_trouble 1\n")
	} else {
		b.WriteString("loa_trouble 0\n")
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	fmt.Fprintf(&b,
		"# TYPE loa_up_seconds gauge\nloa_up_seconds %.0f\n# TYPE loa_goroutines gauge\nloa_goroutines %d\n# TYPE loa_heap_bytes gauge\nloa_heap_bytes %d\n",
		r.Now.Sub(m.since).Seconds(), runtime.NumGoroutine(), mem.HeapAlloc)
	r.write(w, http.StatusOK, "text/plain; version=0.0.4; charset=utf-8", b.Bytes())
	return nil
}
