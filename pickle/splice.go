package pickle

import (
	"io"
	"slices"
)

// splice is an input without some of its bytes: those that a loader written
// in Python has read from behind an open frame, so that behind the frame comes
// what it has not read. Offsets are then those of what is left.
type splice struct {
	at   io.ReaderAt
	cuts []cut
}

// cut is a place at which bytes are left out.
type cut struct {
	at    int64 // in what is left
	shift int64 // from there on, to a place in the input
}

// leaveOut leaves out the bytes from begin to end, both in what is left. No
// cut lies behind begin.
func (d *Reader) leaveOut(begin, end int64) {
	s, ok := d.at.(*splice)
	if !ok {
		s = &splice{at: d.at}
		d.at = s
	}
	shift := end - begin
	if n := len(s.cuts); n > 0 {
		shift += s.cuts[n-1].shift
		if s.cuts[n-1].at == begin {
			s.cuts = s.cuts[:n-1]
		}
	}
	s.cuts = append(s.cuts, cut{begin, shift})
}

// after returns how many cuts lie at or before an offset.
func (s *splice) after(offset int64) int {
	n, found := slices.BinarySearchFunc(s.cuts, offset, func(c cut, offset int64) int {
		return int(min(max(c.at-offset, -1), 1))
	})
	if found {
		n++
	}
	return n
}

// place returns where in the input an offset is.
func (s *splice) place(offset int64) int64 {
	if n := s.after(offset); n > 0 {
		return offset + s.cuts[n-1].shift
	}
	return offset
}

// ReadAt implements io.ReaderAt.
func (s *splice) ReadAt(p []byte, offset int64) (n int, err error) {
	for n < len(p) && err == nil {
		piece, at := p[n:], offset+int64(n)
		if next := s.after(at); next < len(s.cuts) {
			piece = piece[:min(int64(len(piece)), s.cuts[next].at-at)]
		}
		var got int
		got, err = s.at.ReadAt(piece, s.place(at))
		n += got
		if got == len(piece) {
			err = nil
		}
	}
	return n, err
}

// place returns where in the input an offset is, which bytes may be left out of.
func (d *Reader) place(offset int64) int64 {
	if s, ok := d.at.(*splice); ok {
		return s.place(offset)
	}
	return offset
}
