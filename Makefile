# `make help` lists what can be done. Works with GNU make 3.81 and later, on Debian and on macOS.

SHELL := /bin/sh
BIN := .venv/bin
FLASK := $(BIN)/flask --app run
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
PYTHON_CODE := $(wildcard app benchmarks migrations simulators tests settings config.py run.py)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/messages.po))
KEYWORDS := -k lazy_gettext -k lazy_ngettext:1,2 -k lazy_pgettext:1c,2
LANGUAGES := fr nl de en
N ?= 10000
COVERAGE_FLOOR := 85
APART := enumeration statements threads first_visit archive sheets load memory importing

.DEFAULT_GOAL := help
.PHONY: help setup run test test-all coverage check fix lock i18n db docs bench bench-all clean dev

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/runtime $(CATALOGUES) ## Prepare the environment; then .venv/bin/flask --app run is the command line
	@echo "Ready: make run, or .venv/bin/flask --app run --help"

run: .venv/runtime $(CATALOGUES) ## Start the demo: PORT=8080, DATA_DIR=var, RESET=1 starts over
	@exec $(FLASK) demo serve $(if $(RESET),--reset)

test: dev $(CATALOGUES) ## Check and test everything, on SQLite and on PostgreSQL
	@bin/test

test-all: dev $(CATALOGUES) ## The same, with every language, width and theme in the browser
	@bin/test -m ""

coverage: dev $(CATALOGUES) ## Test on SQLite and say which lines and branches of the code nothing runs
	CHROMIUM=$$(bin/find-chromium) $(BIN)/pytest --cov --cov-report=term --cov-fail-under=$(COVERAGE_FLOOR)

check: dev ## Style, types, layers, architecture, catalogues
	@bin/check

fix: dev ## Repair what can be repaired: order of imports, format
	$(BIN)/ruff check --fix $(PYTHON_CODE)
	$(BIN)/ruff format $(PYTHON_CODE)

lock: dev ## Compile requirements*.in into requirements*.txt, with hashes
	for name in requirements requirements-dev requirements-bench; do \
	    $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --python-version 3.11 --universal \
	        $$name.in -o $$name.txt --custom-compile-command 'make lock' || exit 1; \
	done

i18n: dev ## Collect the sentences, bring the catalogues up to date, compile them
	mkdir -p var translations
	$(BIN)/pybabel -q extract -F pyproject.toml $(KEYWORDS) --add-location=file --sort-by-file \
	    --project=clientele -o var/messages.pot app
	for language in $(LANGUAGES); do \
	    if [ -f translations/$$language/LC_MESSAGES/messages.po ]; \
	    then verb="update --no-fuzzy-matching --ignore-pot-creation-date"; else verb=init; fi; \
	    $(BIN)/pybabel -q $$verb -i var/messages.pot -d translations -l $$language || exit 1; \
	done
	$(BIN)/python bin/english-catalogue translations/en/LC_MESSAGES/messages.po
	$(BIN)/pybabel -q compile -d translations

db: .venv/runtime ## Bring the database up to date (DATABASE_OWNER_URL)
	$(FLASK) db upgrade
	$(FLASK) jobs install

docs: .venv/runtime ## Write the pages that are made from the code
	mkdir -p var
	$(FLASK) config docs > var/settings.md && mv var/settings.md docs/settings.md

bench: .venv/bench $(CATALOGUES) ## Measure the pages against floor, peers and budgets, with N invoices (N=10000)
	$(BIN)/python -m benchmarks $(N)

bench-all: .venv/bench $(CATALOGUES) ## The same, then every measurement apart from the pages: an hour and more
	$(BIN)/python -m benchmarks $(N)
	$(BIN)/python -m benchmarks.skew $(N)
	for name in $(APART); do $(BIN)/python -m benchmarks.$$name || exit 1; done

clean: ## Remove caches and compiled catalogues; keeps .venv/ and var/
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov test-results
	find app benchmarks simulators tests migrations -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
	rm -f translations/*/LC_MESSAGES/messages.mo

dev: .venv/dev

.venv/bin/python:
	@python=$$(bin/find-python) && echo "Making .venv with $$python" && "$$python" -m venv .venv || { rm -rf .venv; exit 1; }

.venv/runtime: requirements.txt | .venv/bin/python
	@echo "Installing what the product runs on"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/runtime
	@echo "Installing what tests and checks need"
	@$(PIP) -r requirements-dev.txt
	@touch $@

.venv/bench: requirements-bench.txt .venv/dev
	@echo "Installing what benchmarks compare with"
	@$(PIP) -r requirements-bench.txt
	@touch $@

%.mo: %.po | .venv/runtime
	@$(BIN)/pybabel -q compile -i $< -o $@
