"""Snowplow's own expected tables: all of theirs is in ours, and what ours has besides has a cause.

Their packages leave out visits of more than three days, records sent days later, views without an
id or with one that came twice, and whom only the consent module saw. We keep what was sent.
"""

import csv
import gzip
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from settings import Settings
from tests.data.payloads.test_replies_and_snowplow import load
from warehouse.connection import connect

LATE = "late arriving: device created/sent >3 days"
VIEWS = {"page_views": "page_view", "screen_views": "screen_view"}


@dataclass(frozen=True)
class Case:
    """An expected table and its key, the field of the events with it, and what else is there."""

    name: str
    table: str
    columns: tuple[str, ...]
    field: str
    count: int
    causes: dict[str, int]


CASES = [
    Case(
        *("web", "page_views", ("event_id",), "event_id", 43),
        {
            "long session": 2, LATE: 1, "NULL page_view_id": 1, "Unexpired session": 1,
            "dupe: page_view_id different derived_tstamp": 1,
        },
    ),
    Case(
        *("web", "sessions", ("original_domain_sessionid", "domain_sessionid")),
        *("domain_sessionid", 18),
        {"consent_accel": 26, LATE: 1, "NULL page_view_id": 1},
    ),
    Case(
        *("web", "users", ("original_domain_userid", "domain_userid"), "domain_userid", 11),
        {
            "consent_accel": 26, "Rotating domain_userid per session": 2, LATE: 1,
            "NULL domain_sessionid": 1, "NULL page_view_id": 1,
        },
    ),
    Case(
        *("mobile", "screen_views", ("event_id",), "event_id", 77),
        {
            "long session": 24, LATE: 1, "dupe: screen_view_id different derived_tstamp": 1,
            "dupe: event_id different collector_tstamp": 1,
        },
    ),
]  # fmt: skip


def expected_ids(folder: Path, case: Case) -> set[str]:
    path = folder / case.name / f"expected_snowplow_{case.name}_{case.table}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return {next(filter(None, map(row.get, case.columns))) for row in csv.DictReader(stream)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} {case.table}")
def test_what_snowplow_expects_is_there_and_the_rest_has_a_cause(
    warehouse_settings: Settings, shared_data: Path, case: Case
):
    folder = shared_data / "events" / "snowplow"
    path = folder / case.name / f"snowplow_{case.name}_events.csv.gz"
    source = "web" if case.name == "web" else "app"
    load(
        warehouse_settings,
        f"{source}/snowplow_events",
        "a.csv",
        gzip.decompress(path.read_bytes()),
    )
    with connect(warehouse_settings, "") as conn:
        found = dict(
            conn.execute(
                """
                select body ->> %(field)s, min(body ->> 'user_id')
                from raw.record
                where body ->> %(field)s <> '' and (%(event)s = '' or event_name = %(event)s)
                group by 1
                """,
                {"field": case.field, "event": VIEWS.get(case.table, "")},
            ).fetchall()
        )
    expected = expected_ids(folder, case)
    assert len(expected) == case.count
    assert expected - found.keys() == set()
    assert Counter(cause for key, cause in found.items() if key not in expected) == case.causes
