"""From rows of strings to the integer columns that everything else works on."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from identity_resolution.graph import NEVER, Codes, Identifiers, Integers, codes
from identity_resolution.links import Evidence


@dataclass(frozen=True, slots=True)
class Occasions:
    """When and where identifiers were seen; one row an observation.

    observed_at: event time in seconds; kind: a `Kind`; source: position in a list of at most 63
    sources; sample: reference to the raw record; basis: the source's `Basis`.
    """

    observed_at: Integers
    kind: Codes
    source: Integers
    sample: Integers
    basis: Integers


def dictionary(
    namespaces: pa.Array, scopes: pa.Array, values: pa.Array
) -> tuple[Identifiers, Integers]:
    """Return each distinct identifier once, and for each row of the strings its position.

    The identifiers count as not observed yet: their times are filled in as evidence arrives.
    """
    namespace, scope = namespaces.dictionary_encode(), scopes.dictionary_encode()
    value = values.dictionary_encode()
    place, scope_count = codes(value), max(len(scope.dictionary), 1)
    kind = codes(namespace) * scope_count + codes(scope)
    kind_of = np.empty(len(value.dictionary), dtype=np.int64)
    kind_of[place] = kind
    # Strings are dear, so each is looked up once; few occur in more than one namespace and scope.
    rare = np.flatnonzero(kind_of[place] != kind)
    count = len(kind_of)
    more, more_place = np.unique(kind[rare] * count + place[rare], return_inverse=True)
    place[rare] = count + more_place
    kind_of = np.concatenate((kind_of, more // max(count, 1)))
    again = value.dictionary.take(pa.array(more % max(count, 1)))
    never = np.full(len(kind_of), NEVER, dtype=np.int64)
    identifiers = Identifiers(
        namespace=_dictionary_array(kind_of // scope_count, namespace.dictionary),
        scope=_dictionary_array(kind_of % scope_count, scope.dictionary),
        value=pa.concat_arrays([value.dictionary, again]),
        first_seen=never,
        arrival_day=never,
        born_at=never,
        strength=never,
        consent=np.zeros(len(kind_of), dtype=np.int8),
        is_blocked=np.zeros(len(kind_of), dtype=bool),
    )
    return identifiers, place


def _dictionary_array(code: Integers, names: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int32)), names)


def gather(
    occasions: Occasions, observation: Integers, member: Integers, strength: Integers
) -> Evidence:
    """Return one set of identifiers an observation, from one row a sighting.

    An identifier that an observation names twice counts once, with its better strength. Every
    observation of `occasions` gets its set, also one without sightings.
    """
    order = np.lexsort((strength, member, observation))
    observation, member, strength = observation[order], member[order], strength[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (observation[1:] != observation[:-1]) | (member[1:] != member[:-1])
    count = len(occasions.observed_at)
    size = np.bincount(observation[is_first], minlength=count)
    return Evidence(
        offset=np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(size))),
        member=member[is_first],
        member_strength=strength[is_first],
        kind=occasions.kind,
        first_seen=occasions.observed_at,
        last_seen=occasions.observed_at,
        observation_count=np.ones(count, dtype=np.int64),
        source_mask=np.left_shift(np.int64(1), occasions.source),
        first_sample=occasions.sample,
        last_sample=occasions.sample,
        basis=occasions.basis,
    )
