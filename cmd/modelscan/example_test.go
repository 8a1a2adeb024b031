package main

import (
	"context"
	"fmt"
	"log"

	"modelscan/allowlist"
	"modelscan/inspect"
)

// The README shows this, with the path as it is in the repository's folder.
func Example_library() {
	var in inspect.Inspector // zero limits are the defaults; inspects one file after another
	m, err := in.File(context.Background(), "../../testdata/models/joblib/sklearn-1.9.1-svc.joblib")
	if err != nil {
		log.Fatal(err)
	}
	v := allowlist.Default().Judge(m)
	fmt.Println(v.Status, v.Untrusted)
	for _, version := range m.Versions {
		fmt.Println(version.Library, version.Version)
	}
	for _, a := range m.Arrays[:2] {
		fmt.Println(a.Path, a.DType, a.Shape, a.Bytes)
	}
	// Output:
	// trusted []
	// scikit-learn 1.9.1
	// joblib >=1.2
	// numpy >=1.19
	// python >=3.4
	// class_weight_ <f8 [3] 24
	// classes_ <i8 [3] 24
}
