package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	system "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

func init() {
	children["defended"] = func(args []string) int {
		return runContext(withDefence(context.Background(), newDefence()), args, os.Stdin, os.Stdout, os.Stderr)
	}
	children["escaping"] = escaping
}

// escaping gives up all but reading one folder and writing into another, and
// then says what it can still do, from many threads.
func escaping(args []string) int {
	if err := newDefence().confine(need{read: args[:1], write: []string{filepath.Join(args[1], "x")}}); err != nil {
		fmt.Println(err)
		return 1
	}
	var threads sync.WaitGroup
	for range 8 {
		threads.Go(func() {
			runtime.LockOSThread()
			for _, path := range []string{filepath.Join(args[0], "inside"), filepath.Join(args[1], "outside"), "/etc/passwd"} {
				if _, err := os.ReadFile(path); err == nil {
					fmt.Println("read", filepath.Base(path))
				}
			}
			for i, folder := range args[:2] {
				if err := os.WriteFile(filepath.Join(folder, "new"), nil, 0o600); err == nil {
					fmt.Println("wrote", i)
				}
			}
			if err := exec.Command("/bin/true").Run(); err == nil {
				fmt.Println("executed")
			}
			if c, err := net.Dial("tcp", args[2]); err == nil {
				c.Close()
				fmt.Println("connected")
			}
		})
	}
	threads.Wait()
	return 0
}

func child(t *testing.T, mode string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "MODELSCAN_TEST_CHILD="+mode)
	out, _ := cmd.CombinedOutput()
	return string(out), cmd.ProcessState.ExitCode()
}

func needLandlock(t *testing.T) {
	t.Helper()
	if version, err := system.LandlockGetABIVersion(); err != nil || version < 4 {
		t.Skip("no Landlock in this kernel, or an old one")
	}
}

func TestDefence(t *testing.T) {
	needLandlock(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	inside, outside := t.TempDir(), t.TempDir()
	for path, folder := range map[string]string{"inside": inside, "outside": outside} {
		if err := os.WriteFile(filepath.Join(folder, path), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, code := child(t, "escaping", inside, outside, listener.Addr().String())
	if want := strings.Repeat("read inside\n", 8) + strings.Repeat("wrote 1\n", 8); code != 0 || sorted(out) != want {
		t.Errorf("got exit code %d and\n%swant\n%s", code, sorted(out), want)
	}
}

func sorted(text string) string {
	counts := map[string]int{}
	for line := range strings.Lines(text) {
		counts[line]++
	}
	var b strings.Builder
	for _, line := range []string{"read inside\n", "wrote 1\n"} {
		b.WriteString(strings.Repeat(line, counts[line]))
		delete(counts, line)
	}
	for line := range counts {
		b.WriteString(line)
	}
	return b.String()
}

// TestDefended holds that the command does all that it should behind its
// defence: files, folders, links out of a folder, side files, standard
// input, lists and several reports.
func TestDefended(t *testing.T) {
	needLandlock(t)
	models := filepath.Join("..", "..", "testdata", "models")
	out := filepath.Join(t.TempDir(), "report.json")
	link := filepath.Join(t.TempDir(), "link.pkl")
	target, err := filepath.Abs(filepath.Join(models, "pickle", "sklearn-1.9.1-pipeline.pkl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	text, code := child(t, "defended", "inspect", "-q", "-o", "json="+out, link, filepath.Join(models, "joblib", "joblib-0.9.4-side-files", "arrays.joblib"))
	if report, err := os.ReadFile(out); code != exitTrusted || err != nil || !strings.Contains(string(report), `"trusted": 2`) {
		t.Errorf("got exit code %d, %s, %v, %.300s", code, text, err, report)
	}
	if text, code = child(t, "defended", "inspect", filepath.Join(models, "joblib", "joblib-0.9.4-side-files")); code != exitTrusted || strings.Contains(text, "denied") {
		t.Errorf("a folder: got exit code %d, %.300s", code, text)
	}
	cmd := exec.Command(os.Args[0], "inspect", "-")
	cmd.Env = append(os.Environ(), "MODELSCAN_TEST_CHILD=defended")
	cmd.Stdin = strings.NewReader("\x80\x04" + strings.Repeat("K\x010", maxInMemory/3+1) + "N.") // goes to a temporary file
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("standard input: %v, %s", err, text)
	}
	if text, code = child(t, "defended", "version", "--verbose"); code != 0 || !strings.Contains(text, "Landlock ABI") {
		t.Errorf("got exit code %d, %s", code, text)
	}
}
