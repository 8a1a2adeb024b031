package inspect

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// kind is a sort of content that is told by its first bytes and not read.
type kind struct {
	name  string // for Model.Format
	magic string
	at    int // where the magic stands
	known bool
	what  string // what it is, in words
}

// contents are tried in order. Those that are known hold models that other
// loaders read; the rest are no models.
var contents = []kind{
	{"git-lfs-pointer", "version https://git-lfs.github.com/spec/", 0, false, "it is a Git LFS pointer: the model itself was not fetched (git lfs pull)"},
	{"lightgbm", "______LightGBM_Binary_File_Token______", 0, false, "it is a LightGBM data set"},
	{"tflite", "TFL3", 4, true, "a TensorFlow Lite model, a FlatBuffer whose operators may be custom ones"},
	{"ort", "ORTM", 4, true, "a model of ONNX Runtime, a FlatBuffer whose operators may be custom ones"},
	{"rdkit", "\xef\xbe\xad\xde", 0, false, "it is an RDKit molecule"},
	{"boost", "22 serialization::archive", 0, false, "it is a Boost text archive"},
	{"boost", "\x16\x00\x00\x00\x00\x00\x00\x00serializ", 0, false, "it is a Boost binary archive"},
	{"fasttext", "\xba\x16\x4f\x2f", 0, false, "it is a fastText model"},
	{"png", "\x89PNG\r\n\x1a\n", 0, false, "it is a PNG image"},
	{"jpeg", "\xff\xd8\xff", 0, false, "it is a JPEG image"},
	{"gif", "GIF8", 0, false, "it is a GIF image"},
	{"pdf", "%PDF-", 0, false, "it is a PDF document"},
	{"elf", "\x7fELF", 0, false, "it is a Linux program or library"},
	{"exe", "MZ", 0, false, "it is a Windows program or library"},
	{"sqlite", "SQLite format 3\x00", 0, false, "it is an SQLite database"},
	{"parquet", "PAR1", 0, false, "it is a Parquet file"},
}

// identify returns what a file is that is no pickle, as far as its first
// bytes tell.
func identify(head []byte) kind {
	for _, k := range contents {
		if len(head) >= k.at && bytes.HasPrefix(head[k.at:], []byte(k.magic)) {
			return k
		}
	}
	if !isText(head) {
		return kind{"unknown", "", 0, false, "its content is of no known format"}
	}
	text := strings.ToLower(string(bytes.TrimLeft(head, " \t\r\n\ufeff")))
	switch {
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"), strings.HasPrefix(text, "<head"):
		return kind{"html", "", 0, false, "it is an HTML page, perhaps what a download gave instead of the model"}
	case strings.HasPrefix(text, "<?xml"), strings.HasPrefix(text, "<"):
		return kind{"xml", "", 0, false, "it is an XML or HTML document"}
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		return kind{"json", "", 0, false, "it is a JSON document"}
	}
	return kind{"text", "", 0, false, "it is plain text"}
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
