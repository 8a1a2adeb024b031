package inspect

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// maxTotals bounds the rows of a total: what goes beyond is one row.
const maxTotals = 1000

// addArray adds an array to the model.
func (c *collector) addArray(path string, a array, member string) {
	m := c.model
	fresh := c.fresh(a, member)
	m.ArraysTotal++
	m.ArrayBytes = sum(m.ArrayBytes, fresh)
	if len(m.Arrays) < c.limits.MaxArrays {
		if len(m.Arrays) == cap(m.Arrays) {
			m.Arrays = slices.Grow(m.Arrays, len(m.Arrays)+1) // append alone would copy them five times over
		}
		m.Arrays = append(m.Arrays, Array{path, a.dtype.text, a.shape, a.order(), a.bytes, member, a.offset, a.strides, a.storage, fresh})
	}
}

// fresh is how many bytes an array adds to those that were counted: a
// storage counts whole, and once, however many tensors are views of it.
func (c *collector) fresh(a array, member string) int64 {
	if a.storage == "" {
		return a.bytes
	}
	key := [2]string{member, a.storage}
	if c.storages[key] {
		return 0
	}
	c.storages[key] = true
	return a.stored
}

// total sums up the arrays by what they have in common.
func (m *Model) total() {
	var rest Total
	rest.Name, rest.Count, rest.Bytes = "not listed", m.ArraysTotal-len(m.Arrays), m.ArrayBytes
	for i := range m.Arrays {
		rest.Bytes -= m.Arrays[i].fresh
	}
	m.ByDType = m.totals(rest, func(a *Array) totalKey { return totalKey{a.DType, ""} })
	m.ByPart = m.totals(rest, func(a *Array) totalKey { return totalKey{part(a.Path), a.Member} })
}

type totalKey struct{ name, member string }

// totals returns a row for each key, the largest first.
func (m *Model) totals(rest Total, key func(*Array) totalKey) []Total {
	var rows []Total
	index := map[totalKey]int{}
	add := func(name totalKey, count int, bytes int64) {
		i, ok := index[name]
		if !ok && len(rows) >= maxTotals {
			name = totalKey{"other", ""}
			i, ok = index[name]
		}
		if !ok {
			i, index[name] = len(rows), len(rows)
			rows = append(rows, Total{Name: name.name, Member: name.member})
		}
		rows[i].Count += count
		rows[i].Bytes = sum(rows[i].Bytes, bytes)
	}
	for i := range m.Arrays {
		add(key(&m.Arrays[i]), 1, m.Arrays[i].fresh)
	}
	if rest.Count > 0 {
		add(totalKey{rest.Name, ""}, rest.Count, rest.Bytes)
	}
	slices.SortFunc(rows, func(a, b Total) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Member, b.Member), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

// sum adds sizes; lies upon lies do not wrap around.
func sum(a, b int64) int64 {
	if total := a + b; total >= a {
		return total
	}
	return math.MaxInt64
}

// part is the first component of a path: an attribute, an item, a layer of a
// state dict. scikit-learn keeps components as pairs in a list, so there it
// is "steps[1][1]".
func part(path string) string {
	if strings.HasPrefix(path, "['") {
		key, _, ok := strings.Cut(path[2:], "'")
		if layer, _, dotted := strings.Cut(key, "."); ok && dotted && !strings.Contains(key, `\`) {
			return "['" + layer + ".…']"
		}
	}
	if strings.HasPrefix(path, "[") {
		return path[:item(path)]
	}
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		return path
	}
	if pair := item(path[end:]); pair > 0 && strings.HasPrefix(path[end+pair:], "[1]") {
		end += pair + len("[1]")
	}
	return path[:end]
}

// item is the length of the "[…]" at the beginning of a path.
func item(path string) int {
	if path == "" || path[0] != '[' {
		return 0
	}
	quote := byte(0)
	for i := 1; i < len(path); i++ {
		switch c := path[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == ']':
			return i + 1
		}
	}
	return len(path)
}
