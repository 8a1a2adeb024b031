package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// containers changes files that hold files, field by field.
type containers struct {
	names []string
	files [][]byte
}

func openContainers(testdata string) (func(*rand.Rand) sample, error) {
	c := &containers{}
	for _, pattern := range []string{"models/torch/*", "models/npy/*", "models/npz/*", "models/joblib/*.joblib", "hostile/10-*", "hostile/11-*"} {
		names, err := filepath.Glob(filepath.Join(testdata, pattern))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil || len(data) > maxMutated { // a folder, or too large
				continue
			}
			c.names, c.files = append(c.names, "x"+filepath.Ext(name)), append(c.files, data)
		}
	}
	if len(c.files) == 0 {
		return nil, fmt.Errorf("no containers in %s", testdata)
	}
	return c.mutate, nil
}

// mutate returns a container with a few fields changed.
func (c *containers) mutate(r *rand.Rand) sample {
	i := r.IntN(len(c.files))
	data := slices.Clone(c.files[i])
	for range 1 + r.IntN(3) {
		fields := zipFields(data)
		fields = append(fields, tarFields(data)...)
		fields = append(fields, npyFields(data)...)
		switch {
		case len(fields) > 0 && r.IntN(8) > 0:
			change(r, data, fields[r.IntN(len(fields))])
		case r.IntN(3) == 0:
			data = slices.Insert(data, r.IntN(len(data)+1), piece(r)...)
		default:
			data = damage(r, data)
		}
	}
	if r.IntN(6) == 0 {
		data = append(piece(r), data...)
	}
	if r.IntN(6) == 0 {
		data = append(data, piece(r)...)
	}
	if len(data) > 257+512 && r.IntN(2) == 0 {
		sumTar(data)
	}
	return sample{c.names[i], data}
}

// field is a few bytes that mean something together.
type field struct{ at, size int }

// change writes something else in a field.
func change(r *rand.Rand, data []byte, f field) {
	b := data[f.at : f.at+f.size]
	if f.size > 8 {
		b[r.IntN(len(b))] = pick(&program{Rand: r}, 0, '/', 'A', 'a', '0', '9', ' ', '\'', '-', byte(r.Uint32()))
		return
	}
	var wide [8]byte
	copy(wide[:], b)
	n := binary.LittleEndian.Uint64(wide[:])
	n = pick(&program{Rand: r}, 0, 1, n+1, n-1, n*2, 1<<63-1, ^uint64(0), uint64(len(data)), r.Uint64(), n^1<<r.IntN(16), uint64(r.IntN(len(data)+1)))
	binary.LittleEndian.PutUint64(wide[:], n)
	copy(b, wide[:])
}

// The fields of zip's headers, behind their signatures.
var (
	localSizes   = []int{2, 2, 2, 2, 2, 4, 4, 4, 2, 2}
	centralSizes = []int{2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4}
	endSizes     = []int{2, 2, 2, 2, 4, 4, 2}
)

func zipFields(data []byte) []field {
	var fields []field
	for signature, sizes := range map[string][]int{"PK\x03\x04": localSizes, "PK\x01\x02": centralSizes, "PK\x05\x06": endSizes} {
		for at := 0; ; {
			i := bytes.Index(data[at:], []byte(signature))
			if i < 0 {
				break
			}
			at += i + 4
			next := at
			for _, size := range sizes {
				if next+size > len(data) {
					break
				}
				fields = append(fields, field{next, size})
				next += size
			}
			if next+9 < len(data) {
				fields = append(fields, field{next, 9}) // of the name
			}
		}
	}
	slices.SortFunc(fields, func(a, b field) int { return a.at - b.at }) // the map has no order
	return fields
}

// tarFields are those of the headers.
func tarFields(data []byte) []field {
	var fields []field
	for at := 0; at+512 <= len(data); at += 512 {
		if string(data[at+257:at+262]) != "ustar" {
			continue
		}
		fields = append(fields, field{at, 100}, field{at + 124, 12}, field{at + 156, 1}, field{at + 257, 8}, field{at + 345, 155})
	}
	return fields
}

// sumTar makes the sums of tar's headers right again.
func sumTar(data []byte) {
	for at := 0; at+512 <= len(data); at += 512 {
		if string(data[at+257:at+262]) != "ustar" {
			continue
		}
		copy(data[at+148:], "        ")
		sum := 0
		for _, c := range data[at : at+512] {
			sum += int(c)
		}
		copy(data[at+148:], fmt.Sprintf("%06o\x00 ", sum))
	}
}

// npyFields are the version, the length and the text of the headers.
func npyFields(data []byte) []field {
	var fields []field
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("\x93NUMPY"))
		if i < 0 || at+i+60 > len(data) {
			return fields
		}
		at += i + 6
		fields = append(fields, field{at, 1}, field{at + 1, 1}, field{at + 2, 2}, field{at + 4, 50}, field{at + 12, 30})
	}
}
