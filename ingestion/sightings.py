"""Which identifiers a record shows together, as an expression that gives a list."""

import re
from collections.abc import Sequence

from ingestion.contract import Contract, IdentifierField, ScopeByField
from ingestion.expressions import Extraction, json_path
from settings import Account


def sightings(e: Extraction, contract: Contract, accounts: Sequence[Account]) -> str:
    """The record's identifiers as a list; empty when the contract drops them."""
    specs = contract.identifiers
    listed = [_one(e, spec, accounts) for spec in specs if spec.under is None and not spec.each]
    spread = [_under(e, spec) for spec in specs if spec.under is not None]
    spread += [_each(e, spec, accounts) for spec in specs if spec.each]
    empty = "[]::struct(namespace varchar, scope varchar, value varchar, strength smallint)[]"
    if not listed and not spread:
        return empty
    everything = " || ".join([f"[{', '.join(listed)}]", *spread])
    present = f"list_filter({everything}, lambda s: s.value is not null)"
    if contract.drop_identifiers is None:
        return present
    return f"case when {e.holds(contract.drop_identifiers)} then {empty} else {present} end"


def containers(contract: Contract) -> set[str]:
    """The objects and arrays that identifiers are looked for in, as paths of the column engine."""
    return {
        json_path(spec.under or spec.each or "").partition("[*]")[0]
        for spec in contract.identifiers
        if spec.under is not None or spec.each
    }


def _one(e: Extraction, spec: IdentifierField, accounts: Sequence[Account]) -> str:
    value = _filled(e, spec.join) if spec.join else e.first(spec.path)
    if spec.pattern is not None:
        # No match gives an empty text, which is no value.
        value = f"nullif(regexp_extract({value}, {e.bind(spec.pattern)}, 1), '')"
    if spec.unlike is not None:
        is_like = f"regexp_matches({value}, {e.bind(spec.unlike)})"
        value = f"case when not {is_like} then {value} end"
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


def _each(e: Extraction, spec: IdentifierField, accounts: Sequence[Account]) -> str:
    values = f"json_extract_string(text, {e.bind(json_path(spec.each or ''))})"
    scope = _scope(e, spec, accounts)
    value = "nullif(v, '')" if spec.scope == "none" else f"case when {scope} is not null then v end"
    struct = _struct(e.bind(spec.namespace), scope, value, _strength(e, spec))
    every = f"list_transform({values}, lambda v: {struct})"
    if spec.when is None:
        return every
    return f"list_filter({every}, lambda v: {e.holds(spec.when)})"


def _struct(namespace: str, scope: str, value: str, strength: str) -> str:
    return (
        f"{{'namespace': {namespace}::varchar, 'scope': {scope}::varchar,"
        f" 'value': {value}::varchar, 'strength': {strength}::smallint}}"
    )


def _scope(e: Extraction, spec: IdentifierField, accounts: Sequence[Account]) -> str:
    if spec.scope == "none":
        return "''"
    if isinstance(spec.scope, ScopeByField):
        return e.first(spec.scope.path)
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
