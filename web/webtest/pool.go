package webtest

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
)

// process is a running browser. One test at a time has it, so that no test
// takes the focus from another or hears of another's downloads.
type process interface {
	person(ctx context.Context, note func(string)) (driver, error) // a tab without cookies
	alive() bool
	end() error
}

// pool keeps the browsers that tests have given back.
type pool struct {
	mu   sync.Mutex
	open bool // Main ends what is in it
	idle []process
}

var browsers pool

// Main runs the tests of a folder, whose TestMain it is, and ends the browsers
// that they used one after the other.
func Main(m *testing.M) {
	browsers.open = true
	code := m.Run()
	if err := browsers.close(); err != nil {
		os.Stderr.WriteString("webtest: end the browsers: " + err.Error() + "\n")
		code = max(code, 1)
	}
	os.Exit(code)
}

// take gives a browser that nobody has, or starts one.
func (p *pool) take(start func() (process, error)) (process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.open {
		return nil, errors.New("the folder's TestMain is not webtest.Main, so nothing would end it")
	}
	for len(p.idle) > 0 {
		last := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if last.alive() {
			return last, nil
		}
		_ = last.end() // it has ended by itself
	}
	return start()
}

// give takes a browser back. One that a test left in disorder, or that died,
// is nobody's any more.
func (p *pool) give(b process, orderly bool) error {
	if !orderly || !b.alive() {
		return b.end()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, b)
	return nil
}

func (p *pool) close() (err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.idle {
		err = errors.Join(err, b.end())
	}
	p.idle, p.open = nil, false
	return err
}
