"""The schema: apply migrations, and draft the next one from the marts' contracts."""

from pathlib import Path
from typing import Annotated

import typer

from c360.cli.output import say
from pipeline.transform import write_manifest
from settings import load_settings
from warehouse.draft import draft as draft_migration
from warehouse.migrate import migrate as apply_migrations

app = typer.Typer(name="migrate", invoke_without_command=True)


@app.callback(epilog="Example: c360 migrate")
def migrate(context: typer.Context) -> None:
    """Apply the migrations that the database lacks. Again is a no-op."""
    if context.invoked_subcommand is None:
        applied = apply_migrations(load_settings())
        for name in applied:
            say(f"applied {name}")
        if not applied:
            say("the schema is up to date")


@app.command(epilog="Example: c360 migrate draft --name wider_portrait")
def draft(
    manifest: Annotated[
        Path | None, typer.Option(help="dbt's manifest; default: read the models now.", exists=True)
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the new file.")] = "marts",
) -> None:
    """Write the migration that gives `mart` the tables, comments and grants of dbt's contracts."""
    settings = load_settings()
    path = draft_migration(settings, manifest or write_manifest(settings), name)
    say(f"wrote {path.name}; read it, then `c360 migrate`" if path else "mart fits the contracts")
