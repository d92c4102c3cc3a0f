"""Erase a person, an identifier, or what one source said of an identifier."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from c360.cli.output import print_rows, say
from c360.profile_card import parse_identifier
from identity_store.erasure import Erasure
from pipeline.erasure import erase_everywhere
from settings import load_settings

app = typer.Typer(help=__doc__)


class Scope(StrEnum):
    """How far an erasure goes."""

    PERSON = "person"
    IDENTIFIER = "identifier"
    AT_SOURCE = "identifier_at_source"


@app.command(epilog="Example: c360 erase member_id:M000001")
def erase(
    identifier: Annotated[str, typer.Argument(help="namespace:value or namespace@scope:value")],
    *,
    scope: Annotated[Scope, typer.Option(help="How far it goes.")] = Scope.PERSON,
    source: Annotated[str, typer.Option(help="With identifier_at_source: which.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase for good: database, quarantine and landing files; replays cannot bring it back.

    Orders and payments stay without what identifies. `c360 run` then publishes without the person.
    """
    if not yes:
        typer.confirm("This cannot be undone. Erase?", abort=True)
    named = parse_identifier(identifier)
    erasure = Erasure(named, scope.value, datetime.now(UTC), source)
    counts, files = erase_everywhere(load_settings(), erasure)
    rows = [
        ("identifiers", counts.identifiers),
        ("records deleted", counts.records_deleted),
        ("records without what identifies", counts.records_scrubbed),
        ("quarantined lines emptied", counts.quarantined_emptied),
        ("files rewritten", files.files_rewritten),
    ]
    print_rows("Erased", ("what", "count"), rows)
    for path in files.files_left:
        say(f"look by hand, this file is damaged and could not be searched: {path.name}")
    say("profiles follow with the next run: `c360 run`")
