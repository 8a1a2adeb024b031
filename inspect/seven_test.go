package inspect

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// seven writes a 7z archive by hand: packed streams, and a header as it stands.
func seven(packed, header string) string {
	start := binary.LittleEndian.AppendUint64(nil, uint64(len(packed)))
	start = binary.LittleEndian.AppendUint64(start, uint64(len(header)))
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE([]byte(header)))
	sum := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(start))
	return sevenMagic + "\x00\x04" + string(sum) + string(start) + packed + header
}

// sevenHeaderOf is a header of one file in one folder with one coder.
func sevenHeaderOf(coder string, packed, size byte, name string) string {
	names := "\x00"
	for _, c := range name + "\x00" {
		names += string([]byte{byte(c), 0})
	}
	streams := "\x06\x00\x01\x09" + string([]byte{packed}) + "\x00" + "\x07\x0b\x01\x00\x01" + coder + "\x0c" + string([]byte{size}) + "\x00\x00"
	return "\x01\x04" + streams + "\x05\x01\x11" + string([]byte{byte(len(names))}) + names + "\x00\x00"
}

// TestSevenZip compares what is found in 7z archives with what py7zr and
// pickle say of them.
func TestSevenZip(t *testing.T) {
	facts := libraryFacts(t, "container")
	seen := 0
	var in Inspector
	for name, want := range facts {
		if !strings.HasSuffix(name, ".7z") {
			continue
		}
		seen++
		m, err := in.File(context.Background(), filepath.Join(testdata, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(name, "ppmd") { // a method that is not read
			if m.Format != "7z" || len(m.Issues) != 1 || m.Issues[0].Kind != IssueUnsupported {
				t.Errorf("%s: got %s, %v", name, m.Format, m.Issues)
			}
			continue
		}
		if m.Format != "7z" || len(m.Issues) != 0 || len(m.Globals)+len(m.Arrays) == 0 {
			t.Errorf("%s: got %s, %v", name, m.Format, m.Issues)
		}
		for _, global := range want.Globals {
			if !hasName(m, global) {
				t.Errorf("%s: %s is missing", name, global)
			}
		}
	}
	if seen < 8 {
		t.Errorf("got %d archives", seen)
	}
}

// TestSevenZipHostile holds that a header that lies costs neither memory nor
// time, that encryption is said, and that a payload in front of the lie stands.
func TestSevenZipHostile(t *testing.T) {
	size := byte(len(evil))
	plain := "\x01\x00"
	for name, test := range map[string]struct {
		data  string
		found bool
		issue string
	}{
		"plain":          {seven(evil, sevenHeaderOf(plain, size, size, "model.pkl")), true, ""},
		"backslash":      {seven(evil, sevenHeaderOf(plain, size, size, `a\model.pkl`)), true, ""},
		"more behind":    {seven(evil, sevenHeaderOf(plain, size, size, "x.pkl")) + "more", true, "behind the 7z archive"},
		"encrypted":      {seven(evil, sevenHeaderOf("\x04\x06\xf1\x07\x01", size, size, "x.pkl")), false, "encrypted"},
		"unknown method": {seven(evil, sevenHeaderOf("\x02\x77\x77", size, size, "x.pkl")), false, "method 7777"},
		"1.5 GB of dictionary": {seven(evil, "\x01\x04\x06\x00\x01\x09"+string([]byte{size})+"\x00\x07\x0b\x01\x00\x01\x21\x21\x01\x25\x0c\xf0\x00\x00\x00\x70\x00\x00\x00"),
			false, "MiB of memory"},
		"size that lies": {seven(evil, sevenHeaderOf(plain, size, size+9, "x.pkl")), true, "ends early"},
		"packed too far": {seven(evil, sevenHeaderOf(plain, 0x7f, 0x7f, "x.pkl")), false, "damaged"},
		"more files":     {seven("", "\x01\x05\xff\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00"), false, "counts more"},
		"more folders":   {seven("", "\x01\x04\x07\x0b\xf0\xff\xff\xff\xff\x00\x00"), false, "counts more"},
		"more coders":    {seven("", "\x01\x04\x07\x0b\x01\x00\xf0\xff\xff\xff\x00\x00"), false, "damaged"},
		"properties":     {seven("", "\x01\x04\x07\x0b\x01\x00\x01\x21\x21\xf0\xff\xff\xff\xff\x00"), false, "ends early"},
		"packed in itself": {seven("\x17", "\x17\x06\x00\x01\x09\x01\x00\x07\x0b\x01\x00\x01\x01\x00\x0c\x01\x00\x00"),
			false, "damaged"},
		"header elsewhere": {strings.Replace(seven(evil, "\x01\x00"), "\x02\x00\x00\x00\x00\x00\x00\x00", "\x02\x00\x00\x00\x00\x00\x00\x40", 1), false, "not in the file"},
		"wrong CRC":        {strings.Replace(seven(evil, sevenHeaderOf(plain, size, size, "model.pkl")), "m\x00o\x00d", "n\x00o\x00d", 1), true, "wrong CRC"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		m := inspectBytes("x.7z", []byte(test.data))
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 32<<20 || time.Since(start) > 5*time.Second {
			t.Errorf("%s: took %v and %d bytes", name, time.Since(start), spent)
		}
		if m.Format != "7z" || hasName(m, "os.system") != test.found {
			t.Errorf("%s: got %s, %+v, %v", name, m.Format, m.Globals, m.Issues)
		}
		said := ""
		for _, issue := range m.Issues {
			said += issue.Message + "\n"
		}
		if test.issue == "" && said != "" || !strings.Contains(said, test.issue) {
			t.Errorf("%s: got issues %q, want %q", name, said, test.issue)
		}
	}
}

// FuzzSevenZip holds that any header ends, and gives the same twice.
func FuzzSevenZip(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join(testdata, "models/container/*.7z"))
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil && len(data) > sevenStart {
			f.Add(string(data[sevenStart:]), uint16(0), true)
		}
	}
	f.Add(evil+sevenHeaderOf("\x01\x00", byte(len(evil)), byte(len(evil)), "model.pkl"), uint16(len(evil)), false)
	limits := Limits{MaxExpansion: 16 << 20, Timeout: 20 * time.Second}
	f.Fuzz(func(t *testing.T, data string, at uint16, whole bool) {
		defer hurry()()
		cut := min(int(at), len(data))
		file := seven(data[:cut], data[cut:])
		if whole {
			file = sevenMagic + data
		}
		in := Inspector{Limits: limits}
		m := in.Reader(context.Background(), "x.7z", strings.NewReader(file), int64(len(file)))
		again := in.Reader(context.Background(), "x.7z", strings.NewReader(file), int64(len(file)))
		if len(m.Issues) != len(again.Issues) || len(m.Globals) != len(again.Globals) || len(m.Issues)+len(m.Globals)+len(m.Arrays) == 0 {
			t.Errorf("got %+v and then %+v", m, again)
		}
	})
}
