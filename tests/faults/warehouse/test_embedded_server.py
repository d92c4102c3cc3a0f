"""The embedded server comes back after a kill, keeps its data, and leaves others alone."""

import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.errors import UniqueViolation

from settings import Settings, load_settings
from warehouse import embedded_place
from warehouse.bootstrap import start_database
from warehouse.connection import connect, connect_to
from warehouse.embedded import server_of
from warehouse.errors import PipelineError
from warehouse.migrate import migrate
from warehouse.passwords import let_any_driver_log_in
from warehouse.roles import READER_ROLES

pytestmark = pytest.mark.embedded_only


@contextmanager
def checkout(folder: str = "state") -> Iterator[Settings]:
    """A deployment of its own in a fresh directory; everything of it is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="c360-fault-") as root:
        Path(root).chmod(0o711)
        settings = load_settings({"C360_STATE_DIR": f"{root}/{folder}"})
        try:
            yield start_database(settings)
        finally:
            server_of(settings).remove()


@pytest.fixture(scope="module")
def deployment() -> Iterator[Settings]:
    with checkout() as settings:
        migrate(settings)
        yield settings


@pytest.fixture(scope="module")
def neighbour() -> Iterator[Settings]:
    """A second checkout, in a folder whose path is too long for a socket."""
    with checkout("/".join(["a-rather-long-folder-name"] * 6)) as settings:
        yield settings


def postmaster_pid(settings: Settings) -> int:
    lines = (server_of(settings).place.data_dir / "postmaster.pid").read_text().splitlines()
    return int(lines[0])


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_committed_rows_survive_kill_9_of_the_server(deployment: Settings) -> None:
    with connect(deployment, "c360_ingest") as conn:
        conn.execute(
            "insert into ops.empty_day (source, day, manifest_path)"
            " select 'app', date '2026-01-01' + n, 'x' from generate_series(0, 999) as n"
        )
    os.kill(postmaster_pid(deployment), signal.SIGKILL)
    settings = start_database(deployment)
    with connect(settings, "c360_ingest") as conn:
        assert conn.execute("select count(*) from ops.empty_day").fetchone() == (1000,)


def test_killing_it_again_and_again_is_survived(deployment: Settings) -> None:
    for _ in range(2):
        os.kill(postmaster_pid(deployment), signal.SIGKILL)
        server_of(deployment).start()
    assert server_of(deployment).is_running()


def test_starting_a_running_server_changes_nothing(deployment: Settings) -> None:
    pid = postmaster_pid(deployment)
    assert start_database(deployment) == deployment
    assert postmaster_pid(deployment) == pid


def test_stopping_twice_is_harmless_and_data_stays(deployment: Settings) -> None:
    pid = postmaster_pid(deployment)
    server_of(deployment).stop()
    server_of(deployment).stop()
    assert not is_alive(pid)
    start_database(deployment)
    assert migrate(deployment) == []


def test_a_taken_port_is_replaced_and_remembered(deployment: Settings) -> None:
    server_of(deployment).stop()
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", deployment.postgres_port))
        squatter.listen()
        moved = start_database(deployment)
        assert moved.postgres_port != deployment.postgres_port
        with connect(moved, "c360_ingest") as conn:
            assert conn.execute("select 1").fetchone() == (1,)
    again = load_settings({"C360_STATE_DIR": str(deployment.state_dir)})
    assert again == moved
    server_of(moved).stop()
    start_database(deployment)


def test_a_wrong_password_is_refused_also_on_loopback(deployment: Settings) -> None:
    password = deployment.role_passwords["c360_admin"]
    with pytest.raises(PipelineError) as refused:
        connect_to(deployment.database_url.replace(password, "wrong"))
    assert "wrong" not in str(refused.value)


def test_the_login_is_no_superuser(deployment: Settings) -> None:
    with connect_to(deployment.database_url) as conn:
        row = conn.execute(
            "select rolsuper, rolbypassrls, rolreplication, rolcreaterole, rolcreatedb"
            " from pg_roles where rolname = session_user"
        ).fetchone()
    assert row == (False, False, False, True, True)


def iterations(settings: Settings) -> dict[str, int]:
    """How often the password of each log-in is iterated."""
    password = settings.role_passwords["postgres"]
    server = f"127.0.0.1:{settings.postgres_port}"
    with connect_to(f"postgresql://postgres:{password}@{server}/postgres") as conn:
        return dict(
            conn.execute(
                r"select rolname, substring(rolpassword from '\$(\d+):')::integer from pg_authid"
                " where rolcanlogin and rolpassword is not null"
            ).fetchall()
        )


def test_drivers_that_ask_for_4096_iterations_can_log_in_as_a_reader(deployment: Settings) -> None:
    found = iterations(deployment)
    assert {found[reader] for reader in READER_ROLES} == {4_096}
    assert found["c360_admin"] == 1
    let_any_driver_log_in(deployment)
    assert iterations(deployment)["c360_admin"] == 4_096
    with connect_to(deployment.database_url) as conn:
        assert conn.execute("select session_user").fetchone() == ("c360_admin",)


def test_airflows_login_cannot_enter_the_warehouse(deployment: Settings) -> None:
    warehouse = deployment.database_url.rpartition("/")[2]
    with connect_to(deployment.airflow_database_url) as conn:
        assert conn.execute("select current_user").fetchone() == ("airflow",)
    address = deployment.airflow_database_url.rpartition("/")[0]
    with pytest.raises(PipelineError):
        connect_to(f"{address}/{warehouse}")


def test_the_server_listens_on_loopback_only(deployment: Settings) -> None:
    with connect_to(deployment.database_url) as conn:
        assert conn.execute("show listen_addresses").fetchone() == ("127.0.0.1",)
        assert conn.execute("show fsync").fetchone() == ("on",)
        assert conn.execute("show synchronous_commit").fetchone() == ("on",)


def test_server_log_never_quotes_a_row(deployment: Settings) -> None:
    canary = "canary-7f3a"
    statement = (
        "insert into identity.identifier (namespace, scope, value, arrival_day)"
        " values ('phone', '', %s, '2026-01-01')"
    )
    with connect(deployment, "c360_ingest", autocommit=True) as conn:
        conn.execute(statement, (canary,))
        with pytest.raises(UniqueViolation, match=canary):
            conn.execute(statement, (canary,))
    log = server_of(deployment).place.log_file.read_text()
    assert "identifier_namespace_scope_value_key" in log
    assert canary not in log


def test_two_checkouts_side_by_side_do_not_meet(deployment: Settings, neighbour: Settings) -> None:
    assert neighbour.postgres_port != deployment.postgres_port
    assert neighbour.role_passwords != deployment.role_passwords
    server_of(neighbour).stop()
    assert server_of(deployment).is_running()
    start_database(neighbour)
    assert server_of(neighbour).is_running()


def test_a_deep_folder_only_costs_the_socket(deployment: Settings, neighbour: Settings) -> None:
    sockets = {
        settings.postgres_port: list(server_of(settings).place.home.glob(".s.PGSQL.*[0-9]"))
        for settings in (deployment, neighbour)
    }
    assert len(sockets[deployment.postgres_port]) == 1
    assert sockets[neighbour.postgres_port] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts it under another account")
def test_a_checkout_below_a_closed_home_works(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="c360-out-") as outside,
        tempfile.TemporaryDirectory(prefix="c360-home-") as home,
    ):
        Path(outside).chmod(0o711)
        Path(home).chmod(0o700)
        monkeypatch.setattr(embedded_place, "OUTSIDE_DIR", Path(outside))
        settings = start_database(load_settings({"C360_STATE_DIR": f"{home}/project/.c360"}))
        try:
            assert server_of(settings).place.home.is_relative_to(outside)
            Path(home).chmod(0o711)  # once data is outside, it stays there
            assert server_of(settings).is_running()
        finally:
            server_of(settings).remove()


def test_four_starts_at_once_make_one_server(neighbour: Settings) -> None:
    server_of(neighbour).remove()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(start_database, [neighbour] * 4)) == [neighbour] * 4
    with connect_to(neighbour.database_url) as conn:
        assert conn.execute("select 1").fetchone() == (1,)


def test_an_interrupted_initdb_is_made_again() -> None:
    with tempfile.TemporaryDirectory(prefix="c360-half-") as root:
        Path(root).chmod(0o711)
        settings = load_settings({"C360_STATE_DIR": f"{root}/state"})
        data = server_of(settings).place.data_dir
        data.mkdir(parents=True)
        (data / "base").mkdir()
        try:
            started = time.monotonic()
            start_database(settings)
            assert time.monotonic() - started < 60
        finally:
            server_of(settings).remove()


def test_removing_leaves_neither_process_nor_data(neighbour: Settings) -> None:
    server = server_of(neighbour)
    server.start()
    pid = postmaster_pid(neighbour)
    server.remove()
    assert not is_alive(pid)
    assert not server.place.home.exists()
