// Package environment says which libraries a model asks for, and compares
// that with an environment: requirements, a lock file, or what is installed.
// It tells what a load would warn of, and what would break it.
//
// A need is a library with the versions that the file records or implies. A
// package is a library as an environment has it: an exact version, a range,
// or any. A check is what the two say together.
//
// # Untrusted input
//
// The files of an environment are read as those of an enemy: their sizes,
// depth and number of lines and files are bounded, and nothing is run or
// fetched. What they say is text; callers quote it before a terminal sees it.
package environment
