package inspect

import "strconv"

// leafSteps is how many keys from the top of a document a leaf is told by. The
// last key of a leaf that lies deeper is its own.
const leafSteps = 8

// leafItem is the step into an array.
const leafItem = "[]"

// leaves walks a document and gives take every text, number, word and packed
// array with the keys that lead there, and every object and array as it opens.
// It says false where late does, which is asked now and then.
func leaves(doc document, late func(offset int64) bool, take func(path []string, e docEvent)) bool {
	var path []string // as long as the open containers are deep, up to leafSteps
	var arrays []bool // of the open containers
	key := ""
	at := func() []string {
		if n := len(arrays); n > 0 {
			if arrays[n-1] {
				key = leafItem
			}
			path[min(n, leafSteps)-1] = key
		}
		return path
	}
	for steps := 0; ; steps++ {
		e := doc.next()
		switch e.kind {
		case docEnd:
			return true
		case docKey:
			key = string(e.text[:min(len(e.text), maxText)])
		case docObject, docArray:
			take(at(), e)
			arrays = append(arrays, e.kind == docArray)
			if len(arrays) <= leafSteps {
				path = append(path, "")
			}
		case docObjectEnd, docArrayEnd:
			arrays = arrays[:len(arrays)-1]
			path = path[:min(len(arrays), leafSteps)]
		default:
			take(at(), e)
		}
		if steps&0xffff == 0xffff && late(e.offset) {
			return false
		}
	}
}

// pathIs tells whether the keys of a path are these.
func pathIs(path []string, keys ...string) bool {
	if len(path) != len(keys) {
		return false
	}
	for i := range keys {
		if path[i] != keys[i] {
			return false
		}
	}
	return true
}

// scalar is a text, number or word as a parameter.
func (e docEvent) scalar() any {
	text := string(e.text)
	switch e.kind {
	case docText:
		return textValue(e.text[:min(len(e.text), maxText)], e.cut || len(e.text) > maxText)
	case docNumber:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return f
		}
	case docWord:
		switch text {
		case "true", "false":
			return text == "true"
		case "null":
			return nil
		}
	}
	return Literal(text)
}

// textList is a list of texts as a parameter, of which a part is kept.
type textList struct {
	items []string
	count int64
}

// maxTextList bounds the items of a list that are shown.
const maxTextList = 64

func (l *textList) add(text string) {
	if l.count++; l.count <= maxTextList {
		l.items = append(l.items, text)
	}
}

// param adds the list to o where it is not empty. What is no text in it was
// written by literal beforehand.
func (l *textList) param(o *Object, name string, quoted bool) {
	if l.count == 0 {
		return
	}
	text := "["
	for i, item := range l.items {
		if i > 0 {
			text += ", "
		}
		if quoted {
			item = shortQuote(item)
		}
		text += item
	}
	if l.count > maxTextList {
		text += ", … " + strconv.FormatInt(l.count-maxTextList, 10) + " more"
	}
	o.param(name, Literal(text+"]"))
}
