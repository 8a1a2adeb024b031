package pickle

// Built is an instance of a watched class right after BUILD, as a Loader's
// AfterBuild sees it. It is valid until AfterBuild returns.
type Built struct {
	m      *machine
	Target Value // the instance
}

// Program returns what the program did until now.
func (b *Built) Program() *Program {
	b.m.nodes.n = b.m.page*pageLen + b.m.np
	return &b.m.Program
}

// Offset is where the next byte lies in the input.
func (b *Built) Offset() int64 { return b.m.r.place(b.m.r.Offset()) }

// InFrame tells whether the program is inside a frame. A loader written in
// Python then has read to the frame's end already, and takes raw bytes from
// behind it.
func (b *Built) InFrame() bool { return b.m.frame > b.m.r.Offset() }

// Beyond runs read where a loader written in Python reads: at the input's
// position or, inside a frame, behind the frame. It needs an input that can
// be read anywhere.
func (b *Built) Beyond(read func() error) error {
	if !b.InFrame() {
		return read()
	}
	m := b.m
	back := m.r.Offset()
	m.r.seek(m.frame)
	if err := read(); err != nil {
		return err
	}
	m.r.leaveOut(m.frame, m.r.Offset())
	m.r.seek(back)
	return nil
}

// Seekable tells whether the input can be read anywhere.
func (b *Built) Seekable() bool { return b.m.r.at != nil }

// Byte reads one byte.
func (b *Built) Byte() (byte, error) { return b.m.r.Byte() }

// Bytes reads n bytes, at most 255.
func (b *Built) Bytes(n int) ([]byte, error) { return b.m.argument(n) }

// Use records that the loader calls class's __new__ with args.
func (b *Built) Use(class, args Value) error {
	_, err := b.m.record(NewObj, class, args)
	return err
}

// Data steps over n bytes and returns them as bytes that stay in the input.
func (b *Built) Data(n int64) (Value, error) {
	s := span{offset: b.m.r.Offset(), length: n, size: n}
	if err := b.m.r.Skip(n); err != nil {
		return 0, err
	}
	i, err := b.m.span(s, nil)
	if err != nil {
		return 0, err
	}
	return b.m.node(node{kind: longText, flag: uint8(Bytes), ref: uint64(i)})
}

// Nesting says how a loader reads a program inside another.
type Nesting struct {
	ToFrameEnd bool // the outer program goes on behind the nested one's frame, not behind STOP
	OuterNames bool // the outer program's protocol says whether names are mapped

	// Nested sets these where the other choice would be another reading.
	InFrame bool // STOP stood inside a frame
	Mixed   bool // one of the protocols is below 3
}

// Nested runs a whole program that stands in the input, as a plain
// pickle.load would, and returns its result. What it does is recorded with
// the rest.
func (b *Built) Nested(how *Nesting) (Value, error) {
	m := b.m
	outer := *m
	if how.OuterNames {
		m.mapAs = outer.protocol
	}
	m.loader = nil
	m.stack, m.sp, m.fence, m.marks = make([]Value, 64), 0, 0, nil
	m.memo, m.stored, m.top, m.sparse = []*memoPage{new(memoPage)}, 0, 0, nil
	m.protocol, m.frame, m.huge = 0, 0, nil
	m.soft = 0 // of another window, where Beyond has moved it
	root, err := m.run()
	how.Mixed = how.Mixed || (m.protocol < 3) != (outer.protocol < 3)
	if left := m.frame - m.r.Offset(); m.frame != 0 && left > 0 && err == nil {
		how.InFrame = true
		if how.ToFrameEnd {
			err = m.r.Skip(left)
		}
	}
	m.loader = outer.loader
	m.stack, m.sp, m.fence, m.marks = outer.stack, outer.sp, outer.fence, outer.marks
	m.memo, m.stored, m.top, m.sparse = outer.memo, outer.stored, outer.top, outer.sparse
	m.protocol, m.frame, m.huge = outer.protocol, outer.frame, outer.huge
	m.mapAs = outer.mapAs
	if err == nil {
		m.op, m.at = outer.op, outer.at
	}
	return root, err
}

// Replace puts what the loader made of the instance and data in the
// instance's place on the stack. The memo keeps the instance.
func (b *Built) Replace(data Value) error {
	event, err := b.m.record(State, b.Target, data)
	if err != nil {
		return err
	}
	v, err := b.m.node(node{kind: Inline, n: uint32(event), ref: uint64(data)})
	if err != nil {
		return err
	}
	b.m.stack[b.m.sp-1] = v
	return nil
}
