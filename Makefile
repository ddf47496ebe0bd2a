# `make` alone shows the targets. The recipes are for any POSIX shell and for GNU make 3.81 and later.

PYTHON ?= python3
PORT ?= 8088
ARGS ?=

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

.PHONY: help setup test lint format types unit engine demo emulator matrix soak bench lock audit clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: .venv/.ready .tools/.ready ## make .venv, and find or build a Pulumi CLI; the other targets call it

test: lint types ## check everything: lint, format, types and all tests
	$(PYTEST) $(ARGS)

lint: setup ## check style and format, change nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup ## rewrite the files in the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup ## check the types
	$(BIN)/mypy

unit: setup ## run the tests that need neither a Pulumi CLI nor a browser; ARGS='-k word' picks some
	$(PYTEST) -m 'not engine and not browser' $(ARGS)

engine: setup ## run the tests that need the Pulumi CLI; ARGS as above
	$(PYTEST) -m engine $(ARGS)

demo: setup ## create, change and destroy two webhooks against a local 8x8 voice API
	@$(BIN)/python tools/demo/run.py

emulator: setup ## serve a local 8x8 voice API on PORT (8088), and open its page
	@$(BIN)/pulumi-8x8 emulate --port $(PORT) --open

matrix: setup ## run every operation against every fault, and write docs/matrix.md
	@$(BIN)/python tools/matrix/run.py

soak: setup ## try thousands of sequences of edits, commands, faults and crashes
	HYPOTHESIS_PROFILE=soak $(PYTEST) tests/proof/test_machine.py $(ARGS)

bench: setup ## measure next to the ways people would otherwise do it, and write docs/performance.md
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-build-isolation -e '.[bench]'
	@$(BIN)/python -m bench

lock: setup ## pin the dependencies of requirements.txt and the extras anew, with their hashes
	$(BIN)/python -m uv pip compile pyproject.toml requirements.txt --extra dev --universal --python-version 3.10 \
	  --generate-hashes --no-emit-package pulumi-8x8 --no-annotate --quiet --upgrade \
	  --custom-compile-command 'make lock' -o requirements.lock

audit: setup ## ask the package index about every pinned dependency
	@$(BIN)/python tools/audit/run.py

clean: ## remove all that make made: .venv, .tools, .demo, caches
	rm -rf .venv .tools .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A virtual environment knows its own place: one that was moved or copied is made anew.
ifneq ($(shell cat .venv/.ready 2>/dev/null),$(CURDIR))
.PHONY: .venv/.ready
VENV_FLAGS := --clear
endif

.venv/.ready: requirements.lock requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "'$(PYTHON)' is not Python 3.10 or newer: install that, or name one with make PYTHON=python3.12." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV_FLAGS) .venv || { rm -rf .venv; \
	  echo "'$(PYTHON)' cannot make virtual environments: install its venv module (python3-venv on Debian)." >&2; exit 1; }
	@$(PYTHON) tools/engine/phase.py 'installing requirements.lock into .venv' 'a minute the first time' \
	  $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r requirements.lock
	@$(PYTHON) tools/engine/phase.py 'installing the package itself' 'some seconds' \
	  $(BIN)/python -m pip install --disable-pip-version-check --no-build-isolation -r requirements.txt -e '.[dev]'
	@printf '%s' '$(CURDIR)' > $@

# A CLI that was found on PATH is looked for each time: it may be gone.
ifeq ($(wildcard .tools/bin/pulumi),)
.PHONY: .tools/.ready
endif

.tools/.ready: .venv/.ready $(wildcard tools/engine/*.* tools/engine/sdk/*)
	@$(BIN)/python tools/engine/provide.py
	@mkdir -p .tools
	@touch $@
