package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"modelscan/inspect/environment"
	"modelscan/report"
)

// settings are what flags and environment say. A flag that is given takes
// the place of its variable.
type settings struct {
	trustSettings
	format string
	output []string
	quiet  bool
	limits limits
	all    bool
	digest bool
	against
}

// against is the environment to compare with.
type against struct {
	file   string
	python string
}

func (a *against) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&a.file, "against", "", "compare with the environment in `FILE`: requirements, a lock file, pyproject.toml")
	flags.StringVar(&a.python, "python", "", "compare with what the interpreter or environment at `PATH` has installed")
	cmd.MarkFlagsMutuallyExclusive("against", "python")
}

// environment reads what --against or --python names; nil for neither.
func (a *against) environment() (*environment.Environment, error) {
	var env *environment.Environment
	var err error
	switch {
	case a.file != "":
		env, err = environment.Read(a.file)
	case a.python != "":
		env, err = environment.Installed(a.python)
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = fmt.Errorf("%s: %s", path.Path, reason(err))
	}
	if err != nil {
		return nil, fmt.Errorf("environment: %w", err)
	}
	return env, nil
}

func (s *settings) addFlags(cmd *cobra.Command) {
	var names, docs []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
		docs = append(docs, f.Name+"\t"+f.Doc)
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&s.format, "format", "f", "table", "report `format`: "+strings.Join(names, ", "))
	flags.StringArrayVarP(&s.output, "output", "o", nil, "write the report to `FILE` instead of standard output, or,\nas FORMAT=FILE, one more report; repeatable")
	flags.BoolVarP(&s.quiet, "quiet", "q", false, "write nothing to standard output; the exit code tells")
	flags.BoolVar(&s.all, "all", false, "in the table, list every array and not the largest alone")
	s.addTrustFlags(cmd)
	flags.BoolVar(&s.digest, "digest", false, "say the SHA-256 of each file, too")
	s.against.addFlags(cmd)
	s.limits.addFlags(cmd)
	complete(cmd, "format", docs...)
}

// complete makes the values of a flag known to shells.
func complete(cmd *cobra.Command, flag string, values ...string) {
	values = append([]string{}, values...)
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // no such flag
	}
}

// fromEnvironment fills what no flag was given for.
func (s *settings) fromEnvironment(cmd *cobra.Command) error {
	fromEnvironment(cmd, "format", "MODELSCAN_FORMAT", func(text string) { s.format = text })
	s.trustSettings.fromEnvironment(cmd)
	if err := s.limits.fromEnvironment(cmd); err != nil {
		return err
	}
	if _, ok := report.Lookup(s.format); !ok {
		return unknownFormat(s.format)
	}
	return nil
}

// fromEnvironment sets what no flag was given for. An empty variable counts
// as not set.
func fromEnvironment(cmd *cobra.Command, flag, variable string, set func(string)) {
	if text := os.Getenv(variable); text != "" && !cmd.Flags().Changed(flag) {
		set(text)
	}
}

func unknownFormat(name string) error {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return fmt.Errorf("unknown format %q, want one of %s", name, strings.Join(names, ", "))
}

// output is one report to write.
type output struct {
	format report.Format
	file   string // empty for standard output
}

// outputs returns the reports to write: the one of --format, to standard
// output or where "-o FILE" says, and one for each "-o FORMAT=FILE".
func (s *settings) outputs() ([]output, error) {
	format, _ := report.Lookup(s.format)
	main := output{format: format}
	var more []output
	seen := map[string]bool{}
	for _, text := range s.output {
		name, file, ok := strings.Cut(text, "=")
		if ok && isWord(name) {
			format, known := report.Lookup(name)
			if !known {
				return nil, unknownFormat(name)
			}
			more = append(more, output{format, file})
		} else if file = text; main.file == "" {
			main.file = file
		} else {
			return nil, errors.New("a second --output needs the form FORMAT=FILE")
		}
		if file == "" || file == "-" {
			return nil, errors.New("--output needs the name of a file")
		}
		if seen[filepath.Clean(file)] {
			return nil, fmt.Errorf("two reports for the same file %q", file)
		}
		seen[filepath.Clean(file)] = true
	}
	if main.file == "" && s.quiet {
		return more, nil
	}
	return append([]output{main}, more...), nil
}

// isWord tells the name of a format from the first part of a path.
func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
