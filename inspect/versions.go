package inspect

import "strings"

// A moduleProbe tells a bound on a library's version by the module of a name.
type moduleProbe struct {
	library, version string
	prefix           string // of the module
}

// moduleProbes are evidence that the pickles themselves carry: NumPy 2.0
// renamed numpy.core to numpy._core and pickles by the new name alone.
var moduleProbes = []moduleProbe{
	{"numpy", ">=2.0", "numpy._core."},
	{"numpy", "<2.0", "numpy.core."},
}

// attributeProbes are attributes in which a library records its version.
var attributeProbes = map[string]string{
	"_sklearn_version": "scikit-learn",
}

// version counts an object that states a version.
func (c *collector) version(library, version, source, member string) {
	for i := range c.model.Versions {
		v := &c.model.Versions[i]
		if v.Library == library && v.Version == version && v.Member == member {
			v.Count++
			return
		}
	}
	if len(c.model.Versions) < maxVersions {
		c.model.Versions = append(c.model.Versions, Version{library, version, source, member, 1})
	}
}

// maxVersions bounds the versions of one file: a file that states more is made up.
const maxVersions = 1000

// implied adds the bounds that the names of a file imply.
func (c *collector) implied() {
	for _, g := range c.model.Globals {
		for _, probe := range moduleProbes {
			if strings.HasPrefix(g.Module+".", probe.prefix) && g.Kind == Named {
				c.version(probe.library, probe.version, "module "+g.Module, g.Member)
			}
		}
	}
}

// plausibleVersion keeps text that no library writes out of the versions.
func plausibleVersion(text string) bool {
	if text == "" || len(text) > 64 || text[0] < '0' || text[0] > '9' {
		return false
	}
	return strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyz.+-!_") == ""
}
