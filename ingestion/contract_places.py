"""Where contracts lie: the shipped ones, and those a deployment adds or replaces.

A file `<config_dir>/contracts/<source>__<kind>.yml` makes a kind known, or stands in for the
shipped file of the same name. Nothing else has to be told that a source exists.
"""

from pathlib import Path

SHIPPED_CONTRACTS = Path(__file__).parent / "contracts"


def contract_dirs(config_dir: Path) -> tuple[Path, Path]:
    """The folders of a deployment; a later one's files count before an earlier one's."""
    return SHIPPED_CONTRACTS, config_dir / "contracts"


def contract_files(*directories: Path) -> tuple[Path, ...]:
    """The contract of every kind, by file name."""
    found = {path.name: path for folder in directories for path in folder.glob("*__*.yml")}
    return tuple(found[name] for name in sorted(found))


def contract_sources(*directories: Path) -> tuple[str, ...]:
    """Every source that has a contract, by name; read from the file names alone."""
    return tuple(sorted({path.stem.split("__")[0] for path in contract_files(*directories)}))
