# modelscan: `make` builds, tests and lints; `make help` lists the rest.

GO       ?= go
PYTHON   ?= python3
FUZZTIME ?= 20000x
COUNT    ?= 10
SEED     ?= 1
ORACLE   ?= bin/oracle

.PHONY: all build test race lint fuzz soak values bench bench-peers golden oracle versions cover coverage clean help

all: build test lint ## build, test and lint

build: ## build bin/modelscan, one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o bin/ ./cmd/modelscan

test: ## run all tests
	$(GO) test ./...

race: ## run all tests with the race detector
	$(GO) test -race ./...

lint: ## format, vet, tidy, layers and, where it is installed, golangci-lint; works offline
	@bad=$$(gofmt -s -l .); test -z "$$bad" || { echo "gofmt -s would change:"; echo "$$bad"; exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff
	$(GO) test -run Layers ./cmd/modelscan
	@if command -v golangci-lint >/dev/null; then golangci-lint run; else echo "golangci-lint is not installed"; fi

# Inputs are counted, for Go before 1.27 may fail when a time runs out: golang/go#75804.
fuzz: ## run each fuzz target on FUZZTIME inputs (20000x), or for a time (1h)
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$package; \
		done; \
	done

soak: COUNT = 1000000
soak: ## generate COUNT programs (a million) from SEED (1), and compare with what real unpicklers of PYTHON do
	$(GO) run ./cmd/soak -count $(COUNT) -seed $(SEED) -python $(PYTHON)

values: COUNT = 20000
values: ## compare the graphs of COUNT values (20,000) that PYTHON makes from SEED (1) with what it loads of them
	mkdir -p bin && $(PYTHON) testdata/oracle/values.py --count $(COUNT) --seed $(SEED) > bin/values.jsonl
	MODELSCAN_VALUES=$(CURDIR)/bin/values.jsonl $(GO) test -count=1 ./inspect -run TestValues

bench: ## run the benchmarks COUNT times (10); compare two runs by `benchstat old.txt new.txt`
	$(GO) test -run '^$$' -bench . -benchmem -count $(COUNT) ./...

bench-peers: build ## compare with CPython and other scanners on the same files, and write docs/benchmarks.md
	$(PYTHON) testdata/bench/peers.py bin/modelscan

golden: ## rewrite golden reports, transcripts and the README's sessions; read the difference like code
	$(GO) test ./report ./cmd/modelscan -update
	$(GO) test ./allowlist -run SkopsParityPage -update

oracle: ## ask Python: make all fixtures, indexes and tables anew in ORACLE (bin/oracle) and compare
	rm -rf $(ORACLE) && mkdir -p $(ORACLE) && cp -R testdata allowlist $(ORACLE)
	$(PYTHON) $(ORACLE)/testdata/make.py
	$(PYTHON) $(ORACLE)/testdata/hostile/make.py $$($(PYTHON) testdata/envs.py sklearn-1.3.2 sklearn-1.9.1)
	$$($(PYTHON) testdata/envs.py sklearn-1.3.2) $(ORACLE)/testdata/oracle/make_tables.py
	$(PYTHON) $(ORACLE)/testdata/oracle/skops_untrusted.py
	$(PYTHON) $(ORACLE)/allowlist/profiles.py
	diff -r -q -x __pycache__ testdata $(ORACLE)/testdata
	diff -r -q allowlist/lists/profiles $(ORACLE)/allowlist/lists/profiles
	MODELSCAN_ESTIMATORS=$(CURDIR)/$(ORACLE)/estimators $(GO) test -count=1 -timeout 60m ./pickle ./inspect ./allowlist

versions: build ## ask releases that no fixture is of whether the versions told are right, and make what is known of releases anew
	$(PYTHON) testdata/oracle/matrix.py bin/modelscan
	$(PYTHON) testdata/oracle/names.py
	$(PYTHON) testdata/oracle/loads.py

cover: ## measure the tests' coverage, by package
	$(GO) test -cover ./...

coverage: ## write docs/coverage.md: which share of the model files below FOLDER passes, by library
	@test -n "$(FOLDER)" || { echo "make coverage FOLDER=..."; exit 1; }
	$(GO) run ./cmd/coverage $(FOLDER) > docs/coverage.md

clean: ## remove what was built
	rm -rf bin
	$(GO) clean -testcache

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
