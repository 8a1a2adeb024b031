package inspect

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestStandInsEnd holds that what is looked for in states has an end: in a
// dict that is in itself where attributes are looked up, and in a long one
// that is given to many objects, which makes the file incomplete.
func TestStandInsEnd(t *testing.T) {
	var long strings.Builder
	long.WriteString("\x80\x02}q\x00(")
	for i := range 20_000 {
		fmt.Fprintf(&long, "I%d\nN", i)
	}
	long.WriteString("u0" + strings.Repeat("cargparse\nNamespace\n)\x81h\x00b0", 2000) + "N.")
	const itself = "\x80\x02cargparse\nNamespace\n)\x81}q\x00(X\x08\x00\x00\x00_modules}q\x01(X\x08\x00\x00\x00_modules" +
		"cfunctools\npartial\n(cbuiltins\nlen\nh\x01tRuub."
	var in Inspector
	for _, row := range []struct {
		name, program string
		issues        int
	}{{"itself", itself, 0}, {"long", long.String(), 1}} {
		start := time.Now()
		m := in.Reader(context.Background(), "x.pkl", strings.NewReader(row.program), int64(len(row.program)))
		if len(m.Issues) != row.issues {
			t.Errorf("%s: got issues %v, want %d", row.name, m.Issues, row.issues)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: took %v", row.name, took)
		}
	}
}
