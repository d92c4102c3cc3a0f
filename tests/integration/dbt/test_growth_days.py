"""Growth marts kept up day by day are what one look at everything would make of them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pipeline.transform import build_layer, run_dbt
from settings import Settings
from tests.integration.dbt.brand import DAYS
from tests.integration.dbt.deliveries import (
    build,
    copy_of,
    count_as_published,
    deliver,
    dump,
    rows,
    start_run,
)
from tests.integration.dbt.growth_brand import growth_deliveries
from tests.integration.dbt.sums import LAWS, Law, sums
from warehouse.runs import Run

pytestmark = pytest.mark.nightly

KNOWN = "select count(*) from intermediate.int_growth_days"
CHANGED = KNOWN + " where changed_run_id = {}"


class Story:
    """The warehouse after three days; how many days of inputs each run found changed, and knew."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.changed: list[int] = []
        self.known: list[int] = []
        for day, records in zip(DAYS, growth_deliveries(), strict=True):
            deliver(settings, day, records)
            self.run = start_run(settings, day)
            build(settings, self.run, "staging", "intermediate", "marts")
            self.changed.append(rows(settings, CHANGED.format(self.run.run_id))[0][0])
            self.known.append(rows(settings, KNOWN)[0][0])
            if day != DAYS[-1]:
                count_as_published(settings, self.run)


@pytest.fixture(scope="module")
def story(staged_database: Settings) -> Iterator[Story]:
    with copy_of(staged_database) as settings:
        yield Story(settings)


def variables(run: Run) -> dict[str, str]:
    return {"C360_DBT_RUN_ID": str(run.run_id), "C360_DBT_AS_OF": str(run.as_of)}


def test_the_story_has_something_for_every_mart(story: Story):
    tables = [name for name in dump(story.settings, "build") if name != "reconciliation_daily"]
    empty = [
        name
        for name in tables
        if rows(story.settings, f"select count(*) from build.{name}") == [(0,)]  # noqa: S608 - ours
    ]
    # Within three days nobody's seven days are over.
    assert set(empty) <= {"loss_cause_daily"}


def test_a_day_that_did_not_change_is_not_counted_anew(story: Story):
    assert story.changed[0] == story.known[0]
    assert story.changed[2] > 0
    # What became of the messages of two days before came on the third day; nothing else was old.
    old = f"on_date < date '{DAYS[0] - timedelta(days=2)}'"
    assert rows(story.settings, f"{KNOWN} where {old}")[0][0] > 4
    assert rows(story.settings, f"{CHANGED.format(story.run.run_id)} and {old}") == [(0,)]


def test_laws_hold_after_three_days(story: Story):
    result = run_dbt(
        story.settings, ["test", "--select", "path:tests/growth"], variables(story.run)
    )
    assert result.counts == {"pass": 6}


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_what_a_mart_counts_and_what_it_does_not_own_are_all_facts(story: Story, law: Law):
    in_mart, elsewhere, everywhere = sums(story.settings, law, DAYS[-1])
    assert in_mart + elsewhere == everywhere
    assert in_mart != 0


def test_marts_kept_up_equal_marts_made_anew(story: Story):
    before = dump(story.settings, "build")
    for layer in ("intermediate", "marts"):
        build_layer(story.settings, story.run, layer, full_refresh=True)
    after = dump(story.settings, "build")
    assert {name for name in before if before[name] != after[name]} == set()
    assert len(before) > 18


def test_a_repeated_run_changes_nothing(story: Story):
    before = dump(story.settings, "build")
    build(story.settings, story.run, "intermediate", "marts")
    assert dump(story.settings, "build") == before
