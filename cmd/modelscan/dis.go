package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"modelscan/inspect"
	"modelscan/pickle"
	"modelscan/report"
)

func newDis() *cobra.Command {
	return &cobra.Command{
		Use:   "dis FILE [MEMBER]",
		Short: "Show the opcodes of the pickles in a file",
		Long: `Show the opcodes of all pickles in a file, or of one member of it: offset, name
and argument, a line each. Compressed data is shown decompressed, and joblib's
arrays are stepped over. Nothing is run.

The exit code is 2 where something cannot be read, after what stands before it,
and 3 where there is no pickle.`,
		Example:               "  modelscan dis clf.joblib\n  modelscan dis model.pt archive/data.pkl",
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) > 2 {
				return errors.New("a file is needed, and perhaps one member")
			}
			return runDis(cmd, args[0], args[1:])
		},
	}
}

// runDis shows the pickles of a file, in the members or in all of them.
func runDis(cmd *cobra.Command, path string, members []string) error {
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
	out := cmd.OutOrStdout()
	shown := 0
	var failed []string
	in := &inspect.Inspector{Opcodes: func(member string, r *pickle.Reader, gaps []pickle.Gap) {
		if len(members) > 0 && !slices.Contains(members, member) {
			return
		}
		shown++
		if member != "" {
			fmt.Fprintf(out, "# %s\n", report.Text(member))
		}
		if err := pickle.Dis(out, r, gaps...); err != nil {
			failed = append(failed, err.Error())
		}
	}}
	model := inspectOne(cmd.Context(), in, targets[0])
	switch {
	case len(failed) > 0:
		return &exitError{exitIncomplete, errors.New(strings.Join(failed, "; "))}
	case shown == 0 && len(model.Issues) > 0:
		return &exitError{exitIncomplete, errors.New(path + ": " + model.Issues[0].Message)}
	case shown == 0:
		return &exitError{exitNothing, errors.New(path + ": no pickle there")}
	}
	return nil
}
