package report

import (
	"fmt"
	"strings"

	"modelscan/inspect"
)

// model writes what loading gives: the class with its parameters, as Python
// would show it.
func (p *page) model(root *inspect.Object) {
	if root == nil || root.Class == "" {
		return
	}
	if root.Repr != "" {
		p.estimator(root)
		return
	}
	params := make([]string, 0, len(root.Params))
	for _, param := range root.Params[:min(len(root.Params), maxParams)] {
		params = append(params, shortText(param.Name, maxNameLen)+"="+shortText(pythonValue(param.Value), maxValueLen))
	}
	if more := len(root.Params) - maxParams; more > 0 {
		params = append(params, fmt.Sprintf("… %d more", more))
	}
	text := "object: " + shortName(root.Class, maxNameLen*2)
	if len(params) > 0 {
		text += "(" + strings.Join(params, ", ") + ")"
	}
	p.gap()
	p.wrapped("  ", "    ", text)
}

// maxReprLines bounds the lines of an estimator; scikit-learn itself stops near 700 characters.
const maxReprLines = 60

// estimator writes an estimator as scikit-learn prints it, and what fitting gave it.
func (p *page) estimator(root *inspect.Object) {
	p.gap()
	p.wrapped("  ", "    ", "object: "+shortName(root.Class, maxNameLen*2))
	lines := strings.Split(root.Repr, "\n")
	for _, line := range lines[:min(len(lines), maxReprLines)] {
		p.line("    " + shortText(line, maxTextLen))
	}
	if more := len(lines) - maxReprLines; more > 0 {
		p.line(fmt.Sprintf("    … %d more lines", more))
	}
	if facts := fittedText(root.Summary, root.Fitted); facts != "" {
		p.wrapped("  ", "    ", "fitted: "+facts)
	}
	p.parts(root.Parts)
}

const maxTableParts = 12

// parts writes what is asked of the estimators in an estimator; with --all, all that fitting gave them.
func (p *page) parts(all []inspect.Part) {
	shown := min(len(all), maxTableParts)
	if p.all {
		shown = len(all)
	}
	for _, part := range all[:shown] {
		fitted := part.Fitted
		if !p.all {
			fitted = nil
			for _, f := range part.Fitted {
				if askedFor[f.Name] {
					fitted = append(fitted, f)
				}
			}
		}
		text := "fitted " + shortText(part.Path, maxNameLen) + " " + shortName(part.Class[strings.LastIndexByte(part.Class, '.')+1:], maxNameLen)
		if facts := fittedText(part.Summary, fitted); facts != "" {
			text += ": " + facts
		}
		p.wrapped("  ", "    ", text)
	}
	p.more(len(all)-shown, "fitted estimator")
}

// askedFor are the attributes that say what an estimator was fitted to.
var askedFor = map[string]bool{
	"classes_": true, "n_features_in_": true, "feature_names_in_": true, "n_components_": true, "n_clusters_": true, "categories_": true,
	"best_params_": true, "best_score_": true,
}

func fittedText(lists ...[]inspect.Param) string {
	var facts []string
	for _, list := range lists {
		for _, f := range list[:min(len(list), maxParams)] {
			facts = append(facts, shortText(f.Name, maxNameLen)+" "+shortText(pythonValue(f.Value), maxValueLen))
		}
	}
	return strings.Join(facts, ", ")
}
