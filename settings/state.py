"""Secrets and ports that a checkout makes once and then remembers.

They live in two JSON files of the state directory, readable by their owner only. Deleting
`secrets.json` locks one out of the embedded server's data, so only `c360 reset` does it.
"""

import fcntl
import json
import secrets
import socket
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SECRETS_FILE = "secrets.json"
PORTS_FILE = "ports.json"

ROLE_NAMES = ("postgres", "c360_admin", "airflow", "c360_bi", "c360_marketer")
PORT_NAMES = ("postgres", "airflow")


@dataclass(frozen=True)
class SupersetState:
    """What a local Superset keeps: its page's port, the key of its sessions, its one login."""

    port: int
    secret_key: str = field(repr=False)
    admin_password: str = field(repr=False)


def remembered_secrets(state_dir: Path) -> Mapping[str, str]:
    """Every secret by name; missing ones are made and written first."""
    return _remember(state_dir, SECRETS_FILE, _secret_makers())


def remembered_ports(state_dir: Path) -> Mapping[str, int]:
    """Every port by name; missing ones are picked among the free ones and written first."""
    ports = _remember(state_dir, PORTS_FILE, dict.fromkeys(PORT_NAMES, _free_port_text))
    return {name: int(port) for name, port in ports.items()}


def remembered_superset(state_dir: Path) -> SupersetState:
    """Secrets and port of Superset; made when it is first asked for, because few have one."""
    makers = {
        "superset_secret_key": lambda: secrets.token_urlsafe(48),
        "superset_admin_password": lambda: secrets.token_urlsafe(18),
    }
    known = _remember(state_dir, SECRETS_FILE, makers)
    ports = _remember(state_dir, PORTS_FILE, {"superset": _free_port_text})
    return SupersetState(
        int(ports["superset"]), known["superset_secret_key"], known["superset_admin_password"]
    )


def pick_port_again(state_dir: Path, name: str) -> int:
    """Replaces a remembered port that somebody else took meanwhile; returns the new one."""
    with _locked(state_dir):
        path = state_dir / PORTS_FILE
        ports = _read(path)
        ports[name] = _free_port_text()
        _write(path, ports)
    return int(ports[name])


def is_port_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _secret_makers() -> dict[str, Callable[[], str]]:
    makers = dict.fromkeys(ROLE_NAMES, lambda: secrets.token_urlsafe(24))
    makers["airflow_jwt_secret"] = lambda: secrets.token_urlsafe(64)
    makers["airflow_fernet_key"] = lambda: urlsafe_b64encode(secrets.token_bytes(32)).decode()
    makers["airflow_admin_password"] = lambda: secrets.token_urlsafe(18)
    makers["identity_key"] = lambda: secrets.token_hex(32)
    return makers


def _free_port_text() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _remember(
    state_dir: Path, file_name: str, makers: Mapping[str, Callable[[], str]]
) -> dict[str, str]:
    path = state_dir / file_name
    known = _read(path)
    if makers.keys() <= known.keys():
        return known
    with _locked(state_dir):
        known = _read(path)
        made = {name: make() for name, make in makers.items() if name not in known}
        _write(path, known | made)
    return known | made


@contextmanager
def _locked(state_dir: Path) -> Iterator[None]:
    if not state_dir.exists():
        state_dir.mkdir(parents=True, exist_ok=True)
        # The embedded server's account must pass through to its data, but may not list.
        state_dir.chmod(0o711)
    with (state_dir / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> dict[str, str]:
    try:
        document: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return document


def _write(path: Path, document: Mapping[str, str]) -> None:
    draft = path.with_suffix(".part")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path)
