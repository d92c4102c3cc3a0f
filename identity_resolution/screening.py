"""Which identifiers may link at all.

Judged from the links and sightings of the identifier alone, never from profiles: counted over
profiles, the number of persons behind an identifier would depend on its own answer. So a part of a
graph that holds all links of an identifier gives the same verdict on it as the whole.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from identity_resolution.graph import (
    Codes,
    Flags,
    Graph,
    Identifiers,
    Integers,
    Links,
    Screening,
    Status,
    StatusReason,
    codes,
    flags,
)
from identity_resolution.rules import NO_LIMIT, Rules, RuleTable, tabulate

MIN_OWNER_CHANGES = 3
"""A thing that changed hands this often, in the order of event time, belongs to several people."""

_DAY_SECONDS = 86_400
_MIN_JUDGED_LENGTH = 6

_STATUS: Codes = np.full(len(StatusReason), Status.QUARANTINED, dtype=np.int8)
_STATUS[StatusReason.NONE] = Status.ACTIVE
_STATUS[StatusReason.OWNER_CHANGES] = Status.SHARED
_STATUS[StatusReason.JUNK_LIST] = Status.JUNK


@dataclass(frozen=True, slots=True)
class Measures:
    """What an identifier is judged by.

    degree: how many others it was seen with. accounts: the largest number of distinct values of any
    one (namespace, scope) of which a person has one, among those. growth: the largest number of
    others first seen with it on one day, where junk is found from the data; zero if all of them are
    not too many. For accounts themselves the last two are zero.
    """

    degree: Integers
    accounts: Integers
    growth: Integers


def measure(graph: Graph, rules: Rules) -> Measures:
    """Return the measures of every identifier of `graph`."""
    is_seen = graph.links.observation_count > 0
    seen = graph.links if is_seen.all() else graph.links.take(is_seen)
    table = tabulate(rules, graph.identifiers.namespaces)
    namespace = graph.identifiers.namespace_code
    is_shareable = ~table.is_account[namespace]
    neighbours = degree(seen, len(graph.identifiers))
    is_busy = neighbours > rules.junk.growth_per_day
    return Measures(
        degree=neighbours,
        accounts=_accounts(graph.identifiers, seen, table, is_shareable),
        growth=_growth(seen, is_busy & is_shareable & table.junk_from_data[namespace]),
    )


def screen(graph: Graph, rules: Rules) -> Screening:
    """Return the verdict on every identifier of `graph`, as if nothing changed hands."""
    return judge(graph.identifiers, measure(graph, rules), rules)


def judge(
    identifiers: Identifiers,
    found: Measures,
    rules: Rules,
    owner_changes: Integers | None = None,
) -> Screening:
    """Return the verdict on identifiers that are measured already."""
    table = tabulate(rules, identifiers.namespaces)
    namespace = identifiers.namespace_code
    reason = np.full(len(identifiers), StatusReason.NONE, dtype=np.int8)
    if owner_changes is not None:
        reason[owner_changes >= MIN_OWNER_CHANGES] = StatusReason.OWNER_CHANGES
    reason[found.accounts > table.max_persons[namespace]] = StatusReason.MAX_PERSONS
    reason[found.degree > table.max_degree[namespace]] = StatusReason.MAX_DEGREE
    reason[identifiers.is_blocked] = StatusReason.BLOCKED
    is_judged = table.junk_from_data[namespace]
    is_thing = is_judged & ~table.is_account[namespace]
    reason[is_thing & (found.growth > rules.junk.growth_per_day)] = StatusReason.FAST_GROWTH
    reason[is_thing & (found.accounts > rules.junk.accounts)] = StatusReason.MANY_ACCOUNTS
    poor = _rows_of_low_variety(identifiers, is_judged, rules.junk.characters)
    reason[poor] = StatusReason.LOW_VARIETY
    reason[_is_listed_junk(identifiers, rules)] = StatusReason.JUNK_LIST
    return Screening(status=_STATUS[reason], reason=reason)


def degree(links: Links, identifier_count: int) -> Integers:
    """Return how many other identifiers each identifier was seen with."""
    ends = np.concatenate((links.left, links.right))
    return np.bincount(ends, minlength=identifier_count).astype(np.int64)


def _accounts(
    identifiers: Identifiers, links: Links, table: RuleTable, is_shareable: Flags
) -> Integers:
    namespace = identifiers.namespace_code
    scope_count = len(identifiers.scope.dictionary)
    is_counted = is_shareable | (table.max_persons[namespace] != NO_LIMIT)
    is_person = table.names_one_person[namespace]
    counted, person = links.both_ways()
    is_seen = is_counted[counted] & is_person[person]
    counted, person = counted[is_seen], person[is_seen]
    kind = namespace[person] * scope_count + identifiers.scope_code[person]
    kind_count = max(len(identifiers.namespaces) * scope_count, 1)
    return _largest_count(counted, kind, kind_count, len(identifiers))


def _growth(links: Links, is_counted: Flags) -> Integers:
    owner, _ = links.both_ways()
    rows = np.flatnonzero(is_counted[owner])
    owner, day = owner[rows], links.first_seen[rows % len(links)] // _DAY_SECONDS
    day -= day.min(initial=0)
    return _largest_count(owner, day, int(day.max(initial=0)) + 1, len(is_counted))


def _largest_count(owner: Integers, kind: Integers, kind_count: int, size: int) -> Integers:
    """Return for each owner how many rows its most frequent kind has."""
    seen, count = np.unique(owner * kind_count + kind, return_counts=True)
    most = np.zeros(size, dtype=np.int64)
    np.maximum.at(most, seen // kind_count, count)
    return most


def _rows_of_low_variety(
    identifiers: Identifiers, is_judged: Flags, min_characters: int
) -> Integers:
    rows = np.flatnonzero(is_judged)
    own = pc.replace_substring_regex(identifiers.value.take(pa.array(rows)), r"^\+86|@.*$", "")
    # Whose last characters already vary enough need not be looked at; those endings are few.
    ending = pc.utf8_slice_codeunits(own, -min_characters - 1, None).dictionary_encode()
    is_doubtful = [len(set(text)) < min_characters for text in ending.dictionary.to_pylist()]
    doubtful = np.flatnonzero(np.array(is_doubtful, dtype=bool)[codes(ending)])
    is_poor = [
        len(text) >= _MIN_JUDGED_LENGTH and len(set(text)) < min_characters
        for text in own.take(pa.array(doubtful)).to_pylist()
    ]
    return np.asarray(rows[doubtful[np.array(is_poor, dtype=bool)]])


def _is_listed_junk(identifiers: Identifiers, rules: Rules) -> Flags:
    is_junk = np.zeros(len(identifiers), dtype=bool)
    for code, name in enumerate(identifiers.namespaces):
        listed = rules.of(name).junk
        if listed:
            values = pa.array(listed, type=identifiers.value.type)
            is_listed = pc.is_in(identifiers.value, value_set=values)
            is_junk |= flags(is_listed) & (identifiers.namespace_code == code)
    return is_junk
