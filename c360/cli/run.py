"""Loading files and running the chain without Airflow."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from c360.cli.output import AsJson, console, print_json, print_rows, say
from ingestion.contract import load_contract
from ingestion.contract_places import contract_dirs
from ingestion.file_load import load_file
from ingestion.load_target import FileCounts
from pipeline.chain import run_chain
from pipeline.window import Window
from settings import Settings, load_settings
from settings.landing_location import landing_location
from warehouse.errors import Fatal

app = typer.Typer()

DAY_FORMATS = ["%Y-%m-%d"]
FirstDay = Annotated[
    datetime | None,
    typer.Option("--from", formats=DAY_FORMATS, help="First day; default: all landed."),
]
LastDay = Annotated[
    datetime | None,
    typer.Option("--to", formats=DAY_FORMATS, help="Last day; default: all landed."),
]
FILE_COLUMNS = ("file", "rows_in", "loaded", "duplicate", "quarantined", "load_id")


@app.command(epilog="Example: c360 run --from 2026-11-01 --to 2026-11-21 --close")
def run(
    landing: Annotated[str | None, typer.Option(help="Another landing folder, s3:// too.")] = None,
    first: FirstDay = None,
    last: LastDay = None,
    *,
    close: Annotated[bool, typer.Option("--close", help="Declare the days complete.")] = False,
    as_json: AsJson = False,
) -> None:
    """Load what has landed and run the whole chain up to publishing, without Airflow."""
    settings = load_settings()
    if landing:
        settings = replace(settings, landing_dir=landing_location(landing, settings.landing_dir))
    window = _window(settings, first, last)
    with console.status("starting") as status:
        result = run_chain(
            settings, datetime.now(UTC), window=window, close=close, progress=status.update
        )
    if as_json:
        print_json(result or {})
    elif result is None:
        say("nothing to do: no load is pending")
    else:
        _print_run(result)


@app.command(epilog="Example: c360 ingest .c360/landing/app/events/2026-11-21/part-0.jsonl")
def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files of a landing zone, s3:// ones too.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Load files named like <landing>/<source>/<kind>/<day>/<name>. Again changes nothing."""
    settings = load_settings()
    files = [landing_location(path, settings.landing_dir) for path in paths]
    missing = [path.name for path in files if not path.is_file()]
    if missing:
        raise Fatal(f"there is no file {missing[0]}; nothing was loaded")
    rows = [(path.name, *_counts(_ingest(settings, path))) for path in files]
    print_rows("Loaded", FILE_COLUMNS, rows, as_json=as_json)


def _ingest(settings: Settings, path: Path) -> FileCounts:
    try:
        source, kind, day_text = path.resolve().parts[-4:-1]
        day = date.fromisoformat(day_text)
    except ValueError:
        raise Fatal(f"{path.name} does not lie in <source>/<kind>/<YYYY-MM-DD>/") from None
    contract = load_contract(source, kind, *contract_dirs(settings.config_dir))
    return load_file(settings, path, contract, arrival_day=day, landing_day=day)


def _counts(counts: FileCounts) -> tuple[int, ...]:
    return counts.rows_in, counts.loaded, counts.duplicate, counts.quarantined, counts.load_id


def _window(settings: Settings, first: datetime | None, last: datetime | None) -> Window:
    """The days asked for; an end that is not given is that of the landing folder."""
    if first and last:
        return Window(first.date(), last.date())
    landed = sorted(path.name for path in settings.landing_dir.glob("*/*/????-??-??"))
    if not landed:
        raise Fatal(f"nothing has landed in {settings.landing_dir}; `c360 sample` writes a sample")
    return Window(
        first.date() if first else date.fromisoformat(landed[0]),
        last.date() if last else date.fromisoformat(landed[-1]),
    )


def _print_run(result: dict[str, object]) -> None:
    say(f"run {result['run_id']}, as of {result['as_of']}, {result['loads']} loads")
    stages = [
        (stage, ", ".join(f"{name} {value:,}" for name, value in counts.items()))
        for stage, counts in result.items()
        if isinstance(counts, dict)
    ]
    print_rows("Stages", ("stage", "counts"), stages)
