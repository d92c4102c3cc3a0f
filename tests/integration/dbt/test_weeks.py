"""What ranks everybody moves once a week; whatever the day, kept up is the same as made anew."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from benchmarks.synthetic_marts import fill_history, live_another_day
from benchmarks.synthetic_people import BrandSize
from pipeline.transform import build_layer
from settings import Settings
from tests.integration.dbt.deliveries import build, copy_of, count_as_published, dump, rows
from warehouse.connection import LOGIN, connect
from warehouse.runs import open_run

SATURDAY, SUNDAY, MONDAY = DAYS = [date(2026, 11, 21) + timedelta(n) for n in range(3)]
KEPT = ("int_affinity", "int_preference", "int_person_cart", "int_offer_habit", "int_person_day")
KEEP = "drop table if exists kept_{0}; create table kept_{0} as table intermediate.{0}"
MOVED = """
select count(distinct moved.profile_id)::integer
from (table kept_{0} except table intermediate.{0}) as moved
where moved.profile_id not in (select profile_id from intermediate.int_touched_profile)
"""
PERSONS = "select count(*)::integer from intermediate.int_person where kind = 'known'"
TOUCHED = "select count(distinct profile_id)::integer from intermediate.int_touched_profile"


class Story:
    """The warehouse after three days; by day, of how many untouched persons rows moved."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.moved: dict[date, dict[str, int]] = {}
        fill_history(settings, BrandSize(150, orders=6, events=40), SATURDAY)
        for day in DAYS:
            if day != SATURDAY:
                live_another_day(settings, day)
            at = datetime.combine(day, datetime.max.time(), UTC)
            self.run = open_run(settings, run_at=at, as_of=day)
            build(settings, self.run, "staging", "marts")
            if day != SATURDAY:
                self.moved[day] = {n: rows(settings, MOVED.format(n))[0][0] for n in KEPT}
            with connect(settings, LOGIN) as conn:
                for name in KEPT:
                    conn.execute(KEEP.format(name).encode())
            if day != MONDAY:
                count_as_published(settings, self.run)


@pytest.fixture(scope="module")
def story(staged_database: Settings) -> Iterator[Story]:
    with copy_of(staged_database) as settings:
        yield Story(settings)


def test_a_few_are_touched(story: Story):
    touched, persons = rows(story.settings, TOUCHED)[0][0], rows(story.settings, PERSONS)[0][0]
    assert 0 < touched < persons / 10


def test_what_is_of_each_person_moves_with_the_person_alone(story: Story):
    for day in (SUNDAY, MONDAY):
        own = {name: story.moved[day][name] for name in KEPT[2:]}
        assert set(own.values()) == {0}, day


def test_what_ranks_everybody_moves_when_a_week_is_over(story: Story):
    moved = {day: [story.moved[day][name] for name in KEPT[:2]] for day in story.moved}
    assert moved[MONDAY] == [0, 0]
    assert min(moved[SUNDAY]) > 0


def test_what_is_kept_up_is_what_is_made_anew(story: Story):
    schemas = ("intermediate", "build")
    kept_up = {schema: dump(story.settings, schema) for schema in schemas}
    build_layer(story.settings, story.run, "marts", full_refresh=True)
    for schema in schemas:
        anew = dump(story.settings, schema)
        assert {name for name in anew if anew[name] != kept_up[schema][name]} <= {
            "int_growth_days",  # says which run changed a day
            "int_touched_profile",  # says why a run made whom anew
        }
