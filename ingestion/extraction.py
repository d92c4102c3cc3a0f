"""A contract as one query over a column of JSON texts.

The query's *structure* comes from the contract; every value in it (paths, names, accounts) is a
bound parameter. All paths of a record are read in one pass over its text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ingestion.contract import Contract, IdentifierField, Paths, TimeField, When
from settings import Account

SHANGHAI_OFFSET_MICROSECONDS = 8 * 3600 * 1_000_000
FIRST_YEAR, LAST_YEAR = 2000, 2099
KEY_SEPARATOR = "|"

_ISO_8601 = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?)?$"
_ISO_8601_WITH_OFFSET = (
    r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)? ?(Z|[+-]\d{2}(:?\d{2})?)$"
)
_DAY = r"^\d{4}-?\d{2}-?\d{2}$"
_MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1}
_TEN_DIGIT_SECONDS = 100_000_000_000  # in milliseconds this would be March 1973


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
        written = json_path(path)
        if written not in self.paths:
            self.paths.append(written)
        return f"nullif(x[{self.paths.index(written) + 1}], '')"

    def first(self, paths: Paths) -> str:
        """The first of several paths that has a value."""
        return f"coalesce({', '.join(map(self.text, paths))})"

    def lookup(self, key: str, table: dict[str, str]) -> str:
        """What the table gives for the key; null for others."""
        keys, values = self.bind(list(table)), self.bind(list(table.values()))
        return f"({values}::varchar[])[list_position({keys}::varchar[], {key})]"

    def holds(self, when: When) -> str:
        """Whether the condition holds; never null."""
        wanted = self.bind(list(when.is_any_of))
        return f"coalesce(list_contains({wanted}::varchar[], {self.text(when.path)}), false)"


@dataclass(frozen=True)
class Query:
    """SQL over a view `json_text (k, line_number, text)` and its parameters."""

    sql: str
    parameters: dict[str, object]


def path_keys(path: str) -> list[str]:
    """The keys of a contract's path."""
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"|([^."]+)', path)]


def json_path(path: str) -> str:
    """A contract's path as the column engine writes it."""
    return "$" + "".join(f'."{key}"' for key in path_keys(path))


def record_query(contract: Contract, accounts: Sequence[Account], arrival_day: date) -> Query:
    """The query that reads records of the contract's kind.

    One row per text: `k`, `line_number`, `text`, `reason` and `field` (null when the record can be loaded),
    `event_us`, `received_us` (microseconds since 1970, UTC), `source_key`, `event_name`,
    `account_id`, `observation_kind`, `seen` (list of namespace, scope, value, strength).
    """
    e = Extraction()
    columns = {
        "event_us": _time(e, contract.event_time),
        "received_us": _time(e, contract.received_time) if contract.received_time else "null",
        "source_key": _source_key(e, contract),
        "event_name": e.first(contract.event_name) if contract.event_name else "null::varchar",
        "account_id": _account_id(e, contract, accounts),
    }
    problem = _problem(e, contract, arrival_day)
    is_known = e.bind(sorted(account.appid for account in accounts))
    named = ", ".join(f"{sql} as {name}" for name, sql in columns.items())
    seen = _seen(e, contract, accounts)
    kinds = e.lookup("event_name", dict(contract.observation_kind.by_event))
    default_kind = e.bind(contract.observation_kind.default)
    account_field = e.bind(_account_field(contract))
    sql = f"""
with extracted as (select k, line_number, text, json_extract_string(text, $paths) as x from json_text),
typed as (select *, {named} from extracted),
judged as (
    select *, {problem} as problem, account_id is not null
        and not list_contains({is_known}::varchar[], account_id) as is_foreign
    from typed
)
select
    k, line_number, text, event_us, received_us, source_key, event_name, account_id,
    coalesce({kinds}, {default_kind}) as observation_kind,
    coalesce(problem[1], case when is_foreign then 'unknown_account' end) as reason,
    coalesce(problem[2], case when is_foreign then {account_field} end) as field,
    {seen} as seen
from judged
"""  # noqa: S608 - structure only, every value is bound
    return Query(sql, {**e.parameters, "paths": e.paths})


def _time(e: Extraction, spec: TimeField) -> str:
    value = f"trim({e.first(spec.path)})"
    if spec.unit in _MICROSECONDS:
        number = f"try_cast({value} as decimal(38, 6))"
        factor = f"{_MICROSECONDS[spec.unit]}"
        if spec.unit == "ms":
            factor = f"case when abs({number}) < {_TEN_DIGIT_SECONDS} then 1000000 else 1000 end"
        is_number = rf"regexp_matches({value}, '^-?\d{{1,18}}(\.\d{{1,9}})?$')"
        return f"case when {is_number} then try_cast({number} * {factor} as bigint) end"
    zone = e.bind(spec.zone)
    if spec.unit == "date":
        day = f"left(replace({value}, '-', ''), 8)"
        parsed = f"try_cast(try_strptime({day}, '%Y%m%d')::varchar || {zone} as timestamptz)"
        return f"case when regexp_matches({value}, '{_DAY}') then epoch_us({parsed}) end"
    text = f"replace({value}, ',', '.')"
    with_offset = f"replace({text}, ' Z', 'Z')"
    return f"""epoch_us(try_cast(case
        when regexp_matches({value}, '{_ISO_8601_WITH_OFFSET}') then {with_offset}
        when regexp_matches({value}, '{_ISO_8601}')
            then case when length({value}) = 10 then {text} || ' 00:00:00' else {text} end || {zone}
    end as timestamptz))"""


def _source_key(e: Extraction, contract: Contract) -> str:
    own = _joined(e, contract.key_paths)
    if not contract.fallback_key:
        return own
    return f"coalesce({own}, {_joined(e, contract.fallback_key)})"


def _joined(e: Extraction, paths: Sequence[str]) -> str:
    """The parts side by side; null when a part is missing that is not marked by `?`."""
    parts = [
        f"coalesce({e.text(path[:-1])}, '')" if path.endswith("?") else e.text(path)
        for path in paths
    ]
    return "(" + f" || '{KEY_SEPARATOR}' || ".join(parts) + ")"


def _account_id(e: Extraction, contract: Contract, accounts: Sequence[Account]) -> str:
    account = contract.account
    if account is None:
        return "null::varchar"
    if account.path:
        return e.first(account.path)
    if account.original_id:
        appids = {a.original_id: a.appid for a in accounts if a.original_id}
        name = e.first(account.original_id)
        # An unknown original id stays as it is, so that it is found foreign.
        return f"coalesce({e.lookup(name, appids)}, {name})"
    of_kind = [a.appid for a in accounts if a.kind == account.kind]
    return e.bind(of_kind[0] if len(of_kind) == 1 else None) + "::varchar"


def _account_field(contract: Contract) -> str | None:
    account = contract.account
    paths = (account.path or account.original_id) if account else None
    return paths[0] if paths else None


def _problem(e: Extraction, contract: Contract, arrival_day: date) -> str:
    """The first reason against a record, as [reason, field], or null."""
    cases = [*_scope_cases(e, contract), *_field_cases(e, contract)]
    time_field = e.bind(contract.event_time.path[0])
    cases += [
        (f"{e.first(contract.event_time.path)} is null", "missing_field", time_field),
        ("event_us is null", "bad_time", time_field),
        (f"not event_us between {_year_start(FIRST_YEAR)} and {_year_start(LAST_YEAR + 1) - 1}",
         "year_out_of_range", time_field),
        (f"event_us < {e.bind(_day_start(contract.oldest_day(arrival_day)))}", "too_old", time_field),
        ("source_key is null", "missing_field", e.bind(contract.source_key[0])),
    ]  # fmt: skip
    branches = " ".join(f"when {test} then ['{reason}', {name}]" for test, reason, name in cases)
    return f"case {branches} end"


def _scope_cases(e: Extraction, contract: Contract) -> list[tuple[str, str, str]]:
    if contract.accept is None:
        return []
    return [(f"not {e.holds(contract.accept)}", "not_accepted", e.bind(contract.accept.path))]


def _field_cases(e: Extraction, contract: Contract) -> list[tuple[str, str, str]]:
    cases = [
        (f"{e.first(paths)} is null", "missing_field", e.bind(paths[0]))
        for paths in contract.required
    ]
    for path, type_name in contract.types.items():
        cases.append((_TYPE_TESTS[type_name](e, path), "wrong_type", e.bind(path)))
    for left, right in contract.must_equal:
        test = f"{e.text(left)} is distinct from {e.text(right)}"
        cases.append((test, "fields_differ", e.bind(left)))
    return cases


def _is_no_number(pattern: str) -> Callable[[Extraction, str], str]:
    return lambda e, path: f"not regexp_matches({e.text(path)}, '{pattern}')"


def _is_no_container(opening: str) -> Callable[[Extraction, str], str]:
    return lambda e, path: f"not starts_with({e.text(path)}, '{opening}')"


_TYPE_TESTS: dict[str, Callable[[Extraction, str], str]] = {
    "integer": _is_no_number(r"^-?\d{1,18}$"),
    "number": _is_no_number(r"^-?\d{1,18}(\.\d{1,18})?([eE][-+]?\d{1,2})?$"),
    "object": _is_no_container("{"),
    "array": _is_no_container("["),
}


def _seen(e: Extraction, contract: Contract, accounts: Sequence[Account]) -> str:
    """The record's identifiers as a list; empty when the contract drops them."""
    listed = [_one(e, spec, accounts) for spec in contract.identifiers if spec.under is None]
    spread = [_under(e, spec) for spec in contract.identifiers if spec.under is not None]
    empty = "[]::struct(namespace varchar, scope varchar, value varchar, strength smallint)[]"
    if not listed and not spread:
        return empty
    everything = " || ".join([f"[{', '.join(listed)}]", *spread])
    present = f"list_filter({everything}, lambda s: s.value is not null)"
    if contract.drop_identifiers is None:
        return present
    return f"case when {e.holds(contract.drop_identifiers)} then {empty} else {present} end"


def _one(e: Extraction, spec: IdentifierField, accounts: Sequence[Account]) -> str:
    value = _filled(e, spec.join) if spec.join else e.first(spec.path)
    if spec.when is not None:
        value = f"case when {e.holds(spec.when)} then {value} end"
    scope = _scope(e, spec, accounts)
    if spec.scope != "none":
        # Without its scope the value means nothing.
        value = f"case when {scope} is not null then {value} end"
    if isinstance(spec.namespace, str):
        namespace = e.bind(spec.namespace)
    else:
        namespace = e.lookup(f"lower({e.text(spec.namespace.path)})", spec.namespace.values)
        value = f"case when {namespace} is not null then {value} end"
    return _struct(namespace, scope, value, _strength(e, spec))


def _under(e: Extraction, spec: IdentifierField) -> str:
    parent = json_path(spec.under or "")
    path, every = e.bind(parent), e.bind(f"{parent}.*")
    pattern = e.bind(spec.key_pattern)
    scope = f"regexp_extract(z[1], {pattern}, 1)"
    pairs = f"list_zip(json_keys(text, {path}), json_extract_string(text, {every}))"
    struct = _struct(e.bind(spec.namespace), scope, "nullif(z[2], '')", _strength(e, spec))
    matching = f"list_filter({pairs}, lambda z: regexp_matches(z[1], {pattern}))"
    return f"list_transform({matching}, lambda z: {struct})"


def _struct(namespace: str, scope: str, value: str, strength: str) -> str:
    return (
        f"{{'namespace': {namespace}::varchar, 'scope': {scope}::varchar,"
        f" 'value': {value}::varchar, 'strength': {strength}::smallint}}"
    )


def _scope(e: Extraction, spec: IdentifierField, accounts: Sequence[Account]) -> str:
    if spec.scope == "none":
        return "''"
    if spec.scope == "account":
        return "account_id"
    return e.lookup("account_id", {a.appid: a.open_platform for a in accounts})


def _strength(e: Extraction, spec: IdentifierField) -> str:
    if isinstance(spec.strength, int):
        return str(spec.strength)
    is_true = f"coalesce({e.text(spec.strength.path)} in ('true', '1'), false)"
    return f"case when {is_true} then {spec.strength.when_true} else {spec.strength.otherwise} end"


def _filled(e: Extraction, template: str) -> str:
    """The template's texts and paths side by side; null when a path has no value."""
    parts = [part for part in re.split(r"(\{[^}]+\})", template) if part]
    return " || ".join(
        e.text(part[1:-1]) if part.startswith("{") else e.bind(part) + "::varchar" for part in parts
    )


def _year_start(year: int) -> int:
    return _day_start(date(year, 1, 1))


def _day_start(day: date) -> int:
    """Midnight in Shanghai, in microseconds."""
    days = (day - date(1970, 1, 1)).days
    return days * 24 * 3600 * 1_000_000 - SHANGHAI_OFFSET_MICROSECONDS
