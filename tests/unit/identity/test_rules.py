from pathlib import Path

import pytest
import yaml

from identifiers import NAMESPACES
from identity_resolution.rules import NO_LIMIT, RulesError, parse_rules, tabulate
from identity_store.rule_file import load_rules
from tests.conftest import PROJECT_DIR as PROJECT
from warehouse.errors import Fatal


@pytest.mark.parametrize(
    ("document", "key"),
    [
        ({"namespace": {}}, "unknown key namespace"),
        ({"namespaces": {"phone": {"limits": 3}}}, "unknown key namespaces.phone.limits"),
        ({"ownership": {"close": "1d"}}, "unknown key ownership.close"),
        ({"namespaces": {"phone": {"window": "1y"}}}, "namespaces.phone.window"),
        ({"namespaces": {"phone": {"limit": 0}}}, "namespaces.phone.limit"),
        ({"namespaces": {"phone": {"normalise": "fax"}}}, "namespaces.phone.normalise"),
        ({"version": 2}, "version"),
        ([], "the document"),
    ],
)
def test_a_bad_key_is_named(document: object, key: str) -> None:
    with pytest.raises(RulesError, match=key):
        parse_rules(document)


def test_every_bad_key_is_named_at_once() -> None:
    with pytest.raises(RulesError, match="unknown key one; unknown key two"):
        parse_rules({"one": 1, "two": 2})


def test_a_file_that_cannot_be_read_is_an_error_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    with pytest.raises(Fatal, match="FileNotFoundError"):
        load_rules(path)
    path.write_text("{secret: [")
    with pytest.raises(Fatal) as caught:
        load_rules(path)
    assert "secret" not in str(caught.value)


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    path.write_text("")
    own = load_rules(path).of("anything")
    assert (own.identifier_class, own.limit, own.weak, own.max_degree) == (
        "shareable",
        None,
        False,
        1_000,
    )


def test_the_shipped_rules_name_every_namespace_of_the_channels() -> None:
    shipped = load_rules()
    assert set(NAMESPACES) - set(shipped.namespaces) == set()
    for name, namespace in NAMESPACES.items():
        own = shipped.of(name)
        assert (own.identifier_class == "account") == namespace.is_account
        assert own.normalise == namespace.normaliser


def test_layout_does_not_change_the_fingerprint_but_meaning_does() -> None:
    plain = parse_rules({"namespaces": {"phone": {"limit": 3, "window": "1d"}}})
    again = parse_rules({"namespaces": {"phone": {"window": 86_400, "limit": 3}}, "version": 1})
    other = parse_rules({"namespaces": {"phone": {"limit": 4, "window": "1d"}}})
    assert plain.fingerprint == again.fingerprint != other.fingerprint


def test_the_table_follows_the_namespaces_asked_for() -> None:
    table = tabulate(load_rules(), ["web_cookie", "unheard_of", "member_id"])
    assert table.is_weak.tolist() == [True, False, False]
    assert table.limit.tolist() == [20, NO_LIMIT, 1]
    assert table.window_seconds.tolist() == [30 * 86_400, NO_LIMIT, NO_LIMIT]
    assert table.names_one_person.tolist() == [False, False, True]


def test_the_shipped_bases_are_those_of_the_contracts() -> None:
    shipped = load_rules()
    for path in (PROJECT / "ingestion" / "contracts").glob("*.yml"):
        contract = yaml.safe_load(path.read_text(encoding="utf-8"))
        if contract.get("identifiers"):
            basis = shipped.basis_of(contract["source"], contract["kind"])
            assert basis.name.lower() == contract["link_basis"], path.name
