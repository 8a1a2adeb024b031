package environment

import (
	"strings"
)

// candidates are the packages of that name that may be there: those whose
// marker does not rule them out for the Python that is known.
func (e *Environment) candidates(library string) []Package {
	var found []Package
	python := Package{}
	if known := e.Packages[Python]; len(known) == 1 {
		python = known[0]
	}
	for _, p := range e.Packages[Normal(library)] {
		switch e.holds(p.Marker, python) {
		case yes:
			return []Package{p}
		case perhaps:
			found = append(found, p)
		}
	}
	return found
}

// holds tells whether a marker such as `python_version < "3.9"` holds.
func (e *Environment) holds(marker string, python Package) answer {
	if marker == "" {
		return yes
	}
	if len(marker) > maxVersion*4 {
		return perhaps
	}
	m := markers{words: markerWord().FindAllString(marker, -1), python: python}
	a := m.either(0)
	if len(m.words) > 0 {
		return perhaps
	}
	return a
}

var markerWord = pattern(`[()]|"[^"]*"|'[^']*'|[<>=!~]+|[A-Za-z_.]+`)

// markers reads the words of a marker.
type markers struct {
	words  []string
	python Package
}

func (m *markers) peek() string {
	if len(m.words) == 0 {
		return ""
	}
	return m.words[0]
}

func (m *markers) next() string {
	word := m.peek()
	if len(m.words) > 0 {
		m.words = m.words[1:]
	}
	return word
}

func (m *markers) either(depth int) answer {
	a := m.both(depth)
	for m.peek() == "or" {
		m.next()
		a = max3(a, m.both(depth))
	}
	return a
}

func (m *markers) both(depth int) answer {
	a := m.one(depth)
	for m.peek() == "and" {
		m.next()
		a = negate(max3(negate(a), negate(m.one(depth))))
	}
	return a
}

func (m *markers) one(depth int) answer {
	if m.peek() == "(" && depth < maxDepth {
		m.next()
		a := m.either(depth + 1)
		if m.next() != ")" {
			return perhaps
		}
		return a
	}
	left, operator, right := m.next(), m.next(), m.next()
	if operator == "not" { // not in
		right = m.next()
		return perhaps
	}
	return m.compare(left, operator, strings.Trim(right, `"'`))
}

// compare knows the markers about Python, and that nobody asked for an extra.
func (m *markers) compare(variable, operator, value string) answer {
	switch variable {
	case "extra":
		return either(operator == "==", no, perhaps)
	case "python_full_version":
		return m.python.lies(operator + value)
	case "python_version":
		if strings.Count(value, ".") != 1 || parseVersion(value) == nil {
			return perhaps
		}
		above := next(value, 1)
		switch operator {
		case "<", ">=":
			return m.python.lies(operator + value)
		case "<=":
			return m.python.lies("<" + above)
		case ">":
			return m.python.lies(">=" + above)
		case "==":
			return m.python.lies(">=" + value + ",<" + above)
		case "!=":
			return negate(m.python.lies(">=" + value + ",<" + above))
		}
	}
	return perhaps
}

// max3 is yes if one is, else perhaps if one is.
func max3(a, b answer) answer {
	switch {
	case a == yes || b == yes:
		return yes
	case a == perhaps || b == perhaps:
		return perhaps
	}
	return no
}

func negate(a answer) answer {
	return map[answer]answer{yes: no, no: yes, perhaps: perhaps}[a]
}
