"""A run that finds nothing new costs nothing, one that sees old things again little."""

from dataclasses import replace
from typing import Any

from identity_store import run
from identity_store.extent import prepare
from identity_store.health import measure
from identity_store.resolve import deployed_rules
from settings import Settings
from tests.integration.identity.logs import (
    MEMBER,
    OPENID,
    OTHER_MEMBER,
    PHONE,
    load,
    open_run_of,
    profiles_of,
    rows,
    seen,
    step,
    stored_state,
)
from warehouse.connection import LOGIN, connect

OWNERS = (MEMBER, OTHER_MEMBER)


def _kept(settings: Settings) -> tuple[int, dict[str, float]]:
    query = "select run_id, health from identity.run order by run_id desc limit 1"
    return rows(settings, query)[0]  # type: ignore[return-value]


def _measured(settings: Settings, run_id: int) -> dict[str, Any]:
    with connect(settings, LOGIN) as conn:
        prepare(conn)
        found = measure(conn, deployed_rules(settings), run_id)
        conn.rollback()
    return found


def test_health_is_carried_on_and_forgets_what_is_seven_runs_ago(
    warehouse_settings: Settings,
) -> None:
    for day in range(4):
        step(warehouse_settings, day, seen(day * 100, OWNERS[day % 2], PHONE))
    run_id, health = _kept(warehouse_settings)
    assert (health["moved_often"], health["churn_rate"]) == (1, 0.333333)
    moved_often = []
    for day in range(4, 12):
        counts = step(warehouse_settings, day)
        assert (counts.has_news, counts.rows_written) == (False, 0)
        run_id, health = _kept(warehouse_settings)
        assert health == _measured(warehouse_settings, run_id)
        moved_often.append(health["moved_often"])
    assert (moved_often[0], moved_often[-1]) == (1, 0)


def test_a_stage_that_is_repeated_within_a_run_keeps_what_it_measured(
    warehouse_settings: Settings,
) -> None:
    for day in range(2):
        step(warehouse_settings, day, seen(day * 100, OWNERS[day], PHONE))
    load(warehouse_settings, [seen(200, MEMBER, PHONE)], 2)
    opened = open_run_of(warehouse_settings, 2)
    run(warehouse_settings, opened)
    run_id, health = _kept(warehouse_settings)
    assert health["churn_rate"] > 0
    assert not run(warehouse_settings, opened).has_news
    assert _kept(warehouse_settings) == (run_id, health)


def test_who_is_merely_seen_again_is_not_resolved_again(warehouse_settings: Settings) -> None:
    """A phone that two members claim is: there the newest sighting decides."""
    quiet, claimed = seen(0, MEMBER, OPENID), seen(5, OTHER_MEMBER, PHONE)
    rival = ("member_id", "", "M3")
    step(warehouse_settings, 0, quiet, claimed, seen(9, rival, PHONE))
    before = profiles_of(warehouse_settings)
    assert before[PHONE] == before[rival]
    counts = step(warehouse_settings, 1, replace(quiet, at=99_999))
    assert (counts.identifiers_touched, counts.identifiers_affected) == (2, 0)
    assert counts.rows_written == counts.observations + 3  # a link and both its ends
    assert profiles_of(warehouse_settings) == before
    later = "select count(*) from identity.{} where last_seen_at = '2026-11-02 03:46:39+00'"
    assert rows(warehouse_settings, later.format("identifier")) == [(2,)]
    assert rows(warehouse_settings, later.format("link")) == [(1,)]
    step(warehouse_settings, 2, replace(claimed, at=99_999))
    after = profiles_of(warehouse_settings)
    assert after[PHONE] == after[OTHER_MEMBER]
    reached = stored_state(warehouse_settings)
    full = run(warehouse_settings, open_run_of(warehouse_settings, 3), mode="full")
    assert (full.rows_written, stored_state(warehouse_settings)) == (0, reached)
