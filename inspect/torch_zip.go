package inspect

import (
	"path"
	"strings"
)

// torchMembers are members of torch's archives, below their root, that tell
// the release which wrote them.
var torchMembers = []struct{ name, version string }{
	{"version", ">=1.4"}, {"byteorder", ">=2.0"}, {".format_version", ">=2.2"},
}

// torch states what the members of an archive of torch's tell: the release,
// and the source files of TorchScript, beside what its data.pkl leaves.
func (z *zipArchive) torch() {
	w := z.w
	names := map[string]bool{}
	var code textList
	for _, m := range z.members {
		_, name, ok := strings.Cut(m.name, "/")
		if !ok || !m.local {
			continue
		}
		names[name] = true
		if strings.HasPrefix(name, "code/") && path.Ext(name) == ".py" {
			code.add(name)
		}
	}
	for _, m := range torchMembers {
		if names[m.name] {
			w.version("torch", m.version, "member "+m.name, w.member)
		}
	}
	if code.count == 0 || w.depth > 0 {
		return
	}
	if w.model.Root == nil {
		w.describe(&Object{Class: "torch.jit.ScriptModule"})
	}
	code.param(w.model.Root, "code", true)
}
