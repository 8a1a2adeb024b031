package main

import (
	"errors"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers are the packages from left to right: each imports only those to its
// left.
var layers = []string{"pickle", "inspect", "allowlist", "report", "cmd"}

// owners say where alone a dependency may be imported, as a file or a folder.
var owners = map[string]string{
	"github.com/spf13/cobra":              "cmd/",
	"github.com/spf13/pflag":              "cmd/",
	"github.com/landlock-lsm/go-landlock": "cmd/modelscan/defence_linux.go",
	"github.com/olekukonko/tablewriter":   "report/table.go",
	"github.com/BurntSushi/toml":          "inspect/environment/",
	"github.com/goccy/go-yaml":            "inspect/environment/",
	"deps.dev/util/semver":                "inspect/environment/",
	"github.com/nlpodyssey/gopickle":      "allowlist/load/",
	"github.com/santhosh-tekuri/":         "none, but for tests",
	"github.com/stretchr/testify/assert":  "nowhere",
	"github.com/stretchr/testify/require": "nowhere",
}

func TestLayers(t *testing.T) {
	const module = "modelscan"
	for file, imports := range sources(t) {
		layer := slices.Index(layers, topFolder(file))
		for _, path := range imports {
			first, rest, _ := strings.Cut(path, "/")
			if other := slices.Index(layers, topFolder(rest)); first == module && other > layer {
				t.Errorf("%s imports %s, which is to its right", file, path)
			}
			if layers[layer] == "pickle" && strings.Contains(first, ".") {
				t.Errorf("%s imports %s, which is not in the standard library", file, path)
			}
			for dependency, owner := range owners {
				if strings.HasPrefix(path, dependency) && !strings.HasPrefix(file, owner) {
					t.Errorf("%s imports %s; allowed: %s", file, path, owner)
				}
			}
		}
	}
}

// sources returns what each Go file of the layers imports, without tests and
// without modules of their own.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	root := filepath.Join("..", "..")
	files := map[string][]string{}
	for _, layer := range layers {
		err := filepath.WalkDir(filepath.Join(root, layer), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() {
				if _, err := os.Stat(filepath.Join(path, "go.mod")); !errors.Is(err, fs.ErrNotExist) {
					return fs.SkipDir
				}
				return nil
			}
			if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			name = filepath.ToSlash(name)
			files[name] = nil
			for _, spec := range parsed.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					return err
				}
				files[name] = append(files[name], imported)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func topFolder(path string) string {
	first, _, _ := strings.Cut(path, "/")
	return first
}
