package inspect

import (
	"iter"
	"strings"

	"modelscan/pickle"
)

// Attributes that stand in for methods: where the unpicklers, or a class that
// is trusted, look a method up on an instance, they call what the file put
// there. A state is a dict as a rule, but a __setstate__ that hands it to
// dict.update takes pairs as well, and attributes come in other ways, too.

// hooks notes the attributes of a state that stand in for methods.
func (n *names) hooks(subject, state pickle.Value, offset int64) {
	class, ok := n.p.ClassOf(subject)
	if !ok {
		class = &pickle.Global{Module: "builtins", Qualname: "object"}
	}
	if n.p.Kind(state) == pickle.Dict { // as nearly all are
		for key, value := range n.p.Pairs(state) {
			n.standIn(class, key, value, offset)
		}
		return
	}
	for key, value := range n.spelled(state) {
		n.standIn(class, key, value, offset)
	}
	parts, _ := n.p.Tuple(state)
	if len(parts) == 2 {
		n.setters(class, parts[1], offset)
	}
	for _, part := range append(parts[:len(parts):len(parts)], state) {
		if len(parts) <= 2 && n.dictLike(class, part) {
			n.computed(Build, offset)
		}
	}
}

// setters notes a dict of slots: each is set by setattr, and so by what the
// class has for it.
func (n *names) setters(class *pickle.Global, slots pickle.Value, offset int64) {
	top, _, _ := strings.Cut(class.Module, ".")
	name := class.Module + "." + class.Qualname
	if !withSetters[top] || withSlots[name] {
		return
	}
	for range n.p.Pairs(slots) {
		n.c.hazard(Hazard{"state", name, name + " is given attributes by its setters, as no library writes it", n.member, offset})
		return
	}
}

// standIn notes an attribute, if it stands in for a method.
func (n *names) standIn(class *pickle.Global, key, value pickle.Value, offset int64) {
	if n.dull(key) {
		return
	}
	name, plain := n.p.Text(key)
	switch does := takesOver[name]; {
	case !plain:
		if n.p.Kind(key) == pickle.Instance && (n.callable(value) || n.p.Kind(value) == pickle.Dict) {
			n.computed(Call, offset)
		}
	case does != "" && !n.p.IsNone(value):
		of := class.Module + "." + class.Qualname
		n.c.hazard(Hazard{"state", of, of + " is given the attribute " + name + ", " + does, n.member, offset})
	case name == "__dict__": // Pydantic's models have it in their state
		of := class.Module + "." + class.Qualname
		n.alone(value, 1, Hazard{"state", of, of + " is given a __dict__ that the file has elsewhere as well, and may change there", n.member, offset})
		n.handOn(value, offset)
	case factoryNames[name]:
		n.factory(value, offset)
	case name == "attribute_map" && strings.HasPrefix(class.Module, "transformers."):
		of := class.Module + "." + class.Qualname
		n.c.hazard(Hazard{"state", of, of + " is given other names for its attributes", n.member, offset})
	case given[name] && n.p.Kind(value) == pickle.Class:
		n.use(value, Change, offset)
	case handsOn[name]:
		n.handOn(value, offset)
	case onlyMethods[name] || dunder(name):
		if n.callable(value) || n.p.Kind(value) == pickle.Instance && !n.plainObject(value) { // which may have a __call__
			n.held(value, Call, offset)
		}
	case methodNames[name] && n.callable(value):
		n.held(value, Call, offset)
	}
}

// dull tells of a name that stands in for nothing. Many objects have the same
// names, so those that were asked for last are kept.
func (n *names) dull(key pickle.Value) bool {
	kept := &n.dulls[int(key)%len(n.dulls)]
	if *kept == key && key != 0 {
		return true
	}
	name, plain := n.p.Text(key)
	if !plain || takesOver[name] != "" || factoryNames[name] || given[name] || handsOn[name] || onlyMethods[name] || methodNames[name] ||
		name == "attribute_map" || strings.HasPrefix(name, "__") {
		return false
	}
	*kept = key
	return true
}

// onlyMethods are names that no attribute of a model has, but methods.
var onlyMethods = map[string]bool{
	"append": true, "extend": true, "add": true, // which the unpicklers call

	// what __setstate__ and __del__ of listed classes call on the instance or on a value of the state
	"set_param": true, "free_network": true, "uncensor": true, "join": true, "_initialize": true, "_attach_methods": true,
	"_attach_argparser_methods": true, "_legacy_set_state": true, "_warn_for_older_version": true, "_set_distance_func": true,
	"_set_sparse_distance_func": true, "_init_search_function": true, "_init_sparse_search_function": true,
	"implementation": true, "_build_f": true, "_check_device": true, "astype": true, "stan_variable": true,
	"deserialize_index": true, "_load_from_string": true, "_deserialize_model": true, "_set_test_evals": true, "_set_trained_model_attributes": true,

	// and what their other methods call that iterate, print, compare or take items
	"get_params": true, "rvs": true, "clone": true, "_get_prediction_index": true, "wrap_output": true, "summary": true,
	"summary_frame": true, "as_text": true, "to_string": true, "_print": true, "next_sample": true, "update_all": true,
	"cmd": true, "compose": true, "compose_command": true, "_serialize": true, "is_empty": true, "pformat": true, "_to_dict": true, "_asdict": true,

	// what constructors of torch call on what they are given
	"detach": true, "requires_grad_": true, "with_cache": true, "logsumexp": true, "is_complex": true,
}

func dunder(name string) bool {
	return strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__")
}

// handOn notes functions that stand in for methods where attributes are looked
// up. What is among them is not looked into: it may be what it stands in.
func (n *names) handOn(among pickle.Value, offset int64) {
	for key, value := range n.spelled(among) {
		name, plain := n.p.Text(key)
		if plain && !methodNames[name] && !onlyMethods[name] && !dunder(name) {
			continue
		}
		if _, ok := n.p.Global(value); ok || n.partial(value) != nil {
			n.held(value, Call, offset)
		}
	}
}

// withSetters are packages with classes whose setters do more than set: some
// change what the object holds. A pair with a dict of slots is the state of
// classes with slots alone, of which there are few.
var withSetters = map[string]bool{
	"torch": true, "torchvision": true, "timm": true, "torchmetrics": true, "transformers": true, "sentence_transformers": true, "accelerate": true,
	"trl": true, "ultralytics": true, "gensim": true, "nltk": true, "stable_baselines3": true, "sb3_contrib": true, "gym": true, "gymnasium": true,
	"pytorch_lightning": true, "lightning": true, "keras": true, "scikeras": true, "autogluon": true, "tokenizers": true,
}

var withSlots = map[string]bool{
	"gensim.models.doc2vec.Doctag": true, "nltk.redos.TimedPattern": true, "nltk.tokenize.punkt.PunktToken": true, "torch.distributions.kl._Match": true,
}

// takesOver are attributes that no library writes. What meets the object does
// more with them than call them.
var takesOver = map[string]string{
	"__reduce_ex__":            "by which copies of it are made",
	"__reduce__":               "by which copies of it are made",
	"__deepcopy__":             "by which copies of it are made",
	"__copy__":                 "by which copies of it are made",
	"__array_interface__":      "by which it is memory at an address",
	"__array_struct__":         "by which it is memory at an address",
	"__cuda_array_interface__": "by which it is memory at an address",
	"profile_hook_step":        "by which an optimiser changes its class",
	"_patch_step_function":     "by which an optimiser changes its class",
	"_hook_for_profile":        "by which an optimiser changes its class",
	"__signature__":            "which is evaluated where it is text",
	"__text_signature__":       "which is evaluated",
	"cls_to_become":            "which becomes the class of what a hook is given",
}

// handsOn are attributes with dicts in which a class looks up the attributes
// that its instances do not have.
var handsOn = map[string]bool{
	"_modules": true, "_parameters": true, "_buffers": true, "data": true, "_content": true, "_store": true, "_mapping": true,
	"__pydantic_extra__": true, "__pydantic_private__": true,
}

// given are attributes that a __setstate__ gives attributes in turn: a
// configuration of omegaconf's its metadata, a graph its store.
var given = map[string]bool{"_metadata": true, "_store": true, "_global_store": true}

// computed notes a use of what nobody can name.
func (n *names) computed(use Uses, offset int64) {
	if !n.astray {
		n.c.global(Global{Qualname: computedName, Kind: Computed, Uses: use, Count: 1, Member: n.member, Offset: offset}, n.again)
	}
}

// spelled yields the names and values in a state, or in what an object is made
// of: of a dict, of a pair of one and a dict of slots, of pairs in a list, in
// each of these also where it is an argument of a call, such as that of
// OrderedDict, the attributes of a BytesIO, and the keywords of a partial object.
func (n *names) spelled(state pickle.Value) iter.Seq2[pickle.Value, pickle.Value] {
	return func(yield func(key, value pickle.Value) bool) {
		parts := []pickle.Value{state}
		if tuple, ok := n.p.Tuple(state); ok && len(tuple) >= 2 && len(tuple) <= 4 {
			parts = append(parts, tuple...)
		}
		for i := 0; i < len(parts) && i < maxSpelled; i++ {
			if call, ok := n.p.Call(parts[i]); ok {
				args, _ := n.p.Tuple(call.Detail)
				parts = append(parts, args[:min(len(args), maxSpelled)]...) // no more are looked at
			}
			for key, value := range n.p.Pairs(parts[i]) {
				if !yield(key, value) {
					return
				}
			}
			for item := range n.p.Items(parts[i]) {
				if pair, ok := n.two(item); ok && !yield(pair[0], pair[1]) {
					return
				}
			}
		}
	}
}

// A file may give one long state to many objects. It is read for each of them,
// which has an end.
const (
	longState   = 64         // items of a state that is worth remembering
	maxRepeated = 10_000_000 // items of such states that are read again
)

// worn tells whether states that were read before have been read too often.
func (n *names) worn(state pickle.Value, offset int64) bool {
	parts := []pickle.Value{state}
	if tuple, ok := n.p.Tuple(state); ok && len(tuple) <= 4 {
		parts = append(parts, tuple...)
	}
	for i := 0; i < len(parts) && i < maxSpelled; i++ {
		length, _ := n.p.Len(parts[i])
		if call, ok := n.p.Call(parts[i]); ok {
			args, _ := n.p.Tuple(call.Detail)
			parts = append(parts, args...)
			for range n.p.Pairs(parts[i]) {
				length++
			}
			for range n.p.Items(parts[i]) {
				length++
			}
		}
		switch {
		case length <= longState:
		case n.long[parts[i]]:
			n.repeated += length
		case n.long == nil:
			n.long = map[pickle.Value]bool{parts[i]: true}
		default:
			n.long[parts[i]] = true
		}
	}
	if n.repeated > maxRepeated && !n.tired {
		n.tired = true
		n.c.issue(IssueLimit, n.member, offset, "long states are given to too many objects: %d items were read again", maxRepeated)
	}
	return n.tired
}

// maxSpelled bounds calls in calls that make a state.
const maxSpelled = 64

// two returns the items of a tuple or a list of two, of which the first is a text.
func (n *names) two(v pickle.Value) (pair [2]pickle.Value, ok bool) {
	if length, ok := n.p.Len(v); !ok || length != 2 {
		return pair, false
	}
	i := 0
	for item := range n.p.Items(v) {
		if i < len(pair) {
			pair[i] = item
		}
		i++
	}
	_, text := n.p.Text(pair[0])
	return pair, i == 2 && text
}

// dictLike tells whether a state, or a part of one, is an object that is taken
// for a dict, and of which nobody can say what it has. Such are dicts that a
// call with arguments makes, and what else modules and optimisers of torch are
// given, which hand their state to dict.update.
func (n *names) dictLike(class *pickle.Global, state pickle.Value) bool {
	if n.p.Kind(state) != pickle.Instance {
		return false
	}
	call, _ := n.p.Call(state)
	args, _ := n.p.Tuple(call.Detail)
	g, ok := n.p.ClassOf(state)
	switch {
	case !ok || n.partial(call.Subject) != nil:
		return true
	case g.Module == class.Module && g.Qualname == class.Qualname:
		return false // its pairs are read
	case g.Module == "collections" || g.Module == "builtins":
		for _, arg := range args {
			if n.p.Kind(arg) == pickle.Instance {
				return true
			}
		}
		return g.Qualname != "OrderedDict" && g.Qualname != "dict" && g.Qualname != "defaultdict"
	}
	return isModule(class)
}

// modulePackages hold networks, whose instances, when called, call what their
// state holds, with arguments that it holds too.
var modulePackages = map[string]bool{
	"torchvision": true, "timm": true, "torchmetrics": true, "ultralytics": true, "transformers": true, "sentence_transformers": true,
	"efficientnet_pytorch": true, "pretrainedmodels": true, "segmentation_models_pytorch": true, "facenet_pytorch": true, "torchaudio": true,
	"kornia": true, "open_clip": true, "lightly": true, "torch_optimizer": true, "pytorch_tabnet": true, "stable_baselines3": true,
	"pytorch_lightning": true, "lightning": true,
}

// isModule tells of the class of a network, a part of one, or an optimiser.
func isModule(g *pickle.Global) bool {
	top, rest, _ := strings.Cut(g.Module, ".")
	if top == "torch" {
		part, _, _ := strings.Cut(rest, ".")
		return (part == "nn" || part == "ao" || part == "quantization" || part == "optim") &&
			g.Qualname != "Parameter" && g.Qualname != "Buffer"
	}
	return modulePackages[top]
}

// bags are classes whose instances have attributes by the arguments that they
// are made of, and by the items that are put on them.
var bags = map[string]bool{
	"EasyDict": true, "Dict": true, "Munch": true, "AutoMunch": true, "DefaultMunch": true, "DefaultFactoryMunch": true, "RecursiveMunch": true,
	"CfgNode": true, "AttributeDict": true, "Bunch": true, "DictConfig": true, "Data": true, "BatchEncoding": true, "BatchFeature": true,
	"SimpleNamespace": true,
}

// handers hand what is put on them to what they hold. None of them is ever
// pickled so: what they hold is in their state.
var handers = map[[2]string]bool{
	{"collections", "UserDict"}: true, {"collections", "UserList"}: true, {"collections", "ChainMap"}: true,
	{"formulaic.utils.layered_mapping", "LayeredMapping"}: true, {"sklearn2pmml.cross_reference", "Memory"}: true,
}

// filling notes items that are put on an instance.
func (n *names) filling(class pickle.Value, e pickle.Event) {
	if g, ok := n.p.Global(class); ok && handers[[2]string{g.Module, g.Qualname}] {
		name := g.Module + "." + g.Qualname
		n.c.hazard(Hazard{"state", name, name + " is given items, which it puts on what it holds", n.member, e.Offset})
	}
	n.bag(class, e.Subject, e.Offset)
	n.appended(class, e)
}

// appended notes that more data is put on a result of statsmodels, which then
// calls methods of the model that it holds. No such result is a list, but some
// of its objects are dicts.
func (n *names) appended(class pickle.Value, e pickle.Event) {
	g, ok := n.p.Global(class)
	if !ok || !strings.HasPrefix(g.Module, "statsmodels.") {
		return
	}
	items, pairs := false, false
	for range n.p.Items(e.Subject) {
		items = true
		break
	}
	for range n.p.Pairs(e.Subject) {
		pairs = true
		break
	}
	if items || !pairs {
		n.computed(Call, e.Offset)
	}
}

// bag notes what becomes an attribute of an object that is made or filled. A
// __setitem__ of any class may make attributes of items, but of Python's own.
func (n *names) bag(class, given pickle.Value, offset int64) {
	g, ok := n.p.Global(class)
	filled := ok && n.p.Kind(given) == pickle.Instance && g.Module != "collections" && g.Module != "builtins"
	if !ok || !filled && !bags[g.Qualname] || n.filled[given] {
		return
	}
	if n.p.Kind(given) == pickle.Instance { // all that is ever put on it is read the first time
		n.filled[given] = true
	}
	for key, value := range n.spelled(given) {
		n.standIn(g, key, value, offset)
	}
}
