package inspect

import (
	"io"
	"strings"
)

// tensorflowOperators are the operators that open files, call Python, talk
// to other machines or run native code of the model's own, and what each
// does. SaveV2, RestoreV2, MergeV2Checkpoints and ShardedFilename stand in the
// save function of every SavedModel: none of them is here. Neither is
// InitializeTableFromTextFile, which reads vocabularies among the assets, whose
// names are checked; without assets it reads some other file.
// GenerateVocabRemapping and LoadAndRemapMatrix are: they read files that the
// graph names, for the start of a training, and no model that is served has them.
var tensorflowOperators = map[string]string{
	"ReadFile":      "reads a file",
	"WriteFile":     "writes a file",
	"MatchingFiles": "lists files", "MatchingFilesDataset": "lists files", "ExperimentalMatchingFilesDataset": "lists files",
	"PyFunc": "calls a Python function", "PyFuncStateless": "calls a Python function", "EagerPyFunc": "calls a Python function",
	"GenerateVocabRemapping": "reads files", "LoadAndRemapMatrix": "reads a file",
	"WholeFileReader": "reads files", "WholeFileReaderV2": "reads files", "TextLineReader": "reads files", "TextLineReaderV2": "reads files",
	"FixedLengthRecordReader": "reads files", "FixedLengthRecordReaderV2": "reads files", "TFRecordReader": "reads files",
	"TFRecordReaderV2": "reads files", "LMDBReader": "reads files", "LMDBDataset": "reads files", "ExperimentalLMDBDataset": "reads files",
	"TextLineDataset": "reads files", "TFRecordDataset": "reads files", "TFRecordDatasetV2": "reads files",
	"FixedLengthRecordDataset": "reads files", "FixedLengthRecordDatasetV2": "reads files", "CSVDataset": "reads files", "CSVDatasetV2": "reads files",
	"ExperimentalCSVDataset": "reads files", "SqlDataset": "opens a database", "ExperimentalSqlDataset": "opens a database",
	"LoadDataset": "reads files", "SaveDataset": "writes files", "SaveDatasetV2": "writes files", "SnapshotDataset": "writes files",
	"SnapshotDatasetV2": "writes files", "DatasetToTFRecord": "writes a file", "ExperimentalDatasetToTFRecord": "writes a file",
	"CreateSummaryFileWriter": "writes files", "CreateSummaryDbWriter": "opens a database", "ImmutableConst": "maps a file",
	"DebugIdentity": "writes files or talks to another machine", "DebugIdentityV2": "writes files", "DebugIdentityV3": "writes files or talks to another machine",
	"DebugNanCount": "writes files or talks to another machine", "DebugNumericSummary": "writes files or talks to another machine",
	"DataServiceDataset": "talks to another machine", "DataServiceDatasetV2": "talks to another machine", "DataServiceDatasetV3": "talks to another machine",
	"DataServiceDatasetV4": "talks to another machine", "RegisterDataset": "talks to another machine", "RegisterDatasetV2": "talks to another machine",
	"FileSystemSetConfiguration": "configures a file system", "GcsConfigureCredentials": "configures a file system", "GcsConfigureBlockCache": "configures a file system",
	"BigQueryReader": "talks to another machine", "RemoteFusedGraphExecute": "runs a native library",
	"Save": "writes a file", "SaveSlices": "writes a file", "Restore": "reads a file", "RestoreSlice": "reads a file",
	"DistributedSave": "writes files", "SnapshotDatasetReader": "reads files", "SnapshotNestedDatasetReader": "reads files",
	"SnapshotChunkDataset": "reads files", "ListSnapshotChunksDataset": "reads files", "RecordInput": "reads files",
	"DatasetFromGraph": "runs a graph that stands in a text", "RemoteCall": "calls a function on another machine",
	"TRTEngineOp": "runs a compiled program that the model carries", "InitializeTRTResource": "runs a compiled program from a file",
	"CalibrationStatisticsSaver": "writes a file", "DumpTensor": "writes a file", "Skipgram": "reads a file",
	"CacheDataset": "may write files", "CacheDatasetV2": "may write files", "DTensorRestoreV2": "reads a file",
	"RpcServer": "talks to another machine", "RpcServerStart": "talks to another machine", "RpcClient": "talks to another machine",
	"RpcCall": "talks to another machine",
	"Abort":   "ends the process",
}

// tensorflowAttributes are operators that do so only where an attribute is a text of a kind.
var tensorflowAttributes = map[string]struct {
	attribute string
	harmful   func(value string) bool
	does      string
}{
	"PrintV2":       {"output_stream", func(v string) bool { return strings.HasPrefix(v, "file:") }, "writes a file"},
	"DecodeProtoV2": {"descriptor_source", isDescriptorFile, "reads a file"},
	"EncodeProto":   {"descriptor_source", isDescriptorFile, "reads a file"},

	"FixedUnigramCandidateSampler": {"vocab_file", func(v string) bool { return v != "" }, "reads a file"},
}

func isDescriptorFile(source string) bool {
	return source != "" && !strings.HasPrefix(source, "local://") && !strings.HasPrefix(source, "bytes://")
}

// graph walks a GraphDef: its nodes, and those of its functions. Functions
// call each other by name, so nothing is nested deeper.
func (s *savedModel) graph(f pbField, main bool) {
	m := s.message(f)
	nodes := int64(0)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch {
		case g.number == 1 && g.wire == pbBytes:
			s.node(g, main, "")
			nodes++
		case g.number == 2 && g.wire == pbBytes:
			s.library(g)
		case g.number == 4 && main:
			s.versions(g)
		}
		if nodes&0xfff == 0xfff && s.w.late(g.at) {
			return
		}
	}
	s.damaged(m)
	if main {
		s.root.param("nodes", nodes)
	}
}

// versions shows which TensorFlow wrote the graph, and which can read it, by
// the numbers that GraphDef counts.
func (s *savedModel) versions(f pbField) {
	m := s.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			s.root.param("graph_def.versions.producer", int64(g.value))
		case 2:
			s.root.param("graph_def.versions.min_consumer", int64(g.value))
		}
	}
	s.damaged(m)
}

// files files the hazards of tables where none of their files is an asset.
func (s *savedModel) files() {
	for _, h := range s.tables {
		if s.assets == 0 {
			s.w.hazard(h)
		}
	}
}

func (s *savedModel) library(f pbField) {
	m := s.message(f)
	functions := int64(0)
	for g, ok := m.field(); ok; g, ok = m.field() {
		if g.number != 1 || g.wire != pbBytes {
			continue
		}
		functions++
		name := ""
		function := s.message(g)
		for h, ok := function.field(); ok; h, ok = function.field() {
			switch {
			case h.number == 1 && h.wire == pbBytes:
				name, _ = s.entry(h)
			case h.number == 3 && h.wire == pbBytes:
				s.node(h, false, name)
			}
		}
		s.damaged(function)
		if s.w.late(g.at) {
			return
		}
	}
	s.damaged(m)
	s.root.param("functions", functions)
}

// entry reads the first text of a message, and where its second field is.
func (s *savedModel) entry(f pbField) (string, pbField) {
	key, value := "", pbField{}
	m := s.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			key = m.pbText(g)
		case 2:
			value = g
		}
	}
	s.damaged(m)
	return key, value
}

// node judges one NodeDef by its operator.
func (s *savedModel) node(f pbField, main bool, function string) {
	var name, op string
	m := s.message(f)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			name = m.pbText(g)
		case 2:
			op = m.pbText(g)
		}
	}
	s.damaged(m)
	does := tensorflowOperators[op]
	if rule, ok := tensorflowAttributes[op]; ok {
		if value := s.attribute(f, rule.attribute); rule.harmful(s.pbText(s.attrText(value))) {
			does = rule.does
		}
	}
	where := "the node " + shortQuote(name)
	if function != "" {
		where += " of the function " + shortQuote(function)
	}
	h := Hazard{"tensorflow-operator", "tensorflow.raw_ops." + op, where + " is the operator " + op + ", which " + does, s.w.member, f.offset}
	switch {
	case strings.HasPrefix(op, "InitializeTableFromTextFile"):
		h.Message += "reads a file that is no asset"
		s.tables = append(s.tables[:min(len(s.tables), maxParams)], h)
	case does != "" && !s.hazards[op]:
		s.hazards[op] = true
		s.w.hazard(h)
	}
	switch {
	case !main:
	case op == "VarHandleOp" || op == "VariableV2" || op == "Variable":
		s.handle(f, name)
	case op == "Const" && s.constants:
		s.constant(f, name)
	}
}

// attribute returns the AttrValue of a node's attribute.
func (s *savedModel) attribute(node pbField, name string) pbField {
	m := s.message(node)
	found := pbField{wire: pbVarint}
	for g, ok := m.field(); ok; g, ok = m.field() {
		if g.number == 5 && g.wire == pbBytes {
			if key, value := s.entry(g); key == name {
				found = value
			}
		}
	}
	return found
}

// attrField returns a field of an AttrValue.
func (s *savedModel) attrField(value pbField, number int) pbField {
	found := pbField{}
	m := s.message(value)
	for g, ok := m.field(); ok; g, ok = m.field() {
		if g.number == number {
			found = g
		}
	}
	return found
}

func (s *savedModel) attrText(value pbField) pbField { return s.attrField(value, 2) }

// handle notes a variable of the graph.
func (s *savedModel) handle(f pbField, name string) {
	kind := s.attrField(s.attribute(f, "dtype"), 6).value
	shape, known := s.dims(s.attrField(s.attribute(f, "shape"), 7))
	if a, ok := tensorflowArray(kind, shape, f.at); ok && known && len(s.handles) < maxHandles {
		s.handles = append(s.handles, namedArray{"variables[" + pythonQuote(name) + "]", a})
	}
}

// constant adds a constant, which is a weight in a frozen graph.
func (s *savedModel) constant(f pbField, name string) {
	tensor := s.attrField(s.attribute(f, "value"), 8)
	kind, shape, known := uint64(0), []int64{}, true
	m := s.message(tensor)
	for g, ok := m.field(); ok; g, ok = m.field() {
		switch g.number {
		case 1:
			kind = g.value
		case 2:
			shape, known = s.dims(g)
		}
	}
	s.damaged(m)
	if a, ok := tensorflowArray(kind, shape, tensor.at); ok && known {
		s.w.addArray("node["+pythonQuote(name)+"].value", a, s.w.member)
	}
}

var (
	graphFields = map[int]int{1: pbBytes, 2: pbBytes, 3: pbVarint, 4: pbBytes, 5: pbBytes}
	nodeFields  = map[int]int{1: pbBytes, 2: pbBytes, 3: pbBytes, 4: pbBytes, 5: pbBytes, 6: pbBytes, 7: pbBytes}
)

// readGraphDef reads a frozen graph, in which the weights are constants.
func readGraphDef(w *walk, r io.ReaderAt, size int64) bool {
	s := newSavedModel(w, r, size, "tensorflow.GraphDef")
	probe := *s.cursor
	first, ok := probe.field()
	if !ok || first.wire != pbBytes || !s.message(first).fits(nodeFields) {
		return false
	}
	if op := s.pbText(s.attrField(first, 2)); !isOperator(op) || !s.fits(graphFields) {
		return false
	}
	w.format("tensorflow-graph")
	s.constants = true
	s.graph(pbField{wire: pbBytes, at: 0, end: size}, true)
	s.files()
	s.addVariables()
	w.describe(s.root)
	return true
}

// isOperator tells whether text is a name as TensorFlow's operators have one.
func isOperator(text string) bool {
	if text == "" || len(text) > 128 || (text[0] < 'A' || text[0] > 'Z') && text[0] != '_' {
		return false
	}
	for _, r := range text {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '>' {
			return false
		}
	}
	return true
}

var savedObjectFields = map[int]int{2: pbVarint, 3: pbBytes, 4: pbBytes, 5: pbBytes, 6: pbBytes}

// readKerasMetadata reads keras_metadata.pb, which stands beside a
// SavedModel and has the configuration of its layers.
func readKerasMetadata(w *walk, r io.ReaderAt, size int64) bool {
	s := newSavedModel(w, r, size, "keras.SavedMetadata")
	if !s.fits(map[int]int{1: pbBytes}) {
		return false
	}
	probe := *s.cursor
	for f, ok := probe.field(); ok; f, ok = probe.field() {
		if !s.message(f).fits(savedObjectFields) || !strings.HasPrefix(s.pbText(s.attrField(f, 4)), "_tf_keras") {
			return false
		}
	}
	w.format("keras-metadata")
	nodes := int64(0)
	for f, ok := s.field(); ok && !w.late(f.at); f, ok = s.field() {
		nodes++
		if config := s.attrField(f, 5); config.end > config.at {
			w.kerasObjects(w.member, s.pbText(s.attrField(f, 4)), s.part(config.at, config.end))
		}
	}
	s.root.param("nodes", nodes)
	w.describe(s.root)
	return true
}

// readFingerprint knows fingerprint.pb, five checksums of a SavedModel that stands beside it.
func readFingerprint(w *walk, r io.ReaderAt, size int64) bool {
	c := newCursor(r, size)
	if size > 1024 || !c.fits(map[int]int{1: pbVarint, 2: pbVarint, 3: pbVarint, 4: pbVarint, 5: pbVarint, 6: pbBytes, 7: pbBytes}) {
		return false
	}
	sums := map[int]bool{}
	for f, ok := c.field(); ok; f, ok = c.field() {
		sums[f.number] = true
	}
	if !sums[1] || !sums[2] || !sums[3] || !sums[6] {
		return false
	}
	w.format("tensorflow-fingerprint")
	w.describe(&Object{Class: "tensorflow.FingerprintDef"})
	return true
}
