package inspect

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTorchForms reads the forms of torch's files that are rarer than the
// archive and the stream of pickles: whole, with the arrays that torch finds.
func TestTorchForms(t *testing.T) {
	var in Inspector
	for _, test := range []struct {
		name, format, array string
		arrays              int
	}{
		{"torch-1.4.0-state-zip.pt", "torch", "['conv.weight'] <f4 [2 1 3 3]", 9},
		{"torch-1.4.0-by-hand.tar", "torch", "['view'] <f4 [3]", 3},
		{"torch-1.12.1-package.pt", "torch-package", "out.weight <f4 [3 8]", 9},
		{"torch-2.15.0-package.pt", "torch-package", "out.weight <f4 [3 8]", 9},
		{"torch-1.4.0-script.pt", "torch", "inner.scale <f4 [2]", 2},
		{"torch-2.15.0-script.pt", "torch", "inner.shift <f4 [2]", 2},
	} {
		m, err := in.File(context.Background(), filepath.Join(testdata, "models/torch", test.name))
		if err != nil {
			t.Fatal(err)
		}
		var arrays []string
		for _, a := range m.Arrays {
			arrays = append(arrays, fmt.Sprint(a.Path, " ", a.DType, " ", a.Shape))
		}
		if m.Format != test.format || len(m.Issues) != 0 || len(arrays) != test.arrays || !slices.Contains(arrays, test.array) {
			t.Errorf("%s: got %s, %v, %q", test.name, m.Format, m.Issues, arrays)
		}
		if strings.Contains(test.name, "script") && paramsOf(m)["code"] != "['code/__torch__/writers/torches.py']" {
			t.Errorf("%s: got %v", test.name, m.Root)
		}
		if strings.Contains(test.name, "package") && len(m.Hazards) != 1 {
			t.Errorf("%s: got hazards %v", test.name, m.Hazards)
		}
	}
}

// TestCarriedTensor holds that a tensor whose storage is a file in the bytes
// of a plain pickle is an array like any other.
func TestCarriedTensor(t *testing.T) {
	tensor := pickleName("torch._utils", "_rebuild_tensor_v2") + "(" + pickleName("torch.storage", "_load_from_bytes") +
		pickleBytes(torchBytes(torchObject)) + "\x85RK\x00K\x02K\x03\x86K\x03K\x01\x86\x89" + pickleName("collections", "OrderedDict") + ")RtR"
	m := inspectBytes("x.pkl", []byte("\x80\x04}\x8c\x01w"+tensor+"s."))
	if len(m.Arrays) != 1 || len(m.Issues) != 0 {
		t.Fatalf("got %+v, %v", m.Arrays, m.Issues)
	}
	if a := m.Arrays[0]; a.Path != "['w']" || a.DType != "<f4" || !slices.Equal(a.Shape, []int64{2, 3}) || a.Bytes != 24 {
		t.Errorf("got %+v", a)
	}
}

// TestNetworks compares modules, parameters and state dicts with what torch
// says of each fixture that it loads.
func TestNetworks(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(testdata, "oracle/facts_libraries.json"))
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]struct {
		Extra struct {
			Fails               bool `json:"load_fails"`
			Modules, StateDicts [][]any
			Network             []json.Number
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(bytes.ReplaceAll(raw, []byte("state_dicts"), []byte("StateDicts"))))
	decoder.UseNumber()
	if err := decoder.Decode(&facts); err != nil {
		t.Fatal(err)
	}
	var in Inspector
	networks, dicts := 0, 0
	for name, fact := range facts {
		want := fact.Extra
		if want.Network == nil || want.Fails {
			continue
		}
		m, err := in.File(context.Background(), filepath.Join(testdata, name))
		if err != nil {
			t.Fatal(err)
		}
		var modules, found [][]any
		for _, module := range m.Modules {
			modules = append(modules, []any{module.Path, module.Class, module.Parameters, module.Trainable, module.Buffers})
		}
		for _, dict := range m.StateDicts {
			found = append(found, []any{dict.Path, dict.Tensors, dict.Elements})
		}
		all := []int64{m.Network.Parameters, m.Network.Trainable, m.Network.Buffers}
		got := fmt.Sprint(m.Network.Partial, all, modules, found)
		if want := fmt.Sprint(false, want.Network, want.Modules, want.StateDicts); got != want {
			t.Errorf("%s: got\n\t%v\nwant\n\t%v", name, got, want)
		}
		networks += min(len(modules), 1)
		dicts += len(found)
	}
	if networks < 20 || dicts < 20 {
		t.Errorf("compared %d networks and %d state dicts", networks, dicts)
	}
}
