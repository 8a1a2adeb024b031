package pycode

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"

	"modelscan/inspect/pytext"
)

// Function is a code object that marshal wrote.
type Function struct {
	Code
	Name, Qualname, Filename string
	Args, KeywordOnly, Flags int64
	Releases                 []string // that its form is of
	Inner                    bool     // it stands in another one
}

// Bounds of marshalled data.
const (
	maxMarshal        = 4 << 20 // bytes
	maxMarshalObjects = 1 << 17 // of which each may be a byte
	maxMarshalDepth   = 1000    // of objects in objects; Python's own bound is 2000
	maxMarshalText    = 200     // bytes of a constant as it is printed
	maxMarshalPrinted = 1 << 20 // bytes of all lists together: functions may share what is long
)

// ErrMarshal says that data is no code object of a release that is known.
var ErrMarshal = errors.New("no marshalled code object of a known Python")

// marshalForms are the fields of a code object by release: those with a colon
// are ints of four bytes, the rest are objects.
var marshalForms = []marshalForm{
	{strings.Fields(":args : :keyword : :flags code consts names locals kinds file name qualname :line lines exceptions"), []string{"3.11", "3.12", "3.13", "3.14", "3.15"}},
	{strings.Fields(":args : :keyword : : :flags code consts names locals free cells file name :line lines"), []string{"3.8", "3.9", "3.10"}},
	{strings.Fields(":args :keyword : : :flags code consts names locals free cells file name :line lines"), []string{"3.6", "3.7"}},
	{strings.Fields(":args : : :flags code consts names locals free cells file name :line lines"), []string{"2.7"}},
}

// marshalWords are the objects that a letter alone stands for.
var marshalWords = map[byte]string{'N': "None", 'T': "True", 'F': "False", 'S': "StopIteration", '.': "Ellipsis"}

type marshalForm struct {
	fields   []string
	releases []string
}

// Unmarshal reads the code objects in what Python's marshal wrote, the outer
// one first; those behind the bound of what is printed are left out. Nothing
// is run.
func Unmarshal(data []byte) ([]Function, error) {
	if len(data) > maxMarshal || len(data) == 0 || data[0]&^0x80 != 'c' {
		return nil, ErrMarshal
	}
	for _, form := range marshalForms {
		u := unmarshaller{form: form, data: data}
		if root := u.read(); root >= 0 && len(u.data) == 0 && u.objects[root].kind == 'c' {
			return u.functions(), nil
		}
	}
	return nil, ErrMarshal
}

// object is one of Python's.
type object struct {
	kind  byte   // marshal's letter for it; 0 for the end of a dict
	text  string // printed, or of text itself
	data  []byte // of bytes
	items []int  // numbers of the objects in it
	ints  map[string]int64
	inner bool // it stands in a code object
}

// unmarshaller reads objects with a stack of its own.
type unmarshaller struct {
	form    marshalForm
	data    []byte
	objects []object
	refs    []int  // numbers of objects that later ones refer to
	stack   []open // objects of which parts are still to be read
	codes   []int
	failed  bool
	printed int // bytes
}

// open is an object of which parts are still to be read.
type open struct {
	object int
	left   int // parts; -1 where an end is written
	field  int // of a code object: the next
}

// read reads one object with all in it, and returns its number; -1 where it is none.
func (u *unmarshaller) read() int {
	for {
		n := u.start()
		for n >= 0 && !u.failed { // finished objects go into the one around
			if len(u.stack) == 0 {
				return n
			}
			n = u.put(n)
		}
		if u.failed || len(u.stack) > maxMarshalDepth || len(u.objects) >= maxMarshalObjects {
			return -1
		}
	}
}

// start reads the beginning of an object. It returns its number where that is
// all of it, and -1 where parts follow.
func (u *unmarshaller) start() int {
	head := u.take(1)
	if head == nil {
		return -1
	}
	n := len(u.objects)
	o := object{kind: head[0] &^ 0x80, inner: len(u.codes) > 0}
	u.objects = append(u.objects, o)
	if head[0]&0x80 != 0 {
		u.refs = append(u.refs, n)
	}
	size := 0 // of the parts that follow; none
	switch o.kind {
	case 'r':
		if i := int(u.int()); i >= 0 && i < len(u.refs) {
			return u.refs[i]
		}
		u.failed = true
	case ')':
		if b := u.take(1); b != nil {
			size = int(b[0])
		}
	case '(', '[', '<', '>':
		size = int(u.int())
	case ':': // a slice, since 3.14
		size = 3
	case '{', '}': // a frozendict, since 3.15
		size = -1
	case 'c':
		u.codes = append(u.codes, n)
		u.stack = append(u.stack, open{n, len(u.form.fields), 0})
		return u.ints()
	default:
		u.scalar(&u.objects[n])
	}
	if size == 0 || u.failed {
		return n
	}
	if size > len(u.data) || size < -1 {
		u.failed = true
	}
	u.stack = append(u.stack, open{n, size, 0})
	return -1
}

// put puts an object into the one that is open, and returns that where it is
// whole now.
func (u *unmarshaller) put(n int) int {
	top := &u.stack[len(u.stack)-1]
	if top.left < 0 && u.objects[n].kind == '0' {
		u.stack = u.stack[:len(u.stack)-1]
		return top.object
	}
	o := &u.objects[top.object]
	o.items = append(o.items, n)
	if top.left > 0 {
		top.left--
	}
	if o.kind == 'c' {
		top.field++
		return u.ints()
	}
	if top.left != 0 {
		return -1
	}
	u.stack = u.stack[:len(u.stack)-1]
	return top.object
}

// ints reads the numbers of the open code object up to its next object, and
// returns it where there is none.
func (u *unmarshaller) ints() int {
	top := &u.stack[len(u.stack)-1]
	o := &u.objects[top.object]
	if o.ints == nil {
		o.ints = map[string]int64{}
	}
	for ; top.field < len(u.form.fields); top.field++ {
		name, isInt := strings.CutPrefix(u.form.fields[top.field], ":")
		if !isInt {
			return -1
		}
		o.ints[name] = u.int()
		o.items = append(o.items, -1)
	}
	u.stack = u.stack[:len(u.stack)-1]
	return top.object
}

func (u *unmarshaller) python2() bool { return u.form.releases[0] == "2.7" }

// take takes bytes off the data; nil where there are not so many.
func (u *unmarshaller) take(n int) []byte {
	if n < 0 || n > len(u.data) {
		u.failed = true
		return nil
	}
	b := u.data[:n]
	u.data = u.data[n:]
	return b
}

func (u *unmarshaller) int() int64 {
	if b := u.take(4); b != nil {
		return int64(int32(binary.LittleEndian.Uint32(b)))
	}
	return 0
}

func (u *unmarshaller) float() float64 {
	if b := u.take(8); b != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

// long reads an int of any length: digits of fifteen bits, the lowest first,
// whose number has the sign.
func (u *unmarshaller) long() string {
	size := u.int()
	if max(size, -size) > int64(len(u.data)/2) {
		u.failed = true
		return ""
	}
	digits := u.take(int(2 * max(size, -size)))
	if len(digits) > maxMarshalText {
		return "…"
	}
	n := new(big.Int)
	for i := len(digits) - 2; i >= 0; i -= 2 {
		n.Or(n.Lsh(n, 15), big.NewInt(int64(binary.LittleEndian.Uint16(digits[i:])&0x7fff)))
	}
	if size < 0 {
		n.Neg(n)
	}
	if u.python2() {
		return n.String() + "L"
	}
	return n.String()
}

// scalar reads an object without parts.
func (u *unmarshaller) scalar(o *object) {
	switch o.kind {
	case 'N', 'T', 'F', 'S', '.':
		o.text = marshalWords[o.kind]
	case '0': // the end of a dict
	case 'i':
		o.text = strconv.FormatInt(u.int(), 10)
	case 'I': // of Python 2
		if b := u.take(8); b != nil {
			o.text = strconv.FormatInt(int64(binary.LittleEndian.Uint64(b)), 10)
		}
	case 'l':
		o.text = u.long()
	case 'g':
		o.text = pytext.Float(u.float())
	case 'y':
		o.text = pytext.Complex(u.float(), u.float())
	case 's':
		o.data = u.take(int(u.int()))
		o.text = string(o.data[:min(len(o.data), maxMarshalText)])
	case 't', 'u', 'a', 'A':
		o.text = string(u.take(int(u.int())))
		if o.kind == 't' && u.python2() {
			u.refs = append(u.refs, len(u.objects)-1) // interned text is referred to by its number
		}
	case 'R':
		if i := int(u.int()); i >= 0 && i < len(u.refs) {
			o.text = u.objects[u.refs[i]].text
		}
	case 'z', 'Z':
		if b := u.take(1); b != nil {
			o.text = string(u.take(int(b[0])))
		}
	default:
		u.failed = true
	}
}
