package environment

import (
	"encoding/json"
	"errors"
)

// readJSON reads Pipfile.lock, what pip and uv print by "list --format json",
// "pip inspect", and "conda list --json".
func readJSON(e *Environment, data []byte) error {
	var file any
	if err := json.Unmarshal(data, &file); err != nil {
		return errors.New("this is no JSON")
	}
	if rows, ok := list(file); ok {
		e.rows(rows)
		return nil
	}
	root, _ := table(file)
	installed, isInspect := list(root["installed"])
	switch locked := at(root, "default"); {
	case isInspect:
		e.Kind, e.Complete = "pip inspect", true
		for _, item := range installed {
			row, _ := table(item)
			metadata := at(row, "metadata")
			e.add(word(metadata["name"]), Package{Version: word(metadata["version"])})
		}
		e.python(word(at(root, "environment")["python_full_version"]))
	case locked != nil && root["_meta"] != nil:
		e.Kind, e.Complete = "Pipfile.lock", true
		e.dependencies(locked)
		requires := at(root, "_meta", "requires")
		e.python(exactPython(word(requires["python_version"])))
	default:
		return errors.New("this is no lock file and no list of packages that is known")
	}
	return nil
}

// rows adds a list of names with versions.
func (e *Environment) rows(rows []any) {
	e.Kind, e.Complete = "pip list", true
	for _, item := range rows {
		row, _ := table(item)
		name := word(row["name"])
		if row["dist_name"] != nil {
			e.Kind, name = "conda list", condaName(name)
		}
		e.add(name, Package{Version: word(row["version"])})
	}
}
