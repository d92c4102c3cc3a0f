"""A suite: one query over the rows of a run, and what must hold of what it returns.

A query measures, an expectation judges: the query returns named columns, and each expectation is a
class of Great Expectations with its arguments. A query finds its run by
`current_setting('c360.run_id')::bigint`, so no value is ever written into its text.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from warehouse.errors import Fatal

SUITES_DIR = Path(__file__).with_name("suites")
_READ_AS_PARAMETER = re.compile(r"%|(?<![:\w]):[a-z_]")
GATES = ("raw", "identity", "publish")


class Severity(StrEnum):
    """What a failure does: `critical` blocks the run, `warning` is shown and published."""

    CRITICAL = "critical"
    WARNING = "warning"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expectation(_Strict):
    """One fact that must hold, named by what it says."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)
    expect: str = Field(pattern=r"^Expect[A-Za-z]+$", description="class of Great Expectations")
    arguments: dict[str, Any] = Field(default_factory=dict)
    severity: Severity = Severity.CRITICAL
    name_zh: str
    what_to_do: str


class Suite(_Strict):
    """The expectations on one query."""

    suite: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    about: str
    query: str
    expectations: tuple[Expectation, ...] = Field(min_length=1)

    @field_validator("query")
    @classmethod
    def _is_one_select(cls, query: str) -> str:
        text = query.strip().removesuffix(";")
        if not text.lower().startswith(("select ", "select\n")) or ";" in text:
            message = "a query is one statement that starts with select"
            raise ValueError(message)
        if _READ_AS_PARAMETER.search(text):
            message = "a query has no % and no :name, which the driver would take for parameters"
            raise ValueError(message)
        return text


def read_suite(path: Path) -> Suite:
    """Read one file.

    Raises:
        Fatal: it is no suite; the message names the file and the key at fault.
    """
    try:
        return Suite.model_validate(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValidationError) as error:
        raise Fatal(f"{path.name} is no suite of expectations: {error}") from error


def load_suites(gate: str, suites_dir: Path = SUITES_DIR) -> Sequence[Suite]:
    """Read the suites of a gate in the order of their file names.

    Raises:
        Fatal: the gate is unknown, a file is broken, or a name is used twice.
    """
    if gate not in GATES:
        raise Fatal(f"unknown gate {gate!r}; there are {', '.join(GATES)}")
    suites = [read_suite(path) for path in sorted((suites_dir / gate).glob("*.yml"))]
    names = [expectation.name for suite in suites for expectation in suite.expectations]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Fatal(f"gate {gate} has two expectations named {', '.join(sorted(twice))}")
    return suites
