#!/bin/sh
# Makes .venv exactly as requirements.lock says. Needs python3 (3.11 to 3.13) with venv and pip, nothing else.
# Does nothing when the environment already matches the lock.
set -eu

cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
say() { printf '%s\n' "$*" >&2; }

if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
    say "customer360 needs Python 3.11, 3.12 or 3.13; '$python' is another. Name one: make setup PYTHON=python3.12"
    exit 2
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    say "'$python' has no venv or pip. On Debian: apt-get install python3-venv"
    exit 2
fi

wanted="$(cat requirements.lock pyproject.toml | "$python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read() + sys.version.encode()).hexdigest())') $(pwd)"
if [ -f .venv/.ready ] && [ "$(cat .venv/.ready)" = "$wanted" ]; then
    exit 0
fi

say "Setting up .venv (once; a quarter of a minute) ..."
# The lock is complete: nothing from outside it may be resolved, and nothing is taken without its hash.
[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
rm -f .venv/.ready
unset PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME || true
installer=.venv/.installer
rm -rf "$installer" && mkdir -p "$installer"
awk '/^[^ #]/ { keep = /^uv==/ } keep' requirements.lock > "$installer/uv.txt"
pip() { .venv/bin/python -m pip --quiet --disable-pip-version-check "$@"; }

# uv installs the lock in seconds; where it cannot reach the package index that pip is set up for, pip does it.
if pip install --no-deps --require-hashes -r "$installer/uv.txt" \
    && .venv/bin/uv pip sync --quiet --require-hashes --python .venv/bin/python requirements.lock; then
    .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --no-index --python .venv/bin/python -e .
else
    say "uv could not install the lock; pip does it now (about a minute) ..."
    [ -x .venv/bin/pip ] || "$python" -m venv --clear .venv
    pip install --no-deps --require-hashes -r requirements.lock
    pip install --no-deps --no-build-isolation --no-index -e .
fi
rm -rf "$installer"
printf '%s\n' "$wanted" > .venv/.ready
