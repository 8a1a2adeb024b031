package main

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"modelscan/report"
)

// progress tells, on a terminal alone, how far a long run is. Its nil value
// tells nothing.
type progress struct {
	out   io.Writer
	width func() int // columns of the terminal
	total int        // files
	start time.Time

	files   atomic.Int64 // that are done
	bytes   atomic.Int64 // that were read
	current atomic.Pointer[string]

	quit, done chan struct{}
	shown      bool // a line stands on the terminal
}

const (
	progressAfter = time.Second
	progressEvery = 100 * time.Millisecond
	clearLine     = "\r\x1b[K"
)

// newProgress starts to tell of a run over total files, where errs is a
// terminal and quiet is not asked for.
func newProgress(errs io.Writer, total int, quiet bool) *progress {
	file, ok := errs.(*os.File)
	if !ok || quiet || !term.IsTerminal(int(file.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	p := &progress{out: errs, total: total, start: time.Now(), quit: make(chan struct{}), done: make(chan struct{})}
	p.width = func() int {
		width, _, err := term.GetSize(int(file.Fd()))
		if err != nil || width <= 0 {
			return 80
		}
		return width
	}
	go p.run()
	return p
}

func (p *progress) run() {
	defer close(p.done)
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	for {
		select {
		case <-p.quit:
			return
		case now := <-ticker.C:
			if now.Sub(p.start) >= progressAfter {
				p.shown = true
				fmt.Fprint(p.out, clearLine, p.line(now.Sub(p.start)))
			}
		}
	}
}

// line is what stands on the terminal: files, bytes, rate and the file that
// was begun last, as much of them as there is room for.
func (p *progress) line(spent time.Duration) string {
	text := p.amount() + ", " + report.Size(int64(float64(p.bytes.Load())/spent.Seconds())) + "/s"
	if path := p.current.Load(); path != nil {
		text += "  " + report.Text(*path)
	}
	runes := []rune(text)
	return string(runes[:min(len(runes), p.width()-1)])
}

func (p *progress) amount() string {
	return fmt.Sprintf("%d of %d files, %s read", p.files.Load(), p.total, report.Size(p.bytes.Load()))
}

// begin notes that a file is being read.
func (p *progress) begin(path string) {
	if p != nil {
		p.current.Store(&path)
	}
}

// end notes that a file was read.
func (p *progress) end() {
	if p != nil {
		p.files.Add(1)
	}
}

// counter counts the bytes that are read; nil where nobody asks.
func (p *progress) counter() *atomic.Int64 {
	if p == nil {
		return nil
	}
	return &p.bytes
}

// finish takes the line off the terminal and, after a long run, sums up.
func (p *progress) finish() {
	if p == nil {
		return
	}
	close(p.quit)
	<-p.done
	if p.shown {
		fmt.Fprintf(p.out, "%s%s in %.1f s\n", clearLine, p.amount(), time.Since(p.start).Seconds())
	}
}
