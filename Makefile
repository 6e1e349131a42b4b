# One place for every task; `make run` and `make test` need nothing but Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
PO := $(wildcard locales/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)

.PHONY: run test check setup lint types contracts messages lock screenshots trace mutants faults bench clean

run: setup
	@$(BIN)/nastavnik run

# Four workers, for half of each test is waiting; a file's tests stay together (browsers and processes), in the
# order of the folders: the slow ones first, so that the many quick ones fill the end. `make test WORKERS=0` runs
# them one by one; MARKS="" runs also the long ones.
WORKERS ?= 4
MARKS ?= not long
TESTS ?= tests
test: setup
	@$(BIN)/pytest $(TESTS) -n $(WORKERS) --dist=loadfile --no-loadscope-reorder -m "$(MARKS)" $(COVERAGE)

# Every test, once. Coverage takes two thirds more processor time: it is measured of services and models, by their own
# tests on SQLite. It may not fall below `fail_under` of pyproject.toml; raise it as it grows.
check: setup lint types contracts
	@$(MAKE) --no-print-directory test TESTS=tests/unit MARKS=measured COVERAGE="--cov --cov-report="
	@$(MAKE) --no-print-directory test MARKS="not measured"

setup: $(STAMP) $(MO)

$(STAMP): requirements.lock pyproject.toml tools/setup.py
	@$(PYTHON) tools/setup.py
	@touch $@

%.mo: %.po | $(STAMP)
	@$(BIN)/pybabel -q compile --use-fuzzy -i $< -o $@

# Which test proves which requirement; writes docs/traceability.md.
trace: setup
	@$(BIN)/python -m tools.trace

# Removes the behaviour behind a sample of requirements in a copy of the tree: its tests must notice.
mutants: setup
	@$(BIN)/python -m tools.mutate $(ONLY)

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy .

contracts: setup
	@$(BIN)/lint-imports --no-cache

# Collects msgids from the code and merges them into the catalogues; translate what is new, then commit.
messages: setup
	@$(BIN)/python tools/messages.py

# The lock is universal (environment markers) and names no index.
lock:
	@uv pip compile --universal --python-version 3.11 --generate-hashes -q \
		--custom-compile-command "make lock" requirements-dev.in -o requirements.lock

# Prints the figures of docs/performance.md; BENCH="survey --quick" for a part, BENCH=--write to refresh it.
bench: setup
	@$(BIN)/python -m bench $(BENCH)

screenshots: setup
	@$(BIN)/python tools/screenshots.py

# Kills, cuts off and rains upon an installation for some twenty minutes; docs/faults.md says what is held to account.
faults: setup
	@$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED)) $(FAULTS)

clean:
	@rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache
