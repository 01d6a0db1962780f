package kit

import (
	"bytes"
	"cmp"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"
)

// metrics are the figures that GET /metrics prints in the text format of
// Prometheus, with those of the process and of Go by their usual names. Paths are
// patterns: no ID or secret becomes a label.
type metrics struct {
	registry *prometheus.Registry
	answers  *prometheus.HistogramVec
}

// buckets reach from what nobody feels to what a slow line gives up on, in seconds.
var buckets = []float64{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}

func newMetrics(trouble func() bool) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(),
		answers: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "loa_request_duration_seconds", Help: "How long answers took, by route and status.",
			Buckets: buckets}, []string{"route", "status"})}
	m.registry.MustRegister(m.answers, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "loa_trouble", Help: "1 while pages say that something is wrong."}, func() float64 {
			if trouble() {
				return 1
			}
			return 0
		}))
	return m
}

func (m *metrics) note(pattern string, status int, took time.Duration) {
	m.answers.WithLabelValues(pattern, strconv.Itoa(status)).Observe(took.Seconds())
}

// Counter has GET /metrics print a counter by one label, and returns what adds one
// to it. The label's value is one of a few words of the program, nothing a person typed.
func (k *Kit) Counter(name, help, label string) func(value string) {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	k.metrics.registry.MustRegister(c)
	return func(value string) { c.WithLabelValues(value).Inc() }
}

// CountBy has GET /metrics print a counter that somebody else keeps.
func (k *Kit) CountBy(name, help string, read func() int64) {
	k.metrics.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(read()) }))
}

// Durations has GET /metrics print how long something took, and returns what notes it.
func (k *Kit) Durations(name, help string) func(took time.Duration) {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
	k.metrics.registry.MustRegister(h)
	return func(took time.Duration) { h.Observe(took.Seconds()) }
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
	families, err := k.metrics.registry.Gather()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			return err
		}
	}
	r.write(w, http.StatusOK, string(expfmt.NewFormat(expfmt.TypeTextPlain)), b.Bytes())
	return nil
}
