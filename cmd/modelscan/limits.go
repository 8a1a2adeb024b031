package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"modelscan/inspect"
)

// limits are what inspecting one file may cost, as flags or the environment
// set it; zero stands for a default.
type limits struct {
	memory, expansion size
	timeout           time.Duration
}

// limitVariables are the environment variables by their flags.
var limitVariables = [][2]string{
	{"max-memory", "MODELSCAN_MAX_MEMORY"}, {"max-expansion", "MODELSCAN_MAX_EXPANSION"}, {"timeout", "MODELSCAN_TIMEOUT"},
}

func (l *limits) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(&l.memory, "max-memory", "most memory of one program's graph, as 512MiB (default 4GiB)")
	flags.Var(&l.expansion, "max-expansion", "most that one file may decompress to (default 16GiB)")
	flags.DurationVar(&l.timeout, "timeout", 0, "most `time` for one file, as 30s (default 10m)")
}

// fromEnvironment fills what no flag was given for.
func (l *limits) fromEnvironment(cmd *cobra.Command) error {
	for _, v := range limitVariables {
		text := os.Getenv(v[1])
		if text == "" || cmd.Flags().Changed(v[0]) {
			continue
		}
		if err := cmd.Flags().Set(v[0], text); err != nil {
			return fmt.Errorf("%s: %w", v[1], err)
		}
	}
	if l.timeout < 0 || cmd.Flags().Changed("timeout") && l.timeout == 0 {
		return errors.New("--timeout must be more than nothing")
	}
	return nil
}

// inspect returns the limits as the inspector takes them.
func (l *limits) inspect() inspect.Limits {
	var in inspect.Limits
	in.Pickle.MaxMemory, in.MaxExpansion, in.Timeout = int64(l.memory), int64(l.expansion), l.timeout
	return in
}

// size is a number of bytes, as a flag's value.
type size int64

// units are the words for sizes; a letter alone counts in powers of 1024.
var units = map[string]int64{
	"": 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40,
	"KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
}

// Set implements pflag.Value.
func (s *size) Set(text string) error {
	digits := strings.TrimRight(text, "bBiIkKmMgGtT")
	unit, known := units[strings.ToUpper(text[len(digits):])]
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
	if err != nil || !known || n <= 0 || n > math.MaxInt64/unit {
		return errors.New("want a size such as 512MiB or 2G")
	}
	*s = size(n * unit)
	return nil
}

// String implements pflag.Value. A default is said in words.
func (s *size) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Type implements pflag.Value.
func (s *size) Type() string { return "size" }
