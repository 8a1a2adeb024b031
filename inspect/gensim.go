package inspect

import (
	"os"
	"path/filepath"
	"strings"

	"modelscan/pickle"
)

// gensim leaves large arrays out of the pickle, in files beside it. Each
// object's state lists the attributes that its load() then reads back: from
// MODEL.ATTRIBUTE.npy, or from MODEL.PART.ATTRIBUTE.npy where the object is
// itself such a part. A sparse matrix is a pickle under that name.

// besideKeys are the attributes that list others, and whether what stands in
// their files is a pickle.
var besideKeys = map[string]bool{"__numpys": false, "__scipys": true}

// sparseArrays are what a sparse matrix keeps in files of their own.
var sparseArrays = []string{".data", ".indptr", ".indices"}

const (
	recursiveKey = "__recursive_saveloads"
	maxBeside    = 256 // attributes of one file that are looked for
)

// besideFile is an attribute that is in a file of its own.
type besideFile struct {
	attribute string
	pickled   bool
	offset    int64
}

// besides notes the attributes that a state says are in other files.
func (n *names) besides(e pickle.Event) {
	class, ok := n.p.ClassOf(e.Subject)
	if !ok || !strings.HasPrefix(class.Module, "gensim.") {
		return
	}
	for key, value := range attributes(n.p, e.Detail) {
		name, _ := n.p.Text(key)
		pickled, listed := besideKeys[name]
		if !listed && name != recursiveKey {
			continue
		}
		for item := range n.p.Items(value) {
			text, _ := n.p.Text(item)
			switch {
			case len(n.c.beside) >= maxBeside || len(n.c.parts) >= maxBeside:
				n.c.issue(IssueLimit, n.member, e.Offset, "more than %d attributes are in other files", maxBeside)
				return
			case listed:
				n.c.beside = append(n.c.beside, besideFile{text, pickled, e.Offset})
			default:
				n.c.parts = append(n.c.parts, text)
			}
		}
	}
}

// besideFiles inspects those that are there. One that is not is worth a word
// where it would be a pickle.
func (w *walk) besideFiles() {
	beside, parts := w.beside, append(w.parts, "")
	w.beside, w.parts = nil, nil
	for _, b := range beside {
		found := false
		for _, part := range parts {
			name := filepath.Base(w.name) + "." + strings.TrimPrefix(part+"."+b.attribute, ".")
			found = w.besideFile(name+".npy", b.offset) || found
			for _, array := range sparseArrays {
				if b.pickled {
					w.besideFile(name+array+".npy", b.offset)
				}
			}
		}
		if b.pickled && !found {
			w.issue(IssueSideFile, w.member, b.offset, "the attribute %s is a pickle in a file that was not given", pythonQuote(b.attribute))
		}
	}
}

// besideFile inspects a file by its name and says whether it is there.
func (w *walk) besideFile(name string, offset int64) bool {
	if strings.ContainsAny(name, `/\:`) {
		w.issue(IssueSideFile, w.member, offset, "an attribute is in the file %s, which is not in the model's folder", pythonQuote(name))
		return true
	}
	if w.sibling == nil || w.opened[name] {
		return w.opened[name]
	}
	file, err := w.sibling(name)
	if err != nil {
		if !os.IsNotExist(err) {
			w.issue(IssueSideFile, w.member, offset, "an attribute is in the file %s, which cannot be read: %s", pythonQuote(name), reason(err))
		}
		return false
	}
	defer file.Close()
	if w.opened == nil {
		w.opened = map[string]bool{}
	}
	w.opened[name] = true
	info, err := file.Stat()
	if err != nil {
		return false
	}
	if inner, ok := w.enter(name); ok {
		inner.in = w.in.nested()
		inner.content(file, info.Size())
	}
	return true
}
