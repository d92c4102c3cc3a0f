"""Pictures of the dashboards for the docs: `sh scripts/bi.sh screenshots`, after `make bi`.

Needs Chromium, its driver and a Chinese font: on Debian chromium, chromium-driver, fonts-noto-cjk.
"""

import subprocess
import sys

from dashboards.deployment import superset_of
from dashboards.server import served
from settings import load_settings
from warehouse.bootstrap import start_database


def main() -> int:
    """Write `docs/images/dashboards/*.png`; the number of the exit."""
    settings = start_database(load_settings())
    superset = superset_of(settings)
    folder = settings.project_dir / "docs" / "images" / "dashboards"
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(superset.python), "-m", "dashboards.in_browser", superset.address, str(folder)]
    with served(superset):
        done = subprocess.run(command, env=superset.environ, check=False)  # noqa: S603 - ours
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
