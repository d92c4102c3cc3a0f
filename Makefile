# customer360. `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 3

# Bytecode halves every start; some machines switch it off.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test test-all laws check docs bench bench-spark bi bi-up up down status lock clean

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  \033[1m%-10s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install everything the lock names into .venv
	@PYTHON=$(PYTHON) sh scripts/setup.sh

demo: setup ## PostgreSQL, Airflow, a sample brand, all jobs, a summary: the whole product in one command
	@$(BIN)/c360 demo

test: setup ## the tests of every commit
	@$(BIN)/pytest -n $(JOBS) --no-loadscope-reorder tests

test-all: setup ## the above, the long tests, PostgreSQL 15, the optional parts, set-up in all places
	@$(BIN)/pytest --nightly tests
	@sh scripts/test_on_postgresql_15.sh
	@sh scripts/test_extras.sh
	@sh scripts/test_setup.sh

laws: setup ## the laws of identity resolution at 10,000 examples each: every night, about half an hour
	@C360_HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -n $(JOBS) -o timeout=3600 tests/property/identity

check: setup ## lint, types, import rules, compose schema, unit tests
	@sh scripts/check.sh

docs: setup ## the dbt project's documentation as one HTML file (needs the database: c360 up)
	@$(BIN)/python -m pipeline.documentation

bench: setup ## print the figures the documentation quotes
	@$(BIN)/python -m benchmarks.identity
	@$(BIN)/python -m benchmarks.identity_store
	@$(BIN)/python -m benchmarks.ingestion
	@$(BIN)/python -m benchmarks.receiver
	@$(BIN)/python -m benchmarks.portraits
	@$(BIN)/python -m benchmarks.marts
	@$(BIN)/python -m benchmarks.offers
	@$(BIN)/python -m benchmarks.offer_speed
	@$(BIN)/python -m benchmarks.sql_mutation
	@$(BIN)/c360 demo && $(BIN)/python -m benchmarks.chain

bench-spark: ## how the Spark engine grows (needs Java 17; see docs/spark.md)
	@sh scripts/test_extras.sh --version >/dev/null
	@.venv-extras/bin/python -m benchmarks.identity_spark

bi: setup ## load the dashboards into a local Apache Superset and ask every chart (see docs/dashboards.md)
	@sh scripts/bi.sh check

bi-up: setup ## show Superset's page on loopback until Ctrl-C, after `make bi`
	@sh scripts/bi.sh serve

up: setup ## start PostgreSQL and Airflow
	@$(BIN)/c360 up

down: ## stop them
	@if [ -x $(BIN)/c360 ]; then $(BIN)/c360 down; fi

status: setup ## what runs, and how fresh every source and mart is
	@$(BIN)/c360 status

lock: setup ## maintainers: resolve pyproject.toml again and write requirements.lock
	@$(BIN)/uv lock --upgrade --quiet
	@$(BIN)/uv export --quiet --frozen --no-emit-project --no-header --format requirements-txt -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --group dev -c requirements.lock \
		--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -q -o requirements-extras.lock
	@$(BIN)/uv pip compile requirements-bi.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links -q -o requirements-bi.lock
	@if grep -nE 'https?://' requirements*.lock; then echo "a lock names a host"; exit 1; fi

clean: down ## remove the environment and the local state
	@rm -rf .venv .venv-bi .c360 .mypy_cache .ruff_cache .sqlfluff_cache .hypothesis
