package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"modelscan/inspect"
)

// TestReadme runs the sessions of the README in the repository's folder: a
// block of "console" holds commands that begin with "$ modelscan" and what
// they print. It also holds that the block of "go" is the body of the
// example, and that the list is one that is there.
func TestReadme(t *testing.T) {
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../..")
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("testdata/cli/lists/our-modules.txt")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	want := strings.ReplaceAll(string(text), "\r\n", "\n")
	got := blocks(want, func(kind, block string) string {
		kinds[kind]++
		switch {
		case kind == "console":
			return session(block)
		case kind == "go":
			return body(string(example))
		case strings.HasPrefix(block, "# modelscan allowlist\n"):
			kinds["list"]++
			return strings.ReplaceAll(string(list), "\r\n", "\n")
		}
		return block
	})
	got = formatTable(t, got)
	if kinds["console"] == 0 || kinds["go"] != 1 || kinds["list"] != 1 {
		t.Fatalf("got blocks %v", kinds)
	}
	if got == want {
		return
	}
	if !*update {
		line, got, want := firstDifference(got, want)
		t.Fatalf("README.md:%d: got\n%s\nwant\n%s", line, got, want)
	}
	if err := os.WriteFile("README.md", []byte(got), 0o666); err != nil {
		t.Fatal(err)
	}
}

// formatTable returns text with the rows of the table of formats replaced by
// what the code says of each that is read.
func formatTable(t *testing.T, text string) string {
	t.Helper()
	const head = "\n| format | what is read |\n|---|---|\n"
	before, rest, ok := strings.Cut(text, head)
	if !ok {
		t.Fatal("the README has no table of formats")
	}
	_, after, _ := strings.Cut(rest, "\n\n")
	var rows, codecs []string
	codec := ""
	for _, f := range inspect.Formats() {
		switch f.Kind {
		case "model", "container":
			rows = append(rows, "| "+f.Name+" | "+f.Doc+" |")
		case "compression":
			codecs, codec = append(codecs, f.Name), f.Doc
		case "not read":
			rows = append(rows, "| "+f.Name+" | not read yet: incomplete, exit code 2 |")
		}
		if f.Doc == "" {
			t.Errorf("the format %s has no line that says what is read", f.Name)
		}
	}
	rows = append(rows, "| "+strings.Join(codecs, ", ")+" | "+codec+" |")
	return before + head + strings.Join(rows, "\n") + "\n\n" + after
}

// blocks returns text with each fenced block replaced.
func blocks(text string, replace func(kind, block string) string) string {
	const fence = "```"
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, fence)
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		kind, rest, _ := strings.Cut(rest, "\n")
		block, after, _ := strings.Cut(rest, fence)
		out.WriteString(fence + kind + "\n" + replace(kind, block) + fence)
		text = after
	}
}

// session runs the command lines of a block.
func session(block string) string {
	var out bytes.Buffer
	for section := range strings.SplitSeq("\n"+block, "\n$ modelscan ") {
		if line, _, _ := strings.Cut(section, "\n"); line != "" {
			out.WriteString("$ modelscan " + line + "\n")
			run(strings.Fields(line), strings.NewReader(""), &out, &out)
		}
	}
	return out.String()
}

// body returns the body of the example, as it reads in the root.
func body(example string) string {
	_, text, _ := strings.Cut(example, "{\n")
	text, _, _ = strings.Cut(text, "\t// Output:")
	text = strings.ReplaceAll("\n"+text, "\n\t", "\n")[1:]
	return strings.ReplaceAll(text, "../../testdata/", "testdata/")
}
