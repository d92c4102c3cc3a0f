"""Statements of stewards: made and withdrawn here, obeyed by the next run."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from identifiers import Identifier
from settings import Settings
from warehouse.connection import Connection, connect
from warehouse.errors import Fatal, database_errors_without_values

ROLE = "c360_identity"

StatementKind = Literal["same", "different", "block"]

_MIN_NAMED = {"same": 2, "different": 1, "block": 1}

_FIND = """
select identifier_id from identity.identifier
where namespace = %s and scope = %s and value = %s and status <> 'erased'
"""
_STATE = """
insert into identity.statement (kind, left_ids, right_ids, stated_at, stated_by, reason)
values (%s, %s, %s, clock_timestamp(), %s, %s)
returning statement_id
"""
_WITHDRAW = """
update identity.statement
set withdrawn_at = clock_timestamp(), withdrawn_by = %s, withdrawn_reason = %s
where statement_id = %s and withdrawn_at is null
"""
_LIST = """
select
    s.statement_id, s.kind, s.stated_at, s.stated_by, s.reason, s.withdrawn_at, s.is_applied,
    string_agg(distinct r.refusal_reason, ', ')
from identity.statement as s
left join identity.statement_refusal as r on s.statement_id = r.statement_id
group by s.statement_id
order by s.statement_id
"""
_AUDIT = "insert into ops.audit (action, detail) values (%s, %s::jsonb)"


@dataclass(frozen=True, slots=True)
class Said:
    """A statement: kind, whom it names (for `different`: left apart from right), who and why."""

    kind: StatementKind
    left: tuple[Identifier, ...]
    right: tuple[Identifier, ...]
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement as it stands; refused_because names what a `same` cannot be honoured for."""

    statement_id: int
    kind: str
    stated_at: datetime
    stated_by: str
    reason: str
    withdrawn_at: datetime | None
    is_applied: bool
    refused_because: str | None


def make_statement(settings: Settings, said: Said) -> int:
    """Keep a statement; return its number. It holds from the next run on until it is withdrawn.

    Raises:
        Fatal: too few identifiers, one that was never seen, or one on both sides.
    """
    if len(set(said.left)) < _MIN_NAMED[said.kind]:
        raise Fatal(f"`{said.kind}` needs {_MIN_NAMED[said.kind]} different identifiers or more")
    if said.kind == "different" and not said.right:
        raise Fatal("`different` needs identifiers on both sides")
    if set(said.left) & set(said.right):
        raise Fatal("an identifier cannot be different from itself")
    with (
        database_errors_without_values(),
        connect(settings, ROLE, stage="identity:state") as conn,
    ):
        sides = [[_known(conn, i) for i in side] for side in (said.left, said.right)]
        row = conn.execute(_STATE, (said.kind, *sides, said.by, said.reason)).fetchone()
        number = int(row[0]) if row else 0
        _audit(conn, f"identity_{said.kind}", number)
    return number


def withdraw_statement(settings: Settings, number: int, by: str, reason: str) -> None:
    """Withdraw a statement: from the next run on it is as if it had never been made.

    Raises:
        Fatal: there is no such statement, or it was withdrawn before.
    """
    with (
        database_errors_without_values(),
        connect(settings, ROLE, stage="identity:state") as conn,
    ):
        if not conn.execute(_WITHDRAW, (by, reason, number)).rowcount:
            raise Fatal(f"there is no live statement {number}: `c360 identity statements`")
        _audit(conn, "identity_withdraw", number)


def list_statements(settings: Settings) -> list[StatementRow]:
    """Return every statement ever made."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE, stage="identity:state") as conn,
    ):
        rows = conn.execute(_LIST).fetchall()
    return [StatementRow(*row) for row in rows]


def _known(conn: Connection, identifier: Identifier) -> int:
    row = conn.execute(_FIND, identifier).fetchone()
    if row is None:
        raise Fatal("an identifier was never seen; look at its namespace and scope")
    return int(row[0])


def _audit(conn: Connection, action: str, number: int) -> None:
    conn.execute(_AUDIT, (action, json.dumps({"statement_id": number})))
