"""What many sources tell of an event under different names, as typed columns of `raw.record`.

A contract names the paths (`columns`). A value that does not fit its type leaves the column null;
the body keeps it as it came.
"""

from collections.abc import Callable

from ingestion.contract import COLUMN_TYPES, Contract
from ingestion.expressions import Extraction

_INTEGER = r"^-?\d{1,9}$"
_NUMBER = r"^-?\d{1,15}(\.\d{1,15})?$"

_READERS: dict[str, Callable[[str], str]] = {
    "text": lambda value: f"nullif(trim({value}), '')",
    "integer": lambda value: (
        f"case when regexp_matches({value}, '{_INTEGER}') then try_cast({value} as integer) end"
    ),
    "number": lambda value: (
        f"case when regexp_matches({value}, '{_NUMBER}') then try_cast({value} as double) end"
    ),
}


def typed_columns(e: Extraction, contract: Contract) -> dict[str, str]:
    """An expression for each column that the contract names."""
    return {
        name: _READERS[COLUMN_TYPES[name]](e.first(paths))
        for name, paths in contract.columns.items()
    }
