"""The log of decisions takes its time by what is decided, whatever the planner guesses."""

from datetime import date

from settings import Settings
from warehouse.connection import LOGIN, connect
from warehouse.decision_log import log_decisions

PEOPLE = 120_000
SECONDS = 20
# Each person's channel is another one today, which no statistics tell: all rows are new, and the
# planner expects one. One of sixty is tried something.
_EVERYTHING_CHANGED = """
insert into identity.profile (profile_id, anchor_identifier_id, kind, created_at, identifier_count)
select 'p_' || n, n, 'known', now(), 1 from generate_series(1, {people}) as n;
drop table mart.next_best_offer cascade;
create table mart.next_best_offer as
select
    'p_' || n as profile_id, 1::smallint as rank, 'offer_' || n % 30 as offer_id,
    'channel_' || n % 4 as channel, case n % 60 when 0 then 'explore' else 'treat' end as arm
from generate_series(1, {people}) as n;
create table build.next_best_offer as
select
    profile_id, rank, offer_id, 'channel_' || (substr(channel, 9)::integer + 1) % 4 as channel,
    arm, 1 as p_logged, .1 as p_convert, 1 as expected_value_fen, null as model_version
from mart.next_best_offer;
create table intermediate.int_offer_choice as
select profile_id, offer_id, arm, value as expected_value_fen
from mart.next_best_offer cross join generate_series(1, 2) as value;
create table build.offer_reason as select 'held_out' as reason_code, 'holdout' as stage;
create table build.offer_hold as
select 'p_1' as profile_id, array['offer_a'] as offer_ids, array['held_out'] as reason_codes;
analyze mart.next_best_offer; analyze build.next_best_offer; analyze intermediate.int_offer_choice
"""


def test_many_new_decisions_are_logged_in_time(warehouse_settings: Settings):
    with connect(warehouse_settings, LOGIN) as conn:
        for statement in _EVERYTHING_CHANGED.format(people=PEOPLE).split(";\n"):
            conn.execute(statement.encode())
        conn.execute(f"set local statement_timeout = '{SECONDS}s'".encode())
        assert log_decisions(conn, 1, date(2026, 11, 20)) == PEOPLE + 1
        tried = conn.execute(
            "select count(*), count(distinct profile_id) from offers.decision_log"
            " where arm = 'explore' and policy_offer_id is not null"
        ).fetchone()
        conn.rollback()
    assert tried == (PEOPLE / 60, PEOPLE / 60)
