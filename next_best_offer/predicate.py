"""Rules of offers and tags: a predicate over one portrait, parsed by us, never run as text.

    predicate  = and-term { "or" and-term }          and-term = factor { "and" factor }
    factor     = "not" factor | "(" predicate ")" | comparison
    comparison = column ( "=" | "<>" | "<" | "<=" | ">" | ">=" ) literal
               | column [ "not" ] "in" "(" literal { "," literal } ")"
               | column "between" literal "and" literal
               | column "is" [ "not" ] "null"
    literal    = 12 | -1.5 | 'text' ('' is one quote) | true | false | '2026-11-21' for a day

`compile_predicate` returns SQL made of column names of the contract and of literals written anew
from their parsed values, so no character of the rule's text reaches the database by itself.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

MAX_TEXT = 1_000
MAX_DEPTH = 20

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d{1,18}(?:\.\d{1,9})?)(?![\w.])|(?P<text>'(?:[^']|'')*')"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign><>|<=|>=|[=<>(),]))"
)
_FAMILIES = {
    **dict.fromkeys(("smallint", "integer", "bigint", "numeric"), "number"),
    **dict.fromkeys(("timestamptz", "date"), "day"),
    "text": "text",
    "boolean": "boolean",
}
_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_Part = Callable[[int], str]
_WORDS = frozenset({"and", "or", "not", "in", "between", "is", "null", "true", "false"})


class PredicateError(ValueError):
    """The text is no predicate over these columns; the message says where and what is expected."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    place: int

    @property
    def word(self) -> str:
        return self.text.lower() if self.kind == "name" else self.text


def compile_predicate(text: str, columns: Mapping[str, str], relation: str = "portrait") -> str:
    """SQL that is true where the predicate holds; `columns` maps each allowed column to its type.

    Raises:
        PredicateError: not in the grammar, an unknown column, or a literal of another type.
    """
    if len(text) > MAX_TEXT:
        raise PredicateError(f"longer than {MAX_TEXT} characters")
    parser = _Parser(_tokens(text), columns, relation)
    compiled = parser.predicate(0)
    parser.expect_end()
    return compiled


def _tokens(text: str) -> list[_Token]:
    tokens, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            rest = text[place:].lstrip()
            at = len(text) - len(rest) + 1
            raise PredicateError(f"character {at}: {rest[:12]!r} is no part of a rule")
        kind = str(match.lastgroup)
        tokens.append(_Token(kind, match[kind], match.start(kind) + 1))
        place = match.end()
    return tokens


class _Parser:
    """Recursive descent, one method for each line of the grammar."""

    def __init__(self, tokens: Sequence[_Token], columns: Mapping[str, str], relation: str) -> None:
        self._tokens = [*tokens, _Token("end", "the end", 0)]
        self._columns = columns
        self._relation = relation
        self._next = 0

    def predicate(self, depth: int) -> str:
        return self._chain("or", self._and_term, depth)

    def expect_end(self) -> None:
        if self._peek().kind != "end":
            self._fail("'and', 'or' or the end")

    def _and_term(self, depth: int) -> str:
        return self._chain("and", self._factor, depth)

    def _chain(self, word: str, part: _Part, depth: int) -> str:
        parts = [part(depth)]
        while self._accept(word):
            parts.append(part(depth))
        return parts[0] if len(parts) == 1 else f"({f' {word} '.join(parts)})"

    def _factor(self, depth: int) -> str:
        if depth > MAX_DEPTH:
            raise PredicateError(f"nested deeper than {MAX_DEPTH}")
        if self._accept("not"):
            return f"(not {self._factor(depth + 1)})"
        if self._accept("("):
            inner = self.predicate(depth + 1)
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> str:
        name, family = self._column()
        operator = self._peek().word
        if operator in _COMPARISONS:
            self._next += 1
            if family == "boolean" and operator not in {"=", "<>"}:
                raise PredicateError(f"{operator} does not compare true and false")
            return f"({name} {operator} {self._literal(family)})"
        if self._accept("between"):
            low = self._literal(family)
            self._expect("and")
            return f"({name} between {low} and {self._literal(family)})"
        if self._accept("is"):
            negation = "not " if self._accept("not") else ""
            self._expect("null")
            return f"({name} is {negation}null)"
        negation = "not " if self._accept("not") else ""
        if self._accept("in"):
            return f"({name} {negation}in {self._list(family)})"
        return self._fail("=, <>, <, <=, >, >=, in, between or is")

    def _column(self) -> tuple[str, str]:
        token = self._peek()
        if token.kind != "name" or token.word in _WORDS:
            self._fail("a column of the portrait")
        if token.text not in self._columns:
            close = get_close_matches(token.text, self._columns, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise PredicateError(
                f"character {token.place}: the portrait has no column {token.text!r}{hint}"
            )
        self._next += 1
        base = self._columns[token.text].split("(")[0]
        if base not in _FAMILIES:
            raise PredicateError(f"column {token.text} of type {base} cannot be compared")
        return f"{self._relation}.{token.text}", _FAMILIES[base]

    def _list(self, family: str) -> str:
        self._expect("(")
        values = [self._literal(family)]
        while self._accept(","):
            values.append(self._literal(family))
        self._expect(")")
        return f"({', '.join(values)})"

    def _literal(self, family: str) -> str:
        token = self._peek()
        self._next += 1
        if family == "number" and token.kind == "number":
            return token.text
        if family == "boolean" and token.word in {"true", "false"}:
            return token.word
        if family == "text" and token.kind == "text":
            return token.text
        if family == "day" and token.kind == "text":
            return _day(token)
        wanted = {"number": "a number", "text": "a 'text'", "boolean": "true or false"}
        self._next -= 1
        return self._fail(wanted.get(family, "a day such as '2026-11-21'"))

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _accept(self, word: str) -> bool:
        token = self._peek()
        is_found = token.kind in {"name", "sign"} and token.word == word
        self._next += is_found
        return is_found

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            self._fail(repr(word))

    def _fail(self, wanted: str) -> str:
        token = self._peek()
        place = f"character {token.place}: " if token.place else ""
        raise PredicateError(f"{place}{wanted} expected, found {token.text}")


def _day(token: _Token) -> str:
    try:
        return f"date '{date.fromisoformat(token.text[1:-1]).isoformat()}'"
    except ValueError:
        raise PredicateError(f"character {token.place}: {token.text} is no day") from None
