package main

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// soak is one run.
type soak struct {
	count    int64
	seed     uint64
	workers  int
	show     int
	command  []string
	readings []string
	testdata string
	kinds    []generator

	mu   sync.Mutex
	seen map[string]int // disagreements by what they are about
	sum  summary
}

// generator makes one program or file after another.
type generator struct {
	name string
	open func(testdata string) (func(*rand.Rand) sample, error)
	make func(*rand.Rand) sample
}

// sample is a file and the name under which it is inspected.
type sample struct {
	name string
	data []byte
}

var generators = []generator{
	{name: "programs", open: always(randomProgram)},
	{name: "gadgets", open: always(randomGadget)},
	{name: "mutants", open: openMutants},
	{name: "containers", open: openContainers},
}

func always(make func(*rand.Rand) sample) func(string) (func(*rand.Rand) sample, error) {
	return func(string) (func(*rand.Rand) sample, error) { return make, nil }
}

func kindNames() []string {
	var names []string
	for _, g := range generators {
		names = append(names, g.name)
	}
	return names
}

// choose takes the kinds to generate, by name.
func (s *soak) choose(kinds string) error {
	for _, g := range generators {
		if kinds != "all" && !slices.Contains(strings.Split(kinds, ","), g.name) {
			continue
		}
		var err error
		if g.make, err = g.open(s.testdata); err != nil {
			return err
		}
		s.kinds = append(s.kinds, g)
	}
	if len(s.kinds) == 0 {
		return fmt.Errorf("no kind %q", kinds)
	}
	return nil
}

// libraries tells whether other loaders than CPython's unpicklers are asked.
func (s *soak) libraries() bool {
	return slices.ContainsFunc(s.readings, func(name string) bool { return slices.Contains([]string{"joblib", "numpy", "torch"}, name) })
}

// summary counts.
type summary struct {
	samples, whole, trusted, dead, divergences int64
	names                                      int64
	took                                       time.Duration
}

func (s summary) String() string {
	return fmt.Sprintf("%d samples, %d read whole by a loader, %d names, %d without an answer, %d disagreements, %.0f a second",
		s.samples, s.whole, s.names, s.dead, s.divergences, float64(s.samples)/s.took.Seconds())
}

// batchSize is how many samples go to Python at once.
const batchSize = 500

// run generates and compares. Batch i is the same whoever works on it.
func (s *soak) run(out io.Writer) (summary, error) {
	start := time.Now()
	s.seen = map[string]int{}
	var next atomic.Int64
	var workers sync.WaitGroup
	errs := make(chan error, s.workers)
	for range s.workers {
		workers.Go(func() {
			w := &worker{soak: s, out: out, ours: newInspector(s.libraries()), theirs: &oracle{command: s.command, readings: s.readings}}
			defer w.theirs.stop()
			if err := w.work(&next); err != nil {
				errs <- err
			}
		})
	}
	workers.Wait()
	s.sum.took = time.Since(start)
	for _, kind := range slices.Sorted(maps.Keys(s.seen)) {
		fmt.Fprintf(out, "%6d times: %s\n", s.seen[kind], kind)
	}
	select {
	case err := <-errs:
		return s.sum, err
	default:
		return s.sum, nil
	}
}

// worker asks one Python.
type worker struct {
	*soak
	out    io.Writer
	ours   *inspector
	theirs *oracle
}

type batch struct {
	samples []sample
	answers []answer
	err     error
}

// work has Python load one batch while it compares the one before.
func (w *worker) work(next *atomic.Int64) error {
	loaded := make(chan batch, 1)
	go func() {
		defer close(loaded)
		for {
			first := (next.Add(1) - 1) * batchSize
			if first >= w.count {
				return
			}
			b := w.generate(first, min(batchSize, w.count-first))
			if loaded <- b; b.err != nil {
				return
			}
		}
	}()
	small := &oracle{command: w.command, readings: w.readings}
	defer small.stop()
	for b := range loaded {
		if b.err != nil {
			return b.err
		}
		for i, sample := range b.samples {
			found := w.ours.compare(sample.name, sample.data, &b.answers[i])
			w.tally(&b.answers[i], len(found))
			for _, d := range found {
				w.report(small, sample, d)
			}
		}
	}
	return nil
}

func (w *worker) generate(first, n int64) batch {
	random := rand.New(rand.NewPCG(w.seed, uint64(first)))
	b := batch{samples: make([]sample, n)}
	data := make([][]byte, n)
	for i := range b.samples {
		b.samples[i] = w.kinds[random.IntN(len(w.kinds))].make(random)
		data[i] = b.samples[i].data
	}
	b.answers, b.err = w.theirs.ask(data)
	return b
}

func (w *worker) tally(a *answer, divergences int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sum.samples++
	w.sum.divergences += int64(divergences)
	w.sum.names += int64(len(a.Names))
	if a.dead {
		w.sum.dead++
	}
	if slices.ContainsFunc(a.Readings, func(r [2]int) bool { return r[1] == 1 }) {
		w.sum.whole++
	}
}

// report prints a disagreement, made small, where there were not many like it.
func (w *worker) report(small *oracle, s sample, d divergence) {
	w.mu.Lock()
	key := d.kind + ": " + about(d.detail)
	w.seen[key]++
	again := w.seen[key] > 2 || len(w.seen) > w.show
	w.mu.Unlock()
	if again {
		return
	}
	s.data = w.shrink(small, s, d.kind)
	answers, err := small.ask([][]byte{s.data})
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.ours.compare(s.name, s.data, &answers[0]) {
		fmt.Fprintf(w.out, "%s: %s %s\n  %q\n", d.kind, s.name, d.detail, s.data)
	}
}

// about is a message without what differs from case to case.
func about(detail string) string {
	if i := strings.Index(detail, ", and a loader"); i >= 0 {
		return detail[:i]
	}
	if i := strings.LastIndex(detail, ":"); i >= 0 {
		return detail[i:]
	}
	if strings.HasSuffix(detail, "is not in the report") {
		return "is not in the report"
	}
	return detail
}

// maxShrinks bounds how often a smaller sample is tried.
const maxShrinks = 2000

// shrink takes bytes away as long as what is left disagrees in the same way.
func (w *worker) shrink(o *oracle, s sample, kind string) []byte {
	data := s.data
	tries := 0
	for size := len(data) / 2; size > 0; size /= 2 {
		for at := 0; at+size <= len(data) && tries < maxShrinks; {
			tries++
			shorter := slices.Concat(data[:at], data[at+size:])
			if w.disagrees(o, sample{s.name, shorter}, kind) {
				data = shorter
			} else {
				at += size
			}
		}
	}
	return data
}

func (w *worker) disagrees(o *oracle, s sample, kind string) bool {
	answers, err := o.ask([][]byte{s.data})
	return err == nil && slices.ContainsFunc(newInspector(w.libraries()).compare(s.name, s.data, &answers[0]), func(d divergence) bool { return d.kind == kind })
}
