package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"modelscan/inspect"
)

// maxInMemory is how much of standard input is held in memory; what is
// longer goes to a temporary file.
const maxInMemory = 64 << 20

// spool is all of a stream, to be read at any offset.
type spool struct {
	io.ReaderAt
	size  int64
	close func()
}

// stdinReader returns what reads a target from a stream.
func stdinReader(stdin io.Reader) func(context.Context, *inspect.Inspector) (*inspect.Model, error) {
	return func(ctx context.Context, in *inspect.Inspector) (*inspect.Model, error) {
		s, err := spoolContext(ctx, stdin)
		if err != nil {
			return nil, err
		}
		defer s.close()
		return in.Reader(ctx, "-", s, s.size), nil
	}
}

// spoolContext reads stream to its end, or until ctx is done: the read in
// progress cannot be stopped and is left behind.
func spoolContext(ctx context.Context, stream io.Reader) (*spool, error) {
	type result struct {
		spool *spool
		err   error
	}
	done := make(chan result, 1)
	go func() {
		s, err := newSpool(stream, maxInMemory)
		done <- result{s, err}
	}()
	select {
	case r := <-done:
		return r.spool, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// newSpool reads stream to its end, the first inMemory bytes into memory and,
// where there are more, all of it into a temporary file.
func newSpool(stream io.Reader, inMemory int64) (*spool, error) {
	var head bytes.Buffer
	_, err := io.CopyN(&head, stream, inMemory)
	if errors.Is(err, io.EOF) {
		return &spool{bytes.NewReader(head.Bytes()), int64(head.Len()), func() {}}, nil
	}
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "modelscan-*")
	if err != nil {
		return nil, err
	}
	// Removed at once where the system allows it, so that nothing stays
	// behind however the process ends, and else when closed.
	kept := os.Remove(file.Name()) != nil
	s := &spool{ReaderAt: file, close: func() {
		_ = file.Close()
		if kept {
			_ = os.Remove(file.Name())
		}
	}}
	if s.size, err = io.Copy(file, io.MultiReader(&head, stream)); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}
