package allowlist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"modelscan/inspect"
)

const (
	maxListSize = 4 << 20 // bytes of a list
	maxListLine = 4 << 10 // bytes of a line

	maxFirstEntries = 1 << 12 // entries that room is made for before they are read
)

// List is a parsed list of names, in the order of its lines.
type List struct {
	Name    string // as given to ParseList; it begins the source of a ruling
	Entries []Entry
}

// Entry is one line of a List.
type Entry struct {
	Module, Qualname string
	Uses             inspect.Uses // what the line grants; zero for a never
	Never            bool         // the name is untrusted, whatever other lists say
	Reason           string       // why; may be empty in a user's list
	Line             int          // from 1; 0 where the entry comes from no file
	Scope            *Scope       // where it holds; nil for everywhere
}

// plainly is granted by the word "plain": calls whose arguments say all that
// they reach (inspect.Global.Explained). No file has it as a use.
const plainly inspect.Uses = 1 << 7

// name is the look-up that an entry or a global stands for.
type name struct{ module, qualname string }

// String returns the name as a list spells it: a qualified name with dots
// stands behind a colon.
func (n name) String() string {
	if strings.Contains(n.qualname, ".") {
		return n.module + ":" + n.qualname
	}
	return n.module + "." + n.qualname
}

// ParseList reads a list. The first thing that is wrong in it is the error,
// which reads "name:line: what".
func ParseList(listName string, r io.Reader) (*List, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxListSize+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", listName, err)
	}
	if len(data) > maxListSize {
		return nil, fmt.Errorf("%s: list is larger than %d bytes", listName, maxListSize)
	}
	lines := bytes.Count(data, []byte("\n")) + 1
	list := &List{Name: listName, Entries: make([]Entry, 0, min(lines, maxFirstEntries))}
	seen := make(map[name]int, cap(list.Entries)) // in the section
	var scope *Scope
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		text, reason, err := splitLine(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
		var entry Entry
		switch {
		case err != nil || text == "":
		case text[0] == '@':
			scope, err = parseScope(text)
			clear(seen)
		default:
			entry, err = parseEntry(text, reason)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", listName, number, err)
		}
		if entry.Module == "" {
			continue
		}
		entry.Line, entry.Scope = number, scope
		n := name{entry.Module, entry.Qualname}
		if first := seen[n]; first != 0 {
			return nil, fmt.Errorf("%s:%d: %s is on line %d already", listName, number, n, first)
		}
		seen[n] = number
		list.Entries = append(list.Entries, entry)
	}
	return list, nil
}

// Trust returns a list that grants import, call, new and build of each name.
func Trust(names ...string) (*List, error) {
	list := &List{Name: "--trust"}
	for _, text := range names {
		n, err := parseName(text)
		if err != nil {
			return nil, err
		}
		list.Entries = append(list.Entries, Entry{
			Module:   n.module,
			Qualname: n.qualname,
			Uses:     inspect.Import | inspect.Call | inspect.New | inspect.Build,
		})
	}
	return list, nil
}

// splitLine returns a line without spaces around it, and the reason behind.
func splitLine(line string) (text, reason string, err error) {
	if len(line) > maxListLine {
		return "", "", fmt.Errorf("line is longer than %d bytes", maxListLine)
	}
	if !utf8.ValidString(line) {
		return "", "", errors.New("line is not UTF-8")
	}
	text, reason, _ = strings.Cut(line, "#")
	if at := strings.IndexFunc(text, badInLine); at >= 0 {
		r, _ := utf8.DecodeRuneInString(text[at:])
		return "", "", fmt.Errorf("bad character %+q", r)
	}
	return strings.TrimSpace(text), strings.TrimSpace(reason), nil
}

// parseEntry reads a line that grants uses of a name or marks it as never.
func parseEntry(text, reason string) (entry Entry, err error) {
	spelling, words := text, ""
	if end := strings.IndexAny(text, " \t"); end >= 0 {
		spelling, words = text[:end], text[end:]
	}
	spelling, entry.Never = strings.CutPrefix(spelling, "!")
	n, err := parseName(spelling)
	if err != nil {
		return entry, err
	}
	entry.Module, entry.Qualname, entry.Reason = n.module, n.qualname, reason
	entry.Uses, err = parseUses(words)
	switch {
	case err != nil:
	case entry.Never && entry.Uses != 0:
		err = fmt.Errorf("!%s takes no uses", n)
	case !entry.Never && entry.Uses == 0:
		err = fmt.Errorf("%s grants no use (import, call, new, build, plain)", n)
	}
	return entry, err
}

// parseUses reads the words behind a name.
func parseUses(words string) (inspect.Uses, error) {
	var uses inspect.Uses
	for word := range strings.FieldsSeq(words) {
		use, ok := inspect.ParseUse(word)
		if word == "plain" {
			use, ok = plainly, true
		}
		switch {
		case !ok:
			return 0, fmt.Errorf("unknown use %+q", word)
		case use == inspect.Change:
			return 0, errors.New("change can never be granted")
		case uses&use != 0:
			return 0, fmt.Errorf("use %s is given twice", word)
		}
		uses |= use
	}
	return uses, nil
}

// parseName splits a name at its colon or else at its last dot.
func parseName(text string) (name, error) {
	at := strings.IndexByte(text, ':')
	if at < 0 {
		at = strings.LastIndexByte(text, '.')
	}
	if at < 0 {
		return name{}, fmt.Errorf("name %+q has no module", text)
	}
	n := name{text[:at], text[at+1:]}
	if emptyPart(n.module) || emptyPart(n.qualname) {
		return name{}, fmt.Errorf("name %+q has an empty part", text)
	}
	if strings.ContainsFunc(n.module, badInName) || strings.ContainsFunc(n.qualname, badInName) {
		return name{}, fmt.Errorf("name %+q has a bad character", text)
	}
	return n, nil
}

// emptyPart says whether there is nothing before, behind or between the dots
// of path.
func emptyPart(path string) bool {
	return path == "" || path[0] == '.' || path[len(path)-1] == '.' || strings.Contains(path, "..")
}

// badInLine says whether no line may hold r before its reason.
func badInLine(r rune) bool {
	if r < utf8.RuneSelf {
		return (r < ' ' && r != '\t') || r == '\x7f'
	}
	return !unicode.IsPrint(r)
}

// badInName says whether no name in a list may hold r. Python accepts any
// text in a module's name; what is left out here can be no name that a
// person would trust.
func badInName(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '_', r == '-', r == '<', r == '>':
		return false
	}
	return r < utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}
