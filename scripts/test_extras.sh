#!/bin/sh
# The tests of the optional parts (Spark engine, probabilistic matching) in an environment of their own, made from
# requirements-extras.lock. Spark needs Java 17 and PostgreSQL's JDBC driver:
# on Debian: apt-get install openjdk-17-jre-headless libpostgresql-jdbc-java
set -eu
cd "$(dirname "$0")/.."
if ! command -v java >/dev/null; then
    echo "Spark needs Java 17. On Debian: apt-get install openjdk-17-jre-headless libpostgresql-jdbc-java" >&2
    exit 1
fi
jar="${C360_POSTGRES_JDBC_JAR:-/usr/share/java/postgresql.jar}"
if [ ! -f "$jar" ]; then
    echo "Spark needs PostgreSQL's driver at $jar. On Debian: apt-get install libpostgresql-jdbc-java" >&2
    exit 1
fi
home=.venv-extras
wanted="$(sha256sum requirements-extras.lock | cut -d ' ' -f 1) $(pwd)"
if [ "$(cat $home/.ready 2>/dev/null || true)" != "$wanted" ]; then
    [ -x $home/bin/python ] || .venv/bin/python -m venv $home
    rm -f $home/.ready
    .venv/bin/uv pip sync --quiet --require-hashes --compile-bytecode --python $home/bin/python requirements-extras.lock
    .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --no-index --python $home/bin/python -e .
    printf '%s\n' "$wanted" > $home/.ready
fi
exec $home/bin/pytest -n 0 tests/extras "$@"
