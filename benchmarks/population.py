"""People, shared phones, loose cookies and shop tablets as observed pairs of identifiers.

On average 5 identifiers a person with a Pareto tail; 3 % of the components break a rule (two
members
on one phone), 1 % hang on a weak bridge (the cookie of two), 200 hubs are seen with 1,500 others.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from identity_resolution.graph import Integers

NAMESPACES = ("member_id", "openid", "phone", "app_install_id", "web_cookie", "crm_number")
MEMBER, OPENID, PHONE, INSTALL, COOKIE, CRM = range(6)
MEAN_IDENTIFIERS = 5
PARETO_SHAPE = 3.0
MAX_IDENTIFIERS = 400
LINKS_PER_IDENTIFIER = 1.6
RULE_BREAKING_SHARE, WEAK_BRIDGE_SHARE = 0.03, 0.01
HUBS, HUB_DEGREE = 200, 1_500
DAYS = 400


@dataclass(frozen=True, slots=True)
class Population:
    """Identifiers by number, and the pairs of them that were seen together, at which second."""

    namespace: Integers
    left: Integers
    right: Integers
    seen_at: Integers

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.left)

    def strings(self, ends: Integers) -> tuple[pa.Array, pa.Array, pa.Array]:
        """Return namespace, scope and value of identifiers."""
        names = pa.array(NAMESPACES).take(pa.array(self.namespace[ends]))
        scopes = pa.array(["", "wx1"]).take(pa.array((self.namespace[ends] == OPENID) * 1))
        digits = pc.utf8_lpad(pa.array(ends).cast(pa.string()), 12, padding="0")
        return names, scopes, pc.binary_join_element_wise(names, digits, "-")


def populate(
    links: int, seed: int = 1, *, hub_degree: int = HUB_DEGREE, one_hub_degree: int = 0
) -> Population:
    """Return a population of about `links` distinct pairs, in random order.

    hub_degree: with how many others each of the hubs was seen; 0 for none. one_hub_degree: the same
    for the first hub alone, on top of all other links.
    """
    chance = np.random.default_rng(seed)
    hub_links = HUBS * hub_degree if hub_degree < links // HUBS else links // 10
    people = int((links - hub_links) / (MEAN_IDENTIFIERS * LINKS_PER_IDENTIFIER))
    size = _sizes(chance, people)
    start = np.cumsum(size) - size
    owner = np.repeat(np.arange(people), size)
    place = np.arange(len(owner)) - start[owner]
    # Two of three people have a member number; those without begin with their phone.
    namespace = np.minimum(place + PHONE * (owner % 3 == 0), CRM)
    pairs = [
        _own_pairs(chance, start, size, owner, place),
        _bridges(chance, start, size, PHONE, RULE_BREAKING_SHARE),
        _bridges(chance, start, size, COOKIE, WEAK_BRIDGE_SHARE),
    ]
    hub = len(owner) + np.arange(HUBS)
    other = chance.integers(0, len(owner), (HUBS, hub_links // HUBS))
    pairs.append(np.column_stack((other.ravel(), np.repeat(hub, other.shape[1]))))
    one_hub = chance.integers(0, len(owner), one_hub_degree)
    namespace = np.concatenate((namespace, np.full(HUBS, INSTALL)))
    ends = np.unique(np.sort(np.concatenate(pairs), axis=1), axis=0)
    ends = chance.permutation(ends[ends[:, 0] != ends[:, 1]])[:links]
    ends = np.concatenate((ends, np.column_stack((one_hub, np.full_like(one_hub, hub[0])))))
    seen_at = chance.integers(0, DAYS * 86_400, len(ends))
    return Population(namespace, ends[:, 0].copy(), ends[:, 1].copy(), seen_at)


def _sizes(chance: np.random.Generator, people: int) -> Integers:
    """Return how many identifiers each person has: 1 and a Pareto tail, the mean as wanted."""
    scale = (MEAN_IDENTIFIERS - 0.5) * (PARETO_SHAPE - 1)
    size = 1 + chance.pareto(PARETO_SHAPE, people) * scale
    return np.minimum(size, MAX_IDENTIFIERS).astype(np.int64)


def _own_pairs(
    chance: np.random.Generator, start: Integers, size: Integers, owner: Integers, place: Integers
) -> Integers:
    """Each identifier with an earlier one of its person, and extra pairs within persons."""
    later = np.flatnonzero(place)
    earlier = chance.integers(0, place[later])
    # Nobody hangs on his own cookie alone: weak bridges are made on purpose, below.
    earlier = start[owner[later]] + np.where(earlier >= COOKIE - PHONE, 0, earlier)
    extra = chance.integers(0, len(owner), int(len(owner) * LINKS_PER_IDENTIFIER * 1.1))
    others = start[owner[extra]] + chance.integers(0, size[owner[extra]])
    chain = np.column_stack((earlier, later))
    return np.concatenate((chain, np.column_stack((extra, others))))


def _bridges(
    chance: np.random.Generator, start: Integers, size: Integers, kind: int, share: float
) -> Integers:
    """One identifier of a kind of some people, seen with the first identifier of their neighbour.

    With a phone both have a member number; with a cookie neither has, so only weakness speaks.
    """
    with_member = kind == PHONE
    person = np.arange(len(size) - 3)
    fits = (person % 3 == (1 if with_member else 0)) & (size[:-3] > kind)
    chosen = chance.permutation(person[fits])[: int(len(size) * share)]
    first = start[chosen] + (kind if with_member else kind - PHONE)
    return np.column_stack((first, start[chosen + (1 if with_member else 3)]))
