"""What is erased is gone everywhere, stays gone, and takes nobody else with it."""

import gzip
from datetime import timedelta

import pytest

from identity_store import run
from identity_store.erasure import Erasure, ErasureScope
from pipeline.erasure import FileCounts, erase_everywhere
from settings import Settings
from tests.integration.identity.logs import START, load, open_run_of, rows
from tests.property.identity.oracle import Identifier, Observation, solve
from tests.property.identity.worlds import RULES
from warehouse.connection import LOGIN, connect
from warehouse.errors import Fatal

MEMBER: Identifier = ("member_id", "", "CANARY-M1")
OTHER: Identifier = ("member_id", "", "NEIGHBOUR-M2")
PHONE: Identifier = ("phone", "", "+8615400000042")
TABLET: Identifier = ("app_install_id", "", "tablet-of-both")
LATER = START + timedelta(days=5)


def _seen(at: int, *identifiers: Identifier, source: str = "app") -> Observation:
    return Observation(at, tuple((identifier, 1) for identifier in identifiers), source=source)


LOG = [
    _seen(0, MEMBER, PHONE),
    _seen(60, MEMBER, TABLET),
    _seen(120, OTHER, TABLET),
    _seen(180, PHONE, source="web"),
]


def _erase(
    settings: Settings, who: Identifier, scope: ErasureScope, source: str = ""
) -> tuple[object, object]:
    done = erase_everywhere(settings, Erasure(who, scope, LATER, source))
    run(settings, open_run_of(settings, 1))
    return done


def _profiles(settings: Settings) -> dict[str, str]:
    query = (
        "select i.value, m.profile_id from identity.identifier_profile as m"
        " inner join identity.identifier as i using (identifier_id) where m.valid_to is null"
    )
    return dict(rows(settings, query))


def _hits(settings: Settings, value: str) -> list[str]:
    """Tables that hold the value anywhere in a row."""
    tables = rows(
        settings,
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where schemaname in ('raw', 'ops', 'identity')",
    )
    query = "select count(*) from {} as t where t::text like '%{}%'"
    return [t for (t,) in tables if rows(settings, query.format(t, value))[0][0]]


@pytest.fixture
def peopled(warehouse_settings: Settings) -> Settings:
    load(warehouse_settings, LOG, 0)
    with connect(warehouse_settings, LOGIN) as conn:
        conn.execute(
            """update raw.record set body = '{"who": "CANARY-M1", "call": "15400000042"}'"""
            " where _line_number = 1"
        )
    run(warehouse_settings, open_run_of(warehouse_settings, 0))
    return warehouse_settings


def test_an_erased_person_is_gone_and_the_neighbour_is_not(peopled: Settings) -> None:
    before = _profiles(peopled)
    folder = peopled.landing_dir / "app" / "events" / "2026-11-01"
    folder.mkdir(parents=True)
    lines = b'{"who": "CANARY-M1"}\n{"who": "NEIGHBOUR-M2"}\n'
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(lines))
    assert _hits(peopled, "CANARY")
    _erase(peopled, MEMBER, "person")
    assert _hits(peopled, "CANARY") == _hits(peopled, "15400000042") == []
    assert (
        gzip.decompress((folder / "a.jsonl.gz").read_bytes()) == lines.splitlines(keepends=True)[1]
    )
    after = _profiles(peopled)
    assert after["NEIGHBOUR-M2"] == before["NEIGHBOUR-M2"]
    status = f"select status from identity.profile where profile_id = '{before['CANARY-M1']}'"  # noqa: S608
    assert rows(peopled, status) == [("erased",)]
    redirect = "select profile_id from identity.redirect where status = 'erased'"
    assert rows(peopled, redirect) == [(None,)]
    ledger = "select loaded, erased, (select count(*) from raw.record) from ops.load"
    assert rows(peopled, ledger) == [(4, 3, 1)]


def test_damaged_files_are_named_and_manifests_left_alone(peopled: Settings) -> None:
    folder = peopled.landing_dir / "app" / "events" / "2026-11-01"
    manifest = peopled.landing_dir / "app" / "_manifest" / "2026-11-01" / "_files.json"
    for path, content in ((folder / "cut.jsonl.gz", b"half"), (manifest, b"CANARY-M1")):
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    _, files = erase_everywhere(peopled, Erasure(MEMBER, "person", LATER))
    assert files == FileCounts(0, (folder / "cut.jsonl.gz",))


def test_what_offers_remember_of_an_erased_person_is_forgotten(peopled: Settings) -> None:
    person, neighbour = (_profiles(peopled)[who] for who in ("CANARY-M1", "NEIGHBOUR-M2"))
    remembered = {
        "assignment": "(profile_id, experiment_id, arm, assigned_on)"
        " select p, 'global', 'treat', current_date",
        "decision_log": "(profile_id, offer_id, arm, decided_on, run_id, p_logged)"
        " select p, 'O', 'treat', current_date, 0, 1",
        "place": "(profile_id, offer_id, run_id) select p, 'O', 0",
    }
    with connect(peopled, LOGIN) as conn:
        for table, columns in remembered.items():
            conn.execute(
                f"insert into offers.{table} {columns} from unnest(%s::text[]) as p",
                ([person, neighbour],),
            )
    _erase(peopled, MEMBER, "person")
    for table in remembered:
        left = rows(peopled, f"select profile_id from offers.{table}")  # noqa: S608
        assert left == [(neighbour,)], table


def test_a_replay_brings_nobody_back_and_a_return_is_another_life(peopled: Settings) -> None:
    before = _profiles(peopled)
    _erase(peopled, MEMBER, "person")
    load(peopled, LOG[:2], 2)
    run(peopled, open_run_of(peopled, 2))
    assert "CANARY-M1" not in _profiles(peopled)
    assert rows(peopled, "select loaded, erased from ops.load order by load_id") == [(4, 3), (2, 2)]
    load(peopled, [_seen(9 * 86_400, MEMBER, PHONE)], 3)
    run(peopled, open_run_of(peopled, 3))
    back = _profiles(peopled)
    assert back["CANARY-M1"] == back["+8615400000042"]
    assert back["CANARY-M1"] not in before.values()
    again = run(peopled, open_run_of(peopled, 4), mode="full")
    assert (again.rows_written, _profiles(peopled)) == (0, back)


def test_an_erased_identifier_no_longer_bridges(peopled: Settings) -> None:
    load(peopled, [_seen(300, PHONE, ("email", "", "ann@example.com"))], 5)
    run(peopled, open_run_of(peopled, 0))
    joined = _profiles(peopled)
    assert joined["ann@example.com"] == joined["CANARY-M1"]
    _erase(peopled, PHONE, "identifier")
    after = _profiles(peopled)
    assert after["CANARY-M1"] == joined["CANARY-M1"] != after["ann@example.com"]
    assert _hits(peopled, "15400000042") == []
    assert run(peopled, open_run_of(peopled, 6), mode="full").rows_written == 0


def test_an_erasure_at_one_source_leaves_the_others(peopled: Settings) -> None:
    _erase(peopled, PHONE, "identifier_at_source", "app")
    after = _profiles(peopled)
    assert after["CANARY-M1"] != after["+8615400000042"]
    expected = solve([o for o in LOG if o.source == "web"], RULES)
    assert set(expected.profile) == {PHONE}
    load(peopled, LOG[:1], 2)
    run(peopled, open_run_of(peopled, 2))
    assert _profiles(peopled) == after
    assert run(peopled, open_run_of(peopled, 3), mode="full").rows_written == 0


def test_an_erasure_of_nobody_is_refused(peopled: Settings) -> None:
    with pytest.raises(Fatal, match="never seen"):
        erase_everywhere(peopled, Erasure(("phone", "", "+8610000"), "person", LATER))
    with pytest.raises(Fatal, match="name the source"):
        erase_everywhere(peopled, Erasure(PHONE, "identifier_at_source", LATER))
