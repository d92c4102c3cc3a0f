"""Lines put aside: looked at, loaded after a fix, discarded."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from ingestion import contract as contracts
from ingestion import quarantine
from warehouse.errors import Fatal

if TYPE_CHECKING:
    from tests.integration.ingestion.conftest import Landing, Make

ARRIVAL = date(2026, 11, 22)


@pytest.fixture
def contracts_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the contracts that the test may change."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    for path in contracts.CONTRACTS_DIR.glob("*.yml"):
        (folder / path.name).write_text(path.read_text())
    original = contracts.load_contract

    def load(source: str, kind: str, *_: Path) -> contracts.Contract:
        contracts._read.cache_clear()
        return original(source, kind, folder)

    monkeypatch.setattr(quarantine, "load_contract", load)
    yield folder
    contracts._read.cache_clear()


def change(path: Path, **changes: object) -> None:
    document = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**document, **changes, "version": document["version"] + 1}))


def renamed_field(make: "Make", order_id: str) -> dict[str, object]:
    record = make.order(order_id)
    record["total"] = record.pop("total_fen")
    return record


def test_after_the_contract_is_fixed_exactly_the_missing_lines_are_loaded(
    landing: "Landing", make: "Make", contracts_dir: Path
) -> None:
    content = make.json_lines(
        [make.order("O1"), renamed_field(make, "O2"), renamed_field(make, "O3")]
    )
    path = landing.write("commerce/orders/a.jsonl", content + b"{broken\n")
    first = landing.load(path)
    assert (first.loaded, first.quarantined) == (1, 3)
    assert quarantine.replay(landing.settings, first.load_id, arrival_day=ARRIVAL).replayed == 0

    required = ["order_id", "updated_at", "created_at", "status", ["total_fen", "total"]]
    change(contracts_dir / "commerce__orders.yml", required=required)
    counts = quarantine.replay(landing.settings, first.load_id, arrival_day=ARRIVAL)
    assert (counts.replayed, counts.still_open, counts.loaded, counts.duplicate) == (2, 1, 2, 0)
    assert landing.query("select source_key, _line_number from raw.record order by 2") == [
        ("O1|2026-11-20T10:00:00+08:00", 1),
        ("O2|2026-11-20T10:00:00+08:00", 2),
        ("O3|2026-11-20T10:00:00+08:00", 3),
    ]
    assert landing.query("""
        select load_id, contract_version, rows_in, loaded, quarantined, published_run_id, path
        from ops.load order by load_id
    """) == [
        (first.load_id, 1, 4, 1, 3, None, "commerce/orders/2026-11-20/a.jsonl"),
        (counts.load_id, 2, 2, 2, 0, None, f"quarantine:{first.load_id}"),
    ]
    assert landing.query("""
        select line_number, status, status_load_id from ops.quarantine order by line_number
    """) == [(2, "replayed", counts.load_id), (3, "replayed", counts.load_id), (4, "open", None)]
    again = quarantine.replay(landing.settings, first.load_id, arrival_day=ARRIVAL)
    assert (again.load_id, again.replayed, again.still_open) == (None, 0, 1)
    landing.assert_ledger_holds()


def test_lines_delivered_anew_meanwhile_are_duplicates_of_the_replay(
    landing: "Landing", make: "Make", contracts_dir: Path
) -> None:
    wrong = renamed_field(make, "O1")
    first = landing.load(landing.write("commerce/orders/a.jsonl", make.json_lines([wrong])))
    required = ["order_id", "updated_at", "created_at", "status"]
    change(contracts_dir / "commerce__orders.yml", required=required)
    fixed = quarantine.load_contract("commerce", "orders")
    landing.load(landing.write("commerce/orders/b.jsonl", make.json_lines([wrong])), fixed)
    counts = quarantine.replay(landing.settings, first.load_id, arrival_day=ARRIVAL)
    assert (counts.replayed, counts.loaded, counts.duplicate) == (1, 0, 1)
    landing.assert_ledger_holds()


def test_rows_of_csv_files_and_items_of_pages_can_be_replayed(
    landing: "Landing", make: "Make", contracts_dir: Path
) -> None:
    header = b"product_id,valid_from,name,price_fen\n"
    csv = header + b'P1,2026-11-20,"a ""b"", c",100\nP2,2026-11-20,x,free\nP3,2026-11-20,y\n'
    products = landing.load(landing.write("commerce/products/a.csv", csv))
    assert (products.loaded, products.quarantined) == (1, 2)
    followers = [{"openid": "oB_fake-1", "subscribe": 1}, {"subscribe": 1, "open_id": "oB_fake-2"}]
    page = {"appid": "wx00000000000000b1", "pulled_at": "2026-11-20T10:00:00+08:00",
            "reply": {"user_info_list": followers}}  # fmt: skip
    pages = landing.load(
        landing.write("official_account/followers/a.jsonl", make.json_lines([page]))
    )
    assert (pages.rows_in, pages.loaded, pages.quarantined) == (2, 1, 1)

    change(contracts_dir / "commerce__products.yml", types={})
    counts = quarantine.replay(landing.settings, products.load_id, arrival_day=ARRIVAL)
    assert (counts.replayed, counts.still_open) == (1, 1)
    assert landing.query("""
        select _line_number, body from raw.record where source_key like 'P2%'
    """) == [
        (3, {"product_id": "P2", "valid_from": "2026-11-20", "name": "x", "price_fen": "free"})
    ]
    change(
        contracts_dir / "official_account__followers.yml",
        required=["appid"],
        source_key=["appid", "user_info_list.open_id"],
    )
    counts = quarantine.replay(landing.settings, pages.load_id, arrival_day=ARRIVAL)
    assert (counts.replayed, counts.loaded) == (1, 1)
    landing.assert_ledger_holds()


def test_groups_say_where_and_why_without_the_content(landing: "Landing", make: "Make") -> None:
    bad = [make.order("O1", total_fen="much"), make.order("O2", total_fen="more"), {"a": 1}]
    counts = landing.load(landing.write("commerce/orders/a.jsonl", make.json_lines(bad)))
    groups = quarantine.list_groups(landing.settings)
    assert [(g.load_id, g.reason_code, g.field, g.lines, g.first_line) for g in groups] == [
        (counts.load_id, "missing_field", "order_id", 1, 3),
        (counts.load_id, "wrong_type", "total_fen", 2, 1),
    ]
    shown = quarantine.show(landing.settings, counts.load_id, reason_code="wrong_type")
    assert [line.line_number for line in shown] == [1, 2]
    assert b'"much"' in shown[0].raw


def test_discarded_lines_stay_with_a_reason(landing: "Landing", make: "Make") -> None:
    bad = [make.order("O1", total_fen="much"), {"a": 1}]
    load_id = landing.load(landing.write("commerce/orders/a.jsonl", make.json_lines(bad))).load_id
    with pytest.raises(Fatal):
        quarantine.discard(landing.settings, load_id, because=" ")
    because = "test orders of the shop"
    count = quarantine.discard(landing.settings, load_id, because=because, reason_code="wrong_type")
    assert count == 1
    assert landing.query("""
        select line_number, status, status_reason from ops.quarantine order by 1
    """) == [(1, "discarded", because), (2, "open", None)]
    landing.assert_ledger_holds()
