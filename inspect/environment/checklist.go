package environment

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"modelscan/inspect"
)

// Item is one thing that scikit-learn's guide to persistence wants kept
// beside a model, so that it can be judged and made again.
type Item struct {
	Name     string // "data", "code", "versions", "score" or "hash"
	What     string
	Carried  bool
	Evidence []string
}

// checklist has the words that keys of metadata are made of, by item.
var checklist = []struct {
	name, what string
	words      map[string]bool
}{
	{"data", "a reference to the training data", set(`data dataset datasets snapshot corpus trainset datasource`)},
	{"code", "the source that made the model", set(`git commit revision source repo repository code script notebook url sha`)},
	{"versions", "the versions of scikit-learn and what it depends on", nil},
	{"score", "a score on the training data", set(`score scores accuracy auc f1 rmse mae mse r2 logloss loss metric metrics cv precision recall perplexity eval`)},
	{"hash", "a hash of the file", set(`hash sha256 sha512 md5 checksum digest`)},
}

// maxEvidence bounds what is said of one item.
const maxEvidence = 5

// Checklist says which items a file carries. A key of its metadata counts
// for an item that a word of it names.
func Checklist(m *inspect.Model) []Item {
	var items []Item
	for _, entry := range checklist {
		item := Item{Name: entry.name, What: entry.what}
		if entry.name == "versions" {
			item.Evidence = recorded(m)
		}
		for _, note := range m.Metadata {
			if slices.ContainsFunc(keyWords(note.Key), func(word string) bool { return entry.words[word] }) && len(item.Evidence) < maxEvidence {
				item.Evidence = append(item.Evidence, note.Key+" = "+note.Value)
			}
		}
		item.Carried = len(item.Evidence) > 0
		items = append(items, item)
	}
	return items
}

// keyWords are the words of a key. A parameter of the training is about the
// data or the score as such, not a reference to them, unless it is the data's
// own.
func keyWords(key string) []string {
	key = strings.ToLower(key)
	if group, leaf, _ := strings.Cut(key, "."); group == "parameters" || group == "params" {
		return either(leaf == "data", []string{leaf}, nil)
	}
	return strings.FieldsFunc(key, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// recorded are the versions that a file has in full. Bounds are no record.
func recorded(m *inspect.Model) (list []string) {
	needs, _ := Needs(m)
	for _, n := range needs {
		for _, exact := range n.Exact {
			if len(list) < maxEvidence {
				list = append(list, fmt.Sprintf("%s %s", n.Library, exact))
			}
		}
	}
	return list
}
