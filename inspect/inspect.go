package inspect

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"modelscan/inspect/pycode"
	"modelscan/pickle"
)

// Inspector inspects one file after another and reuses its memory between
// them. It must not be used by two goroutines at once; its zero value works
// with the default limits.
type Inspector struct {
	Limits Limits
	Digest bool // also work out Model.SHA256, which reads all of a file

	Counter *atomic.Int64 // goes up by the bytes that are read of each file; nil where nobody asks

	// Opcodes is called for each stream of pickles in a file, with what
	// pickle.Dis takes; nil where nobody asks.
	Opcodes func(member string, r *pickle.Reader, gaps []pickle.Gap)

	// Bodies is called for each code object that a pickle makes, with what
	// pycode.Disassemble takes and the releases of Python that its form is of;
	// nil where nobody asks.
	Bodies func(c Code, body pycode.Code, releases []string)

	reader  pickle.Reader
	decoder pickle.Decoder
	ahead   *ahead     // the one that runs
	inner   *Inspector // of what is read while a program is at hand
	small   []byte     // a small file
}

// nested returns the Inspector of what a program of in carries.
func (in *Inspector) nested() *Inspector {
	if in.inner == nil {
		in.inner = &Inspector{Limits: in.Limits}
	}
	in.inner.Bodies = in.Bodies
	return in.inner
}

// headSize is how much of a file's beginning tells its format.
const headSize = 512

// File inspects the file at path. The error says that the operating system
// would not let us read it; whatever the file holds is in the Model.
func (in *Inspector) File(ctx context.Context, path string) (*Model, error) {
	f, info, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.ReaderAt = f
	if in.Counter != nil {
		r = counted{f, in.Counter}
	}
	if size := info.Size(); size <= maxSmall {
		if in.small == nil {
			in.small = make([]byte, maxSmall)
		}
		if n, err := r.ReadAt(in.small[:size], 0); int64(n) == size && (err == nil || err == io.EOF) {
			r = bytes.NewReader(in.small[:size])
		}
	}
	return in.inspect(ctx, path, r, info.Size(), siblings(path)), nil
}

// maxSmall bounds files that are read at once: asking for a piece of one costs
// more than the piece.
const maxSmall = 32 << 10

// counted counts the bytes that are read.
type counted struct {
	r io.ReaderAt
	n *atomic.Int64
}

// ReadAt implements io.ReaderAt.
func (c counted) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.r.ReadAt(p, at)
	c.n.Add(int64(n))
	return n, err
}

// Reader inspects the size bytes of r as if they were the file name. It
// opens no other file.
func (in *Inspector) Reader(ctx context.Context, name string, r io.ReaderAt, size int64) *Model {
	return in.inspect(ctx, name, r, size, nil)
}

// walk is the reading of one file, or of one member of it.
type walk struct {
	*collector
	in       *Inspector
	ctx      context.Context
	name     string // the file's, or the member's own
	member   string // the way in from the file; empty for the file itself
	depth    int
	prefix   string           // of the paths of what it holds: in an .npz file, its key
	root     bool             // what a program leaves is what the file is
	main     string           // the member, without folders, that is what the file is; empty where all of it is
	torch    bool             // persistent ids are torch's, which its loader resolves
	tensors  map[string]array // by persistent ids, in torch's oldest form; else nil
	keras    bool             // a member of a Keras archive
	plain    bool             // the loader takes the member for bytes: that it is of no known format is no issue
	enclosed bool             // another reading explains the bytes around an archive
	deadline time.Time
	sibling  func(name string) (*os.File, error) // opens a side file; nil where there is no folder
	told     *string                             // takes the format; nil where nobody asks
}

func (in *Inspector) inspect(ctx context.Context, name string, r io.ReaderAt, size int64, sibling func(string) (*os.File, error)) *Model {
	limits := in.Limits.withDefaults()
	m := &Model{Path: name, Size: size, Format: "unknown"}
	beside := false
	if open := sibling; open != nil {
		sibling = func(name string) (*os.File, error) {
			beside = true
			return open(name)
		}
	}
	w := &walk{collector: newCollector(m, limits), in: in, ctx: ctx, name: name, sibling: sibling}
	w.bodies = in.Bodies
	w.deadline = time.Now().Add(limits.Timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(w.deadline) {
		w.deadline = d
	}
	if err := ctx.Err(); err != nil {
		w.issue(IssueLimit, "", -1, "not read: %v", err)
		return m
	}
	sum := make(chan string, 1)
	if in.Digest {
		go func() { sum <- digest(ctx, r, size) }() // beside the reading
	}
	w.content(r, size)
	w.besideFiles()
	in.stopAhead()
	limited := func(i Issue) bool { return i.Kind == IssueLimit }
	if err := w.expired(); err != nil && !slices.ContainsFunc(m.Issues, limited) { // a second reading says nothing of its own end
		w.issue(IssueLimit, "", -1, "not read to the end: %v", err)
	}
	w.implied()
	m.total()
	if in.Digest {
		if m.SHA256 = <-sum; beside {
			m.SHA256 = "" // a model in several files: one's would say nothing of the others
		}
	}
	return m
}

// stopAhead ends the goroutine that reads ahead, where there is one: an
// Inspector has one at a time, whatever becomes of who started it.
func (in *Inspector) stopAhead() {
	if in.ahead != nil {
		in.ahead.stop()
		in.ahead = nil
	}
}

// expired says why reading must end: it was interrupted, or takes too long.
func (w *walk) expired() error {
	switch {
	case w.ctx.Err() != nil:
		return pickle.ErrInterrupted
	case time.Now().After(w.deadline):
		return &LimitError{"Timeout", int64(w.limits.Timeout)}
	}
	return nil
}

// digest works out the SHA-256 of a file; it is empty where the file could
// not be read.
func digest(ctx context.Context, r io.ReaderAt, size int64) string {
	sum := sha256.New()
	for at := int64(0); at < size; at += digestStep {
		if ctx.Err() != nil {
			return ""
		}
		if n, err := io.Copy(sum, io.NewSectionReader(r, at, min(digestStep, size-at))); err != nil || n != min(digestStep, size-at) {
			return ""
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// digestStep is how much is read before the context is asked again.
const digestStep = 16 << 20

// descend reads a member of a container by its own content. Its name is the
// one in the container; one that would make a path ambiguous is the caller's
// to quote.
func (w *walk) descend(name string, r io.ReaderAt, size int64) {
	if inner, ok := w.enter(name); ok {
		inner.content(r, size)
	}
}

// enter returns the walk of a member, and false where it is too deep, or one
// too many.
func (w *walk) enter(name string) (*walk, bool) {
	inner := *w
	inner.root = w.depth == 0 && w.main != "" && strings.EqualFold(path.Base(name), w.main)
	inner.main = ""
	inner.name, inner.depth, inner.sibling, inner.plain, inner.enclosed, inner.told = name, w.depth+1, nil, false, false, nil
	inner.member = name
	if w.member != "" {
		inner.member = w.member + "/" + name
	}
	if inner.depth > w.limits.MaxDepth {
		w.issue(IssueLimit, inner.member, -1, "limit MaxDepth of %d reached", w.limits.MaxDepth)
		return nil, false
	}
	if w.entered++; w.entered > w.limits.MaxMembers {
		if w.entered == w.limits.MaxMembers+1 {
			w.issue(IssueLimit, inner.member, -1, "limit MaxMembers of %d reached", w.limits.MaxMembers)
		}
		return nil, false
	}
	return &inner, true
}

// format names the format of the file. What is found in members does not
// change it.
func (w *walk) format(name string) {
	if w.depth == 0 {
		w.model.Format = name
	}
	if w.told != nil {
		*w.told = name
	}
}

// notModel says that the content is none that a loader of models reads. In a
// folder or a container that is worth a word only where the name promises a
// model.
func (w *walk) notModel(kind IssueKind, format string, args ...any) {
	switch {
	case hasModelExtension(w.name):
		w.issue(kind, w.member, -1, format, args...)
	case w.depth == 0:
		w.issue(kind, w.member, -1, format, args...)
		w.model.NotModel = true
	}
}

// content reads a file, or a member, by what its first bytes say, a zip
// archive at its end by what its last bytes say, and HDF5 behind a block of
// the user's own.
func (w *walk) content(r io.ReaderAt, size int64) {
	if w.depth > 0 {
		w.tells(io.NewSectionReader(r, 0, size))
	}
	head, known := w.byHead(r, size)
	if !isZip(head) && zipBehind(r, size) {
		z := *w
		if known {
			z.depth = max(z.depth, 1) // the file keeps the format of its beginning
			z.enclosed = true
		}
		known = readZip(&z, r, size) || known
	}
	switch base := hdf5Behind(r, size); {
	case base > 0 && known:
		h := *w
		h.depth = max(h.depth, 1)
		h.enclosed = true
		h.hdf5(r, size, base)
	case base > 0:
		w.hdf5(r, size, base)
	case !known:
		for _, at := range []int64{2, 4} { // where pandas stands after gzip refused two bytes, and two more
			if int64(len(head)) > at && strings.HasPrefix(string(head[at:]), "\x1f\x8b") {
				w.inside(r, at, size)
			}
		}
		w.unknown(identify(head))
	}
}

// byHead reads what is told by its first bytes. It returns them, and says
// false where they tell nothing.
func (w *walk) byHead(r io.ReaderAt, size int64) ([]byte, bool) {
	if size == 0 {
		w.format("empty")
		w.notModel(IssueEmpty, "the file is empty")
		return nil, true
	}
	head := make([]byte, min(headSize, size))
	n, err := r.ReadAt(head, 0)
	if n == 0 && err != nil {
		w.issue(IssueIO, w.member, 0, "%v", err)
		return nil, true
	}
	head = head[:n]
	for _, f := range formats {
		issues := len(w.model.Issues)
		if f.match(head) && f.read(w, r, size) {
			w.opcodes(r, size) // some formats begin with bytes that are some
			w.behind(r, size, w.model.Issues[min(issues, len(w.model.Issues)):])
			return head, true
		}
	}
	if c := findCodec(head); c != nil && w.compressed(c, r, size) {
		return head, true
	}
	return head, w.pickles(identify(head), head, r, size)
}

// maxBehind bounds the places in a file that are looked at again.
const maxBehind = 16

// behind reads bytes that a format does not explain as a loader of pickles
// would, who is given a file that stands there.
func (w *walk) behind(r io.ReaderAt, size int64, issues []Issue) {
	var places []int64
	for _, issue := range issues {
		if issue.Kind == IssueTrailing && issue.Member == w.member && issue.Offset > 0 && len(places) < maxBehind {
			places = append(places, issue.Offset)
		}
	}
	for _, at := range places {
		w.read(&stream{at: r, size: size, member: w.member}, &reading{again: true, offset: at})
	}
}

// unknown says what a file is that nothing here reads.
func (w *walk) unknown(content kind) {
	if checkpointData.MatchString(w.name) && !content.known {
		content = kind{name: "tensorflow-data", what: "it is the numbers of a TensorFlow checkpoint, which the .index beside it describes"}
	}
	w.format(content.name)
	switch {
	case content.name == "macos" && w.depth > 0: // whatever the other file is called
	case content.name == "macos":
		w.issue(IssueNotModel, w.member, -1, "this is no model: %s", content.what)
		w.model.NotModel = true
	case w.plain: // bytes, and no model either
	case content.known:
		w.issue(IssueUnsupported, w.member, -1, "this is %s, which is not read yet", content.what)
	case content.name == "unknown" && w.depth > 0 && !hasModelExtension(w.name):
		w.issue(IssueUnsupported, w.member, -1, "the member is of no known format")
	default:
		w.notModel(IssueNotModel, "this is no model: %s", content.what)
	}
}

// members runs the reading of a container and says so where no model was in it.
func (w *walk) members(kind string, read func()) {
	m := w.model
	found := func() int {
		return len(m.Programs) + len(m.Globals) + m.ArraysTotal + len(m.Hazards) + len(m.Issues) + len(m.Versions)
	}
	before := found()
	read()
	if found() == before {
		w.notModel(IssueNotModel, "this is no model: it is a %s archive without one", kind)
	}
}
