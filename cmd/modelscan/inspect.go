package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"modelscan/allowlist"
	"modelscan/inspect"
	"modelscan/report"
)

func newInspect() *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use:   "inspect PATH…",
		Short: "Inspect model files",
		Long: `Inspect files, folders and, as "-", standard input.

The exit code is 0 if everything is trusted and was read whole, 1 if something
is untrusted or would warn or break in the environment given by --against or
--python, 2 if something could not be read whole or is no model, 3 if there
is no model among the paths, and 4 if the command line is wrong. 1 beats 2.

A folder is walked; links in it are not followed, and what is no model by
content and by name is skipped. Settings come from flags or else from
MODELSCAN_FORMAT, MODELSCAN_LISTS, MODELSCAN_ALLOW (paths, separated as in PATH),
MODELSCAN_TRUST (names, separated by commas), MODELSCAN_MAX_MEMORY,
MODELSCAN_MAX_EXPANSION and MODELSCAN_TIMEOUT; nothing is read from the current
folder.`,
		Example: `  modelscan inspect clf.joblib
  modelscan inspect --format json models/ | jq .summary
  modelscan inspect -q --allow our-names.txt clf.pkl && python serve.py`,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runInspect(cmd, args, &s)
		},
	}
	s.addFlags(cmd)
	return cmd
}

// runInspect checks all of the command line before it opens a model.
func runInspect(cmd *cobra.Command, paths []string, s *settings) error {
	if len(paths) == 0 {
		return errors.New("no path given")
	}
	if err := s.fromEnvironment(cmd); err != nil {
		return err
	}
	policy, err := s.policy()
	if err != nil {
		return err
	}
	outputs, err := s.outputs()
	if err != nil {
		return err
	}
	env, err := s.environment()
	if err != nil {
		return err
	}
	targets, err := list(cmd.Context(), paths, cmd.InOrStdin())
	if err != nil {
		return err
	}
	if err := confine(cmd.Context(), paths, outputs); err != nil {
		return err
	}
	told := newProgress(cmd.ErrOrStderr(), len(targets), s.quiet)
	models := inspectAll(cmd.Context(), targets, s.limits.inspect(), s.digest || policy.Pinned(), told)
	files := make([]report.File, len(targets))
	for i, t := range targets {
		files[i] = report.File{Model: models[i], Verdict: judge(policy, t, models[i])}
		if env != nil && files[i].Verdict.Status != allowlist.Skipped {
			files[i].Environment = env.Compare(models[i])
		}
	}
	r := report.New(report.Tool{Name: "modelscan", Version: version}, files)
	r.All = s.all
	code := exitCode(r.Summary)
	if err := write(cmd, outputs, r); err != nil {
		if code != exitUntrusted {
			code = exitIncomplete
		}
		return &exitError{code, err}
	}
	if code != exitTrusted {
		return &exitError{code: code}
	}
	return nil
}

// judge adds to the policy what only the command knows: a file that is no
// model may be passed over in a folder, but not when it was asked for.
func judge(policy *allowlist.Policy, t target, m *inspect.Model) allowlist.Verdict {
	if t.named && m.NotModel && len(m.Issues) == 0 {
		m.Issues = append(m.Issues, inspect.Issue{Kind: inspect.IssueNotModel, Message: "not a model by content or by name", Offset: -1})
	}
	verdict := policy.Judge(m)
	if t.named && verdict.Status == allowlist.Skipped {
		verdict.Status = allowlist.Incomplete
	}
	return verdict
}

// exitCode is the table of exit codes, for what was inspected.
func exitCode(s report.Summary) int {
	switch {
	case s.Untrusted > 0, s.Mismatched > 0:
		return exitUntrusted
	case s.Incomplete > 0:
		return exitIncomplete
	case s.Trusted == 0:
		return exitNothing
	}
	return exitTrusted
}

// write writes r to all outputs, also to those after one that fails.
func write(cmd *cobra.Command, outputs []output, r *report.Report) error {
	var errs []error
	for _, o := range outputs {
		var text bytes.Buffer
		err := o.format.Write(&text, r)
		switch {
		case err != nil:
		case o.file == "":
			_, err = cmd.OutOrStdout().Write(text.Bytes())
		default:
			err = os.WriteFile(o.file, text.Bytes(), 0o666)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	var words []string
	for _, err := range errs {
		words = append(words, err.Error())
	}
	return fmt.Errorf("cannot write the report: %s", strings.Join(words, "; "))
}
