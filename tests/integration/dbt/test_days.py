"""Day after day the facts become what one look at everything would make of them."""

from collections.abc import Iterator

import pytest

from settings import Settings
from tests.integration.dbt.brand import DAYS, deliveries
from tests.integration.dbt.deliveries import (
    build,
    build_facts,
    copy_of,
    count_as_published,
    deliver,
    dump,
    rows,
    start_run,
)

EARLY = "select count(*) from intermediate.int_points where entry_id = 'early'"
TOUCHED = "select cause, count(*)::integer from intermediate.int_touched_profile group by cause"


class Story:
    """The warehouse after the last day, and what was seen on the way."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.early_points: list[int] = []
        self.touched: list[dict[str, int]] = []
        for day, records in zip(DAYS, deliveries(), strict=True):
            deliver(settings, day, records)
            self.run = start_run(settings, day)
            if day == DAYS[0]:
                build(settings, self.run, "staging", "intermediate")
            else:
                build_facts(settings, self.run)
            self.early_points.append(rows(settings, EARLY)[0][0])
            self.touched.append(dict(rows(settings, TOUCHED)))
            if day != DAYS[-1]:
                count_as_published(settings, self.run)


@pytest.fixture(scope="module")
def story(staged_database: Settings) -> Iterator[Story]:
    with copy_of(staged_database) as settings:
        yield Story(settings)


def test_an_early_record_waits_for_its_day(story: Story):
    assert story.early_points == [0, 0, 1]


def test_a_resent_event_is_one_event_in_its_newest_form(story: Story):
    resent = rows(
        story.settings,
        """
        select e.device_type, count(*) over (partition by e.event_day, e.source_key)
        from intermediate.int_events as e
        where (e.event_day, e.source_key) in (
            select event_day, source_key from raw.record
            where kind = 'events' group by 1, 2 having count(*) > 1
        )
        """,
    )
    assert resent
    assert set(resent) == {("harmony", 1)}


def test_an_order_has_its_newest_state(story: Story):
    differing = rows(
        story.settings,
        """
        select o.order_id
        from intermediate.int_orders as o
        inner join (
            select distinct on (body ->> 'order_id')
                body ->> 'order_id' as order_id, body ->> 'status' as status
            from raw.record where kind = 'orders' and event_at < '2026-11-21T00:00:00+08:00'
            order by body ->> 'order_id', event_at desc
        ) as newest using (order_id)
        where o.status <> newest.status
        """,
    )
    assert rows(story.settings, "select count(*) from intermediate.int_orders")[0][0] > 20
    assert differing == []


def test_incremental_facts_equal_facts_made_anew(story: Story):
    before = dump(story.settings, "intermediate")
    build_facts(story.settings, story.run, "--full-refresh")
    after = dump(story.settings, "intermediate")
    differing = {name for name in before if before[name] != after[name]}
    # Lists of what a run touched, no facts.
    assert differing <= {"int_touched_profile", "int_growth_days"}
    assert len(before) > 20


def test_the_first_run_touches_everybody_and_later_ones_whom_something_happened_to(story: Story):
    assert set(story.touched[0]) == {"rules"}
    assert all(set(touched) <= {"facts", "identity"} for touched in story.touched[1:])
    assert all("facts" in touched for touched in story.touched[1:])


def test_a_repeated_run_changes_nothing(story: Story):
    build_facts(story.settings, story.run)  # the run that made everything anew has other causes
    before = dump(story.settings, "intermediate")
    build_facts(story.settings, story.run)
    assert dump(story.settings, "intermediate") == before


def test_nothing_of_the_day_after_is_in_a_fact(story: Story):
    after = "where occurred_at >= '2026-11-21T00:00:00+08:00'"
    assert rows(story.settings, f"select count(*) > 0 from raw.record {after}") == [(True,)]  # noqa: S608 - constant
    assert rows(story.settings, f"select count(*) from intermediate.int_orders {after}") == [(0,)]  # noqa: S608 - constant
