package inspect

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCorpus compares what we say of published files with what an
// independent walker says of them. MODELSCAN_CORPUS names their folder, with
// a manifest.jsonl; without it there is nothing to test.
func TestCorpus(t *testing.T) {
	root := os.Getenv("MODELSCAN_CORPUS")
	if root == "" {
		t.Skip("MODELSCAN_CORPUS is not set")
	}
	f, err := os.Open(filepath.Join(root, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in Inspector
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	files, whole := 0, 0
	for lines.Scan() {
		var row struct {
			Path, Container string
			Globals         []string
			SklearnVersion  []string `json:"sklearn_version"`
			Oddities        []string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		m, err := in.File(context.Background(), filepath.Join(root, row.Path))
		if err != nil {
			t.Errorf("%s: %v", row.Path, err)
			continue
		}
		files++
		if len(m.Issues) == 0 {
			whole++
		} else {
			t.Logf("%s (%s): %s %d: %s", row.Path, row.Container, m.Issues[0].Kind, m.Issues[0].Offset, m.Issues[0].Message)
		}
		switch row.Container {
		case "pickle", "pickle(no PROTO)", "zlib", "joblib-zf", "gzip", "bzip2", "lzma-alone", "xz", "lz4", "zstd":
		default:
			continue
		}
		var names, versions []string
		for _, g := range m.Globals {
			if g.Kind == Named && !strings.Contains(g.Member, "@") { // the manifest leaves out what a program carries
				names = append(names, cmp.Or(g.Raw, g.Name()))
			}
		}
		for _, name := range row.Globals {
			if !slices.Contains(names, name) && !strings.ContainsAny(name, "(?\ufffd") { // what no unpickler resolves
				t.Errorf("%s (%s): %s is missing; oddities %q", row.Path, row.Container, name, row.Oddities)
				break
			}
		}
		for _, v := range m.Versions {
			if v.Library == "scikit-learn" && !isBound(v.Version) {
				versions = append(versions, v.Version)
			}
		}
		slices.Sort(versions)
		if want := slices.Sorted(slices.Values(row.SklearnVersion)); !slices.Equal(slices.Compact(versions), want) {
			t.Errorf("%s: got scikit-learn %q, want %q", row.Path, versions, want)
		}
		for _, name := range names {
			if strings.HasSuffix(name, ".") || strings.HasPrefix(name, "numpy.") || strings.HasPrefix(name, "keras.") || name == "_codecs.encode" {
				continue // an import before a failure, look-ups by argument, and side files, which the manifest leaves out
			}
			owner := name[:strings.LastIndexByte(name, '.')] // of an attribute that a plain call looks up
			table := slices.ContainsFunc(row.Globals, func(g string) bool { return strings.HasPrefix(g, "(via ") })
			if !slices.Contains(row.Globals, name) && !slices.Contains(row.Globals, owner) && !table {
				t.Errorf("%s: %s is not in the manifest", row.Path, name)
				break
			}
		}
	}
	t.Logf("%d files, %d without an issue", files, whole)
}
