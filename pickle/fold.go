package pickle

// Folds give the value of a noted call of a harmless constructor. They are
// made when somebody looks, from what was recorded, and change nothing.

// classOf returns the class of an instance where the call that made it names
// one: the callable itself, or the class that a reconstructor is given.
func (p *Program) classOf(n *node) (Value, bool) {
	e := p.events.at(int(n.n)).public()
	class := e.Subject
	if g, ok := p.Global(class); ok && e.Kind == Reduce && g.reconstructs > 0 {
		args := p.items(e.Detail)
		if len(args) < int(g.reconstructs) {
			return 0, false
		}
		class = args[g.reconstructs-1]
	}
	return class, isGlobal(class)
}

// reconstructors are functions that make an object of the class that one of
// their arguments is: its number, from 1.
var reconstructors = map[[2]string]int8{
	{"copyreg", "_reconstructor"}:                    1,
	{"copyreg", "__newobj__"}:                        1,
	{"copyreg", "__newobj_ex__"}:                     1,
	{"numpy.core.multiarray", "_reconstruct"}:        1,
	{"numpy._core.multiarray", "_reconstruct"}:       1,
	{"numpy.core._multiarray_umath", "_reconstruct"}: 1,
	{"numpy.ma.core", "_mareconstruct"}:              1,
}

// ClassOf returns the class of an Instance, or of the instance that stood
// for an Inline, where it is plain.
func (p *Program) ClassOf(v Value) (*Global, bool) {
	class, ok := p.ClassValue(v)
	if !ok {
		return nil, false
	}
	return p.Global(class)
}

// ClassValue is ClassOf, as the Class that it is in the program.
func (p *Program) ClassValue(v Value) (Value, bool) {
	if instance, _, _, ok := p.Inline(v); ok {
		v = instance
	}
	if !isNode(v) || p.nodes.at(int(v)).kind != Instance {
		return 0, false
	}
	return p.classOf(p.nodes.at(int(v)))
}
