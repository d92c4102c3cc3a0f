"""Lines that could not be loaded: see why, load them again, or put them aside."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from c360.cli.output import AsJson, print_json, print_rows, say
from ingestion import quarantine
from settings import load_settings

app = typer.Typer(name="quarantine", no_args_is_help=True, help=__doc__)

SHANGHAI = ZoneInfo("Asia/Shanghai")
GROUP_COLUMNS = (
    "load_id",
    "path",
    "reason_code",
    "field",
    "lines",
    "first_line",
    "first_byte_offset",
    "hint",
)
LINE_COLUMNS = ("line_number", "byte_offset", "reason_code", "field", "hint")

LoadId = Annotated[int, typer.Argument(help="The load's number; `c360 quarantine list` has it.")]
Reason = Annotated[str | None, typer.Option(help="Only lines with this reason code.")]


@app.command("list", epilog="Example: c360 quarantine list")
def list_groups(*, as_json: AsJson = False) -> None:
    """The open lines by load, reason and field, with what to do about them."""
    groups = quarantine.list_groups(load_settings())
    rows = [[getattr(group, column) for column in GROUP_COLUMNS] for group in groups]
    print_rows("Quarantine", GROUP_COLUMNS, rows, as_json=as_json)


@app.command(epilog="Example: c360 quarantine show 17 --reason invalid_json --raw")
def show(
    load_id: LoadId,
    reason: Reason = None,
    *,
    raw: Annotated[
        bool, typer.Option("--raw", help="Print the lines themselves: personal data.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The open lines of a load: where they stand and what is wrong with them."""
    lines = quarantine.show(load_settings(), load_id, reason_code=reason)
    columns = (*LINE_COLUMNS, "raw") if raw else LINE_COLUMNS
    rows = [[_shown(getattr(line, column)) for column in columns] for line in lines]
    print_rows(f"Load {load_id}", columns, rows, as_json=as_json)


@app.command(epilog="Example: c360 quarantine replay 17")
def replay(load_id: LoadId, reason: Reason = None, *, as_json: AsJson = False) -> None:
    """Load the open lines of a load again, by the contract as it is now."""
    today = datetime.now(SHANGHAI).date()
    counts = quarantine.replay(load_settings(), load_id, arrival_day=today, reason_code=reason)
    columns = ("load_id", "replayed", "still_open", "loaded", "duplicate")
    rows = [[getattr(counts, column) for column in columns]]
    print_rows(f"Replay of load {load_id}", columns, rows, as_json=as_json)


@app.command(epilog="Example: c360 quarantine discard 17 --because 'test lines of the vendor'")
def discard(
    load_id: LoadId,
    because: Annotated[str, typer.Option(help="Why they may go.")],
    reason: Reason = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Put open lines of a load aside for good. They stay countable."""
    count = quarantine.discard(load_settings(), load_id, because=because, reason_code=reason)
    if as_json:
        print_json({"discarded": count})
    else:
        say(f"{count:,} lines of load {load_id} are put aside")


def _shown(value: object) -> object:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
