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
	file        io.ReaderAt
	size        int
	text        func() []byte // all of it
}

const listEdge = 1 << 9 // bytes that hold a list's head, and each of its lines

var shelf = sync.OnceValue(func() []shelved {
	var lists []shelved
	for _, file := range builtinFiles() {
		s := open(file)
		head, tail := s.edges()
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

// open returns a built-in list without its first and last name.
func open(file string) shelved {
	f, err := listFiles.Open(path.Join("lists", file))
	if err != nil {
		panic(err) // it is embedded
	}
	info, err := f.Stat()
	if err != nil {
		panic(err)
	}
	return shelved{
		name: file, size: int(info.Size()), text: sync.OnceValue(func() []byte { return embedded(file) }),
		file: f.(io.ReaderAt), // as embed documents
	}
}

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
func (s *shelved) edges() (head, tail []byte) {
	return s.part(0, listEdge), bytes.TrimRight(s.part(s.size-listEdge, s.size), "\n")
}

// part returns the bytes from start to end, as far as there are any.
func (s *shelved) part(start, end int) []byte {
	return s.read(make([]byte, min(end, s.size)-max(start, 0)), max(start, 0))
}

// read fills part with what is at start.
func (s *shelved) read(part []byte, start int) []byte {
	if _, err := s.file.ReadAt(part, int64(start)); err != nil && err != io.EOF {
		panic(err) // it is embedded
	}
	return part
}

// line returns the line that the byte at an offset belongs to, and where it
// begins. It uses scratch, which has 2*listEdge bytes.
func (s *shelved) line(at int, scratch []byte) (start int, line []byte) {
	from := max(at-listEdge, 0)
	part := s.read(scratch[:min(at+listEdge, s.size)-from], from)
	begin := bytes.LastIndexByte(part[:at-from], '\n') + 1
	line, _, _ = bytes.Cut(part[begin:], []byte("\n"))
	return from + begin, line
}

// spelledAt is the name of the line that begins at an offset.
func spelledAt(text []byte, at int) []byte {
	line := bytes.TrimPrefix(text[at:], []byte("!"))
	return line[:max(0, bytes.IndexAny(line, " \t\n#"))]
}

// rule is what the list says of a name, if anything.
func (s *shelved) rule(n name, spelled string, scratch []byte) rule {
	low, high := 0, s.size // the line does not begin before low, nor at or behind high
	for low < high {
		start, text := s.line((low+high)/2, scratch)
		switch at := strings.Compare(spelled, string(spelledAt(text, 0))); { // the head's lines have no name, and come before all
		case at > 0:
			low = start + len(text) + 1
		case at < 0:
			high = start
		default:
			line, reason, err := splitLine(string(text))
			if err != nil {
				return rule{}
			}
			entry, err := parseEntry(line, reason)
			if err != nil || (name{entry.Module, entry.Qualname}) != n {
				return rule{}
			}
			entry.Line = bytes.Count(s.text()[:start], []byte("\n")) + 1
			return entry.rule(s.name)
		}
	}
	return rule{}
}

// asked are the rules of names that were looked up: the files of a folder
// have much the same.
var asked struct {
	sync.Mutex
	rules map[name]rule
}

// maxAsked bounds them. A file may have as many names as it likes, and the
// first are as good as any.
const maxAsked = 10_000

// onShelf is what the built-in lists say of a name.
func onShelf(n name) rule {
	asked.Lock()
	defer asked.Unlock()
	r, known := asked.rules[n]
	if known {
		return r
	}
	r = searched(n)
	if asked.rules == nil {
		asked.rules = map[name]rule{}
	}
	if len(asked.rules) < maxAsked && len(n.module)+len(n.qualname) < listEdge {
		asked.rules[n] = r
	}
	return r
}

// searched looks a name up in all lists.
func searched(n name) rule {
	var r rule
	spelled := n.String()
	lists, scratch := shelf(), make([]byte, 2*listEdge)
	for i := range lists {
		if s := &lists[i]; s.first <= spelled && spelled <= s.last {
			r = r.join(s.rule(n, spelled, scratch))
		}
	}
	return r
}
