package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestReadme runs the sessions of the README in the repository's folder: a
// block of "console" holds commands that begin with "$ modelscan" and what
// they print.
func TestReadme(t *testing.T) {
	t.Chdir("../..")
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "```console\n")
	block, after, ok2 := strings.Cut(rest, "```\n")
	if !ok || !ok2 {
		t.Fatal("no session in the README")
	}
	var got strings.Builder
	for section := range strings.SplitSeq("\n"+block, "\n$ modelscan ") {
		line, _, _ := strings.Cut(section, "\n")
		if line == "" {
			continue
		}
		var out bytes.Buffer
		run(strings.Fields(line), strings.NewReader(""), &out, &out)
		got.WriteString("$ modelscan " + line + "\n" + out.String())
	}
	if got.String() == block {
		return
	}
	if !*update {
		t.Fatalf("got\n%s\nthe README has\n%s", got.String(), block)
	}
	if err := os.WriteFile("README.md", []byte(before+"```console\n"+got.String()+"```\n"+after), 0o666); err != nil {
		t.Fatal(err)
	}
}
