package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version can be set by -ldflags "-X main.version=…".
var version = "0.1.0"

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:               "version",
		Short:             "Print the version",
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return print(cmd, versionLine())
		},
	}
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
