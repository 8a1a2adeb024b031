package inspect_test

import (
	"context"
	"fmt"

	"modelscan/inspect"
)

func ExampleInspector_File() {
	var in inspect.Inspector
	m, err := in.File(context.Background(), "../testdata/models/pickle/sklearn-1.5.2-pipeline.pkl")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Format, m.Root.Class, len(m.Issues))
	for _, v := range m.Versions {
		fmt.Println(v.Library, v.Version)
	}
	a := m.Arrays[0]
	fmt.Println(a.Path, a.DType, a.Shape)
	// Output:
	// pickle sklearn.pipeline.Pipeline 0
	// scikit-learn 1.5.2
	// numpy >=2.0
	// python >=3.4
	// steps[0][1].mean_ <f8 [4]
}
