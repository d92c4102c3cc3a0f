"""The arms of experiments: drawn once at first eligibility, carried through merges and splits.

Everything is decided from the state it finds, so a repetition changes nothing.
"""

import psycopg

from warehouse.errors import database_errors_without_values

# A merged person has the arm that was exposed, else the survivor's own, else the oldest; when the
# arms differ and one was exposed, what the person does afterwards tells nothing certain.
_MERGE = """
with moved as (
    select
        a.*, coalesce(r.profile_id, a.profile_id) as live_id,
        r.old_profile_id is not null as is_old
    from offers.assignment as a
    left join identity.redirect as r on a.profile_id = r.old_profile_id and r.profile_id is not null
),
touched as (
    select experiment_id, live_id from moved group by 1, 2 having bool_or(is_old)
),
gone as (
    delete from offers.assignment as a using identity.redirect as r
    where a.profile_id = r.old_profile_id and r.profile_id is not null
)
insert into offers.assignment as kept
    (experiment_id, profile_id, arm, identifier_id, assigned_on, exposed_at, contaminated_at)
select distinct on (moved.experiment_id, moved.live_id)
    moved.experiment_id, moved.live_id, moved.arm, moved.identifier_id, moved.assigned_on,
    moved.exposed_at,
    case
        when spread.arms > 1 and spread.exposed_at is not null
            then coalesce(spread.contaminated_at, %(moment)s)
        else spread.contaminated_at
    end
from moved
inner join touched using (experiment_id, live_id)
inner join (
    select
        experiment_id, live_id, count(distinct arm) as arms, min(exposed_at) as exposed_at,
        min(contaminated_at) as contaminated_at
    from moved group by 1, 2
) as spread using (experiment_id, live_id)
order by
    moved.experiment_id, moved.live_id, moved.exposed_at asc nulls last, moved.is_old asc,
    moved.assigned_on asc, moved.profile_id asc
on conflict (experiment_id, profile_id) do update set
    arm = excluded.arm, identifier_id = excluded.identifier_id, assigned_on = excluded.assigned_on,
    exposed_at = excluded.exposed_at, contaminated_at = excluded.contaminated_at
"""
_SPLIT = """
insert into offers.assignment
    (experiment_id, profile_id, arm, identifier_id, assigned_on, exposed_at, contaminated_at)
select distinct on (a.experiment_id, e.to_profile_id)
    a.experiment_id, e.to_profile_id, a.arm, p.anchor_identifier_id, a.assigned_on, a.exposed_at,
    a.contaminated_at
from identity.profile_event as e
inner join offers.assignment as a on e.from_profile_id = a.profile_id
inner join identity.profile as p on e.to_profile_id = p.profile_id and p.status = 'active'
where e.kind = 'split' and e.to_profile_id <> e.from_profile_id
order by a.experiment_id, e.to_profile_id, e.profile_event_id desc
on conflict do nothing
"""
# Most arms were drawn on an earlier day: finding them by a join spares asking the index for each.
_ASSIGN = """
with eligible as (
    select 'global' as experiment_id, o.profile_id,
        case when q.is_held_out then 'control' else 'treat' end as arm
    from intermediate.int_offer_obstacle as o
    inner join intermediate.int_offer_person as q using (profile_id)
    where not q.has_opted_out
        and (o.candidates is not null or 'global_holdout' = any (o.reason_codes))
    union all
    select l.offer_id, o.profile_id,
        case when l.offer_id = any (q.held_offers) then 'control' else 'treat' end
    from intermediate.int_offer_live as l
    cross join intermediate.int_offer_obstacle as o
    inner join intermediate.int_offer_person as q using (profile_id)
    where l.holdout_share > 0 and not q.has_opted_out
        and (
            l.offer_number = any (o.candidates)
            or o.reason_codes[array_position(o.offer_ids, l.offer_id)] = 'offer_holdout'
        )
)
insert into offers.assignment (experiment_id, profile_id, arm, identifier_id, assigned_on)
select e.experiment_id, e.profile_id, e.arm, p.anchor_identifier_id, %(as_of)s + 1
from eligible as e
inner join identity.profile as p using (profile_id)
left join offers.assignment as kept using (experiment_id, profile_id)
where kept.profile_id is null
on conflict do nothing
"""
_EXPOSE = """
update offers.assignment as a set
    exposed_at = c.first_at,
    contaminated_at = case when a.arm = 'control' then c.first_at else a.contaminated_at end
from (
    select a.experiment_id, a.profile_id, min(c.delivered_at) as first_at
    from offers.assignment as a
    inner join intermediate.int_offer_contact as c
        on a.profile_id = c.profile_id and a.experiment_id in ('global', c.offer_id)
    where a.exposed_at is null and c.contact_class = 'marketing'
        and c.sent_at >= a.assigned_on::timestamp at time zone 'Asia/Shanghai'
        and c.delivered_at is not null
    group by 1, 2
) as c
where a.experiment_id = c.experiment_id and a.profile_id = c.profile_id
"""


def keep_arms(conn: psycopg.Connection, as_of: object) -> dict[str, int]:
    """Carries arms through merges and splits, draws those of the newly eligible, notes exposure.

    Needs the models int_offer_obstacle and int_offer_person of the run. Returns rows written.
    """
    moment = {"as_of": as_of, "moment": None}
    with database_errors_without_values():
        row = conn.execute(
            "select (%s::date + 1)::timestamp at time zone 'Asia/Shanghai'", (as_of,)
        ).fetchone()
        moment["moment"] = row[0] if row else None
        return {
            "arms_merged": conn.execute(_MERGE, moment).rowcount,
            "arms_split": conn.execute(_SPLIT).rowcount,
            "arms_drawn": conn.execute(_ASSIGN, moment).rowcount,
            "arms_exposed": conn.execute(_EXPOSE).rowcount,
        }
