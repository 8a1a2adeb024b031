package allowlist_test

import (
	"fmt"
	"strings"

	"modelscan/allowlist"
	"modelscan/inspect"
)

func Example() {
	model := &inspect.Model{Globals: []inspect.Global{
		{Module: "numpy", Qualname: "ndarray", Uses: inspect.Import | inspect.New | inspect.Build},
		{Module: "mypkg.models", Qualname: "Net", Uses: inspect.Import | inspect.New | inspect.Build},
	}}
	verdict := allowlist.Default().Judge(model)
	fmt.Println(verdict.Status, verdict.Untrusted)
	fmt.Println(verdict.Findings[0].Message)

	own, err := allowlist.ParseList("own.txt", strings.NewReader("mypkg.models.Net  import new build\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(allowlist.Default().With(own).Judge(model).Status)
	// Output:
	// untrusted [mypkg.models.Net]
	// mypkg.models.Net is imported, constructed and given state: needs the code of mypkg.models, which has no list
	// trusted
}
