"""Hand an audience to a marketing tool."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from c360.audience_files import write_audience
from c360.cli.output import say
from settings import load_settings
from warehouse.audiences import Question, only_channel, take_audience

app = typer.Typer(help=__doc__)


class Channel(StrEnum):
    """Where the message goes; it decides which id the file has."""

    MP_SUBSCRIBE = "mp_subscribe"
    OFFICIAL_ACCOUNT = "official_account"
    WECOM = "wecom"
    SMS = "sms"
    EMAIL = "email"
    PUSH = "push"


class Shape(StrEnum):
    """The file's form."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    WECHAT_TAGS = "wechat-tags"
    WECOM = "wecom"


@app.command(
    epilog="Example: c360 audience --offer OF-COFFEE --channel mp_subscribe --not-contacted 7d"
)
def audience(  # noqa: PLR0913 - each is an option of the command
    offer: Annotated[str, typer.Option(help="Id of the offer.")],
    *,
    channel: Annotated[
        Channel | None, typer.Option(help="The channel, and so the id; default: the offer's only.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the best first.")] = 5000,
    not_contacted: Annotated[str, typer.Option(help="Not within so many days: 7d.")] = "",
    receiver: Annotated[str, typer.Option(help="Who gets it; differences are kept by it.")] = "crm",
    third_party: Annotated[
        bool, typer.Option("--third-party", help="The receiver is another controller.")
    ] = False,
    shape: Annotated[Shape, typer.Option(help="The file's form.")] = Shape.CSV,
    out: Annotated[Path | None, typer.Option(help="The file; default: named by offer.")] = None,
) -> None:
    """Write who may be sent an offer, with one channel's ids, and what changed since last time."""
    match = re.fullmatch(r"(\d{1,3})d", not_contacted) if not_contacted else None
    if not_contacted and match is None:
        raise typer.BadParameter("days such as 7d", param_hint="--not-contacted")
    days = int(match[1]) if match else None
    if Path(offer).name != offer:
        raise typer.BadParameter("an offer's id holds no path", param_hint="--offer")
    settings = load_settings()
    by = channel.value if channel else only_channel(settings, offer)
    found = take_audience(settings, Question(offer, by, receiver, limit, days, third_party))
    suffix = {"wechat-tags": "jsonl", "wecom": "json"}.get(shape.value, shape.value)
    path = out or Path(f"{offer}.{by}.{suffix}")
    write_audience(found, path, shape.value)
    say(f"{len(found.members)} persons in {path.name}")
    say(f"{len(found.entered)} entered, {len(found.left)} left since the last export")
