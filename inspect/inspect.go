package inspect

import (
	"context"
	"io"
)

// Inspector inspects one file after another and reuses its memory between
// them. It must not be used by two goroutines at once; its zero value works
// with the default limits.
type Inspector struct {
	Limits Limits
}

// Limits bound what inspecting one file may cost.
type Limits struct{}

// File inspects the file at path. The error says that the operating system
// would not let us read it; whatever the file holds is in the Model.
func (in *Inspector) File(ctx context.Context, path string) (*Model, error) {
	panic("not written yet")
}

// Reader inspects the size bytes of r as if they were the file name.
func (in *Inspector) Reader(ctx context.Context, name string, r io.ReaderAt, size int64) *Model {
	panic("not written yet")
}
