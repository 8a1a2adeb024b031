package environment

import (
	"errors"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

// readTOML reads poetry.lock, uv.lock, pdm.lock, pylock.toml, pyproject.toml
// and Pipfile, told apart by their content.
func readTOML(e *Environment, data []byte) error {
	if err := boundTOML(string(data)); err != nil {
		return err
	}
	var file map[string]any
	if err := toml.Unmarshal(data, &file); err != nil {
		var where toml.ParseError
		if errors.As(err, &where) {
			return fmt.Errorf("line %d: %s", where.Position.Line, shortened(where.Message))
		}
		return fmt.Errorf("this is no TOML")
	}
	locked, isLock := list(file["package"])
	standard, isStandard := list(file["packages"])
	project, isProject := table(file["project"])
	poetry := at(file, "tool", "poetry")
	switch {
	case isLock:
		metadata := at(file, "metadata")
		switch {
		case metadata["lock_version"] != nil:
			e.Kind = "pdm.lock"
			if targets, _ := list(metadata["targets"]); len(targets) == 1 {
				target, _ := table(targets[0])
				e.python(word(target["requires_python"]))
			}
		case metadata["lock-version"] != nil || metadata["content-hash"] != nil:
			e.Kind = "poetry.lock"
			e.python(word(metadata["python-versions"]))
		default:
			e.Kind = "uv.lock"
			e.python(word(file["requires-python"]))
		}
		e.locked(locked)
	case isStandard && file["lock-version"] != nil:
		e.Kind = "pylock.toml"
		e.python(word(file["requires-python"]))
		e.locked(standard)
	case isProject || poetry != nil:
		e.project(project, poetry)
	case at(file, "packages") != nil:
		e.Kind = "Pipfile"
		e.dependencies(at(file, "packages"))
		e.python(exactPython(word(at(file, "requires")["python_version"])))
	default:
		return errors.New("this is no lock file and no project that is known")
	}
	return nil
}

// locked adds the packages of a lock file.
func (e *Environment) locked(packages []any) {
	e.Complete = true
	for _, item := range packages {
		p, _ := table(item)
		marker := word(p["marker"])
		if marker == "" {
			marker = word(p["markers"])
		}
		version := word(p["version"])
		if parseVersion(version) == nil {
			version = ""
		}
		e.add(word(p["name"]), Package{Version: version, Marker: marker})
	}
}

// project adds what a pyproject.toml asks for.
func (e *Environment) project(project, poetry map[string]any) {
	e.Kind = "pyproject.toml"
	dependencies, _ := list(project["dependencies"])
	for _, item := range dependencies {
		name, p, err := Requirement(word(item))
		if err != nil {
			e.note("%s: %v", shortened(word(item)), err)
			continue
		}
		e.add(name, p)
	}
	e.python(word(project["requires-python"]))
	e.dependencies(at(poetry, "dependencies"))
}

// dependencies adds a table of names with versions, as Poetry and Pipenv
// have them: text, or a table with the text under "version".
func (e *Environment) dependencies(names map[string]any) {
	for name, value := range names {
		specifier, marker := word(value), ""
		if options, ok := table(value); ok {
			if optional, _ := options["optional"].(bool); optional {
				continue
			}
			specifier, marker = word(options["version"]), word(options["markers"])
		}
		p, err := specified(poetryRange(specifier), marker)
		if err != nil {
			e.note("%s: %v", shortened(name), err)
		}
		e.add(name, p)
	}
}

// poetryRange is a range of Poetry's in the words of PEP 440: ^1.5 lets the
// numbers behind the first that is not zero grow, ~1.5 those behind the second.
func poetryRange(specifier string) string {
	var parts []string
	for part := range strings.SplitSeq(specifier, ",") {
		part = strings.ReplaceAll(part, " ", "")
		switch {
		case part == "" || part == "*":
			continue
		case part[0] == '^':
			part = ">=" + part[1:] + ",<" + next(part[1:], caret(part[1:]))
		case part[0] == '~' && !strings.HasPrefix(part, "~="):
			part = ">=" + part[1:] + ",<" + next(part[1:], min(1, strings.Count(part, ".")))
		case part[0] >= '0' && part[0] <= '9':
			part = "==" + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

// caret is the index of the first number that is not zero.
func caret(version string) int {
	numbers := strings.Split(release(version), ".")
	for i, n := range numbers {
		if strings.Trim(n, "0") != "" {
			return i
		}
	}
	return len(numbers) - 1
}

// next is the release after all that begin with the numbers of version up to
// the one at index.
func next(version string, index int) string {
	numbers := strings.Split(release(version), ".")
	if index < 0 || index >= len(numbers) {
		return "0"
	}
	var n int
	if _, err := fmt.Sscanf(numbers[index], "%d", &n); err != nil {
		return "0"
	}
	return strings.Join(append(numbers[:index:index], fmt.Sprint(n+1)), ".")
}

// python adds the range of Python's versions.
func (e *Environment) python(specifier string) {
	if specifier == "" {
		return
	}
	p, err := specified(poetryRange(specifier), "")
	if err != nil {
		e.note("python: %v", err)
		return
	}
	e.add(Python, p)
}

// exactPython is the range of a minor version such as 3.11.
func exactPython(version string) string {
	if strings.Count(version, ".") == 1 {
		return "==" + version + ".*"
	}
	return version
}

// boundTOML refuses lists and tables in each other beyond a depth, and lines
// beyond a length, before a parser sees them. Brackets in strings and
// comments do not count.
func boundTOML(text string) error {
	depth, number := 0, 0
	quote := "" // what ends the string at hand
	for line := range strings.Lines(text) {
		if number++; len(line) > maxLine {
			return fmt.Errorf("line %d has more than %d bytes", number, maxLine)
		}
		if len(quote) == 1 {
			quote = "" // a parser fails here
		}
		for i := 0; i < len(line); i++ {
			rest := line[i:]
			switch c := line[i]; {
			case quote != "":
				if c == '\\' && quote[0] == '"' {
					i++
				} else if strings.HasPrefix(rest, quote) {
					i += len(quote) - 1
					quote = ""
				}
			case strings.HasPrefix(rest, `"""`) || strings.HasPrefix(rest, `'''`):
				quote = rest[:3]
				i += 2
			case c == '"' || c == '\'':
				quote = rest[:1]
			case c == '#':
				i = len(line)
			case c == '[' || c == '{':
				depth++
			case c == ']' || c == '}':
				depth = max(depth-1, 0)
			}
			if depth > maxDepth {
				return fmt.Errorf("line %d: more than %d lists and tables in each other", number, maxDepth)
			}
		}
	}
	return nil
}

// table, list, word and at read values of unknown type; what is none of a
// type is empty.
func table(v any) (map[string]any, bool) {
	m, ok := v.(map[string]any)
	return m, ok
}

func list(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case []map[string]any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = v[i]
		}
		return all, true
	}
	return nil, false
}

func word(v any) string {
	text, _ := v.(string)
	return text
}

func at(m map[string]any, path ...string) map[string]any {
	for _, key := range path {
		m, _ = table(m[key])
	}
	return m
}
