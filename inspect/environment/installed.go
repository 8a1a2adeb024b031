package environment

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// maxInstalled bounds the distributions of one interpreter.
const maxInstalled = 20_000

var pythonFolder = pattern(`^(?:python|pypy)(\d\.\d+)t?$`)

// Installed reads which distributions an interpreter, or a virtual
// environment, has. path is its folder or the interpreter in it. The folders
// are found by their layout and nothing is run.
func Installed(path string) (*Environment, error) {
	prefix, err := prefixOf(path)
	if err != nil {
		return nil, err
	}
	e := &Environment{Source: path, Kind: "installed", Complete: true}
	config := pyvenv(filepath.Join(prefix, "pyvenv.cfg"))
	version := config["version"]
	if version == "" {
		version = config["version_info"]
	}
	sites := sitePackages(prefix)
	if len(sites) == 0 {
		return nil, &os.PathError{Op: "read", Path: path, Err: errors.New("no site-packages of a Python are there")}
	}
	if home := config["home"]; home != "" && strings.EqualFold(config["include-system-site-packages"], "true") {
		sites = append(sites, sitePackages(filepath.Dir(home))...)
	}
	for _, site := range sites {
		if version == "" {
			version = site.python
		}
		e.site(site.folder)
	}
	if numbers := release(version); strings.Count(numbers, ".") > 1 {
		e.add(Python, Package{Version: numbers})
	} else if numbers != "" {
		e.python(exactPython(numbers))
	}
	return e, nil
}

// prefixOf is the folder above bin or Scripts.
func prefixOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return path, nil
	}
	// A virtual environment's python is a link out of it: the folder of the
	// link counts there, elsewhere that of its target.
	prefix := above(path)
	if _, err := os.Stat(filepath.Join(prefix, "pyvenv.cfg")); err == nil || len(sitePackages(prefix)) > 0 {
		return prefix, nil
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return above(target), nil
}

func above(python string) string {
	folder := filepath.Dir(python)
	if base := strings.ToLower(filepath.Base(folder)); base == "bin" || base == "scripts" {
		return filepath.Dir(folder)
	}
	return folder
}

type site struct{ folder, python string }

// sitePackages are the folders of distributions below a prefix.
func sitePackages(prefix string) (sites []site) {
	for _, lib := range []string{"lib", "lib64", filepath.Join("local", "lib")} {
		entries, err := os.ReadDir(filepath.Join(prefix, lib))
		if err != nil {
			continue
		}
		for _, entry := range entries {
			m := pythonFolder().FindStringSubmatch(entry.Name())
			if m == nil && entry.Name() != "python3" {
				continue
			}
			version := ""
			if m != nil {
				version = m[1]
			}
			for _, name := range []string{"site-packages", "dist-packages"} {
				folder := filepath.Join(prefix, lib, entry.Name(), name)
				if info, err := os.Stat(folder); err == nil && info.IsDir() {
					sites = append(sites, site{folder, version})
				}
			}
		}
	}
	for _, name := range []string{filepath.Join("Lib", "site-packages")} { // Windows
		if runtime.GOOS == "windows" || len(sites) == 0 {
			if info, err := os.Stat(filepath.Join(prefix, name)); err == nil && info.IsDir() {
				sites = append(sites, site{filepath.Join(prefix, name), ""})
			}
		}
	}
	return sites
}

// pyvenv reads the "key = value" lines of pyvenv.cfg.
func pyvenv(path string) map[string]string {
	config := map[string]string{}
	data, err := readFile(path)
	if err != nil {
		return config
	}
	for line := range strings.Lines(string(data)) {
		if key, value, ok := strings.Cut(line, "="); ok {
			config[strings.ToLower(strings.TrimSpace(key))] = strings.TrimSpace(value)
		}
	}
	return config
}

// site adds the distributions of a folder: *.dist-info and *.egg-info. What
// an earlier folder has comes first.
func (e *Environment) site(folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		e.note("%s: %v", folder, err)
		return
	}
	for i, entry := range entries {
		if i == maxInstalled {
			e.note("%s: more than %d entries", folder, maxInstalled)
			return
		}
		stem, isDist := strings.CutSuffix(entry.Name(), ".dist-info")
		stem, isEgg := strings.CutSuffix(stem, ".egg-info")
		if !isDist && !isEgg {
			continue
		}
		path := filepath.Join(folder, entry.Name())
		if isDist {
			path = filepath.Join(path, "METADATA")
		} else if entry.IsDir() {
			path = filepath.Join(path, "PKG-INFO")
		}
		name, version := metadata(path)
		if name == "" || version == "" {
			parts := strings.SplitN(stem, "-", 3)
			if len(parts) < 2 || parseVersion(parts[1]) == nil {
				e.note("%s: without a name and a version", entry.Name())
				continue
			}
			name, version = parts[0], parts[1]
		}
		if len(e.Packages[Normal(name)]) == 0 {
			e.add(name, Package{Version: version})
		}
	}
}

// metadata reads the name and the version from the head of a METADATA file.
func metadata(path string) (name, version string) {
	f, err := openRegular(path)
	if err != nil {
		return "", ""
	}
	defer f.Close()
	lines := bufio.NewScanner(io.LimitReader(f, 64<<10))
	for lines.Scan() {
		line := lines.Text()
		if strings.TrimSpace(line) == "" {
			break
		}
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "Name":
			name = strings.TrimSpace(value)
		case "Version":
			version = strings.TrimSpace(value)
		}
	}
	if parseVersion(version) == nil {
		version = ""
	}
	return name, version
}

// String words what an environment is.
func (e *Environment) String() string { return fmt.Sprintf("%s (%s)", e.Source, e.Kind) }
