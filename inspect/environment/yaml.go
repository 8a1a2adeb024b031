package environment

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// maxYAML bounds a YAML file, whose parser takes longer than others.
const maxYAML = 4 << 20

// condaFile is an environment.yml, or the lock file that conda-lock makes.
type condaFile struct {
	Dependencies []any `yaml:"dependencies"`
	Package      []struct {
		Name    string `yaml:"name"`
		Version string `yaml:"version"`
		Manager string `yaml:"manager"`
	} `yaml:"package"`
}

// readYAML reads a conda environment or a lock file of conda-lock.
func readYAML(e *Environment, data []byte) error {
	if len(data) > maxYAML {
		return fmt.Errorf("more than %d bytes", maxYAML)
	}
	if err := boundYAML(string(data)); err != nil {
		return err
	}
	var file condaFile
	if err := yaml.Unmarshal(data, &file); err != nil {
		text, _, _ := strings.Cut(err.Error(), "\n")
		return fmt.Errorf("this is no environment of conda: %s", shortened(text))
	}
	switch {
	case file.Package != nil:
		e.Kind, e.Complete = "conda-lock", true
		for _, p := range file.Package {
			name := p.Name
			if p.Manager != "pip" {
				name = condaName(name)
			}
			e.add(name, Package{Version: p.Version})
		}
	case file.Dependencies != nil:
		e.Kind = "conda environment"
		e.conda(file.Dependencies)
	default:
		return errors.New("this is no environment of conda")
	}
	return nil
}

// conda adds the dependencies of an environment.yml: conda's own, and pip's
// in a table.
func (e *Environment) conda(dependencies []any) {
	for _, item := range dependencies {
		if options, ok := table(item); ok {
			more, _ := list(options["pip"])
			for _, line := range more {
				r := &requirements{e: e, constraints: map[string][]Package{}}
				r.line("", word(line), false)
			}
			continue
		}
		name, specifier := condaSpec(word(item))
		p, err := specified(specifier, "")
		if err != nil {
			e.note("%s: %v", shortened(word(item)), err)
		}
		if name != "" {
			e.add(condaName(name), p)
		}
	}
}

// condaSpec splits a dependency of conda, such as "conda-forge::numpy=1.26",
// where one "=" stands for all releases that begin so.
func condaSpec(text string) (name, specifier string) {
	if at := strings.LastIndex(text, "::"); at >= 0 {
		text = text[at+2:]
	}
	text, _, _ = strings.Cut(text, "[")
	text = strings.TrimSpace(text)
	end := strings.IndexAny(text, "=<>!~ ")
	if end < 0 {
		return text, ""
	}
	name, specifier = text[:end], strings.ReplaceAll(text[end:], " ", "")
	single, isSingle := strings.CutPrefix(specifier, "=")
	single, double := strings.CutPrefix(single, "=")
	if !isSingle {
		return name, specifier
	}
	version, build, _ := strings.Cut(single, "=")
	if double || build != "" || strings.ContainsAny(version, "*,|<>!") {
		return name, "==" + version
	}
	return name, "==" + version + ".*"
}

// condaNames are libraries that conda calls otherwise than PyPI.
var condaNames = map[string]string{
	"pytorch": "torch", "pytorch-cpu": "torch", "pytorch-gpu": "torch", "py-xgboost": "xgboost", "py-xgboost-cpu": "xgboost",
	"py-xgboost-gpu": "xgboost", "lightning": "pytorch-lightning", "tensorflow-base": "tensorflow", "onnx-runtime": "onnxruntime",
	"numpy-base": "numpy", "joblib-base": "joblib",
}

func condaName(name string) string {
	if known, ok := condaNames[name]; ok {
		return known
	}
	return name
}

// boundYAML refuses what makes a parser work without bound: aliases, and
// lists in each other beyond a depth.
func boundYAML(text string) error {
	number := 0
	for line := range strings.Lines(text) {
		number++
		if len(line) > maxLine || len(line)-len(strings.TrimLeft(line, " \t-?")) > 4*maxDepth {
			return fmt.Errorf("line %d is too long or too deep", number)
		}
	}
	depth := 0
	for _, t := range lexer.Tokenize(text) {
		switch t.Type {
		case token.AliasType, token.AnchorType, token.MergeKeyType, token.MappingKeyType, token.TagType:
			return fmt.Errorf("line %d: aliases, tags and the like are not read", t.Position.Line)
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		}
		if depth > maxDepth {
			return fmt.Errorf("line %d: more than %d lists and tables in each other", t.Position.Line, maxDepth)
		}
	}
	return nil
}
