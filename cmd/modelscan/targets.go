package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"modelscan/inspect"
)

// target is one thing to report on.
type target struct {
	path  string
	named bool // given on the command line, not found in a folder

	// Where the answer is known without reading, model has it; else read
	// gives it.
	model *inspect.Model
	read  func(context.Context, *inspect.Inspector) (*inspect.Model, error)
}

// list returns the targets that paths stand for: in the order of paths, in a
// folder by name. An error is about the paths as such; a path that cannot be
// read is a target like others.
func list(ctx context.Context, paths []string, stdin io.Reader) ([]target, error) {
	var targets []target
	fromStdin := false
	for _, path := range paths {
		if path == "-" {
			if fromStdin {
				return nil, errors.New("standard input is given twice")
			}
			fromStdin = true
			targets = append(targets, target{path: path, named: true, read: stdinReader(stdin)})
			continue
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			targets = append(targets, failed(path, err))
		case info.IsDir():
			targets = walk(ctx, targets, path)
		default:
			targets = append(targets, fileTarget(path, info.Mode(), true))
		}
	}
	return targets, nil
}

// walk adds what is in a folder and in those below it.
func walk(ctx context.Context, targets []target, root string) []target {
	// A named link to a folder is followed, as WalkDir does with this ending.
	walked := root
	if !os.IsPathSeparator(root[len(root)-1]) {
		walked += string(filepath.Separator)
	}
	_ = filepath.WalkDir(walked, func(path string, entry fs.DirEntry, err error) error {
		path = filepath.Clean(path)
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case err != nil:
			targets = append(targets, failed(path, err))
			if ctx.Err() != nil {
				return fs.SkipAll
			}
		case !entry.IsDir():
			targets = append(targets, fileTarget(path, entry.Type(), false))
		}
		return nil
	})
	return targets
}

// fileTarget is a target for what is there and is no folder. Only regular
// files are opened: a pipe may block for ever, and a device may do anything.
func fileTarget(path string, mode fs.FileMode, named bool) target {
	t := target{path: path, named: named}
	if mode.IsRegular() {
		t.read = func(ctx context.Context, in *inspect.Inspector) (*inspect.Model, error) { return in.File(ctx, path) }
		return t
	}
	what := "not a regular file, not opened"
	if mode&fs.ModeSymlink != 0 {
		what = "symbolic link, not followed"
	}
	t.model = &inspect.Model{Path: path, Size: -1, Format: "unknown", NotModel: true}
	t.model.Issues = []inspect.Issue{{Kind: inspect.IssueNotModel, Message: what, Offset: -1}}
	return t
}

// failed is a target that the operating system would not let us read.
func failed(path string, err error) target {
	return target{path: path, named: true, model: failedModel(path, err)}
}

func failedModel(path string, err error) *inspect.Model {
	return &inspect.Model{
		Path: path, Size: -1, Format: "unknown",
		Issues: []inspect.Issue{{Kind: inspect.IssueIO, Message: reason(err), Offset: -1}},
	}
}

// reason words an error of the operating system without the path, alike on
// all systems where it is a common one.
func reason(err error) string {
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or folder"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.As(err, &path):
		return path.Err.Error()
	}
	return err.Error()
}

// inspectAll returns the model of each target. As many targets are read at
// once as there are processors, each by an inspector that is used again. With
// digest, each has the SHA-256 of its file.
func inspectAll(ctx context.Context, targets []target, limits inspect.Limits, digest bool, told *progress) []*inspect.Model {
	models := make([]*inspect.Model, len(targets))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(targets)) {
		workers.Go(func() {
			in := &inspect.Inspector{Limits: limits, Digest: digest, Counter: told.counter()}
			for i := next.Add(1) - 1; i < int64(len(targets)); i = next.Add(1) - 1 {
				told.begin(targets[i].path)
				models[i] = inspectOne(ctx, in, targets[i])
				told.end()
			}
		})
	}
	workers.Wait()
	told.finish()
	return models
}

func inspectOne(ctx context.Context, in *inspect.Inspector, t target) *inspect.Model {
	if t.model != nil {
		return t.model
	}
	err := ctx.Err()
	if err == nil {
		var model *inspect.Model
		if model, err = t.read(ctx, in); err == nil {
			return model
		}
	}
	return failedModel(t.path, err)
}
