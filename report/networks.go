package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"modelscan/inspect"
)

// jsonNetwork is the JSON of a file's torch modules.
type jsonNetwork struct {
	ModulesTotal int `json:"modules_total"`
	jsonTensors
	Partial bool         `json:"partial,omitempty"`
	Modules []jsonModule `json:"modules"`
}

type jsonTensors struct {
	Parameters int64 `json:"parameters"`
	Trainable  int64 `json:"trainable"`
	Buffers    int64 `json:"buffers"`
}

type jsonModule struct {
	Path  string `json:"path"`
	Class string `json:"class"`
	jsonTensors
	Member string `json:"member"`
}

type jsonStateDict struct {
	Path     string `json:"path"`
	Tensors  int    `json:"tensors"`
	Elements int64  `json:"elements"`
	Member   string `json:"member"`
}

func newJSONNetwork(m *inspect.Model) *jsonNetwork {
	if m.Network.Modules == 0 {
		return nil
	}
	return &jsonNetwork{m.Network.Modules, jsonTensors(m.Network.Tensors), m.Network.Partial, convert(m.Modules, func(m *inspect.Module) jsonModule {
		return jsonModule{whole(m.Path), whole(m.Class), jsonTensors(m.Tensors), whole(m.Member)}
	})}
}

func newJSONStateDict(s *inspect.StateDict) jsonStateDict {
	return jsonStateDict{whole(s.Path), s.Tensors, s.Elements, whole(s.Member)}
}

const (
	maxLayers     = 12 // classes of layers that are counted in a table
	maxStateDicts = 3
)

// networks writes what a file's torch modules and state dicts are made of; of
// the modules themselves their classes alone, but for --all.
func (p *page) networks(m *inspect.Model) {
	if n := m.Network; n.Modules > 0 {
		p.gap()
		text := fmt.Sprintf("network: %s, %s (%d trained), %s in buffers", plural(n.Modules, "module"),
			plural(int(n.Parameters), "parameter"), n.Trainable, plural(int(n.Buffers), "item"))
		if n.Partial {
			text += ", and tensors of another form"
		}
		p.wrapped("  ", "    ", text)
		p.wrapped("  ", "    ", "layers: "+layers(m.Modules))
	}
	for _, s := range m.StateDicts[:min(len(m.StateDicts), maxStateDicts)] {
		name := cmp.Or(shortText(s.Path, maxNameLen), "(the object itself)")
		p.wrapped("  ", "    ", fmt.Sprintf("state dict: %s, %s, %s", name, plural(s.Tensors, "tensor"), plural(int(s.Elements), "item")))
	}
	p.more(len(m.StateDicts)-maxStateDicts, "state dict")
	if !p.all {
		return
	}
	rows := [][]string{{"module", "class", "parameters", "buffers"}}
	for _, m := range m.Modules {
		rows = append(rows, []string{
			cmp.Or(shortText(m.Path, maxTextLen), "(the object itself)"), shortName(m.Class, maxNameLen),
			fmt.Sprint(m.Parameters), fmt.Sprint(m.Buffers),
		})
	}
	p.grid(rows, 2, 3)
	p.more(m.Network.Modules-len(m.Modules), "module")
}

// layers counts modules by class, the most frequent first.
func layers(modules []inspect.Module) string {
	type layer struct {
		class string
		count int
	}
	var found []layer
	index := map[string]int{}
	for _, m := range modules {
		class := m.Class[strings.LastIndexByte(m.Class, '.')+1:]
		i, ok := index[class]
		if !ok {
			i, index[class] = len(found), len(found)
			found = append(found, layer{class, 0})
		}
		found[i].count++
	}
	slices.SortStableFunc(found, func(a, b layer) int { return b.count - a.count })
	var parts []string
	for _, l := range found[:min(len(found), maxLayers)] {
		parts = append(parts, fmt.Sprintf("%d %s", l.count, shortName(l.class, maxPlaceLen)))
	}
	if more := len(found) - maxLayers; more > 0 {
		parts = append(parts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(parts, ", ")
}
