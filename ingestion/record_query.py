"""A contract as queries over a column of JSON texts.

One reads every record. What a record shows of people costs as much again, but most records show
what others before them have shown: so the first query only gives a key of everything that is read
for it, and the second one is asked once for each key.

The queries' *structure* comes from the contract; every value in them is a bound parameter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingestion.contract import Contract
from ingestion.event_time import (
    FIRST_YEAR,
    LAST_YEAR,
    SHANGHAI_OFFSET_MICROSECONDS,
    day_start,
    microseconds,
    year_start,
)
from ingestion.expressions import Extraction
from ingestion.sightings import containers, sightings
from ingestion.typed_columns import typed_columns
from settings import Account

TEXTS = "json_text"
"""The view that queries read: `k`, `line_number`, `text`."""

KEY_SEPARATOR = "|"
MAX_KEY_BYTES = 1500
"""A longer one does not fit into an entry of the unique index."""


# Only of a record without a problem: others may have times that are no moments.
_MOMENTS = ", ".join(
    f"case when problem is null then {moment} end as {name}"
    for name, moment in {
        "event_at": "make_timestamp(event_us)",
        "received_at": "make_timestamp(received_us)",
        "occurred_at": "make_timestamp(least(event_us, received_us))",
        "event_day": f"make_timestamp(event_us + {SHANGHAI_OFFSET_MICROSECONDS})::date",
    }.items()
)


@dataclass(frozen=True)
class Query:
    """SQL over the view `TEXTS` and its parameters."""

    sql: str
    parameters: dict[str, Any]


def record_query(contract: Contract, accounts: Sequence[Account], arrival_day: date) -> Query:
    """The query that reads records of the contract's kind.

    One row per text: `k`, `reason` and `field` (null when the record can be loaded), `shown_key`
    (equal for records that show the same identifiers by `shown_query`; null when the contract has
    none), and the columns of `raw.record` that are read from the text, the contract's own ones
    included.
    """
    e = Extraction()
    named = _named_columns(e, contract, accounts)
    problem = _problem(e, contract, arrival_day)
    is_known = e.bind(sorted(account.appid for account in accounts))
    shown_key = _shown_key(e, contract, accounts)
    kinds = e.lookup("event_name", dict(contract.observation_kind.by_event))
    default_kind = e.bind(contract.observation_kind.default)
    account_field = e.bind(_account_field(contract))
    own = "".join(f", {sql} as {name}" for name, sql in typed_columns(e, contract).items())
    sql = f"""
with extracted as (
    select k, line_number, text{e.columns}
    from (select k, line_number, text, json_extract_string(text, $paths) as x from {TEXTS})
),
typed as (select *, {named} from extracted),
judged as (
    select *, {problem} as problem, account_id is not null
        and not list_contains({is_known}::varchar[], account_id) as is_foreign
    from typed
)
select
    k, line_number as _line_number, source_key, {_MOMENTS},
    event_name, account_id, coalesce({kinds}, {default_kind}) as observation_kind,
    coalesce(problem[1], case when is_foreign then 'unknown_account' end) as reason,
    coalesce(problem[2], case when is_foreign then {account_field} end) as field,
    {shown_key} as shown_key{own}
from judged
"""  # noqa: S608 - structure only, every value is bound
    return Query(sql, {**e.parameters, "paths": e.paths})


def shown_query(contract: Contract, accounts: Sequence[Account]) -> Query | None:
    """The query for the identifiers of records; None when the contract has none.

    One row per identifier: `k`, `namespace`, `scope`, `value`, `strength`.
    """
    if not contract.identifiers:
        return None
    e = Extraction()
    account = _account_id(e, contract, accounts)
    seen = sightings(e, contract, accounts)
    sql = f"""
with extracted as (
    select k, text{e.columns}
    from (select k, text, json_extract_string(text, $paths) as x from {TEXTS})
),
typed as (select *, {account} as account_id from extracted),
shown as (select k, unnest({seen}) as s from typed)
select k, s.namespace, s.scope, s.value, s.strength from shown
"""  # noqa: S608 - structure only, every value is bound
    return Query(sql, {**e.parameters, "paths": e.paths})


def _shown_key(e: Extraction, contract: Contract, accounts: Sequence[Account]) -> str:
    """A digest of all that `shown_query` reads."""
    shown = shown_query(contract, accounts)
    if shown is None:
        return "null::varchar"
    read = {*shown.parameters["paths"], *containers(contract)}
    return f"md5(to_json([{', '.join(map(e.at, sorted(read)))}])::varchar)"


def _named_columns(e: Extraction, contract: Contract, accounts: Sequence[Account]) -> str:
    received = contract.received_time
    columns = {
        "event_us": microseconds(e, contract.event_time),
        "received_us": microseconds(e, received) if received else "null",
        "source_key": _source_key(e, contract),
        "event_name": e.first(contract.event_name) if contract.event_name else "null::varchar",
        "account_id": _account_id(e, contract, accounts),
    }
    return ", ".join(f"{sql} as {name}" for name, sql in columns.items())


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
    time_field = e.named(contract.event_time.path)
    key_field = e.bind(contract.source_key[0])
    oldest = e.bind(day_start(contract.oldest_day(arrival_day)))
    cases += [
        (f"{e.first(contract.event_time.path)} is null", "missing_field", time_field),
        ("event_us is null", "bad_time", time_field),
        (f"not event_us between {year_start(FIRST_YEAR)} and {year_start(LAST_YEAR + 1) - 1}",
         "year_out_of_range", time_field),
        (f"event_us < {oldest}", "too_old", time_field),
        ("source_key is null", "missing_field", key_field),
        (f"strlen(source_key) > {MAX_KEY_BYTES}", "key_too_long", key_field),
    ]  # fmt: skip
    branches = " ".join(f"when {test} then ['{reason}', {name}]" for test, reason, name in cases)
    return f"case {branches} end"


def _scope_cases(e: Extraction, contract: Contract) -> list[tuple[str, str, str]]:
    cases = [(e.holds(when), "not_accepted", e.bind(when.path)) for when in contract.refuse]
    if contract.accept is not None:
        path = e.bind(contract.accept.path)
        cases.append((f"{e.text(contract.accept.path)} is null", "missing_field", path))
        cases.append((f"not {e.holds(contract.accept)}", "not_accepted", path))
    return cases


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


def _is_no_object(e: Extraction, path: str) -> str:
    # PHP writes an empty object as an empty array.
    return f"not (starts_with({e.text(path)}, '{{') or {e.text(path)} = '[]')"


def _is_no_array(e: Extraction, path: str) -> str:
    return f"not starts_with({e.text(path)}, '[')"


_TYPE_TESTS: dict[str, Callable[[Extraction, str], str]] = {
    "integer": _is_no_number(r"^-?\d{1,18}$"),
    "number": _is_no_number(r"^-?\d{1,18}(\.\d{1,18})?([eE][-+]?\d{1,2})?$"),
    "object": _is_no_object,
    "array": _is_no_array,
}
