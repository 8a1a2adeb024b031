package inspect

import "strings"

// Model holds the facts that one file states: plain data, no judgement.
// Offsets are bytes from the start of the member's (decompressed) data;
// Member is empty for the file itself.
type Model struct {
	Path        string // as given by the caller, or joined on the way down a folder
	Size        int64  // bytes on disk; -1 where unknown
	Format      string // "pickle", "joblib", … or "unknown"
	Compression string // codec around the whole file, such as "zlib"; empty without one
	SHA256      string // of the file as it is, in hex; empty unless Inspector.Digest asks for it

	Globals  []Global
	Hazards  []Hazard
	Versions []Version
	Metadata []Metadata
	Arrays   []Array
	Programs []Program
	Issues   []Issue
	Root     *Object // what the last whole program leaves; nil where none does

	// ArraysTotal and ArrayBytes count every array, also those beyond
	// Limits.MaxArrays that Arrays leaves out. Bytes that several tensors
	// share count once, here as in the totals by dtype and by part.
	ArraysTotal int
	ArrayBytes  int64
	ByDType     []Total // the largest first
	ByPart      []Total // by what comes first in a path, such as "steps[1][1]"

	Sparse []Sparse
	Code   []Code // functions that the file carries, as their code objects are made

	// Network is all that torch's modules have, also those that Modules leaves out.
	Network    Network
	Modules    []Module // in the order of named_modules
	StateDicts []StateDict
	Frames     []Frame // of pandas

	// NotModel is set where the content is no known format and the name has
	// no model's extension either: a folder's walk passes over such a file.
	NotModel bool
}

// Uses is the set of things that a file does with a name.
type Uses uint8

// The uses of a name.
const (
	Import Uses = 1 << iota // looked up, and perhaps held as a value
	Call                    // called: REDUCE, INST or OBJ
	New                     // made by __new__: NEWOBJ, NEWOBJ_EX, or copyreg's and NumPy's reconstructors
	Build                   // state or items put on what a call or a new of it gave
	Change                  // state or items put on the imported object itself
)

var useNames = []string{"import", "call", "new", "build", "change"}

// Names returns the words for the uses in u, in a fixed order.
func (u Uses) Names() []string {
	names := []string{}
	for i, name := range useNames {
		if u&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// String returns the words for the uses in u, separated by spaces.
func (u Uses) String() string { return strings.Join(u.Names(), " ") }

// ParseUse returns the use that word names.
func ParseUse(word string) (Uses, bool) {
	for i, name := range useNames {
		if word == name {
			return 1 << i, true
		}
	}
	return 0, false
}

// GlobalKind says how a program came by a name.
type GlobalKind uint8

// The kinds of a Global.
const (
	Named     GlobalKind = iota // a plain module and qualified name
	Computed                    // a callable or an operand that is itself the result of a call
	Extension                   // an extension code, looked up in copyreg's registry
	Reference                   // a persistent id, resolved by a callback of the loader
)

// Global is one name that a file makes its loader look up, with all that
// the file does with it. Equal names in one member, and in nodes of one loader,
// are one Global.
type Global struct {
	Module, Qualname string // as Python 3 resolves them
	Raw              string // "module.qualname" as the stream has it, where that differs; else empty
	Kind             GlobalKind
	Uses             Uses
	Explained        Uses   // Call: other Globals say all that its calls reach. Import: it is known to be held nowhere, only called or constructed
	Bound            bool   // a functools.partial of it is made, which something may call
	Count            int    // how often the file looks it up, or, where it never does, uses it
	Member           string // where it was seen first
	Offset           int64  // of the opcode that looked it up first
	Node             string // the loader of the skops nodes that name it, such as "ObjectNode"; else empty
}

// Name is "module.qualname", or a word in angle brackets where there is no plain name.
func (g *Global) Name() string {
	if g.Kind != Named {
		return g.Qualname
	}
	return g.Module + "." + g.Qualname
}

// Hazard is something besides a pickle's names that makes the loader run code
// of the file's choice or leave the file: a layer that carries a function, an
// operator that opens files, a path out of the folder, a state with source.
type Hazard struct {
	Rule    string // a word for machines, such as "external-data"
	Name    string // what it is called, such as "keras.layers.Lambda"; never empty
	Message string // what it would do, in words; what the file says is quoted in it
	Member  string
	Offset  int64 // -1 where there is none
}

// Version is a library version that a file records or implies.
type Version struct {
	Library string // PyPI name, or "python"
	Version string // exact ("1.5.2") or a bound (">=2.0")
	Source  string // the evidence
	Member  string
	Count   int // how many objects say so
}

// Array is one array or tensor.
type Array struct {
	Path   string // what a Python user would type after the object and, for an attribute, a dot; empty for the object itself
	DType  string // NumPy's dtype.str, or its descr for structured dtypes
	Shape  []int64
	Order  string // "C" or "F"
	Bytes  int64  // item size times number of items
	Member string
	Offset int64 // of the opcode that makes it

	Strides []int64 // of a torch tensor, in elements; else nil
	Storage string  // of a torch tensor: the key of what it is a view of, in the member; "meta" where it has no data

	fresh int64 // bytes that no array before it has counted
}

// Total counts arrays that have something in common.
type Total struct {
	Name   string
	Member string // of those that lie in one member; else empty
	Count  int
	Bytes  int64
}

// Code is a code object: a function whose code stands in the file.
type Code struct {
	Name, Qualname string
	Filename       string // of its source, on the machine that wrote it
	Line           int64
	Args           []string
	Names          []string // globals and attributes that it uses, modules that it imports
	Consts         []string // printed as Python would
	Python         string   // a bound that its form tells
	Member         string
	Offset         int64
}

// Sparse is a sparse matrix, array or tensor. The arrays that it is made of
// are among the arrays too.
type Sparse struct {
	Path   string
	Class  string // such as "scipy.sparse._csr.csr_matrix"
	Layout string // such as "csr"
	DType  string
	Shape  []int64
	Stored int64 // explicitly stored values; -1 where that is not known
	Member string
	Offset int64 // of the opcode that makes it
}

// Tensors counts the items of what torch modules have registered.
type Tensors struct {
	Parameters int64
	Trainable  int64 // of them, those that require a gradient
	Buffers    int64
}

// Network is what the torch modules of a file have. Partial says that a
// parameter or buffer is in no form that is known, and not counted.
type Network struct {
	Tensors // each once, in however many modules it is
	Modules int
	Partial bool
}

// Module is one torch module.
type Module struct {
	Tensors // of its own, without the modules in it
	Path    string
	Class   string
	Member  string
}

// StateDict is a dict with tensors under names, and nothing else, not far
// from the object that a load gives.
type StateDict struct {
	Path     string
	Tensors  int
	Elements int64 // of all tensors; one that has two names counts twice
	Member   string
}

// Frame is a DataFrame or a Series of pandas.
type Frame struct {
	Path    string
	Class   string // "DataFrame" or "Series"
	Rows    int64  // -1 where that is not known, as Columns
	Columns int64
	Index   string   // class of the rows' labels, such as "RangeIndex"
	Names   []string // labels of the columns as Python prints them, where they are objects; the first 1,000
	DTypes  []Total  // columns by an array's dtype, or by the class of pandas' own kind of array
	Member  string
}

// Program is one pickle that was read.
type Program struct {
	Member   string
	Offset   int64
	End      int64 // past STOP, or where reading ended
	Protocol int   // the highest PROTO argument; 0 or 1 by its opcodes without one
	Loader   string
	Latin1   bool // holds a Python 2 str that is not ASCII: Python 3 loads it with encoding="latin1" alone
	Opcodes  int64
	Calls    int64
}

// IssueKind tells issues apart for machines.
type IssueKind string

// The kinds of an Issue.
const (
	IssueEmpty       IssueKind = "empty"       // no bytes at all
	IssueNotModel    IssueKind = "not-a-model" // content of another kind, named in the message
	IssueUnsupported IssueKind = "unsupported" // a known format that is not read
	IssueTruncated   IssueKind = "truncated"   // the data ends early
	IssueMalformed   IssueKind = "malformed"   // a loader would fail here
	IssueTrailing    IssueKind = "trailing"    // bytes that no reading explains
	IssueAmbiguous   IssueKind = "ambiguous"   // loaders read this differently
	IssueLimit       IssueKind = "limit"       // a limit was reached
	IssueSideFile    IssueKind = "side-file"   // data in another file that could not be inspected
	IssueIO          IssueKind = "io"          // the operating system failed
)

// Issue is something that could not be read, or not by every loader.
// A file with an issue is never trusted.
type Issue struct {
	Kind    IssueKind
	Message string
	Member  string
	Offset  int64 // -1 where there is none
}

// Object is what a program leaves, as far as reports show it.
type Object struct {
	Class  string
	Params []Param

	// Of an estimator of scikit-learn's kind alone.
	Repr    string  // as scikit-learn prints it: with the parameters that are not the defaults, in lines
	Fitted  []Param // attributes that fitting gave it
	Summary []Param // what it is made of: trees, depth, nodes, support_vectors
	Parts   []Part  // the fitted estimators in it, the first 100
}

// Part is a fitted estimator in another one.
type Part struct {
	Path    string // as an Array's
	Class   string
	Fitted  []Param
	Summary []Param
}

// Param is a named value of an Object, printed as Python would.
type Param struct {
	Name  string
	Value any // nil, bool, int64, float64, string or, for all else, Literal
}

// Literal is a value printed as Python source, shortened where it is long.
type Literal string
