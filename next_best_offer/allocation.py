"""Who gets which offer when stock, budget and slots are scarce.

Each person gets at most one of their candidates, and every **resource** (an offer's stock, its
budget, a channel's slots) is used at most up to its capacity; the sum of values is maximal. This is
a generalised assignment problem; its Lagrangian dual has one **shadow price** per resource:

    minimise over prices >= 0:  sum_r price_r * capacity_r
        + sum_persons max(0, max_candidates value - sum_r use_r * price_r)

The dual is minimised one price at a time: given the other prices, the demand for a resource falls
as its price rises, so the best price is read off one sorted list of thresholds. Any prices bound
the optimum from above (weak duality), so the result carries a certificate of its own quality.

Cost: candidates * (resources a candidate uses + 1) a sweep, and one sort per resource.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MAX_SWEEPS = 12
TOLERANCE = 1e-4
"""The sweeps end when a whole one lowers the bound by less than this share."""


@dataclass(frozen=True, slots=True)
class Use:
    """One resource, and how much of it each of its candidates is expected to use.

    `rows` are indexes of candidates, ascending; `amounts` (> 0) belong to them.
    """

    capacity: float
    rows: Indexes
    amounts: Values


@dataclass(frozen=True, slots=True)
class Allocation:
    """Which candidates are allocated, the price of each resource, and the bound of the optimum."""

    is_allocated: Flags
    prices: Values
    value: float
    upper_bound: float


def allocate(person: Indexes, value: Values, uses: list[Use]) -> Allocation:
    """Allocate candidates (`person`: grouped, ascending; `value`: worth of the candidate).

    No capacity is exceeded, nobody gets two offers, and nothing of no value is allocated. Equal
    input gives equal output: ties go to the earlier candidate.

    Raises:
        ValueError: the columns differ in length, a capacity is negative or an amount not positive.
    """
    _check(person, value, uses)
    worthy = np.flatnonzero(value > 0)
    market = _Market(person[worthy], value[worthy], _among(worthy, len(value), uses))
    market.find_prices()
    is_allocated = np.zeros(len(value), dtype=np.bool_)
    is_allocated[worthy[market.feasible_rows()]] = True
    return Allocation(
        is_allocated=is_allocated,
        prices=market.prices,
        value=float(value[is_allocated].sum()),
        upper_bound=market.bound(),
    )


def _among(rows: Indexes, size: int, uses: list[Use]) -> list[Use]:
    """The uses by the candidates at `rows` only, renumbered."""
    position = np.full(size, -1, dtype=np.int64)
    position[rows] = np.arange(len(rows))
    kept = [position[use.rows] >= 0 for use in uses]
    return [
        Use(use.capacity, position[use.rows[is_kept]], use.amounts[is_kept])
        for use, is_kept in zip(uses, kept, strict=True)
    ]


def _check(person: Indexes, value: Values, uses: list[Use]) -> None:
    if len(person) != len(value):
        raise ValueError("person and value differ in length")
    if np.any(np.diff(person) < 0):
        raise ValueError("candidates must be grouped by person, ascending")
    for use in uses:
        if use.capacity < 0:
            raise ValueError("a capacity is negative")
        if len(use.rows) != len(use.amounts) or np.any(use.amounts <= 0):
            raise ValueError("every use names a candidate and a positive amount")


class _Market:
    """Prices of the resources, and what each candidate is worth after paying for what it uses."""

    def __init__(self, person: Indexes, value: Values, uses: list[Use]) -> None:
        self.uses = uses
        self.prices = np.zeros(len(uses))
        self._net = value.astype(np.float64, copy=True)
        is_first = np.diff(person, prepend=-1) != 0
        self._starts = np.flatnonzero(is_first)
        self._group = np.cumsum(is_first) - 1

    def find_prices(self) -> None:
        """Sweeps over the resources until the bound stops falling."""
        bound = self.bound()
        for _ in range(MAX_SWEEPS):
            for resource in range(len(self.uses)):
                self._reprice(resource)
            before, bound = bound, self.bound()
            if before - bound <= TOLERANCE * abs(before):
                return

    def bound(self) -> float:
        """The dual value at the current prices."""
        if not len(self._net):
            return 0.0
        best = np.maximum.reduceat(self._net, self._starts)
        capacities = np.array([use.capacity for use in self.uses])
        return float(np.maximum(best, 0).sum() + (self.prices * capacities).sum())

    def feasible_rows(self) -> Indexes:
        """What is best at these prices, cut back to what fits, then filled up with what still fits.

        In each round every person without an offer asks for the best candidate that a single
        unit's room is left for; whoever loses most by being refused is served first. The prices
        only order the wishes: a price says what is scarce, not what is left over.
        """
        left = np.array([use.capacity for use in self.uses])
        is_open = np.ones(len(self._net), dtype=np.bool_)
        taken = [np.zeros(0, dtype=np.int64)]
        is_priced = True
        while True:
            wishes = self._best_open_rows(is_open, at_least=0.0 if is_priced else -np.inf)
            served = self._fitting(wishes, left)
            if not len(served):
                if not is_priced:
                    return np.sort(np.concatenate(taken))
                is_priced = False
                continue
            taken.append(served)
            has_offer = np.zeros(len(self._starts), dtype=np.bool_)
            has_offer[self._group[served]] = True
            is_open &= ~has_offer[self._group]
            for resource, use in enumerate(self.uses):
                left[resource] -= use.amounts[np.isin(use.rows, served)].sum()
                is_open[use.rows[use.amounts > left[resource]]] = False

    def _best_open_rows(self, is_open: Flags, at_least: float) -> Indexes:
        """The best open candidate of each person, ordered by what the person would lose."""
        net = np.where(is_open, self._net, -np.inf)
        if not len(net):
            return np.zeros(0, dtype=np.int64)
        best = np.maximum.reduceat(net, self._starts)[self._group]
        rows = np.flatnonzero((net == best) & is_open & (net >= at_least))
        rows = rows[np.diff(self._group[rows], prepend=-1) != 0]
        net[rows] = -np.inf
        second = np.maximum.reduceat(net, self._starts)[self._group[rows]]
        regret = self._net[rows] - np.maximum(second, 0)
        ordered: Indexes = rows[np.argsort(-regret, kind="stable")]
        return ordered

    def _fitting(self, wishes: Indexes, left: Values) -> Indexes:
        """The wishes, in their order, up to where each resource is used up."""
        position = np.full(len(self._net), -1, dtype=np.int64)
        position[wishes] = np.arange(len(wishes))
        fits = np.ones(len(wishes), dtype=np.bool_)
        for resource, use in enumerate(self.uses):
            place = position[use.rows]
            is_wished = place >= 0
            order = np.argsort(place[is_wished])
            used = np.cumsum(use.amounts[is_wished][order])
            fits[place[is_wished][order][used > left[resource]]] = False
        return wishes[fits]

    def _reprice(self, resource: int) -> None:
        """Set one price so that demand meets capacity, the other prices given."""
        use = self.uses[resource]
        if not len(use.rows):
            return
        self._net[use.rows] += use.amounts * self.prices[resource]
        without = self._net.copy()
        without[use.rows] = 0
        others = np.maximum(np.maximum.reduceat(without, self._starts), 0)
        group = self._group[use.rows]
        threshold = (self._net[use.rows] - others[group]) / use.amounts
        price = _clearing_price(threshold, use, group)
        self.prices[resource] = price
        self._net[use.rows] -= use.amounts * price


def _clearing_price(threshold: Values, use: Use, group: Indexes) -> float:
    """The lowest price at which the demand of persons is at most the capacity.

    A person with several candidates of the resource demands it once: by the best of them.
    """
    is_wanted = threshold > 0
    threshold, amounts, group = threshold[is_wanted], use.amounts[is_wanted], group[is_wanted]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    if len(starts) < len(group):
        best = np.maximum.reduceat(threshold, starts)
        is_best = np.flatnonzero(threshold == np.repeat(best, np.diff(starts, append=len(group))))
        rows = is_best[np.diff(group[is_best], prepend=-1) != 0]
        threshold, amounts = threshold[rows], amounts[rows]
    if amounts.sum() <= use.capacity:
        return 0.0
    order = np.argsort(-threshold, kind="stable")
    demand = np.cumsum(amounts[order])
    fitting = int(np.searchsorted(demand, use.capacity, side="right"))
    return float(threshold[order[fitting]])
