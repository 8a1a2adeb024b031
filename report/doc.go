// Package report words what package inspect found and package allowlist
// ruled: a table for people, JSON for programs, and others. It adds no fact
// and no judgement of its own, and each format is one function in one file.
//
// # Words
//
// A [Report] is what one run found: files with their verdicts and a summary.
// A [Format] is a name and a function that writes a Report. Each file of the
// package that has one adds it to the table that [Formats] returns.
//
// # Untrusted input
//
// Names, paths, versions and messages in a Report come from files that may be
// hostile: they can hold escape sequences that repaint a terminal, line ends
// that fake a verdict, letters that look like others, and megabytes of text.
// A format for people passes each of them through [Text] or [Name] and cuts
// it short; JSON holds them whole and writes as an escape what a terminal
// would act on.
package report
