# Two commands do everything: `make run` and `make test`. Both set up what they need on a machine with Python and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run up test lint bench clean help
.DEFAULT_GOAL := help

help: ## Show the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

run: $(VENV)/.installed ## Pull three ad platforms into one table and print the summary
	$(BIN)/adops run $(ARGS)

up: $(VENV)/.installed ## Start everything: Dagster's web UI and daemon
	$(BIN)/adops up

test: $(VENV)/.installed-dev ## Lint, type check, import contracts, definitions, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	PATH="$(abspath $(BIN)):$$PATH" VIRTUAL_ENV="$(abspath $(VENV))" $(BIN)/dg check defs
	$(BIN)/pytest

bench: $(VENV)/.installed-bench ## Measure: methods against the truth, analytics, experiments, ingest, re-sync
	$(BIN)/python -m benchmarks.truth
	$(BIN)/python -m benchmarks.analytics
	$(BIN)/python -m benchmarks.experiments_speed
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.resync
	$(BIN)/python -m benchmarks.executions

clean: ## Remove the virtual environment (never the data)
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing (once, about a minute) ..."
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing with the tools for development (once, about two minutes) ..."
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable '.[dev,bench]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-dev
