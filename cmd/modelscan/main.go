// Command modelscan says what loading a machine learning model would import
// and call, which arrays the file holds and which library versions wrote it,
// without Python and without running anything.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"modelscan/report"
)

// The exit codes; they are the same for every command and report format.
const (
	exitTrusted    = 0 // everything is trusted and was read whole
	exitUntrusted  = 1 // something is untrusted
	exitIncomplete = 2 // something could not be read whole or is no model, or an I/O error
	exitNothing    = 3 // no model among the paths
	exitUsage      = 4 // wrong use; nothing was inspected
)

// exitError carries an exit code up to run. An error without one is about
// the command line.
type exitError struct {
	code int
	err  error // nil where the report says it all
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func main() {
	collectLess()
	ctx := withDefence(context.Background(), newDefence())
	os.Exit(runContext(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// collectLess lets garbage double before it is collected: a run is short, and
// what is large is counted. That is a sixth of the time of many small files.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}

// run executes one command line, without a defence, and returns its exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return runContext(context.Background(), args, stdin, stdout, stderr)
}

func runContext(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once

	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitTrusted
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		// A name that a shell put in place of a * may come from anyone.
		fmt.Fprintf(stderr, "modelscan: %s\nSee '%s --help'.\n", report.Text(err.Error()), cmd.CommandPath())
		return exitUsage
	}
	if exit.err != nil {
		fmt.Fprintf(stderr, "modelscan: %s\n", report.Text(exit.err.Error()))
	}
	return exit.code
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "modelscan",
		Short: "Say what loading a model file would do, without loading it",
		Long: `modelscan reads machine learning models that may be hostile and says, without
Python and without running anything, what loading them would import and call,
which arrays they hold and which library versions wrote them.`,
		Version:            version,
		Args:               cobra.NoArgs,
		SilenceErrors:      true,
		SilenceUsage:       true,
		DisableSuggestions: true,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("no command given")
		},
	}
	root.SetVersionTemplate(versionLine())
	root.AddCommand(newInspect(), newAllow(), newEnv(), newDis(), newFormats(), newSchema(), newVersion())
	return root
}
