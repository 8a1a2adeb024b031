package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestProgressLine holds that the line has files, bytes and rate, that it
// fits the terminal, and that a file's name brings no escape to it.
func TestProgressLine(t *testing.T) {
	p := &progress{total: 10, width: func() int { return 60 }}
	p.files.Store(3)
	p.bytes.Store(5_000_000)
	p.begin("models/\x1b[2J\r\nclf.pkl")
	want := `3 of 10 files, 5.0 MB read, 2.5 MB/s  models/\x1b[2J\r\nclf`
	if got := p.line(2 * time.Second); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestProgressElsewhere holds that nothing is told where standard error is no
// terminal.
func TestProgressElsewhere(t *testing.T) {
	var errs bytes.Buffer
	p := newProgress(&errs, 3, false)
	p.begin("x")
	p.end()
	p.finish()
	if p != nil || p.counter() != nil || errs.Len() > 0 {
		t.Errorf("got %v, %q", p, errs.String())
	}
}

// TestProgressSums holds that a long run is summed up, and a short one is not.
func TestProgressSums(t *testing.T) {
	for _, shown := range []bool{false, true} {
		var errs bytes.Buffer
		p := &progress{out: &errs, total: 2, start: time.Now(), shown: shown, quit: make(chan struct{}), done: make(chan struct{})}
		close(p.done)
		p.end()
		p.finish()
		if got := errs.String(); shown != strings.HasPrefix(got, clearLine+"1 of 2 files, 0 B read in 0.") {
			t.Errorf("shown %v: got %q", shown, got)
		}
	}
}
