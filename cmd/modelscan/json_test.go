package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"modelscan/report"
)

// TestJSON holds, for all samples in testdata, that the report follows its
// schema and is the same in each run.
func TestJSON(t *testing.T) {
	t.Chdir("../../testdata")
	inspectAll := func() []byte {
		var out, errs bytes.Buffer
		run([]string{"inspect", "-f", "json", "models", "hostile"}, strings.NewReader(""), &out, &errs)
		if errs.Len() > 0 {
			t.Fatal(errs.String())
		}
		return out.Bytes()
	}
	first := inspectAll()
	if !bytes.Equal(first, inspectAll()) {
		t.Error("the second run gives another report")
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(report.Schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", document); err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.MustCompile("report.json").Validate(value); err != nil {
		t.Error(err)
	}
}
