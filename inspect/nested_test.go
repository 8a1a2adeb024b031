package inspect

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

func binaryLength(before string, n int) string {
	return before + string(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

func toBase64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// protocol 4's opcodes for a name and for bytes.
func pickleName(module, name string) string {
	return fmt.Sprintf("\x8c%c%s\x8c%c%s\x93", len(module), module, len(name), name)
}

func pickleBytes(data string) string {
	return "B" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) + data
}

func pickleText(text string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(text)))) + text
}

// TestNestedLoaders holds that a payload is found wherever a program hands it
// to a loader, with the way in as its member, and that the call is judged.
func TestNestedLoaders(t *testing.T) {
	call := func(module, name, args string) string { return "\x80\x04" + pickleName(module, name) + args + "R." }
	long := evil + strings.Repeat("N0", 50_000) + "."
	for name, test := range map[string]struct{ program, member string }{
		"pickle":      {call("pickle", "loads", pickleBytes(evil)+"\x85"), "pickle.loads@"},
		"C pickle":    {call("_pickle", "loads", pickleBytes(evil)+"\x85"), "_pickle.loads@"},
		"Python 2":    {"\x80\x02ccPickle\nloads\nU\x1dcos\nsystem\n(S'echo hello'\ntR.\x85R.", "loads@"},
		"long":        {call("pickle", "loads", pickleBytes(long)+"\x85"), "pickle.loads@"},
		"cloudpickle": {call("cloudpickle.cloudpickle", "loads", pickleBytes(evil)+"\x85"), "cloudpickle.cloudpickle.loads@"},
		"dill":        {call("dill._dill", "loads", pickleBytes(evil)+"\x85"), "dill._dill.loads@"},
		"torch":       {call("torch.storage", "_load_from_bytes", pickleBytes(evil)+"\x85"), "torch.storage._load_from_bytes@"},
		"numba":       {call("numba.core.serialize", "_unpickle__CustomPickled", pickleBytes(evil)+"\x85"), "_unpickle__CustomPickled@"},
		"numba's other": {call("numba.core.serialize", "_numba_unpickle", "N"+pickleBytes(evil)+"N\x87"),
			"_numba_unpickle@"},
		"joblib": {call("joblib", "load", pickleName("_io", "BytesIO")+pickleBytes(evil)+"\x85R\x85"), "joblib.load@"},
		"zip": {call("torch.storage", "_load_from_bytes", pickleBytes(string(writeZip("", -1, zipEntry{name: "a/data.pkl", data: evil})))+"\x85"),
			"_load_from_bytes@"},
		"latin-1":   {call("pickle", "loads", pickleName("_codecs", "encode")+pickleText("\u0080\x02cos\nsystem\nU\x04\u00e9lo!\u0085R.")+"\x8c\x06latin1\x86R\x85"), "pickle.loads@"},
		"bytearray": {call("pickle", "loads", pickleName("builtins", "bytearray")+pickleBytes(evil)+"\x85R\x85"), "pickle.loads@"},
		"base64": {call("pickle", "loads", pickleName("base64", "b64decode")+pickleBytes(toBase64([]byte(evil)))+"\x85R\x85"),
			"pickle.loads@"},
		"hex": {call("pickle", "loads", pickleName("_codecs", "decode")+pickleBytes(hex.EncodeToString([]byte(evil)))+"\x8c\x03hex\x86R\x85"),
			"pickle.loads@"},
		"partial": {"\x80\x04" + pickleName("functools", "partial") + pickleName("pickle", "loads") + pickleBytes(evil) + "\x86R)R.",
			"pickle.loads@"},
		"then fails": {strings.TrimSuffix(call("pickle", "loads", pickleBytes(evil)+"\x85"), ".") + "h\x63.", "pickle.loads@"},
		"in a pickle in a pickle": {call("pickle", "loads", pickleBytes(call("pickle", "loads", pickleBytes(evil)+"\x85"))+"\x85"),
			"/pickle.loads@"},
	} {
		for _, form := range []string{"plain", "zlib"} {
			data := []byte(test.program)
			if form == "zlib" {
				data = deflated(test.program)
			}
			m := inspectBytes("x.pkl", data)
			found := false
			for _, g := range m.Globals {
				found = found || g.Name() == "os.system" && g.Uses == Import|Call && strings.Contains(g.Member, test.member)
			}
			if !found {
				t.Errorf("%s, %s: got %+v, %v", name, form, m.Globals, m.Issues)
			}
		}
	}
}

// torchBytes is what torch.save makes of a storage for a pickle of a tensor.
func torchBytes(object string) string {
	return "\x80\x02\x8a\x0a" + torchMagic + ".\x80\x02M\xe9\x03.\x80\x02}." + object + "\x80\x02](X\x01\x00\x00\x007e." +
		"\x06\x00\x00\x00\x00\x00\x00\x00" + strings.Repeat("\x00", 24)
}

const torchObject = "\x80\x02(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x007X\x03\x00\x00\x00cpuK\x06NtQ."

// TestExplainedLoader holds that a call of _load_from_bytes is explained where
// it is given torch's own form whole, and nothing else is done with the name.
func TestExplainedLoader(t *testing.T) {
	name, good := pickleName("torch.storage", "_load_from_bytes"), pickleBytes(torchBytes(torchObject))
	for _, test := range []struct {
		what, program string
		explained     bool
	}{
		{"plain", name + good + "\x85R.", true},
		{"twice", name + "\x94" + good + "\x85Rh\x00" + good + "\x85R\x86.", true},
		{"once good, once bad", name + "\x94" + good + "\x85Rh\x00" + pickleBytes(evil) + "\x85R\x86.", false},
		{"once bad, once good", name + "\x94" + pickleBytes(evil) + "\x85Rh\x00" + good + "\x85R\x86.", false},
		{"cut", name + pickleBytes(torchBytes(torchObject)[:100]) + "\x85R.", false},
		{"more behind", name + pickleBytes(torchBytes(torchObject)+"x") + "\x85R.", false},
		{"a pickle", name + pickleBytes("\x80\x04N.") + "\x85R.", false},
		{"text", name + pickleBytes("Hello, you there") + "\x85R.", false},
		{"computed", name + pickleName("os", "urandom") + "K\x10\x85R\x85R.", false},
		{"held too", name + "\x94" + good + "\x85Rh\x00\x86.", false},
		{"held and dropped", name + "\x94h\x00\x850" + good + "\x85R.", false},
		{"left", name + "\x94" + good + "\x85R0h\x00.", false},
		{"two arguments", name + good + "N\x86R.", false},
		{"changed", name + "}b\x94" + good + "\x85R.", false},
		{"a tar", name + pickleBytes(strings.Repeat("\x00", 257)+"ustar") + "\x85R.", false},
	} {
		m := inspectBytes("x.pkl", []byte("\x80\x04"+test.program))
		explained := false
		for _, g := range m.Globals {
			if g.Name() == "torch.storage._load_from_bytes" {
				explained = g.Explained == Call && g.Uses == Import|Call
			}
		}
		if explained != test.explained {
			t.Errorf("%s: got %v, %+v, %v", test.what, explained, m.Globals, m.Issues)
		}
		if test.explained && (len(m.Issues) != 0 || !hasName(m, "torch.FloatStorage")) {
			t.Errorf("%s: got %+v, %v", test.what, m.Globals, m.Issues)
		}
	}
}

// TestNestedDepth holds that loaders in loaders end.
func TestNestedDepth(t *testing.T) {
	program := evil
	for range 30 {
		program = "\x80\x04" + pickleName("pickle", "loads") + pickleBytes(program) + "\x85R."
	}
	m := inspectBytes("x.pkl", []byte(program))
	if len(m.Issues) != 1 || m.Issues[0].Kind != IssueLimit {
		t.Errorf("got %v", m.Issues)
	}
}

func deflated(text string) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.Bytes()
}

// TestExtensionElsewhere holds that a file of another format is none of an
// extension code where its first bytes happen to be one, unless that is used.
func TestExtensionElsewhere(t *testing.T) {
	header := `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`
	file := "\x82\x01\x00\x00\x00\x00\x00\x00" + header + strings.Repeat(" ", 0x182-len(header)) + "\x00"
	if m := new(Inspector).Reader(context.Background(), "x", strings.NewReader(file), int64(len(file))); m.Format != "safetensors" || len(m.Globals)+len(m.Issues) > 0 {
		t.Errorf("got %s, %v, %v", m.Format, m.Globals, m.Issues)
	}
	file = "CBM1" + strings.Repeat("x", 64) + "\x82\x01)R."
	if m := new(Inspector).Reader(context.Background(), "x", strings.NewReader(file), int64(len(file))); len(m.Globals) == 0 {
		t.Errorf("got %s, %v", m.Format, m.Issues)
	}
}
