"""The `c360` program. Each command's module is imported only when it is asked for."""

import typer

from c360.cli.lazy_commands import LazyCommands

app = typer.Typer(
    cls=LazyCommands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Unified customer profiles, portraits and next best offers from a brand's own channels.",
    epilog="First steps: c360 up, c360 sample, c360 run, c360 status",
)


@app.callback()
def _program() -> None:
    """Makes `app` a group, whose commands `LazyCommands` finds."""
