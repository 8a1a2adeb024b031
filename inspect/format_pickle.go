package inspect

import (
	"bytes"
	"errors"
	"io"

	"modelscan/pickle"
)

// stream is the data that programs stand in, which can be read from the
// start again: a file, or what a codec makes of one.
type stream struct {
	at     io.ReaderAt // nil for compressed data
	size   int64       // -1 where only reading tells
	member string
	reopen func() *decompressor
	last   *decompressor // the one that is being read
}

// start points the reader at offset. Compressed data is read from its start.
func (s *stream) start(r *pickle.Reader, offset int64) {
	if s.at != nil {
		r.Reset(s.at, offset)
		return
	}
	s.last = s.reopen()
	r.ResetStream(s.last)
	r.Skip(offset) // where that is past the end, the next read says so
}

// reading is one way to read a stream's programs.
type reading struct {
	joblib   *joblibLoader // nil for plain pickle.load
	offset   int64         // of the first program
	again    bool          // another reading took these bytes already: only new names count
	foreign  bool          // the file is of another format
	astray   bool          // it takes an array's bytes for opcodes
	ends     []int64       // where frames end behind STOP
	whole    int           // programs read to STOP
	names    int           // names that were imported
	opcodes  int64
	calls    int64
	crossed  bool                       // an opcode crossed the end of a frame
	legacy   *torchLegacy               // what was met of torch's oldest form but one
	after    func(*pickle.Program) bool // steps over what stands behind a program; true where no other follows
	keepMemo bool                       // the memo goes on from program to program
	alone    bool                       // names are taken wherever they stand, and nothing is run
	gapped   bool                       // the memo's entries have other numbers in Python 3.15
	newer    bool                       // it is that of Python 3.15
	end      int64                      // where the last whole program ends
	err      error                      // why reading ended, other than the end of the data
}

// pickles reads a file as a stream of pickles, in every way that a loader
// would. It says false where the file is nothing of the kind.
func (w *walk) pickles(content kind, head []byte, r io.ReaderAt, size int64) bool {
	s := &stream{at: r, size: size, member: w.member}
	first := &reading{joblib: &joblibLoader{}}
	mark := w.mark()
	w.read(s, first)
	if first.names == 0 && first.crossed { // only the C unpickler may come to a name
		w.spooled(s, first)
		first.names = len(w.model.Globals) - len(mark.Globals)
	}
	if first.names == 0 && hasModelExtension(w.name) {
		first.names = w.behindFailure(s, first)
	}
	if !w.plausible(first, content, head) {
		w.rollback(mark)
		return false
	}
	if first.legacy == nil {
		w.format("pickle")
	}
	w.settle(s, first)
	return true
}

// plausible tells whether a first reading was one of a pickle. With a
// model's name, whatever imports something is. Without one, text that merely
// begins with an opcode's letter is text.
func (w *walk) plausible(first *reading, content kind, head []byte) bool {
	named := first.names > 0 && (hasModelExtension(w.name) || first.calls > 0 || first.whole > 0 || content.name == "unknown")
	switch {
	case named:
		return true
	case content.name != "unknown" && content.name != "text":
		return false
	case first.whole > 0:
		return first.opcodes > 1
	case len(head) > 1 && head[0] == 0x80 && head[1] <= pickle.HighestProtocol:
		return true
	}
	return first.opcodes > 8 && content.name == "unknown" || first.opcodes > 16
}

// compressed reads compressed data: a container, or a stream of pickles as
// joblib writes it. It says false where the first bytes only look like the
// codec's.
func (w *walk) compressed(c *codec, r io.ReaderAt, size int64) bool {
	reopen := func() *decompressor { return w.decompressor(c, r, size) }
	if !w.packed(c, reopen) {
		return false
	}
	// pickle.load takes a compressed file's own bytes for opcodes: the first
	// bytes of some codecs are.
	w.opcodes(r, size)
	return true
}

// opcodes reads a file that is something else as pickle.load does, which takes
// any for opcodes.
func (w *walk) opcodes(r io.ReaderAt, size int64) {
	s, first := &stream{at: r, size: size, member: w.member}, &reading{again: true, foreign: true, joblib: &joblibLoader{}}
	w.read(s, first)
	w.others(s, first)
}

// packed reads what a decompressor gives.
func (w *walk) packed(c *codec, reopen func() *decompressor) bool {
	s := &stream{size: -1, member: w.member, reopen: reopen}
	first := &reading{joblib: &joblibLoader{}}
	mark := w.mark()
	w.read(s, first)
	d := s.last
	if first.opcodes == 0 && d.count == 0 {
		w.rollback(mark)
		var limit *LimitError
		if errors.As(d.err, &limit) {
			w.codecIssue(c, d.err, -1)
			return true
		}
		return false
	}
	if w.depth == 0 {
		w.model.Compression = c.compression()
	}
	w.format("pickle")
	if c.name != "gzip" {
		w.format("joblib") // no other writer of pickles uses these
	}
	if head := peekPacked(reopen); !w.plausible(first, identify(head), head) {
		w.rollback(mark)
		w.unpacked(c, s)
		return true
	}
	io.Copy(io.Discard, d) // the rest may be damaged
	if err := d.err; err != nil {
		w.codecIssue(c, err, d.consumed())
	}
	s.size = d.count
	issues := len(w.model.Issues)
	w.settle(s, first)
	if len(w.model.Issues) > issues || first.err != nil {
		w.packedBehind(s, first)
	}
	return true
}

// packedBehind reads what decompressed data is besides the pickle that it
// begins as: an archive, which is told by its end, or what stands behind the
// pickle.
func (w *walk) packedBehind(s *stream, first *reading) {
	data, _ := w.spool(s.reopen())
	r, size := bytes.NewReader(data), int64(len(data))
	w.held += size
	defer func() { w.held -= size }()
	if zipBehind(r, size) {
		inner := *w
		inner.depth = max(inner.depth, 1)
		inner.enclosed = true
		readZip(&inner, r, size)
	}
	w.inside(r, first.end, size)
}

// peekPacked returns the beginning of what a decompressor gives.
func peekPacked(reopen func() *decompressor) []byte {
	head, _ := io.ReadAll(io.LimitReader(reopen(), headSize))
	return head
}

// unpacked reads what is compressed and no pickle: a container, or nothing.
func (w *walk) unpacked(c *codec, s *stream) {
	if w.depth == 0 {
		w.model.Compression = c.compression()
	}
	if head := peekPacked(s.reopen); len(head) > 0 && w.depth > 0 && !container(head) {
		w.notModel(IssueNotModel, "this is no model: %s", identify(head).what)
		return // an archive's other members, weights among them, are not held in memory
	}
	data, err := w.spool(s.reopen())
	if err != nil {
		w.codecIssue(c, err, -1)
	}
	if len(data) > 0 { // what stands before damage is there for a loader that reads no further
		w.inflated(data)
	}
}

// container tells whether data begins as some format does that is read.
func container(head []byte) bool {
	for _, f := range formats {
		if f.match(head) {
			return true
		}
	}
	return findCodec(head) != nil
}

// spool holds decompressed data in memory.
func (w *walk) spool(d *decompressor) ([]byte, error) {
	most := max(0, w.limits.held()-w.held) // beside what is held already
	data, err := io.ReadAll(io.LimitReader(d, most+1))
	switch {
	case d.err != nil:
		return data, d.err
	case err != nil:
		return data, err
	case int64(len(data)) > most:
		return nil, &LimitError{"Pickle.MaxMemory", w.limits.Pickle.MaxMemory}
	}
	return data, nil
}

// inflated reads decompressed data that is no pickle.
func (w *walk) inflated(data []byte) {
	w.held += int64(len(data))
	defer func() { w.held -= int64(len(data)) }()
	inner := *w
	inner.depth++
	if inner.depth > w.limits.MaxDepth {
		w.issue(IssueLimit, w.member, -1, "limit MaxDepth of %d reached", w.limits.MaxDepth)
		return
	}
	if sideData.MatchString(w.name) {
		w.format("joblib-data")
		return // an array's bare bytes, which a pickle beside it names
	}
	head := data[:min(len(data), headSize)]
	w.format(identify(head).name)
	if c := findCodec(head); c != nil {
		w.format(c.name)
	}
	for _, f := range formats {
		if f.match(head) {
			w.format(f.name)
		}
	}
	inner.content(bytes.NewReader(data), int64(len(data)))
	if w.depth == 0 && !hasModelExtension(w.name) && len(w.model.Globals)+len(w.model.Arrays) == 0 {
		w.notModel(IssueNotModel, "this is no model: it is %s data that holds none", w.model.Compression)
	}
}

func (w *walk) codecIssue(c *codec, err error, at int64) {
	var limit *LimitError
	switch {
	case errors.As(err, &limit), errors.Is(err, pickle.ErrInterrupted):
		w.issue(IssueLimit, w.member, at, "%s data: %v", c.compression(), err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errShort):
		w.issue(IssueTruncated, w.member, at, "the %s data ends early", c.compression())
	default:
		w.issue(IssueMalformed, w.member, at, "the %s data is damaged: %v", c.compression(), err)
	}
}

// settle files what a first reading found wanting, and takes the other
// readings of the same bytes.
func (w *walk) settle(s *stream, first *reading) {
	if w.in.Opcodes != nil {
		s.start(&w.in.reader, first.offset)
		var gaps []pickle.Gap
		if first.joblib != nil {
			gaps = first.joblib.gaps
		}
		w.in.Opcodes(s.member, &w.in.reader, gaps)
	}
	if j := first.joblib; j != nil && j.arrays > 0 {
		if first.legacy == nil {
			w.format("joblib")
		}
		for i := range w.model.Programs {
			if w.model.Programs[i].Member == s.member {
				w.model.Programs[i].Loader = "joblib"
			}
		}
		for _, offset := range j.spoiled {
			w.issue(IssueAmbiguous, s.member, offset, "the padding before an array is not what joblib writes")
		}
		for _, offset := range j.unsized {
			w.issue(IssueMalformed, s.member, offset, "the dtype or the shape of a joblib array is not one")
		}
	}
	for _, end := range first.ends {
		if s.size >= 0 && end > s.size {
			w.issue(IssueAmbiguous, s.member, end, "%s", pickle.FrameShort)
			continue
		}
		w.issue(IssueAmbiguous, s.member, end, "a program ends inside a frame: the next load from the same file begins behind the frame")
		w.read(s, &reading{again: true, offset: end, joblib: &joblibLoader{}})
	}
	w.others(s, first)
	w.behindFailure(s, first)
}

// behindFailure takes the names that stand behind the opcode at which a
// reading fails. Python 2's unpicklers go on there in many programs: they take
// a mark for an object as any other, look for a mark below others, have any
// text for a number of the memo, and read ints that Python 3 refuses. It
// returns how many names there are.
func (w *walk) behindFailure(s *stream, first *reading) int {
	var where *pickle.Error
	if !errors.As(first.err, &where) || where.Err == pickle.ErrOpcode || where.Err == pickle.ErrTruncated {
		return 0
	}
	rest := &reading{again: true, alone: true, offset: where.Offset}
	w.read(s, rest)
	return rest.names
}

// others takes the further readings of what a first one met.
func (w *walk) others(s *stream, first *reading) {
	for _, other := range otherReadings(first) {
		other.again, other.foreign = true, first.foreign
		w.read(s, other)
		first.crossed = first.crossed || other.crossed || len(other.ends) > 0
	}
	w.spooled(s, first)
}

// otherReadings are the ways in which other loaders, or other releases of the
// same, read what a first reading met.
func otherReadings(first *reading) []*reading {
	var list []*reading
	joblib := func(j joblibLoader) {
		list = append(list, &reading{joblib: &j, offset: first.offset, astray: j.noPadding})
	}
	if j := first.joblib; j != nil {
		if j.arrays > 0 {
			list = append(list, &reading{offset: first.offset, astray: true}) // plain pickle.load takes the arrays' bytes for opcodes
		}
		if j.mappable {
			for _, noPadding := range []bool{true, false} {
				list = append(list, &reading{joblib: &joblibLoader{mapped: true, noPadding: noPadding}, offset: first.offset, astray: true})
			}
		}
		if j.padded {
			joblib(joblibLoader{noPadding: true})
		}
		if j.nesting.InFrame {
			joblib(joblibLoader{nesting: pickle.Nesting{ToFrameEnd: true}})
		}
		if j.nesting.Mixed {
			joblib(joblibLoader{nesting: pickle.Nesting{OuterNames: true}})
		}
	}
	if first.gapped {
		list = append(list, &reading{offset: first.offset, newer: true, astray: first.joblib != nil && first.joblib.arrays > 0})
	}
	if first.whole > 0 && errors.Is(first.err, pickle.ErrMemo) {
		list = append(list, &reading{offset: first.offset, keepMemo: true})
	}
	if t := first.legacy; t != nil && t.end > 0 {
		list = append(list, &reading{offset: t.end, astray: t.stored}) // and torch's storages
	}
	return list
}

// spooled takes the readings that need the data at hand: of arrays inside a
// frame in compressed data, and of frames whose ends opcodes cross, which may
// lie where only a program reads that begins behind a frame.
func (w *walk) spooled(s *stream, first *reading) {
	inFrame := first.joblib != nil && first.joblib.inFrame
	crossed := first.crossed || len(first.ends) > 0
	if !inFrame && !crossed {
		return
	}
	at := s.at
	if at == nil {
		data, err := io.ReadAll(io.LimitReader(s.reopen(), maxDropped))
		if err != nil {
			return
		}
		at = bytes.NewReader(data)
	}
	if inFrame {
		w.read(&stream{at: at, member: s.member}, &reading{again: true, offset: first.offset, joblib: &joblibLoader{}})
	}
	if crossed {
		for _, how := range []*reading{{joblib: &joblibLoader{}}, {astray: true}, {keepMemo: true}} {
			dropped := bytes.NewReader(dropFrames(at, first.offset, how.keepMemo))
			how.again = true
			w.read(&stream{at: dropped, member: s.member}, how)
		}
	}
}

// read takes one reading of a stream: program after program until the data
// ends or something is no program.
func (w *walk) read(s *stream, how *reading) {
	s.start(&w.in.reader, how.offset)
	limits := w.limits.Pickle
	limits.Deadline, limits.Done = w.deadline, w.ctx.Done()
	var loader *pickle.Loader
	if how.joblib != nil {
		loader = how.joblib.loader()
	} else if how.keepMemo || how.alone || how.newer {
		loader = &pickle.Loader{
			Watch: func(string, string) bool { return false }, KeepMemo: how.keepMemo, NamesAlone: how.alone, NewerMemo: how.newer,
		}
	}
	w.in.decoder.Reset(&w.in.reader, limits, loader)
	for {
		if err := w.ctx.Err(); err != nil {
			w.readingIssue(s, how, IssueLimit, -1, "not read to the end: %v", pickle.ErrInterrupted)
			return
		}
		p, err := w.in.decoder.Decode()
		if err == io.EOF {
			break
		}
		if how.whole == 0 && isTorchMagic(p) && err == nil {
			how.legacy = &torchLegacy{}
			w.torch = true
			w.format("torch")
		}
		w.program(s, how, p, err)
		if how.legacy != nil && err == nil && how.legacy.program(w, p) {
			how.legacy.end = p.End
			how.legacy.storages(w, s)
			break
		}
		if err == nil && how.after != nil && how.after(p) {
			break
		}
		if err != nil {
			how.err = err
			w.failed(s, how, p, err)
			break
		}
		if how.whole == w.limits.MaxPrograms {
			w.readingIssue(s, how, IssueLimit, p.End, "limit MaxPrograms of %d reached", w.limits.MaxPrograms)
			break
		}
	}
}

// program gathers the facts of one program.
func (w *walk) program(s *stream, how *reading, p *pickle.Program, err error) {
	p.Kept = dtypes{}
	how.names += len(p.Globals())
	how.opcodes += p.Opcodes
	how.calls += p.Calls
	if pieces := w.names(p, s.member, how); len(pieces) > 0 {
		w.nested(s, p, pieces)
	}
	for _, note := range p.Notes {
		how.crossed = how.crossed || note.Kind == pickle.FrameCrossed
		how.gapped = how.gapped || note.Kind == pickle.MemoGap
	}
	if err == nil && p.FrameEnd > 0 && len(how.ends) < maxFrameEnds {
		how.ends = append(how.ends, p.FrameEnd)
	}
	if how.again {
		return
	}
	for _, note := range p.Notes {
		if note.Kind == pickle.NeedsCallback && (w.torch && torchIDs(p) || w.tensors != nil && tarIDs(p)) {
			continue
		}
		w.issue(noteIssue(note.Kind), s.member, note.Offset, "%s", note.Kind)
	}
	if err == nil {
		how.whole++
		how.end = p.End
		if how.joblib != nil {
			w.sideFiles(how.joblib)
		}
		w.objects(p, s.member)
		w.era(p, s.member)
		w.notes(p, s.member)
		if s.member == "" || w.root {
			w.model.Root = rootObject(p, how.whole <= maxDescribed)
		}
	}
	if len(w.model.Programs) < maxPrograms {
		_, foreign := p.ByteText()
		w.model.Programs = append(w.model.Programs, Program{
			Member: s.member, Offset: p.Start, End: p.End, Protocol: p.Protocol, Loader: "pickle", Latin1: foreign, Opcodes: p.Opcodes, Calls: p.Calls,
		})
	}
}

const (
	maxFrameEnds = 16
	maxDescribed = 100    // programs of a stream whose result is described at length
	maxPrograms  = 10_000 // programs listed one by one
)

func noteIssue(k pickle.NoteKind) IssueKind {
	switch k {
	case pickle.FrameCrossed, pickle.FrameShort, pickle.MemoGap, pickle.LooseInt, pickle.LooseType, pickle.EmptyLine, pickle.LineCarriage:
		return IssueAmbiguous
	case pickle.NeedsCallback, pickle.NeedsBuffer, pickle.NeedsRegistry:
		return IssueUnsupported
	case pickle.LineCut:
		return IssueTruncated
	}
	return IssueMalformed
}

func (w *walk) readingIssue(s *stream, how *reading, kind IssueKind, offset int64, format string, args ...any) {
	if !how.again {
		w.issue(kind, s.member, offset, format, args...)
	}
}

// failed files why a program could not be read to STOP. Bytes behind a whole
// program that are none themselves are trailing bytes; one line end is not
// worth a word.
func (w *walk) failed(s *stream, how *reading, p *pickle.Program, err error) {
	var limit *pickle.LimitError
	limited := errors.As(err, &limit) // then more might be there, however it was read
	if how.again && !limited {
		return
	}
	if !limited && how.whole > 0 && len(p.Globals()) == 0 && !errors.Is(err, pickle.ErrTruncated) || !limited && how.whole > 0 && p.Opcodes <= 1 {
		w.model.Programs = w.model.Programs[:max(0, len(w.model.Programs)-1)]
		w.trailing(s, how.end)
		return
	}
	var where *pickle.Error
	errors.As(err, &where)
	switch {
	case limited && limit.Limit == "Deadline":
		w.issue(IssueLimit, s.member, where.Offset, "%v", &LimitError{"Timeout", int64(w.limits.Timeout)})
	case limited, errors.Is(err, pickle.ErrInterrupted):
		w.issue(IssueLimit, s.member, where.Offset, "%v", where.Err)
	case w.in.reader.Err() != nil:
		w.issue(IssueIO, s.member, where.Offset, "%v", w.in.reader.Err())
	case errors.Is(err, pickle.ErrTruncated):
		w.issue(IssueTruncated, s.member, where.Offset, "the data ends in the middle of a pickle, at %s", where.Op)
	default:
		w.issue(IssueMalformed, s.member, where.Offset, "loading fails at %s: %v", where.Op, where.Err)
	}
}

// trailing files the bytes from offset to the end of the data.
func (w *walk) trailing(s *stream, offset int64) {
	s.start(&w.in.reader, offset)
	tail := w.in.reader.Peek(3)
	if text := string(tail); text == "\n" || text == "\r\n" {
		return
	}
	if s.size >= 0 {
		w.issue(IssueTrailing, s.member, offset, "%d bytes behind the last pickle are none", s.size-offset)
		w.inside(s.at, offset, s.size)
		return
	}
	w.issue(IssueTrailing, s.member, offset, "the bytes behind the last pickle are none")
}

// inside reads what stands at an offset of a file where it begins as a format
// does: a loader that failed in front of it may be asked again.
func (w *walk) inside(r io.ReaderAt, offset, size int64) {
	if r == nil || offset >= size {
		return
	}
	head := make([]byte, min(headSize, size-offset))
	n, _ := r.ReadAt(head, offset)
	if head = head[:n]; isZip(head) || !container(head) {
		return // the end of a zip archive is looked for in any file
	}
	inner := *w
	if inner.depth++; inner.depth > w.limits.MaxDepth {
		w.issue(IssueLimit, w.member, offset, "limit MaxDepth of %d reached", w.limits.MaxDepth)
		return
	}
	inner.content(io.NewSectionReader(r, offset, size-offset), size-offset)
}

// mark and rollback undo a reading that turned out to be of something else.
func (w *walk) mark() Model { return *w.model }

func (w *walk) rollback(m Model) {
	*w.model = m
	clear(w.pieces) // what was found in them is gone
	clear(w.index)
	for i := range m.Globals {
		w.index[keyOf(&m.Globals[i])] = i
	}
	clear(w.storages)
	for i := range m.Arrays {
		w.storages[[2]string{m.Arrays[i].Member, m.Arrays[i].Storage}] = true
	}
}
