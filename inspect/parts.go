package inspect

import (
	"slices"
	"strconv"

	"modelscan/pickle"
)

// Bounds of the estimators in an estimator that are told of.
const (
	maxParts     = 100
	maxPartDepth = 4 // of lists, tuples and dicts around one
	maxPartSteps = 10_000
	maxPartPath  = 1000 // bytes
)

// partSearch finds the estimators in an estimator: steps, transformers, what
// a search found best.
type partSearch struct {
	*reprWriter
	seen  valueSet
	todo  []partPlace
	found []Part
}

type partPlace struct {
	v     pickle.Value
	path  string
	depth int
}

// parts returns what was fitted of the estimators in one, in the order of its attributes.
func (w *reprWriter) parts(e estimator) []Part {
	s := partSearch{reprWriter: w}
	s.seen.add(w.p.Root)
	s.plan(e, "")
	for steps := 0; len(s.todo) > 0 && steps < maxPartSteps && len(s.found) < maxParts; steps++ {
		next := s.todo[len(s.todo)-1]
		s.todo = s.todo[:len(s.todo)-1]
		if !s.seen.has(next.v) {
			s.seen.add(next.v)
			s.visit(next)
		}
	}
	return s.found
}

// plan notes the attributes of an estimator, the first to be visited last:
// without the trees of a forest, which its summary counts.
func (s *partSearch) plan(e estimator, path string) {
	for _, list := range [][]stateItem{e.fitted, e.params} {
		for i := len(list) - 1; i >= 0; i-- {
			if name := list[i].name; name != "estimators_" || len(e.summary(s.p)) == 0 {
				s.child(list[i].value, path+name, 0)
			}
		}
	}
}

func (s *partSearch) child(v pickle.Value, path string, depth int) {
	switch s.p.Kind(v) {
	case pickle.Tuple, pickle.List, pickle.Dict, pickle.Instance:
		if depth <= maxPartDepth && len(path) <= maxPartPath && len(s.todo) < maxPartSteps {
			s.todo = append(s.todo, partPlace{v, path, depth})
		}
	}
}

func (s *partSearch) visit(at partPlace) {
	before := len(s.todo)
	switch s.p.Kind(at.v) {
	case pickle.Instance:
		e := s.estimatorOf(at.v)
		if e == nil {
			return
		}
		if len(e.fitted) > 0 {
			s.size = 0 // each may take its own
			s.found = append(s.found, Part{at.path, e.class, s.fitted(*e), e.summary(s.p)})
		}
		s.plan(*e, at.path+".")
		return
	case pickle.Dict:
		for key, value := range s.p.Pairs(at.v) {
			if len(s.todo) >= maxPartSteps {
				break
			}
			s.child(value, at.path+"["+literal(s.p, key)+"]", at.depth+1)
		}
	default:
		i := 0
		for item := range s.p.Items(at.v) {
			if len(s.todo) >= maxPartSteps {
				break
			}
			s.child(item, at.path+"["+strconv.Itoa(i)+"]", at.depth+1)
			i++
		}
	}
	slices.Reverse(s.todo[before:]) // the first is visited first
}
