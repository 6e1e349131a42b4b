# One place for every task; `make run` and `make test` need nothing but Python 3.11 to 3.14 and make.
# Where this is set (containers), every process would compile every module that it imports.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
BIN := .venv/bin
RUN := .venv/.ready-run
DEV := .venv/.ready-dev
PO := $(wildcard locales/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)

.PHONY: run test check here measured others moments setup setup-for-tests lint types contracts messages lock screenshots trace mutants faults bench clean
# Two rules that install into one .venv must not meet; `make test ALL=yes` has set up before it runs two at once.
ifeq ($(TOGETHER),)
.NOTPARALLEL:
endif

run: setup
	@$(BIN)/nastavnik run

# Three workers on two cores, for some of each test is waiting, and each more costs eight seconds of imports; a file's
# tests stay together (browsers and processes), in the order of the folders: the slow ones first, so that the many quick
# ones fill the end. `make test WORKERS=0` runs them one by one.
WORKERS ?= 3
PYTEST = $(BIN)/pytest -n $(WORKERS) --dist=loadfile --no-loadscope-reorder
AT_OTHER_MOMENTS := tests/dialogues tests/life tests/panel

# Services, guards and sandbox, and the first tests of each flow, page and process; all of them with ALL=yes.
ifeq ($(ALL),)
test: setup-for-tests
	@$(PYTEST) tests -m "not long" --first 2
	@echo "\`make check\` runs the rest: all tests of each flow and page at other days and hours, services and pages on"
	@echo "PostgreSQL, whole lives of processes, fault injection, deployment, backups; coverage, types, lint."
else
# Two at once, for half of each is waiting: one after the other they take half as long again.
test: setup-for-tests
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target TOGETHER=yes here moments
endif

here:
	@$(MAKE) --no-print-directory measured
	@$(MAKE) --no-print-directory others

check: lint types
	@$(MAKE) --no-print-directory test ALL=yes

# Coverage takes two thirds more processor time: it is measured of services and models, by their own tests on SQLite.
# It may not fall below `fail_under` of pyproject.toml; raise it as it grows.
measured: setup-for-tests
	@$(PYTEST) tests/unit -m measured --cov --cov-report=

others: setup-for-tests
	@$(PYTEST) tests -m "not measured" $(addprefix --ignore=,$(AT_OTHER_MOMENTS))

# Dialogues, life and panel, each as on another day and hour (tools/moments.py says which when); with
# MOMENT=2031-07-15T09:00 all of them then, or what TESTS names.
moments: setup-for-tests
	@$(BIN)/python tools/moments.py $(if $(MOMENT),--at $(MOMENT) $(or $(TESTS),$(AT_OTHER_MOMENTS)))

setup: $(RUN) $(MO)

setup-for-tests: $(DEV) $(MO)

# Set-up writes the stamps itself, at its end: one that is missing means an installation that was cut off.
$(RUN): requirements.lock pyproject.toml tools/setup.py
	@$(PYTHON) tools/setup.py run

$(DEV): requirements.lock requirements-dev.lock pyproject.toml tools/setup.py
	@$(PYTHON) tools/setup.py dev

%.mo: %.po | $(RUN)
	@$(BIN)/pybabel -q compile --use-fuzzy -i $< -o $@

# Which test proves which requirement; writes docs/traceability.md.
trace: setup-for-tests
	@$(BIN)/python -m tools.trace

# Removes the behaviour behind a sample of requirements in a copy of the tree: its tests must notice.
mutants: setup-for-tests
	@$(BIN)/python -m tools.mutate $(ONLY)

lint: setup-for-tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup-for-tests
	@$(BIN)/mypy .

contracts: setup-for-tests
	@$(BIN)/lint-imports --no-cache

# Collects msgids from the code and merges them into the catalogues; translate what is new, then commit.
messages: setup-for-tests
	@$(BIN)/python tools/messages.py

# The locks are universal (environment markers), name no index and want no compiler. The extras stay written: a guard
# proves by them that nothing is left to resolve.
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--only-binary :all: --custom-compile-command "make lock"
lock: $(DEV)
	@$(COMPILE) requirements.in requirements-build.in -o requirements.lock
	@$(COMPILE) requirements-dev.in -c requirements.lock -o requirements-dev.lock

# Prints the figures of docs/performance.md; BENCH="survey --quick" for a part, BENCH=--write to refresh it.
bench: setup-for-tests
	@$(BIN)/python -m bench $(BENCH)

screenshots: setup-for-tests
	@$(BIN)/python tools/screenshots.py

# Kills processes and injects network faults for about 20 minutes; docs/faults.md says what is checked.
faults: setup-for-tests
	@$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED)) $(FAULTS)

clean:
	@rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache
