package pickle

import (
	"errors"
	"fmt"
)

// Error says where and why a program could not be read further. It is all
// that Decode returns besides io.EOF.
type Error struct {
	Offset int64 // of the opcode, in bytes from the start of the input
	Op     string
	Err    error
}

// Error returns the message without a full stop.
func (e *Error) Error() string {
	return fmt.Sprintf("pickle: %s at byte %d: %v", e.Op, e.Offset, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// LimitError names a limit that a program went past.
type LimitError struct {
	Limit string // the field of Limits
	Value int64
}

// Error returns the message without a full stop.
func (e *LimitError) Error() string { return fmt.Sprintf("limit %s of %d reached", e.Limit, e.Value) }

// Why a program could not be read further.
var (
	// ErrTruncated says that the input ends inside an opcode or before STOP.
	ErrTruncated = errors.New("the data ends here")
	// ErrInterrupted says that Limits.Done was closed.
	ErrInterrupted = errors.New("interrupted")
	// ErrOpcode says that a byte is no opcode.
	ErrOpcode = errors.New("no such opcode")
	// ErrStack says that an opcode wants more objects than lie above the topmost mark.
	ErrStack = errors.New("too few objects on the stack")
	// ErrMark says that an opcode wants a mark and there is none.
	ErrMark = errors.New("no mark on the stack")
	// ErrMemo says that a program asks for a memo entry that it never stored.
	ErrMemo = errors.New("no such memo entry")
	// ErrArgument says that what follows an opcode is not what it should be.
	ErrArgument = errors.New("malformed argument")
	// ErrText says that text is not UTF-8.
	ErrText = errors.New("text is not UTF-8")
	// ErrType says that an object has not the type that an opcode wants.
	ErrType = errors.New("object of the wrong type")
	// ErrUnhashable says that a key or a set's item cannot be hashed.
	ErrUnhashable = errors.New("unhashable key")
	// ErrProtocol says that PROTO states a protocol that does not exist.
	ErrProtocol = errors.New("unsupported protocol")
)
