"""Audiences: who may be sent an offer through a channel, as the export role, audited."""

from dataclasses import dataclass
from typing import NamedTuple

from settings import Settings
from warehouse.connection import Connection, connect
from warehouse.errors import Fatal, database_errors_without_values

ROLE = "c360_export"
STAGE = "audience"


class Member(NamedTuple):
    """One person of an audience; `channel_id` is the channel's one id, hashed for SMS and mail."""

    profile_id: str
    channel_id: str
    account_id: str | None
    template_id: str | None
    expected_value_fen: float | None
    reason_zh: str


@dataclass(frozen=True, slots=True)
class Question:
    """Which audience: at most `limit` of `offer_id` by `channel`, for `receiver`.

    `quiet_days` leaves out who was contacted within so many days before the published day's end.
    """

    offer_id: str
    channel: str
    receiver: str
    limit: int
    quiet_days: int | None = None
    is_third_party: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """The members, best first; who entered since the receiver's last export, and who left."""

    members: list[Member]
    entered: set[str]
    left: list[str]


_MEMBERS = "select * from offers.audience(%s, %s, %s, %s, %s)"
_CHANNELS = """
select channel, count(*) from mart.next_best_offer where offer_id = %s group by 1 order by 2 desc, 1
"""
_BEFORE = """
select m.profile_id from offers.export_member as m
where m.export_id = (
    select max(export_id) from offers.export
    where offer_id = %s and channel = %s and receiver = %s
)
"""
_RECORD = """
insert into offers.export
    (exported_at, offer_id, channel, receiver, is_third_party, as_of, row_count)
select clock_timestamp(), %s, %s, %s, %s, as_of, %s from mart.publication
returning export_id
"""


def only_channel(settings: Settings, offer_id: str) -> str:
    """The one channel by which the offer goes to anybody now.

    Raises:
        Retryable: the database cannot be reached.
        Fatal: it goes to nobody, or by several channels; the message counts them.
    """
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        found = conn.execute(_CHANNELS, (offer_id,)).fetchall()
    if not found:
        raise Fatal(f"{offer_id} goes to nobody now: `c360 offers show ID` says of a person why")
    if len(found) > 1:
        told = ", ".join(f"{channel}: {count:,}" for channel, count in found)
        raise Fatal(f"{offer_id} goes by several channels; name one. Persons by {told}")
    return str(found[0][0])


def take_audience(settings: Settings, question: Question) -> Audience:
    """The audience as published now; the export is recorded, so the next one knows the difference.

    Raises:
        Retryable: the database cannot be reached.
        Fatal: nothing is published yet, or the question names no channel.
    """
    asked = (question.offer_id, question.channel)
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        rows = conn.execute(
            _MEMBERS, (*asked, question.limit, question.quiet_days, question.is_third_party)
        )
        members = [Member(*row) for row in rows]
        before = {row[0] for row in conn.execute(_BEFORE, (*asked, question.receiver))}
        _record(conn, question, members)
    now = {member.profile_id for member in members}
    return Audience(members, now - before, sorted(before - now))


def _record(conn: Connection, question: Question, members: list[Member]) -> None:
    row = conn.execute(
        _RECORD,
        (
            question.offer_id,
            question.channel,
            question.receiver,
            question.is_third_party,
            len(members),
        ),
    ).fetchone()
    if row is None:
        raise Fatal("nothing is published yet: `c360 run` first")
    conn.execute(
        "insert into offers.export_member (export_id, profile_id) select %s, unnest(%s::text[])",
        (row[0], [member.profile_id for member in members]),
    )
