// Package allowlist judges the facts of package inspect: it holds the names
// that are harmless to load and says of a file whether all it uses is among
// them. Trust is exact; a name that no list grants, and a use that its line
// does not grant, is untrusted. The built-in lists are text files in lists/,
// one for each library, and a user adds lists of the same form.
//
// # Words
//
// A name is a pair of module and qualified name; "a.b" with "c" is another
// look-up in Python than "a" with "b.c", and so it is another name here. An
// entry is a line of a list: a name, the uses that it grants, and why they
// are harmless. A use is what a file does with a name: import, call, new or
// build. The word plain grants calls alone whose arguments say all that they
// reach, and only where the file does not hold the name as a value. Without
// import, call and new are granted to files that do not hold it. An entry that begins with an exclamation mark is a never: the name
// stays untrusted whatever other lists say. A [Ruling] is the judgement on
// one name of a file, a [Verdict] the one on the file.
//
// # Lists
//
//	# modelscan allowlist
//	numpy.ndarray               import new build   # plain data holder
//	numpy.log1p                 import             # ufunc, held as a value
//	mypkg.models:Outer.Inner    import new build   # a qualified name with dots is written with a colon
//	!os.system                                     # never, whatever another list says
//
// A name without a colon is split at its last dot. There are no wildcards.
// A line that begins with @ begins a section, whose lines hold in some places
// alone: "@sha256 DIGEST…" for files of these digests, "@in PLACE…" for nodes
// of a skops file by their loaders, or for all that is none ("pickle");
// "@everywhere" ends it. But for sections, order does not matter. An entry of a built-in list has a reason, an entry
// of a user's own may have one.
//
// # Untrusted input
//
// The names in a [inspect.Model] come from files that may be hostile. They
// are compared, never interpreted: not normalised, not split, not resolved.
// Whatever is in doubt is denied: the zero [Policy] trusts nothing, a name
// without uses counts as imported, a kind that is not known is untrusted, and
// a file with an issue is never trusted. Messages quote a name that holds
// anything but letters, digits and the signs of a Python name; Name and
// Untrusted hold names as they are, so a report must quote them.
//
// A digest says nothing of files beside the one that it is of: a model in
// several files has none, and no pinned line holds for it.
//
// A user's list is trusted input: it decides what passes. It is still read
// with bounds on its size and on the length of its lines.
package allowlist
