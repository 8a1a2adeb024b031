# modelscan: `make` builds, tests and lints. `make help` says what else.

GO       ?= go
FUZZTIME ?= 10s
COUNT    ?= 10
PYTHON   ?= python3

.PHONY: all build test race lint fuzz bench golden oracle cover clean help

all: build test lint ## build, test and lint

build: ## build ./bin/modelscan
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o bin/modelscan ./cmd/modelscan

test: ## run the tests
	$(GO) test ./...

race: ## run the tests with the race detector
	$(GO) test -race ./...

lint: ## format, vet, tidy and, where it is installed, golangci-lint
	@bad=$$(gofmt -s -l .); if [ -n "$$bad" ]; then echo "gofmt -s would change:"; echo "$$bad"; exit 1; fi
	$(GO) vet ./...
	$(GO) mod tidy -diff
	@if command -v golangci-lint >/dev/null; then golangci-lint run; fi

fuzz: ## run every fuzz target for FUZZTIME
	@for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

bench: ## run the benchmarks; compare two runs by `benchstat old.txt new.txt`
	$(GO) test -run '^$$' -bench . -benchmem -count $(COUNT) ./pickle ./inspect

golden: ## rewrite the golden reports and transcripts; read the difference like code
	$(GO) test ./report ./cmd/modelscan -update

oracle: ## compare with Python: make the environments and fixtures anew and check our report of them
	$(PYTHON) testdata/envs.py all
	$(PYTHON) testdata/make.py
	git diff --stat -- testdata
	$(GO) test -count=1 ./...

cover: ## test coverage by package
	$(GO) test -cover ./...

clean: ## remove what was built
	rm -rf bin
	$(GO) clean -testcache

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
