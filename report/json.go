package report

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	_ "embed" // for the schema

	"modelscan/inspect"
)

var _ = register(Format{
	Name:  "json",
	Doc:   "everything that was found, as JSON (see the command schema)",
	Write: writeJSON,
})

// Schema is the JSON Schema of the format json.
//
//go:embed schema.json
var Schema string

const schemaVersion = 1

type jsonReport struct {
	SchemaVersion int         `json:"schema_version"`
	Tool          jsonTool    `json:"tool"`
	Summary       jsonSummary `json:"summary"`
	Files         []jsonFile  `json:"files"`
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type jsonSummary struct {
	Files      int `json:"files"`
	Trusted    int `json:"trusted"`
	Untrusted  int `json:"untrusted"`
	Incomplete int `json:"incomplete"`
	Skipped    int `json:"skipped"`
	Mismatched int `json:"mismatched,omitempty"`
}

type jsonFile struct {
	Path        string           `json:"path"`
	Size        int64            `json:"size"`
	Format      string           `json:"format"`
	Compression string           `json:"compression,omitempty"`
	SHA256      string           `json:"sha256,omitempty"`
	Verdict     string           `json:"verdict"`
	Untrusted   []string         `json:"untrusted"`
	Globals     []jsonGlobal     `json:"globals"`
	Findings    []jsonFinding    `json:"findings"`
	Issues      []jsonIssue      `json:"issues"`
	Versions    []jsonVersion    `json:"versions"`
	Arrays      []jsonArray      `json:"arrays"`
	ArraysTotal jsonTotal        `json:"arrays_total"`
	Metadata    []jsonMetadata   `json:"metadata,omitempty"`
	Sparse      []jsonSparse     `json:"sparse,omitempty"`
	Code        []jsonCode       `json:"code,omitempty"`
	Network     *jsonNetwork     `json:"network,omitempty"`
	StateDicts  []jsonStateDict  `json:"state_dicts,omitempty"`
	Frames      []jsonFrame      `json:"frames,omitempty"`
	Programs    []jsonProgram    `json:"programs"`
	Model       *jsonModel       `json:"model,omitempty"`
	Environment *jsonEnvironment `json:"environment,omitempty"`
}

type jsonGlobal struct {
	Name     string   `json:"name"`
	Raw      string   `json:"raw,omitempty"`
	Module   string   `json:"module"`
	Qualname string   `json:"qualname"`
	Uses     []string `json:"uses"`
	Trusted  bool     `json:"trusted"`
	Reason   string   `json:"reason"`
	Count    int      `json:"count"`
	Node     string   `json:"node,omitempty"`
	Member   string   `json:"member"`
	Offset   int64    `json:"offset"`
}

type jsonFinding struct {
	Rule    string `json:"rule"`
	Level   string `json:"level"`
	Message string `json:"message"`
	Name    string `json:"name"`
	Member  string `json:"member"`
	Offset  int64  `json:"offset"`
}

type jsonIssue struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Member  string `json:"member"`
	Offset  int64  `json:"offset"`
}

type jsonVersion struct {
	Library string `json:"library"`
	Version string `json:"version"`
	Source  string `json:"source"`
	Member  string `json:"member"`
	Count   int    `json:"count"`
}

type jsonArray struct {
	Path   string  `json:"path"`
	DType  string  `json:"dtype"`
	Shape  []int64 `json:"shape"`
	Order  string  `json:"order"`
	Bytes  int64   `json:"bytes"`
	Member string  `json:"member"`
	Offset int64   `json:"offset"`

	Strides []int64 `json:"strides,omitempty"`
	Storage string  `json:"storage,omitempty"`
}

type jsonMetadata struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Member string `json:"member"`
}

type jsonTotal struct {
	Count   int         `json:"count"`
	Bytes   int64       `json:"bytes"`
	ByDType []jsonShare `json:"by_dtype"`
	ByPart  []jsonShare `json:"by_part"`
}

type jsonShare struct {
	Name   string `json:"name"`
	Member string `json:"member,omitempty"`
	Count  int    `json:"count"`
	Bytes  int64  `json:"bytes"`
}

type jsonSparse struct {
	Path   string  `json:"path"`
	Class  string  `json:"class"`
	Layout string  `json:"layout"`
	DType  string  `json:"dtype"`
	Shape  []int64 `json:"shape"`
	Stored *int64  `json:"stored,omitempty"`
	Member string  `json:"member"`
	Offset int64   `json:"offset"`
}

type jsonProgram struct {
	Member   string `json:"member"`
	Offset   int64  `json:"offset"`
	End      int64  `json:"end"`
	Protocol int    `json:"protocol"`
	Loader   string `json:"loader"`
	Latin1   bool   `json:"latin1,omitempty"`
	Opcodes  int64  `json:"opcodes"`
	Calls    int64  `json:"calls"`
}

type jsonModel struct {
	Class   string         `json:"class"`
	Params  map[string]any `json:"params"`
	Repr    string         `json:"repr,omitempty"`
	Fitted  map[string]any `json:"fitted,omitempty"`
	Summary map[string]any `json:"summary,omitempty"`
	Parts   []jsonPart     `json:"parts,omitempty"`
}

type jsonPart struct {
	Path    string         `json:"path"`
	Class   string         `json:"class"`
	Fitted  map[string]any `json:"fitted"`
	Summary map[string]any `json:"summary,omitempty"`
}

func writeJSON(w io.Writer, r *Report) error {
	report := jsonReport{
		SchemaVersion: schemaVersion,
		Tool:          jsonTool(r.Tool),
		Summary:       jsonSummary(r.Summary),
		Files:         convert(r.Files, newJSONFile),
	}
	return encode(w, report)
}

// convert returns what each gives for every item; the slice is never nil, so
// that it is written as a list.
func convert[T, J any](items []T, each func(*T) J) []J {
	list := make([]J, len(items))
	for i := range items {
		list[i] = each(&items[i])
	}
	return list
}

func newJSONFile(f *File) jsonFile {
	m := f.Model
	count, size := f.arrays()
	file := jsonFile{
		Path:        whole(m.Path),
		Size:        m.Size,
		Format:      whole(m.Format),
		Compression: whole(m.Compression),
		SHA256:      m.SHA256,
		Verdict:     string(f.Verdict.Status),
		Untrusted:   convert(f.Verdict.Untrusted, func(name *string) string { return whole(*name) }),
		Globals:     make([]jsonGlobal, len(m.Globals)),
		Findings:    make([]jsonFinding, len(f.Verdict.Findings)),
		Issues: convert(m.Issues, func(i *inspect.Issue) jsonIssue {
			return jsonIssue{string(i.Kind), whole(i.Message), whole(i.Member), i.Offset}
		}),
		Versions: convert(m.Versions, func(v *inspect.Version) jsonVersion {
			return jsonVersion{whole(v.Library), whole(v.Version), whole(v.Source), whole(v.Member), v.Count}
		}),
		Arrays: convert(m.Arrays, func(a *inspect.Array) jsonArray {
			shape := append([]int64{}, a.Shape...)
			return jsonArray{whole(a.Path), whole(a.DType), shape, whole(a.Order), a.Bytes, whole(a.Member), a.Offset, a.Strides, whole(a.Storage)}
		}),
		ArraysTotal: jsonTotal{count, size, convert(m.ByDType, newJSONShare), convert(m.ByPart, newJSONShare)},
		Metadata: convert(m.Metadata, func(d *inspect.Metadata) jsonMetadata {
			return jsonMetadata{whole(d.Key), whole(d.Value), whole(d.Member)}
		}),
		Sparse:     convert(m.Sparse, newJSONSparse),
		Code:       convert(m.Code, newJSONCode),
		Network:    newJSONNetwork(m),
		StateDicts: convert(m.StateDicts, newJSONStateDict),
		Frames:     convert(m.Frames, newJSONFrame),
		Programs: convert(m.Programs, func(p *inspect.Program) jsonProgram {
			return jsonProgram{whole(p.Member), p.Offset, p.End, p.Protocol, whole(p.Loader), p.Latin1, p.Opcodes, p.Calls}
		}),
		Model:       newJSONModel(m.Root),
		Environment: newJSONEnvironment(f.Environment),
	}
	for i := range m.Globals {
		file.Globals[i] = newJSONGlobal(&m.Globals[i])
		ruling := f.ruling(i)
		file.Globals[i].Trusted, file.Globals[i].Reason = ruling.Trusted, whole(ruling.Reason)
	}
	for i, n := range f.Verdict.Findings {
		file.Findings[i] = jsonFinding{n.Rule, n.Level, whole(n.Message), whole(n.Name), whole(n.Member), n.Offset}
	}
	slices.Sort(file.Untrusted)
	file.Untrusted = slices.Compact(file.Untrusted)
	return file
}

func newJSONShare(t *inspect.Total) jsonShare {
	return jsonShare{whole(t.Name), whole(t.Member), t.Count, t.Bytes}
}

type jsonCode struct {
	Name     string   `json:"name"`
	Qualname string   `json:"qualname"`
	Filename string   `json:"filename"`
	Line     int64    `json:"line"`
	Args     []string `json:"args"`
	Names    []string `json:"names"`
	Consts   []string `json:"consts"`
	Python   string   `json:"python"`
	Member   string   `json:"member"`
	Offset   int64    `json:"offset"`
}

func newJSONCode(c *inspect.Code) jsonCode {
	texts := func(list []string) []string { return convert(list, func(s *string) string { return whole(*s) }) }
	return jsonCode{
		whole(c.Name), whole(c.Qualname), whole(c.Filename), c.Line, texts(c.Args), texts(c.Names), texts(c.Consts), whole(c.Python),
		whole(c.Member), c.Offset,
	}
}

func newJSONSparse(s *inspect.Sparse) jsonSparse {
	out := jsonSparse{whole(s.Path), whole(s.Class), whole(s.Layout), whole(s.DType), append([]int64{}, s.Shape...), nil, whole(s.Member), s.Offset}
	if s.Stored >= 0 {
		out.Stored = &s.Stored
	}
	return out
}

func newJSONGlobal(g *inspect.Global) jsonGlobal {
	raw := g.Raw
	if raw == g.Name() {
		raw = ""
	}
	return jsonGlobal{
		Name:     whole(g.Name()),
		Raw:      whole(raw),
		Module:   whole(g.Module),
		Qualname: whole(g.Qualname),
		Uses:     g.Uses.Names(),
		Count:    g.Count,
		Node:     g.Node,
		Member:   whole(g.Member),
		Offset:   g.Offset,
	}
}

func newJSONModel(root *inspect.Object) *jsonModel {
	if root == nil {
		return nil
	}
	return &jsonModel{
		whole(root.Class), jsonParams(root.Params), whole(root.Repr), jsonParams(root.Fitted), jsonParams(root.Summary),
		convert(root.Parts, func(p *inspect.Part) jsonPart {
			return jsonPart{whole(p.Path), whole(p.Class), jsonParams(p.Fitted), jsonParams(p.Summary)}
		}),
	}
}

func jsonParams(params []inspect.Param) map[string]any {
	values := map[string]any{}
	for _, p := range params {
		values[whole(p.Name)] = jsonValue(p.Value)
	}
	return values
}

// jsonValue returns v as JSON shows it: a number of Python stays recognisable
// as int or float, and what JSON has no word for is text.
func jsonValue(v any) any {
	switch v := v.(type) {
	case nil, bool, int64:
		return v
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return pythonFloat(v)
		}
		return json.RawMessage(pythonFloat(v))
	case string:
		return whole(v)
	case inspect.Literal:
		return whole(string(v))
	}
	return whole(fmt.Sprint(v))
}

// pythonFloat returns what Python's repr gives for f.
func pythonFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 0):
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64), "+"))
	case f != 0 && (math.Abs(f) < 1e-4 || math.Abs(f) >= 1e16):
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// whole returns s with each byte that is no UTF-8 as \xNN. The JSON package
// would put one and the same replacement character for all of them.
func whole(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return escape(s, func(rune) bool { return true })
}
