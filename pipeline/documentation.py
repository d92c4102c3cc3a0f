"""The documentation of the dbt project: models, columns, lineage, metrics, in one HTML file."""

import shutil
from pathlib import Path

from pipeline.transform import run_dbt, write_manifest
from settings import Settings, load_settings


def write_documentation(settings: Settings, out: Path) -> Path:
    """Write the page to `out` and return its path; it needs nothing from anywhere.

    Raises:
        Retryable: the database, whose catalogue is part of the page, cannot be reached.
        Fatal: the project cannot be compiled.
    """
    run_dbt(settings, ["docs", "generate", "--static", "--write-json"])
    page = write_manifest(settings).with_name("static_index.html")
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(page, out)
    return out


def main() -> None:
    """Write `docs.html` beside the reports of the runs."""
    settings = load_settings()
    print(write_documentation(settings, settings.reports_dir / "docs.html"))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
