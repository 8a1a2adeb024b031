package pickle

// supply makes blocks of memory ready on a goroutine of its own: the system
// gives a page of memory when it is first written to, which takes about as
// long as running the opcodes that fill it. Large programs alone have one.
type supply[T any] struct {
	blocks chan []T
	quit   chan struct{}
}

const (
	supplyFrom   = 64 // pages of nodes from which on a program is large
	supplyReady  = 8  // pages that are ready
	bytesPerPage = 4096
)

// newSupply begins to make blocks of length n, of which ready lie ready.
func newSupply[T any](n, ready, itemSize int) *supply[T] {
	s := &supply[T]{blocks: make(chan []T, ready), quit: make(chan struct{})}
	go func() {
		for {
			block := make([]T, n)
			touch(block, bytesPerPage/itemSize)
			select {
			case s.blocks <- block:
			case <-s.quit:
				return
			}
		}
	}()
	return s
}

// touch writes to every page of fresh memory.
//
//go:noinline
func touch[T any](block []T, step int) {
	var zero T
	for i := 0; i < len(block); i += step {
		block[i] = zero
	}
}

// next is a block from the supply. A nil supply has none.
func (s *supply[T]) next() []T {
	if s == nil {
		return nil
	}
	return <-s.blocks
}

func (s *supply[T]) stop() {
	if s != nil {
		close(s.quit)
	}
}
