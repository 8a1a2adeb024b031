//go:build unix

package inspect

import (
	"context"
	"net"
	"path/filepath"
	"syscall"
	"testing"
)

// TestOpenPipe holds that a pipe, a socket, a device and a folder are refused
// and not waited for, also as the side file of a pickle.
func TestOpenPipe(t *testing.T) {
	folder := t.TempDir()
	pipe, socket := filepath.Join(folder, "pipe.pkl"), filepath.Join(folder, "s.pkl")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip(err)
	}
	defer listener.Close()
	var in Inspector
	for _, path := range []string{pipe, socket, "/dev/null", folder} {
		if m, err := in.File(context.Background(), path); err == nil {
			t.Errorf("%s: got %+v", path, m)
		}
	}
	if f, err := siblings(filepath.Join(folder, "x.pkl"))("pipe.pkl"); err == nil {
		t.Errorf("opened %s", f.Name())
	}
}
