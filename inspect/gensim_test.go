package inspect

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// copyModel copies a fixture of gensim and the files beside it.
func copyModel(t *testing.T, name string) string {
	t.Helper()
	folder := t.TempDir()
	files, err := filepath.Glob(filepath.Join(testdata, "models/networks", name+"*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(file)), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, name)
}

func inspectFile(t *testing.T, path string) *Model {
	t.Helper()
	var in Inspector
	m, err := in.File(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func members(m *Model) string {
	var found []string
	for _, a := range m.Arrays {
		found = append(found, a.Member)
	}
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " ")
}

// TestGensimBesideFiles holds that the files that gensim's load() opens are
// inspected with the model that names them.
func TestGensimBesideFiles(t *testing.T) {
	const vectors, index = "gensim-4.4.0-vectors.model", "gensim-4.4.0-index.model"
	if m := inspectFile(t, copyModel(t, vectors)); len(m.Issues) > 0 || !strings.Contains(members(m), vectors+".vectors.npy") {
		t.Errorf("got %v and issues %v", members(m), m.Issues)
	}
	path := copyModel(t, index)
	m := inspectFile(t, path)
	for _, name := range []string{".index.data.npy", ".index.indptr.npy", ".index.indices.npy"} {
		if !strings.Contains(members(m), index+name) {
			t.Errorf("%s is missing in %s", name, members(m))
		}
	}
	if len(m.Issues) > 0 || !hasName(m, "scipy.sparse._csr.csr_matrix") {
		t.Errorf("got %v and issues %v", m.Globals, m.Issues)
	}

	evil := "cos\nsystem\n(Vtrue\ntR."
	if err := os.WriteFile(path+".index.npy", []byte(evil), 0o600); err != nil {
		t.Fatal(err)
	}
	if m := inspectFile(t, path); !hasName(m, "os.system") {
		t.Errorf("got %v", m.Globals)
	}
	if err := os.Remove(path + ".index.npy"); err != nil {
		t.Fatal(err)
	}
	if m := inspectFile(t, path); len(m.Issues) != 1 || m.Issues[0].Kind != IssueSideFile {
		t.Errorf("got issues %v", m.Issues)
	}
	link := filepath.Join(t.TempDir(), "outside.npy")
	if err := os.WriteFile(link, []byte(evil), 0o600); err != nil {
		t.Fatal(err)
	}
	if os.Symlink(link, path+".index.npy") != nil {
		return // not every system has links
	}
	if m := inspectFile(t, path); len(m.Issues) == 0 || hasName(m, "os.system") {
		t.Errorf("a link out of the folder was followed: %v, issues %v", m.Globals, m.Issues)
	}
}

// TestGensimBesideNames holds that a name that leads out of the folder is
// not followed.
func TestGensimBesideNames(t *testing.T) {
	program := "ccopy_reg\n_reconstructor\n(cgensim.utils\nSaveLoad\nc__builtin__\nobject\nNtR(dV__numpys\n(lV../../x\nasb."
	path := filepath.Join(t.TempDir(), "a.model")
	if err := os.WriteFile(path, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	if m := inspectFile(t, path); len(m.Issues) != 1 || m.Issues[0].Kind != IssueSideFile {
		t.Errorf("got issues %v", m.Issues)
	}
}
