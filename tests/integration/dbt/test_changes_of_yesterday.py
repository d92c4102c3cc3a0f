"""What changed yesterday is right today: each change, then marts kept up = marts made anew."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from identity_store.erasure import Erasure, erase
from identity_store.statements import Said, make_statement
from pipeline.transform import build_layer
from settings import Settings
from tests.integration.dbt.brand import DAYS, Record, member, moment, visitor
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
from tests.integration.dbt.sums import broken_laws

pytestmark = pytest.mark.nightly

PROGRAM = "wx00000000000000a2"
GUEST = ("openid", PROGRAM, "oA2_fake-guest")
HOST = ("member_id", "", "M000005")
GUEST_AND_HOST = """
select (
    select count(distinct map.profile_id)
    from identity.identifier_profile as map
    inner join identity.identifier as i using (identifier_id)
    where map.valid_to is null and i.value in ('oA2_fake-guest', 'M000005')
)
"""
ERASED = ("member_id", "", "M000006")


def _visit(name: str, at: date) -> Record:
    body = {"event": "$MPLaunch", "properties": {"$scene": "wx-1047", "$os": "iOS"}}
    return Record("mini_program", "events", name, moment(at, 10), body, ((*GUEST, 2),))


def _late_order() -> Record:
    at = moment(DAYS[0], 9)
    body = {
        "order_id": "O-LATE", "created_at": at.isoformat(), "updated_at": at.isoformat(),
        "paid_at": at.isoformat(), "status": "paid", "channel": "store", "total_fen": 4_200,
        "promotion_type": "none",
    }  # fmt: skip
    return Record("commerce", "orders", "O-LATE@1", at, body, member(4))


class Warehouse:
    """The brand after its days, and the days that follow."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        first = [*growth_deliveries(), [_visit("guest", DAYS[0])]]
        for place, records in enumerate(first):
            deliver(settings, DAYS[0] + timedelta(days=place), records)
        self.day = DAYS[0] + timedelta(days=len(first) - 1)
        self._run()

    def next_day(self, records: list[Record]) -> dict[str, str]:
        """What the marts are after a day on which these records came."""
        self.day += timedelta(days=1)
        deliver(self.settings, self.day, records)
        self._run()
        return dump(self.settings, "build")

    def _run(self) -> None:
        self.run = start_run(self.settings, self.day)
        build(self.settings, self.run, "staging", "marts")

    def made_anew(self) -> dict[str, str]:
        build_layer(self.settings, self.run, "marts", full_refresh=True)
        return dump(self.settings, "build")


@pytest.fixture(scope="module")
def warehouse(
    template_database: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    with copy_of(template_database) as settings:
        yield Warehouse(settings, tmp_path_factory.mktemp("project"))


def late_file(_: Warehouse) -> list[Record]:
    return [_late_order(), _visit("late", DAYS[1])]


def merge(warehouse: Warehouse) -> list[Record]:
    """The guest of days ago turns out to be a member."""
    at = moment(warehouse.day, 11)
    body = {"member_id": "M000005", "updated_at": at.isoformat(), "tier": "gold"}
    return [Record("commerce", "members", "M5@2", at, body, ((*GUEST, 1), *visitor(5)))]


def split(warehouse: Warehouse) -> list[Record]:
    make_statement(warehouse.settings, Said("different", (GUEST,), (HOST,), "steward", "a guest"))
    return []


def erasure(warehouse: Warehouse) -> list[Record]:
    erase(warehouse.settings, Erasure(ERASED, "person", moment(warehouse.day, 20)))
    return []


def moved_product(warehouse: Warehouse) -> list[Record]:
    """What was bought turns out to be of a brand, on a day on which nobody does anything."""
    at = moment(warehouse.day, 12)
    body = {"product_id": "PR-OOLONG", "category": "tea", "brand": "Example Hill"}
    return [Record("commerce", "products", "PR-OOLONG@1", at, body, ())]


def changed_rule(warehouse: Warehouse) -> list[Record]:
    """A scene belongs to another group from now on, also in the past."""
    project = warehouse.folder / "dbt_project"
    shutil.copytree(warehouse.settings.project_dir / "dbt_project", project)
    scenes = project / "seeds" / "scene.csv"
    scenes.write_text(scenes.read_text("utf-8").replace("1047,qr_scan", "1047,ad"), "utf-8")
    warehouse.settings = replace(warehouse.settings, project_dir=warehouse.folder)
    return []


@pytest.mark.parametrize(
    ("change", "proof"),
    [
        (
            late_file,
            "select count(*) = 1 from intermediate.int_person_orders where order_id = 'O-LATE'",
        ),
        (merge, f"{GUEST_AND_HOST} = 1"),
        (split, f"{GUEST_AND_HOST} = 2"),
        (erasure, "select count(*) = 0 from intermediate.int_members where member_id = 'M000006'"),
        (
            moved_product,
            "select count(*) > 0 from build.preference where value = 'Example Hill'",
        ),
        (changed_rule, "select count(*) > 0 from build.funnel_daily where scene_group = 'ad'"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_change_of_yesterday_is_right_today(
    warehouse: Warehouse, change: Callable[[Warehouse], list[Record]], proof: str
):
    count_as_published(warehouse.settings, warehouse.run)
    kept_up = warehouse.next_day(change(warehouse))
    assert rows(warehouse.settings, proof) == [(True,)]
    assert broken_laws(warehouse.settings, warehouse.day) == {}
    anew = warehouse.made_anew()
    assert {name for name in kept_up if kept_up[name] != anew[name]} == set()
