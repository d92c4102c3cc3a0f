"""What may go wrong with what is sent, one thing at a time, and the name of the rule it breaks."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from tests.integration.dbt.brand import DAYS, Record, moment
from tests.integration.dbt.deliveries import record_in
from tests.integration.offers.season import Identifiers, consent, contact, grants
from warehouse.connection import Connection

LAST = DAYS[-1]
DECIDED = LAST + timedelta(days=1)


class Row(NamedTuple):
    """A row that may be sent, and whose it is."""

    profile_id: str
    offer_id: str
    channel: str
    member_id: str

    @property
    def who(self) -> Identifiers:
        return (("member_id", "", self.member_id, 1),)


_ROWS = """
select n.profile_id, n.offer_id, n.channel, i.value
from mart.next_best_offer as n
inner join identity.identifier_profile as m on n.profile_id = m.profile_id and m.valid_to is null
inner join identity.identifier as i on m.identifier_id = i.identifier_id
where i.namespace = 'member_id' and {} order by n.profile_id, n.rank limit 1
"""


def a_row(conn: Connection, condition: str = "true") -> Row:
    found = conn.execute(_ROWS.format(condition).encode()).fetchone()
    assert found is not None, f"the season has no row where {condition}"
    return Row(*found)


_BECOMES = """
update mart.next_best_offer as n set offer_id = %(offer)s
where (n.profile_id, n.rank) = (
    select o.profile_id, o.rank from mart.next_best_offer as o
    where o.is_allocated and o.rank > 0 and not exists (
        select from mart.next_best_offer where is_allocated and offer_id = %(offer)s
    )
    order by o.profile_id limit 1
)
"""


def a_row_of(conn: Connection, offer_id: str) -> Row:
    """A row with a place of the offer; where nobody has one, somebody's becomes it."""
    conn.execute(_BECOMES.encode(), {"offer": offer_id})
    return a_row(conn, f"n.is_allocated and n.offer_id = '{offer_id}'")


def tell(conn: Connection, *records: Record) -> None:
    """The records are in raw, of a load that was published."""
    for record in records:
        record_in(conn, record, LAST)


def change(statement: str, condition: str = "true") -> Callable[[Connection], Row]:
    """A case that changes one published row; `{}` in the statement is the row."""

    def planted(conn: Connection) -> Row:
        row = a_row(conn, condition)
        at = f"where profile_id = '{row.profile_id}' and offer_id = '{row.offer_id}'"
        conn.execute(statement.format(at).encode())
        return row

    return planted


def told(
    make: Callable[[Row], list[Record]], condition: str = "true", *, offer_id: str = ""
) -> Callable[[Connection], Row]:
    """A case in which the pipeline overlooked something that a person did."""

    def planted(conn: Connection) -> Row:
        row = a_row_of(conn, offer_id) if offer_id else a_row(conn, condition)
        tell(conn, *make(row))
        return row

    return planted


def days_ago(days: int) -> date:
    return DECIDED - timedelta(days=days)


def member_record(row: Row, **body: str) -> list[Record]:
    at = moment(LAST, 20)
    body = {
        "member_id": row.member_id,
        "updated_at": at.isoformat(),
        "birth_date": "1980-01-01",
    } | body
    return [Record("commerce", "members", "planted", at, body, row.who)]


def follows(row: Row, event: str) -> list[Record]:
    body = {"ToUserName": "gh_0000000000b1", "MsgType": "event", "Event": event}
    return [Record("official_account", "pushes", "planted", moment(LAST, 20), body, row.who)]


def order(row: Row) -> list[Record]:
    at = moment(LAST, 20)
    body = {"order_id": "planted", "paid_at": at.isoformat(), "status": "paid", "total_fen": 100}
    return [Record("commerce", "orders", "planted", at, body, row.who)]


def used_up(row: Row) -> list[Record]:
    sent = {"Event": "subscribe_msg_sent_event", "ErrorStatus": "success"}
    return [grants(row.who, day, "planted", **sent) for day in (days_ago(n) for n in range(1, 9))]


def messages(row: Row, *days: int, **body: object) -> list[Record]:
    return [
        contact(row.who, days_ago(day), f"planted-{place}", hour=22, **body)
        for place, day in enumerate(days)
    ]


def redeemed(conn: Connection) -> Row:
    """As many coupons of an offer with a stock were used as there are."""
    row = a_row_of(conn, "OF-COFFEE")
    tell(conn, *(
        Record("commerce", "coupons", f"planted-{number}", moment(LAST, 20),
               {"coupon_code": f"planted-{number}", "event": "used", "batch_id": row.offer_id})
        for number in range(2_000)
    ))  # fmt: skip
    return row


def held_out(experiment: str) -> Callable[[Connection], Row]:
    arm = """
        insert into offers.assignment (experiment_id, profile_id, arm, assigned_on)
        select {}, profile_id, 'control', '2026-11-01' from mart.next_best_offer {{}}
        on conflict (experiment_id, profile_id) do update set arm = 'control'
    """
    return change(arm.format(experiment))


PERSONAL = "n.rank > 0"
SUBSCRIBED = "n.channel = 'mp_subscribe' and n.rank > 0"
FOLLOWED = "n.channel = 'official_account'"
ONE = "update mart.next_best_offer set {} {{}}"

PLANTED: dict[str, tuple[str, Callable[[Connection], Row]]] = {
    "a child": ("minor", told(lambda row: member_record(row, birth_date="2012-02-29"))),
    "a closed account": (
        "account_cancelled", told(lambda row: member_record(row, status="closed")),
    ),
    "a withdrawn consent": (
        "no_marketing_consent",
        told(lambda row: [consent(f"C{int(row.member_id[1:])}", LAST, row.who,
                                  withdrawn_at=moment(LAST, 11).isoformat())]),
    ),
    "a refusal of all": (
        "no_marketing_consent",
        told(lambda row: [consent("planted", LAST, row.who, is_granted=False)]),
    ),
    "a refused channel": (
        "no_marketing_consent",
        told(lambda row: [consent("planted", LAST, row.who, is_granted=False,
                                  channel=row.channel)]),
    ),
    "an opt-out": (
        "personalisation_opt_out",
        told(lambda row: [consent("planted", LAST, row.who, is_granted=False,
                                  purpose="personalisation")], PERSONAL),
    ),
    "a used grant": ("no_grant", told(used_up, SUBSCRIBED)),
    "a template switched off": (
        "no_grant",
        told(lambda row: [grants(row.who, LAST, "planted", Event="subscribe_msg_change_event",
                                 SubscribeStatusString="reject")], SUBSCRIBED),
    ),
    "an error that takes grants": (
        "no_grant",
        told(lambda row: [grants(row.who, LAST, "planted", Event="subscribe_msg_sent_event",
                                 ErrorCode="43101")], SUBSCRIBED),
    ),
    "an unfollow": ("out_of_reach", told(lambda row: follows(row, "unsubscribe"), FOLLOWED)),
    "a follow": (
        "already_follows",
        told(lambda row: follows(row, "subscribe"), offer_id="OF-FOLLOW"),
    ),
    "a message within a day": ("cap_1d", told(lambda row: messages(row, 1))),
    "two messages within a week": ("cap_7d", told(lambda row: messages(row, 3, 5))),
    "the same offer": (
        "same_offer", told(lambda row: messages(row, 12, offer_id=row.offer_id)),
    ),
    "a rejection": (
        "rejected_group",
        told(lambda row: messages(row, 20, offer_id="OF-PETS",
                                  rejected_at=moment(days_ago(20), 23).isoformat()),
             offer_id="OF-COFFEE"),
    ),
    "impressions without a click": (
        "impressions_without_click",
        told(lambda row: messages(row, 4, 5, 6, offer_id=row.offer_id, **{"class": "impression"})),
    ),
    "four of the month": (
        "month_cap",
        told(lambda row: messages(row, 9, 10, 11, 12, channel="official_account"), FOLLOWED),
    ),
    "an order": ("ordered_recently", told(order, offer_id="OF-COFFEE")),
    "a global control": ("global_holdout", held_out("'global'")),
    "a control of the offer": ("offer_holdout", held_out("offer_id")),
    "a send at night": (
        "quiet_hours", change(ONE.format("send_after = send_after - interval '1 hour'")),
    ),
    "a send after the end": (
        "outside_window", change(ONE.format("send_before = send_before + interval '1 day'")),
    ),
    "another template": (
        "template_goal", change(ONE.format("template_id = 'TPL_FAKE_0009'"), SUBSCRIBED),
    ),
    "a channel not of the offer": (
        "wrong_channel", change(ONE.format("channel = 'wecom', template_id = null")),
    ),
    "a wrong value": (
        "wrong_value", change(ONE.format("expected_value_fen = expected_value_fen + 1"), PERSONAL),
    ),
    "a certain draw": ("wrong_probability", change(ONE.format("p_logged = 1.5"))),
    "a generic row that is not": (
        "not_generic", change(ONE.format("offer_id = 'OF-COFFEE'"), "n.rank = 0"),
    ),
    "an offer of the future": (
        "offer_not_live", change(ONE.format("offer_id = 'OF-BARGAIN-CUP'")),
    ),
    "nobody": ("not_a_known_person", change(ONE.format("profile_id = 'p_nobody'"))),
    "two places": ("not_one_place", change(ONE.format("is_allocated = true"), "n.rank = 2")),
    "a missing rank": ("ranks_have_a_gap", change(ONE.format("rank = 9"), "n.rank = 2")),
    "a pair without a decision": (
        "decided_not_once", change("delete from mart.next_best_offer {}", "n.rank = 2"),
    ),
    "a pair decided twice": (
        "decided_not_once",
        change("update mart.offer_hold as h set offer_ids[1] = n.offer_id from"
               " (select * from mart.next_best_offer {}) as n where n.profile_id = h.profile_id"),
    ),
    "more than the stock": ("stock", redeemed),
}  # fmt: skip
