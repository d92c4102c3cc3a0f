"""Superset's page on loopback, until it is interrupted: `make bi-up`, after `make bi`."""

import os

from rich.console import Console

from dashboards.deployment import superset_of
from dashboards.deployment_names import ADMIN
from dashboards.server import command
from settings import load_settings
from settings.state import SECRETS_FILE
from warehouse.bootstrap import start_database


def main() -> None:
    """Become the server."""
    settings = start_database(load_settings())
    superset = superset_of(settings)
    Console().print(
        f"Superset is at {superset.address} (user {ADMIN}, password superset_admin_password in"
        f" {settings.state_dir / SECRETS_FILE}). Stop it with Ctrl-C.",
        highlight=False,
        soft_wrap=True,
    )
    words = command(superset)
    os.execve(words[0], words, superset.environ)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
