package inspect

import (
	"slices"
	"strings"

	"modelscan/pickle"
)

// What else a program does with what it names and with what is judged as it
// stands. A class that is only made may be harmless where one that is held is
// not: trusted code may call that. And a state that is harmless is harmless
// while nothing else has it: an object may share its dict with another
// (UserDict, ChainMap, any __dict__), and what is put on one is then put on
// both, unseen.

// sole is a value that must be nowhere but where it is known to be, in so many
// places, and what is wrong where it is elsewhere.
type sole struct {
	value  pickle.Value
	places int
	hazard Hazard
}

// classPlace is a container that has a class only for something that makes an
// instance of it by __new__ alone, or views one as it.
type classPlace struct {
	container pickle.Value
	class     int
}

// made notes a classPlace. places is in how many the container is then known to be.
func (n *names) made(container, class pickle.Value, places int) {
	i, ok := n.p.GlobalIndex(class)
	if !ok {
		return
	}
	if n.places[container] == 0 {
		n.makings = append(n.makings, classPlace{container, i})
	}
	n.places[container] += places
}

// making notes the arguments of a call that have a class first only to make an
// instance of it, or an array.
func (n *names) making(e pickle.Event, args []pickle.Value) {
	g, ok := n.p.Global(e.Subject)
	if !ok || e.Kind != pickle.Reduce || len(args) == 0 {
		return
	}
	class, ok := n.p.Global(args[0])
	if ok && (g.Module == "copyreg" && g.Qualname == "_reconstructor" || g.Qualname == "_reconstruct" && viewOnly(class.Module, class.Qualname)) {
		n.made(e.Detail, args[0], 1)
	}
}

// alone notes that v must be in so many places, and in no other.
func (n *names) alone(v pickle.Value, places int, hazard Hazard) {
	switch n.p.Kind(v) {
	case pickle.Dict, pickle.List, pickle.Tuple, pickle.Instance, pickle.Inline, pickle.ByteArray:
		n.soles = append(n.soles, sole{v, places, hazard})
	}
}

// wrapper notes the state of one of joblib's wrappers: what the loader reads
// for it is as the state says when it is given. The class of the array in it
// is a view.
func (n *names) wrapper(class *pickle.Global, e pickle.Event) {
	if class.Qualname != "NumpyArrayWrapper" && class.Qualname != "NDArrayWrapper" && class.Qualname != "ZNDArrayWrapper" || !weightyModules[class.Module] {
		return
	}
	if !slices.Contains(slices.Collect(n.p.States(e.Subject)), e.Detail) {
		return // what the loader put in the wrapper's place
	}
	name := class.Module + "." + class.Qualname
	if !isDict(n.p, e.Detail) { // joblib's unpickler takes whatever has a method items
		n.c.hazard(Hazard{"state", name, name + " is given a state that is no dict of names", n.member, e.Offset})
	}
	shared := Hazard{"state", name, name + " is given a state that the file has elsewhere as well, and may change there", n.member, e.Offset}
	for value := range under(n.p, e.Detail, "shape") {
		if n.p.Kind(value) != pickle.Tuple {
			n.alone(value, 1, shared)
		}
	}
	for value := range under(n.p, e.Detail, "subclass") {
		if g, ok := n.p.Global(value); ok && viewOnly(g.Module, g.Qualname) {
			n.made(e.Detail, value, 2)
		}
	}
	n.alone(e.Detail, 2, shared)
}

// holding takes back what was explained of functions that the program also
// holds as values: trusted code may call those with anything. It notes which
// classes of some packages the program holds nowhere, and what is not alone.
func (n *names) holding() {
	for i, g := range n.p.Globals() {
		if _, ok := explainedLoader(g.Module, g.Qualname); ok && n.astray && n.uses[i] == 0 {
			n.explained[i] = true // looked up, and left where the reading failed
		}
	}
	needed := slices.Contains(n.explained, true) || len(n.lookups)+len(n.soles) > 0
	weights := make([]bool, len(n.uses))
	for i, g := range n.p.Globals() {
		weights[i] = weighty(&g)
		needed = needed || weights[i]
	}
	if !needed {
		return
	}
	found := make(map[pickle.Value]int, len(n.places)+len(n.soles))
	for v := range n.places {
		found[v] = 0
	}
	for _, s := range n.soles {
		found[s.value] = 0
	}
	for v := range n.loaders {
		found[v] = 0
	}
	held := n.p.Held(found)
	for _, m := range n.makings {
		if found[m.container] == n.places[m.container] {
			held[m.class]--
		}
	}
	for _, s := range n.soles {
		if found[s.value] > s.places {
			n.c.hazard(s.hazard)
		}
	}
	n.unexplain(found)
	n.unheld = make([]bool, len(n.uses))
	for i, times := range held {
		n.opaque[i] = n.opaque[i] || times > 0
		n.unheld[i] = times == 0 && weights[i]
	}
}

// unexplain takes back what was explained of loaders that getattr gave, where
// one is held, or was not called.
func (n *names) unexplain(found map[pickle.Value]int) {
	called := map[globalKey]int{}
	for v := range n.loaders {
		g, _ := n.resolve(v)
		g.Member = n.member
		if key := keyOf(&g); found[v] > 0 {
			n.c.revoke(key)
		} else {
			called[key]++
		}
	}
	for key, times := range n.lookups {
		if called[key] != times {
			n.c.revoke(key)
		}
	}
}

// weightyPackages are those with classes whose constructors open files,
// download, start processes, or evaluate or fit what they are given. For their names, and for no
// others, it is worth a walk to know that they are held nowhere.
var weightyPackages = map[string]bool{
	"ultralytics": true, "sentence_transformers": true, "transformers": true, "accelerate": true, "gensim": true, "nltk": true, "neat": true,
	"facenet_pytorch": true, "segmentation_models_pytorch": true, "torchtext": true, "trl": true,
	"keras": true, "tf_keras": true, "xgboost": true, "lightgbm": true, "prophet": true, "cmdstanpy": true, "stanio": true, "PIL": true, "autogluon": true,
	"catboost": true, "tpot": true, "skopt": true, "rank_bm25": true, "causalml": true,
}

// weightyModules are modules with such classes in packages without others,
// and those with a function that is harmless only where its arguments are
// known, or a class whose state is looked at.
var weightyModules = map[string]bool{
	"joblib.memory": true, "joblib.numpy_pickle": true, "joblib.numpy_pickle_compat": true,
	"sklearn.externals.joblib.numpy_pickle": true, "sklearn.externals.joblib.numpy_pickle_compat": true,
	"statsmodels.gam.smooth_basis": true, "scipy.spatial.qhull": true, "scipy.spatial._qhull": true, "torch._tensor": true, "torch.tensor": true,
}

func weighty(g *pickle.Global) bool {
	if g.Kind != pickle.Named {
		return false
	}
	top, _, _ := strings.Cut(g.Module, ".")
	return weightyPackages[top] || weightyModules[g.Module] || viewOnly(g.Module, g.Qualname) || stateRuled(g)
}
