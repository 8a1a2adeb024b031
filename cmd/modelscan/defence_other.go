//go:build !linux

package main

func newDefence() defence { return none{} }
