package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"modelscan/pickle"
)

// maxMutated is the size of the largest file that is mutated.
const maxMutated = 4 << 10

// mutants damages the pickles of testdata.
type mutants struct {
	files [][]byte
	cuts  [][]int // where the opcodes of each begin
}

func openMutants(testdata string) (func(*rand.Rand) sample, error) {
	m := &mutants{}
	for _, pattern := range []string{"models/pickle/*", "models/joblib/*.joblib", "hostile/*.pkl"} {
		names, err := filepath.Glob(filepath.Join(testdata, pattern))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			if cuts := boundaries(data); len(data) <= maxMutated && len(cuts) > 1 {
				m.files, m.cuts = append(m.files, data), append(m.cuts, cuts)
			}
		}
	}
	if len(m.files) == 0 {
		return nil, fmt.Errorf("no pickles in %s", testdata)
	}
	return m.mutate, nil
}

// boundaries returns where opcodes begin.
func boundaries(data []byte) []int {
	var at []int
	s := pickle.NewScanner(pickle.NewReader(bytes.NewReader(data), 0))
	for {
		in, err := s.Next()
		if err != nil {
			return at
		}
		at = append(at, int(in.Offset))
	}
}

// mutate returns a file with a few changes.
func (m *mutants) mutate(r *rand.Rand) sample {
	i := r.IntN(len(m.files))
	data, cuts := slices.Clone(m.files[i]), m.cuts[i]
	at := cuts[r.IntN(len(cuts))]
	switch r.IntN(6) {
	case 0, 1:
		data = damage(r, data)
	case 2: // a gadget between two opcodes
		data = slices.Insert(data, at, piece(r)...)
	case 3: // the tail of another file
		j := r.IntN(len(m.files))
		data = append(data[:at], m.files[j][m.cuts[j][r.IntN(len(m.cuts[j]))]:]...)
	case 4: // some opcodes less
		data = slices.Delete(data, at, max(at, cuts[r.IntN(len(cuts))]))
	default: // some opcodes elsewhere
		from := r.IntN(len(cuts) - 1)
		to := min(len(cuts)-1, from+1+r.IntN(6))
		data = slices.Insert(data, at, slices.Clone(data[cuts[from]:cuts[to]])...)
	}
	if r.IntN(8) == 0 {
		data = damage(r, data)
	}
	return sample{"x.pkl", data}
}

// piece is what a gadget writes, as part of a program.
func piece(r *rand.Rand) []byte {
	p := newProgram(r, false)
	p.gadget()
	if p.one(2) {
		p.op('0')
	}
	return p.out
}
