package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestCoverage counts the fixtures of torch and some hostile files.
func TestCoverage(t *testing.T) {
	s := newSurvey()
	for _, root := range []string{"../../testdata/models/torch", "../../testdata/hostile"} {
		if err := s.folder(root); err != nil {
			t.Fatal(err)
		}
	}
	torch := s.libraries["torch"]
	if torch == nil || torch.trusted < 120 {
		t.Fatalf("got %+v for torch", torch)
	}
	sum := torch.trusted + torch.incomplete
	for _, n := range torch.causes {
		sum += n
	}
	if sum != torch.files {
		t.Errorf("got %+v, which is no sum", torch)
	}
	if s.all.causes[dangerous] < 300 || s.all.causes[own] < 5 {
		t.Errorf("got %+v for all files", s.all)
	}
	if os := s.libraries["os"]; os == nil || os.trusted != 0 {
		t.Errorf("got %+v for os", os)
	}
	var page bytes.Buffer
	s.write(&page)
	for line := range strings.Lines(page.String()) {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != 9 && strings.Count(line, "|") != 3 {
			t.Errorf("got a row of another width: %q", line)
		}
		if strings.ContainsAny(line, "\x1b\u202e") {
			t.Errorf("got %q", line)
		}
	}
}
