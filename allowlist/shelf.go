package allowlist

import (
	"bytes"
	"io"
	"path"
	"strings"
	"sync"
)

// The built-in lists hold far more names than a file does. So they are not
// read into a table at start, but searched as they stand: each is sorted by
// its names, which a test holds.

// shelved is a built-in list that is read when a name may be in it.
type shelved struct {
	name        string
	first, last string // its names, as they are spelled
	lines       func() []byte
}

const listEdge = 1 << 10 // bytes that hold a list's head or its last line

var shelf = sync.OnceValue(func() []shelved {
	var lists []shelved
	for _, file := range builtinFiles() {
		s := shelved{name: file, lines: sync.OnceValue(func() []byte { return embedded(file) })}
		head, tail := edges(file)
		for len(head) > 0 && (head[0] == '#' || head[0] == '\n') {
			_, head, _ = bytes.Cut(head, []byte("\n"))
		}
		if len(head) > 0 && head[0] != '@' { // a list with sections is not sorted as a whole
			s.first, s.last = string(spelledAt(head, 0)), string(spelledAt(tail, bytes.LastIndexByte(tail, '\n')+1))
			lists = append(lists, s)
		}
	}
	return lists
})

// scoped tells whether a list begins with a section. Such a list is short,
// and is not on the shelf.
func scoped(data []byte) bool { return bytes.Contains(data, []byte("\n@")) }

// embedded is the text of a built-in list.
func embedded(file string) []byte {
	data, err := listFiles.ReadFile(path.Join("lists", file))
	if err != nil {
		panic(err) // it is embedded
	}
	return data
}

// edges returns the head of a list, and its end without the line end.
func edges(file string) (head, tail []byte) {
	f, err := listFiles.Open(path.Join("lists", file))
	if err != nil {
		panic(err) // it is embedded
	}
	info, err := f.Stat()
	if err != nil {
		panic(err)
	}
	head, tail = make([]byte, listEdge), make([]byte, listEdge)
	text := f.(io.ReaderAt) // as embed documents
	n, _ := text.ReadAt(head, 0)
	m, _ := text.ReadAt(tail, max(0, info.Size()-listEdge))
	return head[:n], bytes.TrimRight(tail[:m], "\n")
}

// spelledAt is the name of the line that begins at an offset.
func spelledAt(text []byte, at int) []byte {
	line := bytes.TrimPrefix(text[at:], []byte("!"))
	return line[:max(0, bytes.IndexAny(line, " \t\n#"))]
}

// rule is what the list says of a name, if anything.
func (s *shelved) rule(n name, spelled string) rule {
	text := s.lines()
	low, high := 0, len(text) // the line does not begin before low, nor at or behind high
	for low < high {
		start := max(low, bytes.LastIndexByte(text[:(low+high)/2], '\n')+1)
		end := len(text)
		if i := bytes.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		}
		found := spelledAt(text[:end], start)
		switch at := strings.Compare(spelled, string(found)); { // the head's lines have no name, and come before all
		case at > 0:
			low = min(end+1, len(text))
		case at < 0:
			high = start
		default:
			line, reason, err := splitLine(string(text[start:end]))
			if err != nil {
				return rule{}
			}
			entry, err := parseEntry(line, reason)
			if err != nil || (name{entry.Module, entry.Qualname}) != n {
				return rule{}
			}
			entry.Line = bytes.Count(text[:start], []byte("\n")) + 1
			return entry.rule(s.name)
		}
	}
	return rule{}
}

// onShelf is what the built-in lists say of a name.
func onShelf(n name) rule {
	var r rule
	spelled := n.String()
	lists := shelf()
	for i := range lists {
		if s := &lists[i]; s.first <= spelled && spelled <= s.last {
			r = r.join(s.rule(n, spelled))
		}
	}
	return r
}
