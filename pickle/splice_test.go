package pickle

import (
	"bytes"
	"io"
	"testing"
)

func TestSplice(t *testing.T) {
	r := NewReader(bytes.NewReader([]byte("0123456789abcdef")), 0)
	if r.place(5) != 5 {
		t.Errorf("nothing left out: got place %d, want 5", r.place(5))
	}
	r.leaveOut(2, 4)   // 23
	r.leaveOut(2, 3)   // 4, as what comes next there
	r.leaveOut(6, 8)   // 9a
	r.leaveOut(10, 12) // behind the end
	want := "015678bcdef"[:10]
	for begin := 0; begin <= len(want); begin++ {
		for end := begin; end <= len(want); end++ {
			got := make([]byte, end-begin)
			if n, err := r.at.ReadAt(got, int64(begin)); string(got[:n]) != want[begin:end] || err != nil {
				t.Errorf("from %d to %d: got %q and %v, want %q", begin, end, got[:n], err, want[begin:end])
			}
		}
	}
	if n, err := r.at.ReadAt(make([]byte, 9), 8); err != io.EOF || n > 3 {
		t.Errorf("past the end: got %d and %v", n, err)
	}
	for offset, place := range []int64{0, 1, 5, 6, 7, 8, 11, 12, 13, 14} {
		if got := r.place(int64(offset)); got != place {
			t.Errorf("offset %d: got place %d, want %d", offset, got, place)
		}
	}
}
