"""A mart's contract as dbt keeps it, and the DDL of the published table that follows from it.

A model of schema `build` with an enforced contract is a mart. Its meta may name `readers`, the
roles that may select from the published table; without it, all readers may. Rows of a mart that
`is_frozen` come and go, but the publisher may not update them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.errors import Fatal

BUILD_SCHEMA = "build"
DEFAULT_READERS = ("c360_bi", "c360_marketer", "c360_export", "c360_privacy")
PUBLISHER = "c360_publish"

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_TYPE = re.compile(r"[a-z][a-z0-9_ ]*(\(\d+(, ?\d+)?\))?(\[\])?")


@dataclass(frozen=True)
class ContractColumn:
    """One column: type as written, comment, and whether null is refused."""

    name: str
    type: str
    comment: str
    is_required: bool


@dataclass(frozen=True)
class MartContract:
    """One published table."""

    name: str
    comment: str
    columns: tuple[ContractColumn, ...]
    key: tuple[str, ...]
    readers: tuple[str, ...]
    is_view: bool = False
    is_frozen: bool = False

    def create_statements(self) -> str:
        """The table, its comments and grants."""
        return f"{self._create_table()}\n\n{self.comment_statements()}\n\n{self._grants()}\n"

    def column_definitions(self) -> list[str]:
        """Each column as `create table` wants it."""
        return [
            f"{column.name} {column.type}" + (" not null" if column.is_required else "")
            for column in self.columns
        ]

    def key_definition(self) -> str:
        """The primary key as `create table` wants it."""
        return f"primary key ({', '.join(self.key)})"

    def comment_statements(self) -> str:
        """The comments of table and columns."""
        kind = "view" if self.is_view else "table"
        lines = [f"comment on {kind} mart.{self.name} is {_literal(self.comment)};"]
        lines += [
            f"comment on column mart.{self.name}.{column.name} is {_literal(column.comment)};"
            for column in self.columns
        ]
        return "\n".join(lines)

    def _create_table(self) -> str:
        parts = [*self.column_definitions(), self.key_definition()]
        body = ",\n".join(f"    {part}" for part in parts)
        return f"create table mart.{self.name} (\n{body}\n);"

    def _grants(self) -> str:
        readers = ", ".join(self.readers)
        verbs = "select, insert, delete" if self.is_frozen else "select, insert, update, delete"
        return (
            f"grant select on mart.{self.name} to {readers};\n"
            f"grant {verbs} on mart.{self.name} to {PUBLISHER};"
        )


def read_contracts(manifest_path: Path) -> list[MartContract]:
    """The marts of dbt's manifest, by name.

    Raises:
        Fatal: a mart has no primary key, or a name or type that is no plain SQL.
    """
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    marts = [node for node in manifest["nodes"].values() if _is_mart(node)]
    return sorted(map(_contract, marts), key=lambda contract: contract.name)


def _is_mart(node: Mapping[str, Any]) -> bool:
    return (
        node["resource_type"] == "model"
        and node["schema"] == BUILD_SCHEMA
        and bool(node["config"]["contract"]["enforced"])
    )


def _contract(node: Mapping[str, Any]) -> MartContract:
    name = _plain(_NAME, node["alias"])
    key = _primary_key(node)
    if not key:
        raise Fatal(f"model {name} declares no primary key")
    columns = tuple(_column(column, key) for column in node["columns"].values())
    meta = node["config"].get("meta", {})
    return MartContract(
        name,
        node["description"],
        columns,
        key,
        tuple(_plain(_NAME, reader) for reader in meta.get("readers", DEFAULT_READERS)),
        is_view=node["config"]["materialized"] == "view",
        is_frozen=meta.get("is_frozen", False),
    )


def _column(column: Mapping[str, Any], key: tuple[str, ...]) -> ContractColumn:
    is_required = "not_null" in _kinds(column) or column["name"] in key
    return ContractColumn(
        _plain(_NAME, column["name"]),
        _plain(_TYPE, column["data_type"]),
        column["description"],
        is_required,
    )


def _primary_key(node: Mapping[str, Any]) -> tuple[str, ...]:
    for constraint in node["constraints"]:
        if constraint["type"] == "primary_key":
            return tuple(constraint["columns"])
    columns = node["columns"].values()
    return tuple(column["name"] for column in columns if "primary_key" in _kinds(column))


def _kinds(column: Mapping[str, Any]) -> list[str]:
    return [constraint["type"] for constraint in column["constraints"]]


def _plain(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise Fatal(f"{text!r} in dbt's manifest is no plain SQL name or type")
    return text


def _literal(text: str) -> str:
    # A comment is one line: the description's own line breaks are layout of its YAML.
    return "'" + " ".join(text.split()).replace("'", "''") + "'"
