package inspect

import "io"

// ahead reads a decompressed stream on a goroutine of its own, some chunks
// before whoever asks: decompressing and running programs then take a
// processor each. One that is stopped goes on without the goroutine.
type ahead struct {
	r       io.Reader
	where   func() int64  // how far the compressed data has been read
	chunks  chan piece    // closed when the goroutine has ended
	free    chan []byte   // chunks to be used again
	quit    chan struct{} // closed to end the goroutine
	err     error         // why the goroutine ended by itself; valid once chunks is closed
	pending []piece       // what was read when the goroutine was stopped
	now     piece
	left    []byte // of now, what is not read
}

// piece is a piece of a stream, and how far in the compressed data it takes:
// reports name that place, and must not depend on how fast the goroutine is.
type piece struct {
	data []byte
	at   int64
}

const (
	aheadFrom   = 1 << 20 // bytes that a stream gives before a goroutine is worth it
	aheadChunk  = 128 << 10
	aheadChunks = 4
)

func newAhead(r io.Reader, where func() int64) *ahead {
	a := &ahead{r: r, where: where, now: piece{at: where()}}
	a.chunks, a.free, a.quit = make(chan piece, aheadChunks), make(chan []byte, aheadChunks), make(chan struct{})
	go a.run()
	return a
}

func (a *ahead) run() {
	defer close(a.chunks)
	for a.err == nil {
		var chunk []byte
		select {
		case <-a.quit:
			return
		case chunk = <-a.free:
		default:
		}
		if cap(chunk) < aheadChunk {
			chunk = make([]byte, aheadChunk)
		}
		var n int
		n, a.err = a.r.Read(chunk[:aheadChunk])
		a.chunks <- piece{chunk[:n], a.where()} // stop makes room
	}
}

// Read implements io.Reader.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.left) == 0 {
		if !a.advance() {
			if a.err != nil {
				return 0, a.err
			}
			n, err := a.r.Read(p)
			a.now.at = a.where()
			return n, err
		}
	}
	n := copy(p, a.left)
	a.left = a.left[n:]
	return n, nil
}

// advance goes on to the next chunk. It says false where the goroutine has
// ended and all that it read is used up.
func (a *ahead) advance() bool {
	if len(a.pending) > 0 {
		a.now, a.pending = a.pending[0], a.pending[1:]
		a.left = a.now.data
		return true
	}
	select {
	case a.free <- a.now.data:
	default:
	}
	next, more := <-a.chunks
	if more {
		a.now, a.left = next, next.data
	}
	return more
}

// stop ends the goroutine and keeps what it has read.
func (a *ahead) stop() {
	select {
	case <-a.quit:
		return
	default:
	}
	close(a.quit)
	for chunk := range a.chunks {
		a.pending = append(a.pending, chunk)
	}
}
