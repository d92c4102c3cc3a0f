#!/bin/sh
# The integration tests again, on a throw-away PostgreSQL 15 of the system when there is one: nothing newer than 15 may be needed.
set -eu
cd "$(dirname "$0")/.."
bin="${PG15_BIN:-/usr/lib/postgresql/15/bin}"
if [ ! -x "$bin/initdb" ]; then
    echo "PostgreSQL 15 is not installed ($bin). On Debian: apt-get install postgresql-15, or set PG15_BIN"
    exit 1
fi
exec .venv/bin/python scripts/with_postgresql.py "$bin" .venv/bin/pytest tests/integration tests/faults -m "not embedded_only and not airflow" "$@"
