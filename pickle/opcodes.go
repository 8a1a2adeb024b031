package pickle

// Argument says what follows an opcode in the stream.
type Argument uint8

// The argument kinds. Numbers are little endian; counts come before the data.
const (
	NoArgument   Argument = iota
	Uint1                 // one byte, unsigned
	Uint2                 // two bytes, unsigned
	Int4                  // four bytes, signed
	Uint4                 // four bytes, unsigned
	Uint8                 // eight bytes, unsigned
	Float8                // eight bytes, IEEE 754, big endian
	Line                  // text up to a line feed
	TwoLines              // module and name, each up to a line feed
	DecimalLine           // a number in decimal, up to a line feed
	QuotedLine            // a Python bytes literal without its prefix, up to a line feed
	EscapedLine           // text with \u escapes, up to a line feed
	Counted1              // one byte of count, then as many bytes
	Counted4              // four bytes of count, unsigned, then as many bytes
	CountedInt4           // four bytes of count, signed, then as many bytes
	Counted8              // eight bytes of count, then as many bytes
	CountedText1          // as Counted1, the bytes being UTF-8
	CountedText4          // as Counted4, the bytes being UTF-8
	CountedText8          // as Counted8, the bytes being UTF-8
	CountedLong1          // as Counted1, the bytes being a two's complement integer
	CountedLong4          // as CountedInt4, the bytes being a two's complement integer
)

// An Opcode is one row of the table that the disassembler, the assembler of
// the tests and the documentation read.
type Opcode struct {
	Code     byte
	Name     string
	Protocol uint8    // first protocol that has it
	Argument Argument // what follows it
	Stack    string   // "taken -- left", the top at the right; "mark ..." takes all above the topmost mark
	Doc      string   // what it does
}

// The opcodes' codes, by name. The protocol decides nothing about which
// opcodes work: CPython's unpicklers take all of them in every program.
const (
	opMark           = '('
	opStop           = '.'
	opPop            = '0'
	opPopMark        = '1'
	opDup            = '2'
	opFloat          = 'F'
	opInt            = 'I'
	opBinint         = 'J'
	opBinint1        = 'K'
	opLong           = 'L'
	opBinint2        = 'M'
	opNone           = 'N'
	opPersid         = 'P'
	opBinpersid      = 'Q'
	opReduce         = 'R'
	opString         = 'S'
	opBinstring      = 'T'
	opShortBinstring = 'U'
	opUnicode        = 'V'
	opBinunicode     = 'X'
	opAppend         = 'a'
	opBuild          = 'b'
	opGlobal         = 'c'
	opDict           = 'd'
	opAppends        = 'e'
	opGet            = 'g'
	opBinget         = 'h'
	opInst           = 'i'
	opLongBinget     = 'j'
	opList           = 'l'
	opObj            = 'o'
	opPut            = 'p'
	opBinput         = 'q'
	opLongBinput     = 'r'
	opSetitem        = 's'
	opTuple          = 't'
	opSetitems       = 'u'
	opBinfloat       = 'G'
	opEmptyTuple     = ')'
	opEmptyList      = ']'
	opEmptyDict      = '}'
	opBinbytes       = 'B'
	opShortBinbytes  = 'C'

	opProto           = 0x80
	opNewobj          = 0x81
	opExt1            = 0x82
	opExt2            = 0x83
	opExt4            = 0x84
	opTuple1          = 0x85
	opTuple2          = 0x86
	opTuple3          = 0x87
	opNewtrue         = 0x88
	opNewfalse        = 0x89
	opLong1           = 0x8a
	opLong4           = 0x8b
	opShortBinunicode = 0x8c
	opBinunicode8     = 0x8d
	opBinbytes8       = 0x8e
	opEmptySet        = 0x8f
	opAdditems        = 0x90
	opFrozenset       = 0x91
	opNewobjEx        = 0x92
	opStackGlobal     = 0x93
	opMemoize         = 0x94
	opFrame           = 0x95
	opBytearray8      = 0x96
	opNextBuffer      = 0x97
	opReadonlyBuffer  = 0x98
)

// HighestProtocol is the newest protocol that the machine reads.
const HighestProtocol = 5

var opcodeRows = []Opcode{
	{opMark, "MARK", 0, NoArgument, "-- mark", "Marks a place on the stack."},
	{opEmptyTuple, "EMPTY_TUPLE", 1, NoArgument, "-- tuple", "Pushes the tuple of no items."},
	{opStop, "STOP", 0, NoArgument, "any --", "Ends the program with the top of the stack as its result."},
	{opPop, "POP", 0, NoArgument, "any --", "Drops the top of the stack, be it an object or a mark."},
	{opPopMark, "POP_MARK", 1, NoArgument, "mark ... --", "Drops all down to the topmost mark."},
	{opDup, "DUP", 0, NoArgument, "any -- any any", "Pushes the top of the stack again."},
	{opBinbytes, "BINBYTES", 3, Counted4, "-- bytes", "Pushes bytes."},
	{opShortBinbytes, "SHORT_BINBYTES", 3, Counted1, "-- bytes", "Pushes up to 255 bytes."},
	{opFloat, "FLOAT", 0, DecimalLine, "-- float", "Pushes a float written in decimal."},
	{opBinfloat, "BINFLOAT", 1, Float8, "-- float", "Pushes a float."},
	{opInt, "INT", 0, DecimalLine, "-- int", "Pushes an int written as in Python source; 00 and 01 are False and True."},
	{opBinint, "BININT", 1, Int4, "-- int", "Pushes a signed int of four bytes."},
	{opBinint1, "BININT1", 1, Uint1, "-- int", "Pushes an unsigned int of one byte."},
	{opLong, "LONG", 0, DecimalLine, "-- int", "Pushes an int written as in Python 2 source, an L behind it."},
	{opBinint2, "BININT2", 1, Uint2, "-- int", "Pushes an unsigned int of two bytes."},
	{opNone, "NONE", 0, NoArgument, "-- None", "Pushes None."},
	{opPersid, "PERSID", 0, Line, "-- any", "Pushes what the loader's callback gives for a persistent id."},
	{opBinpersid, "BINPERSID", 1, NoArgument, "any -- any", "Replaces a persistent id by what the loader's callback gives for it."},
	{opReduce, "REDUCE", 0, NoArgument, "callable tuple -- any", "Calls a callable with a tuple of arguments."},
	{opString, "STRING", 0, QuotedLine, "-- str", "Pushes a Python 2 string written as a literal."},
	{opBinstring, "BINSTRING", 1, CountedInt4, "-- str", "Pushes a Python 2 string."},
	{opShortBinstring, "SHORT_BINSTRING", 1, Counted1, "-- str", "Pushes a Python 2 string of up to 255 bytes."},
	{opUnicode, "UNICODE", 0, EscapedLine, "-- str", "Pushes text written with \\u escapes."},
	{opBinunicode, "BINUNICODE", 1, CountedText4, "-- str", "Pushes text."},
	{opEmptyList, "EMPTY_LIST", 1, NoArgument, "-- list", "Pushes a new list."},
	{opAppend, "APPEND", 0, NoArgument, "list any -- list", "Appends one item."},
	{opBuild, "BUILD", 0, NoArgument, "any any -- any", "Gives an object its state, by __setstate__ or into its attributes."},
	{opGlobal, "GLOBAL", 0, TwoLines, "-- any", "Imports a module and pushes one of its names."},
	{opDict, "DICT", 0, NoArgument, "mark ... -- dict", "Makes a dict of keys and values."},
	{opEmptyDict, "EMPTY_DICT", 1, NoArgument, "-- dict", "Pushes a new dict."},
	{opAppends, "APPENDS", 1, NoArgument, "list mark ... -- list", "Appends items."},
	{opGet, "GET", 0, DecimalLine, "-- any", "Pushes an object out of the memo."},
	{opBinget, "BINGET", 1, Uint1, "-- any", "Pushes an object out of the memo's first 256 places."},
	{opInst, "INST", 0, TwoLines, "mark ... -- any", "Imports a class and calls it."},
	{opLongBinget, "LONG_BINGET", 1, Uint4, "-- any", "Pushes an object out of the memo."},
	{opList, "LIST", 0, NoArgument, "mark ... -- list", "Makes a list."},
	{opObj, "OBJ", 1, NoArgument, "mark callable ... -- any", "Calls a class that lies above the mark."},
	{opPut, "PUT", 0, DecimalLine, "any -- any", "Stores the top of the stack in the memo."},
	{opBinput, "BINPUT", 1, Uint1, "any -- any", "Stores the top of the stack in the memo's first 256 places."},
	{opLongBinput, "LONG_BINPUT", 1, Uint4, "any -- any", "Stores the top of the stack in the memo."},
	{opSetitem, "SETITEM", 0, NoArgument, "dict any any -- dict", "Sets one item."},
	{opTuple, "TUPLE", 0, NoArgument, "mark ... -- tuple", "Makes a tuple."},
	{opSetitems, "SETITEMS", 1, NoArgument, "dict mark ... -- dict", "Sets items."},
	{opProto, "PROTO", 2, Uint1, "--", "States the protocol."},
	{opNewobj, "NEWOBJ", 2, NoArgument, "type tuple -- any", "Makes an object by its class's __new__."},
	{opExt1, "EXT1", 2, Uint1, "-- any", "Pushes what copyreg's registry has under a code."},
	{opExt2, "EXT2", 2, Uint2, "-- any", "Pushes what copyreg's registry has under a code."},
	{opExt4, "EXT4", 2, Int4, "-- any", "Pushes what copyreg's registry has under a code."},
	{opTuple1, "TUPLE1", 2, NoArgument, "any -- tuple", "Makes a tuple of one item."},
	{opTuple2, "TUPLE2", 2, NoArgument, "any any -- tuple", "Makes a tuple of two items."},
	{opTuple3, "TUPLE3", 2, NoArgument, "any any any -- tuple", "Makes a tuple of three items."},
	{opNewtrue, "NEWTRUE", 2, NoArgument, "-- bool", "Pushes True."},
	{opNewfalse, "NEWFALSE", 2, NoArgument, "-- bool", "Pushes False."},
	{opLong1, "LONG1", 2, CountedLong1, "-- int", "Pushes an int of up to 255 bytes."},
	{opLong4, "LONG4", 2, CountedLong4, "-- int", "Pushes an int of any size."},
	{opShortBinunicode, "SHORT_BINUNICODE", 4, CountedText1, "-- str", "Pushes text of up to 255 bytes."},
	{opBinunicode8, "BINUNICODE8", 4, CountedText8, "-- str", "Pushes text of any size."},
	{opBinbytes8, "BINBYTES8", 4, Counted8, "-- bytes", "Pushes bytes of any size."},
	{opEmptySet, "EMPTY_SET", 4, NoArgument, "-- set", "Pushes a new set."},
	{opAdditems, "ADDITEMS", 4, NoArgument, "set mark ... -- set", "Adds items to a set."},
	{opFrozenset, "FROZENSET", 4, NoArgument, "mark ... -- frozenset", "Makes a frozenset."},
	{opNewobjEx, "NEWOBJ_EX", 4, NoArgument, "type tuple dict -- any", "Makes an object by its class's __new__ with keyword arguments."},
	{opStackGlobal, "STACK_GLOBAL", 4, NoArgument, "str str -- any", "Imports a module and pushes one of its names, both taken off the stack."},
	{opMemoize, "MEMOIZE", 4, NoArgument, "any -- any", "Stores the top of the stack in the memo's next place."},
	{opFrame, "FRAME", 4, Uint8, "--", "States how many bytes the following frame has."},
	{opBytearray8, "BYTEARRAY8", 5, Counted8, "-- bytearray", "Pushes a bytearray."},
	{opNextBuffer, "NEXT_BUFFER", 5, NoArgument, "-- buffer", "Pushes the loader's next out-of-band buffer."},
	{opReadonlyBuffer, "READONLY_BUFFER", 5, NoArgument, "buffer -- buffer", "Makes a buffer read-only."},
}

// byCode is the table by code; a code that is no opcode has an empty name.
var byCode = func() (table [256]Opcode) {
	for _, op := range opcodeRows {
		table[op.Code] = op
	}
	return table
}()

// Opcodes returns the table's 68 rows.
func Opcodes() []Opcode { return append([]Opcode(nil), opcodeRows...) }

// opName returns the name of the opcode with code, or its number.
func opName(code byte) string {
	if name := byCode[code].Name; name != "" {
		return name
	}
	const hex = "0123456789abcdef"
	return "0x" + string([]byte{hex[code>>4], hex[code&15]})
}
