"""A landing folder of the test's own, files to put there, and what the database holds of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestion.contract import Contract, load_contract
from ingestion.file_load import FileCounts, load_file
from ingestion.window import WindowCounts, load_window
from settings import Settings
from warehouse.connection import connect

DAY = date(2026, 11, 20)
ARRIVAL = date(2026, 11, 21)


def order(order_id: str, **changes: object) -> dict[str, object]:
    return {
        "order_id": order_id,
        "updated_at": "2026-11-20T10:00:00+08:00",
        "created_at": "2026-11-20T09:00:00+08:00",
        "status": "paid",
        "total_fen": 1000,
        "member_id": f"M{order_id}",
        **changes,
    }


def app_event(message_id: str, **changes: object) -> dict[str, object]:
    return {
        "type": "track",
        "event": "Product Viewed",
        "messageId": message_id,
        "anonymousId": "6f1c0d3e-0000-4000-8000-000000000001",
        "timestamp": "2026-11-20T01:05:00.000Z",
        "sentAt": "2026-11-20T01:05:02.000Z",
        "receivedAt": "2026-11-20T01:05:02.400Z",
        "context": {"device": {"type": "ios"}},
        "properties": {"product_id": "P1"},
        **changes,
    }


def json_lines(records: Sequence[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@dataclass(frozen=True)
class Landing:
    settings: Settings

    def write(self, place: str, content: bytes, day: date = DAY) -> Path:
        """`place` is `source/kind/name`."""
        source, kind, name = place.split("/")
        path = self.settings.landing_dir / source / kind / day.isoformat() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def load(self, path: Path, contract: Contract | None = None) -> FileCounts:
        source, kind, day = path.parts[-4:-1]
        return load_file(
            self.settings,
            path,
            contract or load_contract(source, kind),
            arrival_day=ARRIVAL,
            landing_day=date.fromisoformat(day),
        )

    def load_window(self, source: str, first: date = DAY, last: date = DAY) -> WindowCounts:
        return load_window(self.settings, source, first, last, arrival_day=ARRIVAL)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with connect(self.settings, "") as conn:
            return conn.execute(sql).fetchall()

    def assert_ledger_holds(self) -> None:
        """Every load adds up, and what it counts is what is there."""
        assert (
            self.query("""
            select load_id from ops.load where rows_in <> loaded + duplicate + quarantined
        """)
            == []
        )
        assert (
            self.query("""
            select l.load_id, l.loaded, l.quarantined
            from ops.load as l
            where l.loaded - l.superseded
                <> (select count(*) from raw.record as r where r._load_id = l.load_id)
            or l.quarantined
                <> (select count(*) from ops.quarantine as q where q.load_id = l.load_id)
        """)
            == []
        )


@pytest.fixture
def landing(warehouse_settings: Settings) -> Landing:
    return Landing(warehouse_settings)


class Make:
    """The builders of this file, handed over as a fixture because tests are no package."""

    order = staticmethod(order)
    app_event = staticmethod(app_event)
    json_lines = staticmethod(json_lines)


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()
