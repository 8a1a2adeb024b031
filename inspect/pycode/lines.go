package pycode

// lines returns the lines of the source that begin at instructions, as
// dis.findlinestarts has them.
func (r *release) lines(c Code) map[int]int64 {
	starts := map[int]int64{}
	last := int64(-1)
	note := func(at int, line int64) {
		if line != last && at < len(c.Code) && line >= 0 {
			starts[at] = line
		}
		if line >= 0 || r.minor >= 13 { // behind what has no line, the same begins again since
			last = line
		}
	}
	switch {
	case r.minor >= 11:
		locations(c, note)
	case r.minor == 10:
		ranges(c, note)
	default:
		increments(c, r.minor >= 6, note)
	}
	return starts
}

// covers tells whether a table of lines is about all instructions, as those
// from 3.10 on are, or about the beginnings of some, as the older ones.
func (r *release) covers(c Code) bool {
	covered := 0
	switch {
	case r.minor >= 11:
		for i := 0; i < len(c.Lines); i++ {
			if c.Lines[i]&0x80 != 0 { // an entry's first byte alone has this
				covered += 2 * (int(c.Lines[i]&7) + 1)
			}
		}
		return covered == len(c.Code)
	case r.minor == 10:
		for i := 0; i+1 < len(c.Lines); i += 2 {
			covered += int(c.Lines[i])
		}
		return covered == len(c.Code)
	}
	for i := 0; i+1 < len(c.Lines); i += 2 {
		covered += int(c.Lines[i])
	}
	return covered < max(len(c.Code), 1)
}

// increments reads co_lnotab: pairs of steps in bytes and in lines, the latter
// signed from Python 3.6 on.
func increments(c Code, signed bool, note func(int, int64)) {
	at, line := 0, c.FirstLine
	for i := 0; i+1 < len(c.Lines); i += 2 {
		step := int64(c.Lines[i+1])
		if signed && step >= 0x80 {
			step -= 0x100
		}
		if c.Lines[i] != 0 {
			note(at, line)
			at += int(c.Lines[i])
		}
		line += step
	}
	note(at, line)
}

// ranges reads the co_linetable of 3.10: pairs of the bytes that a line has,
// and of the step to that line; -128 stands for no line.
func ranges(c Code, note func(int, int64)) {
	at, line := 0, c.FirstLine
	for i := 0; i+1 < len(c.Lines); i += 2 {
		step := int64(int8(c.Lines[i+1]))
		if step != -128 {
			line += step
			if c.Lines[i] != 0 {
				note(at, line)
			}
		}
		at += int(c.Lines[i])
	}
}

// locations reads the co_linetable of 3.11: entries of a byte with the form
// and the length in instructions, and what that form has.
func locations(c Code, note func(int, int64)) {
	at, line := 0, c.FirstLine
	for i := 0; i < len(c.Lines); {
		head := c.Lines[i]
		i++
		form, length := head>>3&15, int(head&7)+1
		switch form {
		case 15: // no line
		case 14: // line, end line, two columns
			line += signed(varint(c.Lines, &i))
			for range 3 {
				varint(c.Lines, &i)
			}
		case 13: // line alone
			line += signed(varint(c.Lines, &i))
		case 12, 11, 10: // 0, 1 or 2 lines, and two columns
			line += int64(form) - 10
			i += 2
		default: // columns
			i++
		}
		if form == 15 {
			note(at, -1)
		} else {
			note(at, line)
		}
		at += 2 * length
	}
}

// varint reads a number of six bits a byte, the lowest first.
func varint(data []byte, i *int) uint64 {
	var n uint64
	for shift := 0; *i < len(data) && shift < 60; shift += 6 {
		b := data[*i]
		*i++
		n |= uint64(b&63) << shift
		if b&64 == 0 {
			break
		}
	}
	return n
}

// signed has the sign in the lowest bit.
func signed(n uint64) int64 {
	if n&1 != 0 {
		return -int64(n >> 1)
	}
	return int64(n >> 1)
}
