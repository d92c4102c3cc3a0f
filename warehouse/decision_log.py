"""The log of decisions: appended when a decision begins, for those held back too."""

import psycopg

from warehouse.errors import database_errors_without_values

RETENTION_DAYS = 400

_FORGET_RUN = "delete from offers.decision_log where run_id = %s"
# What stands in `mart` as it is decided now was logged when it began.
# Who is tried something would else have been given what is worth most of the list.
# Persons without a holdout are left out before their lists are unfolded. What would have been given
# is joined before what stands is taken away, and `offset 0` keeps it so: the planner takes what is
# left after that for one row, and then may read all who are tried something again for each row.
_APPEND = """
with holdout as (
    select array_agg(reason_code) as codes from build.offer_reason where stage = 'holdout'
),
held_out as (
    select h.profile_id, held.offer_id
    from holdout
    inner join build.offer_hold as h on h.reason_codes && holdout.codes
    cross join lateral unnest(h.offer_ids, h.reason_codes) as held (offer_id, reason_code)
    where held.reason_code = any (holdout.codes)
),
decided as (
    select n.*, best.offer_id as policy_offer_id
    from build.next_best_offer as n
    left join (
        select distinct on (profile_id) profile_id, offer_id
        from intermediate.int_offer_choice
        where arm = 'explore' and expected_value_fen is not null
        order by profile_id, expected_value_fen desc, offer_id
    ) as best on n.arm = 'explore' and n.profile_id = best.profile_id
    offset 0
)
insert into offers.decision_log (
    run_id, decided_on, profile_id, identifier_id, offer_id, rank, channel, arm, p_logged,
    p_convert, expected_value_fen, model_version, policy_offer_id
)
select
    %(run_id)s, %(as_of)s::date + 1, n.profile_id, p.anchor_identifier_id, n.offer_id, n.rank,
    n.channel, n.arm, n.p_logged, n.p_convert, n.expected_value_fen, n.model_version,
    n.policy_offer_id
from decided as n
inner join identity.profile as p using (profile_id)
left join mart.next_best_offer as before
    on n.profile_id = before.profile_id and n.rank = before.rank and n.offer_id = before.offer_id
        and n.channel = before.channel and n.arm = before.arm
where before.profile_id is null
union all
select
    %(run_id)s, %(as_of)s::date + 1, h.profile_id, p.anchor_identifier_id, h.offer_id, null, null,
    'control', 1, null, null, null, null
from held_out as h
inner join identity.profile as p using (profile_id)
left join mart.offer_suppressed as before
    on h.profile_id = before.profile_id and h.offer_id = before.offer_id
        and before.stage = 'holdout'
where before.profile_id is null
"""
_EXPIRE = """
delete from offers.decision_log
where decided_on < %(as_of)s::date - %(days)s
    or run_id in (select run_id from ops.run where status in ('failed', 'blocked'))
"""


def log_decisions(conn: psycopg.Connection, run_id: int, as_of: object) -> int:
    """Appends what this run decides anew and drops what is too old or was never published.

    A repetition for the same run replaces that run's rows. Returns the rows appended.
    """
    values = {"run_id": run_id, "as_of": as_of, "days": RETENTION_DAYS}
    with database_errors_without_values():
        conn.execute(_FORGET_RUN, (run_id,))
        conn.execute(_EXPIRE, values)
        return conn.execute(_APPEND, values).rowcount
