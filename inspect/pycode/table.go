package pycode

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// opcodesText has the opcodes of every release: testdata/oracle/make_opcodes.py
// asks the interpreters themselves.
//
//go:embed opcodes.txt
var opcodesText string

// release is what a release of Python knows.
type release struct {
	name  string
	minor int                 // of Python 3; 0 for Python 2
	lists map[string][]string // of what arguments count, such as operators
	ops   [256]op
}

type op struct {
	name   string // empty for no opcode
	kind   string // what the argument is: "-" for none, or the list that it counts
	caches int    // words behind it that hold no instruction
}

var releases = sync.OnceValue(func() []*release {
	var list []*release
	for line := range strings.Lines(opcodesText) {
		fields := strings.Fields(line)
		if fields[0] == "release" {
			minor, _ := strconv.Atoi(strings.TrimPrefix(fields[1], "3."))
			list = append(list, &release{name: fields[1], minor: minor, lists: map[string][]string{}})
			continue
		}
		r := list[len(list)-1]
		switch fields[0] {
		case "list":
			r.lists[fields[1]] = fields[2:]
		default:
			number, _ := strconv.Atoi(fields[0])
			caches, _ := strconv.Atoi(fields[3])
			r.ops[number&0xff] = op{fields[1], fields[2], caches}
		}
	}
	return list
})

// Releases returns the releases that are known, such as "2.7" or "3.12", the
// oldest first.
func Releases() []string {
	var names []string
	for _, r := range releases() {
		names = append(names, r.name)
	}
	return names
}

func find(name string) *release {
	for _, r := range releases() {
		if r.name == name {
			return r
		}
	}
	return nil
}
