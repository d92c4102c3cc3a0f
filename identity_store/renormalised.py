"""Stored values as the installed normalisers would write them now: who becomes one, who drops out.

Values are kept in normal form alone, so a normaliser shows what it would join or refuse; what an
earlier one had joined already it cannot tell apart again.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from identifiers import JunkLists, normalise
from identity_resolution.graph import Identifiers, Integers, flags, integers
from identity_resolution.rules import Rules
from identity_store.stored_part import StoredPart

_NO_JUNK = JunkLists(phones=frozenset(), email_domains=frozenset(), devices=frozenset())
"""Which values are junk is the rules' to say; here values only get their normal form."""


def renormalised(part: StoredPart, rules: Rules) -> StoredPart:
    """Return `part` with the values that the normalisers named in `rules` make of its own.

    Identifiers that become equal count as the first of them (`counts_as`), born when the earliest
    of them was; what a normaliser refuses counts as nobody.
    """
    identifiers = part.state.graph.identifiers
    value = _values(identifiers, rules)
    counts_as = _first_of_equals(identifiers, value)
    is_refused = counts_as < 0
    place = np.where(is_refused, np.arange(len(counts_as)), counts_as)
    arrival_day, born_at = identifiers.arrival_day.copy(), identifiers.born_at.copy()
    np.minimum.at(arrival_day, place, identifiers.arrival_day)
    np.minimum.at(born_at, place, identifiers.born_at)
    spelt = pc.if_else(pa.array(is_refused), identifiers.value, value)
    known = replace(identifiers, value=spelt, arrival_day=arrival_day, born_at=born_at)
    graph = replace(part.state.graph, identifiers=known)
    return replace(part, state=replace(part.state, graph=graph), counts_as=counts_as)


def _values(identifiers: Identifiers, rules: Rules) -> pa.Array:
    """Return the value of each identifier in the normal form of its namespace, null if none."""
    values = identifiers.value
    for code, namespace in enumerate(identifiers.namespaces):
        normaliser = rules.of(namespace).normalise
        if normaliser is not None:
            is_own = pa.array(identifiers.namespace_code == code)
            own = normalise(normaliser, values.filter(is_own), _NO_JUNK)
            values = pc.replace_with_mask(values, is_own, own)
    return values


def _first_of_equals(identifiers: Identifiers, value: pa.Array) -> Integers:
    """Return the first position with the same namespace, scope and value; -1 for no value."""
    texts = (identifiers.namespace.cast(pa.string()), identifiers.scope.cast(pa.string()), value)
    # No value holds NUL: PostgreSQL would not store it.
    name = pc.binary_join_element_wise(*texts, "\0").dictionary_encode()
    code = integers(name.indices.fill_null(len(name.dictionary)))
    first = np.empty(len(name.dictionary) + 1, dtype=np.int64)
    # Of several values for one element the last one stays, hence backwards.
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    return np.where(flags(value.is_null()), -1, first[code])
