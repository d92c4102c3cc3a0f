"""Mutants of a model's SQL: one comparison, edge, connective, aggregate, join or default changed.

They are made of the SQL that a unit test of dbt runs, in which the model follows its fixtures. Only
lines that stand in the model's file are changed: what a macro writes is the macro's, and would be
counted once for each model that calls it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FIXTURE = re.compile(r"\b__dbt__cte__\w+ as \(")
_TAIL = ") _dbt_internal_unit_test_actual"
_REFERENCE = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")
_DAY = re.compile(r"\{\{ as_of\(\) \}\}|date '\d{4}-\d\d-\d\d'")
_OUTSIDE_TEXT = re.compile(r"'(?:[^']|'')*'|--[^\n]*")

# What is looked for, what takes its place. Each match is one mutant.
_SWAPS: tuple[tuple[str, str], ...] = (
    (r" <= ", " < "),
    (r" >= ", " > "),
    (r" < ", " <= "),
    (r" > ", " >= "),
    (r" = ", " <> "),
    (r" <> ", " = "),
    (r"\band\b", "or"),
    (r"\bor\b", "and"),
    (r"\bsum\(", "avg("),
    (r"\bavg\(", "sum("),
    (r"\bleft join\b(?! lateral)", "inner join"),
    (r"\binner join\b(?! lateral)", "left join"),
    (r"\bfull join\b", "left join"),
    (r"\bis null\b", "is not null"),
    (r"\bis not null\b", "is null"),
    (r"\bnot (?!null\b|exists\b)", ""),
)
_EDGE = re.compile(r"(?<= [-+] )\d+\b|(?<=interval ')\d+|(?<=between )\d+\b|(?<= and )\d+\b")
_COALESCE = re.compile(r"\bcoalesce\(")


@dataclass(frozen=True, slots=True)
class Mutant:
    """The `number`th occurrence of a line of the model, and what stands there instead."""

    line: str
    number: int
    changed: str

    def applied_to(self, sql: str) -> str | None:
        """A unit test's SQL with the change; None where the line is not in its model."""
        start, end = _model_span(sql)
        lines = sql[start:end].split("\n")
        places = [place for place, line in enumerate(lines) if line == self.line]
        if self.number >= len(places):
            return None
        lines[places[self.number]] = self.changed
        return sql[:start] + "\n".join(lines) + sql[end:]


def mutants(sql: str, model: str) -> Iterator[Mutant]:
    """Every mutant of a model, given as the text of its file, in the SQL of its unit test."""
    start, end = _model_span(sql)
    own = {_plain(line) for line in model.split("\n")}
    counts: dict[str, int] = {}
    for line in sql[start:end].split("\n"):
        number = counts.setdefault(line, 0)
        counts[line] += 1
        if _plain(line) in own:
            yield from (Mutant(line, number, changed) for changed in _changes(line))


def _plain(line: str) -> str:
    """A line as it is in the model's file as well as in a unit test's SQL."""
    return _DAY.sub("today", _REFERENCE.sub(r"__dbt__cte__\1", line)).strip()


def _model_span(sql: str) -> tuple[int, int]:
    """Where the model's own text is: behind the last fixture, before the test's own end."""
    end = sql.rindex(_TAIL)
    start = sql.index("from (", sql.index("dbt_internal_unit_test_actual"))
    for fixture in _FIXTURE.finditer(sql, start, end):
        if fixture.start() >= start:
            start = _closing(sql, fixture.end())
    return start, end


def _closing(sql: str, position: int) -> int:
    """The position behind the bracket that closes the one before `position`."""
    text = _blanked(sql[position:])
    depth = 1
    for offset, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return position + offset + 1
    raise ValueError("a bracket is never closed")


def _blanked(sql: str) -> str:
    """The same length without texts and comments."""
    return _OUTSIDE_TEXT.sub(lambda found: " " * len(found[0]), sql)


def _changes(line: str) -> Iterator[str]:
    bare = _blanked(line)
    is_between = "between" in bare
    for pattern, instead in _SWAPS:
        for found in re.finditer(pattern, bare):
            if not (is_between and found[0] == "and"):
                yield line[: found.start()] + instead + line[found.end() :]
    for found in _EDGE.finditer(line if "interval '" in line else bare):
        yield line[: found.start()] + str(int(found[0]) + 1) + line[found.end() :]
    for found in _COALESCE.finditer(bare):
        first = _first_argument(bare, found.end())
        if first:
            inside = line[found.end() : first[0]]
            yield f"{line[: found.start()]}({inside}{line[first[1] :]}"


def _first_argument(bare: str, position: int) -> tuple[int, int] | None:
    """Where the first argument ends, and where the last bracket is; None when on other lines."""
    depth, comma = 1, None
    for offset in range(position, len(bare)):
        depth += (bare[offset] == "(") - (bare[offset] == ")")
        if depth == 1 and bare[offset] == "," and comma is None:
            comma = offset
        if not depth:
            return (comma, offset) if comma is not None else None
    return None
