// Package inspect reads a model file of whatever format its content tells and
// states facts of it: the names that its programs would make Python import,
// with what they do with each; the arrays it holds; the library versions that
// wrote it; what could not be read. It has no opinion on any name.
//
// # Words
//
//   - file, member: what is inspected; a file inside a container
//   - reading: one way in which a loader takes the bytes; where loaders differ,
//     every reading is taken and the names are joined
//   - use: what a file does with a name: import, call, new, build or change
//   - fact, issue: what was found; what could not be read, and where
//   - hazard: what makes a loader of another format than pickle run code or
//     leave the file
//
// # Untrusted input
//
// Any file may be inspected. A hostile one never makes File fail: the error
// speaks of the operating system, the Model's issues of the file. A Model
// with an issue was not read whole. Files are read in windows, arrays are
// stepped over, compressed data is streamed; Limits bounds memory, expansion,
// depth and time, each with a documented default. Names and messages hold
// text from the file: quote them before they reach a terminal.
package inspect
