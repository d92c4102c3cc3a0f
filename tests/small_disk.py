"""A database whose new partitions lie on a disk of a few megabytes, to fill it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import sql

from settings import Settings
from tests.conftest import new_database
from warehouse import bootstrap
from warehouse.connection import LOGIN, connect, connect_to
from warehouse.database_roles import open_database
from warehouse.embedded import server_of
from warehouse.embedded_place import own


@dataclass(frozen=True)
class SmallDisk:
    """A file system in memory."""

    path: Path

    def resize(self, megabytes: int) -> None:
        """Make room, or take it away."""
        self._command("mount", "-o", f"remount,size={megabytes}m")

    @contextmanager
    def mounted(self, megabytes: int) -> Iterator[None]:
        """The disk is there, and its folder belongs to the database server."""
        self.path.mkdir()
        try:
            self._command("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs")
        except subprocess.CalledProcessError:  # in some containers root may not
            self.path.rmdir()
            pytest.skip("this machine does not let root mount a small disk")
        own(self.path)
        try:
            yield
        finally:
            self._command("umount", "--lazy")
            self.path.rmdir()

    def _command(self, name: str, *options: str) -> None:
        program = shutil.which(name) or name
        subprocess.run([program, *options, str(self.path)], check=True, capture_output=True)


@contextmanager
def database_on_small_disk(
    template: Settings, megabytes: int
) -> Iterator[tuple[Settings, SmallDisk]]:
    """A copy of a database of the embedded server; partitions made from now on are on the disk."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    disk = SmallDisk(server_of(template).place.home / "small-disk")
    superuser = bootstrap._superuser_url(template)
    with disk.mounted(megabytes), connect_to(superuser, autocommit=True) as admin:
        folder = sql.Literal(str(disk.path))
        admin.execute(sql.SQL("create tablespace small_disk location {}").format(folder))
        admin.execute("grant create on tablespace small_disk to public")
        try:
            with new_database(template, is_copy=True) as settings:
                with connect(settings, LOGIN, autocommit=True) as conn:
                    open_database(conn)  # a copy does not inherit who may enter
                    name = sql.Identifier(conn.info.dbname)
                    keep = sql.SQL("alter database {} set default_tablespace to small_disk")
                    conn.execute(keep.format(name))
                yield settings, disk
        finally:
            admin.execute("drop tablespace small_disk")
