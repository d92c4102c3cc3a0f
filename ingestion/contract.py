"""Contracts: what a landing file of one kind holds, as data.

One YAML file per kind in `ingestion/contracts/`; an unknown key is an error that names it. A
**path** is written `a.b.c`; a key that contains a dot is written in double quotes.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from identifiers import NAMESPACES
from ingestion.contract_places import SHIPPED_CONTRACTS, contract_files
from warehouse.errors import Fatal

CONTRACTS_DIR = SHIPPED_CONTRACTS

LoadMode = Literal["event", "change", "snapshot", "replace_window"]
FieldType = Literal["integer", "number", "object", "array"]

COLUMN_TYPES: dict[str, Literal["text", "integer", "number"]] = {
    "scene": "text",
    "page_path": "text",
    "page_title": "text",
    "referrer": "text",
    "product_id": "text",
    "category": "text",
    "price": "number",
    "quantity": "integer",
    "order_id": "text",
    "coupon_code": "text",
    "search_keyword": "text",
    "device_model": "text",
    "os": "text",
    "os_version": "text",
    "app_version": "text",
    "network_type": "text",
    "duration_seconds": "number",
    "utm_source": "text",
    "utm_medium": "text",
    "utm_campaign": "text",
    "share_depth": "integer",
}
"""The columns of `raw.record` that a contract may fill, and what they hold."""


def _as_list(value: Any) -> Any:  # noqa: ANN401 - what YAML gives
    return [value] if isinstance(value, str) else value


Paths = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
"""One path, or several of which the first that has a value counts."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeField(_Strict):
    """Where a time stands and how it is written.

    `ms` also takes ten-digit seconds, as the Sensors servers do. `zone` is the offset meant by
    texts that carry none.
    """

    path: Paths
    unit: Literal["s", "ms", "us", "iso8601", "date"]
    zone: str = Field(default="+08:00", pattern=r"^[+-]\d{2}:\d{2}$")


class Account(_Strict):
    """Which of the brand's accounts a record belongs to: exactly one of the three ways.

    `path`: the record carries the appid. `original_id`: it carries the `gh_` name. `kind`: the
    deployment has one account of that kind.
    """

    path: Paths | None = None
    original_id: Paths | None = None
    kind: Literal["app", "website"] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Account":
        if sum(way is not None for way in (self.path, self.original_id, self.kind)) != 1:
            raise ValueError("exactly one of path, original_id, kind")
        return self


class ObservationKind(_Strict):
    """What seeing the identifiers together means, by event name."""

    default: Literal["seen", "login", "bind"] = "seen"
    by_event: dict[str, Literal["seen", "bind", "unbind", "alias", "login", "logout"]] = Field(
        default_factory=dict
    )


class StrengthByField(_Strict):
    """`when_true` if the field is true, else `otherwise`."""

    path: str
    when_true: Literal[1, 2, 3, 4]
    otherwise: Literal[1, 2, 3, 4]


class NamespaceByField(_Strict):
    """The namespace named by a field's value (in lower case); other values: no identifier."""

    path: str
    values: dict[str, str]


class When(_Strict):
    """A condition: the field's value is one of these texts, or none of them, whatever their case.

    A field that is missing is none of them.
    """

    path: str
    is_any_of: tuple[str, ...] = ()
    is_none_of: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> "When":
        if bool(self.is_any_of) == bool(self.is_none_of):
            raise ValueError("exactly one of is_any_of, is_none_of")
        return self


class ScopeByField(_Strict):
    """The scope is a field's value, for identifiers of another account than the record's."""

    path: Paths


class IdentifierField(_Strict):
    """One identifier of a record.

    `scope` says what its value is unique within: the record's account (`account`), the Open
    Platform account above that one (`open_platform`), the account a field names, or nothing.
    `under` takes every key of an object that matches `key_pattern`, whose first group is the scope.
    `each` is a path with `[*]` and takes every value it leads to. `join` is a text whose `{path}`
    parts are filled in; it is no identifier when one of them is missing. Of a value that must match
    `pattern`, its first group counts; a value that matches `unlike` is none.
    """

    namespace: str | NamespaceByField
    path: Paths = ()
    under: str | None = None
    key_pattern: str | None = None
    each: str | None = None
    join: str | None = None
    pattern: str | None = None
    unlike: str | None = None
    scope: Literal["account", "open_platform", "none"] | ScopeByField = "none"
    strength: Literal[1, 2, 3, 4] | StrengthByField
    when: When | None = None

    @model_validator(mode="after")
    def _known_and_complete(self) -> "IdentifierField":
        named = self.namespace
        names = [named] if isinstance(named, str) else list(named.values.values())
        unknown = sorted(set(names) - set(NAMESPACES))
        if unknown:
            raise ValueError(f"unknown namespace {unknown[0]!r}")
        if sum(map(bool, (self.path, self.under, self.each, self.join))) != 1:
            raise ValueError("exactly one of path, join, under, each")
        if (self.under is None) != (self.key_pattern is None):
            raise ValueError("under and key_pattern belong together")
        return self


class Contract(_Strict):
    """What the files of one kind hold; see docs/interfaces.md for the meaning of each key."""

    source: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    kind: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    format: Literal["jsonl", "csv", "xml", "parquet", "snowplow"]
    explode: Paths = ()
    is_page_without_items_a_record: bool = False
    left_out_of_items: tuple[str, ...] = ()
    load_mode: LoadMode
    source_key: tuple[str, ...] = Field(min_length=1)
    fallback_key: tuple[str, ...] = ()
    pull_key: tuple[str, ...] = ()
    event_time: TimeField
    received_time: TimeField | None = None
    event_name: Paths = ()
    account: Account | None = None
    observation_kind: ObservationKind = ObservationKind()
    identifiers: tuple[IdentifierField, ...] = ()
    drop_identifiers: When | None = None
    accept: When | None = None
    refuse: tuple[When, ...] = ()
    required: tuple[Paths, ...] = ()
    types: dict[str, FieldType] = Field(default_factory=dict)
    must_equal: tuple[tuple[str, str], ...] = ()
    transport_fields: tuple[str, ...] = ()
    columns: dict[str, Paths] = Field(default_factory=dict)
    money_unit: Literal["fen", "milli", "yuan"] | None = None
    link_basis: Literal["consent", "contract", "none"]
    personal_data: dict[str, str] = Field(default_factory=dict)
    retention_days: int = Field(ge=1)
    horizon_days: int = Field(ge=1)
    cadence: Literal["daily", "monthly", "irregular"] = "daily"
    known_fields: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _snapshots_name_their_pull(self) -> "Contract":
        if (self.load_mode == "snapshot") != bool(self.pull_key):
            raise ValueError("pull_key belongs to load_mode snapshot, and only to it")
        return self

    @model_validator(mode="after")
    def _columns_are_there(self) -> "Contract":
        unknown = sorted(set(self.columns) - set(COLUMN_TYPES))
        if unknown:
            raise ValueError(f"columns: raw.record has no column {unknown[0]!r} to fill")
        return self

    @property
    def key_paths(self) -> tuple[str, ...]:
        """The paths that make a record's key unique in its kind.

        A record that changes (`change`) or is pulled again (`snapshot`) is a new state each time,
        so the time of the change or the pull is part of the key: A, then B, then A stay three.
        """
        if self.load_mode == "change":
            # An event time with several candidate paths is told apart by all of them.
            return self.source_key + tuple(f"{path}?" for path in self.event_time.path)
        return self.source_key + self.pull_key

    def oldest_day(self, arrival_day: date) -> date:
        """The first calendar day that a load with this logical date still accepts."""
        return date.fromordinal(max(1, arrival_day.toordinal() - self.horizon_days))


def load_contract(source: str, kind: str, *directories: Path) -> Contract:
    """The contract of one kind, of the last of the folders that has one; else the shipped one.

    Raises:
        Fatal: there is none, or it is wrong; the message names the file and the key.
    """
    name = f"{source}__{kind}.yml"
    for directory in reversed(directories or (CONTRACTS_DIR,)):
        if (directory / name).is_file():
            return _read(directory / name)
    raise Fatal(f"no contract for {source}/{kind}: {name} is missing")


def all_contracts(*directories: Path) -> tuple[Contract, ...]:
    """Every contract, by source and kind."""
    return tuple(map(_read, contract_files(*(directories or (CONTRACTS_DIR,)))))


def contracts_of(source: str, *directories: Path) -> dict[str, Contract]:
    """The contracts of one source by kind."""
    files = contract_files(*(directories or (CONTRACTS_DIR,)))
    found = (_read(path) for path in files if path.stem.split("__")[0] == source)
    return {contract.kind: contract for contract in found}


@cache
def _read(path: Path) -> Contract:
    try:
        contract = Contract.model_validate(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))
    except (ValidationError, yaml.YAMLError) as error:
        raise Fatal(f"contract {path.name}: {error}") from None
    if path.stem != f"{contract.source}__{contract.kind}":
        raise Fatal(f"contract {path.name} describes {contract.source}/{contract.kind}")
    return contract
