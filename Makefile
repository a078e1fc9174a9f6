# `make` says what there is. Everything lives in this folder: .venv (programs) and .data (databases, logs, archive).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV := $(shell command -v uv 2>/dev/null || echo .data/uv/bin/uv)
export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_PYTHON_DOWNLOADS := never

.PHONY: help setup demo up test check fix bench bless lock env clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## install everything that is locked into .venv

demo: $(READY) ## run the real pipeline on a bundled sample news site, show what came of it, end
	@$(BIN)/copytaster demo

up: $(READY) ## run everything with the Airflow UI, until Ctrl-C
	@$(BIN)/copytaster up

test: $(READY) ## run every test
	@$(BIN)/pytest

check: $(READY) ## lint, types, import rules, SQL
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint sql

fix: $(READY) ## let the linters repair what they can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/sqlfluff fix sql

bench: $(READY) ## run all benchmarks
	@status=0; for bench in bench/*.py; do echo "== $$bench"; $(BIN)/python $$bench || status=1; done; exit $$status

bench-%: $(READY) ## run one benchmark: bench/<name>.py
	@$(BIN)/python bench/$*.py

bless: $(READY) ## rewrite the expected files of tests/pages; the diff is the review
	$(BIN)/pytest tests/unit --bless -q

lock: | $(UV) ## resolve the dependencies anew into requirements.lock
	$(UV) pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --all-extras --group dev \
		--no-emit-index-url --no-header pyproject.toml -o requirements.lock

env: $(READY) ## write .env with fresh random secrets for docker compose
	$(BIN)/python tools/make_env.py

clean: ## remove .venv and all data of the embedded servers
	rm -rf $(VENV) .data

$(READY): requirements.lock pyproject.toml | $(UV)
	@$(UV) venv --quiet --allow-existing --python '>=3.11,<3.14' $(VENV)
	@VIRTUAL_ENV=$(VENV) $(UV) pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

# No uv on this machine: a pinned one, in a folder of its own.
.data/uv/bin/uv: tools/uv.lock.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo 'Copytaster needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.12'; exit 1; }
	@$(PYTHON) -m venv .data/uv || { echo 'python3 -m venv failed: install python3-venv, or uv'; exit 1; }
	@.data/uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tools/uv.lock.txt
