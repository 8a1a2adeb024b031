package main

import (
	"os"
	"strings"
	"testing"
)

// children are what the test binary does instead of the tests where a test
// needs a process of its own.
var children = map[string]func(args []string) int{
	"measured": measured,
}

func TestMain(m *testing.M) {
	if child, ok := children[os.Getenv("MODELSCAN_TEST_CHILD")]; ok {
		os.Exit(child(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// measured is the command, without a defence. It writes its peak of memory in
// kB to the file that the last argument names; ru_maxrss begins with the
// parent's.
func measured(args []string) int {
	last := len(args) - 1
	collectLess()
	code := run(args[:last], os.Stdin, os.Stdout, os.Stderr)
	status, _ := os.ReadFile("/proc/self/status")
	_, text, _ := strings.Cut(string(status), "VmHWM:")
	if err := os.WriteFile(args[last], []byte(strings.Fields(text)[0]), 0o600); err != nil {
		panic(err)
	}
	return code
}
