"""The queries behind the figures of the summary and the report, each with the shape of its rows.

They count, sum and average; none returns a row of a person.
"""

from datetime import date
from typing import Any, NamedTuple


class SourceRows(NamedTuple):
    """What a source delivered so far, in files and records."""

    source: str
    files: int
    rows_in: int
    loaded: int
    duplicate: int
    quarantined: int


class DayRows(NamedTuple):
    """Records of one source with one landing day."""

    day: date
    source: str
    rows: int


class LabelCount(NamedTuple):
    """How many there are of one label: persons, attempts of a funnel, refused offers."""

    label: str
    number: int


class ProfileKind(NamedTuple):
    """Live profiles of one kind, and how many identifiers they hold."""

    kind: str
    profiles: int
    identifiers: int
    largest: int


class Retention(NamedTuple):
    """The share of all closed cohorts that was active `period_offset` periods after the first."""

    activity: str
    period: str
    channel: str
    period_offset: int
    rate: float


class Cohort(NamedTuple):
    """One month's first buyers, and the share that bought again in the n-th month after."""

    month: date
    persons: int
    period_offset: int
    rate: float | None


class SegmentCell(NamedTuple):
    """Buyers of one score of recency and one of frequency, and what the segment is called."""

    recency: int
    frequency: int
    segment: str
    persons: int


class OfferFigures(NamedTuple):
    """One offer: persons it is the first choice of, and what that is expected to bring."""

    offer_id: str
    name_en: str
    name_zh: str
    channel: str
    persons: int
    mean_chance: float
    expected_fen: float


class StageSeconds(NamedTuple):
    """Wall and CPU seconds of one kind of work; `takings` is how often it ran.

    Sources load side by side, so their wall seconds may add up to more than passed. The database's
    own CPU is nobody's.
    """

    work: str
    takings: int
    wall_seconds: float
    cpu_seconds: float


QUERIES: dict[str, tuple[type[Any], str]] = {
    "sources": (
        SourceRows,
        """
        select source, count(*) as files, sum(rows_in)::bigint as rows_in,
            sum(loaded)::bigint as loaded, sum(duplicate)::bigint as duplicate,
            sum(quarantined)::bigint as quarantined
        from ops.load group by source order by source
        """,
    ),
    "days": (
        DayRows,
        """
        select landing_day as day, source, sum(rows_in)::bigint as rows
        from ops.load
        where landing_day > (select max(landing_day) from ops.load) - 30
        group by landing_day, source order by landing_day, source
        """,
    ),
    "kinds": (
        ProfileKind,
        """
        select kind, count(*) as profiles, sum(identifier_count)::bigint as identifiers,
            max(identifier_count) as largest
        from identity.profile where status = 'active' group by kind order by kind desc
        """,
    ),
    "sizes": (
        LabelCount,
        """
        select b.label, count(p.profile_id) as number
        from (values
            ('1', 1, 1), ('2', 2, 2), ('3', 3, 3), ('4', 4, 4), ('5', 5, 5), ('6–7', 6, 7),
            ('8–9', 8, 9), ('10–14', 10, 14), ('15–19', 15, 19), ('20+', 20, 2147483647)
        ) as b (label, low, high)
        left join identity.profile as p
            on p.identifier_count between b.low and b.high
            and p.status = 'active' and p.kind = 'known'
        group by b.label, b.low order by b.low
        """,
    ),
    "lifecycle": (
        LabelCount,
        """
        select stage.label, count(p.profile_id) as number
        from unnest(array['prospect', 'new', 'active', 'at_risk', 'dormant', 'lost'])
            with ordinality as stage (label, place)
        left join mart.profile as p on stage.label = p.lifecycle_stage and p.kind = 'known'
        group by stage.label, stage.place order by stage.place
        """,
    ),
    "segments": (
        LabelCount,
        """
        select rfm_segment as label, count(*) as number
        from mart.portrait where rfm_segment <> 'none' group by rfm_segment order by 2 desc, 1
        """,
    ),
    "channels": (
        LabelCount,
        """
        select pref_channel as label, count(*) as number
        from mart.portrait where pref_channel <> 'unknown' group by pref_channel order by 2 desc, 1
        """,
    ),
    "categories": (
        LabelCount,
        """
        select pref_category as label, count(*) as number from mart.portrait
        where pref_category <> 'unknown' group by pref_category order by 2 desc, 1
        """,
    ),
    "retention": (
        Retention,
        """
        select activity, period, channel, period_offset,
            sum(active_count)::float8 / sum(cohort_count) as rate
        from mart.retention_cohort where active_count is not null
        group by activity, period, channel, period_offset
        order by activity, period, channel, period_offset
        """,
    ),
    "cohorts": (
        Cohort,
        """
        select cohort_date as month, sum(cohort_count)::bigint as persons, period_offset,
            (sum(active_count)::float8 / sum(cohort_count)) as rate
        from mart.retention_cohort where activity = 'order' and period = 'month'
        group by cohort_date, period_offset order by cohort_date, period_offset
        """,
    ),
    "funnel": (
        LabelCount,
        """
        select step.label, sum(step.number)::bigint as number
        from mart.funnel_daily as f
        cross join lateral (values
            (1, 'launch', f.attempt_count), (2, 'product_view', f.product_view_count),
            (3, 'cart_add', f.cart_add_count), (4, 'checkout_start', f.checkout_start_count),
            (5, 'order_paid', f.order_paid_count)
        ) as step (place, label, number)
        where f.funnel = 'session'
            and f.funnel_date > (select as_of from mart.publication) - 28
        group by step.place, step.label order by step.place
        """,
    ),
    "login_walls": (
        LabelCount,
        """
        select 'login_wall' as label, coalesce(sum(login_wall_count), 0)::bigint as number
        from mart.funnel_daily
        where funnel = 'session'
            and funnel_date > (select as_of from mart.publication) - 28
        """,
    ),
    "losses": (
        LabelCount,
        """
        select cause as label, sum(lost_count)::bigint as number
        from mart.loss_cause_daily
        where loss_date > (select as_of from mart.publication) - 35
        group by cause order by 2 desc, 1
        """,
    ),
    "flows": (
        LabelCount,
        """
        select from_channel || ' · ' || from_action || ' → ' || to_channel as label,
            order_count::bigint as number
        from mart.channel_journey where journey = 'purchase' order by 2 desc, 1
        """,
    ),
    "moves": (
        LabelCount,
        """
        select from_channel || ' → ' || to_channel as label, persons::bigint as number
        from mart.channel_journey where journey = 'move' order by 2 desc, 1
        """,
    ),
    "segment_cells": (
        SegmentCell,
        """
        select rfm_recency_score::integer as recency, rfm_frequency_score::integer as frequency,
            max(rfm_segment) as segment, count(*) as persons
        from mart.portrait where rfm_recency_score between 1 and 5
        group by 1, 2 order by 1 desc, 2
        """,
    ),
    "offers": (
        OfferFigures,
        """
        select n.offer_id, max(o.name_en) as name_en, max(o.name_zh) as name_zh,
            mode() within group (order by n.channel) as channel, count(*) as persons,
            avg(n.p_convert)::float8 as mean_chance,
            sum(n.expected_value_fen)::float8 as expected_fen
        from mart.next_best_offer as n
        left join (
            select distinct on (offer_id) * from mart.offer order by offer_id, valid_from desc
        ) as o on n.offer_id = o.offer_id
        where n.rank in (0, 1)
        group by n.offer_id order by expected_fen desc, n.offer_id
        """,
    ),
    "suppressed": (
        LabelCount,
        """
        select stage || ' · ' || reason_code as label, count(*) as number
        from mart.offer_suppressed group by stage, reason_code order by 2 desc, 1
        """,
    ),
    "seconds": (
        StageSeconds,
        """
        select
            case
                when stage = 'transform' then 'dbt'
                when stage like 'gate%%' then 'quality'
                when stage like 'ingest:%%' then 'ingestion'
                else stage
            end as work,
            count(*) as takings,
            coalesce(sum((counts ->> 'wall_seconds')::float8), 0) as wall_seconds,
            coalesce(sum((counts ->> 'cpu_seconds')::float8), 0) as cpu_seconds
        from ops.stage_run
        where stage <> 'chain' and finished_at is not null and started_at >= %(since)s
        group by 1 order by wall_seconds desc, work
        """,
    ),
}
