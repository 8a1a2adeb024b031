package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the transcripts")

// TestScripts runs the transcripts in testdata/cli, in the folder testdata. A
// section is a command line, its exit code, what it writes to standard output
// and, where there is any, to standard error and to files:
//
//	$ VARIABLE=value modelscan inspect -o json=$TMP/x.json - < models/x.pkl
//	exit 0
//	trusted …
//	--- stderr
//	modelscan: …
//	--- $TMP/x.json
//	{…
//
// Sections are parted by an empty line. $TMP is a folder of the test in which
// there are an empty folder "empty" and a folder "text" with a note,
// (BUILD) stands for what differs from one build to the next, and (LINE) for
// the line of a built-in list that is reviewed, and grows.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", "..", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob(filepath.Join(root, "cli", "*.txt"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, path := range scripts {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(root)
			tmp := t.TempDir()
			for _, folder := range []string{"empty", "text"} {
				if err := os.Mkdir(filepath.Join(tmp, folder), 0o777); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(tmp, "text", "notes.txt"), []byte("no model\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(string(text), "\r\n", "\n")
			var got []string
			for section := range strings.SplitSeq("\n"+want, "\n$ ") {
				if line, _, _ := strings.Cut(section, "\n"); line != "" {
					got = append(got, transcript(t, line, tmp))
				}
			}
			if len(got) == 0 {
				t.Fatal("no command in it")
			}
			all := strings.Join(got, "\n")
			if *update {
				if err := os.WriteFile(path, []byte(all), 0o666); err != nil {
					t.Fatal(err)
				}
			} else if portable(all) != portable(want) {
				t.Errorf("got\n%s\nwant\n%s", all, want)
			}
		})
	}
}

var listLine = regexp.MustCompile(`(?m)^(  [a-z]+\.txt):\d+:`)

// transcript runs one command line and returns its section.
func transcript(t *testing.T, line, tmp string) string {
	t.Helper()
	command, input, redirected := strings.Cut(strings.ReplaceAll(line, "$TMP", filepath.ToSlash(tmp)), " < ")
	var stdin io.Reader = strings.NewReader("")
	if redirected {
		data, err := os.ReadFile(input)
		if err != nil {
			t.Fatal(err)
		}
		stdin = bytes.NewReader(data)
	}
	words := strings.Fields(command)
	for len(words) > 0 && words[0] != "modelscan" {
		name, value, _ := strings.Cut(words[0], "=")
		words = words[1:]
		old, had := os.LookupEnv(name)
		t.Setenv(name, value)
		defer func() { // for the next line
			if os.Unsetenv(name); had {
				os.Setenv(name, old)
			}
		}()
	}
	if len(words) == 0 {
		t.Fatalf("no command in %q", line)
	}
	var stdout, stderr bytes.Buffer
	code := run(words[1:], stdin, &stdout, &stderr)

	section := fmt.Sprintf("$ %s\nexit %d\n%s", line, code, stdout.String())
	if stderr.Len() > 0 {
		section += "--- stderr\n" + stderr.String()
	}
	section += written(t, tmp)
	build := strings.TrimSuffix(versionLine()[strings.Index(versionLine(), "("):], "\n")
	section = listLine.ReplaceAllString(section, "$1:(LINE):")
	section = strings.NewReplacer(build, "(BUILD)", tmp, "$TMP", filepath.ToSlash(tmp), "$TMP").Replace(section)
	return section
}

// portable leaves of a transcript what is the same on all systems: where
// paths have backslashes, which are quoted and change the width of tables,
// the commands and their exit codes.
func portable(transcript string) string {
	if filepath.Separator == '/' {
		return transcript
	}
	var lines []string
	for line := range strings.Lines(transcript) {
		if strings.HasPrefix(line, "$ ") || strings.HasPrefix(line, "exit ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// written returns the files that a command line left in the folder tmp, and
// removes them.
func written(t *testing.T, tmp string) string {
	t.Helper()
	entries, err := os.ReadDir(tmp)
	if err != nil {
		t.Fatal(err)
	}
	var sections strings.Builder
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		path := filepath.Join(tmp, entry.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&sections, "--- $TMP/%s\n%s", entry.Name(), text)
	}
	return sections.String()
}
