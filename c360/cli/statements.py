"""What stewards say about identifiers: same, different, block, and its withdrawal."""

import getpass
from typing import Annotated

import typer

from c360.cli.output import AsJson, print_rows, say
from c360.profile_card import parse_identifier
from identity_store.statements import (
    Said,
    StatementKind,
    list_statements,
    make_statement,
    withdraw_statement,
)
from settings import load_settings

Reason = Annotated[str, typer.Option(help="Why; kept with the statement.")]
Names = Annotated[list[str], typer.Argument(help="namespace:value or namespace@scope:value")]
ByWhom = Annotated[str, typer.Option("--by", help="Who says so; default: the login.")]


def same(identifiers: Names, reason: Reason, by: ByWhom = "") -> None:
    """These identifiers are one person's: they share a profile and count as one for limits."""
    _state("same", (identifiers, []), by, reason)


def different(
    identifiers: Names,
    reason: Reason,
    apart_from: Annotated[list[str], typer.Option("--from", help="Whom they are not; repeat.")],
    by: ByWhom = "",
) -> None:
    """None of these identifiers may share a profile with any of those given by --from."""
    _state("different", (identifiers, apart_from), by, reason)


def block(identifiers: Names, reason: Reason, by: ByWhom = "") -> None:
    """These identifiers may link nobody."""
    _state("block", (identifiers, []), by, reason)


def withdraw(
    statement: Annotated[int, typer.Argument(help="Its number.")], reason: Reason, by: ByWhom = ""
) -> None:
    """Withdraw a statement: the next run decides as if it had never been made."""
    withdraw_statement(load_settings(), statement, by or getpass.getuser(), reason)
    say(f"statement {statement} is withdrawn; the next run obeys: `c360 identity run`")


def statements(*, as_json: AsJson = False) -> None:
    """All statements, and which of them cannot be honoured."""
    columns = ("statement", "kind", "stated", "by", "reason", "withdrawn", "applied", "refused")
    rows = [
        (
            row.statement_id,
            row.kind,
            row.stated_at,
            row.stated_by,
            row.reason,
            row.withdrawn_at,
            row.is_applied,
            row.refused_because or "",
        )
        for row in list_statements(load_settings())
    ]
    print_rows("Statements", columns, rows, as_json=as_json)


def add_statements(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    example = "Example: c360 identity "
    reason = ' --reason "ticket 17"'
    app.command(epilog=f"{example}same member_id:M000001 member_id:M000002{reason}")(same)
    app.command(epilog=f"{example}different phone:+8615400000001 --from member_id:M000001{reason}")(
        different
    )
    app.command(epilog=f"{example}block app_install_id:demo{reason}")(block)
    app.command(epilog=f"{example}withdraw 3{reason}")(withdraw)
    app.command(epilog=f"{example}statements --json")(statements)


def _state(kind: StatementKind, sides: tuple[list[str], list[str]], by: str, reason: str) -> None:
    left, right = (tuple(parse_identifier(name) for name in side) for side in sides)
    number = make_statement(
        load_settings(), Said(kind, left, right, by or getpass.getuser(), reason)
    )
    say(f"statement {number} is kept; the next run obeys: `c360 identity run`")
