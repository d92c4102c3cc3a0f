"""Waivers: expectations that only warn for a while, because a person says so and why.

They are data of the deployment, `gates.yml` in its config folder, so that a campaign or a holiday
can be let through without touching a suite, and is shut again by its date.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from expectations.suite import Severity, Suite
from warehouse.errors import Fatal

FILE_NAME = "gates.yml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Waiver(_Strict):
    """One expectation of any gate, waived for runs whose as_of lies in the days, ends included."""

    expectation: str
    first_day: date = date.min
    last_day: date
    because: str = Field(min_length=1)


class _Waivers(_Strict):
    version: Literal[1]
    waivers: tuple[Waiver, ...] = ()


def read_waivers(config_dir: Path) -> Sequence[Waiver]:
    """The deployment's waivers; none when it has no such file.

    Raises:
        Fatal: the file is there but wrong; the message names the key.
    """
    path = config_dir / FILE_NAME
    if not path.is_file():
        return ()
    try:
        document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        return _Waivers.model_validate(document).waivers
    except (yaml.YAMLError, ValidationError) as error:
        raise Fatal(f"{path.name} is no list of waivers: {error}") from error


def waive(suites: Sequence[Suite], waivers: Sequence[Waiver], as_of: date | None) -> list[Suite]:
    """The same suites, with what is waived on the day `as_of` turned into warnings."""
    names = {
        waiver.expectation
        for waiver in waivers
        if as_of is not None and waiver.first_day <= as_of <= waiver.last_day
    }
    return [
        suite.model_copy(
            update={
                "expectations": tuple(
                    e.model_copy(update={"severity": Severity.WARNING}) if e.name in names else e
                    for e in suite.expectations
                )
            }
        )
        for suite in suites
    ]
