# make demo   the console on sample orders          make test   everything that must hold before a change lands
# PYTHON names the interpreter that makes .venv (3.11 or newer).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The environment is ready when it was made from exactly these files, in this very directory.
KEY := $(shell { cat pyproject.toml requirements.lock; pwd; } | cksum | cut -d ' ' -f 1)
READY := $(VENV)/.ready-$(KEY)
PYTEST_ARGS ?=
# Most tests wait for a terminal or a process half of their time.
WORKERS ?= $(shell expr 2 '*' $$(getconf _NPROCESSORS_ONLN))

.PHONY: demo test lint types unit coverage safety mutation proof-coverage audit bench node-sdk php-sdk shops format lock picture gallery shape docs clean
.DELETE_ON_ERROR:

demo: $(READY)
	@$(BIN)/azpay demo

test: lint types unit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(READY)
	$(BIN)/mypy src benchmarks

unit: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

# All tests again, counting the lines they run; it takes twice as long.
coverage: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term:skip-covered $(PYTEST_ARGS)

# Every promise about money and data, proved at full size; Ctrl-C stops, the same again goes on. ONLY=R8,R15: a part;
# RESTART=1: anew; KEEP=1: the figures go into docs/.
safety: $(READY)
	@$(BIN)/python -m tests.safety

# How many small changes of the modules that decide about money a test notices; its tool lies below build/tools.
# ONLY=intent,money: a part; SAMPLE=15: those whose number ends so; JOBS=2: two at a time; a run that was stopped goes on,
# RESTART=1: anew; KEEP=1: the figures go into docs/. Error 69: the tool cannot be had.
mutation: $(READY)
	@$(BIN)/python -m tests.mutation.drive

# Every branch of journal, attempt classification, money, display door and signer is run by a test.
proof-coverage: $(READY)
	@$(BIN)/python -m tests.safety.covered

# What azpay is made of (build/sbom.json) and whether anything of it has a known hole; error 69: nobody could be asked.
audit: $(READY)
	@$(BIN)/python -m tests.supply.audit

# What it costs, against what one would do without it; two to three minutes. One of them: .venv/bin/python -m benchmarks.reads
bench: $(READY)
	@$(BIN)/python -m benchmarks $(if $(JSON),--json $(JSON))

# The simulator driven by Amazon's own SDKs, taken from their registries into build/sdk; error 69: they cannot be had.
node-sdk: $(READY)
	@$(BIN)/python -m tests.sdk.drive node

php-sdk: $(READY)
	@$(BIN)/python -m tests.sdk.drive php

# Every preset against a real MariaDB with the tables of its shop; UPDATE=1 writes the captured answers anew; error 69:
# there is no MariaDB here.
shops: $(READY)
	@$(BIN)/python -m tests.shops.drive

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Keeps what is pinned unless UPGRADE=1. Neither index addresses nor paths may get into the files. The tools of make audit
# and make mutation have environments of their own.
COMPILE = $(BIN)/pip-compile $(if $(UPGRADE),--upgrade) --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options
lock: $(READY)
	$(COMPILE) --extra dev --output-file requirements.lock pyproject.toml
	$(COMPILE) --output-file .ci/audit.lock .ci/audit.in
	$(COMPILE) --constraint requirements.lock --output-file .ci/mutation.lock .ci/mutation.in
	@if grep -nE '://|^-' requirements.lock .ci/*.lock; then echo "a lock holds an address or an option" >&2; exit 1; fi

# The picture of the README, taken from the running console.
picture: $(READY)
	$(BIN)/python docs/picture.py docs/screenshot.svg

# Every picture of snapshots/ on one page, for looking at.
gallery: $(READY)
	@$(BIN)/python docs/gallery.py build/gallery.html

# What a new database is made of, after its steps changed.
shape: $(READY)
	$(BIN)/python -m azpay_tui.store.migrations.shape

# The parts of the documents that come from the code.
docs: $(READY)
	@$(BIN)/python -m docs.generate

clean:
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis snapshot_report.html
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "azpay needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@rm -f $(VENV)/.ready-*
	@touch $@
