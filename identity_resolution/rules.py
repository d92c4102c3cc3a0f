"""The rules of identity resolution: what each namespace of identifiers may and may not join.

Rules are data, read from a file like `rules.yml`; an unknown key is an error that names it.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from identifiers.namespaces import Normaliser

NO_LIMIT = np.iinfo(np.int64).max
"""Stands for "no limit" or "no window" in the integer columns of a `RuleTable`."""

_SECONDS_PER_UNIT = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class RulesError(ValueError):
    """The rules do not hold; the message names every key at fault."""


class IdentifierClass(StrEnum):
    """Whether an identifier names one account, or may pass from hand to hand."""

    ACCOUNT = "account"
    SHAREABLE = "shareable"


class Basis(IntEnum):
    """On what ground a source's links may join accounts; the smaller of two is the better."""

    CONTRACT = 0
    CONSENT = 1
    NONE = 2


def _basis(name: object) -> object:
    return Basis.__members__.get(name.upper(), name) if isinstance(name, str) else name


def _seconds(duration: object) -> object:
    """Turn `30d`, `12h`, `5m` or `90s` into whole seconds; leave anything else to the validator."""
    if not isinstance(duration, str):
        return duration
    match = re.fullmatch(r"(\d+)([smhd])", duration)
    if match is None:
        message = "a duration is a whole number followed by s, m, h or d, such as 30d"
        raise ValueError(message)
    return int(match[1]) * _SECONDS_PER_UNIT[match[2]]


DurationSeconds = Annotated[int, BeforeValidator(_seconds), Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class NamespaceRules(_Strict):
    """What holds for the identifiers of one namespace; every key is optional.

    `limit` is the number of distinct values one profile may hold, counted apart for each scope if
    `per_scope`, and within any interval of `window` seconds (ends included) if that is set.
    `functional` names the namespace of which an identifier here can have one value only.
    """

    identifier_class: IdentifierClass = Field(IdentifierClass.SHAREABLE, alias="class")
    rank: int = Field(10, ge=1)
    limit: int | None = Field(None, ge=1)
    per_scope: bool = False
    window: DurationSeconds | None = None
    weak: bool = False
    max_persons: int | None = Field(None, ge=1)
    max_degree: int | None = Field(1_000, ge=1)
    normalise: Normaliser | None = None
    junk: tuple[str, ...] = ()
    junk_from_data: bool = False
    functional: str | None = None


class OwnershipRules(_Strict):
    """When the ownership of a shareable identifier ends without another login."""

    close_after_last_authenticated: DurationSeconds = 30 * 86_400


class JunkRules(_Strict):
    """When a value is junk by the data, where a namespace asks for it with `junk_from_data`.

    accounts: distinct values of one kind of account; growth_per_day: identifiers first seen beside
    it on one day; characters: distinct ones in its own part (a phone without +86, an e-mail up to
    the @) of six or more. Fewer characters, or more of the others, are junk.
    """

    accounts: int = Field(50, ge=1)
    growth_per_day: int = Field(200, ge=1)
    characters: int = Field(3, ge=1)


class Rules(_Strict):
    """All rules of one deployment.

    link_basis: by `source` or `source/kind`, the narrower name first; others have a contract.
    joint_profile: whether links on the basis of consent wait for the consent, or end with it.
    """

    version: int = Field(1, ge=1, le=1)
    namespaces: dict[str, NamespaceRules] = Field(default_factory=dict)
    defaults: NamespaceRules = NamespaceRules()
    ownership: OwnershipRules = OwnershipRules()
    junk: JunkRules = JunkRules()
    link_basis: dict[str, Annotated[Basis, BeforeValidator(_basis)]] = Field(default_factory=dict)

    joint_profile: Literal["when_granted", "unless_refused"] = "when_granted"

    def basis_of(self, source: str, kind: str = "") -> Basis:
        """Return the ground on which links of `source` may join accounts."""
        return self.link_basis.get(f"{source}/{kind}", self.link_basis.get(source, Basis.CONTRACT))

    def of(self, namespace: str) -> NamespaceRules:
        """Return the rules of `namespace`, or the defaults when it is not named."""
        return self.namespaces.get(namespace, self.defaults)

    @property
    def fingerprint(self) -> str:
        """The same 64 hexadecimal digits for rules of the same meaning, whatever their layout."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RuleTable:
    """Rules as columns: element i of each array belongs to the i-th namespace asked for.

    functional: the position of the namespace it determines, -1 for none. is_consent_assumed:
    whether silence counts as consent to joint profiles.
    """

    is_account: npt.NDArray[np.bool_]
    is_weak: npt.NDArray[np.bool_]
    is_per_scope: npt.NDArray[np.bool_]
    rank: npt.NDArray[np.int64]
    limit: npt.NDArray[np.int64]
    window_seconds: npt.NDArray[np.int64]
    max_persons: npt.NDArray[np.int64]
    max_degree: npt.NDArray[np.int64]
    junk_from_data: npt.NDArray[np.bool_]
    functional: npt.NDArray[np.int64]
    is_consent_assumed: bool

    @property
    def names_one_person(self) -> npt.NDArray[np.bool_]:
        """Accounts of which a profile holds at most one: what persons are counted by."""
        return self.is_account & np.equal(self.limit, 1)


def _column(values: Sequence[int | None]) -> npt.NDArray[np.int64]:
    return np.array([NO_LIMIT if value is None else value for value in values], dtype=np.int64)


def tabulate(rules: Rules, namespaces: Sequence[str]) -> RuleTable:
    """Lay out the rules of `namespaces`, in their order, as columns."""
    rows = [rules.of(namespace) for namespace in namespaces]
    place = {namespace: position for position, namespace in enumerate(namespaces)}
    return RuleTable(
        is_account=np.array([r.identifier_class is IdentifierClass.ACCOUNT for r in rows], bool),
        is_weak=np.array([r.weak for r in rows], bool),
        is_per_scope=np.array([r.per_scope for r in rows], bool),
        rank=_column([r.rank for r in rows]),
        limit=_column([r.limit for r in rows]),
        window_seconds=_column([r.window for r in rows]),
        max_persons=_column([r.max_persons for r in rows]),
        max_degree=_column([r.max_degree for r in rows]),
        junk_from_data=np.array([r.junk_from_data for r in rows], bool),
        functional=np.array([place.get(r.functional or "", -1) for r in rows], np.int64),
        is_consent_assumed=rules.joint_profile == "unless_refused",
    )


def parse_rules(document: object) -> Rules:
    """Return the rules in `document`, the parsed YAML; raise `RulesError` naming every bad key."""
    try:
        return Rules.model_validate({} if document is None else document)
    except ValidationError as error:
        raise RulesError("; ".join(_complaint(detail) for detail in error.errors())) from None


def _complaint(detail: Any) -> str:  # noqa: ANN401 - pydantic's own error record
    key = ".".join(str(part) for part in detail["loc"]) or "the document"
    if detail["type"] == "extra_forbidden":
        return f"unknown key {key}"
    return f"{key}: {detail['msg']}"
