package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"modelscan/allowlist"
	"modelscan/inspect"
	"modelscan/report"
)

// tree makes files in a new folder, each with its own name as content.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// shown returns the paths of targets below root, each with what is known of
// it without reading.
func shown(t *testing.T, root string, targets []target) []string {
	t.Helper()
	words := []string{}
	for _, target := range targets {
		word := target.path
		if below, err := filepath.Rel(root, target.path); err == nil {
			word = filepath.ToSlash(below)
		}
		if target.model != nil {
			word += ": " + target.model.Issues[0].Message
		}
		words = append(words, word)
	}
	return words
}

func TestList(t *testing.T) {
	root := tree(t, "b/z.pkl", "b/a.pkl", "b-c.pkl", "a.pkl")
	targets, err := list(t.Context(), []string{filepath.Join(root, "b-c.pkl"), "-", root, filepath.Join(root, "gone")}, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	got := shown(t, root, targets)
	want := []string{"b-c.pkl", "-", "a.pkl", "b/a.pkl", "b/z.pkl", "b-c.pkl", "gone: no such file or folder"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for i, named := range []bool{true, true, false, false, false, false, true} {
		if targets[i].named != named {
			t.Errorf("%s: named is %v", targets[i].path, targets[i].named)
		}
	}
}

func TestListLinks(t *testing.T) {
	root := tree(t, "real/a.pkl", "models/b.pkl")
	for link, to := range map[string]string{"models/file.pkl": "real/a.pkl", "models/folder": "real", "models/up": "models", "link": "models"} {
		if err := os.Symlink(filepath.Join(root, to), filepath.Join(root, link)); err != nil {
			t.Skip(err)
		}
	}
	for _, path := range []string{"models", "link"} {
		targets, err := list(t.Context(), []string{filepath.Join(root, path)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		const link = ": symbolic link, not followed"
		want := []string{path + "/b.pkl", path + "/file.pkl" + link, path + "/folder" + link, path + "/up" + link}
		if got := shown(t, root, targets); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestListDevice(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no /dev/zero")
	}
	targets, err := list(t.Context(), []string{"/dev/zero"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if targets[0].read != nil {
		t.Fatal("a device would be opened")
	}
	if got := judge(allowlist.Default(), targets[0], targets[0].model).Status; got != allowlist.Incomplete {
		t.Errorf("got %s, want incomplete", got)
	}
}

func TestListUnreadableFolder(t *testing.T) {
	root := tree(t, "a/x.pkl", "b.pkl")
	closed := filepath.Join(root, "a")
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(closed, 0o777) })
	if _, err := os.ReadDir(closed); err == nil {
		t.Skip("this user may read everything")
	}
	targets, err := list(t.Context(), []string{root}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a: permission denied", "b.pkl"}
	if got := shown(t, root, targets); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestInspectAll(t *testing.T) {
	var targets []target
	for i := range 500 {
		targets = append(targets, target{path: fmt.Sprint(i), read: func(context.Context, *inspect.Inspector) (*inspect.Model, error) {
			if i%100 == 7 {
				return nil, errors.New("disk on fire")
			}
			return &inspect.Model{Path: fmt.Sprint(i)}, nil
		}})
	}
	for i, model := range inspectAll(t.Context(), targets, inspect.Limits{}, false, nil) {
		if want := fmt.Sprint(i); model.Path != want {
			t.Errorf("model %d: got path %s", i, model.Path)
		}
		if failed := len(model.Issues) > 0; failed != (i%100 == 7) {
			t.Errorf("model %d: failed is %v", i, failed)
		}
	}
}

func TestInspectAllInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var targets []target
	for i := range 100 {
		targets = append(targets, target{path: fmt.Sprint(i), read: func(context.Context, *inspect.Inspector) (*inspect.Model, error) {
			cancel()
			return &inspect.Model{Path: fmt.Sprint(i)}, nil
		}})
	}
	done, interrupted := 0, 0
	for _, model := range inspectAll(ctx, targets, inspect.Limits{}, false, nil) {
		if len(model.Issues) == 0 {
			done++
		} else if model.Issues[0].Message == "interrupted" {
			interrupted++
		}
	}
	if done == 0 || done > runtime.GOMAXPROCS(0) || done+interrupted != len(targets) {
		t.Errorf("got %d models and %d interrupted", done, interrupted)
	}
}

func TestJudgeNotModel(t *testing.T) {
	for _, test := range []struct {
		named bool
		want  allowlist.Status
	}{{true, allowlist.Incomplete}, {false, allowlist.Skipped}} {
		m := &inspect.Model{NotModel: true}
		if got := judge(allowlist.Default(), target{named: test.named}, m).Status; got != test.want {
			t.Errorf("named %v: got %s, want %s", test.named, got, test.want)
		}
		if hasIssue := len(m.Issues) > 0; hasIssue != test.named {
			t.Errorf("named %v: issues %v", test.named, m.Issues)
		}
	}
}

func TestExitCode(t *testing.T) {
	for _, test := range []struct {
		summary report.Summary
		want    int
	}{
		{report.Summary{}, exitNothing},
		{report.Summary{Files: 2, Skipped: 2}, exitNothing},
		{report.Summary{Files: 2, Skipped: 1, Trusted: 1}, exitTrusted},
		{report.Summary{Files: 2, Trusted: 1, Incomplete: 1}, exitIncomplete},
		{report.Summary{Files: 3, Untrusted: 1, Trusted: 1, Incomplete: 1}, exitUntrusted},
	} {
		if got := exitCode(test.summary); got != test.want {
			t.Errorf("%+v: got %d, want %d", test.summary, got, test.want)
		}
	}
}

func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, size := range []int{0, 1, 9, 10, 11, 1000} {
		want := bytes.Repeat([]byte("x"), size)
		s, err := newSpool(bytes.NewReader(want), 10)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.NewSectionReader(s, 0, s.size))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("size %d: got %d bytes, %v", size, len(got), err)
		}
		s.close()
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestSpoolInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	reader, writer := io.Pipe()
	defer writer.Close()
	if _, err := spoolContext(ctx, reader); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
