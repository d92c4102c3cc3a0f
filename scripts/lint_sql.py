"""Lints the SQL files that changed since they were last found clean.

    python scripts/lint_sql.py FOLDER…

A file counts as clean while its own text, the macros, the lint settings and sqlfluff's version are
what they were; `.sqlfluff_cache` remembers that as hashes. Remove it to lint everything.
"""

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

CACHE = Path(".sqlfluff_cache")
RULES = [Path("pyproject.toml"), *sorted(Path("dbt_project/macros").glob("*.sql"))]


def main(folders: Iterable[str]) -> int:
    """Exit code of sqlfluff over the files that are not known to be clean; 0 when all are."""
    common = hashlib.sha256(version("sqlfluff").encode())
    for path in RULES:
        common.update(path.read_bytes())
    files = sorted(path for folder in folders for path in Path(folder).rglob("*.sql"))
    hashes = {
        path: hashlib.sha256(common.digest() + path.read_bytes()).hexdigest() for path in files
    }
    clean = set(CACHE.read_text("utf-8").split()) if CACHE.exists() else set()
    changed = [str(path) for path in files if hashes[path] not in clean]
    if changed:
        program = Path(sys.executable).with_name("sqlfluff")
        command = [program, "lint", "--processes", "2", "--disable-progress-bar", *changed]
        if code := subprocess.run(command, check=False).returncode:
            return code
    CACHE.write_text("\n".join(sorted(hashes.values())) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
