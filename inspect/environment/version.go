package environment

import (
	"errors"
	"strings"

	"deps.dev/util/semver"
)

// maxVersion bounds the text of a version or a range.
const maxVersion = 512

// parseVersion returns nil where text is no version of PEP 440.
func parseVersion(text string) *semver.Version {
	if len(text) > maxVersion {
		return nil
	}
	v, err := semver.PyPI.Parse(text)
	if err != nil {
		return nil
	}
	return v
}

func parseRange(text string) (semver.Set, error) {
	if len(text) > maxVersion {
		return semver.Set{}, errors.New("too long")
	}
	c, err := semver.PyPI.ParseConstraint(text)
	if err != nil {
		return semver.Set{}, err
	}
	return c.Set(), nil
}

// sameVersion tells whether two exact versions are one, as 1.5 and 1.5.0
// are. A local part, as in 2.1.0+cpu, counts only where both have one.
func sameVersion(a, b string) bool {
	_, localA, inA := strings.Cut(a, "+")
	_, localB, inB := strings.Cut(b, "+")
	va, vb := parseVersion(a), parseVersion(b)
	if va == nil || vb == nil {
		return a == b
	}
	if inA != inB || inA && localA == localB {
		va, vb = parseVersion(public(a)), parseVersion(public(b))
	}
	return va != nil && vb != nil && va.Compare(vb) == 0
}

// public is a version without its local part.
func public(version string) string {
	version, _, _ = strings.Cut(version, "+")
	return version
}

// release is the numbers that a version begins with: what a release candidate
// or a development version holds is that of its release.
func release(version string) string {
	_, version, _ = cutEpoch(version)
	end := len(version) - len(strings.TrimLeft(version, "0123456789."))
	return strings.TrimRight(version[:end], ".")
}

func cutEpoch(version string) (epoch, rest string, ok bool) {
	if epoch, rest, ok = strings.Cut(version, "!"); ok {
		return epoch, rest, true
	}
	return "", version, false
}

// answer is what is known of a question.
type answer uint8

const (
	perhaps answer = iota
	no
	yes
)

// lies tells whether a package's version lies within bounds, such as "<2.0"
// or ">=1.5,<1.9", for every version that the package may have.
func (p Package) lies(bounds string) answer {
	within, err := parseRange(bounds)
	if err != nil {
		return perhaps
	}
	if p.Version != "" {
		numbers := release(p.Version)
		if numbers == "" {
			return perhaps
		}
		if ok, err := within.Match(numbers); err != nil || ok {
			return either(err == nil, yes, perhaps)
		}
		return no
	}
	if p.Range == "" {
		return perhaps
	}
	if disjoint(p.Range, bounds) {
		return no
	}
	for bound := range strings.SplitSeq(bounds, ",") {
		if !disjoint(p.Range, opposite(bound)) {
			return perhaps
		}
	}
	return yes
}

// disjoint tells whether no version lies within both ranges.
func disjoint(a, b string) bool {
	both, err := parseRange(a)
	other, err2 := parseRange(b)
	if err != nil || err2 != nil || both.Intersect(other) != nil { // Intersect changes both sets
		return false
	}
	if both.Empty() {
		return true
	}
	// Of [1.2:2.0) and [2.0:3.0), Intersect leaves the edge that only one has.
	edge := strings.Trim(both.String(), "{}")
	first, _ := parseRange(a)
	second, _ := parseRange(b)
	inFirst, err := first.Match(edge)
	inSecond, err2 := second.Match(edge)
	return err == nil && err2 == nil && !(inFirst && inSecond)
}

func either[T any](condition bool, a, b T) T {
	if condition {
		return a
	}
	return b
}

// opposites are the operators of bounds that hold where others do not.
var opposites = []struct{ operator, opposite string }{{"<=", ">"}, {">=", "<"}, {"==", "!="}, {"<", ">="}, {">", "<="}}

// opposite is the bound that holds where another does not.
func opposite(bound string) string {
	for _, o := range opposites {
		if version, ok := strings.CutPrefix(bound, o.operator); ok {
			return o.opposite + version
		}
	}
	return bound
}
