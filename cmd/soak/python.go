package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"modelscan/inspect"
)

// oracle is a Python that loads programs with real unpicklers
// (testdata/oracle/batch.py) and says what each asked for.
type oracle struct {
	command  []string
	readings []string
	process  *exec.Cmd
	in       *bufio.Writer
	out      *bufio.Reader
}

// answer is what the readings of one program did.
type answer struct {
	Names    []asked  `json:"n"` // all readings together
	Readings [][2]int `json:"r"` // programs read to STOP, and 1 where the data ended behind them, 2 where memory did
	Values   []string `json:"v"` // what each reading left, printed
	dead     bool     // the loader died or took too long: nothing is known
}

// asked is a name that a loader asked for.
type asked struct {
	module, qualname string
	uses             inspect.Uses
}

// UnmarshalJSON reads [module, name, uses].
func (a *asked) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &[]any{&a.module, &a.qualname, &a.uses}); err != nil {
		return err
	}
	a.module, a.qualname = bytesOf(a.module), bytesOf(a.qualname)
	return nil
}

// bytesOf turns characters back into the bytes that they stand for.
func bytesOf(text string) string {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		out = append(out, byte(r))
	}
	return string(out)
}

// patience is how long a batch may take.
const patience = 60 * time.Second

func (o *oracle) start() error {
	o.process = exec.Command(o.command[0], append(o.command[1:], strings.Join(o.readings, ","))...)
	in, err := o.process.StdinPipe()
	if err != nil {
		return err
	}
	out, err := o.process.StdoutPipe()
	if err != nil {
		return err
	}
	o.in, o.out = bufio.NewWriterSize(in, 1<<20), bufio.NewReaderSize(out, 1<<20)
	return o.process.Start()
}

func (o *oracle) stop() {
	if o.process != nil {
		_ = o.process.Process.Kill()
		_ = o.process.Wait()
		o.process = nil
	}
}

// ask returns the answers to some programs. Where Python dies of one of
// them, they are asked one by one, and that one has no answer.
func (o *oracle) ask(programs [][]byte) ([]answer, error) {
	answers, err := o.batch(programs)
	if err == nil {
		return answers, nil
	}
	if len(programs) == 1 {
		return []answer{{dead: true}}, nil
	}
	answers = answers[:0]
	for half := range 2 {
		part := programs[:len(programs)/2]
		if half == 1 {
			part = programs[len(programs)/2:]
		}
		more, err := o.ask(part)
		if err != nil {
			return nil, err
		}
		answers = append(answers, more...)
	}
	return answers, nil
}

// batch asks once.
func (o *oracle) batch(programs [][]byte) ([]answer, error) {
	if o.process == nil {
		if err := o.start(); err != nil {
			return nil, err
		}
	}
	late := time.AfterFunc(patience, func() { _ = o.process.Process.Kill() })
	defer late.Stop()
	sent := make(chan error, 1)
	go func() { sent <- o.send(programs) }()
	answers, err := o.receive(len(programs))
	if err != nil {
		o.stop() // ends send, too
	}
	return answers, errors.Join(err, <-sent)
}

func (o *oracle) send(programs [][]byte) error {
	var size [4]byte
	for _, p := range programs {
		binary.LittleEndian.PutUint32(size[:], uint32(len(p)))
		o.in.Write(size[:])
		o.in.Write(p)
	}
	o.in.Write([]byte{0xff, 0xff, 0xff, 0xff})
	return o.in.Flush()
}

func (o *oracle) receive(n int) ([]answer, error) {
	answers := make([]answer, n)
	for i := range answers {
		line, err := o.out.ReadBytes('\n')
		if err != nil {
			return nil, io.ErrUnexpectedEOF
		}
		if err := json.Unmarshal(line, &answers[i]); err != nil {
			return nil, fmt.Errorf("%w in %.200q", err, line)
		}
	}
	return answers, nil
}
