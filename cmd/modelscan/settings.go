package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"modelscan/allowlist"
	"modelscan/inspect/environment"
	"modelscan/report"
)

// settings are what flags and environment say. A flag that is given takes
// the place of its variable.
type settings struct {
	format string
	output []string
	quiet  bool
	lists  string
	allow  []string
	trust  []string
	limits limits
	all    bool
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
	var profiles []string
	for _, p := range allowlist.Profiles() {
		profiles = append(profiles, p.Name+"\t"+p.Doc)
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&s.format, "format", "f", "table", "report `format`: "+strings.Join(names, ", "))
	flags.StringArrayVarP(&s.output, "output", "o", nil, "write the report to `FILE` instead of standard output, or,\nas FORMAT=FILE, one more report; repeatable")
	flags.BoolVarP(&s.quiet, "quiet", "q", false, "write nothing to standard output; the exit code tells")
	flags.BoolVar(&s.all, "all", false, "in the table, list every array and not the largest alone")
	flags.StringVar(&s.lists, "lists", "default", "built-in `lists` of trusted names: default, skops, skops-RELEASE,\nweights-only, none")
	flags.StringArrayVar(&s.allow, "allow", nil, "trust what the list in `FILE` grants; repeatable")
	flags.StringArrayVar(&s.trust, "trust", nil, "trust every use of `NAME`; repeatable")
	s.against.addFlags(cmd)

	s.limits.addFlags(cmd)

	complete := func(flag string, values ...string) {
		values = append([]string{}, values...)
		if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic(err) // no such flag
		}
	}
	complete("format", docs...)
	complete("lists", profiles...)
	complete("trust")
}

// fromEnvironment fills what no flag was given for. An empty variable counts
// as not set.
func (s *settings) fromEnvironment(cmd *cobra.Command) error {
	for _, v := range []struct {
		flag, variable string
		set            func(string)
	}{
		{"format", "MODELSCAN_FORMAT", func(text string) { s.format = text }},
		{"lists", "MODELSCAN_LISTS", func(text string) { s.lists = text }},
		{"allow", "MODELSCAN_ALLOW", func(text string) { s.allow = filepath.SplitList(text) }},
		{"trust", "MODELSCAN_TRUST", func(text string) { s.trust = strings.Split(text, ",") }},
	} {
		if text := os.Getenv(v.variable); text != "" && !cmd.Flags().Changed(v.flag) {
			v.set(text)
		}
	}
	if err := s.limits.fromEnvironment(cmd); err != nil {
		return err
	}
	if _, ok := report.Lookup(s.format); !ok {
		return unknownFormat(s.format)
	}
	return nil
}

func unknownFormat(name string) error {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return fmt.Errorf("unknown format %q, want one of %s", name, strings.Join(names, ", "))
}

// policy returns what --lists, --allow and --trust say together.
func (s *settings) policy() (*allowlist.Policy, error) {
	own, err := s.ownLists()
	if err != nil {
		return nil, err
	}
	if s.lists == "default" { // which is not read as a whole
		return allowlist.Default().With(own...), nil
	}
	lists, err := s.profileLists()
	if err != nil {
		return nil, err
	}
	return allowlist.None().With(lists...).With(own...), nil
}

// trustLists returns the lists of --lists, --allow and --trust, in this order.
func (s *settings) trustLists() ([]*allowlist.List, error) {
	lists, err := s.profileLists()
	if err != nil {
		return nil, err
	}
	own, err := s.ownLists()
	if err != nil {
		return nil, err
	}
	return append(slices.Clip(lists), own...), nil
}

// profileLists returns the lists of --lists.
func (s *settings) profileLists() ([]*allowlist.List, error) {
	lists, err := allowlist.Lists(s.lists)
	if err != nil {
		var names []string
		for _, p := range allowlist.Profiles() {
			names = append(names, p.Name)
		}
		return nil, fmt.Errorf("%w, want one of %s", err, strings.Join(names, ", "))
	}
	return lists, nil
}

// ownLists returns the lists of --allow and --trust.
func (s *settings) ownLists() ([]*allowlist.List, error) {
	var lists []*allowlist.List
	for _, path := range s.allow {
		list, err := readList(path)
		if err != nil {
			return nil, fmt.Errorf("allow list: %w", err)
		}
		lists = append(lists, list)
	}
	if len(s.trust) > 0 {
		names := make([]string, len(s.trust))
		for i, name := range s.trust {
			names[i] = strings.TrimSpace(name)
		}
		list, err := allowlist.Trust(names...)
		if err != nil {
			return nil, fmt.Errorf("trust: %w", err)
		}
		lists = append(lists, list)
	}
	return lists, nil
}

func readList(path string) (*allowlist.List, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", path, reason(err))
	}
	defer file.Close()
	return allowlist.ParseList(path, file)
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
