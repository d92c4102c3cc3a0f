"""The deployment's junk lists: `config/identifiers.yml`, or the shipped lists when it is absent."""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from identifiers import JunkLists
from identifiers.junk import JUNK_DEVICES, JUNK_PHONES, PLACEHOLDER_EMAIL_DOMAINS
from warehouse.errors import Fatal


class _IdentifierSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    placeholder_email_domains: frozenset[str] = PLACEHOLDER_EMAIL_DOMAINS
    junk_phones: frozenset[str] = JUNK_PHONES
    junk_devices: frozenset[str] = JUNK_DEVICES


def junk_lists(config_dir: Path) -> JunkLists:
    """The lists to normalise with.

    Raises:
        Fatal: the file is there but wrong; the message names the key.
    """
    path = config_dir / "identifiers.yml"
    if not path.is_file():
        return JunkLists()
    try:
        document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        found = _IdentifierSettings.model_validate(document)
    except (ValidationError, yaml.YAMLError) as error:
        raise Fatal(f"{path}: {error}") from None
    return JunkLists(
        phones=found.junk_phones,
        email_domains=found.placeholder_email_domains,
        devices=found.junk_devices,
    )
