package report_test

import (
	"os"

	"modelscan/allowlist"
	"modelscan/inspect"
	"modelscan/report"
)

func Example() {
	model := &inspect.Model{Path: "clf.pkl", Size: 41, Format: "pickle", Globals: []inspect.Global{
		{Module: "posix", Qualname: "system", Raw: "os.system", Uses: inspect.Import | inspect.Call, Count: 1, Offset: 2},
	}}
	files := []report.File{{Model: model, Verdict: allowlist.None().Judge(model)}}
	format, _ := report.Lookup("table")
	if err := format.Write(os.Stdout, report.New(report.Tool{Name: "modelscan", Version: "0.1.0"}, files)); err != nil {
		panic(err)
	}
	// Output:
	// UNTRUSTED   clf.pkl  (pickle, 41 B): would call posix.system
	//
	//   untrusted name  use          count  where  why
	//   posix.system    import call      1  @2     not on any list
	//   (os.system)
}
