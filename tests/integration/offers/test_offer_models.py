"""Who responds is learnt from frozen portraits of months that are over, once a month."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from psycopg import sql

import pipeline.offer_models as models
from next_best_offer.learning import FEATURES
from pipeline.offer_evaluation import evaluate_offers
from settings import Settings
from tests.integration.dbt.brand import SHANGHAI
from warehouse.connection import LOGIN, Connection, connect
from warehouse.offer_evaluation import read_findings
from warehouse.offer_models import OpenModel, read_open_model, read_past
from warehouse.policy_log import read_policy_log
from warehouse.runs import Run

RUN = Run(7, datetime(2026, 11, 20, tzinfo=SHANGHAI), date(2026, 11, 20), ())
# Of October the days after its messages are not over on 20 November.
MONTHS = [date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)]
_PAST = """
create table intermediate.int_person as
select 'p_' || n as profile_id, n %% 10 = 0 as has_opted_out from generate_series(1, 4000) as n;
create table intermediate.int_person_contacts as
select 'p_' || n as profile_id, 'marketing' as contact_class, m + interval '3 days' as sent_at,
    m + interval '3 days' as delivered_at
from generate_series(1, 4000) as n cross join unnest(%(months)s::date[]) as m;
create table intermediate.int_person_orders as
select
    profile_id, sent_at + interval '5 days' as order_at,
    (sent_at + interval '5 days')::date as order_date
from intermediate.int_person_contacts
where abs(hashtext(profile_id || sent_at)) %% 1000 < 60 * (substr(profile_id, 3)::integer %% 7)
"""


@pytest.fixture
def conn(warehouse_settings: Settings) -> Connection:
    """A warehouse in which more orders follow the more somebody ordered before."""
    with connect(warehouse_settings, LOGIN) as conn:
        for statement in _PAST.split(";\n"):
            conn.execute(statement.encode(), {"months": MONTHS})
        yield conn
        conn.rollback()


_FREEZE = """
create table build.portrait_snapshot as
select
    'p_' || n as profile_id, m as month_end, m + %s::integer as as_of,
    n %% 7 as life_order_count, {}
from generate_series(1, 4000) as n cross join unnest(%s::date[]) as m
"""


def freeze(conn: Connection, months: list[date], days_late: int = 0) -> None:
    zeros = sql.SQL(", ").join(sql.SQL("0 as {}").format(sql.Identifier(f)) for f in FEATURES[1:])
    conn.execute(sql.SQL(_FREEZE).format(zeros), (days_late, months))


def test_without_snapshots_nothing_is_learnt(conn: Connection):
    assert models.learn_responses(conn, RUN) == 0
    assert read_open_model(conn) is None


def test_the_newest_month_that_is_over_is_learnt_once(conn: Connection):
    freeze(conn, MONTHS)
    assert [models.learn_responses(conn, RUN) for _ in range(2)] == [1, 0]
    model = read_open_model(conn)
    assert model is not None
    assert model.model_version == "response-2026-09-30"
    terms = dict(zip(model.features, model.terms, strict=True))
    assert terms["life_order_count"][2] > 0
    assert all(term[2] == 0 for name, term in terms.items() if name != "life_order_count")
    people = conn.execute("select sum(people) from offers.model_reliability").fetchone()
    assert people == (model_people(conn),)
    drifted = read_findings(conn, "drift")
    assert [row[0] for row in drifted] == ["score", *FEATURES]
    assert not any(row[-1] for row in drifted)


def model_people(conn: Connection) -> int:
    """Who is judged: a half of those who did not opt out of personalisation."""
    row = conn.execute(
        "select count(*) from intermediate.int_person"
        " where not has_opted_out and hashtext(profile_id) & 1 = 1"
    ).fetchone()
    return int(row[0]) if row else 0


_TRIAL = """
insert into offers.assignment (experiment_id, profile_id, arm, assigned_on, contaminated_at)
select 'global', 'p_' || n, case when n % 5 = 0 then 'control' else 'treat' end, '2026-08-01',
    case when n = 1 then timestamptz '2026-10-02' end
from generate_series(1, 4000) as n;
create table staging.offer_catalogue as
select 'OF-' || k as offer_id, 1000 as value_fen, 100 * k as redemption_cost_fen,
    date '2026-01-01' as valid_from
from generate_series(1, 3) as k;
insert into ops.run (run_at, as_of, status) values ('2026-11-20', '2026-11-20', 'published');
insert into offers.decision_log (
    run_id, decided_on, profile_id, offer_id, rank, channel, arm, p_logged, policy_offer_id
)
select 1, '2026-10-01', 'p_' || n, 'OF-' || 1 + n % 3, 1, 'sms',
    case when n % 20 = 0 then 'explore' else 'treat' end,
    case when n % 20 = 0 then .02 else .96 end,
    case when n % 40 = 0 then 'OF-1' end
from generate_series(1, 4000) as n
"""


def on_trial(conn: Connection) -> None:
    freeze(conn, MONTHS)
    for statement in _TRIAL.split(";\n"):
        conn.execute(statement.encode())


def test_once_a_week_the_decision_is_looked_at(conn: Connection):
    on_trial(conn)
    models.learn_responses(conn, RUN)
    kept = evaluate_offers(conn, RUN)
    policy, added = read_findings(conn, "policy"), read_findings(conn, "qini")
    gain = read_findings(conn, "gain")
    assert len(policy) + len(gain) + len(added) == kept
    assert [row[0] for row in policy] == ["inverse propensity", "self-normalised", "doubly robust"]
    assert [row[0][:8] for row in gain] == ["over OF-"]
    assert all(row[2] < row[1] < row[3] for row in policy)
    assert {row[4] for row in policy} == {4000}
    assert {row[4] for row in added} == {3999}  # who got what was kept from the group is left out
    assert [row[0] for row in added][-2:] == ["everybody", "area"]

    conn.execute("delete from offers.decision_log where decided_on is not null")
    assert evaluate_offers(conn, RUN) == len(added)  # what a repetition does not find goes
    kept = len(added)
    assert conn.execute(
        "select count(*) from offers.evaluation where measure <> 'drift'"
    ).fetchone() == (kept,)
    later = [replace(RUN, as_of=date(2026, 11, day)) for day in (26, 27)]
    assert [evaluate_offers(conn, run) for run in later] == [0, kept]


def test_without_a_model_and_a_log_what_offers_add_is_known_for_everybody(conn: Connection):
    on_trial(conn)
    conn.execute("delete from offers.decision_log")
    evaluate_offers(conn, RUN)
    assert read_findings(conn, "policy") == []
    added = {row[0]: row[1:] for row in read_findings(conn, "qini")}
    assert added["area"][0] == 0
    assert added["everybody"][1] < added["everybody"][0] < added["everybody"][2]


def test_what_would_have_been_offered_tells_an_estimate_from_a_guess(conn: Connection):
    """Half of the tried ones say it; of older lines that do not, another offer is assumed."""
    on_trial(conn)
    log = read_policy_log(conn)
    is_tried = log.p_logged < 0.5
    assert sorted(set(log.policy_offer_id[is_tried].tolist())) == ["OF-1", "another"]
    assert (log.policy_offer_id == log.offer_id)[~is_tried].all()


def test_one_month_is_too_little(conn: Connection):
    freeze(conn, MONTHS[:1])
    assert models.learn_responses(conn, RUN) == 0


@pytest.mark.parametrize(("days_late", "people"), [(0, 3600), (5, 0)])
def test_messages_before_the_day_of_the_portrait_teach_nothing(
    conn: Connection, days_late: int, people: int
):
    conn.execute("delete from intermediate.int_person_contacts where sent_at > '2026-10-10'")
    freeze(conn, [MONTHS[1]], days_late)
    assert len(read_past(conn, MONTHS[1], FEATURES)) == people


def test_a_model_of_a_column_that_is_gone_is_left_out(
    warehouse_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    gone = OpenModel("m", -2.0, 0.1, [[0.0, 1.0, 1.0]], ["a_column_of_old"])
    monkeypatch.setattr(models, "read_open_model", lambda _: gone)
    assert models.response_model(warehouse_settings, "c360_transform") == "{}"
    kept = gone._replace(features=["life_order_count"])
    monkeypatch.setattr(models, "read_open_model", lambda _: kept)
    assert '"life_order_count"' in models.response_model(warehouse_settings, "c360_transform")
