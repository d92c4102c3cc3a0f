"""The steps around the decision on offers: arms, places with and without Python, log, audiences."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import pipeline.offers as steps
from c360.audience_files import WECHAT_BATCH, neutral, write_audience
from settings import Settings
from tests.integration.dbt.brand import DAYS
from tests.integration.dbt.deliveries import copy_of, rows
from warehouse.audiences import Audience, Member
from warehouse.connection import LOGIN, connect
from warehouse.offer_arms import keep_arms
from warehouse.runs import Run

LAST = DAYS[-1]
PLACES = "select profile_id, offer_id from build.next_best_offer where is_allocated order by 1, 2"


@pytest.fixture(scope="module")
def built(brand_with_marts: tuple[Settings, Run]) -> Iterator[tuple[Settings, Run]]:
    brand, run = brand_with_marts
    with copy_of(brand) as settings:
        steps.build_offers(settings, run.run_id)
        yield settings, run


def execute(settings: Settings, statement: str) -> None:
    with connect(settings, LOGIN) as conn:
        conn.execute(statement.encode())


def test_every_decision_and_every_held_back_one_is_logged(built: tuple[Settings, Run]):
    settings, _ = built
    sendable = rows(settings, "select count(*) from build.next_best_offer")
    held = rows(settings, "select count(*) from build.offer_suppressed where stage = 'holdout'")
    logged = rows(settings, "select count(rank), count(*) - count(rank) from offers.decision_log")
    assert logged == [(sendable[0][0], held[0][0])]
    assert sendable[0][0] > 20
    in_range = "select bool_and(p_logged > 0 and p_logged <= 1) from offers.decision_log"
    assert rows(settings, in_range) == [(True,)]


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


def test_wechat_gets_batches_of_fifty(tmp_path: Path):
    members = [Member(f"p_{n}", f"o{n}", "wx", None, 1.0, "x") for n in range(120)]
    write_audience(Audience(members, set(), []), tmp_path / "tags", "wechat-tags")
    lines = (tmp_path / "tags").read_text().splitlines()
    assert [line.count('"o') - 1 for line in lines] == [WECHAT_BATCH, WECHAT_BATCH, 20]


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-1", "@x", "\t=1"])
def test_no_cell_is_a_formula(cell: str):
    assert neutral(cell) == f"'{cell}"
