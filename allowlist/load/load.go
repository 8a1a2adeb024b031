// Package load gives a Go program the values of a trusted pickle: a safe
// deserialiser for plain data and, through gopickle's own types, for what a
// program's classes are.
//
// # Untrusted input
//
// A file is inspected and judged first, and is not opened again unless it is
// trusted and is one plain pickle. gopickle itself cannot meet hostile bytes:
// what it still panics on in a trusted file becomes an error.
package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/nlpodyssey/gopickle/pickle"

	"modelscan/allowlist"
	"modelscan/inspect"
)

// MaxSize is the most bytes that File reads.
const MaxSize = 1 << 30

// ErrNotTrusted says that a file is not trusted by the policy.
var ErrNotTrusted = errors.New("the file is not trusted")

// ErrFormat says that a file is trusted but is no single, plain pickle.
var ErrFormat = errors.New("the file is not one plain pickle")

// File returns the value in the pickle at path, in gopickle's types. The
// bytes that are judged are the bytes that are loaded, also where the file
// changes meanwhile.
func File(ctx context.Context, policy *allowlist.Policy, path string) (any, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%w: it has more than %d bytes", ErrFormat, MaxSize)
	}
	return Data(ctx, policy, path, data)
}

// Data is File for bytes at hand; name is for messages.
func Data(ctx context.Context, policy *allowlist.Policy, name string, data []byte) (any, error) {
	var in inspect.Inspector
	m := in.Reader(ctx, name, bytes.NewReader(data), int64(len(data)))
	if v := policy.Judge(m); v.Status != allowlist.Trusted {
		return nil, fmt.Errorf("%w: %s %q", ErrNotTrusted, v.Status, v.Untrusted)
	}
	if m.Format != "pickle" || m.Compression != "" || len(m.Programs) != 1 {
		return nil, ErrFormat
	}
	return unpickle(data)
}

// unpickle runs gopickle, which panics where it does not know a program's ways.
func unpickle(data []byte) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			value, err = nil, fmt.Errorf("gopickle: %v", p)
		}
	}()
	u := pickle.NewUnpickler(bytes.NewReader(data))
	return u.Load()
}
