"""Pieces of a query over JSON texts: paths, parameters, look-ups.

All paths of a record are read in one pass over its text; expressions refer to the columns `x1`,
`x2` ... that hold them. Every value in an expression is a bound parameter.
"""

import re
from dataclasses import dataclass, field

from ingestion.contract import Paths, When

_INDEXED = re.compile(r"(.+?)((?:\[(?:\d+|\*)\])*)")


@dataclass
class Extraction:
    """Collects the paths and parameters of one query while its expressions are composed."""

    paths: list[str] = field(default_factory=list)
    parameters: dict[str, object] = field(default_factory=dict)

    def bind(self, value: object) -> str:
        """A placeholder for the value."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def text(self, path: str) -> str:
        """The value at the path as text; null when it is missing, null or empty."""
        return self.at(json_path(path))

    def at(self, written: str) -> str:
        """The same for a path as the column engine writes it."""
        if written not in self.paths:
            self.paths.append(written)
        return f"x{self.paths.index(written) + 1}"

    @property
    def columns(self) -> str:
        """The columns of all paths, out of the list `x` of what stands at them."""
        return "".join(f", nullif(x[{n}], '') as x{n}" for n in range(1, len(self.paths) + 1))

    def first(self, paths: Paths) -> str:
        """The first of several paths that has a value."""
        return f"coalesce({', '.join(map(self.text, paths))})"

    def lookup(self, key: str, table: dict[str, str]) -> str:
        """What the table gives for the key; null for others."""
        keys, values = self.bind(list(table)), self.bind(list(table.values()))
        return f"({values}::varchar[])[list_position({keys}::varchar[], {key})]"

    def holds(self, when: When) -> str:
        """Whether the condition holds; never null."""
        listed = when.is_any_of or when.is_none_of
        wanted = self.bind([text.lower() for text in listed])
        value = f"lower({self.text(when.path)})"
        is_listed = f"coalesce(list_contains({wanted}::varchar[], {value}), false)"
        return is_listed if when.is_any_of else f"not {is_listed}"

    def named(self, paths: Paths) -> str:
        """The first of the paths that has a value, by its name; else the first one's name."""
        branches = " ".join(
            f"when {self.text(path)} is not null then {self.bind(path)}" for path in paths
        )
        return f"case {branches} else {self.bind(paths[0])} end"


def path_keys(path: str) -> list[str]:
    """The keys of a contract's path."""
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"|([^."]+)', path)]


def json_path(path: str) -> str:
    """A contract's path as the column engine writes it; `a[0]` and `a[*]` lead into arrays."""
    parts = (_INDEXED.fullmatch(key) for key in path_keys(path))
    return "$" + "".join(f'."{part[1]}"{part[2]}' for part in parts if part)
