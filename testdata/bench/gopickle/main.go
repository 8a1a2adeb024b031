// Command gopickle loads pickles by nlpodyssey/gopickle, for the comparison.
package main

import (
	"fmt"
	"os"

	"github.com/nlpodyssey/gopickle/pickle"
)

// anything stands for every class.
type anything struct{}

func (anything) Call(...interface{}) (interface{}, error)  { return &anything{}, nil }
func (anything) PyNew(...interface{}) (interface{}, error) { return &anything{}, nil }
func (*anything) PySetState(interface{}) error             { return nil }

func main() {
	for _, path := range os.Args[1:] {
		file, err := os.Open(path)
		if err == nil {
			u := pickle.NewUnpickler(file)
			u.FindClass = func(string, string) (interface{}, error) { return &anything{}, nil }
			_, err = u.Load()
			file.Close()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
}
