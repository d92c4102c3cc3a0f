"""What the log of decisions says of the policy that took them: offers made, what followed."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import psycopg

from warehouse.errors import database_errors_without_values

# A person's first decision whose 14 days are over: so the rows are independent. The reward is the
# worth of an order less the cost of the offer, fen.
_LOG = """
with first as (
    select distinct on (log.profile_id)
        log.profile_id, log.decided_on, log.offer_id, log.p_logged::float8,
        -- Older lines do not say what was not tried.
        coalesce(
            log.policy_offer_id, case when log.arm = 'explore' and log.p_logged < .5 then 'another'
            else log.offer_id end
        ) as policy_offer_id,
        (hashtext(log.profile_id) & 1)::bigint as fold
    from offers.decision_log as log
    where log.rank = 1 and log.decided_on + 13 <= (select max(as_of) from ops.run
        where status = 'published')
    order by log.profile_id, log.decided_on, log.decision_id
),
worth as (
    select distinct on (offer_id) offer_id, (value_fen - redemption_cost_fen)::float8 as worth_fen
    from staging.offer_catalogue order by offer_id, valid_from desc
)
select
    first.offer_id, first.policy_offer_id, first.p_logged, first.fold,
    case when exists (
        select from intermediate.int_person_orders as o
        where o.profile_id = first.profile_id
            and o.order_date between first.decided_on and first.decided_on + 13
    ) then worth.worth_fen else 0 end
from first inner join worth using (offer_id) order by first.profile_id
"""


class PolicyLog(NamedTuple):
    """Columns of one length: offer made, what it would have been had nothing been tried, and more.

    `p_logged` is the probability of the offer made, `fold` a half by person, `reward` fen.
    """

    offer_id: npt.NDArray[np.str_]
    policy_offer_id: npt.NDArray[np.str_]
    p_logged: npt.NDArray[np.float64]
    fold: npt.NDArray[np.int64]
    reward: npt.NDArray[np.float64]


def read_policy_log(conn: psycopg.Connection) -> PolicyLog:
    """The first decision of each person, with what followed within 14 days."""
    with database_errors_without_values():
        rows = conn.execute(_LOG).fetchall()
    offers, policy, p_logged, fold, reward = zip(*rows, strict=True) if rows else ((),) * 5
    return PolicyLog(
        np.array(offers, dtype=np.str_),
        np.array(policy, dtype=np.str_),
        np.array(p_logged, dtype=np.float64),
        np.array(fold, dtype=np.int64),
        np.array(reward, dtype=np.float64),
    )
