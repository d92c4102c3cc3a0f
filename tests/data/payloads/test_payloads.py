"""Payloads in the channels' own formats: what is in scope is mapped, the rest refused by name.

The Segment calls are the inputs of a collector's tests, so a fifteenth of them lacks every time.
A collector stamps `receivedAt` on what comes in, and so do we before we write the landing lines.
What is ours was decided in `benchmarks/payloads_scope.csv`.
"""

import csv
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.contract import Contract, load_contract
from ingestion.file_load import FileCounts, load_file
from settings import Settings
from warehouse.connection import connect

PROJECT = Path(__file__).resolve().parents[3]
SCOPE = PROJECT / "benchmarks" / "payloads_scope.csv"
BY_HAND = Path(__file__).parent / "identifiers_by_hand.csv"
ARRIVAL = date(2024, 1, 1)
RECEIVED_AT = "2023-12-31T00:00:00.000Z"


@dataclass(frozen=True)
class Line:
    """A landing line of a payload, where it stood, and whether it is ours."""

    number: int
    kind: str
    content: str
    is_ours: bool


def scope() -> dict[tuple[str, ...], bool]:
    with SCOPE.open(newline="") as file:
        return {
            (row["file"], row["product"], row["type_or_endpoint"], row["event"]): (
                row["is_ours"] == "yes"
            )
            for row in csv.DictReader(file)
        }


def payloads(shared_data: Path, name: str) -> list[dict[str, Any]]:
    path = next(shared_data.glob(f"payloads/{name}.jsonl*"))
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    return [json.loads(line) for line in text.splitlines()]


def segment_lines(shared_data: Path, *, is_stamped: bool) -> list[Line]:
    ours = scope()
    lines = []
    for number, payload in enumerate(payloads(shared_data, "rudder_segment_events"), 1):
        message = payload["message"]
        if is_stamped:
            message.setdefault("receivedAt", RECEIVED_AT)
        kind = "app/events" if message.get("channel") == "mobile" else "web/events"
        is_ours = ours["rudder_segment_events", "", message["type"], ""]
        lines.append(Line(number, kind, json.dumps(message), is_ours))
    return lines


def sensors_lines(shared_data: Path) -> list[Line]:
    ours = scope()
    return [
        Line(
            number,
            "mini_program/events",
            json.dumps(event),
            ours["sensors_events", "", event["type"], event.get("event", "")],
        )
        for number, event in enumerate(payloads(shared_data, "sensors_events"), 1)
    ]


def push_lines(shared_data: Path) -> list[Line]:
    ours = scope()
    return [
        Line(
            number,
            "official_account/pushes",
            push["xml"].replace("\n", " "),
            ours["wechat_messages", push["product"], push["msg_type"], push["event"] or ""],
        )
        for number, push in enumerate(payloads(shared_data, "wechat_messages"), 1)
        if push["product"] == "official_account"
    ]


@dataclass(frozen=True)
class Loaded:
    counts: FileCounts
    kept: frozenset[int]
    refused: dict[int, tuple[str, str | None]]


def long_ago(contract: Contract) -> Contract:
    """The contract with a horizon that reaches back to the payloads' years."""
    return contract.model_copy(update={"horizon_days": 10_000})


def load(settings: Settings, kind: str, lines: list[Line]) -> Loaded:
    contract = long_ago(load_contract(*kind.split("/")))
    path = settings.landing_dir / kind / "2023-12-31" / f"a.{contract.format}"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(line.content for line in lines))
    counts = load_file(settings, path, contract, arrival_day=ARRIVAL, landing_day=ARRIVAL)
    with connect(settings, "") as conn:
        kept = conn.execute(
            "select _line_number from raw.record where _load_id = %s", (counts.load_id,)
        ).fetchall()
        refused = conn.execute(
            "select line_number, reason_code, field from ops.quarantine where load_id = %s",
            (counts.load_id,),
        ).fetchall()
    numbers = [line.number for line in lines]
    return Loaded(
        counts,
        frozenset(numbers[position - 1] for (position,) in kept),
        {numbers[position - 1]: (reason, field) for position, reason, field in refused},
    )


def load_all(settings: Settings, lines: list[Line]) -> list[Loaded]:
    kinds = sorted({line.kind for line in lines})
    return [load(settings, kind, [x for x in lines if x.kind == kind]) for kind in kinds]


def assert_in_scope_is_mapped(lines: list[Line], results: Iterable[Loaded], share: float) -> None:
    refused: dict[int, tuple[str, str | None]] = {}
    for result in results:
        counts = result.counts
        assert counts.rows_in == counts.loaded + counts.duplicate + counts.quarantined
        refused |= result.refused
    assert sum(result.counts.rows_in for result in results) == len(lines)
    assert all(field for _, field in refused.values()), Counter(refused.values())
    ours = [line for line in lines if line.is_ours]
    mapped = [line for line in ours if line.number not in refused]
    assert len(mapped) >= share * len(ours), Counter(
        refused[x.number] for x in ours if x not in mapped
    )
    for line in lines:
        if not line.is_ours:
            assert refused[line.number][0] == "not_accepted", line.number


@pytest.fixture
def payload_settings(warehouse_settings: Settings, shared_data: Path, tmp_path: Path) -> Settings:
    """A deployment that knows the accounts of the payloads: each gh_ name is its own appid."""
    config = tmp_path / "config"
    config.mkdir()
    names = {
        push["xml"].split("<ToUserName><![CDATA[")[1].split("]]>")[0]
        for push in payloads(shared_data, "wechat_messages")
    }
    accounts: list[dict[str, object]] = [
        {"appid": name, "original_id": name, "kind": "service_account", "open_platform": "op",
         "name_zh": name, "name_en": name}
        for name in sorted(names)
    ]  # fmt: skip
    document = {"version": 1, "accounts": accounts}
    (config / "accounts.yml").write_text(yaml.safe_dump(document))
    return replace(warehouse_settings, config_dir=config)


def test_the_scope_names_every_type_and_endpoint_of_the_payloads(shared_data: Path) -> None:
    ours = scope()
    segment_lines(shared_data, is_stamped=False)
    sensors_lines(shared_data)
    for push in payloads(shared_data, "wechat_messages"):
        assert ("wechat_messages", push["product"], push["msg_type"], push["event"] or "") in ours
    for reply in payloads(shared_data, "wechat_api_replies"):
        assert ("wechat_api_replies", "", reply["endpoint"], "") in ours


def test_segment_calls_in_scope_are_mapped(payload_settings: Settings, shared_data: Path) -> None:
    lines = segment_lines(shared_data, is_stamped=True)
    assert_in_scope_is_mapped(lines, load_all(payload_settings, lines), 0.95)


def test_segment_calls_without_any_time_are_refused_for_it(
    payload_settings: Settings, shared_data: Path
) -> None:
    stamped = {x.number for x in segment_lines(shared_data, is_stamped=True) if x.is_ours}
    lines = [x for x in segment_lines(shared_data, is_stamped=False) if x.number in stamped]
    refused = {}
    for result in load_all(payload_settings, lines):
        refused |= result.refused
    without_time = {
        line.number
        for line in lines
        if not any(
            json.loads(line.content).get(name)
            for name in ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
        )
    }
    assert {refused[number] for number in without_time} == {("missing_field", "timestamp")}
    assert len(lines) - len(refused) >= 0.9 * len(lines)


def test_sensors_events_in_scope_are_mapped(payload_settings: Settings, shared_data: Path) -> None:
    lines = sensors_lines(shared_data)
    assert_in_scope_is_mapped(lines, load_all(payload_settings, lines), 0.95)


def test_pushes_of_official_accounts_in_scope_are_mapped(
    payload_settings: Settings, shared_data: Path
) -> None:
    lines = push_lines(shared_data)
    # The oldest samples claim the year 1973, which no account can: those times are moved.
    lines = [replace(x, content=x.content.replace(">123456789<", ">1700000000<")) for x in lines]
    assert_in_scope_is_mapped(lines, load_all(payload_settings, lines), 0.95)


def test_the_identifiers_found_are_those_read_by_hand(
    payload_settings: Settings, shared_data: Path
) -> None:
    files = {
        "rudder_segment_events": segment_lines(shared_data, is_stamped=True),
        "sensors_events": sensors_lines(shared_data),
        "wechat_messages": [
            replace(x, content=x.content.replace(">123456789<", ">1700000000<"))
            for x in push_lines(shared_data)
        ],
    }
    with BY_HAND.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 50
    wanted = {
        (r["file"], int(r["line"]), r["namespace"], r["scope"], r["value_sha256_start"])
        for r in rows
    }
    looked_at = {(row[0], row[1]) for row in wanted}
    found = set()
    for name, lines in files.items():
        chosen = [line for line in lines if (name, line.number) in looked_at]
        for kind in sorted({line.kind for line in chosen}):
            of_kind = [line for line in chosen if line.kind == kind]
            found |= identifiers_of(payload_settings, name, kind, of_kind)
    assert found == wanted


def identifiers_of(
    settings: Settings, name: str, kind: str, lines: list[Line]
) -> set[tuple[str, int, str, str, str]]:
    load(settings, kind, lines)
    with connect(settings, "") as conn:
        rows = conn.execute(
            """
            select r._line_number, i.namespace, i.scope, i.value
            from raw.record as r
            inner join identity.identifier_set as s using (identifier_set_id)
            inner join identity.identifier as i on i.identifier_id = any(s.identifier_ids)
            where r.source || '/' || r.kind = %s
            """,
            (kind,),
        ).fetchall()
    numbers = [line.number for line in lines]
    return {
        (name, numbers[position - 1], namespace, scope,
         hashlib.sha256(value.encode()).hexdigest()[:16])
        for position, namespace, scope, value in rows
    }  # fmt: skip
