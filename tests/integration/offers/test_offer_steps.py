"""The steps around the decision on offers, day after day, and the second judge of what they do."""

from collections.abc import Iterator

import pytest

import pipeline.offers as steps
from pipeline.offer_replay import replay
from pipeline.transform import run_dbt
from settings import Settings
from tests.integration.dbt.brand import DAYS
from tests.integration.dbt.deliveries import copy_of, rows
from tests.integration.offers.planted import PLANTED
from tests.integration.offers.season import Season, live_through
from warehouse.connection import LOGIN, connect
from warehouse.decision_log import log_decisions
from warehouse.discount_depths import read_depths
from warehouse.errors import Fatal
from warehouse.offer_arms import keep_arms
from warehouse.policy_log import PolicyLog, read_policy_log
from warehouse.runs import Run

LAST = DAYS[-1]
PLACES = "select profile_id, offer_id from build.next_best_offer where is_allocated order by 1, 2"


@pytest.fixture(scope="module")
def season(staged_database: Settings) -> Iterator[Season]:
    with copy_of(staged_database) as settings:
        yield live_through(settings, len(DAYS))


@pytest.fixture(scope="module")
def built(season: Season) -> tuple[Settings, Run]:
    return season.settings, season.days[-1].run


def execute(settings: Settings, statement: str) -> None:
    with connect(settings, LOGIN) as conn:
        conn.execute(statement.encode())


def test_nothing_that_may_be_sent_breaks_a_rule_on_any_day(season: Season):
    assert [day.replay.violations for day in season.days] == [[], [], []]
    assert sum(day.replay.rows for day in season.days) > 50
    assert "month_cap" in season.days[0].reasons


@pytest.mark.parametrize("case", PLANTED)
def test_the_second_judge_names_what_is_planted(season: Season, case: str):
    rule, plant = PLANTED[case]
    with connect(season.settings, LOGIN) as conn:
        row = plant(conn)
        found = replay(conn, season.settings).violations
        conn.rollback()
    assert rule in {violation.rule for violation in found}
    about = {row.profile_id, row.offer_id, "p_nobody"}
    assert all({violation.profile_id, violation.offer_id} & about for violation in found)


def test_decisions_and_what_is_held_back_are_logged_when_they_begin(season: Season):
    before: set[tuple[object, ...]] = set()
    for day in season.days:
        assert sorted(map(str, (row[:-1] for row in day.logged))) == sorted(
            map(str, day.decided - before)
        )
        assert all(0 < row[-1] <= 1 for row in day.logged)
        before = day.decided
    assert len(season.days[0].logged) > 20


_PERFORMANCE = """
select sum(decided_count), sum(sent_count), sum(sent_count) filter (where arm = 'none')
from mart.offer_performance_daily
"""
_LEDGER = """
select
    (select count(*) from offers.decision_log where decided_on <= '2026-11-20'),
    (select count(*) from (
        select distinct on (body ->> 'message_id') body from raw.record
        where kind = 'contacts' order by body ->> 'message_id', event_at desc
    ) as c where body ->> 'offer_id' is not null and body ->> 'failed_at' is null)
"""


def test_what_became_of_offers_adds_up_to_the_ledger(season: Season):
    ((decided, sent, unasked),) = rows(season.settings, _PERFORMANCE)
    assert [(decided, sent)] == rows(season.settings, _LEDGER)
    assert decided > 20
    assert sent > 5
    assert not unasked


def merged(season: Season) -> list[tuple[str, str]]:
    return rows(
        season.settings,
        "select old_profile_id, profile_id from identity.redirect where profile_id is not null",
    )


def test_people_of_different_arms_become_one_with_one_arm(season: Season):
    """The exposed arm wins, else the survivor's."""
    pairs, now = merged(season), season.days[-1].arms
    assert len(pairs) == 2
    for old, new in pairs:
        before = next(
            d.arms_before for d in reversed(season.days) if ("global", old) in d.arms_before
        )
        arms = [before[key] for key in (("global", new), ("global", old)) if key in before]
        assert now["global", new][0] == min(arms, key=lambda arm: arm[1] is None)[0]
        assert ("global", old) not in now


def test_a_repetition_changes_nothing(built: tuple[Settings, Run]):
    settings, run = built
    arms = "select * from offers.assignment order by 1, 2"
    before = rows(settings, PLACES), rows(settings, arms)
    steps.build_offers(settings, run.run_id)
    assert (rows(settings, PLACES), rows(settings, arms)) == before


def test_places_are_given_by_sql_when_the_step_fails(
    built: tuple[Settings, Run], monkeypatch: pytest.MonkeyPatch
):
    settings, run = built
    before = rows(settings, PLACES)

    def broken(*_: object) -> int:
        raise ValueError("no model today")

    execute(settings, "delete from offers.allocation")
    monkeypatch.setattr(steps, "give_places", broken)
    assert steps.build_offers(settings, run.run_id)["failed_steps"] == 1
    assert rows(settings, PLACES) == before


@pytest.mark.parametrize(
    ("step", "error"), [("learn_responses", MemoryError()), ("evaluate_offers", ValueError("no"))]
)
def test_a_step_that_fails_after_the_decision_stops_nothing(
    built: tuple[Settings, Run], monkeypatch: pytest.MonkeyPatch, step: str, error: Exception
):
    settings, run = built
    before = rows(settings, PLACES)

    def broken(*_: object) -> int:
        raise error

    monkeypatch.setattr(steps, step, broken)
    assert steps.build_offers(settings, run.run_id)["failed_steps"] == 1
    assert rows(settings, PLACES) == before


_TRY_EVERYBODY = """
update intermediate.int_offer_choice set arm = 'explore' where arm = 'treat';
update build.next_best_offer set arm = 'explore' where arm = 'treat'
"""
_TRIED = """
select distinct d.arm, d.policy_offer_id, (
    select c.offer_id from intermediate.int_offer_choice as c
    where c.profile_id = d.profile_id and d.arm = 'explore' and c.expected_value_fen is not null
    order by c.expected_value_fen desc, c.offer_id limit 1
)
from offers.decision_log as d where d.run_id = %s
"""


def test_the_log_keeps_what_would_have_been_offered(built: tuple[Settings, Run]):
    settings, run = built
    with connect(settings, LOGIN) as conn:
        conn.execute(_TRY_EVERYBODY.encode())
        log_decisions(conn, run.run_id, run.as_of)
        found = conn.execute(_TRIED, (run.run_id,)).fetchall()
        conn.rollback()
    assert all(kept == best for _, kept, best in found)
    assert {arm for arm, kept, _ in found if kept is not None} == {"explore"}


# A pair left out, a pair twice, one without a known reason, one of nobody.
_FOUR_DEFECTS = """
delete from build.next_best_offer where (profile_id, rank) in
    (select profile_id, rank from build.next_best_offer where is_allocated limit 1);
update build.offer_hold set
    offer_ids = offer_ids || offer_ids[1:1], reason_codes = reason_codes || reason_codes[1:1]
where profile_id = (select min(profile_id) from build.offer_hold);
update build.offer_hold set reason_codes[1] = 'because'
where profile_id = (select max(profile_id) from build.offer_hold);
insert into build.offer_hold (profile_id, offer_ids, reason_codes, valid_froms, valid_tos)
select 'p_nobody', offer_ids, reason_codes, valid_froms, valid_tos
from build.offer_hold order by profile_id limit 1 offset 1
"""


def test_a_pair_that_is_not_decided_once_fails_the_run(built: tuple[Settings, Run]):
    settings, run = built
    with copy_of(settings) as broken:
        execute(broken, _FOUR_DEFECTS)
        with pytest.raises(Fatal, match="Got 4 results"):
            run_dbt(
                broken,
                ["test", "--select", "every_offer_is_decided_once"],
                {"C360_DBT_RUN_ID": str(run.run_id), "C360_DBT_AS_OF": str(run.as_of)},
            )


def test_depths_of_discounts_are_of_everybody_who_has_a_place(built: tuple[Settings, Run]):
    settings, _ = built
    found = read_depths(settings)
    wanted = rows(
        settings,
        "select count(*), sum(redemption_cost_fen)::float8 from build.next_best_offer"
        " where is_allocated",
    )
    for dimension in ("value_tier", "device"):
        groups = found["offered_fen", dimension].values()
        assert [(sum(g[0] for g in groups), sum(g[1] for g in groups))] == wanted


_LONG_AGO = """
insert into offers.decision_log
    (run_id, decided_on, profile_id, offer_id, rank, channel, arm, p_logged)
select run_id, as_of - 13, profile_id, 'OF-COFFEE', 1, 'sms', 'treat', 0.96
from mart.profile cross join mart.publication where kind = 'known'
"""


def log_of(settings: Settings) -> PolicyLog:
    with connect(settings, LOGIN) as conn:
        return read_policy_log(conn)


def test_the_log_of_the_policy_tells_who_ordered(built: tuple[Settings, Run]):
    settings, _ = built
    assert len(log_of(settings).reward) == 0  # nobody's 14 days are over
    execute(settings, _LONG_AGO)
    log = log_of(settings)
    execute(settings, "delete from offers.decision_log where decided_on < '2026-11-10'")
    buyers = rows(settings, "select count(distinct profile_id) from intermediate.int_person_orders")
    assert sorted(set(log.reward.tolist())) == [0, 2_400]
    assert (int((log.reward > 0).sum()),) == buyers[0]
    assert len(log.reward) > buyers[0][0]


def test_a_merged_person_keeps_the_arm_that_was_exposed(built: tuple[Settings, Run]):
    settings, _ = built
    with connect(settings, LOGIN) as conn:
        conn.execute(
            b"""
            insert into identity.identifier (identifier_id, namespace, scope, value, arrival_day)
            overriding system value values (900001, 'member_id', '', 'M-merged', '2026-11-18');
            insert into identity.profile values
            ('p_old', 900001, 'known', '2026-11-18', 0, 'retired'),
            ('p_new', 900001, 'known', '2026-11-18', 1, 'active'),
            ('p_part', 900001, 'known', '2026-11-18', 1, 'active');
            insert into identity.identifier_profile values (900001, 'p_new', '2026-11-18', null, 1);
            insert into identity.profile_event
                (run_id, at, kind, from_profile_id, to_profile_id, because)
            values (1, '2026-11-19', 'split', 'p_new', 'p_part', 'test');
            insert into offers.assignment values
            ('global', 'p_old', 'treat', 1, '2026-11-18', '2026-11-19', null),
            ('global', 'p_new', 'control', 2, '2026-11-18', null, null),
            ('OF-X', 'p_old', 'control', 1, '2026-11-18', null, null),
            ('OF-X', 'p_new', 'treat', 2, '2026-11-18', null, null)
            """
        )
        keep_arms(conn, LAST)
        found = conn.execute(
            "select experiment_id, profile_id, arm, contaminated_at is not null"
            " from offers.assignment where profile_id in ('p_old', 'p_new', 'p_part') order by 1, 2"
        ).fetchall()
        conn.rollback()
    # Exposed wins and is contaminated; nobody exposed: the survivor's own. A split copies the arm.
    assert found == [
        ("OF-X", "p_new", "treat", False),
        ("OF-X", "p_part", "treat", False),
        ("global", "p_new", "treat", True),
        ("global", "p_part", "treat", True),
    ]


@pytest.mark.nightly
@pytest.mark.timeout(3_600)
def test_a_month_of_sends_breaks_no_rule(template_database: Settings):
    with copy_of(template_database) as settings:
        month = live_through(settings, 30)
        assert [day.replay.violations for day in month.days] == [[]] * 30
        assert len(merged(month)) == 4
    assert sum(len(day.sends) for day in month.days) > 50
    assert set().union(*(day.reasons for day in month.days)) >= {
        *("cap_1d", "cap_7d", "same_offer", "rejected_group", "impressions_without_click"),
        *("month_cap", "no_marketing_consent", "personalisation_opt_out", "out_of_reach"),
        *("minor", "global_holdout", "offer_holdout"),
    }
