package inspect

import (
	"bytes"
	"strings"

	"modelscan/pickle"
)

// given judges the state that a node gives its object by the rules on states
// of pickles, as which it is written. What other objects in it hold is judged
// with their own nodes.
func (s *skopsSchema) given(n skopsNode) {
	content, _ := n.fields["content"].(map[string]any)
	if content == nil || !stateRuled(&pickle.Global{Module: n.module, Qualname: n.class}) && !hasStandIn(content) {
		return
	}
	o := skopsObject{alone: true, ids: s.nodes}
	o.name(n.module, n.class)
	o.out.WriteString(")\x81")
	o.node(content, 0)
	o.out.WriteString("b.")
	p, err := pickle.NewDecoder(pickle.NewReader(bytes.NewReader(o.out.Bytes()), 0), s.w.limits.Pickle, nil).Decode()
	if err != nil {
		s.malformed(n, "its state cannot be told: "+err.Error())
		return
	}
	count := len(p.Globals())
	names := names{c: s.w.collector, p: p, member: s.member, uses: make([]Uses, count), opaque: make([]bool, count), binds: make([]bool, count)}
	names.places, names.filled = map[pickle.Value]int{}, map[pickle.Value]bool{}
	for e := range p.Events() {
		if g, ok := p.ClassOf(e.Subject); ok && e.Kind == pickle.State {
			names.state(g, e.Detail, -1)
			names.hooks(e.Subject, e.Detail, -1)
		}
	}
	for i, g := range p.Globals() {
		if names.uses[i]&Call != 0 {
			s.use(n, g.Module, g.Qualname, Import|Call)
		}
	}
}

// hasStandIn tells whether a state has an attribute by the name of a method,
// or is no dict of such.
func hasStandIn(content map[string]any) bool {
	attributes, ok := content["content"].(map[string]any)
	if !ok || content["__loader__"] != "DictNode" {
		return true
	}
	for name := range attributes {
		if methodNames[name] || onlyMethods[name] || factoryNames[name] || handsOn[name] || takesOver[name] != "" || strings.HasPrefix(name, "__") {
			return true
		}
	}
	return false
}

// part writes a part of a state that is no plain value. What it holds has a
// node of its own, but it may be called.
func (o *skopsObject) part(n map[string]any, kind, module, class string) {
	switch kind {
	case "BytesNode", "BytearrayNode":
		o.data(nil)
	case "PartialNode", "MethodNode", "OperatorFuncNode":
		o.name("builtins", "getattr")
		o.out.WriteString("NN\x86R")
	default:
		o.name(module, class)
		o.out.WriteString(")\x81")
	}
}
