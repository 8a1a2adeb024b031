package pickle

import "time"

// Limits bound what one program may cost. A zero field means its default;
// there is no "unlimited".
type Limits struct {
	MaxOpcodes int64     // opcodes of one program; default 1<<32
	MaxMemory  int64     // bytes of graph, stack and memo, and a quarter of it for one line; default 4 GiB
	MaxName    int       // bytes of a module or qualified name; default and most 65,536
	MaxNames   int       // different names that are imported; default 65,536
	Deadline   time.Time // no opcode runs after it; the zero time means none

	Done <-chan struct{} // once it is closed, reading ends soon; nil means never
}

func (l Limits) withDefaults() Limits {
	if l.MaxOpcodes <= 0 {
		l.MaxOpcodes = 1 << 32
	}
	if l.MaxMemory <= 0 {
		l.MaxMemory = 4 << 30
	}
	if l.MaxName <= 0 || l.MaxName > maxText {
		l.MaxName = maxText
	}
	if l.MaxNames <= 0 {
		l.MaxNames = 1 << 16
	}
	return l
}
