# What there is to do with this tree. `make help` lists it. Needs Python 3.11 or newer, make, and a network for the
# first run; everything else is put into .venv (delete it to start afresh).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
unexport PYTHONDONTWRITEBYTECODE  # every process of the house and every test worker would compile all sources anew

BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed

.PHONY: run test soak pictures check fix bench docs clean help

run: $(RUNTIME) ## Start everything, with demo data; Ctrl-C stops it
	@exec $(BIN)/fondaco up $(UP)

test: $(DEV) ## Run all tests; needs what the browser tests need, and installs it
	@deploy/chromium
	@mkdir -p artefacts
	@FONDACO_TEST_DB=test_browser $(BIN)/pytest tests/browser >artefacts/browser-ring.txt 2>&1 & browser=$$!; \
	$(BIN)/pytest -n 2 --dist worksteal tests/unit tests/db tests/http tests/flows && others=0 || others=$$?; \
	wait $$browser && shown=0 || shown=$$?; cat artefacts/browser-ring.txt; exit $$((others || shown))

soak: $(DEV) ## Let tests that leave something to chance look for long, from other seeds; SOAK=20 times as long
	@FONDACO_SOAK=$(or $(SOAK),20) FONDACO_TEST_DB=test_soak $(BIN)/pytest --show-capture=stdout \
		tests/db/installs/test_any_order.py tests/db/installs/test_automatic_laws.py tests/http/runtime/test_crashes.py

pictures: $(DEV) ## Photograph every page in every size and theme, into artefacts/screenshots
	@deploy/chromium
	@FONDACO_PICTURES=1 $(BIN)/pytest -n 2 --dist loadfile tests/browser

check: $(DEV) ## Everything a machine can say about the code
	@$(BIN)/python -m tools.check

fix: $(DEV) ## Let the machines mend what they can
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/python -m tools.reference

bench: $(DEV) ## Measure; BENCH=name measures one thing
	@$(BIN)/python -m benchmarks $(BENCH)

docs: $(DEV) ## Build the documentation into site/
	@$(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html"

clean: ## Remove what was built; keeps .fondaco, which holds your data
	@rm -rf .venv site artefacts .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(RUNTIME): requirements/runtime.txt deploy/environment
	@deploy/environment requirements/runtime.txt
	@touch $@

$(DEV): requirements/dev.txt requirements/runtime.txt deploy/environment
	@deploy/environment requirements/runtime.txt requirements/dev.txt
	@touch $@ $(RUNTIME)
