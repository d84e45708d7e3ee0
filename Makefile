# The ways to build, run, try and install latencyd. `make` alone lists them.

PREFIX ?= /usr
DESTDIR ?=
SWIFT ?= swift
# Given to the daemon by `make run`, for example: make run ARGS="--log.level=debug"
ARGS ?=

# One binary that carries the Swift standard library; the system libraries stay shared. Without colours, for SwiftPM
# compiles everything anew when its output goes to a terminal after it went elsewhere, or the other way round.
RELEASE_FLAGS = -c release --static-swift-stdlib --no-color-diagnostics --disable-local-rpath --product latencyd
RELEASE_BINARY = .build/release/latencyd

.DEFAULT_GOAL := help
# The steps build on each other and share one build folder.
.NOTPARALLEL:
.PHONY: help deps test-deps build run test test-swift test-integration test-counts integration test-systemd lint bench bench-deps bench-detect demo deb install uninstall clean

help: ## List these commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Install what the build needs from Debian (as root or through sudo)
	@scripts/install-deps.sh

test-deps: ## Install what the tests need: Prometheus, Python packages in .venv
	@scripts/install-test-deps.sh

build: deps ## Build the release binary, .build/release/latencyd
	$(SWIFT) build $(RELEASE_FLAGS)

run: build ## Build and run the daemon with its defaults; Ctrl-C ends it
	@exec $(RELEASE_BINARY) run $(ARGS)

test: deps test-deps lint test-swift test-integration test-counts ## Lint, unit tests, the real binary under real clients, counts

test-swift:
	$(SWIFT) test --disable-xctest

test-integration: build test-deps
	LATENCYD_BIN="$(CURDIR)/$(RELEASE_BINARY)" .venv/bin/python -m pytest Tests/Integration $(PYTEST_ARGS)

# No clock: what is counted is the same on a busy machine.
test-counts: build test-deps
	$(SWIFT) build $(filter-out --product latencyd,$(RELEASE_FLAGS)) --product HotPaths
	.venv/bin/python -m pytest Tests/Counts $(PYTEST_ARGS)

# Which of the real servers `make integration` runs.
SERVERS ?= triton llamacpp mlserver torchserve
integration: build test-deps ## Read real model servers under load: Triton, llama.cpp, MLServer, TorchServe (1 GB is fetched)
	@scripts/server-env.sh $(SERVERS)
	LATENCYD_BIN="$(CURDIR)/$(RELEASE_BINARY)" .venv/bin/python -m pytest $(SERVERS:%=Tests/Servers/test_%.py) $(PYTEST_ARGS)

test-systemd: build test-deps ## The unit in a booted systemd, beside the same program as root (as root or through sudo)
	@scripts/test-systemd.sh $(PYTEST_ARGS)

lint: ## Check the form of Swift, shell scripts and systemd units
	@scripts/lint.sh

# Which parts: ingest scrape rest harm growth collection pages detection decomposition. All without a word.
PARTS ?=
bench: build ## Measure what latencyd costs beside its peers (half an hour); PARTS="ingest scrape" for some of it
	@SWIFT="$(SWIFT)" scripts/bench.sh $(PARTS)

bench-deps: ## Install the peers of the benchmarks from Debian: node_exporter, Netdata, collectd, Go
	@scripts/install-bench-deps.sh

# A folder of labelled series, NAME.csv.gz with timestamp,value,label.
LABELLED ?= Tests/Labelled
bench-detect: build ## How many faults are found in labelled series, and how often without one; LABELLED=FOLDER for others
	@LABELLED="$(LABELLED)" scripts/bench-detect.sh $(ARGS)

demo: ## Two minutes: a real service, a burst of foreign load, the alert as it comes and goes
	@scripts/demo.sh

deb: build ## Build a Debian package, .build/deb/latencyd_VERSION_ARCHITECTURE.deb
	@scripts/deb.sh

install: ## Install all that the Debian package has, below $(DESTDIR)$(PREFIX)
	@DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" scripts/install.sh

uninstall: ## Remove what `make install` put there; configuration and learned state stay
	@DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" scripts/install.sh --remove

clean: ## Remove everything that was built or fetched into this folder
	rm -rf .build .build-asan .build-tsan Benchmarks/.build .venv .tools .pytest_cache
