package environment

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// Environment is what a file, or an interpreter's folder, says of the
// libraries that are there.
type Environment struct {
	Source   string // the path given
	Kind     string // "requirements", "uv.lock", "installed", …
	Complete bool   // what is not listed is not there
	Packages map[string][]Package
	Notes    []string // what could not be read or followed
}

// Package is one library as an environment has it. With neither a version
// nor a range it may be any.
type Package struct {
	Version string // exact
	Range   string // as in PEP 440: ">=1.3,<2"
	Marker  string // the condition under which it is there; empty for always
}

// String words the package's version.
func (p Package) String() string {
	switch {
	case p.Version != "":
		return p.Version
	case p.Range != "":
		return p.Range
	}
	return "any version"
}

// Limits on the files of an environment.
const (
	maxFile  = 16 << 20 // bytes
	maxLine  = 16 << 10 // bytes
	maxDepth = 32       // of lists and tables in each other
	maxFiles = 100      // that a file of requirements may name
	maxNotes = 20
)

// Python is the name under which the interpreter's own version stands.
const Python = "python"

func (e *Environment) add(name string, p Package) {
	name = Normal(name)
	if name == "" || len(name) > 200 {
		return
	}
	if e.Packages == nil {
		e.Packages = map[string][]Package{}
	}
	for _, known := range e.Packages[name] {
		if known == p {
			return
		}
	}
	if len(e.Packages[name]) < maxFiles {
		e.Packages[name] = append(e.Packages[name], p)
	}
}

func (e *Environment) note(format string, args ...any) {
	if len(e.Notes) < maxNotes {
		e.Notes = append(e.Notes, fmt.Sprintf(format, args...))
	}
}

var separators = pattern(`[-_.]+`)

// Normal is the name of a library as PyPI compares names.
func Normal(name string) string {
	return strings.ToLower(separators().ReplaceAllString(strings.TrimSpace(name), "-"))
}

// reader reads one kind of file into an environment.
type reader func(e *Environment, data []byte) error

// Read reads the file of an environment: requirements as pip takes or prints
// them, or the lock file or project file of a tool.
func Read(path string) (*Environment, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	e := &Environment{Source: path}
	base := strings.ToLower(filepath.Base(path))
	switch ext := filepath.Ext(base); {
	case ext == ".json" || strings.HasPrefix(strings.TrimLeft(string(data[:min(len(data), 64)]), " \t\r\n"), "{"):
		err = readJSON(e, data)
	case ext == ".toml" || ext == ".lock" || base == "pipfile":
		err = readTOML(e, data)
	case ext == ".yml" || ext == ".yaml":
		err = readYAML(e, data)
	default:
		err = readRequirements(e, path, data)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return e, nil
}

// Parse reads data as the file of that name, and follows no other.
func Parse(name string, data []byte) (*Environment, error) {
	e := &Environment{Source: name}
	var err error
	switch filepath.Ext(name) {
	case ".json":
		err = readJSON(e, data)
	case ".toml", ".lock":
		err = readTOML(e, data)
	case ".yml", ".yaml":
		err = readYAML(e, data)
	default:
		err = readRequirements(e, "", data)
	}
	return e, err
}

// readFile reads a regular file of bounded size.
func readFile(path string) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = &os.PathError{Op: "read", Path: path, Err: fmt.Errorf("more than %d bytes", maxFile)}
	}
	return data, err
}

// openRegular opens a regular file. Opening a pipe may block for ever.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &os.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}
	}
	return os.Open(path)
}

// pattern compiles a regular expression when it is first needed, which for
// most files is never.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
