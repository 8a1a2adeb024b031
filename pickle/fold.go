package pickle

// Folds give the value of a noted call of a harmless constructor. They are
// made when somebody looks, from what was recorded, and change nothing.

// classOf returns the class of an instance where the call that made it names
// one: the callable itself, or the class that a reconstructor is given.
func (p *Program) classOf(n *node) (Value, bool) {
	e := p.events.at(int(n.n)).public()
	class := e.Subject
	if g, ok := p.Global(class); ok && e.Kind == Reduce {
		if at, ok := reconstructors[[2]string{g.Module, g.Qualname}]; ok {
			args := p.items(e.Detail)
			if len(args) <= at {
				return 0, false
			}
			class = args[at]
		}
	}
	return class, isGlobal(class)
}

// reconstructors are functions that make an object of the class that one of
// their arguments is.
var reconstructors = map[[2]string]int{
	{"copyreg", "_reconstructor"}:                    0,
	{"copyreg", "__newobj__"}:                        0,
	{"copyreg", "__newobj_ex__"}:                     0,
	{"numpy.core.multiarray", "_reconstruct"}:        0,
	{"numpy._core.multiarray", "_reconstruct"}:       0,
	{"numpy.core._multiarray_umath", "_reconstruct"}: 0,
	{"numpy.ma.core", "_mareconstruct"}:              0,
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
