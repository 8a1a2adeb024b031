package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version can be set by -ldflags "-X main.version=…".
var version = "0.1.0"

func newVersion() *cobra.Command {
	var verbose bool
	cmd := &cobra.Command{
		Use:               "version",
		Short:             "Print the version",
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			text := versionLine()
			if verbose {
				text += "own defence: " + defenceOf(cmd.Context()).status() + "\n"
			}
			return print(cmd, text)
		},
	}
	cmd.Flags().BoolVar(&verbose, "verbose", false, "also say what the process gives up before it reads a model")
	return cmd
}

func versionLine() string {
	return fmt.Sprintf("modelscan %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// print writes text to standard output.
func print(cmd *cobra.Command, text string) error {
	if _, err := fmt.Fprint(cmd.OutOrStdout(), text); err != nil {
		return &exitError{exitIncomplete, err}
	}
	return nil
}
