package allowlist

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"modelscan/inspect"
)

// Scope is where the lines of a section of a list hold: in some places of a
// file, or in some files. A section begins with a line "@in PLACE…" or
// "@sha256 DIGEST…" and goes on to the next; "@everywhere" ends both.
type Scope struct {
	Places  []string // loaders of skops nodes, or "pickle" for all that is no skops node
	Digests []string // SHA-256 of whole files, in lower-case hex
}

// elsewhere is the place of what is no node of a skops schema.
const elsewhere = "pickle"

// scopeKey is a name in one place or one file; a zero place and digest stand
// for all.
type scopeKey struct {
	name          name
	place, digest string
}

// keys returns what an entry says something about.
func (e *Entry) keys() []scopeKey {
	n := name{e.Module, e.Qualname}
	if e.Scope == nil {
		return []scopeKey{{name: n}}
	}
	var keys []scopeKey
	for _, place := range e.Scope.Places {
		keys = append(keys, scopeKey{name: n, place: place})
	}
	for _, digest := range e.Scope.Digests {
		keys = append(keys, scopeKey{name: n, digest: digest})
	}
	return keys
}

// lookup returns what the policy says of a name in a file and a place.
func (p *Policy) lookup(n name, node, digest string) rule {
	if p == nil {
		return rule{}
	}
	var r rule
	if p.shelved {
		r = onShelf(n)
	}
	r = r.join(p.rules[scopeKey{name: n}])
	if p.placed {
		if node == "" {
			node = elsewhere
		}
		r = r.join(p.rules[scopeKey{name: n, place: node}])
	}
	if p.pinned && digest != "" {
		r = r.join(p.rules[scopeKey{name: n, digest: digest}])
	}
	return r
}

// Pinned says whether a list of the policy has lines that hold for single
// files: then Judge wants Model.SHA256.
func (p *Policy) Pinned() bool { return p != nil && p.pinned }

// parseScope reads a line that begins a section; nil is everywhere.
func parseScope(line string) (*Scope, error) {
	words := strings.Fields(line)
	scope := &Scope{}
	switch word, places := words[0], words[1:]; {
	case word == "@everywhere" && len(places) == 0:
		return nil, nil
	case word == "@everywhere":
		return nil, errors.New("@everywhere takes no words")
	case word != "@in" && word != "@sha256":
		return nil, fmt.Errorf("unknown section %+q (@in, @sha256, @everywhere)", word)
	case len(places) == 0:
		return nil, fmt.Errorf("%s says not where", word)
	case word == "@in":
		scope.Places = places
	default:
		scope.Digests = places
	}
	for _, place := range scope.Places {
		if place != elsewhere && !inspect.SkopsLoader(place) {
			return nil, fmt.Errorf("unknown place %+q (%s, or a loader of skops)", place, elsewhere)
		}
	}
	for i, digest := range scope.Digests {
		if sum, err := hex.DecodeString(digest); err != nil || len(sum) != 32 {
			return nil, fmt.Errorf("%+q is no SHA-256 of 64 hexadecimal digits", digest)
		}
		scope.Digests[i] = strings.ToLower(digest)
	}
	return scope, nil
}
