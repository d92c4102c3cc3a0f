"""However often and in whatever wrapping bytes arrive, each record is there once."""

import gzip
from dataclasses import replace
from datetime import date
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pyarrow as pa

from ingestion.contract import Contract, load_contract

if TYPE_CHECKING:
    from tests.integration.ingestion.conftest import Landing, Make

CONTENT = """
    select source, kind, source_key, content_hash, event_at, body from raw.record
    order by source, kind, source_key, content_hash
"""


def events(make: "Make", first: int, last: int) -> bytes:
    return make.json_lines([make.app_event(f"m{n}") for n in range(first, last)])


def test_the_same_bytes_in_any_wrapping_add_nothing(landing: "Landing", make: "Make") -> None:
    content = events(make, 0, 50)
    path = landing.write("app/events/a.jsonl", content)
    assert landing.load(path).loaded == 50
    before = landing.query(CONTENT)
    again = landing.load(path)
    assert again.is_already_loaded
    for name, wrapped in {
        "renamed.jsonl": content,
        "zipped.jsonl.gz": gzip.compress(content),
        "zipped-again.jsonl.gz": gzip.compress(content, mtime=1),
        "zstd.jsonl.zst": pa.compress(content, codec="zstd", asbytes=True),
        "with-line-ends.jsonl": content.replace(b"\n", b"\r\n"),
    }.items():
        counts = landing.load(landing.write(f"app/events/{name}", wrapped))
        assert (counts.loaded, counts.duplicate) == (0, 50), name
    other_day = landing.write("app/events/a.jsonl", content, date(2026, 11, 21))
    assert landing.load(other_day).duplicate == 50
    assert landing.query(CONTENT) == before
    landing.assert_ledger_holds()


def test_a_growing_file_brings_only_what_grew(landing: "Landing", make: "Make") -> None:
    path = landing.write("app/events/a.jsonl", events(make, 0, 10))
    landing.load(path)
    landing.write("app/events/a.jsonl", events(make, 0, 25))
    grown = landing.load(path)
    assert (grown.rows_in, grown.loaded, grown.duplicate) == (25, 15, 10)
    assert landing.query("select generation from ops.load order by load_id") == [(1,), (2,)]
    landing.assert_ledger_holds()


def test_overlapping_files_load_the_overlap_once(landing: "Landing", make: "Make") -> None:
    landing.write("app/events/a.jsonl", events(make, 0, 20))
    landing.write("app/events/b.jsonl", events(make, 10, 30) + events(make, 10, 15))
    counts = landing.load_window("app")
    assert (counts.files, counts.rows_in) == (2, 45)
    assert (counts.loaded, counts.duplicate, counts.quarantined) == (30, 15, 0)
    landing.assert_ledger_holds()


def test_a_resent_event_with_new_transport_times_is_a_duplicate(
    landing: "Landing", make: "Make"
) -> None:
    sent = make.app_event("a")
    resent = make.app_event(
        "a", sentAt="2026-11-21T09:00:00.000Z", receivedAt="2026-11-21T09:00:01.000Z"
    )
    reordered = dict(reversed(sent.items()))
    other_content = make.app_event("a", properties={"product_id": "P2"})
    content = make.json_lines([sent, resent, reordered, other_content])
    counts = landing.load(landing.write("app/events/a.jsonl", content))
    assert (counts.loaded, counts.duplicate) == (2, 2)
    assert landing.query("select _line_number from raw.record order by 1") == [(1,), (4,)]


def test_a_state_that_comes_back_is_a_state_of_its_own(landing: "Landing", make: "Make") -> None:
    def state(status: str, minute: int) -> dict[str, object]:
        return make.order("O1", status=status, updated_at=f"2026-11-20T10:{minute:02d}:00+08:00")

    content = make.json_lines([state("A", 1), state("B", 2), state("A", 3), state("A", 3)])
    counts = landing.load(landing.write("commerce/orders/a.jsonl", content))
    assert (counts.loaded, counts.duplicate) == (3, 1)
    states = landing.query("select body->>'status' from raw.record order by event_at")
    assert states == [("A",), ("B",), ("A",)]


def test_every_pull_of_a_follower_is_a_state(landing: "Landing", make: "Make") -> None:
    def page(hour: int, tags: list[int]) -> dict[str, object]:
        follower = {"subscribe": 1, "openid": "oB_fake-1", "tagid_list": tags}
        return {
            "appid": "wx00000000000000b1", "pulled_at": f"2026-11-20T{hour}:00:00+08:00",
            "endpoint": "user/info/batchget", "page": 1, "reply": {"user_info_list": [follower]},
        }  # fmt: skip

    content = make.json_lines([page(10, [1]), page(11, [2]), page(12, [1])])
    path = landing.write("official_account/followers/a.jsonl", content)
    assert landing.load(path).loaded == 3
    again = landing.write("official_account/followers/b.jsonl", content)
    assert landing.load(again).duplicate == 3


def test_a_rewritten_window_replaces_what_it_held(landing: "Landing", make: "Make") -> None:
    contract = load_contract("commerce", "refunds")
    contract = replace_mode(contract)

    def refunds(*ids: str) -> bytes:
        return make.json_lines([
            {"refund_id": i, "order_id": "O1", "amount_fen": 1,
             "success_time": "2026-11-20T10:00:00+08:00"} for i in ids
        ])  # fmt: skip

    path = landing.write("commerce/refunds/day.jsonl", refunds("a", "b", "c"))
    first = landing.load(path, contract)
    landing.write("commerce/refunds/day.jsonl", refunds("b", "c", "d"))
    second = landing.load(path, contract)
    assert (second.loaded, second.duplicate) == (1, 2)
    keys = landing.query("select source_key from raw.record order by 1")
    assert keys == [("b",), ("c",), ("d",)]
    assert landing.query("select load_id, superseded from ops.load order by 1") == [
        (first.load_id, 1),
        (second.load_id, 0),
    ]
    landing.assert_ledger_holds()


def replace_mode(contract: Contract) -> Contract:
    return contract.model_copy(update={"load_mode": "replace_window"})


def test_lines_older_than_the_horizon_do_not_come_back(landing: "Landing", make: "Make") -> None:
    old = make.app_event("old", timestamp="2025-10-01T00:00:00Z", receivedAt=None, sentAt=None)
    path = landing.write("app/events/a.jsonl", make.json_lines([old, make.app_event("new")]))
    counts = landing.load(path)
    assert (counts.loaded, counts.quarantined) == (1, 1)
    assert landing.query("select reason_code, field from ops.quarantine") == [
        ("too_old", "timestamp")
    ]


def test_two_loaders_at_once_end_as_one(landing: "Landing", make: "Make") -> None:
    for number in range(6):
        start = number * 100
        landing.write(f"app/events/{number}.jsonl", events(make, start, start + 200))
    barrier = Barrier(3)
    failures: list[BaseException] = []

    def load() -> None:
        barrier.wait()
        try:
            landing.load_window("app")
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert landing.query("select count(*), sum(rows_in), sum(loaded) from ops.load") == [
        (6, 1200, 700)
    ]
    assert landing.query("select count(*), count(distinct source_key) from raw.record") == [
        (700, 700)
    ]
    landing.assert_ledger_holds()


def test_the_arrival_day_is_the_loads_not_the_clocks(landing: "Landing", make: "Make") -> None:
    landing.load(landing.write("app/events/a.jsonl", events(make, 0, 2)))
    later = replace(landing)
    later.load(landing.write("app/events/b.jsonl", events(make, 0, 4)))
    assert landing.query("select distinct arrival_day from ops.load") == [(date(2026, 11, 21),)]
    assert landing.query("select distinct arrival_day from identity.identifier") == [
        (date(2026, 11, 21),)
    ]
