#!/bin/sh
# Everything that needs no database: lint, types, import rules, schemas, unit tests. Runs all, then fails if one failed.
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=""
step() {
    name="$1"
    shift
    if output="$("$@" 2>&1)"; then
        printf '  ok      %s\n' "$name"
    else
        printf '  FAILED  %s\n%s\n' "$name" "$output"
        failed="$failed $name"
    fi
}

step ruff $bin/ruff check .
step format $bin/ruff format --check .
step types $bin/mypy
step imports $bin/lint-imports
step sql $bin/python scripts/lint_sql.py dbt_project/models dbt_project/tests
step compose $bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
$bin/pytest -q -n 2 tests/unit || failed="$failed unit-tests"

if [ -n "$failed" ]; then
    printf 'failed:%s\n' "$failed"
    exit 1
fi
