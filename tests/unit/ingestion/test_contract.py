from datetime import date
from pathlib import Path

import pytest
import yaml

from identifiers import NAMESPACES
from ingestion.contract import (
    CONTRACTS_DIR,
    ScopeByField,
    all_contracts,
    contracts_of,
    load_contract,
)
from ingestion.record_query import record_query
from settings.config import accounts, enabled_sources
from warehouse.errors import Fatal

PROJECT = Path(__file__).resolve().parents[3]


def changed(tmp_path: Path, **changes: object) -> Path:
    document = yaml.safe_load((CONTRACTS_DIR / "app__events.yml").read_text())
    document.update(changes)
    (tmp_path / "app__events.yml").write_text(yaml.safe_dump(document))
    return tmp_path


def test_every_enabled_source_has_contracts() -> None:
    for source in enabled_sources(PROJECT / "config"):
        assert contracts_of(source)
    assert sum(len(contracts_of(s)) for s in {c.source for c in all_contracts()}) == len(
        all_contracts()
    )


def test_every_contract_becomes_a_query() -> None:
    brand = accounts(PROJECT / "config")
    for contract in all_contracts():
        query = record_query(contract, brand, date(2026, 11, 21))
        assert query.parameters["paths"]


def test_a_receiver_or_partner_is_never_an_identifier() -> None:
    for contract in all_contracts():
        paths = {path for spec in contract.identifiers for path in spec.path}
        assert not {path for path in paths if "receiver" in path or "referrer" in path}
        assert not {path for path in paths if "ip" in path.lower().split(".")}
    assert not load_contract("commerce", "referrals").identifiers


def test_identifiers_are_scoped_as_their_namespace_says() -> None:
    wanted = {
        "appid": "account",
        "corporation": "account",
        "open_platform": "open_platform",
        None: "none",
    }
    for contract in all_contracts():
        for spec in contract.identifiers:
            if isinstance(spec.namespace, str) and spec.under is None:
                by = NAMESPACES[spec.namespace].scoped_by
                is_named = by in {"appid", "corporation"} and isinstance(spec.scope, ScopeByField)
                assert is_named or spec.scope == wanted[by], (contract.kind, spec.namespace)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"format": "toml"}, "format"),
        ({"identifiers": [{"namespace": "nickname", "path": "n", "strength": 1}]}, "nickname"),
        ({"identifiers": [{"namespace": "phone", "path": "n", "strength": 5}]}, "strength"),
        ({"identifiers": [{"namespace": "phone", "strength": 1}]}, "path"),
        ({"event_time": {"path": "t", "unit": "hours"}}, "unit"),
        ({"account": {"path": "a", "kind": "app"}}, "account"),
        ({"load_mode": "snapshot"}, "pull_key"),
        ({"horizon_days": 0}, "horizon_days"),
        ({"kind": "clicks"}, "clicks"),
    ],
)
def test_a_wrong_contract_is_refused_by_name(
    tmp_path: Path, changes: dict[str, object], named: str
) -> None:
    with pytest.raises(Fatal, match=named):
        load_contract("app", "events", changed(tmp_path, **changes))


def test_a_missing_contract_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="app__events"):
        load_contract("app", "events", tmp_path)


def test_the_time_of_a_change_or_pull_is_part_of_the_key() -> None:
    assert load_contract("commerce", "orders").key_paths == ("order_id", "updated_at?")
    assert "pulled_at" in load_contract("official_account", "followers").key_paths
    assert load_contract("app", "events").key_paths == ("messageId",)
