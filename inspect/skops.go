package inspect

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A skops file is a zip archive whose schema.json is a tree of nodes. A node
// names a class, and the loader that makes an object of it; arrays stand in
// members of their own, which are read like those of any archive.

// maxSchema bounds schema.json, which is held in memory.
const maxSchema = 64 << 20

// skopsProtocol is the newest protocol of schema.json that is known here.
const skopsProtocol = 2

const skopsSchemaName = "schema.json"

// skops reads the schema of a skops file, and says which members nobody asks
// for. Skops reads the schema of any archive that has one, also where another
// loader sees another format: only then may it be something else.
func (z *zipArchive) skops(only bool) {
	s := skopsSchema{w: z.w, files: map[string]bool{}, plain: map[string]bool{}, paths: map[string]string{}, only: only}
	for _, m := range z.members {
		s.files[zipName(m)] = zipName(m) == skopsSchemaName
	}
	for _, m := range z.members {
		if zipName(m) != skopsSchemaName || !m.local {
			continue
		}
		var r io.Reader = z.section(m)
		if reopen := z.reopen(m); m.method != 0 && reopen != nil {
			r = reopen()
		}
		s.member, s.ids = joinMember(z.w.member, m.name), map[string]string{}
		s.nodes = map[json.Number]map[string]any{}
		s.read(r)
	}
	if !only {
		return
	}
	if z.w.member == "" && s.root != nil {
		z.w.model.Root = z.skopsObject(s.root)
	}
	z.plain, z.paths = s.plain, s.paths
	for _, m := range z.members {
		if asked, known := s.files[zipName(m)]; known && !asked && !strings.HasSuffix(m.name, "/") {
			z.w.issue(IssueTrailing, joinMember(z.w.member, m.name), -1, "no node of the schema asks for this member")
			s.files[zipName(m)] = true // once
		}
	}
}

// zipName is the name of a member as Python's zipfile has it: cut at a NUL.
func zipName(m zipMember) string {
	name, _, _ := strings.Cut(m.name, "\x00")
	return name
}

func joinMember(outer, name string) string {
	if outer == "" {
		return name
	}
	return outer + "/" + name
}

type skopsSchema struct {
	w        *walk
	member   string
	only     bool // the archive is of no other format
	protocol int
	files    map[string]bool   // members of the archive; set where a node asks for it
	plain    map[string]bool   // members that are taken for bytes
	ids      map[string]string // what the node of an id was
	paths    map[string]string // members that hold arrays, by where in the object they stand
	todo     []skopsValue
	nodes    map[json.Number]map[string]any // by their ids
	root     map[string]any
}

// skopsValue is a value of the schema that is still to be read.
type skopsValue struct {
	v     any
	path  string // where in the object it stands, as a user would type it, with a dot in front
	steps skopsSteps
}

// skopsSteps says how what is in a value is reached.
type skopsSteps uint8

const (
	noSteps     skopsSteps = iota
	keySteps               // by an index, or a key
	memberSteps            // by an attribute
	stateSteps             // by an attribute, where the value is a node of a dict
)

// maxSkopsPath bounds a path; what lies deeper goes by the path of what it is in.
const maxSkopsPath = 200

// step returns the path of one item.
func (v skopsValue) step(key string, index int) string {
	path := v.path
	switch {
	case v.steps == keySteps && index >= 0:
		path += "[" + strconv.Itoa(index) + "]"
	case v.steps == keySteps:
		path += "[" + pythonQuote(key) + "]"
	case v.steps == memberSteps && identifier(key):
		path += "." + key
	}
	if len(path) > maxSkopsPath {
		return v.path
	}
	return path
}

// skopsNode is a node with what every node has.
type skopsNode struct {
	loader, module, class string
	path                  string
	fields                map[string]any
}

func (n skopsNode) name() string { return n.module + "." + n.class }

func (s *skopsSchema) read(r io.Reader) {
	data, err := io.ReadAll(io.LimitReader(r, maxSchema+1))
	if err != nil || len(data) > maxSchema {
		s.w.issue(IssueLimit, s.member, -1, "the schema has more than %d bytes", maxSchema)
		return
	}
	var root map[string]any
	numbers := json.NewDecoder(bytes.NewReader(pythonJSON(data)))
	numbers.UseNumber()
	if err = numbers.Decode(&root); err == nil {
		if _, err = numbers.Token(); err == io.EOF {
			err = nil
		}
	}
	if _, ok := root["__loader__"]; !ok && !s.only {
		return
	}
	if err != nil {
		s.w.issue(IssueMalformed, s.member, -1, "the schema is no JSON: %v", err)
	}
	if root == nil {
		return
	}
	protocol, ok := root["protocol"].(json.Number)
	s.protocol = slices.Index([]string{"0", "1", "2"}, string(protocol))
	if !ok || s.protocol < 0 {
		s.w.issue(IssueUnsupported, s.member, -1, "the schema's protocol is not known")
	}
	if version, ok := root["_skops_version"].(string); ok && plausibleVersion(version) {
		s.w.version("skops", version, "_skops_version", s.member)
	}
	if _, ok := root["__loader__"]; !ok {
		s.w.issue(IssueMalformed, s.member, -1, "the schema's root is no node")
	}
	s.root, s.todo = root, []skopsValue{{v: root}}
	for len(s.todo) > 0 {
		next := s.todo[len(s.todo)-1]
		s.todo = s.todo[:len(s.todo)-1]
		switch v := next.v.(type) {
		case []any:
			for i, item := range slices.Backward(v) {
				s.plan(item, next.step("", i), noSteps)
			}
		case map[string]any:
			s.value(v, next)
		}
	}
}

// plan notes a value that is to be read, unless there is nothing in it.
func (s *skopsSchema) plan(v any, path string, steps skopsSteps) {
	switch v.(type) {
	case []any, map[string]any:
		s.todo = append(s.todo, skopsValue{v, path, steps})
	}
}

// value takes in a node, or a plain object, and plans what stands in it. All
// of the schema is walked, also what no loader would look at.
func (s *skopsSchema) value(v map[string]any, at skopsValue) {
	kind, _ := v["__loader__"].(string)
	for _, key := range slices.Backward(slices.Sorted(maps.Keys(v))) {
		switch {
		case kind == "":
			s.plan(v[key], at.step(key, -1), noSteps)
		case key == "__reduce__":
			s.plan(v[key], at.path+".__reduce__()[1]", noSteps)
		case key != "content":
			s.plan(v[key], at.path, noSteps)
		case kind == "DictNode" && at.steps == stateSteps:
			s.plan(v[key], at.path, memberSteps)
		default:
			s.plan(v[key], at.path, skopsLoaders[kind].steps)
		}
	}
	_, isLoader := v["__loader__"]
	_, isClass := v["__class__"]
	if !isLoader && !isClass {
		return
	}
	n := skopsNode{fields: v, loader: kind, path: at.path}
	var ok, ok2 bool
	n.class, ok = v["__class__"].(string)
	n.module, ok2 = v["__module__"].(string)
	loader, known := skopsLoaders[n.loader]
	if !known || !ok || !ok2 {
		s.w.issue(IssueUnsupported, s.member, -1, "a node of the unknown loader %s", shortQuote(n.loader))
		s.use(n, n.module, n.class, Import|Call|New|Build)
	}
	s.node(n, loader)
}

// node does what the loader of a node does.
func (s *skopsSchema) node(n skopsNode, loader skopsLoader) {
	s.identity(n)
	if id, ok := n.fields["__id__"].(json.Number); ok && n.loader != "CachedNode" {
		s.nodes[id] = n.fields
	}
	uses := loader.uses
	if loader.makes != "" && n.name() != loader.makes {
		dot := strings.LastIndexByte(loader.makes, '.')
		s.use(n, loader.makes[:dot], loader.makes[dot+1:], uses)
		uses = Import // skops judges it, and no more
	}
	if loader.plain != "" && n.name() != loader.plain {
		uses = Import
	}
	if uses != 0 && !(n.loader == "FunctionNode" && s.protocol == 0) {
		s.use(n, n.module, n.class, uses)
	}
	s.children(n, loader.nodes...)
	if loader.items {
		s.items(n)
	}
	if loader.file {
		s.file(n)
	}
	if more := skopsExtra[n.loader]; more != nil {
		more(s, n)
	}
	if loader.uses&Build != 0 {
		s.given(n)
	}
	if n.module == "builtins" && loader.uses&Call != 0 && !(loader.items && containers[n.class]) {
		s.malformed(n, "it makes a plain value of what it holds")
	}
}

// use notes a use of a name by a node.
func (s *skopsSchema) use(n skopsNode, module, qualname string, uses Uses) {
	if !SkopsLoader(n.loader) {
		n.loader = "unknown"
	}
	g := Global{Module: module, Qualname: qualname, Uses: uses, Count: 1, Member: s.member, Node: n.loader}
	if n.loader == "ObjectNode" {
		g.Explained = Import // to make an object of it; a node of its own holds it
	}
	s.w.global(g, false)
}

// file notes that a node reads a member.
func (s *skopsSchema) file(n skopsNode) {
	file, ok := n.fields["file"].(string)
	if _, there := s.files[file]; !ok || !there {
		s.malformed(n, "the member "+shortQuote(file)+" that it reads is not there")
		return
	}
	s.files[file] = true
	if _, known := s.paths[file]; !known {
		s.paths[file] = strings.TrimPrefix(n.path, ".")
	}
	if n.loader == "BytesNode" || n.loader == "BytearrayNode" {
		s.plain[file] = true
	}
}

// children checks that there are nodes where the loader wants some. They
// are on the way in any case.
func (s *skopsSchema) children(n skopsNode, paths ...string) {
	for _, path := range paths {
		var at any = n.fields
		for step := range strings.SplitSeq(path, ".") {
			inner, _ := at.(map[string]any)
			at = inner[step]
		}
		if !isSkopsNode(at) {
			s.malformed(n, "there is no node in its "+path)
		}
	}
}

// items checks that the content is a list, or an object, of nodes.
func (s *skopsSchema) items(n skopsNode) {
	bad := func(v any) bool { return !isSkopsNode(v) }
	switch content := n.fields["content"].(type) {
	case []any:
		if slices.ContainsFunc(content, bad) {
			s.malformed(n, "its content has an item that is no node")
		}
	case map[string]any:
		if slices.ContainsFunc(slices.Collect(maps.Values(content)), bad) {
			s.malformed(n, "its content has an item that is no node")
		}
	default:
		s.malformed(n, "it has no content")
	}
}

func isSkopsNode(v any) bool {
	fields, ok := v.(map[string]any)
	_, ok2 := fields["__loader__"].(string)
	return ok && ok2
}

// malformed says that skops fails at a node, or some release of it.
func (s *skopsSchema) malformed(n skopsNode, what string) {
	s.w.issue(IssueMalformed, s.member, -1, "a %s, of %s: %s", shortQuote(n.loader), shortQuote(n.name()), what)
}

// identity notes a node's id. skops makes one object of all nodes of an id,
// by the first, and never looks at the others, which must say the same then.
func (s *skopsSchema) identity(n skopsNode) {
	id, ok := n.fields["__id__"].(json.Number)
	if !ok && n.fields["__id__"] == nil || id == "0" {
		return // it stands for itself
	}
	if !ok || strings.Trim(string(id), "0123456789") != "" {
		s.w.issue(IssueAmbiguous, s.member, -1, "the id of a node, of %s, is no whole number", shortQuote(n.name()))
		return
	}
	text, _ := n.fields["content"].(string) // of a JSON node
	says := n.loader + " of " + n.name() + " " + text
	if known, ok := s.ids[string(id)]; ok && known != says {
		s.w.issue(IssueAmbiguous, s.member, -1, "two nodes of one id are a %s and a %s", shortQuote(known), shortQuote(says))
		return
	}
	s.ids[string(id)] = says
}

func shortQuote(text string) string {
	if len(text) > maxLiteralText {
		text = text[:maxLiteralText]
	}
	return pythonQuote(strings.ToValidUTF8(text, "�"))
}
