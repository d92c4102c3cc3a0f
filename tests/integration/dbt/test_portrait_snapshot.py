"""Portraits of month ends stay what they were, until their person or their time is gone."""

from collections.abc import Iterator
from datetime import UTC, date

import pytest

from pipeline.transform import run_dbt
from settings import Settings
from tests.integration.dbt.brand import moment
from tests.integration.dbt.deliveries import copy_of, count_as_published, rows
from tests.integration.expectations.marts import PERSONS, build_marts
from warehouse.connection import connect
from warehouse.runs import Run, open_run

MONTHS = """
select month_end, as_of, count(*)::integer, min(life_order_count), max(life_order_count)
from build.portrait_snapshot group by month_end, as_of order by month_end
"""
SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)


class Story:
    """A warehouse with portraits, and what the snapshots were after each run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.seen: list[list[tuple[date, date, int, int, int]]] = []

    def change(self, *statements: str) -> None:
        with connect(self.settings, "c360_transform") as conn:
            for statement in statements:
                conn.execute(statement.encode())

    def run(self, as_of: date, *options: str) -> Run:
        run = open_run(self.settings, run_at=moment(as_of, 23).astimezone(UTC), as_of=as_of)
        variables = {"C360_DBT_RUN_ID": str(run.run_id), "C360_DBT_AS_OF": str(as_of)}
        run_dbt(self.settings, ["run", "--select", "portrait_snapshot", *options], variables)
        self.seen.append(rows(self.settings, MONTHS))
        return run


@pytest.fixture(scope="module")
def story(template_database: Settings) -> Iterator[Story]:
    with copy_of(template_database) as settings:
        story = Story(settings)
        with connect(settings, "c360_transform") as conn:
            build_marts(conn)
        story.change(
            "drop table build.portrait_snapshot",
            "create table intermediate.int_person as"
            " select profile_id, false as is_under_14 from build.portrait",
        )
        count_as_published(settings, story.run(date(2026, 10, 30)))
        story.run(OCTOBER)  # a gate blocks this one
        story.change("update build.portrait set life_order_count = 2")
        count_as_published(settings, story.run(date(2026, 11, 1)))
        story.change(
            "update build.portrait set life_order_count = 3",
            "delete from intermediate.int_person where profile_id in ('p_1', 'p_2')",
            "insert into build.profile_redirect values"
            " ('p_1', null, 'erased', '2026-11-02'), ('p_2', 'p_3', 'retired', '2026-11-02')",
            "update intermediate.int_person set is_under_14 = true where profile_id = 'p_4'",
        )
        count_as_published(settings, story.run(date(2026, 11, 2), "--full-refresh"))
        story.run(date(2027, 11, 5))
        yield story


def test_a_month_end_that_no_run_saw_is_of_the_first_day_after_it(story: Story):
    assert story.seen[0] == [(SEPTEMBER, date(2026, 10, 30), PERSONS, 1, 1)]


def test_what_was_never_published_is_taken_again(story: Story):
    assert story.seen[1][1] == (OCTOBER, OCTOBER, PERSONS, 1, 1)
    assert story.seen[2][1] == (OCTOBER, date(2026, 11, 1), PERSONS, 2, 2)


def test_published_rows_stay_as_they_were_even_when_everything_is_made_anew(story: Story):
    values = [(month[0], month[3], month[4]) for month in story.seen[3]]
    assert values == [(SEPTEMBER, 1, 1), (OCTOBER, 2, 2)]


def test_who_was_erased_or_is_a_child_is_gone_and_who_merged_is_not(story: Story):
    assert [month[2] for month in story.seen[3]] == [PERSONS - 2, PERSONS - 2]
    gone = rows(
        story.settings,
        "select profile_id from build.portrait except"
        " select profile_id from build.portrait_snapshot where month_end = '2026-10-31'",
    )
    assert sorted(gone) == [("p_1",), ("p_4",)]


def test_a_month_is_kept_thirteen_months(story: Story):
    assert [month[0] for month in story.seen[4]] == [OCTOBER, date(2027, 10, 31)]
