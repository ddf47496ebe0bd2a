# `make` alone shows the targets. The recipes work with any POSIX shell and GNU make 3.81 or later.

PYTHON ?= python3
PORT ?= 8088
ARGS ?=
TESTS ?= tests/provider/test_webhook.py tests/provider/test_dynamic_host.py tests/provider/test_native_provider.py tests/engine/test_lifecycle.py \
  tests/engine/test_ownership.py tests/engine/test_drift.py

BIN := .venv/bin
# Twice as many workers as CI has cores, because most tests wait for an engine process.
PYTEST := -m pytest -n 4 --dist worksteal
# uv creates the environments: the one on PATH, or else the pinned one from PyPI.
UV := $(or $(filter-out $(CURDIR)/%,$(shell command -v uv 2>/dev/null)),.tools/uv/bin/uv)
OLDEST_SDK := $(shell sed -n 's/^dependencies = .*"pulumi>=\([0-9.]*\),.*/\1/p' pyproject.toml)

.PHONY: help setup test proof oldest lint format types unit engine demo emulator matrix soak bench dist lock audit plugin clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: .venv/.ready .tools/.ready ## create .venv and find or build a Pulumi CLI; the other targets run it

test: lint types ## check style, types and imports, and run all tests except the proofs; ARGS='-k word' selects some
	$(BIN)/python $(PYTEST) -m 'not proof' $(ARGS)

proof: setup ## run the long tests: every fault, crashes, secrets, concurrency, state machines; ARGS as above
	$(BIN)/python $(PYTEST) -m proof $(ARGS)

oldest: setup .venv-oldest/.ready ## run a subset of the tests (TESTS) with the oldest supported SDK; ARGS as above
	.venv-oldest/bin/python $(PYTEST) -m 'not proof' $(TESTS) $(ARGS)

.PHONY: oldest-version
oldest-version:
	@echo $(OLDEST_SDK)

lint: setup ## check style, format and import directions without changing anything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: setup ## apply the house format to all files
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup ## check the types
	$(BIN)/mypy

unit: setup ## run the tests that need neither a Pulumi CLI nor a browser; ARGS as above
	$(BIN)/python $(PYTEST) -m 'not engine and not browser and not proof' $(ARGS)

engine: setup ## run the tests that need the Pulumi CLI; ARGS as above
	$(BIN)/python $(PYTEST) -m 'engine and not proof' $(ARGS)

demo: setup ## create, change and destroy two webhooks on an emulated 8x8 voice API
	@$(BIN)/python tools/demo/run.py

emulator: setup ## emulate the 8x8 voice API on PORT (8088), and open its page
	@$(BIN)/pulumi-8x8 emulate --port $(PORT) --open

matrix: setup ## run every operation with every fault, and record the outcomes in tests/proof/matrix.json
	@$(BIN)/python -m tests.proof.matrix

soak: setup ## try thousands of sequences of edits, commands, faults and crashes
	HYPOTHESIS_PROFILE=soak $(BIN)/python $(PYTEST) tests/proof/test_machine.py $(ARGS)

bench: setup ## compare both providers with a naive one, and print the table for docs/performance.md
	@$(BIN)/python -m bench

dist: setup ## build sdist and wheel, check them, and run the demo from the wheel in a clean environment
	rm -rf dist .tools/dist
	$(UV) build --quiet --no-build-isolation --python $(BIN)/python --out-dir dist
	$(BIN)/twine check --strict dist/*
	$(UV) venv --quiet --python $(BIN)/python .tools/dist/.venv
	$(UV) pip install --quiet --python .tools/dist/.venv/bin/python pip "$$(echo dist/*.whl)[emulator]" \
	  -r examples/ivr/requirements.txt
	cp -R Pulumi.yaml __main__.py examples tools .tools/dist
	PATH="$$($(BIN)/python tools/engine/provide.py --print-path):$$PATH" \
	  .tools/dist/.venv/bin/python .tools/dist/tools/demo/run.py

lock: setup ## update requirements.lock, with hashes, from requirements.txt, the emulator extra and the dev group
	$(UV) pip compile pyproject.toml requirements.txt --extra emulator --group dev --universal --python-version 3.10 \
	  --generate-hashes --no-emit-package pulumi-8x8 --no-annotate --quiet --upgrade \
	  --custom-compile-command 'make lock' -o requirements.lock

audit: setup ## check every pinned dependency for known vulnerabilities
	$(BIN)/pip-audit --require-hashes --disable-pip --progress-spinner off --timeout 60 -r requirements.lock $(ARGS)
	@echo 'What is listed with a skip reason was not looked up; ARGS=--strict makes that an error.'

plugin: setup ## build the plugin's schema, and its archive for `pulumi plugin install --file`, in build/plugin
	@$(BIN)/python tools/plugin/pack.py

clean: ## remove everything that make created: environments, .tools, .demo, dist, caches
	rm -rf .venv .venv-oldest .tools .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A virtual environment contains its own path, so it is recreated in a clone that was moved or copied.
ifneq ($(shell cat .venv/.ready 2>/dev/null),$(CURDIR))
.PHONY: .venv/.ready
endif
ifneq ($(shell cat .venv-oldest/.ready 2>/dev/null),$(CURDIR))
.PHONY: .venv-oldest/.ready
endif

.tools/uv/bin/uv: requirements.lock
	@$(PYTHON) -m venv --clear .tools/uv || { rm -rf .tools/uv; \
	  echo "'$(PYTHON)' cannot make virtual environments: install its venv module (python3-venv on Debian), or uv." >&2; exit 1; }
	@echo '- installing uv into .tools'
	@awk '/^[^ ]/ { keep = /^uv==/ } keep' requirements.lock > .tools/uv/pinned.txt
	@.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .tools/uv/pinned.txt

.venv/.ready: requirements.lock requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "'$(PYTHON)' is not Python 3.10 or newer: install that, or name one with make PYTHON=python3.12." >&2; exit 1; }
	@[ -x $(UV) ] || $(MAKE) --no-print-directory .tools/uv/bin/uv
	@echo '- installing requirements.lock into .venv: half a minute the first time'
	@$(UV) venv --quiet --clear --python '$(PYTHON)' .venv
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@printf '%s' '$(CURDIR)' > $@

# The oldest SDK; all other dependencies are pinned as usual.
.venv-oldest/.ready: .venv/.ready
	@echo '- installing the Python SDK $(OLDEST_SDK) into .venv-oldest'
	@$(UV) venv --quiet --clear --python '$(PYTHON)' .venv-oldest
	@echo 'pulumi==$(OLDEST_SDK)' > .venv-oldest/overrides.txt
	@$(UV) pip install --quiet --python .venv-oldest/bin/python --overrides .venv-oldest/overrides.txt -r requirements.lock
	@$(UV) pip install --quiet --python .venv-oldest/bin/python --no-deps --no-build-isolation -e .
	@printf '%s' '$(CURDIR)' > $@

# A CLI that was found on PATH is looked up each time, because it may have been removed.
ifeq ($(wildcard .tools/bin/pulumi),)
.PHONY: .tools/.ready
endif

.tools/.ready: .venv/.ready $(wildcard tools/engine/*.* tools/engine/*/go.*)
	@$(BIN)/python tools/engine/provide.py
	@mkdir -p .tools
	@touch $@
