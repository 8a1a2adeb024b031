// Command soak generates programs and files, has real loaders load them, and
// compares what these ask for with what modelscan reports. It prints what
// disagrees, made as small as it can be, and fails where anything does.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	var s soak
	var python, script, readings, kinds string
	flag.Int64Var(&s.count, "count", 100_000, "how many to generate")
	flag.Uint64Var(&s.seed, "seed", 1, "what makes the run what it is")
	flag.IntVar(&s.workers, "workers", 1, "loaders at work at once")
	flag.IntVar(&s.show, "show", 10, "how many disagreements to print")
	flag.StringVar(&python, "python", "python3", "the `interpreter` that loads")
	flag.StringVar(&script, "oracle", "testdata/oracle/batch.py", "the `script` that it runs")
	flag.StringVar(&readings, "readings", "c-latin1,py-latin1", "the loaders, as the script names them")
	flag.StringVar(&kinds, "kinds", "all", "what to generate: "+strings.Join(kindNames(), ", "))
	flag.StringVar(&s.testdata, "testdata", "testdata", "the `folder` of the files to mutate")
	flag.Parse()
	s.command = []string{python, script}
	s.readings = strings.Split(readings, ",")
	if err := s.choose(kinds); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(2)
	}
	sum, err := s.run(os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(2)
	}
	fmt.Printf("%s: %s, seed %d: %s\n", python, kinds, s.seed, sum)
	if sum.divergences > 0 {
		os.Exit(1)
	}
}
