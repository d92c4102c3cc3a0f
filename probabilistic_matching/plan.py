"""How records are compared: a YAML document, checked, an unknown key is an error that names it."""

from enum import StrEnum
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from warehouse.errors import Fatal


class FieldKind(StrEnum):
    """What a column holds, and with it how two values of it are compared."""

    NAME = "name"
    CHINESE_NAME = "chinese_name"
    DATE = "date"
    CODE = "code"
    TEXT = "text"
    CATEGORY = "category"
    EMAIL = "email"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Thresholds(_Strict):
    """From `link` on a pair becomes a link, from `review` on a steward sees it."""

    link: float = Field(0.9, gt=0, le=1)
    review: float = Field(0.5, gt=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> "Thresholds":
        if self.review > self.link:
            message = "review must not be above link"
            raise ValueError(message)
        return self


class Plan(_Strict):
    """The columns of the records and how to use them.

    record_id: the column that names a record. scope: the CRM system, when there are several.
    blocking: pairs that agree on all columns of one entry are compared. training: parameters are
    estimated from the pairs of each entry; together they must leave every column free once.
    certain: entries whose agreement is almost proof, of which `recall` is the share of true pairs
    they find. Of a chinese_name column `x` the columns `x_pinyin` and `x_initials` come for free.
    """

    record_id: str
    scope: str = ""
    fields: dict[str, FieldKind]
    blocking: tuple[tuple[str, ...], ...]
    training: tuple[tuple[str, ...], ...]
    certain: tuple[tuple[str, ...], ...]
    recall: float = Field(0.7, gt=0, le=1)
    thresholds: Thresholds = Thresholds()

    @model_validator(mode="after")
    def _knows_its_columns(self) -> "Plan":
        named = {
            name for entry in (*self.blocking, *self.training, *self.certain) for name in entry
        }
        unknown = sorted(named - set(self.columns))
        if unknown:
            message = f"columns that no field names: {', '.join(unknown)}"
            raise ValueError(message)
        return self

    @property
    def columns(self) -> list[str]:
        """All columns there are to compare, derived ones included."""
        derived = [
            f"{name}_{suffix}"
            for name, kind in self.fields.items()
            if kind is FieldKind.CHINESE_NAME
            for suffix in ("pinyin", "initials")
        ]
        return [*self.fields, *derived]


def read_plan(path: Path) -> Plan:
    """Return the plan at `path`; raise `Fatal` naming what is wrong with it."""
    try:
        return Plan.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise Fatal(f"cannot read {path.name}: {type(error).__name__}") from error
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise Fatal(f"{path.name} does not hold: {'; '.join(faults)}") from None
