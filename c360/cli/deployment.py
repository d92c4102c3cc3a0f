"""Starting, stopping, watching and removing what runs on this machine."""

from typing import Annotated

import typer

from c360 import airflow_processes
from c360.cli.output import AsJson, print_json, print_rows, say
from settings import Settings, enabled_sources, load_settings
from warehouse import freshness, kinds
from warehouse.bootstrap import start_database
from warehouse.embedded import server_of
from warehouse.migrate import migrate

app = typer.Typer()

NoAirflow = Annotated[bool, typer.Option("--no-airflow", help="Only the database.")]


@app.command(epilog="Example: c360 up --no-airflow")
def up(*, no_airflow: NoAirflow = False) -> None:
    """Start PostgreSQL and Airflow and bring the schema up to date. Again is a no-op."""
    settings = start_database(load_settings())
    applied = migrate(settings)
    say(f"PostgreSQL is up, {len(applied)} migrations applied now")
    if not no_airflow:
        airflow = airflow_processes.start(settings, report=say)
        say(f"Airflow is up at {airflow.address}")


@app.command(epilog="Example: c360 down")
def down() -> None:
    """Stop Airflow and the embedded PostgreSQL. Nothing is lost."""
    settings = load_settings()
    airflow_processes.stop(settings)
    if settings.is_embedded:
        server_of(settings).stop()
    say("nothing of this checkout is running any more")


@app.command(epilog="Example: c360 reset --yes")
def reset(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop everything and delete the embedded server with all of its data. Landing files stay."""
    settings = load_settings()
    server = server_of(settings)
    if not yes:
        typer.confirm(f"Delete the database in {server.place.home}?", abort=True)
    airflow_processes.forget(settings)
    server.remove()
    say("the database is gone; `c360 up` makes a new one")


@app.command(epilog="Example: c360 status --json")
def status(*, as_json: AsJson = False) -> None:
    """Show what runs, how fresh each source and mart is, and the newest runs."""
    settings = load_settings()
    if as_json:
        print_json(_status_document(settings))
        return
    _print_processes(settings)
    _print_freshness(settings)


def _print_processes(settings: Settings) -> None:
    rows: list[tuple[object, ...]] = [
        (process.name, process.is_running, process.heartbeat_at)
        for process in airflow_processes.status(settings)
    ]
    if settings.is_embedded:
        rows.insert(0, ("postgresql", server_of(settings).is_running(), None))
    print_rows("Processes", ("process", "runs", "heartbeat"), rows)


def _print_freshness(settings: Settings) -> None:
    sources = freshness.source_freshness(settings)
    print_rows("Sources", freshness.SourceFreshness._fields, sources)
    silent = set(enabled_sources(settings.config_dir)) - {row.source for row in sources}
    if silent:
        say(f"nothing yet from: {', '.join(sorted(silent))}")
    late, unknown = kinds.late_kinds(settings), kinds.unknown_fields(settings)
    if late:
        print_rows("Late: silent for longer than agreed", kinds.LateKind._fields, late)
    if unknown:
        print_rows("Fields that no contract names", kinds.UnknownField._fields, unknown)
    published = freshness.published_version(settings)
    if published is None:
        say("nothing is published yet: `c360 run` or the DAG customer_360 does it")
    else:
        title = f"Marts: version {published.version}, as of {published.as_of}"
        print_rows(title, ("mart", "rows"), sorted(published.row_counts.items()))
    print_rows("Runs", freshness.RunSummary._fields, freshness.recent_runs(settings))
    held = freshness.held_stages(settings)
    if held:
        print_rows("At work", freshness.HeldStage._fields, held)


def _status_document(settings: Settings) -> dict[str, object]:
    published = freshness.published_version(settings)
    return {
        "is_postgresql_running": server_of(settings).is_running() if settings.is_embedded else None,
        "airflow": {p.name: p.is_running for p in airflow_processes.status(settings)},
        "sources": [row._asdict() for row in freshness.source_freshness(settings)],
        "late": [row._asdict() for row in kinds.late_kinds(settings)],
        "unknown_fields": [row._asdict() for row in kinds.unknown_fields(settings)],
        "published": published._asdict() if published else None,
        "runs": [row._asdict() for row in freshness.recent_runs(settings)],
        "stages": [row._asdict() for row in freshness.held_stages(settings)],
    }
