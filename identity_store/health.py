"""The health of identity after a run: figures that a gate holds against bounds.

| key | meaning |
|---|---|
| rule_violations | profiles among the affected that hold more than a limit allows; always 0 |
| profiles, known_profiles, singletons | active profiles, those known, those of one identifier |
| largest_profile, p99_profile_size | identifiers per active profile |
| quarantined_share | identifiers that may not link, of all |
| merge_rate | profiles this run merged, of all active |
| churn_rate | identifiers this run gave another profile, of all that have one |
| moved_often | identifiers that changed their profile in 3 or more of the last 7 runs |
"""

import json

import pyarrow as pa

from identity_resolution.rules import Rules
from warehouse.columns import copy_in
from warehouse.connection import Connection

_NAMESPACES = """
select distinct i.namespace
from pg_temp.affected as a
inner join identity.identifier as i on a.identifier_id = i.identifier_id
"""
_CREATE_LIMITS = """
create temporary table namespace_limit (
    namespace text primary key, profile_limit integer, is_per_scope boolean, window_seconds bigint
) on commit drop
"""

# With limit n, the n-th value before a value, in order of time, is one too many if it lies within
# the window; values that a statement joined count as one and are left out. Written apart from the
# resolver, so that a mistake there shows here.
_VIOLATIONS = """
with spans as (
    select
        m.profile_id,
        r.window_seconds,
        extract(epoch from i.first_seen_at - lag(i.first_seen_at, r.profile_limit) over (
            partition by m.profile_id, i.namespace, case when r.is_per_scope then i.scope end
            order by i.first_seen_at, i.identifier_id
        )) as span_seconds
    from pg_temp.affected as a
    inner join identity.identifier_profile as m on a.identifier_id = m.identifier_id
    inner join identity.identifier as i on a.identifier_id = i.identifier_id
    inner join pg_temp.namespace_limit as r on i.namespace = r.namespace
    where
        m.valid_to is null
        and i.identifier_id not in (
            select unnest(array[l.left_id, l.right_id])
            from identity.link as l
            where l.statement_id is not null and l.decision = 'used'
        )
)

select count(distinct profile_id)
from spans
where span_seconds <= coalesce(window_seconds, span_seconds)
"""

_CHANGES = """
recent as (
    select min(run_at) as since
    from (select run_at from identity.run order by run_id desc limit 7) as last_runs
),

movable as materialized (
    select identifier_id, min(valid_from) as since
    from identity.identifier_profile
    where valid_to is not null
    group by identifier_id
),

changes as (
    select m.identifier_id, m.run_id
    from movable as earlier
    inner join identity.identifier_profile as m on earlier.identifier_id = m.identifier_id
    cross join recent
    where m.valid_from >= recent.since and m.valid_from > earlier.since
),

often as (
    select count(*) as moved_often
    from (select identifier_id from changes group by identifier_id having count(*) >= 3) as movers
)
"""
_FIGURES = f"""
with sizes as (
    select
        count(*) as profiles,
        count(*) filter (where kind = 'known') as known_profiles,
        count(*) filter (where identifier_count = 1) as singletons,
        coalesce(max(identifier_count), 0) as largest_profile,
        coalesce(percentile_disc(0.99) within group (order by identifier_count), 0)
        as p99_profile_size,
        coalesce(sum(identifier_count), 0) as mapped
    from identity.profile
    where status = 'active'
),

statuses as (
    select
        count(*) as identifiers,
        count(*) filter (where status in ('junk', 'quarantined')) as inactive
    from identity.identifier
),

merges as (
    select count(*) as merged
    from identity.profile_event
    where run_id = %(run_id)s and kind = 'merged'
),

{_CHANGES}

select json_build_object(
    'profiles', s.profiles,
    'known_profiles', s.known_profiles,
    'singletons', s.singletons,
    'largest_profile', s.largest_profile,
    'p99_profile_size', s.p99_profile_size,
    'quarantined_share', round(t.inactive::numeric / greatest(t.identifiers, 1), 6),
    'merge_rate', round(m.merged::numeric / greatest(s.profiles, 1), 6),
    'churn_rate', round(
        (select count(*) from changes where run_id = %(run_id)s)::numeric / greatest(s.mapped, 1), 6
    ),
    'moved_often', o.moved_often
)::text
from sizes as s
cross join statuses as t
cross join merges as m
cross join often as o
"""  # noqa: S608 - constants of this module

# Only how often identifiers moved counts runs, too. A stage that is repeated keeps what it found.
_CARRY_ON = f"""
with {_CHANGES},

before as (
    select health
    from identity.run
    where run_id < %(run_id)s and health <> '{{}}'
    order by run_id desc
    limit 1
)

update identity.run as r
set health = coalesce(nullif(r.health, '{{}}'), before.health || jsonb_build_object(
    'rule_violations', 0, 'merge_rate', 0, 'churn_rate', 0, 'moved_often', often.moved_often
))
from before
cross join often
where r.run_id = %(run_id)s
"""  # noqa: S608 - constants of this module


def carry_on(conn: Connection, run_id: int) -> bool:
    """Give a run that found nothing new the figures of the one before; False if there is none."""
    return conn.execute(_CARRY_ON, {"run_id": run_id}).rowcount > 0


def measure(conn: Connection, rules: Rules, run_id: int) -> dict[str, float]:
    """Return the figures of the module's table for the run that is about to end."""
    names = [name for (name,) in conn.execute(_NAMESPACES)]
    limited = {name: rules.of(name) for name in names if rules.of(name).limit is not None}
    conn.execute(_CREATE_LIMITS)
    copy_in(
        conn,
        "pg_temp.namespace_limit",
        pa.table(
            {
                "namespace": pa.array(limited, pa.string()),
                "profile_limit": pa.array([r.limit for r in limited.values()], pa.int32()),
                "is_per_scope": pa.array([r.per_scope for r in limited.values()], pa.bool_()),
                "window_seconds": pa.array([r.window for r in limited.values()], pa.int64()),
            }
        ),
    )
    violations = conn.execute(_VIOLATIONS).fetchone()
    figures = conn.execute(_FIGURES, {"run_id": run_id}).fetchone()
    found: dict[str, float] = json.loads(figures[0]) if figures else {}
    return {"rule_violations": violations[0] if violations else 0, **found}
