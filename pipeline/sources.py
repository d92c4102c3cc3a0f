"""Which sources there are: whatever has a contract and is not switched off."""

from pathlib import Path

from ingestion.contract_places import contract_dirs, contract_sources
from settings import Settings, disabled_sources


def loaded_sources(settings: Settings) -> tuple[str, ...]:
    """Names of the sources whose files are loaded, in alphabetical order.

    `config/sources.yml` says which of them must deliver before a day is closed, and which are off.
    """
    known = set(contract_sources(*contract_dirs(settings.config_dir)))
    return tuple(sorted(known - set(disabled_sources(settings.config_dir))))


def sources_without(settings: Settings, beside: str, name: str) -> tuple[str, ...]:
    """The loaded sources that have no file `name` (with `{}` for the source) beside a file."""
    folder = Path(beside).parent
    every = loaded_sources(settings)
    return tuple(source for source in every if not (folder / name.format(source)).exists())
