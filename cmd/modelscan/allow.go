package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"modelscan/allowlist"
	"modelscan/report"
)

// allowSettings are the settings of the command allow alone.
type allowSettings struct {
	trustSettings
	limits  limits
	style   string
	pin     bool
	explain bool
}

func newAllow() *cobra.Command {
	var s allowSettings
	cmd := &cobra.Command{
		Use:   "allow PATH…",
		Short: "Write down what files need to be trusted",
		Long: `Write the lines that a list needs for the files to pass, each with where its name
was seen, for a person to read before they are given to --allow. What no list can
grant is a comment: names that are never trusted, and those that a file computes.

With --pin the lines hold for these very files, by their SHA-256. With --style
they are written in Python, for the loaders of torch or skops, and name what
these refuse by themselves.

With --explain, say of each name which lines of which lists rule, and why. It may
be spelled as in a report or as in a list, also as Python 2 calls it.

The exit code is 0 if all can be granted, 1 if something cannot, 2 if something
could not be read whole or is no model, 3 if there is no model among the paths,
and 4 if the command line is wrong.`,
		Example: `  modelscan allow clf.pkl > trusted.allow
  modelscan inspect --allow trusted.allow clf.pkl
  modelscan allow --style torch model.pt
  modelscan allow --explain numpy.ndarray`,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			s.trustSettings.fromEnvironment(cmd)
			if err := s.limits.fromEnvironment(cmd); err != nil {
				return err
			}
			if s.explain {
				return runExplain(cmd, args, &s)
			}
			return runAllow(cmd, args, &s)
		},
	}
	var names, docs []string
	for _, style := range report.AllowStyles() {
		names = append(names, style.Name)
		docs = append(docs, style.Name+"\t"+style.Doc)
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&s.style, "style", "list", "how to write it: "+strings.Join(names, ", "))
	flags.BoolVar(&s.pin, "pin", false, "lines for these very files, by their SHA-256")
	flags.BoolVar(&s.explain, "explain", false, "say what the lists say of each name that is given")
	s.addTrustFlags(cmd)
	s.limits.addFlags(cmd)
	complete(cmd, "style", docs...)
	return cmd
}

// runAllow inspects files and writes what they need.
func runAllow(cmd *cobra.Command, paths []string, s *allowSettings) error {
	if len(paths) == 0 {
		return errors.New("no path given")
	}
	styles := report.AllowStyles()
	at := slices.IndexFunc(styles, func(style report.AllowStyle) bool { return style.Name == s.style })
	switch {
	case at < 0:
		return fmt.Errorf("unknown style %q, want list, torch or skops", s.style)
	case s.pin && s.style != "list":
		return errors.New("--pin is for the style list")
	}
	if !s.chosen {
		s.lists = styles[at].Lists
	}
	policy, err := s.policy()
	if err != nil {
		return err
	}
	targets, err := list(cmd.Context(), paths, cmd.InOrStdin())
	if err != nil {
		return err
	}
	if err := confine(cmd.Context(), paths, nil); err != nil {
		return err
	}
	models := inspectAll(cmd.Context(), targets, s.limits.inspect(), s.pin || policy.Pinned(), newProgress(cmd.ErrOrStderr(), len(targets), false))
	files := make([]report.File, len(targets))
	for i, t := range targets {
		files[i] = report.File{
			Model: models[i], Verdict: judge(policy, t, models[i]), Review: allowlist.Default().Judge(models[i]),
		}
	}
	var text bytes.Buffer
	granted, err := report.Allow(&text, styles[at], files, s.pin)
	if err != nil {
		return err
	}
	if err := print(cmd, text.String()); err != nil {
		return err
	}
	// What would an inspection say with this list?
	policy = policy.With(&allowlist.List{Name: "allow", Entries: granted})
	for i, t := range targets {
		files[i].Verdict = judge(policy, t, models[i])
	}
	if code := exitCode(report.New(report.Tool{}, files).Summary); code != exitTrusted {
		return &exitError{code: code}
	}
	return nil
}

// runExplain says what the lists say of names.
func runExplain(cmd *cobra.Command, names []string, s *allowSettings) error {
	if len(names) == 0 {
		return errors.New("no name given")
	}
	lists, err := s.trustLists()
	if err != nil {
		return err
	}
	var text strings.Builder
	code := exitTrusted
	for _, name := range names {
		found, err := allowlist.Explain(lists, name)
		if err != nil {
			return err
		}
		for _, e := range found {
			if e.Never || len(e.Lines) == 0 {
				code = exitUntrusted
			}
			report.Explain(&text, &e)
		}
	}
	if err := print(cmd, text.String()); err != nil {
		return err
	}
	if code != exitTrusted {
		return &exitError{code: code}
	}
	return nil
}
