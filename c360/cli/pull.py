"""Pulling what WeChat's APIs tell about the brand's accounts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

import typer

from c360.cli.output import AsJson, print_rows
from pipeline.pull import pull as pull_account
from pipeline.pull import pullable
from settings import Settings, load_settings
from warehouse.errors import Fatal

app = typer.Typer()

COLUMNS = ("account", "pull", "day", "result")
DAY_FORMATS = ["%Y-%m-%d"]
FirstDay = Annotated[
    datetime | None,
    typer.Option("--from", formats=DAY_FORMATS, help="Statistics since; default: yesterday."),
]
LastDay = Annotated[
    datetime | None, typer.Option("--to", formats=DAY_FORMATS, help="Statistics until.")
]


@app.command(epilog="Example: c360 pull statistics --from 2026-11-14 --to 2026-11-20")
def pull(  # noqa: PLR0913 - its options
    what: Annotated[
        str, typer.Argument(help="followers, tags, statistics, contacts, or all.")
    ] = "all",
    account: Annotated[str | None, typer.Option(help="Appid; default: all with a secret.")] = None,
    first: FirstDay = None,
    last: LastDay = None,
    *,
    again: Annotated[bool, typer.Option("--again", help="Also what has landed today.")] = False,
    as_json: AsJson = False,
) -> None:
    """Pull raw replies of WeChat's APIs into the landing zone; what broke off goes on.

    Secrets come from C360_WECHAT_SECRET_APPID (appid in capitals).
    """
    settings = load_settings()
    rows = []
    for appid, kind in _wanted(settings, what, account):
        for day in _days(first, last) if kind == "statistics" else [None]:
            counts = pull_account(
                settings, appid, kind, day=day.date() if day else None, is_again=again
            )
            text = ", ".join(f"{name} {value:,}" for name, value in counts.items())
            rows.append((appid, kind, day.date().isoformat() if day else None, text))
    print_rows("Pulled", COLUMNS, rows, as_json=as_json)


def _wanted(settings: Settings, what: str, account: str | None) -> list[tuple[str, str]]:
    found = [
        (appid, kind)
        for kind, appids in pullable(settings).items()
        for appid in appids
        if what in {"all", kind} and account in {None, appid}
    ]
    if not found:
        raise Fatal(
            "nothing to pull: no account of config/accounts.yml that fits has its AppSecret in "
            "C360_WECHAT_SECRET_<APPID> (appid in capitals)"
        )
    return found


def _days(first: datetime | None, last: datetime | None) -> Iterator[datetime | None]:
    if first is None and last is None:
        yield None
        return
    begin, end = first or last, last or first
    while begin and end and begin <= end:
        yield begin
        begin += timedelta(days=1)
