package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"modelscan/allowlist"
	"modelscan/inspect"
	"modelscan/inspect/environment"
	"modelscan/report"
)

// envFormats are the formats of the command env.
var envFormats = []report.Format{
	{Name: "requirements", Doc: "lines of a requirements.txt, or what differs", Write: report.WriteRequirements},
	{Name: "json", Doc: "the same, as JSON", Write: report.WriteEnvironments},
}

// envSettings are the flags of the command env.
type envSettings struct {
	format    string
	quiet     bool
	checklist bool
	limits    limits
	against
}

func newEnv() *cobra.Command {
	var s envSettings
	cmd := &cobra.Command{
		Use:   "env PATH…",
		Short: "Say which environment model files ask for",
		Long: `Say which versions of which libraries model files ask for, as the lines of a
requirements.txt, each with its evidence: exact where the file records the
version, else a bound.

With --against or --python, say instead what a load there would do: nothing that
is known, warn, or break. The environment is a file of requirements (as pip
takes or prints them), poetry.lock, uv.lock, pdm.lock, pylock.toml,
Pipfile.lock, an environment.yml or a lock of conda, a pyproject.toml, or what
is installed beside an interpreter. Nothing is run.

With --checklist, say which of the things the file carries that scikit-learn's
guide to model persistence wants kept: a reference to the data, the code, the
versions, a score, a hash.

The exit code is 0 if nothing is known that would warn or break, 1 if a load
would, 2 if a file could not be read whole or is no model, 3 if there is no
model, and 4 if the command line is wrong.`,
		Example: `  modelscan env clf.joblib > requirements.txt
  modelscan env --against uv.lock clf.joblib
  modelscan env --python .venv clf.joblib`,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runEnv(cmd, args, &s)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&s.format, "format", "f", "requirements", "`format`: requirements, json")
	flags.BoolVarP(&s.quiet, "quiet", "q", false, "write nothing to standard output; the exit code tells")
	flags.BoolVar(&s.checklist, "checklist", false, "say which items of provenance each file carries: data, code,\nversions, score, hash")
	s.against.addFlags(cmd)
	s.limits.addFlags(cmd)
	return cmd
}

func runEnv(cmd *cobra.Command, paths []string, s *envSettings) error {
	if len(paths) == 0 {
		return errors.New("no path given")
	}
	if err := s.limits.fromEnvironment(cmd); err != nil {
		return err
	}
	var chosen report.Format
	for _, f := range envFormats {
		if f.Name == s.format {
			chosen = f
		}
	}
	if chosen.Write == nil {
		return fmt.Errorf("unknown format %q, want requirements or json", s.format)
	}
	env, err := s.environment()
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
	models := inspectAll(cmd.Context(), targets, s.limits.inspect(), s.checklist, newProgress(cmd.ErrOrStderr(), len(targets), s.quiet))
	policy := allowlist.None()
	files := make([]report.File, len(targets))
	for i, t := range targets {
		files[i] = report.File{Model: models[i], Verdict: judge(policy, t, models[i])}
		if env != nil && files[i].Verdict.Status != allowlist.Skipped {
			files[i].Environment = env.Compare(models[i])
		}
		if s.checklist && files[i].Verdict.Status != allowlist.Skipped {
			files[i].Checklist = environment.Checklist(models[i])
		}
	}
	r := report.New(report.Tool{Name: "modelscan", Version: version}, files)
	code := envCode(r, models)
	if !s.quiet {
		if err := write(cmd, []output{{format: chosen}}, r); err != nil {
			return &exitError{max(code, exitIncomplete), err}
		}
	}
	if code != exitTrusted {
		return &exitError{code: code}
	}
	return nil
}

// envCode is the exit code of the command env, which asks nothing about trust.
func envCode(r *report.Report, models []*inspect.Model) int {
	code := exitNothing
	if r.Summary.Files > r.Summary.Skipped {
		code = exitTrusted
	}
	for i, m := range models {
		if len(m.Issues) > 0 && r.Files[i].Verdict.Status != allowlist.Skipped {
			code = exitIncomplete
		}
	}
	if r.Summary.Mismatched > 0 {
		code = exitUntrusted
	}
	return code
}
