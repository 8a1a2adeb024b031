package main

import (
	"flag"
	"os/exec"
	"strings"
	"testing"
)

var samples = flag.Int64("samples", 3000, "how many samples TestSoak generates of each kind")

// TestSoak is a small run of each kind, with the Python that is there.
func TestSoak(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	for _, kind := range kindNames() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := soak{
				count: *samples, seed: 1, workers: 1, show: 5, testdata: "../../testdata",
				command: []string{python, "../../testdata/oracle/batch.py"}, readings: []string{"c-latin1", "py-latin1"},
			}
			if kind == "containers" {
				s.count /= 20 // they are slow
			}
			if err := s.choose(kind); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			sum, err := s.run(&out)
			if err != nil {
				t.Fatal(err)
			}
			if sum.divergences > 0 || sum.dead > 0 {
				t.Errorf("%s\n%s", sum, out.String())
			}
			whole := sum.samples / 10
			if kind == "containers" { // which pickle.load does not read
				whole = 0
			}
			if sum.names < sum.samples/4 || sum.whole < whole { // a run that could not fail
				t.Errorf("got %s, with too few names or too little read whole", sum)
			}
		})
	}
}
