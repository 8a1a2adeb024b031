package pycode

import (
	"strings"

	"modelscan/inspect/pytext"
)

// functions returns the code objects that were read, as far as they are printed.
func (u *unmarshaller) functions() []Function {
	var list []Function
	for i, n := range u.codes {
		if u.printed > maxMarshalPrinted {
			break
		}
		o := &u.objects[n]
		f := Function{
			Args: o.ints["args"], KeywordOnly: o.ints["keyword"], Flags: o.ints["flags"], Releases: u.form.releases, Inner: i > 0,
		}
		f.FirstLine = o.ints["line"]
		var kinds []byte
		for i, item := range o.items {
			if item < 0 || i >= len(u.form.fields) {
				continue
			}
			part := &u.objects[item]
			switch u.form.fields[i] {
			case "code":
				f.Code.Code = part.data
			case "consts":
				f.Consts = u.constants(part)
			case "names":
				f.Names = u.texts(part)
			case "locals":
				f.Locals = u.texts(part)
			case "free":
				f.Free = u.texts(part)
			case "cells":
				f.Cells = u.texts(part)
			case "kinds":
				kinds = part.data
			case "file":
				f.Filename = part.text
			case "name":
				f.Name = part.text
				f.Qualname = part.text
			case "qualname":
				f.Qualname = part.text
			case "lines":
				f.Lines = part.data
			}
		}
		if kinds != nil {
			f.split(kinds)
		}
		list = append(list, f)
	}
	return list
}

// split sorts the variables of 3.11 by their kinds: locals have 0x20, cells 0x40, free ones 0x80.
func (f *Function) split(kinds []byte) {
	all := f.Locals
	f.Locals = nil
	for i, name := range all {
		if i >= len(kinds) {
			break
		}
		if kinds[i]&0x20 != 0 {
			f.Locals = append(f.Locals, name)
		}
		if kinds[i]&0x40 != 0 {
			f.Cells = append(f.Cells, name)
		}
		if kinds[i]&0x80 != 0 {
			f.Free = append(f.Free, name)
		}
	}
}

// tuple are the items of a tuple.
func (o *object) tuple() []int {
	if o.kind != '(' && o.kind != ')' {
		return nil
	}
	return o.items
}

// texts are the items of a tuple of names.
func (u *unmarshaller) texts(o *object) []string {
	return u.list(o, func(n int) string { return u.objects[n].text })
}

// constants are the items of a tuple as Python prints them, without what stands deep in them.
func (u *unmarshaller) constants(o *object) []string {
	return u.list(o, func(n int) string { return u.constant(n, 1) })
}

// list prints the items of a tuple, up to the bound: the same tuple may be
// that of many code objects.
func (u *unmarshaller) list(o *object, text func(int) string) []string {
	list := []string{}
	for _, n := range o.tuple() {
		if u.printed > maxMarshalPrinted {
			break
		}
		list = append(list, text(n))
		u.printed += len(list[len(list)-1]) + 16 // of the string's header
	}
	return list
}

// constant prints an object, and those in it to a depth of two.
func (u *unmarshaller) constant(n, depth int) string {
	o := &u.objects[n]
	switch o.kind {
	case 's', 't', 'u', 'a', 'A', 'z', 'Z', 'R':
		return u.quoted(o)
	case 'c':
		for i, item := range o.items {
			if item >= 0 && i < len(u.form.fields) && u.form.fields[i] == "name" {
				return "<code object " + u.objects[item].text + ">"
			}
		}
	case '{', '}':
		return "{…}"
	case '(', ')', '<', '>', '[', ':':
		if len(o.items) == 0 && (o.kind == '<' || o.kind == '>') {
			return "frozenset()"
		}
		if depth > 2 || len(o.items) > 20 {
			return "(…)"
		}
		var parts []string
		for _, item := range o.items {
			parts = append(parts, u.constant(item, depth+1))
		}
		if o.kind == '<' || o.kind == '>' {
			return "frozenset({" + strings.Join(parts, ", ") + "})"
		}
		if o.kind == ':' {
			return "slice(" + strings.Join(parts, ", ") + ")"
		}
		if len(parts) == 1 {
			return "(" + parts[0] + ",)"
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	return o.text
}

// quoted prints text or bytes.
func (u *unmarshaller) quoted(o *object) string {
	prefix, suffix := "", ""
	switch {
	case o.kind == 's' && !u.python2():
		prefix = "b"
	case o.kind == 'u' && u.python2():
		prefix = "u"
	}
	if max(len(o.text), len(o.data)) > maxMarshalText {
		suffix = "…"
	}
	return prefix + pytext.Quote(o.text[:min(len(o.text), maxMarshalText)]) + suffix
}
