"""A database in which dbt has made staging, once for all tests of a worker, to copy from."""

from collections.abc import Iterator

import pytest

from settings import Settings
from tests.integration.dbt.brand import DAYS
from tests.integration.dbt.deliveries import build, copy_of, start_run
from warehouse.connection import LOGIN, connect


@pytest.fixture(scope="session")
def staged_database(template_database: Settings) -> Iterator[Settings]:
    """A migrated database with the views of staging, as if nothing had run yet."""
    with copy_of(template_database) as settings:
        build(settings, start_run(settings, DAYS[-1]), "staging")
        with connect(settings, LOGIN) as conn:
            conn.execute("truncate ops.run, ops.stage_run, identity.run restart identity cascade")
        yield settings
