package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"modelscan/inspect"
	"modelscan/inspect/pycode"
	"modelscan/pickle"
	"modelscan/report"
)

func newDis() *cobra.Command {
	var code bool
	var python string
	var limits limits
	cmd := &cobra.Command{
		Use:   "dis FILE [MEMBER]",
		Short: "Show the opcodes of the pickles in a file",
		Long: `Show the opcodes of all pickles in a file, or of one member of it: offset, name
and argument, a line each. Compressed data is shown decompressed, and joblib's
arrays are stepped over. Nothing is run.

With --code, the instructions of the functions that pickles and Keras' Lambda
layers carry, as Python's own dis module shows them. Where a function's form leaves open which
release of Python compiled it, it is shown as one of those that its
instructions fit; --python names another.

The exit code is 2 where something cannot be read, after what stands before it,
and 3 where there is no pickle.`,
		Example:               "  modelscan dis clf.joblib\n  modelscan dis model.pt archive/data.pkl\n  modelscan dis --code lambda.pkl",
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) > 2 {
				return errors.New("a file is needed, and perhaps one member")
			}
			if python != "" && !slices.Contains(pycode.Releases(), python) {
				return fmt.Errorf("--python: %q is none of %s", python, strings.Join(pycode.Releases(), ", "))
			}
			if err := limits.fromEnvironment(cmd); err != nil {
				return err
			}
			d := disassembly{out: cmd.OutOrStdout(), members: args[1:], python: python, limits: limits.inspect()}
			return d.run(cmd, args[0], code || python != "")
		},
	}
	cmd.Flags().BoolVar(&code, "code", false, "show the instructions of functions")
	cmd.Flags().StringVar(&python, "python", "", "the `RELEASE` of Python whose instructions they are, such as 3.12")
	limits.addFlags(cmd)
	return cmd
}

// disassembly shows the pickles of a file, in some members or in all of them,
// or the functions in those.
type disassembly struct {
	out     io.Writer
	members []string
	python  string
	limits  inspect.Limits
	shown   int
	failed  []string
}

func (d *disassembly) asked(member string) bool {
	return len(d.members) == 0 || slices.Contains(d.members, member)
}

// pickles shows the opcodes of one stream.
func (d *disassembly) pickles(member string, r *pickle.Reader, gaps []pickle.Gap) {
	if !d.asked(member) {
		return
	}
	d.shown++
	if member != "" {
		fmt.Fprintf(d.out, "# %s\n", report.Text(member))
	}
	if err := pickle.Dis(d.out, r, gaps...); err != nil {
		d.failed = append(d.failed, err.Error())
	}
}

// function shows the instructions of one code object.
func (d *disassembly) function(c inspect.Code, body pycode.Code, releases []string) {
	if !d.asked(c.Member) {
		return
	}
	d.shown++
	fit := pycode.Candidates(body, releases)
	shown := cmp.Or(d.python, last(fit), last(releases))
	where := report.Text(c.Filename)
	if c.Member != "" {
		where += " in " + report.Text(c.Member)
	}
	fmt.Fprintf(d.out, "# %s of %s, at %d: as of Python %s", report.Text(c.Qualname), where, c.Offset, shown)
	if len(fit) > 1 {
		fmt.Fprintf(d.out, "; it fits %s", strings.Join(fit, ", "))
	}
	fmt.Fprintln(d.out)
	list, err := pycode.Disassemble(body, shown)
	for _, i := range list {
		line, arg := "", ""
		if i.Line >= 0 {
			line = strconv.FormatInt(i.Line, 10)
		}
		if i.Arg >= 0 {
			arg = strconv.Itoa(i.Arg)
		}
		if i.Says != "" {
			arg += " (" + report.Text(i.Says) + ")"
		}
		fmt.Fprintln(d.out, strings.TrimRight(fmt.Sprintf("%6s %6d %-24s %s", line, i.Offset, i.Name, arg), " "))
	}
	if err != nil {
		d.failed = append(d.failed, report.Text(c.Qualname)+" of Python "+shown+": "+err.Error())
	}
}

func last(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

func (d *disassembly) run(cmd *cobra.Command, path string, code bool) error {
	targets, err := list(cmd.Context(), []string{path}, cmd.InOrStdin())
	if err != nil {
		return err
	}
	if len(targets) != 1 {
		return errors.New("a file is needed, not a folder")
	}
	if err := confine(cmd.Context(), []string{path}, nil); err != nil {
		return err
	}
	in, what := &inspect.Inspector{Limits: d.limits, Opcodes: d.pickles}, "pickle"
	if code {
		in, what = &inspect.Inspector{Limits: d.limits, Bodies: d.function}, "code"
	}
	model := inspectOne(cmd.Context(), in, targets[0])
	switch {
	case len(d.failed) > 0:
		return &exitError{exitIncomplete, errors.New(strings.Join(d.failed, "; "))}
	case d.shown == 0 && len(model.Issues) > 0:
		return &exitError{exitIncomplete, errors.New(path + ": " + model.Issues[0].Message)}
	case d.shown == 0:
		return &exitError{exitNothing, errors.New(path + ": no " + what + " there")}
	}
	return nil
}
