package inspect

import (
	"bytes"
	"io"
	"path"
	"strings"

	"modelscan/pickle"
)

var _ = register(format{name: "zip", match: isZip, read: readZip,
	doc: "every member, by its own content; as Python, torch and a scan from the front read it, where they differ"})

// isZip knows a zip archive by its first bytes. One with bytes in front is
// found by its end.
func isZip(head []byte) bool {
	return magic(0, zipLocal)(head) || magic(0, zipEnd)(head)
}

// zipKind is a format that is a zip archive.
type zipKind struct {
	name    string
	doc     string                   // as a format has it
	betrays func(member string) bool // a member that no other kind has
	opaque  func(member string) bool // data that its loader takes for numbers alone
}

// isStorage knows the members in which torch keeps storages, by their keys.
// Its loader takes their bytes for numbers.
func isStorage(member string) bool {
	key := strings.TrimSuffix(path.Base(member), ".storage")
	folder := path.Base(path.Dir(member))
	switch folder {
	case "data", ".data", "tensors", "constants": // the last two of 1.4, and of TorchScript
		return strings.Trim(key, "0123456789") == ""
	}
	return false
}

func named(name string) func(string) bool {
	return func(member string) bool { return strings.EqualFold(path.Base(member), name) }
}

// zipKinds are tried in order; what is none of them is a plain archive.
var zipKinds = []zipKind{
	{"torch-package", "carries Python source, which is untrusted; its pickles are read", named("extern_modules"), isStorage},
	{"torch", torchDoc, named("data.pkl"), isStorage},
	{"torchserve", "`.mar` archives: what is in them; the Python source of a handler is untrusted", func(member string) bool { return member == "MAR-INF/MANIFEST.json" }, nil},
	{"skops", "the schema's types and functions, the arrays and what else is in the archive", named("schema.json"), nil},
	{"keras", kerasDoc, named("model.weights.h5"), nil},
	{"keras", "", func(member string) bool { return member == "config.json" || member == "metadata.json" }, nil},
	{"npz", "every array, as an npy file", func(member string) bool { return strings.HasSuffix(strings.ToLower(member), ".npy") }, nil},
}

const kerasDoc = "`.keras` archives and `.h5` files: each class and function that Keras would look up is judged as a name; code in the configuration, " +
	"as of a Lambda layer, is untrusted; the weights"

const torchDoc = "as zip, as the older stream of pickles, and as the oldest tar: each tensor's dtype, shape and order; modules and state dicts with their parameters; the classes of TorchScript are untrusted, its source files listed"

// readZip reads every member of a zip archive.
func readZip(w *walk, r io.ReaderAt, size int64) bool {
	z := openZip(w, r, size)
	if len(z.members) == 0 {
		w.format("zip")
		if findZipEnd(r, size) < 0 {
			return false
		}
		w.notModel(IssueNotModel, "this is no model: it is an empty zip archive")
		return true
	}
	kind := z.kind()
	w.format(cmpOr(kind.name, "zip"))
	switch kind.name {
	case "torch-package":
		inner := *w
		inner.torch = true
		z.w = &inner
		w.hazard(Hazard{"python-source", "torch.package", "the archive is a torch.package, which carries Python source", w.member, -1})
	case "torchserve":
		z.handlers()
	case "torch":
		inner := *w
		inner.torch, inner.main = true, "data.pkl"
		z.w = &inner
	}
	inner := *z.w
	inner.keras = true // whoever reads it as Keras does goes by the names of two members alone
	z.w = &inner
	z.npz = kind.name == "npz"
	z.repeated()
	w.members("zip", func() {
		z.skops(kind.name == "skops")
		seen := map[string]bool{} // of what its loader takes for numbers, which is one member a name
		for _, m := range z.members {
			directory := strings.HasSuffix(m.name, "/") && m.size == 0
			switch {
			case !m.local || directory:
			case kind.opaque != nil && kind.opaque(m.name) && plainName(m.name) && !seen[m.name]:
				seen[m.name] = true
				z.numbers(m)
			default:
				z.member(m)
			}
		}
		if kind.name == "torch" {
			z.torch()
		}
	})
	return true
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// handlers notes the source files that TorchServe imports.
func (z *zipArchive) handlers() {
	for _, m := range z.members {
		if strings.HasSuffix(strings.ToLower(m.name), ".py") {
			z.w.hazard(Hazard{"python-source", "torchserve.handler", "the archive carries the Python source " + shortQuote(m.name) + " for TorchServe", z.w.member, m.header})
		}
	}
}

func (z *zipArchive) kind() zipKind {
	for _, kind := range zipKinds {
		for _, m := range z.members {
			if kind.betrays(zipName(m)) {
				return kind
			}
		}
	}
	return zipKind{}
}

// repeated reports names that stand in the archive more than once: loaders
// take the first, the last or the one with other capitals.
func (z *zipArchive) repeated() {
	seen := map[string]int64{}
	for _, m := range z.members {
		name := strings.ToLower(m.name)
		if cut := strings.IndexByte(name, 0); cut >= 0 {
			z.w.issue(IssueAmbiguous, z.w.member, m.header, "the zip member %s has a NUL in its name, at which Python cuts it", pythonQuote(m.name))
			name = name[:cut]
		}
		if at, ok := seen[name]; ok && at != m.header {
			z.w.issue(IssueAmbiguous, z.w.member, m.header, "the zip member %s is there more than once", pythonQuote(m.name))
		}
		seen[name] = m.header
	}
}

// plainName tells whether a member's name is as writers of archives have it.
func plainName(name string) bool { return !path.IsAbs(name) && path.Clean(name) == name }

// numbers looks at a member that its loader takes for numbers. One that is a
// pickle from its first byte to its last was made for another loader.
func (z *zipArchive) numbers(m zipMember) {
	inner, ok := z.w.enter(m.name)
	if !ok || m.size == 0 {
		return
	}
	raw := z.section(m)
	if reopen := z.reopen(m); reopen != nil {
		data, _ := z.w.spool(reopen())
		raw = io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
	}
	var last [1]byte
	if n, _ := raw.ReadAt(last[:], max(0, raw.Size()-1)); n == 0 || last[0] != '.' {
		return // no pickle ends here
	}
	mark, s := inner.mark(), &stream{at: raw, size: raw.Size(), member: inner.member}
	only := &reading{after: func(*pickle.Program) bool { return true }}
	inner.read(s, only)
	if only.whole == 0 || only.names == 0 || only.end != raw.Size() {
		inner.rollback(mark)
	}
}

// maxChecked is the most data that is read only for its CRC. Loaders of
// larger members check it themselves, or do not care.
const maxChecked = 1 << 20

// member reads one member.
func (z *zipArchive) member(m zipMember) {
	if m.flags&(flagEncrypted|flagStrong|flagMasked) != 0 {
		z.w.issue(IssueUnsupported, z.w.member, m.header, "the zip member %s says that it is encrypted", pythonQuote(m.name))
	}
	inner, ok := z.w.enter(m.name)
	if !ok {
		return
	}
	if name, ok := strings.CutSuffix(m.name, ".npy"); ok && z.npz {
		if inner.prefix = "[" + pythonQuote(name) + "]"; z.w.prefix != "" { // a sparse matrix in a skops file
			inner.prefix = z.w.prefix + "." + name
		}
	}
	if path, ok := z.paths[zipName(m)]; ok {
		inner.prefix = path
	}
	inner.plain = z.plain[zipName(m)]
	raw := z.section(m)
	if raw.Size() < m.packed {
		z.w.issue(IssueTruncated, z.w.member, m.header, "the zip member %s ends with the file", pythonQuote(m.name))
	}
	reopen := z.reopen(m)
	switch {
	case m.method == 0:
		inner.content(raw, raw.Size())
		if m.size <= maxChecked || strings.HasSuffix(strings.ToLower(m.name), ".pkl") {
			z.checkCRC(m, io.NewSectionReader(raw, 0, raw.Size()))
		}
	case reopen == nil:
		z.w.issue(IssueUnsupported, z.w.member, m.header, "the zip member %s is compressed by method %d", pythonQuote(m.name), m.method)
		inner.read(&stream{at: raw, size: raw.Size(), member: inner.member}, &reading{again: true}) // or is not, and says so
	default:
		inner.tells(reopen())
		if !inner.packed(zipMethods[m.method], reopen) && m.size > 0 {
			z.w.issue(IssueMalformed, z.w.member, m.header, "the zip member %s cannot be decompressed", pythonQuote(m.name))
		}
		if m.size <= maxChecked || strings.HasSuffix(strings.ToLower(m.name), ".pkl") {
			z.checkCRC(m, reopen())
		}
	}
}
