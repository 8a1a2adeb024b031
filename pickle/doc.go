// Package pickle reads Python pickles of every protocol and says what they
// would do: it runs their opcodes on a stack and a memo as CPython's
// unpicklers do, but imports nothing and calls nothing. A Decoder gives one
// Program after another, with all that each did, also where it fails.
//
// # Words
//
//   - program: one pickle, from its first opcode to STOP; an input may hold several
//   - opcode, argument: an instruction; what follows it in the stream
//   - name, global: module and qualified name that a program asks Python to import
//   - call: REDUCE, INST, OBJ, NEWOBJ or NEWOBJ_EX; noted, never made
//   - value: an object of the program, a small handle into its graph
//   - fold: the value that the call of a harmless constructor has, worked out in Go
//   - note: a place that CPython's two unpicklers read differently
//
// # Untrusted input
//
// Any bytes may be read. A Decoder returns *Error or io.EOF and nothing else,
// and the Program with either; it does not recurse over its input, and memory
// follows the bytes that are there, not the numbers in them: at most about 24
// bytes for one. Limits bounds opcodes, memory, names and time, each with a
// documented default. Text is returned as it stands in the file: quote it
// before it reaches a terminal.
package pickle
