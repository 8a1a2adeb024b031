package report

import (
	"io"

	"modelscan/allowlist"
	"modelscan/inspect"
	"modelscan/inspect/environment"
)

// Report is what one run found, ready to be written.
type Report struct {
	Tool    Tool
	Files   []File
	Summary Summary
	All     bool // for people too: every array, not the largest alone
}

// Tool names the program that made a report.
type Tool struct{ Name, Version string }

// File is one inspected file with its judgement.
type File struct {
	Model   *inspect.Model
	Verdict allowlist.Verdict
	Review  allowlist.Verdict // what the reviewed lists say, for Allow; else zero

	// Environment is what comparing the file with an environment gave; nil
	// where it was compared with none.
	Environment *environment.Result

	// Checklist is which items of provenance the file carries; nil where
	// nobody asked.
	Checklist []environment.Item
}

// Summary counts files by verdict; Files is the sum of Trusted, Untrusted,
// Incomplete and Skipped. Mismatched counts those of any verdict that their
// environment would warn of, or fail to load.
type Summary struct{ Files, Trusted, Untrusted, Incomplete, Skipped, Mismatched int }

// Writer writes a report in one format.
type Writer func(w io.Writer, r *Report) error

// New returns the report on files, with their summary. A file without a
// known status counts as incomplete.
func New(tool Tool, files []File) *Report {
	r := &Report{Tool: tool, Files: files, Summary: Summary{Files: len(files)}}
	for i := range files {
		if files[i].Environment != nil && files[i].Environment.Effect != environment.Nothing {
			r.Summary.Mismatched++
		}
		status := &files[i].Verdict.Status
		switch *status {
		case allowlist.Trusted:
			r.Summary.Trusted++
		case allowlist.Untrusted:
			r.Summary.Untrusted++
		case allowlist.Skipped:
			r.Summary.Skipped++
		default:
			*status = allowlist.Incomplete
			r.Summary.Incomplete++
		}
	}
	return r
}

// ruling returns the judgement on global i; a name without one is untrusted.
func (f *File) ruling(i int) allowlist.Ruling {
	if i < len(f.Verdict.Rulings) {
		return f.Verdict.Rulings[i]
	}
	return allowlist.Ruling{Denied: f.Model.Globals[i].Uses, Reason: "not judged"}
}

// review returns the judgement of the reviewed lists on global i.
func (f *File) review(i int) allowlist.Ruling {
	if i < len(f.Review.Rulings) {
		return f.Review.Rulings[i]
	}
	return allowlist.Ruling{}
}

// arrays returns how many arrays the file holds and their size, counting
// those that the model leaves out.
func (f *File) arrays() (count int, size int64) {
	return max(f.Model.ArraysTotal, len(f.Model.Arrays)), f.Model.ArrayBytes
}
