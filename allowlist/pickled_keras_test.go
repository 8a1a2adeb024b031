package allowlist

import (
	"context"
	"encoding/binary"
	"os"
	"strings"
	"testing"

	"modelscan/inspect"
)

// TestPickledKeras holds that a pickled model of Keras is trusted as the
// archive in it is, and that nothing else may stand there. The first programs
// of each release are what pickle.dump writes.
func TestPickledKeras(t *testing.T) {
	archive := func(name string) string {
		data, err := os.ReadFile("../testdata/models/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return "B" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) + string(data)
	}
	const loader = "\x80\x03ckeras.src.saving.pickle_utils\ndeserialize_model_from_bytecode\nq\x00"
	dense := archive("keras/keras-2.15.0-dense.keras")
	const method = "\x80\x03cbuiltins\ngetattr\nckeras.src.models.functional\nFunctional\nX\x0f\x00\x00\x00_unpickle_model\x86Rq\x00"
	const file = "c_io\nBytesIO\n)\x81"
	newer := file + archive("keras/keras-3.15.1-dense.keras") + "K\x00N\x87b"
	const wrapper = "\x80\x03cscikeras._saving_utils\nunpack_keras_model\nq\x00"
	array := func(shape, data string) string {
		if shape == "" {
			shape = "J" + data[1:5] + "\x85"
		}
		return "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85C\x01btR(K\x01" + shape + "cnumpy\ndtype\nX\x02\x00\x00\x00u1\x89\x88\x87R" +
			"(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89" + data + "tb"
	}
	even := archive("keras/keras-3.15.1-dense.keras")
	half := "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(even)-5)/2)) + "\x85"
	lambda := archive("keras/keras-3.15.1-lambda.keras")
	var in inspect.Inspector
	for _, row := range []struct {
		name, program string
		want          Status
	}{
		{"a model", loader + dense + "q\x01\x85q\x02Rq\x03.", Trusted},
		{"a model before Keras 2.13", strings.Replace(loader, ".src", "", 1) + dense + "\x85R.", Trusted},
		{"a layer that is code", loader + archive("keras/keras-2.15.0-lambda.keras") + "\x85R.", Untrusted},
		{"a layer of somebody's own", loader + archive("keras/keras-2.15.0-own-layer.keras") + "\x85R.", Untrusted},
		{"another format", loader + archive("npz/numpy-1.16.6-numbers-deflated.npz") + "\x85R.", Untrusted},
		{"no format", loader + "B\x04\x00\x00\x00abcd\x85R.", Untrusted},
		{"a path", loader + text("/etc/passwd") + "\x85R.", Untrusted},
		{"the loader held as well", loader + dense + "\x85Rh\x00\x86.", Untrusted},
		{"a loader in a partial object", "\x80\x03cfunctools\npartial\n" + loader[2:] + dense + "\x86R.", Untrusted},
		{"a model of Keras 3", method + newer + "\x85R.", Trusted},
		{"a layer that is code, in Keras 3", method + file + lambda + "K\x00N\x87b\x85R.", Untrusted},
		{"a file that is given other bytes", method + newer[:len(newer)-1] + "b" + lambda + "K\x00N\x87b\x85R.", Untrusted},
		{"a file with attributes", method + newer[:len(newer)-3] + "}\x87b\x85R.", Untrusted},
		{"the method held as well", method + newer + "\x85Rh\x00\x86.", Untrusted},
		{"the method alone", method + ".", Untrusted},
		{"another method alone", method + newer + "\x85R" + method[2:] + "\x86.", Untrusted},
		{"the method in a partial object", "\x80\x03cfunctools\npartial\n" + method[2:] + newer + "\x86R.", Untrusted},
		{"the method of another class", strings.Replace(method, "keras.src.models.functional", "mypackage", 1) + newer + "\x85R.", Untrusted},
		{"the method of a layer", strings.Replace(method, "Functional", "Layer", 1) + newer + "\x85R.", Untrusted},
		{"a state for the method", method + newer + "\x85R0h\x00}b.", Untrusted},
		{"a model that scikeras wraps", wrapper + array("", archive("keras/keras-3.15.1-dense.keras")) + "\x85R.", Trusted},
		{"a layer that is code in scikeras", wrapper + array("", lambda) + "\x85R.", Untrusted},
		{"an array of two axes", wrapper + array("K\x01K\x02\x86", archive("keras/keras-3.15.1-dense.keras")) + "\x85R.", Untrusted},
		{"an array whose bytes may be swapped", strings.NewReplacer("u1", "u2", "\x00|", "\x00<").Replace(wrapper+array(half, even)) + "\x85R.", Untrusted},
		{"an array without bytes", wrapper + array("K\x01\x85", "]") + "\x85R.", Untrusted},
		{"scikeras' loader held as well", wrapper + array("", archive("keras/keras-3.15.1-dense.keras")) + "\x85Rh\x00\x86.", Untrusted},
		{"an archive and options", loader + dense + "N\x86R.", Untrusted},
	} {
		m := in.Reader(context.Background(), "x.pkl", strings.NewReader(row.program), int64(len(row.program)))
		if v := Default().Judge(m); v.Status != row.want {
			t.Errorf("%s: got %s %q %v, want %s", row.name, v.Status, v.Untrusted, m.Issues, row.want)
		}
	}
}
