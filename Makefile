# Nära mig: what one can do here. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PORT

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/base.ok: requirements/base.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/dev.ok: requirements/dev.txt $(VENV)/base.ok
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

run: $(VENV)/base.ok ## Set everything up with the demo people and start web and worker
	@NARAMIG_ENV=demo VENV=$(VENV) bash scripts/run.sh

check: $(VENV)/dev.ok ## Format, lint, types, import contracts, quick tests on SQLite: before each commit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@bash tests/oidc_provider/install.sh >/dev/null
	TEST_DATABASES=sqlite $(BIN)/python -m pytest -n 2 -m "not browser and not slow"

test: $(VENV)/dev.ok ## Everything, on SQLite and PostgreSQL and in a real browser
	@bash scripts/find-browser.sh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@bash tests/oidc_provider/install.sh >/dev/null  # a certified provider from npm, for the tests of signing in
	$(BIN)/python -m pytest -n 2 -m "not browser"
	$(BIN)/python -m pytest -n 2 -m browser  # by itself: its driver keeps a loop in the process

bench: $(VENV)/dev.ok ## Measure sending and pages against a peer in the same run, and a county's morning
	$(BIN)/python -m bench

drills: $(VENV)/dev.ok ## Kill workers, cut the database off, misbehave: in full (in short they are part of `make test`)
	DRILLS_IN_FULL=1 $(BIN)/python -m pytest tests/drills

pictures: $(VENV)/dev.ok ## Take every page at 390 and 1200 px, light and dark (LANGUAGE=sv TO=pictures)
	@bash scripts/find-browser.sh
	$(BIN)/python -m tests.browser.pictures --language $(or $(LANGUAGE),sv) --to $(or $(TO),pictures)

format: $(VENV)/dev.ok ## Put the code in its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: $(VENV)/dev.ok ## Bring the catalogues up to date with the texts in code and templates
	$(BIN)/python -m webapp.core.messages update

lock: $(VENV)/dev.ok ## Pin the packages in requirements/*.in, with hashes
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements/base.in -o requirements/base.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements/dev.in -c requirements/base.txt -o requirements/dev.txt

clean: ## Remove what make built (not the demo data in instance/)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help run check test bench drills pictures format messages lock clean
