package allowlist

import (
	"cmp"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

// The lists of the profiles are taken from released packages by profiles.py.
// They are read when asked for.
//
//go:embed lists/profiles/*.txt
var profileFiles embed.FS

// Profile is a choice of built-in lists.
type Profile struct {
	Name string
	Doc  string // what it trusts, in a phrase
}

// newestSkops is the release that the profile "skops" stands for.
const newestSkops = "skops-0.16.0"

// Profiles returns the profiles, the usual one first.
func Profiles() []Profile {
	profiles := []Profile{
		{"default", "names that were reviewed, and are harmless to load"},
		{"skops", "what skops trusts by itself, as of " + newestSkops},
		{"weights-only", "what torch.load(weights_only=True) looks up"},
		{"none", "nothing"},
	}
	for _, name := range slices.SortedFunc(slices.Values(profileNames()), byRelease) {
		if release, ok := strings.CutPrefix(name, "skops-"); ok {
			profiles = append(profiles, Profile{name, "what skops " + release + " trusts by itself"})
		}
	}
	return profiles
}

// byRelease sorts skops-0.9.0 before skops-0.11.0.
func byRelease(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// profileNames are the names of the embedded files.
func profileNames() []string {
	entries, err := profileFiles.ReadDir("lists/profiles")
	if err != nil {
		panic(err) // it is embedded
	}
	var names []string
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".txt"))
	}
	return names
}

// Lists returns the built-in lists of a profile. Those of others than
// "default" and "none" are one list of a library's own trust, and the names
// that are never trusted.
func Lists(profile string) ([]*List, error) {
	file := profile
	switch profile {
	case "default":
		return Builtin(), nil
	case "none":
		return nil, nil
	case "skops":
		file = newestSkops
	}
	if !slices.Contains(profileNames(), file) {
		return nil, fmt.Errorf("unknown lists %q", profile)
	}
	lists := []*List{readEmbedded(profileFiles, path.Join("profiles", file+".txt"))}
	for _, list := range Builtin() {
		if list.Name == neverList {
			lists = append(lists, list)
		}
	}
	return lists, nil
}
