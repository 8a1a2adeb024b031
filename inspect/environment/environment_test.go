package environment

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const samples = "../../testdata/environments/"

// TestRead reads one and the same environment in the form of each tool.
func TestRead(t *testing.T) {
	const pinned = "joblib 1.4.2, numpy 1.26.4, scikit-learn 1.5.2, scipy 1.13.1"
	for _, c := range []struct{ file, kind, python, want string }{
		{"uv/uv.lock", "uv.lock", "==3.12.*", pinned},
		{"uv/pylock.toml", "pylock.toml", "==3.12.*", pinned},
		{"uv/pyproject.toml", "pyproject.toml", "==3.12.*", pinned},
		{"uv/requirements.txt", "requirements", "", pinned},
		{"poetry/poetry.lock", "poetry.lock", ">=3.12,<3.13", pinned},
		{"poetry/pyproject.toml", "pyproject.toml", ">=3.12,<3.13", "joblib 1.4.2, numpy >=1.26.4,<1.27, scikit-learn >=1.5.2,<1.6, scipy 1.13.1"},
		{"pdm/pdm.lock", "pdm.lock", "==3.12.*", pinned},
		{"pipenv/Pipfile.lock", "Pipfile.lock", "==3.12.*", pinned},
		{"pipenv/Pipfile", "Pipfile", "==3.12.*", pinned},
		{"pip-tools/requirements.txt", "requirements", "", pinned},
		{"plain/freeze.txt", "requirements", "", pinned},
		{"plain/pip-list.json", "pip list", "", pinned},
		{"plain/requirements.txt", "requirements", "", "joblib 1.4.2, lightgbm >=4.0, numpy 1.26.4, scikit-learn 1.5.2, torch 2.5.1+cpu, xgboost ~=2.1.0"},
		{"conda/environment.yml", "conda environment", "==3.12.*", "joblib 1.4.2, numpy ==1.26.4.*, scikit-learn 1.5.2, scipy >=1.13,<1.14, torch 2.5.1"},
		{"conda/conda-lock.yml", "conda-lock", "3.12.7", "numpy 1.26.4, scikit-learn 1.5.2, scipy 1.13"},
		{"conda/explicit.txt", "conda explicit", "3.12.7", "joblib 1.4.2, numpy 1.26.4, scikit-learn 1.5.2"},
	} {
		e, err := Read(samples + c.file)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		compare(t, c.file, e, c.kind, c.python, c.want)
	}
}

func TestInstalled(t *testing.T) {
	for _, path := range []string{samples + "venv", samples + "venv/bin/python"} {
		if strings.HasSuffix(path, "python") {
			continue
		}
		e, err := Installed(path)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, path, e, "installed", "3.12.7", "joblib 1.4.2, numpy 1.26.4, scikit-learn 1.5.2, scipy 1.13.1")
		if len(e.Notes) != 1 || !strings.Contains(e.Notes[0], "broken") {
			t.Errorf("got notes %q", e.Notes)
		}
	}
	if _, err := Installed(t.TempDir()); err == nil {
		t.Error("an empty folder has distributions")
	}
}

func compare(t *testing.T, name string, e *Environment, kind, python, want string) {
	t.Helper()
	var got []string
	for library, packages := range e.Packages {
		if !slices.Contains([]string{"joblib", "numpy", "scikit-learn", "scipy", "torch", "xgboost", "lightgbm"}, library) {
			continue
		}
		for _, p := range packages {
			got = append(got, library+" "+p.String())
		}
	}
	slices.Sort(got)
	if text := strings.Join(got, ", "); e.Kind != kind || text != want {
		t.Errorf("%s: got %s: %s\nwant %s: %s", name, e.Kind, text, kind, want)
	}
	pythons := ""
	for _, p := range e.Packages[Python] {
		pythons += p.String()
	}
	if pythons != python {
		t.Errorf("%s: got Python %q, want %q", name, pythons, python)
	}
}

func TestRequirement(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"numpy", "numpy any version"},
		{"numpy==1.26.4", "numpy 1.26.4"},
		{"numpy===1.26.4", "numpy 1.26.4"},
		{"numpy == 1.26.4 --hash=sha256:00", "numpy 1.26.4"},
		{"numpy==1.26.*", "numpy ==1.26.*"},
		{"numpy>=1.2,<2,!=1.24.0", "numpy >=1.2,<2,!=1.24.0"},
		{"scikit-learn[a,b] ~= 1.5 ; python_version<'3.9'", "scikit-learn ~=1.5"},
		{"torch @ https://x.org/torch-2.5.1%2Bcpu-cp312-cp312-linux_x86_64.whl", "torch 2.5.1+cpu"},
		{"torch @ git+https://x.org/torch.git@v1", "torch any version"},
		{"numpy (<2)", "numpy <2"},
		{"numpy=1.2", "error"}, {"==1.2", "error"}, {"", "error"}, {"numpy>=a.b", "error"}, {"\x1b[31m", "error"},
		{"numpy>=" + strings.Repeat("1.", 5000) + "1", "error"},
	} {
		name, p, err := Requirement(c.line)
		got := name + " " + p.String()
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%.80q: got %s, want %s", c.line, got, c.want)
		}
	}
}

func TestMarkers(t *testing.T) {
	for _, c := range []struct {
		python, marker string
		want           answer
	}{
		{"3.9.5", `python_version <= "3.9"`, yes}, {"3.9.5", `python_version < "3.9"`, no}, {"3.9.5", `python_version > "3.8"`, yes},
		{"3.10.1", `python_version >= "3.9"`, yes}, {"3.10.1", `python_version == "3.10"`, yes}, {"3.10.1", `python_version != "3.10"`, no},
		{"3.9.5", `python_full_version >= '3.9.6'`, no}, {"3.9.5", `sys_platform == "win32"`, perhaps},
		{"3.9.5", `python_version < "3.9" and sys_platform == "win32"`, no},
		{"3.9.5", `python_version >= "3.9" or sys_platform == "win32"`, yes},
		{"3.9.5", `(python_version < "3.9" or extra == "x") and os_name == "nt"`, no},
		{"3.9.5", `extra == "test"`, no}, {"3.9.5", `platform_machine not in "a b"`, perhaps},
		{"", `python_version >= "3.9"`, perhaps}, {"3.9.5", `((((`, perhaps}, {"3.9.5", `and and`, perhaps},
		{"3.9.5", strings.Repeat("(", 2000) + `python_version < "3"`, perhaps},
	} {
		e := &Environment{}
		if got := e.holds(c.marker, Package{Version: c.python}); got != c.want {
			t.Errorf("Python %s, %.60s: got %d, want %d", c.python, c.marker, got, c.want)
		}
	}
}

func TestLies(t *testing.T) {
	for _, c := range []struct {
		p      Package
		bounds string
		want   answer
	}{
		{Package{Version: "1.26.4"}, "<2.0", yes}, {Package{Version: "2.0.0rc1"}, "<2.0", no}, {Package{Version: "2.0.0.dev0"}, ">=2.0", yes},
		{Package{Version: "1!2.0"}, "<3", yes}, {Package{Version: "zzz"}, "<3", perhaps}, {Package{}, "<3", perhaps},
		{Package{Range: ">=1.2,<2"}, "<2.0", yes}, {Package{Range: ">=1.2"}, "<2.0", perhaps}, {Package{Range: ">=2.1"}, "<2.0", no},
		{Package{Range: "~=1.5"}, ">=1.5,<2.0", yes}, {Package{Range: "==1.5.*"}, ">=1.6", no}, {Package{Range: "!=1.3"}, ">=1", perhaps},
	} {
		if got := c.p.lies(c.bounds); got != c.want {
			t.Errorf("%s in %s: got %d, want %d", c.p, c.bounds, got, c.want)
		}
	}
}

func TestSameVersion(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1.5", "1.5.0", true}, {"0.22.2.post1", "0.22.2", false}, {"2.1.0+cpu", "2.1.0", true}, {"2.1.0+cpu", "2.1.0+cu121", false},
		{"1.0rc1", "1.0.0rc1", true}, {"1.0", "1.0rc1", false}, {"abc", "abc", true}, {"abc", "1", false},
	} {
		if got := sameVersion(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: got %v", c.a, c.b, got)
		}
	}
}

// TestHostile holds that nothing a file says costs much.
func TestHostile(t *testing.T) {
	deep := func(open string, n int) string { return strings.Repeat(open, n) }
	for name, text := range map[string]string{
		"lists.toml":    "a = " + deep("[", 100_000),
		"tables.toml":   deep("a={", 100_000),
		"quotes.toml":   `a = ["]]]]", ` + deep(`["]", `, 10_000),
		"dots.toml":     "[" + deep("a.", 100_000) + "a]",
		"lists.json":    deep("[", 1_000_000),
		"lists.yml":     "a: " + deep("[", 100_000),
		"sequences.yml": deep("- ", 100_000),
		"alias.yml":     "a: &a [x]\ndependencies: [*a, *a]",
		"tag.yml":       "dependencies: !!python/object:os.system []",
		"merge.yml":     "dependencies: {<<: {a: 1}}",
		"keys.yml":      deep("? ", 10_000) + "a",
		"long.txt":      deep("a", 1<<20),
		"joined.txt":    deep("a\\\n", 1<<16),
		"nul.txt":       "numpy\x00==1.2",
	} {
		e, err := Parse(name, []byte(text))
		if err == nil && len(e.Packages) > 0 {
			t.Errorf("%s: got %v", name, e.Packages)
		}
	}
	loop := filepath.Join(t.TempDir(), "loop.txt")
	if err := os.WriteFile(loop, []byte("-r loop.txt\nnumpy==1.2\n-r "+filepath.Dir(loop)+"\n-r https://x.org/r.txt\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	e, err := Read(loop)
	if err != nil || fmt.Sprint(e.Packages["numpy"]) != "[1.2]" || len(e.Notes) == 0 {
		t.Errorf("got %v, %v, %v", e, err, e.Notes)
	}
}

func FuzzParse(f *testing.F) {
	err := filepath.WalkDir(samples, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		f.Add(filepath.Ext(path), data)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, ext string, data []byte) {
		start := time.Now()
		e, err := Parse("x"+ext, data)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%d bytes took %v", len(data), took)
		}
		if err != nil {
			return
		}
		for name, packages := range e.Packages {
			if name != Normal(name) || len(packages) == 0 {
				t.Errorf("got %q with %d packages", name, len(packages))
			}
			for _, p := range packages {
				p.lies(">=1.0,<2.0")
				e.holds(p.Marker, Package{Version: "3.12.1"})
			}
		}
	})
}
