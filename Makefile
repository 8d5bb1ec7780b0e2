# Bare `make` is `make test`. Each target makes .venv when it is missing; needs Python >= 3.11, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TOOLS := $(VENV)/.tools
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header

.PHONY: test demo gallery pictures bench soak lint format lock
.DEFAULT_GOAL := test

# The pinned set first, hashes checked; then this project on top, without looking for anything more. Nothing is
# compiled: of what the libraries bring, a third is ever imported, and that is compiled then.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "ta-bot needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing what requirements.lock pins (once) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $(READY)

# What only developers need: linters, types, tests, a browser's driver.
$(TOOLS): $(READY) requirements-dev.lock
	@echo "installing what requirements-dev.lock pins (once) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $(TOOLS)

# Tests make a thousand databases: in memory where there is room, since the disk would be waited for at every commit.
ROOMY := $(shell test "$$(df -Pk /dev/shm 2>/dev/null | awk 'NR==2 {print $$4}')" -gt 4000000 2>/dev/null && echo TMPDIR=/dev/shm)

# They start many processes, each of which would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

# Everything CI runs: style, types, the contracts of the house, all tests.
test: $(TOOLS)
	$(MAKE) -j 2 lint compiled
	$(ROOMY) $(BIN)/python -m pytest -n 5 --dist loadgroup -m "not alone"
	$(ROOMY) $(BIN)/python -m pytest -n 4 --dist loadgroup -m alone

# While types are checked on one processor: what every worker would compile, since all begin at once.
.PHONY: compiled
compiled: $(TOOLS)
	@$(BIN)/python -m pytest --collect-only -qq -p no:cacheprovider -p no:syrupy >/dev/null

lint: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A local Slack workspace, the bot and a fictional book of business.
demo: $(READY)
	$(BIN)/ta-bot demo $(ARGS)

# Every view the tests keep and every block, light and dark, wide and narrow, beside its JSON.
gallery: $(READY)
	$(BIN)/python -m bot.standin.gallery $(ARGS)

# The README's pictures, taken in a running demo; needs a Chromium.
pictures: $(READY)
	$(BIN)/python -m bot.standin.pictures docs/pictures $(ARGS)

# Ratios against references measured in the same run.
bench: $(READY)
	$(BIN)/python -m benchmarks $(ARGS)

# Crash and load bars in full; they print what the kills found.
soak: $(TOOLS)
	$(BIN)/python -m pytest -m soak -s

format: $(TOOLS)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Pins every package with hashes; no index address is written.
.PHONY: lock
lock:
	$(LOCK) --extra build pyproject.toml -o requirements.lock
	$(LOCK) --extra build --extra dev pyproject.toml -o requirements-dev.lock
