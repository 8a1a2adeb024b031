package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"
	system "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// kernel is Linux's Landlock, for all threads of the process, and with it
// no-new-privileges. A kernel without it restricts nothing, an old one less.
type kernel struct{}

func newDefence() defence { return kernel{} }

// What may be done with files: no rule allows to execute one.
const (
	readFile  landlock.AccessFSSet = system.AccessFSReadFile
	readAll   landlock.AccessFSSet = system.AccessFSReadFile | system.AccessFSReadDir
	writeFile landlock.AccessFSSet = system.AccessFSWriteFile | system.AccessFSTruncate | system.AccessFSMakeReg
	scratch   landlock.AccessFSSet = writeFile | system.AccessFSReadFile | system.AccessFSRemoveFile
)

func (kernel) confine(n need) error {
	rules := []landlock.Rule{}
	for _, path := range n.read {
		info, err := os.Stat(path)
		switch {
		case err != nil: // the report says so
		case info.IsDir():
			rules = append(rules, landlock.PathAccess(readAll, path).IgnoreIfMissing())
		default: // side files lie in the same folder; a link may lead out of it
			rules = append(rules, landlock.PathAccess(readFile, path).IgnoreIfMissing())
			rules = append(rules, landlock.PathAccess(readAll, filepath.Dir(path)).IgnoreIfMissing())
		}
	}
	for _, path := range n.write {
		rules = append(rules, landlock.PathAccess(writeFile, filepath.Dir(path)).IgnoreIfMissing())
	}
	if n.scratch {
		rules = append(rules, landlock.PathAccess(scratch, os.TempDir()).IgnoreIfMissing())
	}
	return landlock.V10.BestEffort().Restrict(rules...)
}

func (kernel) status() string {
	version, err := system.LandlockGetABIVersion()
	if err != nil || version < 1 {
		return "no Landlock in this kernel"
	}
	text := fmt.Sprintf("Landlock ABI %d: files are read below the given paths alone and never executed", version)
	if version >= 4 {
		text += ", no TCP"
	}
	return text
}
