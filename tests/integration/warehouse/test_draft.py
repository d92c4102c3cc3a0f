"""Drafting a migration: `mart` follows dbt's contracts, and a second draft finds nothing to do."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from warehouse.bootstrap import prepare_database
from warehouse.connection import connect
from warehouse.draft import draft
from warehouse.errors import Fatal
from warehouse.migrate import MIGRATIONS_DIR, migrate

OWN_MIGRATIONS = ("0001", "0002", "0003", "0004", "0005")


def column(name: str, type_name: str, *constraints: str, comment: str = "A. 甲") -> dict[str, Any]:
    return {
        "name": name,
        "data_type": type_name,
        "description": comment,
        "constraints": [{"type": constraint} for constraint in constraints],
    }


def mart(name: str, *columns: dict[str, Any], key: list[str], **meta: object) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "schema": "build",
        "alias": name,
        "description": "The owner's table.\n所有者的表",
        "columns": {each["name"]: each for each in columns},
        "constraints": [{"type": "primary_key", "columns": key}],
        "config": {"materialized": "table", "contract": {"enforced": True}, "meta": meta},
    }


ID = column("id", "bigint", "not_null")
NOTE = column("note", "text")


class Drafting:
    """A prepared database and a copy of the first migrations, for drafting into."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.directory = folder / "migrations"
        self.directory.mkdir()
        for path in MIGRATIONS_DIR.glob("*.sql"):
            if path.name.startswith(OWN_MIGRATIONS):
                shutil.copy(path, self.directory)
        prepare_database(settings)
        migrate(settings, self.directory)

    def draft(self, *marts: dict[str, Any]) -> Path | None:
        others = {"seed.x": {"resource_type": "seed"}}
        nodes = {f"model.{each['alias']}": each for each in marts} | others
        manifest = self.folder / "manifest.json"
        manifest.write_text(json.dumps({"nodes": nodes}))
        return draft(self.settings, manifest, "marts", self.directory)

    def draft_and_apply(self, *marts: dict[str, Any]) -> str:
        path = self.draft(*marts)
        assert path is not None
        assert migrate(self.settings, self.directory) == [path.name]
        return path.read_text()


@pytest.fixture
def drafting(empty_database: Settings, tmp_path: Path) -> Drafting:
    return Drafting(empty_database, tmp_path)


def test_a_new_mart_gets_table_key_comments_and_grants(drafting: Drafting) -> None:
    drafting.draft_and_apply(mart("m", ID, column("fen", "numeric(18,2)"), key=["id"]))
    with connect(drafting.settings, "c360_bi") as conn:
        assert conn.execute("select id, fen from mart.m").fetchall() == []
        described = conn.execute(
            "select obj_description('mart.m'::regclass), col_description('mart.m'::regclass, 2),"
            " format_type(atttypid, atttypmod), has_table_privilege('c360_publish', 'mart.m',"
            " 'delete') from pg_attribute where attrelid = 'mart.m'::regclass and attname = 'fen'"
        ).fetchone()
    assert described == ("The owner's table. 所有者的表", "A. 甲", "numeric(18,2)", True)


def test_a_second_draft_finds_nothing(drafting: Drafting) -> None:
    wanted = mart("m", ID, column("at", "timestamptz"), column("ids", "bigint[]"), key=["id"])
    drafting.draft_and_apply(wanted)
    assert drafting.draft(wanted) is None


def test_an_appended_column_keeps_the_rows(drafting: Drafting) -> None:
    drafting.draft_and_apply(mart("m", ID, key=["id"]))
    with connect(drafting.settings, "c360_publish") as conn:
        conn.execute("insert into mart.m values (7)")
    text = drafting.draft_and_apply(mart("m", ID, NOTE, key=["id"]))
    assert "drop table" not in text
    with connect(drafting.settings, "c360_bi") as conn:
        assert conn.execute("select id, note from mart.m").fetchall() == [(7, None)]


@pytest.mark.parametrize(
    "changed",
    [
        mart("m", NOTE, ID, key=["id"]),
        mart("m", ID, column("note", "integer"), key=["id"]),
        mart("m", ID, column("remark", "text"), key=["id"]),
        mart("m", ID, key=["id"]),
        mart("m", ID, column("note", "text", "not_null"), key=["id"]),
        mart("m", ID, NOTE, key=["id", "note"]),
    ],
    ids=["order", "type", "name", "dropped", "not null", "key"],
)
def test_any_other_change_makes_the_table_again(
    drafting: Drafting, changed: dict[str, Any]
) -> None:
    drafting.draft_and_apply(mart("m", ID, NOTE, key=["id"]))
    assert "drop table mart.m;" in drafting.draft_and_apply(changed)
    assert drafting.draft(changed) is None


def test_a_changed_comment_is_only_replaced(drafting: Drafting) -> None:
    drafting.draft_and_apply(mart("m", ID, NOTE, key=["id"]))
    text = drafting.draft_and_apply(mart("m", ID, NOTE | {"description": "It's B"}, key=["id"]))
    assert "drop" not in text
    assert "'It''s B'" in text


def test_a_mart_without_model_is_dropped(drafting: Drafting) -> None:
    drafting.draft_and_apply(mart("m", ID, key=["id"]), mart("n", ID, key=["id"]))
    assert drafting.draft_and_apply(mart("n", ID, key=["id"])) == "drop table mart.m;\n"


def test_named_readers_replace_the_usual_ones(drafting: Drafting) -> None:
    drafting.draft_and_apply(mart("m", ID, key=["id"], readers=["c360_privacy"]))
    with connect(drafting.settings, "c360_owner") as conn:
        row = conn.execute(
            "select has_table_privilege('c360_privacy', 'mart.m', 'select'),"
            " has_table_privilege('c360_bi', 'mart.m', 'select')"
        ).fetchone()
    assert row == (True, False)


def test_a_database_behind_its_migrations_is_no_basis(drafting: Drafting) -> None:
    assert drafting.draft(mart("m", ID, key=["id"])) is not None
    with pytest.raises(Fatal, match="c360 migrate"):
        drafting.draft(mart("m", ID, key=["id"]))


@pytest.mark.parametrize(
    "hostile",
    [
        mart("m; drop table ops.run", ID, key=["id"]),
        mart("m", column("id bigint); --", "bigint"), key=["id"]),
        mart("m", column("id", "bigint); drop schema mart; --"), key=["id"]),
        mart("m", ID, key=["id"], readers=["public; --"]),
    ],
    ids=["table", "column", "type", "reader"],
)
def test_names_that_are_no_names_are_refused(drafting: Drafting, hostile: dict[str, Any]) -> None:
    with pytest.raises(Fatal, match="plain SQL"):
        drafting.draft(hostile)
