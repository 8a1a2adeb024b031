//go:build linux && !race

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
)

// exhaustingFiles are files of other formats than pickle that cost as much as
// they can for their size, by what they are named. Of what is compressed, the
// size is that of what comes out.
var exhaustingFiles = map[string]func(n int) []byte{
	"members.zip":   zipOf("m%d.txt", ""),
	"pickles.zip":   zipOf("m%d.pkl", "\x80\x04N."),
	"storages.pt":   zipOf("a/data/%d", ""),
	"members.tar":   tarOf,
	"lists.pkl.gz":  packedBy(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, "empty lists"),
	"marks.pkl.gz":  packedBy(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, "marks"),
	"calls.joblib":  packedBy(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, "calls"),
	"nodes.skops":   skopsOf(`{"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": "%[1]d", "__id__": %[1]d}`),
	"classes.skops": skopsOf(`{"__class__": "C%[1]d", "__module__": "m", "__loader__": "ObjectNode", "content": null, "__id__": %[1]d}`),
	"cached.skops":  skopsOf(`{"__class__": "list", "__module__": "builtins", "__loader__": "CachedNode", "__id__": 0}`),
	"header.safetensors": func(n int) []byte {
		header := "{" + listed(n, `"t%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`) + "}"
		return append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	},
	"tensors.gguf": func(n int) []byte {
		tensors := numbered("", func(b []byte, i uint32) []byte {
			b = append(binary.LittleEndian.AppendUint64(b, 8), fmt.Sprintf("%08x", i)...)
			return append(b, make([]byte, 16)...)
		}, "")(n)
		head := binary.LittleEndian.AppendUint32([]byte("GGUF"), 3)
		head = binary.LittleEndian.AppendUint64(head, uint64(len(tensors)/32))
		return append(append(head, make([]byte, 8)...), tensors...)
	},
	"operators.onnx": func(n int) []byte { return onnxGraph(1, 4, 7, n) },
	"tensors.onnx":   func(n int) []byte { return onnxGraph(5, 8, 8, n) },
	"open.json":      func(n int) []byte { return []byte(strings.Repeat("[", n)) },
	"nested.json":    func(n int) []byte { return []byte(strings.Repeat(`{"learner":`, n/11)) },
	"keys.json":      func(n int) []byte { return []byte(`{"version":[1],"learner":{` + listed(n, `"k%d":1`) + "}}") },
	"open.ubj": func(n int) []byte {
		return []byte("{L\x00\x00\x00\x00\x00\x00\x00\x07learner" + strings.Repeat("[", n))
	},
	"items.ubj": func(n int) []byte {
		return []byte("{L\x00\x00\x00\x00\x00\x00\x00\x07learner[" + strings.Repeat("i\x01", n/2) + "]}")
	},
	"names.npy": func(n int) []byte {
		header := "{'descr':[" + listed(min(n, 1<<20)-100, "('%d','<f8')") + "],'fortran_order':False,'shape':()}\n"
		return append(binary.LittleEndian.AppendUint32([]byte("\x93NUMPY\x02\x00"), uint32(len(header))), header...)
	},
	"trees.txt": func(n int) []byte {
		return []byte("tree\nversion=v4\n" + strings.Repeat("Tree=0\nnum_leaves=2\n\n", n/22))
	},
}

// listed is as many pieces, numbered and with commas between, as make n bytes.
func listed(n int, piece string) string {
	text := numbered("", func(b []byte, i uint32) []byte { return fmt.Appendf(b, piece+",", i) }, "")(n)
	return strings.TrimSuffix(string(text), ",")
}

func zipOf(name, data string) func(int) []byte {
	return func(n int) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for i := 0; i*(100+2*len(name)+len(data)) < n; i++ {
			if f, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf(name, i)}); err == nil {
				io.WriteString(f, data)
			}
		}
		w.Close()
		return out.Bytes()
	}
}

func tarOf(n int) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; out.Len() < n; i++ {
		w.WriteHeader(&tar.Header{Name: fmt.Sprint(i), Mode: 0o600})
	}
	w.Close()
	return out.Bytes()
}

// packedBy compresses one of the exhausting programs.
func packedBy(pack func(io.Writer) io.WriteCloser, program string) func(int) []byte {
	return func(n int) []byte {
		var out bytes.Buffer
		w := pack(&out)
		w.Write(exhausting[program](n))
		w.Close()
		return out.Bytes()
	}
}

// skopsOf is a skops file with a list of nodes.
func skopsOf(node string) func(int) []byte {
	return func(n int) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		if f, err := w.CreateHeader(&zip.FileHeader{Name: "schema.json"}); err == nil {
			io.WriteString(f, `{"protocol": 2, "_skops_version": "0.11.0", "__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": [`)
			io.WriteString(f, listed(n, node)+"]}")
		}
		w.Close()
		return out.Bytes()
	}
}

// onnxGraph is a model whose graph repeats a field that has a name, and an
// operator's domain in another.
func onnxGraph(field, name, domain byte, n int) []byte {
	graph := numbered("", func(b []byte, i uint32) []byte {
		b = append(b, field<<3|2, 16, name<<3|2, 6)
		b = fmt.Appendf(b, "%06x", i&0xffffff)
		b = append(b, domain<<3|2, 6)
		return fmt.Appendf(b, "%06x", i&0xffffff)
	}, "")(n)
	return append(append([]byte("\x08\x08\x12\x01x"), protobufBytes(7, len(graph))...), graph...)
}

func protobufBytes(field byte, size int) []byte {
	return binary.AppendUvarint([]byte{field<<3 | 2}, uint64(size))
}

// TestExhaustionFiles is TestExhaustion for the other formats.
func TestExhaustionFiles(t *testing.T) {
	for i, name := range slices.Sorted(maps.Keys(exhaustingFiles)) {
		if *megabytes == 0 && i%6 != 0 {
			continue
		}
		t.Run(name, func(t *testing.T) { exhaust(t, name, exhaustingFiles[name]) })
	}
}
