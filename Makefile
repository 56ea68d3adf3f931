# Everything a user does: build, play, test. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help build python-wasm tournament test servers lint test-rust test-guest fuzz soak load bench clean

CARGO ?= cargo
BIN := target/release
HOST := $(shell rustc -vV 2>/dev/null | sed -n 's/^host: //p')
# One target folder, whatever the caller's environment says: the programs find each other there.
export CARGO_TARGET_DIR := $(CURDIR)/target

# The shim is static, so that its system calls are the ones it was tested with, and is built by a
# cargo call of its own, so that it does not get the compiler that `precompile` enables.
SHIM_STATIC := --target $(HOST) --config 'target.$(HOST).rustflags=["-C", "target-feature=+crt-static"]'

# What the programs are built from. Tests and examples ask some libraries for a little more: whoever wants them builds
# everything with it, so that no library, and not the coordinator, is compiled twice.
PROGRAMS := -p coordinator -p worker
# Examples are linted, and compiled when somebody runs them.
TESTED := --lib --bins --tests
test test-rust: PROGRAMS := $(TESTED)
soak: PROGRAMS := --bins --example soak
load: PROGRAMS := --bins --example load
bench: PROGRAMS := --bins --example bench

BOTS ?= examples/bots
ARGS ?=

help: ## list what make can do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

build: python-wasm ## build coordinator, worker, sandbox-shim, precompile and python.wasm into target/release
	@command -v cc >/dev/null || { echo "make: no C compiler found: install one, for example 'apt-get install build-essential'" >&2; exit 2; }
	@$(CARGO) build --release --locked $(PROGRAMS)
	@$(CARGO) build --release --locked -p sandbox-shim $(SHIM_STATIC)
	@cmp -s target/$(HOST)/release/sandbox-shim $(BIN)/sandbox-shim || install target/$(HOST)/release/sandbox-shim $(BIN)/sandbox-shim
	@$(CARGO) build --release --locked -p precompile

python-wasm:
	@command -v $(CARGO) >/dev/null || { echo "make: cargo was not found: install Rust from https://rustup.rs" >&2; exit 2; }
	@command -v python3 >/dev/null || { echo "make: python3 was not found: install Python 3.9 or newer with pip, for example 'apt-get install python3 python3-pip'" >&2; exit 2; }
	@mkdir -p $(BIN)
	@deploy/python-wasm/build --out $(BIN)/python.wasm

tournament: build ## play a round robin: make tournament BOTS=DIR ARGS='--rounds 3 --json out.json'
	@$(BIN)/coordinator --bots '$(BOTS)' $(ARGS)

test: servers build lint test-guest test-rust ## everything that has to hold

servers: ## install what the tests start: PostgreSQL, Prometheus, and the tools for hosts of their own
	@tests/servers/install

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --locked --all-targets -- -D warnings
	$(CARGO) clippy --release --locked -p sandbox-shim --all-targets -- -D warnings
	$(CARGO) clippy --release --locked -p sandbox-shim --all-targets --features without-fuel -- -D warnings
	$(CARGO) clippy --release --locked -p precompile --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --release --locked --no-deps

test-guest:
	cd sandbox-shim/guest && python3 -B -m unittest -q
	cd deploy/python-wasm && python3 -B -m unittest -q

test-rust: servers build
	$(CARGO) test --release --locked --no-fail-fast $(TESTED)
	$(CARGO) test --release --locked --doc
	$(CARGO) test --release --locked -p sandbox-shim $(SHIM_STATIC)
	$(CARGO) test --release --locked -p precompile

fuzz: ## look for input that breaks a reader: make fuzz ARGS='--seconds 600 --target zip'
	@$(CARGO) build --release --locked -p arena-fuzz
	@$(BIN)/fuzz $(ARGS)

soak: build ## play for long, watch the worker, compare or kill: make soak ARGS='--matches 5000', ARGS='same', ARGS='kill'
	@$(CARGO) run --release --locked --example soak -- $(ARGS)

load: build ## simulated workers, thousands of them, on one coordinator: make load ARGS='--workers 10000 --minutes 10'
	@$(CARGO) run --release --locked --example load -- $(ARGS)

# The same shim and interpreter, built so that no fuel is counted: only to see what counting costs. Its
# runtime is none that a tournament has.
NO_FUEL := target/no-fuel

bench: build ## how fast bots are, beside the same bots on a plain python3: make bench ARGS='--only turn --json out.json'
	@$(CARGO) build --release --locked -p sandbox-shim --features without-fuel $(SHIM_STATIC)
	@$(CARGO) build --release --locked -p precompile --features sandbox-shim/without-fuel
	@mkdir -p $(NO_FUEL) && install target/$(HOST)/release/sandbox-shim $(BIN)/precompile $(NO_FUEL)/
	@$(MAKE) --no-print-directory build PROGRAMS='$(PROGRAMS)'
	@$(CARGO) run --release --locked --example bench -- --no-fuel $(NO_FUEL) $(ARGS)

clean: ## remove everything that was built
	rm -rf target
