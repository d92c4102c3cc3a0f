"""Readers of the deployment's YAML files: which sources are on, which accounts the brand has."""

from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError


class ConfigError(ValueError):
    """A setting or configuration file is wrong; the message names the file and the field."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Account(_Strict):
    """One mini-program, official account, app, website or WeCom corporation of the brand.

    Of WeCom `appid` is the corporation's id. `open_platform` is the scope of the unionids that its
    users get, `original_id` the `gh_` name that server pushes carry.
    """

    appid: str
    kind: Literal[
        "mini_program", "service_account", "subscription_account", "app", "website", "wecom"
    ]
    open_platform: str
    original_id: str | None = None
    name_zh: str
    name_en: str


class _Source(_Strict):
    enabled: bool


class _Sources(_Strict):
    version: Literal[1]
    sources: dict[str, _Source]


class _Accounts(_Strict):
    version: Literal[1]
    accounts: tuple[Account, ...]


_Model = TypeVar("_Model", bound=_Strict)


def enabled_sources(config_dir: Path) -> tuple[str, ...]:
    """Names of the sources that must deliver before a day is closed, in alphabetical order."""
    sources = _read(config_dir / "sources.yml", _Sources).sources
    return tuple(sorted(name for name, source in sources.items() if source.enabled))


def disabled_sources(config_dir: Path) -> tuple[str, ...]:
    """Names of the sources that are switched off: their files stay where they are."""
    sources = _read(config_dir / "sources.yml", _Sources).sources
    return tuple(sorted(name for name, source in sources.items() if not source.enabled))


def accounts(config_dir: Path) -> tuple[Account, ...]:
    """Every account of `accounts.yml`, in the file's order."""
    return _read(config_dir / "accounts.yml", _Accounts).accounts


def _read(path: Path, model: type[_Model]) -> _Model:
    try:
        document: Any = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        return model.model_validate(document)
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing; C360_CONFIG_DIR says where to look") from None
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"{path}: {error}") from None
