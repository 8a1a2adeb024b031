package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// missing is a path that is reported on without an inspector.
const missing = "gone.pkl"

func runOn(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	code = run(append([]string{"inspect", missing}, args...), strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestOutputs(t *testing.T) {
	folder := t.TempDir()
	json, names := filepath.Join(folder, "out=1.json"), filepath.Join(folder, "names")
	code, stdout, stderr := runOn(t, "-f", "json", "-o", json, "-o", "untrusted="+names)
	if code != exitIncomplete || stdout != "" || stderr != "" {
		t.Errorf("got exit %d, %q, %q", code, stdout, stderr)
	}
	if text, err := os.ReadFile(json); err != nil || !bytes.HasPrefix(text, []byte("{")) {
		t.Errorf("got %q, %v", text, err)
	}
	if text, err := os.ReadFile(names); err != nil || len(text) > 0 {
		t.Errorf("got %q, %v", text, err)
	}

	_, stdout, _ = runOn(t, "-o", "json="+json)
	if !strings.HasPrefix(stdout, "incomplete") {
		t.Errorf("got %q, want the table as well", stdout)
	}
	_, stdout, _ = runOn(t, "-q", "-o", "json="+json)
	if stdout != "" {
		t.Errorf("got %q, want nothing", stdout)
	}
}

func TestOutputFails(t *testing.T) {
	code, _, stderr := runOn(t, "-o", filepath.Join("no", "such", "folder"))
	if code != exitIncomplete || !strings.HasPrefix(stderr, "modelscan: cannot write the report: ") {
		t.Errorf("got exit %d, %q", code, stderr)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("MODELSCAN_FORMAT", "json")
	if _, stdout, _ := runOn(t); !strings.HasPrefix(stdout, "{") {
		t.Errorf("got %q, want JSON", stdout)
	}
	if _, stdout, _ := runOn(t, "-f", "table"); !strings.HasPrefix(stdout, "incomplete") {
		t.Errorf("got %q, want the table", stdout)
	}
	t.Setenv("MODELSCAN_ALLOW", "one.txt"+string(filepath.ListSeparator)+"two.txt")
	if code, _, stderr := runOn(t); code != exitUsage || !strings.Contains(stderr, "one.txt") {
		t.Errorf("got exit %d, %q", code, stderr)
	}
	t.Setenv("MODELSCAN_ALLOW", "")
	t.Setenv("MODELSCAN_TRUST", "a.b, c.d")
	if code, _, stderr := runOn(t); code != exitIncomplete {
		t.Errorf("got exit %d, %q", code, stderr)
	}
	t.Setenv("MODELSCAN_TRUST", "bad name")
	if code, _, _ := runOn(t); code != exitUsage {
		t.Errorf("got exit %d, want %d", code, exitUsage)
	}
	if code, _, stderr := runOn(t, "--trust", "a.b"); code != exitIncomplete {
		t.Errorf("got exit %d, %q", code, stderr)
	}
}

// TestStderrIsQuoted holds that a file name in an error is no escape sequence.
func TestStderrIsQuoted(t *testing.T) {
	for _, arg := range []string{"--\x1b[2J", "-\x1b", "-o=\x1b=\u202e"} {
		if code, _, stderr := runOn(t, arg, "-f", "no\x1bne"); code != exitUsage || strings.ContainsAny(stderr, "\x1b\u202e") {
			t.Errorf("%q: got exit %d, %q", arg, code, stderr)
		}
	}
}
