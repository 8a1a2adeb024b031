package environment

import (
	"strings"
	"testing"

	"modelscan/inspect"
)

func TestChecklist(t *testing.T) {
	note := func(key string) inspect.Metadata { return inspect.Metadata{Key: key, Value: "x"} }
	for _, c := range []struct {
		name string
		m    inspect.Model
		want string
	}{
		{"nothing", inspect.Model{}, ""},
		{"all", inspect.Model{
			Versions: []inspect.Version{{Library: "scikit-learn", Version: "1.5.2"}},
			Metadata: []inspect.Metadata{note("training_data"), note("git-commit"), note("metrics.auc"), note("weights SHA256")},
		}, "data code versions score hash"},
		{"a bound is no record", inspect.Model{Versions: []inspect.Version{{Library: "numpy", Version: ">=2.0"}}}, ""},
		{"parameters", inspect.Model{Metadata: []inspect.Metadata{note("parameters.metric"), note("params.data_random_seed")}}, ""},
		{"the data as a parameter", inspect.Model{Metadata: []inspect.Metadata{note("parameters.data")}}, "data"},
		{"words, not their parts", inspect.Model{Metadata: []inspect.Metadata{note("encoder"), note("metadata"), note("underscored")}}, ""},
	} {
		var got []string
		for _, item := range Checklist(&c.m) {
			if item.Carried {
				got = append(got, item.Name)
			}
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: got %q, want %q", c.name, text, c.want)
		}
	}
}
