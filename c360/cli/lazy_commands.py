"""Finds commands by name in their modules, and turns errors into messages with an exit code."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup
from typer.main import get_group

if TYPE_CHECKING:
    from typer._click.core import Command

# name of the command -> module below c360.cli that has it in its `app`
MODULES = {
    "up": "deployment",
    "down": "deployment",
    "status": "deployment",
    "reset": "deployment",
    "doctor": "doctor",
    "demo": "demo",
    "migrate": "migrate",
    "sample": "sample",
    "ingest": "run",
    "pull": "pull",
    "receive": "receive",
    "run": "run",
    "quarantine": "quarantine",
    "identity": "identity",
    "profile": "profile",
    "offers": "offers",
    "audience": "audience",
    "experiments": "experiments",
    "erase": "erase",
}
EXIT_FAILED = 1
EXIT_UNEXPECTED = 70


class LazyCommands(TyperGroup):
    """The top group: loads a module when one of its commands is asked for."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """All names, in the order in which one needs them."""
        del ctx
        return list(MODULES)

    def get_command(  # type: ignore[override]
        self, ctx: typer.Context, cmd_name: str
    ) -> Command | None:
        """The command or group of that name."""
        del ctx
        if cmd_name not in MODULES:
            return None
        group = get_group(import_module(f"c360.cli.{MODULES[cmd_name]}").app)
        return group if group.name == cmd_name else group.commands[cmd_name]

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # noqa: ANN401
        """Runs the command; a failure becomes one message on stderr and a non-zero exit."""
        from settings import ConfigError  # noqa: PLC0415 - `c360 --help` needs none of it
        from warehouse.errors import PipelineError  # noqa: PLC0415

        try:
            return super().invoke(ctx)
        except (PipelineError, ConfigError) as error:
            _fail(str(error), EXIT_FAILED)
        except Exception as error:
            # Wrong usage, asked-for exits, a reader that has enough (`head`) are Typer's to tell.
            is_typers = isinstance(error, BrokenPipeError)
            is_typers |= type(error).__module__.startswith("typer.")
            if is_typers or os.environ.get("C360_TRACEBACK"):
                raise
            # An unexpected error's text may quote data; its kind cannot.
            _fail(
                f"unexpected {type(error).__name__}; run it again with C360_TRACEBACK=1 to see "
                "where (the traceback may show data)",
                EXIT_UNEXPECTED,
            )


def _fail(message: str, code: int) -> None:
    Console(stderr=True).print(f"[red]error:[/red] {escape(message)}", highlight=False)
    raise typer.Exit(code)
