package main

import (
	"context"
	"errors"
)

// defence gives up what the process does not need, before it reads the first
// byte of a model: even if a reader had a hole, a file could use it for
// nothing.
type defence interface {
	// confine lets the process read files below some folders, write some
	// files, and nothing else.
	confine(need) error
	// status says in words what the system offers.
	status() string
}

// need is what an inspection does with the system.
type need struct {
	read    []string // files and folders
	write   []string // folders in which files are written
	scratch bool     // temporary files
}

type defenceKey struct{}

// withDefence hands a defence to the commands. Tests run without one: it
// holds for the rest of the process.
func withDefence(ctx context.Context, d defence) context.Context {
	return context.WithValue(ctx, defenceKey{}, d)
}

func defenceOf(ctx context.Context) defence {
	d, ok := ctx.Value(defenceKey{}).(defence)
	if !ok {
		return none{}
	}
	return d
}

// none is no defence.
type none struct{}

func (none) confine(need) error { return nil }

func (none) status() string { return "none on this system" }

// confine gives up what is not needed to inspect the targets and to write the
// outputs.
func confine(ctx context.Context, paths []string, outputs []output) error {
	var n need
	for _, path := range paths {
		if path == "-" {
			n.scratch = true
			continue
		}
		n.read = append(n.read, path)
	}
	for _, o := range outputs {
		if o.file != "" {
			n.write = append(n.write, o.file)
		}
	}
	if err := defenceOf(ctx).confine(n); err != nil {
		return &exitError{exitIncomplete, errors.Join(errors.New("cannot give up what is not needed"), err)}
	}
	return nil
}
