package inspect

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
)

// A skops file is a zip archive whose schema.json is a tree of nodes. A node
// names a class, and the loader that makes an object of it; arrays stand in
// members of their own, which are read like those of any archive.

// maxSchema bounds schema.json, which is held in memory.
const maxSchema = 64 << 20

// skopsUses are what skops' loaders do with the class or function of a node.
// JSON nodes have none that matters.
var skopsUses = map[string]Uses{
	"JsonNode": 0, "CachedNode": 0,
	"FunctionNode": Import, "TypeNode": Import, "MethodNode": Import, "DTypeNode": Import,
	"NdArrayNode": Import, "MaskedArrayNode": Import, "SparseMatrixNode": Import,
	"RandomStateNode": Import, "RandomGeneratorNode": Import,
	"ListNode": Import | Call, "TupleNode": Import | Call, "SetNode": Import | Call, "DictNode": Import | Call,
	"DefaultDictNode": Import | Call, "BytesNode": Import | Call, "BytearrayNode": Import | Call, "SliceNode": Import | Call,
	"PartialNode": Import | Call | Build, "OperatorFuncNode": Import | Call,
	"ObjectNode": Import | New | Build, "TreeNode": Import | Call | Build, "ReduceNode": Import | Call | Build,
	"ConstructorFromReduceNode": Import | Call | Build, "SGDNode": Import | Call | Build, "LossNode": Import | Call | Build, "_DictWithDeprecatedKeysNode": Import | New | Build,
	"DatasetNode": Import | New | Build, "QuantileForestNode": Import | Call | Build,
}

// skopsProtocol is the newest protocol of schema.json that is known here.
const skopsProtocol = 2

// skops reads the schema of a skops file.
func (z *zipArchive) skops() {
	files := map[string]bool{}
	for _, m := range z.members {
		files[m.name] = true
	}
	for _, m := range z.members {
		if m.name != "schema.json" || !m.local {
			continue
		}
		var r io.Reader = z.section(m)
		if reopen := z.reopen(m); m.method != 0 && reopen != nil {
			r = reopen()
		}
		s := skopsSchema{w: z.w, member: joinMember(z.w.member, m.name), files: files, ids: map[string]string{}}
		s.read(r)
	}
}

func joinMember(outer, name string) string {
	if outer == "" {
		return name
	}
	return outer + "/" + name
}

type skopsSchema struct {
	w      *walk
	member string
	files  map[string]bool   // members of the archive
	ids    map[string]string // what the node of an id was
	todo   []any
}

func (s *skopsSchema) read(r io.Reader) {
	data, err := io.ReadAll(io.LimitReader(r, maxSchema+1))
	if err != nil || len(data) > maxSchema {
		s.w.issue(IssueLimit, s.member, -1, "the schema has more than %d bytes", maxSchema)
		return
	}
	var root map[string]any
	if err := json.Unmarshal(data, &root); err != nil {
		s.w.issue(IssueMalformed, s.member, -1, "the schema is no JSON: %v", err)
		return
	}
	if protocol, ok := root["protocol"].(float64); !ok || protocol < 0 || protocol > skopsProtocol {
		s.w.issue(IssueUnsupported, s.member, -1, "the schema's protocol is not known")
	}
	if version, ok := root["_skops_version"].(string); ok && plausibleVersion(version) {
		s.w.version("skops", version, "_skops_version", s.member)
	}
	s.todo = []any{root}
	for len(s.todo) > 0 {
		next := s.todo[len(s.todo)-1]
		s.todo = s.todo[:len(s.todo)-1]
		switch v := next.(type) {
		case []any:
			s.todo = append(s.todo, v...)
		case map[string]any:
			s.node(v)
		}
	}
}

// node takes in a node, or a plain object, and what stands in it.
func (s *skopsSchema) node(v map[string]any) {
	for _, key := range slices.Backward(slices.Sorted(maps.Keys(v))) {
		s.todo = append(s.todo, v[key])
	}
	loader, isNode := v["__loader__"].(string)
	class, ok := v["__class__"].(string)
	module, ok2 := v["__module__"].(string)
	if !isNode && !ok && !ok2 {
		return
	}
	uses, known := skopsUses[loader]
	if !known || !ok || !ok2 {
		s.w.issue(IssueUnsupported, s.member, -1, "a node of the unknown loader %s", pythonQuote(loader))
		uses = Import | Call | New | Build
	}
	s.identity(v["__id__"], module+"."+class)
	if file, ok := v["file"].(string); ok && !s.files[file] {
		s.w.issue(IssueMalformed, s.member, -1, "the member %s, which a node names, is not there", pythonQuote(file))
	}
	if uses != 0 {
		s.w.global(Global{Module: module, Qualname: class, Uses: uses, Count: 1, Member: s.member}, false)
	}
	if content, ok := v["content"].(map[string]any); ok && loader == "MethodNode" {
		if method, ok := content["func"].(string); ok {
			s.w.global(Global{Module: module, Qualname: class + "." + method, Uses: Import, Count: 1, Member: s.member}, false)
		}
	}
}

// identity notes a node's id. skops makes one object of all nodes of an id,
// by the first, so that the others are not what they say.
func (s *skopsSchema) identity(id any, name string) {
	number, ok := id.(float64)
	if !ok {
		return
	}
	key := floatText(number)
	if known, ok := s.ids[key]; ok && known != name {
		s.w.issue(IssueAmbiguous, s.member, -1, "two nodes of one id are a %s and a %s", shortQuote(known), shortQuote(name))
	}
	s.ids[key] = name
}

func shortQuote(text string) string {
	if len(text) > maxLiteralText {
		text = text[:maxLiteralText]
	}
	return pythonQuote(strings.ToValidUTF8(text, "�"))
}
