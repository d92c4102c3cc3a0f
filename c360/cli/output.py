"""Tables for people, JSON for machines."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Customer = Annotated[
    str, typer.Argument(help="Profile id, namespace:value or namespace@scope:value.")
]

console = Console()


def print_rows(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, as_json: bool = False
) -> None:
    """Prints rows as a table with right-aligned numbers, or as a JSON list of objects."""
    rows = [tuple(row) for row in rows]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for index, column in enumerate(columns):
        is_number = any(isinstance(row[index], int | float) for row in rows)
        # Words may go on in the next line; the name of a row and a number are read in one piece.
        table.add_column(
            column.replace("_", " "),
            justify="right" if is_number else "left",
            no_wrap=is_number or index == 0,
            min_width=_widest(rows, index) if is_number or index == 0 else None,
        )
    for row in rows:
        table.add_row(*(escape(_text(value)) for value in row))
    console.print(table)


def print_json(document: Mapping[str, object] | Sequence[object]) -> None:
    """Prints a document as JSON; times as ISO 8601."""
    console.print_json(json.dumps(document, default=str, ensure_ascii=False))


def say(message: str) -> None:
    """Prints one line of progress or result."""
    console.print(message, highlight=False)


def _widest(rows: Sequence[Sequence[object]], index: int) -> int:
    return max((len(_text(row[index])) for row in rows), default=0)


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "–", True: "yes", False: "no"}[value]
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)
