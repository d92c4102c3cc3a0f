"""Tables for people, JSON for machines."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Customer = Annotated[
    str, typer.Argument(help="Profile id, namespace:value or namespace@scope:value.")
]

console = Console()
_UNBOUNDED = console.options.update(width=10_000)


def print_rows(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, as_json: bool = False
) -> None:
    """Prints rows as a table with right-aligned numbers, or as a JSON list of objects.

    Where the terminal is too narrow for the table's words, each row becomes a block of lines.
    """
    rows = [tuple(row) for row in rows]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    table = _as_table(title, columns, rows)
    is_too_wide = Measurement.get(console, _UNBOUNDED, table).minimum > console.width
    console.print(_as_records(title, columns, rows) if is_too_wide else table)


def _as_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    table = _empty_table(title)
    for index, column in enumerate(columns):
        is_number = any(isinstance(row[index], int | float) for row in rows)
        name, cells = column.replace("_", " "), [_text(row[index]) for row in rows]
        # Words may go on in the next line; the name of a row and a number are read in one piece.
        pieces = cells if is_number or index == 0 else " ".join(cells).split()
        table.add_column(
            name,
            justify="right" if is_number else "left",
            min_width=max(map(cell_len, [*name.split(), *pieces])),
        )
    for row in rows:
        table.add_row(*(escape(_text(value)) for value in row))
    return table


def _as_records(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """Each row as a block of names and values, as psql does with what is too wide."""
    table = _empty_table(title)
    table.show_header = False
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            table.add_row(column.replace("_", " "), escape(_text(value)))
        table.add_section()
    return table


def _empty_table(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )


def print_json(document: Mapping[str, object] | Sequence[object]) -> None:
    """Prints a document as JSON; times as ISO 8601."""
    console.print_json(json.dumps(document, default=str, ensure_ascii=False))


def say(message: str) -> None:
    """Prints one line of progress or result."""
    console.print(message, highlight=False)


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "–", True: "yes", False: "no"}[value]
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)
