package inspect

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// kind is a sort of content that is told by its first bytes and not read.
type kind struct {
	name  string // for Model.Format
	magic string
	at    int // where the magic stands
	known bool
	what  string                 // what it is, in words
	match func(head []byte) bool // in place of magic
}

// contents are tried in order. Those that are known hold models that other
// loaders read; the rest are no models.
var contents = []kind{
	{"git-lfs-pointer", "version https://git-lfs.github.com/spec/", 0, false, "it is a Git LFS pointer: the model itself was not fetched (git lfs pull)", nil},
	{"lightgbm", "______LightGBM_Binary_File_Token______", 0, false, "it is a LightGBM data set", nil},
	{"tflite", "TFL3", 4, true, "a TensorFlow Lite model, a FlatBuffer whose operators may be custom ones", nil},
	{"ort", "ORTM", 4, true, "a model of ONNX Runtime, a FlatBuffer whose operators may be custom ones", nil},
	{"rdkit", "\xef\xbe\xad\xde", 0, false, "it is an RDKit molecule", nil},
	{"boost", "22 serialization::archive", 0, false, "it is a Boost text archive", nil},
	{"boost", "\x16\x00\x00\x00\x00\x00\x00\x00serializ", 0, false, "it is a Boost binary archive", nil},
	{"fasttext", "\xba\x16\x4f\x2f", 0, true, "a fastText model, of words and numbers alone", nil},
	{"executorch", "ET12", 4, true, "a program of ExecuTorch", nil},
	{"tensorrt", "ftrt", 0, true, "an engine of TensorRT, which is code for a graphics processor", nil},
	{"ggml", "tjgg", 0, true, "a GGML file, the form before GGUF", nil},
	{"ggml", "lmgg", 0, true, "a GGML file, the form before GGUF", nil},
	{"ggml", "fmgg", 0, true, "a GGML file, the form before GGUF", nil},
	{"xgboost", "\x01\xab\xff\xff", 0, false, "it is an XGBoost data set", nil},
	{"torchsharp", "", 0, false, "it is a state that TorchSharp wrote, of names and numbers alone", isTorchSharp},
	{"msgpack", "", 0, false, "it is a MessagePack document, as pandas wrote until 0.25", isMessagePack},
	{"libsvm", "svm_type ", 0, false, "it is a LIBSVM model, a text of numbers alone", nil},
	{"liblinear", "solver_type ", 0, false, "it is a LIBLINEAR model, a text of numbers alone", nil},
	{"word2vec", "", 0, false, "it is a table of word vectors in text, as word2vec writes", isWordVectors},
	{"pmml", "", 0, true, "a PMML model, which is XML", isPMML},
	{"macos", "\x00\x05\x16\x07", 0, false, "it is what macOS notes of another file", nil},
	{"macos", "\x00\x00\x00\x01Bud1", 0, false, "it is what macOS notes of a folder", nil},
	{"r", "RDX2\n", 0, false, "it is R's data", nil},
	{"r", "RDX3\n", 0, false, "it is R's data", nil},
	{"r", "X\n\x00\x00\x00\x02\x00", 0, false, "it is R's data", nil}, // a pickle may begin with the first five
	{"r", "X\n\x00\x00\x00\x03\x00", 0, false, "it is R's data", nil},
	{"matlab", "MATLAB 5.0 MAT-file", 0, false, "it is MATLAB's data", nil},
	{"arrow", "ARROW1", 0, false, "it is an Arrow table", nil},
	{"feather", "FEA1", 0, false, "it is a Feather table", nil},
	{"avro", "Obj\x01", 0, false, "it is Avro's data", nil},
	{"png", "\x89PNG\r\n\x1a\n", 0, false, "it is a PNG image", nil},
	{"jpeg", "\xff\xd8\xff", 0, false, "it is a JPEG image", nil},
	{"gif", "GIF8", 0, false, "it is a GIF image", nil},
	{"pdf", "%PDF-", 0, false, "it is a PDF document", nil},
	{"elf", "\x7fELF", 0, false, "it is a Linux program or library", nil},
	{"exe", "MZ", 0, false, "it is a Windows program or library", nil},
	{"sqlite", "SQLite format 3\x00", 0, false, "it is an SQLite database", nil},
	{"parquet", "PAR1", 0, false, "it is a Parquet file", nil},
}

// identify returns what a file is that is no pickle, as far as its first
// bytes tell.
func identify(head []byte) kind {
	for _, k := range contents {
		if k.match != nil && k.match(head) || k.match == nil && magic(k.at, k.magic)(head) {
			return k
		}
	}
	if !isText(head) {
		return kind{name: "unknown", what: "its content is of no known format"}
	}
	text := strings.ToLower(string(bytes.TrimLeft(head, " \t\r\n\ufeff")))
	switch {
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"), strings.HasPrefix(text, "<head"):
		return kind{name: "html", what: "it is an HTML page, perhaps what a download gave instead of the model"}
	case strings.HasPrefix(text, "<?xml"), strings.HasPrefix(text, "<"):
		return kind{name: "xml", what: "it is an XML or HTML document"}
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		return kind{name: "json", what: "it is a JSON document"}
	}
	return kind{name: "text", what: "it is plain text"}
}

// isTorchSharp knows the name of an optimiser behind its length, and of a
// layer's weights behind the number of all.
func isTorchSharp(head []byte) bool {
	if len(head) < 16 {
		return false
	}
	if n := int(head[0]); n >= 3 && n < 12 {
		switch string(head[1 : 1+n]) {
		case "SGD", "Adam", "ASGD", "AdamW", "NAdam", "RAdam", "Rprop", "Adamax", "Adagrad", "RMSProp", "Adadelta", "LBFGS":
			return true
		}
	}
	n := int(head[1])
	if n < 4 || n > 127 || len(head) < 2+n || !isText(head[2:2+n]) {
		return false
	}
	name := string(head[2 : 2+n])
	return strings.HasSuffix(name, ".weight") || strings.HasSuffix(name, ".bias")
}

// isMessagePack knows a map whose first key is a short word.
func isMessagePack(head []byte) bool {
	if len(head) < 8 || head[0] < 0x81 || head[0] > 0x8f || head[1]&0xe0 != 0xa0 {
		return false
	}
	n := int(head[1] & 0x1f)
	return n > 1 && len(head) > 2+n && identifier(string(head[2:2+n])) && head[2+n] >= 0x80
}

// isWordVectors knows a line of two numbers, and one of a word and numbers.
func isWordVectors(head []byte) bool { return wordVectors().Match(head) }

var wordVectors = pattern(`^\d+ \d+\r?\n\S+( -?\d+\.\d+(e-?\d+)?){3}`)

// isPMML knows the root element.
func isPMML(head []byte) bool {
	text := bytes.TrimLeft(head, " \t\r\n\ufeff")
	return len(text) > 0 && text[0] == '<' && bytes.Contains(text, []byte("<PMML"))
}

// isText tells whether b is printable text, but for a rune that is cut at its end.
func isText(b []byte) bool {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size <= 1 {
			return i > 0 && len(b)-i < utf8.UTFMax
		}
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' {
			return false
		}
		i += size
	}
	return len(b) > 0
}

// modelExtensions are the endings of names that promise a model.
var modelExtensions = []string{
	".pkl", ".pickle", ".pkl.gz", ".pkl.z", ".pickle.gz", ".joblib", ".jl", ".sav", ".dill", ".cloudpickle", ".p", ".pk", ".dat.pkl",
	".pt", ".pth", ".ckpt", ".bin", ".mar", ".skops", ".onnx", ".npy", ".npz", ".safetensors", ".gguf", ".h5", ".hdf5", ".keras",
	".pb", ".ubj", ".cbm", ".model", ".lgb", ".tflite", ".mlmodel", ".pmml", ".gpickle",
}

func hasModelExtension(name string) bool {
	name = strings.ToLower(name)
	for _, ext := range modelExtensions {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}

// pattern compiles a regular expression when it is first needed, which for
// most files is never.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
