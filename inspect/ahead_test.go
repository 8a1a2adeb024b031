package inspect

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zlib"

	"modelscan/pickle"
)

func packed(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// TestAhead holds that what is read ahead is what would be read, however
// often and wherever the goroutine is stopped, and that none is left behind.
func TestAhead(t *testing.T) {
	before := runtime.NumGoroutine()
	want := make([]byte, 5*aheadFrom)
	random := rand.New(rand.NewSource(1))
	for i := 0; i < len(want); i += 1 + random.Intn(9) {
		want[i] = byte(random.Int())
	}
	source := append(packed(want[:3*aheadFrom]), packed(want[3*aheadFrom:])...)
	w := &walk{in: &Inspector{}, ctx: context.Background(), collector: newCollector(&Model{}, Limits{}.withDefaults())}
	w.deadline = time.Now().Add(time.Minute)
	for _, stops := range []int{0, 3, 100} {
		d := w.decompressor(codecNamed("zlib"), bytes.NewReader(source), int64(len(source)))
		var got []byte
		for buffer := make([]byte, 70_000); ; {
			n, err := d.Read(buffer[:1+random.Intn(len(buffer))])
			got = append(got, buffer[:n]...)
			if stops > 0 && random.Intn(300) < stops {
				w.in.stopAhead()
			}
			if err == io.EOF {
				break
			}
		}
		if d.err != nil || !bytes.Equal(got, want) || d.consumed() != int64(len(source)) {
			t.Errorf("%d stops: got %d bytes of %d, %d consumed of %d, %v", stops, len(got), len(want), d.consumed(), len(source), d.err)
		}
		w.in.stopAhead()
	}
	for range 5 { // who stops half-way leaves the goroutine to the next, or to the end of the file
		d := w.decompressor(codecNamed("zlib"), bytes.NewReader(source), int64(len(source)))
		io.CopyN(io.Discard, d, 2*aheadFrom)
	}
	w.in.stopAhead()
	for range 100 { // it says that it ends before it does
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("got %d goroutines, %d before", runtime.NumGoroutine(), before)
}

// TestAheadDamaged holds that what stands before the damage is read.
func TestAheadDamaged(t *testing.T) {
	source := packed(bytes.Repeat([]byte("0123456789abcdef"), 4*aheadFrom/16))
	copy(source[len(source)/2:], make([]byte, 64))
	w := &walk{in: &Inspector{}, ctx: context.Background(), collector: newCollector(&Model{}, Limits{}.withDefaults())}
	w.deadline = time.Now().Add(time.Minute)
	d := w.decompressor(codecNamed("zlib"), bytes.NewReader(source), int64(len(source)))
	n, err := io.Copy(io.Discard, d)
	if n < aheadFrom || err != nil || d.err == nil {
		t.Errorf("got %d bytes, %v, %v", n, err, d.err)
	}
}

// interruptedAt cancels a context when it is read from offset on.
type interruptedAt struct {
	*bytes.Reader
	offset int64
	cancel func()
}

func (r interruptedAt) ReadAt(p []byte, at int64) (int, error) {
	if at >= r.offset {
		r.cancel()
	}
	return r.Reader.ReadAt(p, at)
}

// TestInterrupted holds that reading ends soon after its context has, and
// that what was found stands.
func TestInterrupted(t *testing.T) {
	const numbers = 400_000
	program := []byte("cos\nsystem\n")
	random := rand.New(rand.NewSource(1))
	for range numbers {
		program = append(binary.LittleEndian.AppendUint32(append(program, 'J'), random.Uint32()), '0')
	}
	program = append(program, '.')
	for name, data := range map[string][]byte{"plain": program, "zlib": packed(program)} {
		ctx, cancel := context.WithCancel(context.Background())
		r := interruptedAt{bytes.NewReader(data), int64(len(data) / 2), cancel}
		var in Inspector
		m := in.Reader(ctx, "x.pkl", r, int64(len(data)))
		interrupted := false
		for _, issue := range m.Issues {
			interrupted = interrupted || issue.Kind == IssueLimit && strings.Contains(issue.Message, pickle.ErrInterrupted.Error())
		}
		if !interrupted || len(m.Globals) != 1 || m.Globals[0].Name() != "os.system" {
			t.Errorf("%s: got %+v, %+v", name, m.Issues, m.Globals)
		}
		if !errors.Is(ctx.Err(), context.Canceled) || len(m.Programs) > 0 && m.Programs[0].Opcodes >= 2*numbers {
			t.Errorf("%s: all of it was read: %+v", name, m.Programs)
		}
	}
}
