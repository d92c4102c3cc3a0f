#!/bin/sh
# Apache Superset in an environment of its own, made from requirements-bi.lock (Python 3.11), then what is asked for:
# `check` loads the dashboards and asks every chart, `serve` shows Superset's page on loopback.
set -eu
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME || true
home=.venv-bi
python="$(.venv/bin/python -c 'import sys; print(getattr(sys, "_base_executable", sys.executable))')"
wanted="$(sha256sum requirements-bi.lock | cut -d ' ' -f 1) $("$python" --version) $(pwd)"
if [ "$(cat $home/.ready 2>/dev/null || true)" != "$wanted" ]; then
    if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))'; then
        echo "Superset 6 needs Python 3.11 or 3.12: make setup PYTHON=python3.11" >&2
        exit 2
    fi
    echo "Setting up $home (once; about a minute) ..." >&2
    "$python" -m venv --clear $home
    .venv/bin/uv pip sync --quiet --require-hashes --compile-bytecode --python $home/bin/python requirements-bi.lock
    printf '%s\n' "$wanted" > $home/.ready
fi
exec .venv/bin/python -m "dashboards.${1:-check}"
