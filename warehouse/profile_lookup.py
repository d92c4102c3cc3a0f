"""One customer out of the marts, found by any identifier; clear values go in and never come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import database_errors_without_values

ROLE = "c360_marketer"
STAGE = "profile_lookup"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Customer:
    """What the marts say about one live profile.

    `asked_id` is the profile id that was asked for; it differs from `profile["profile_id"]` when
    that id was retired. `portrait` is None for anonymous visitors and children.
    """

    asked_id: str
    profile: Row
    portrait: Row | None
    identifiers: Sequence[Row]
    offers: Sequence[Row]
    suppressed: Sequence[Row]


_PORTRAIT = "select * from mart.portrait where profile_id = %s"
_IDENTIFIERS = """
select namespace, scope, masked_value, status, first_seen_at, last_seen_at
from mart.profile_identifier where profile_id = %s
order by namespace, scope, last_seen_at desc nulls last, identifier_id
"""
_OFFERS = """
select
    n.rank, n.offer_id, o.name_en, o.name_zh, n.channel, n.p_convert, n.expected_value_fen,
    n.reason_en, n.reason_zh, n.send_after, n.send_before
from mart.next_best_offer as n
left join lateral (
    select name_en, name_zh from mart.offer
    where offer_id = n.offer_id order by valid_from desc limit 1
) as o on true
where n.profile_id = %s order by n.rank, n.offer_id
"""
_SUPPRESSED = """
select offer_id, stage, reason_code, reason_en, reason_zh, valid_to
from mart.offer_suppressed where profile_id = %s order by stage, reason_code, offer_id
"""
_LIVE_PROFILE = """
select p.* from mart.profile as p
where p.profile_id = coalesce(
    (select profile_id from mart.profile_redirect where old_profile_id = %(profile_id)s),
    %(profile_id)s
)
"""


def find_customer(settings: Settings, namespace: str, scope: str, value: str) -> Customer | None:
    """The known customer who holds an identifier, its value in normal form; the look-up is audited.

    None when nobody known holds it.
    """
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        profile = _one(
            conn, "select * from mart.find_profile(%s, %s, %s)", [namespace, scope, value]
        )
        return _read(conn, profile["profile_id"], profile) if profile else None


def read_customer(settings: Settings, profile_id: str) -> Customer | None:
    """The customer of a live or retired profile id; None when it leads to no live profile."""
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        profile = _one(conn, _LIVE_PROFILE, {"profile_id": profile_id})
        return _read(conn, profile_id, profile) if profile else None


def _read(conn: psycopg.Connection, asked_id: str, profile: Row) -> Customer:
    key = [profile["profile_id"]]
    return Customer(
        asked_id,
        profile,
        _one(conn, _PORTRAIT, key),
        _all(conn, _IDENTIFIERS, key),
        _all(conn, _OFFERS, key),
        _all(conn, _SUPPRESSED, key),
    )


def _one(conn: psycopg.Connection, query: str, parameters: Any) -> Row | None:  # noqa: ANN401 - psycopg's own type
    return next(iter(_all(conn, query, parameters)), None)


def _all(conn: psycopg.Connection, query: str, parameters: Any) -> Sequence[Row]:  # noqa: ANN401 - psycopg's own type
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), parameters).fetchall()
