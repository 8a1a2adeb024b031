package allowlist

import "modelscan/inspect"

// Status is the verdict on one file in a word.
type Status string

// The statuses, worst first.
const (
	Untrusted  Status = "untrusted"  // something in it is not trusted
	Incomplete Status = "incomplete" // nothing untrusted was seen, but not all was read
	Trusted    Status = "trusted"    // read whole, and every use of every name is granted
	Skipped    Status = "skipped"    // no model
)

// Ruling is the judgement on one Global of a Model.
type Ruling struct {
	Trusted bool
	Denied  inspect.Uses // uses that no list line grants; zero when trusted
	Reason  string       // why, in a sentence
	Source  string       // the list line that decided, such as "sklearn.txt:12"; empty where none did
	Never   bool         // a list marks the name as never trusted, so that no other can grant it
}

// Finding is one thing in a file that is not trusted.
type Finding struct {
	Rule    string // "untrusted-global", "computed-name", "changed-global", "extension-code", "persistent-id"
	Level   string // "error", "warning" or "note", as in SARIF
	Message string
	Name    string
	Member  string
	Offset  int64
}

// Verdict is the judgement on one file.
type Verdict struct {
	Status    Status
	Rulings   []Ruling  // one for each of Model.Globals, in the same order
	Findings  []Finding // in order of member and offset
	Untrusted []string  // sorted names, each once
}
