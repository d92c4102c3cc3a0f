"""The embedded PostgreSQL server: made, started, stopped and removed by us, used like any other.

It listens on loopback with passwords (and on a socket in its directory where the path is short
enough for one), outlives the process that started it, and comes back after `kill -9`.
"""

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from settings import Settings
from settings.state import is_port_free
from warehouse.embedded_place import Place, choose_place, make_home, own, run_as_server
from warehouse.errors import Fatal, Retryable

MAX_SOCKET_PATH_BYTES = 107
MEGABYTE = 1 << 20
START_ATTEMPTS_SECONDS = 15.0
STOP_SECONDS = 30

# For two cores beside Airflow and dbt. Half of the memory is taken to hold what was read before:
# told less, the planner reads whole tables for a few persons. Server messages stay terse and
# without the failing statement, because both can quote rows. Iterations slow down who guesses a
# password; nobody guesses 24 random bytes, and with 4,096 a connection took 8 ms instead of 3.
CONFIGURATION = """\
# Written at every start; change warehouse/embedded.py instead.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{socket_dir}'
max_connections = 100
shared_buffers = 256MB
effective_cache_size = {cached_megabytes}MB
work_mem = 32MB
maintenance_work_mem = 128MB
max_parallel_workers_per_gather = 1
random_page_cost = 1.1
jit = off
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
wal_compression = on
max_wal_size = {max_wal_size}
checkpoint_timeout = 15min
password_encryption = 'scram-sha-256'
scram_iterations = 1
client_connection_check_interval = 500ms
timezone = 'UTC'
log_timezone = 'UTC'
log_error_verbosity = terse
log_min_error_statement = panic
"""


@dataclass(frozen=True)
class EmbeddedServer:
    """One server; every method may be called again and again.

    `is_durable=False` is for throw-away servers of tests: faster, and lost in a power cut.
    """

    place: Place
    port: int
    superuser_password: str = field(repr=False)
    is_durable: bool = True

    def start(self) -> None:
        """Starts the server when it is not running; makes its data first when there is none.

        Raises:
            Fatal: it does not start; the message names the log file.
        """
        if not (self.place.data_dir / "PG_VERSION").exists():
            self._make_data()
        if not self.is_running():
            self._write_configuration()
            self._start_with_patience()

    def stop(self) -> None:
        """Ends all sessions and stops the server when it is running."""
        if self.is_running():
            stopped = self._control("stop", "-m", "fast", "-t", str(STOP_SECONDS))
            if not stopped:
                raise Retryable(f"the server did not stop in {STOP_SECONDS} s")

    def is_running(self) -> bool:
        """Whether a postmaster of this data directory is alive."""
        return self._control("status") and not self._is_zombie()

    def remove(self) -> None:
        """Stops the server and deletes all of its data."""
        self.stop()
        shutil.rmtree(self.place.home, ignore_errors=True)

    def _make_data(self) -> None:
        make_home(self.place.home)
        # A crash in the middle leaves a half-made directory, which initdb would refuse.
        shutil.rmtree(self.place.data_dir, ignore_errors=True)
        password_file = self.place.home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.superuser_password, encoding="utf-8")
        own(password_file)
        try:
            made = run_as_server(
                [
                    self.place.bin_dir / "initdb",
                    f"--pgdata={self.place.data_dir}",
                    f"--pwfile={password_file}",
                    "--username=postgres",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    # The order of C.UTF-8 by the server's own means: by libc, sorting costs twice.
                    *("--locale=C.UTF-8", "--locale-provider=builtin"),
                    *([] if self.is_durable else ["--no-sync"]),
                ]
            )
        finally:
            password_file.unlink()
        if made.returncode != 0:
            raise Fatal(f"initdb failed in {self.place.home}: {made.stderr.strip()[-500:]}")

    def _write_configuration(self) -> None:
        path = self.place.data_dir / "postgresql.conf"
        path.write_text(
            CONFIGURATION.format(
                port=self.port,
                socket_dir=self._socket_dir(),
                durable="on" if self.is_durable else "off",
                cached_megabytes=psutil.virtual_memory().total // 2 // MEGABYTE,
                max_wal_size="4GB" if self.is_durable else "512MB",
            ),
            encoding="utf-8",
        )
        own(path)

    def _socket_dir(self) -> str:
        """The home directory, or nothing where the socket's path would be too long."""
        socket = self.place.home / f".s.PGSQL.{self.port}"
        fits = len(str(socket).encode()) <= MAX_SOCKET_PATH_BYTES
        return str(self.place.home).replace("'", "''") if fits else ""

    def _start_with_patience(self) -> None:
        # After kill -9 the dead server's children still hold its shared memory for a moment.
        deadline = time.monotonic() + START_ATTEMPTS_SECONDS
        while not self._control("start", "-w", "-t", "60", "-l", str(self.place.log_file)):
            if time.monotonic() > deadline:
                raise Fatal(f"PostgreSQL does not start; see {self.place.log_file}")
            time.sleep(0.5)

    def _is_zombie(self) -> bool:
        """Whether the postmaster is dead, only not yet buried by its parent: pg_ctl cannot tell."""
        try:
            pid = (self.place.data_dir / "postmaster.pid").read_text().splitlines()[0]
            state = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, IndexError):
            return False
        return state == "Z"

    def _control(self, action: str, *options: str) -> bool:
        program = self.place.bin_dir / "pg_ctl"
        done = run_as_server([program, action, "-D", self.place.data_dir, *options])
        return done.returncode == 0


def server_of(settings: Settings) -> EmbeddedServer:
    """The embedded server of a deployment (which must not have a given database)."""
    if not settings.is_embedded:
        raise Fatal("this deployment uses the server of C360_DATABASE_URL, which is not ours")
    return EmbeddedServer(
        place=choose_place(settings.state_dir),
        port=settings.postgres_port,
        superuser_password=settings.role_passwords["postgres"],
    )


def needs_new_port(settings: Settings) -> bool:
    """Whether another program sits on the remembered port of the stopped server."""
    return not server_of(settings).is_running() and not is_port_free(settings.postgres_port)
