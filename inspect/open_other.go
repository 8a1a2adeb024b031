//go:build !unix

package inspect

const noWait = 0
