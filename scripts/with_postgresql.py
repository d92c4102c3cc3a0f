"""Run a command with C360_TEST_DATABASE_URL pointing to a throw-away server.

Usage: with_postgresql.py BIN_DIR COMMAND [ARG ...]

The login it hands out is what a deployment would use: no superuser, CREATEROLE and CREATEDB.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def as_server_user() -> dict[str, Any]:
    """Arguments for subprocess that drop root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(command: list[str], **options: object) -> None:
    """Run one of the server's programs quietly; fail when it fails."""
    options = {**as_server_user(), **options}
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **options)


def main() -> int:
    """Start the server, run the command, stop and remove the server."""
    binaries, command = Path(sys.argv[1]), sys.argv[2:]
    home = Path(tempfile.mkdtemp(prefix="c360-pg-"))
    data, port, password = home / "data", free_port(), secrets.token_hex(16)
    (home / "password").write_text(password, "ascii")
    if os.geteuid() == 0:
        for path in (home, home / "password"):
            shutil.chown(path, "nobody", "nogroup")
    initdb = ["-D", str(data), "-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8"]
    run([str(binaries / "initdb"), *initdb, "--locale=C.UTF-8", f"--pwfile={home}/password"])
    server = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(home / "log")]
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
    run([*server, "-o", options, "start"])
    try:
        login = ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", "postgres"]
        statement = f"create role c360_test login createrole createdb password '{password}'"
        secret = {**os.environ, "PGPASSWORD": password}
        run([str(binaries / "psql"), *login, "-c", statement], env=secret)
        url = f"postgresql://c360_test:{password}@127.0.0.1:{port}/postgres"
        environment = {**os.environ, "C360_TEST_DATABASE_URL": url}
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        run([*server, "-m", "immediate", "stop"])
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
