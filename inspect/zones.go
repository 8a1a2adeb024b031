package inspect

import (
	"strings"

	"modelscan/pickle"
)

// pandas looks a time zone up by its name wherever it stands: as an argument,
// in a dict of them, or inside of the text of a dtype. With dateutil/ in front
// it is any file, which on Windows may be on another machine.

// zones notes names of time zones that are files, in what pandas is given.
func (n *names) zones(class pickle.Value, e pickle.Event) {
	g, ok := n.p.Global(class)
	if !ok || g.Module != "pandas" && !strings.HasPrefix(g.Module, "pandas.") {
		return
	}
	parts := []pickle.Value{e.Detail}
	for i := 0; i < len(parts) && i < maxZoneParts; i++ {
		switch n.p.Kind(parts[i]) {
		case pickle.Tuple:
			items, _ := n.p.Tuple(parts[i])
			parts = append(parts, items[:min(len(items), maxZoneParts)]...)
		case pickle.Dict:
			for key, value := range n.p.Pairs(parts[i]) {
				if parts = append(parts, value); len(parts) > maxZoneParts {
					break
				}
				name, _ := n.p.Text(key)
				if zoneNames[name] && n.madeText(value) {
					n.zone(g, e.Offset)
				}
			}
		default:
			if text, ok := n.p.Text(parts[i]); ok && fileZone(text) || n.madeText(parts[i]) && e.Kind != pickle.State && zoneTakers[g.Qualname] {
				n.zone(g, e.Offset)
			}
		}
	}
}

// maxZoneParts bounds how much is looked at in one call or state.
const maxZoneParts = 64

// zoneNames are keywords for time zones and for dtypes.
var zoneNames = map[string]bool{"tz": true, "_tz": true, "tzinfo": true, "dtype": true, "subtype": true}

// zoneTakers have positional arguments for those.
var zoneTakers = map[string]bool{"Timestamp": true, "_unpickle_timestamp": true, "DatetimeTZDtype": true, "IntervalDtype": true, "SparseDtype": true}

func (n *names) zone(g *pickle.Global, offset int64) {
	name := g.Module + "." + g.Qualname
	n.c.hazard(Hazard{"state", name, name + " is given a time zone that is a file", n.member, offset})
}

// fileZone tells whether a text has a zone in it that is no plain name of one.
func fileZone(text string) bool {
	_, zone, ok := strings.Cut(text, "dateutil/")
	return ok && (zone == "" || strings.IndexByte("/\\~:.", zone[0]) >= 0 || strings.Contains(zone, "..") || strings.ContainsAny(zone, "\\:"))
}

// madeText tells whether v is a text that a call makes, such as one of NumPy's.
func (n *names) madeText(v pickle.Value) bool {
	call, _ := n.p.Call(v)
	g, ok := n.p.Global(call.Subject)
	return ok && (g.Qualname == "scalar" || g.Qualname == "str_" || g.Module == "builtins" && g.Qualname == "str")
}
