package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"modelscan/allowlist"
)

// trustSettings say what is trusted.
type trustSettings struct {
	lists  string
	chosen bool // the lists were asked for, by flag or variable
	allow  []string
	trust  []string
}

func (s *trustSettings) addTrustFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&s.lists, "lists", "default", "built-in `lists` of trusted names: default, skops, skops-RELEASE,\nweights-only, none")
	flags.StringArrayVar(&s.allow, "allow", nil, "trust what the list in `FILE` grants; repeatable")
	flags.StringArrayVar(&s.trust, "trust", nil, "trust every use of `NAME`; repeatable")
	var profiles []string
	for _, p := range allowlist.Profiles() {
		profiles = append(profiles, p.Name+"\t"+p.Doc)
	}
	complete(cmd, "lists", profiles...)
	complete(cmd, "trust")
}

func (s *trustSettings) fromEnvironment(cmd *cobra.Command) {
	s.chosen = cmd.Flags().Changed("lists")
	fromEnvironment(cmd, "lists", "MODELSCAN_LISTS", func(text string) { s.lists, s.chosen = text, true })
	fromEnvironment(cmd, "allow", "MODELSCAN_ALLOW", func(text string) { s.allow = filepath.SplitList(text) })
	fromEnvironment(cmd, "trust", "MODELSCAN_TRUST", func(text string) { s.trust = strings.Split(text, ",") })
}

// policy returns what --lists, --allow and --trust say together.
func (s *trustSettings) policy() (*allowlist.Policy, error) {
	own, err := s.ownLists()
	if err != nil {
		return nil, err
	}
	if s.lists == "default" { // which is not read as a whole
		return allowlist.Default().With(own...), nil
	}
	lists, err := s.profileLists()
	if err != nil {
		return nil, err
	}
	return allowlist.None().With(lists...).With(own...), nil
}

// trustLists returns the lists of --lists, --allow and --trust, in this order.
func (s *trustSettings) trustLists() ([]*allowlist.List, error) {
	lists, err := s.profileLists()
	if err != nil {
		return nil, err
	}
	own, err := s.ownLists()
	if err != nil {
		return nil, err
	}
	return append(slices.Clip(lists), own...), nil
}

// profileLists returns the lists of --lists.
func (s *trustSettings) profileLists() ([]*allowlist.List, error) {
	lists, err := allowlist.Lists(s.lists)
	if err != nil {
		var names []string
		for _, p := range allowlist.Profiles() {
			names = append(names, p.Name)
		}
		return nil, fmt.Errorf("%w, want one of %s", err, strings.Join(names, ", "))
	}
	return lists, nil
}

// ownLists returns the lists of --allow and --trust.
func (s *trustSettings) ownLists() ([]*allowlist.List, error) {
	var lists []*allowlist.List
	for _, path := range s.allow {
		list, err := readList(path)
		if err != nil {
			return nil, fmt.Errorf("allow list: %w", err)
		}
		lists = append(lists, list)
	}
	if len(s.trust) > 0 {
		names := make([]string, len(s.trust))
		for i, name := range s.trust {
			names[i] = strings.TrimSpace(name)
		}
		list, err := allowlist.Trust(names...)
		if err != nil {
			return nil, fmt.Errorf("trust: %w", err)
		}
		lists = append(lists, list)
	}
	return lists, nil
}

func readList(path string) (*allowlist.List, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", path, reason(err))
	}
	defer file.Close()
	return allowlist.ParseList(path, file)
}
