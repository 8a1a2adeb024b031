package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAllowFlow holds the promise of the command: a file passes with the list
// that was written for it, and where it does not, the exit code said so.
func TestAllowFlow(t *testing.T) {
	var files []string
	for _, pattern := range []string{
		"models/torch/*own*", "models/pickle/python-*-functions-*", "models/pickle/*lambda*", "models/skops/*function-own*",
		"models/skops/*methods*", "models/pickle/sklearn-1.9.1-*", "hostile/05-text-*", "hostile/10-skops-*",
	} {
		found, err := filepath.Glob(filepath.Join("..", "..", "testdata", filepath.FromSlash(pattern)))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	call := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(args, strings.NewReader(""), &out, &errs)
		if errs.Len() > 0 {
			t.Errorf("%q: %s", args, errs.String())
		}
		return code, out.String()
	}
	list := filepath.Join(t.TempDir(), "trusted.allow")
	count := map[int]int{}
	for _, file := range files {
		for _, args := range [][]string{{"allow"}, {"allow", "--pin"}} {
			want, text := call(append(args, file)...)
			if err := os.WriteFile(list, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			got, _ := call("inspect", "-q", "--allow", list, file)
			if got != want {
				t.Errorf("%q %s: exit %d, and then %d with the list\n%s", args, file, want, got, text)
			}
			count[got]++
		}
	}
	if count[exitTrusted] < 100 || count[exitUntrusted] < 50 || count[exitIncomplete] < 5 {
		t.Errorf("got exit codes %v", count)
	}
}
