package inspect

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"modelscan/pickle"
)

// Metadata is a word on a model that the file carries besides what loads it:
// a reference to its data, who made it, a score.
type Metadata struct {
	Key    string
	Value  string // shortened where it is long
	Member string
}

// Limits on metadata: a file that has more is made up.
const (
	maxMetadata = 1000
	maxMetaText = 200
)

// metadata adds a value under a key, where it is text, a number or a bool.
func (c *collector) metadata(key string, value any, member string) {
	text := ""
	switch v := value.(type) {
	case string:
		text = v
	case Literal:
		text = string(v)
	case bool, int64:
		text = fmt.Sprint(v)
	case float64:
		text = floatText(v)
	default:
		return
	}
	if text == "" || len(c.model.Metadata) >= maxMetadata {
		return
	}
	c.model.Metadata = append(c.model.Metadata, Metadata{shortMeta(key), shortMeta(text), member})
}

func shortMeta(text string) string {
	if len(text) <= maxMetaText {
		return text
	}
	end := maxMetaText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// scores are attributes in which fitted objects keep how well they do.
var scores = map[string]bool{
	"best_score_": true, "cv_results_": true, "oob_score_": true, "validation_scores_": true, "best_validation_score_": true,
	"scores_": true, "best_score": true, "best_iteration": true, "evals_result_": true, "_best_score": true,
}

// notes adds the metadata of what a program leaves: the plain values of a
// dict, also one dict further in, and the scores that a fitted object keeps.
func (c *collector) notes(p *pickle.Program, member string) {
	if p.Kind(p.Root) == pickle.Dict {
		c.dictNotes(p, p.Root, "", member)
		return
	}
	for state := range p.States(p.Root) {
		for key, value := range attributes(p, state) {
			name, ok := p.Text(key)
			if ok && scores[name] {
				c.metadata(name, plainValue(p, value, true), member)
			}
		}
	}
}

// numpyFloat reads scalar(dtype, bytes), NumPy's form of a float64.
func numpyFloat(p *pickle.Program, v pickle.Value) (float64, bool) {
	e, ok := p.Call(v)
	args, _ := p.Tuple(e.Detail)
	module, name := calledName(p, e.Subject)
	if !ok || len(args) != 2 || !strings.HasSuffix(module, ".multiarray") || name != "scalar" {
		return 0, false
	}
	d, ok := dtypeOf(p, args[0], 0)
	raw, ok2 := byteData(p, args[1])
	if !ok || !ok2 || d.text != "<f8" || p.Kind(args[1]) == pickle.Instance || len(raw.Head) != 8 {
		return 0, false
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(raw.Head)), true
}

func (c *collector) dictNotes(p *pickle.Program, dict pickle.Value, prefix, member string) {
	if n, _ := p.Len(dict); n > maxKeys {
		return // of weights by name, rather
	}
	for key, value := range p.Pairs(dict) {
		name, ok := p.Text(key)
		switch {
		case !ok:
		case p.Kind(value) == pickle.Dict && prefix == "":
			c.dictNotes(p, value, name+".", member)
		default:
			c.metadata(prefix+name, plainValue(p, value, false), member)
		}
	}
}

// plainValue is a value as metadata shows it; nil for what is no text, number
// or bool, unless anything will do.
func plainValue(p *pickle.Program, v pickle.Value, whatever bool) any {
	if text, ok := p.Text(v); ok {
		return strings.ToValidUTF8(text, "�")
	}
	switch p.Kind(v) {
	case pickle.Bool, pickle.Int, pickle.Float:
		return Literal(literal(p, v))
	case pickle.None:
		return nil
	}
	if f, ok := numpyFloat(p, v); ok {
		return f
	}
	if whatever {
		return Literal(literal(p, v))
	}
	return nil
}
