package inspect

import (
	"bytes"
	"io"
	"regexp"
	"strconv"
	"strings"
)

var _ = register(format{name: "catboost", match: magic(0, catboostMagic), read: readCatBoost,
	doc: "`.cbm` and JSON, also in pickled estimators: release, options, features, classes, trees; numbers alone"})

// A CatBoost model is its mark, a length, a flatbuffer of that length, and the
// parts that it names: tables of categories and the like.

const (
	catboostMagic = "CBM1"
	maxCatBoost   = 1 << 16 // features, keys of the model's information
	maxInfo       = 1 << 20 // of one text of it
)

func readCatBoost(w *walk, r io.ReaderAt, size int64) bool {
	w.format("catboost")
	w.catboost(r, size)
	return true
}

// The fields of the flatbuffer's tables, by their places in CatBoost's schema.
const (
	catboostForm, catboostTrees, catboostInfo, catboostParts = 0, 1, 2, 3

	treesDimension, treesSizes, treesCategories, treesFloats, treesLeaves, treesText, treesEmbedded = 0, 2, 4, 5, 8, 12, 18

	featureFlat, featureName = 2, 4 // of a TFloatFeature
	otherFlat, otherName     = 1, 2 // of features of other kinds
)

// catboost reads a model, also one that an estimator carries.
func (w *walk) catboost(r io.ReaderAt, size int64) {
	in := newCursor(r, size)
	mark, n := string(in.take(4)), int64(in.u32())
	if mark != catboostMagic {
		w.issue(IssueUnsupported, w.member, 0, "this is no CatBoost model of a known form")
		return
	}
	if n > in.left() {
		w.issue(IssueTruncated, w.member, 4, "a CatBoost model of %d bytes in a file of %d", n, size)
		return
	}
	f := &flatBuffer{in: in.part(in.at, in.at+n), base: in.at}
	root := f.root()
	if form := f.text(f.field(root, catboostForm), maxText); !strings.HasPrefix(form, "Fl") {
		w.issue(IssueUnsupported, w.member, in.at, "a CatBoost model of the unknown form %s", shortQuote(form))
		return
	}
	c := catboostModel{trees: -1}
	c.fromTrees(f, f.target(f.field(root, catboostTrees)))
	c.fromInfo(f, f.field(root, catboostInfo))
	parts, _ := f.vector(f.field(root, catboostParts))
	if f.bad {
		w.issue(IssueMalformed, w.member, in.at, "the flatbuffer of the CatBoost model is damaged")
	}
	if rest := size - f.in.end; rest > 0 && parts == 0 {
		w.issue(IssueTrailing, w.member, f.in.end, "%d bytes behind the CatBoost model", rest)
	}
	c.state(w)
	for _, p := range c.info {
		w.metadata(p.Name, p.Value, w.member)
	}
}

// catboostModel is what a model says of itself, in either form.
type catboostModel struct {
	trees      int64 // -1 where unknown
	leaves     int64
	dimensions int64
	names      []string // of the features, by their places among all
	features   textList
	classes    textList
	info       []Param // text by its key
	release    string
}

func (c *catboostModel) fromTrees(f *flatBuffer, trees int64) {
	if trees == 0 {
		return
	}
	c.dimensions = int64(int32(f.scalar(f.field(trees, treesDimension))))
	c.trees, _ = f.vector(f.field(trees, treesSizes))
	c.leaves, _ = f.vector(f.field(trees, treesLeaves))
	for _, kind := range []struct{ field, flat, name int }{
		{treesFloats, featureFlat, featureName}, {treesCategories, otherFlat, otherName},
		{treesText, otherFlat, otherName}, {treesEmbedded, otherFlat, otherName},
	} {
		n, at := f.vector(f.field(trees, kind.field))
		for i := range min(n, maxCatBoost) {
			feature := f.target(at + 4*i)
			if f.bad || feature == 0 {
				return
			}
			c.feature(int64(int32(f.scalar(f.field(feature, kind.flat)))), f.text(f.field(feature, kind.name), maxText))
		}
	}
}

// feature notes a feature by its place among all.
func (c *catboostModel) feature(flat int64, name string) {
	if flat < 0 || flat >= maxCatBoost {
		return
	}
	for int64(len(c.names)) <= flat {
		c.names = append(c.names, "")
	}
	if name == "" {
		name = strconv.FormatInt(flat, 10)
	}
	c.names[flat] = name
}

func (c *catboostModel) fromInfo(f *flatBuffer, field int64) {
	n, at := f.vector(field)
	for i := range min(n, maxCatBoost) {
		pair := f.target(at + 4*i)
		if f.bad || pair == 0 {
			return
		}
		c.note(f.text(f.field(pair, 0), maxText), f.text(f.field(pair, 1), maxInfo))
	}
}

// catboostRelease finds the release in what the build says of itself: most
// builds say nothing but a commit.
var catboostRelease = regexp.MustCompile(`(?:CatBoost release |Branch: tags/v)(\d+(?:\.\d+)+)`)

// note takes in a text of the model's information.
func (c *catboostModel) note(key, value string) {
	switch key {
	case "catboost_version_info":
		if m := catboostRelease.FindStringSubmatch(value); m != nil {
			c.release = m[1]
		}
	case "class_params", "params":
		c.document(value, key)
	case "training", "output_options":
	default:
		c.info = addParam(c.info, key, shortText(value))
	}
}

// document takes in a text that is a JSON document.
func (c *catboostModel) document(text, key string) {
	doc := newJSON(newCursor(bytes.NewReader([]byte(text)), int64(len(text))), maxText)
	inTime := func(int64) bool { return false } // it is short
	leaves(doc, inTime, func(path []string, e docEvent) { c.leaf(append([]string{key}, path...), e) })
}

// leaf takes in a leaf of the model's information in JSON.
func (c *catboostModel) leaf(path []string, e docEvent) {
	if e.kind == docObject || e.kind == docArray {
		return
	}
	switch {
	case pathIs(path, "class_params", "class_names", leafItem):
		if text := string(e.text); e.kind == docText {
			c.classes.add(shortQuote(text))
		} else {
			c.classes.add(text)
		}
	case path[0] == "params" && len(path) == 3 && wantedOption[path[1]+"."+path[2]]:
		c.info = addParam(c.info, "params."+path[1]+"."+path[2], e.scalar())
	}
}

// wantedOption are options of training that say what the model is.
var wantedOption = map[string]bool{
	"boosting_options.iterations": true, "boosting_options.learning_rate": true, "boosting_options.boosting_type": true,
	"tree_learner_options.depth": true, "tree_learner_options.l2_leaf_reg": true, "tree_learner_options.grow_policy": true,
	"loss_function.type": true,
}

// state states the facts.
func (c *catboostModel) state(w *walk) {
	if plausibleVersion(c.release) {
		w.version("catboost", c.release, "catboost_version_info", w.member)
	}
	o := &Object{Class: "catboost.CatBoost"}
	if c.trees >= 0 {
		o.param("num_trees", c.trees)
	}
	if c.leaves > 0 {
		o.param("num_leaves", c.leaves)
	}
	if c.dimensions > 0 {
		o.param("dimensions", c.dimensions)
	}
	for _, name := range c.names {
		c.features.add(name)
	}
	c.features.param(o, "feature_names", true)
	c.classes.param(o, "classes", false)
	for _, p := range c.info {
		o.param(p.Name, p.Value)
	}
	w.describe(o)
}

// catboostJSON is a model that was saved as JSON.
type catboostJSON struct {
	catboostModel
	known int // keys that tell
	flat  int64
	name  string
}

func (c *catboostJSON) recognised() bool { return c.known >= 2 }

func (c *catboostJSON) take(path []string, e docEvent) {
	switch {
	case len(path) == 0:
	case len(path) == 1:
		switch path[0] {
		case "features_info", "model_info":
			c.known++
		case "oblivious_trees", "trees":
			c.known++
			c.trees = 0
		}
	case len(path) == 2 && e.kind == docObject && (path[0] == "oblivious_trees" || path[0] == "trees"):
		c.trees++
	case path[0] == "features_info" && len(path) == 3 && e.kind == docObject:
		c.flat, c.name = -1, ""
	case path[0] == "features_info" && len(path) == 4:
		c.ofFeature(path[3], e)
	case path[0] == "model_info" && len(path) == 2 && e.kind == docText:
		c.note(path[1], string(e.text[:min(len(e.text), maxInfo)]))
	case path[0] == "model_info":
		c.leaf(path[1:], e)
	}
}

// ofFeature takes in what a feature says of itself.
func (c *catboostJSON) ofFeature(key string, e docEvent) {
	switch n, _ := e.scalar().(int64); {
	case key == "flat_feature_index" && e.kind == docNumber:
		c.flat = n
	case key == "feature_id" && e.kind == docText:
		c.name = string(e.text[:min(len(e.text), maxText)])
	default:
		return
	}
	c.feature(c.flat, c.name)
}
