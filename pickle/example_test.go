package pickle_test

import (
	"fmt"
	"strings"

	"modelscan/pickle"
)

func ExampleDecoder_Decode() {
	program := "cos\nsystem\n(S'echo'\ntR0N." // calls os.system, drops the result, leaves None
	d := pickle.NewDecoder(pickle.NewReader(strings.NewReader(program), 0), pickle.Limits{}, nil)
	p, err := d.Decode()
	fmt.Println(p.Kind(p.Root), err)
	for _, g := range p.Globals() {
		fmt.Printf("imports %s.%s at byte %d\n", g.Module, g.Qualname, g.Offset)
	}
	for e := range p.Events() {
		g, _ := p.Global(e.Subject)
		fmt.Printf("calls %s at byte %d\n", g.Qualname, e.Offset)
	}
	// Output:
	// None <nil>
	// imports os.system at byte 0
	// calls system at byte 21
}
