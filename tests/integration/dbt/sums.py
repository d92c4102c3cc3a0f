"""What each mart counts, and the facts it counts: over its profiles and what they do not own.

The law of a measure: its sum over the mart, plus the facts whose owner is not in the mart, is the
sum over all facts. Whose a fact is, the map says anew here, so a join that loses or doubles rows
anywhere between fact and mart breaks the law.
"""

from dataclasses import dataclass, replace
from datetime import date

from settings import Settings
from tests.integration.dbt.deliveries import rows

EVERYBODY = "true"
PERSONS = "owner.profile_id is not null"
KNOWN = "owner.profile_kind = 'known'"
PORTRAYED = "owner.profile_id in (select profile_id from build.portrait)"
TODAY = "(timestamptz '{as_of} 00:00+08')"
MIDNIGHT = f"({TODAY} + interval '1 day')"
WINDOWS = (1, 7, 30, 90)


@dataclass(frozen=True)
class Facts:
    """Rows of one table; `at` is when each had its owner, empty where the row names its person."""

    table: str
    at: str = ""
    where: str = "true"

    def only(self, condition: str) -> "Facts":
        return replace(self, where=f"{self.where} and {condition}")


@dataclass(frozen=True)
class Law:
    """Sum of `measure` over the rows of a mart = sum of `amount` over the facts of its `owners`."""

    mart: str
    measure: str
    facts: Facts
    owners: str = EVERYBODY
    amount: str = "1"
    where: str = "true"

    def __str__(self) -> str:
        return f"{self.mart}.{self.measure}" + (f" {self.where}" if self.where != "true" else "")


def sums(settings: Settings, law: Law, as_of: date) -> tuple[int, int, int]:
    """The measure's sum over the mart, over the facts of others, and over all facts."""
    facts = law.facts
    owner = "left join lateral (select fact.*) as owner on true"
    if facts.at:
        owner = f"""
            left join intermediate.int_actor_profile as owner
                on fact.identifier_set_id = owner.identifier_set_id
                and fact.{facts.at} >= owner.owned_from and fact.{facts.at} < owner.owned_to
        """
    query = f"""
        select
            (select coalesce(sum({law.measure}), 0) from build.{law.mart} where {law.where}),
            (
                select coalesce(sum({law.amount}), 0)
                from {facts.table} as fact {owner}
                where {facts.where} and not coalesce({law.owners}, false)
            ),
            (select coalesce(sum({law.amount}), 0) from {facts.table} as fact where {facts.where})
    """  # noqa: S608 - constants of this module
    return rows(settings, query.replace("{as_of}", str(as_of)))[0]


def broken_laws(settings: Settings, as_of: date) -> dict[str, tuple[int, int, int]]:
    """The laws that do not hold, with their sums."""
    found = {str(law): sums(settings, law, as_of) for law in LAWS}
    return {law: parts for law, parts in found.items() if parts[0] + parts[1] != parts[2]}


def _since(moment: str, days: int) -> str:
    return f"fact.{moment} >= {TODAY} - interval '{days - 1} days'"


EVENTS = Facts("intermediate.int_events", "occurred_at", "fact.scene_group <> 'exclude'")
SESSIONS = Facts("intermediate.int_session")
VISITS = Facts("intermediate.int_visit_days")
CONTACTS = Facts(
    "intermediate.int_contacts",
    "sent_at",
    f"fact.sent_at < {MIDNIGHT} and fact.failed_at is null",
)
PROMOTIONS = CONTACTS.only("fact.contact_class <> 'service'")
DELIVERED = CONTACTS.only(f"fact.contact_class = 'marketing' and fact.delivered_at < {MIDNIGHT}")
ORDERS = Facts(
    """
    (
        select
            orders.*,
            coalesce(orders.paid_at, payments.paid_at) as order_at,
            coalesce(refunds.refund_fen, 0) as refund_fen
        from intermediate.int_orders as orders
        left join (
            select order_id, min(paid_at) as paid_at from intermediate.int_payments
            where trade_state = 'SUCCESS' group by order_id
        ) as payments using (order_id)
        left join (
            select order_id, sum(amount_fen) as refund_fen from intermediate.int_refunds
            group by order_id
        ) as refunds using (order_id)
    )
    """,
    "order_at",
    f"fact.order_at < {MIDNIGHT} and fact.cancelled_at is null and fact.status <> 'cancelled'",
)
BUYING_DAYS = Facts(
    "(select distinct profile_id, order_date, promotion_type from intermediate.int_person_orders)",
    where="fact.promotion_type is not null",
)
POINTS = Facts("intermediate.int_points", "event_at")
STORED_VALUE = Facts("intermediate.int_stored_value", "event_at")
CHECK_INS = Facts("intermediate.int_check_ins", "occurred_at")
CONVERSATIONS = Facts("intermediate.int_service_conversations", "event_at")
INVITATIONS = Facts(
    """
    (
        select members.identifier_set_id, referrals.event_at, referrals.converted_at
        from intermediate.int_referrals as referrals
        left join intermediate.int_members as members
            on referrals.inviter_member_id = members.member_id
    )
    """,
    "event_at",
)
TIERS = Facts("intermediate.int_interactions", where="fact.interaction_kind = 'tier'")
WECOM = Facts("intermediate.int_interactions", where="fact.interaction_kind = 'wecom'")
ATTEMPTS = Facts("intermediate.int_growth_attempts")
ARTICLES = Facts(
    """
    (
        select subject_id, on_date, max(measure_1) as readers
        from intermediate.int_interactions where interaction_kind = 'article'
        group by subject_id, on_date
    )
    """,
)
SILENCES = Facts(
    """
    (
        select
            profile_kind,
            visit_date - lag(visit_date) over (partition by profile_id order by visit_date) as days
        from intermediate.int_visit_days
    )
    """,
    where="fact.days >= 30",
)


def _visitors(table: str) -> Facts:
    return Facts(f"(select distinct profile_id, profile_kind from {table})")  # noqa: S608 - ours


def _windowed(measure: str, facts: Facts, at: str, amount: str = "1") -> list[Law]:
    """The measure of a portrait in each of its windows; `at` is the day or moment that counts."""
    family = "amt" if measure.endswith("_fen") else "cnt"
    is_day = at.endswith("_date")
    return [
        Law(
            "portrait",
            f"{family}_{days}d_{measure}",
            facts.only(f"fact.{at} > date '{{as_of}}' - {days}" if is_day else _since(at, days)),
            PORTRAYED,
            amount,
        )
        for days in WINDOWS
    ]


PORTRAIT = [
    *_windowed("events", EVENTS, "event_date"),
    *_windowed("product_views", EVENTS.only("fact.verb = 'product_view'"), "event_date"),
    *_windowed("cart_adds", EVENTS.only("fact.verb = 'cart_add'"), "event_date"),
    *_windowed("sessions", SESSIONS, "session_date"),
    *_windowed("checkouts", SESSIONS, "session_date", "fact.checkout_start_count"),
    *_windowed("visit_days", VISITS, "visit_date"),
    *_windowed("orders", ORDERS, "order_at"),
    *_windowed("gross_fen", ORDERS, "order_at", "fact.total_fen"),
    *_windowed("net_fen", ORDERS, "order_at", "fact.total_fen - fact.refund_fen"),
    *_windowed("contacts", DELIVERED, "delivered_at")[1:],
    *_windowed("contact_clicks", DELIVERED, "delivered_at", "(fact.clicked_at is not null)::int")[
        1:
    ],
    Law("portrait", "life_order_count", ORDERS, PORTRAYED),
    Law("portrait", "value_net_total_fen", ORDERS, PORTRAYED, "fact.total_fen - fact.refund_fen"),
    Law("portrait", "loyalty_90d_points_earned", POINTS, PORTRAYED, "greatest(fact.delta, 0)"),
    Law(
        "portrait",
        "loyalty_stored_value_fen",
        STORED_VALUE,
        PORTRAYED,
        "fact.delta_fen + coalesce(fact.gift_delta_fen, 0)",
    ),
    Law("portrait", "loyalty_30d_check_in_count", CHECK_INS, PORTRAYED),
    Law("portrait", "svc_90d_conversation_count", CONVERSATIONS, PORTRAYED),
    Law("portrait", "ref_invite_count", INVITATIONS, PORTRAYED),
    Law(
        "portrait",
        "ref_converted_count",
        INVITATIONS,
        PORTRAYED,
        "(fact.converted_at is not null)::int",
    ),
    Law(
        "preference",
        "support_count",
        BUYING_DAYS,
        PORTRAYED,
        where="dimension = 'promotion' and rank = 1",
    ),
    Law(
        "tag",
        "1",
        Facts("build.portrait"),
        where="tag_key = 'lifecycle_stage' and valid_to is null",
    ),
]
GROWTH = [
    Law("funnel_daily", "attempt_count", ATTEMPTS),
    Law("funnel_daily", "order_paid_count", ATTEMPTS.only("fact.order_paid_at is not null")),
    Law("stickiness_daily", "dau_count", VISITS, KNOWN, where="channel = 'all'"),
    Law("reactivation_daily", "returned_count", SILENCES, KNOWN),
    Law(
        "retention_cohort",
        "cohort_count",
        _visitors("intermediate.int_visit_days"),
        KNOWN,
        where="activity = 'visit' and period = 'day' and period_offset = 1",
    ),
    Law(
        "visit_stage_history",
        "1",
        _visitors("intermediate.int_visit_days"),
        PORTRAYED,
        where="valid_to is null",
    ),
    Law("attribution_credit", "credit", ORDERS, KNOWN, where="model = 'time_decay'"),
    Law("channel_journey", "order_count", ORDERS, KNOWN),
    Law("contact_frequency_daily", "sent_count", PROMOTIONS, KNOWN),
    Law(
        "contact_frequency_daily",
        "clicked_count",
        PROMOTIONS,
        KNOWN,
        "(fact.clicked_at is not null)::int",
    ),
    Law("contact_fatigue", "sent_count", PROMOTIONS, KNOWN),
    Law(
        "contact_state",
        "month_count",
        CONTACTS.only(
            f"fact.contact_class = 'marketing' and fact.sent_at >= date_trunc('month', {TODAY})"
        ),
        PERSONS,
    ),
    Law("loyalty_daily", "entry_count", POINTS, where="programme = 'points'"),
    Law(
        "loyalty_daily",
        "amount_in - amount_out",
        POINTS,
        amount="fact.delta",
        where="programme = 'points'",
    ),
    Law("loyalty_daily", "entry_count", STORED_VALUE, where="programme = 'stored_value'"),
    Law(
        "loyalty_daily",
        "amount_in - amount_out",
        STORED_VALUE,
        amount="fact.delta_fen + coalesce(fact.gift_delta_fen, 0)",
        where="programme = 'stored_value'",
    ),
    Law("loyalty_daily", "entry_count", CHECK_INS, where="programme = 'check_in'"),
    Law("loyalty_daily", "entry_count", TIERS, where="programme = 'tier'"),
    Law("service_daily", "conversation_count", CONVERSATIONS),
    Law("service_daily", "message_count", CONVERSATIONS, amount="fact.message_count"),
    Law("referral_daily", "invite_count + self_invite_count", INVITATIONS),
    Law("follow_daily", "gained_count + lost_count", WECOM, where="channel = 'wecom'"),
    Law("article_daily", "reader_count", ARTICLES, amount="fact.readers"),
]
LAWS = PORTRAIT + GROWTH
