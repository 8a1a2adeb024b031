package pickle

import "testing"

// TestMachineAgainstPython has CPython's unpicklers run the chunks of
// testdata/machine: what stands there is not only what we say.
func TestMachineAgainstPython(t *testing.T) {
	out, err := python(t, "../testdata/machine/check.py").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
