from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from next_best_offer.allocation import Allocation, Use, allocate


@st.composite
def markets(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, list[Use]]:
    """A few persons with some offers each, a stock per offer and slots per channel."""
    candidates = [
        (person, offer)
        for person in range(draw(st.integers(0, 5)))
        for offer in sorted(draw(st.sets(st.integers(0, 3), max_size=4)))
    ]
    size = len(candidates)
    person = np.array([p for p, _ in candidates], dtype=np.int64)
    offer = np.array([o for _, o in candidates], dtype=np.int64)
    value = np.array(draw(st.lists(st.integers(-50, 200), min_size=size, max_size=size)), float)
    uses = []
    for rows in [*(np.flatnonzero(offer == o) for o in range(4)), np.flatnonzero(offer % 2 == 0)]:
        tenths = draw(st.lists(st.integers(1, 10), min_size=len(rows), max_size=len(rows)))
        capacity = draw(st.integers(0, 30)) / 10
        uses.append(Use(capacity, rows, np.array(tenths, float) / 10))
    return person, value, uses


def best_by_trying(person: np.ndarray, value: np.ndarray, uses: list[Use]) -> float:
    """The oracle: every way to give each person one candidate or none."""
    choices = [[-1, *np.flatnonzero(person == p)] for p in np.unique(person)]
    best = 0.0
    for choice in product(*choices):
        rows = np.array([row for row in choice if row >= 0], dtype=np.int64)
        if all(u.amounts[np.isin(u.rows, rows)].sum() <= u.capacity + 1e-9 for u in uses):
            best = max(best, float(value[rows].sum()))
    return best


def used(allocation: Allocation, use: Use) -> float:
    return float(use.amounts[allocation.is_allocated[use.rows]].sum())


@given(markets())
def test_allocation_keeps_capacities_and_gives_one_offer_a_person(
    market: tuple[np.ndarray, np.ndarray, list[Use]],
) -> None:
    person, value, uses = market
    result = allocate(person, value, uses)
    assert all(used(result, use) <= use.capacity + 1e-9 for use in uses)
    assert len(np.unique(person[result.is_allocated])) == result.is_allocated.sum()
    assert np.all(value[result.is_allocated] > 0)


@given(markets())
def test_optimum_lies_between_the_allocation_and_its_bound(
    market: tuple[np.ndarray, np.ndarray, list[Use]],
) -> None:
    person, value, uses = market
    result = allocate(person, value, uses)
    optimum = best_by_trying(person, value, uses)
    assert result.value <= optimum + 1e-6
    assert optimum <= result.upper_bound + 1e-6


@given(markets())
def test_allocation_is_the_same_every_time_and_prices_are_for_what_is_scarce(
    market: tuple[np.ndarray, np.ndarray, list[Use]],
) -> None:
    person, value, uses = market
    first, second = allocate(person, value, uses), allocate(person, value, uses)
    assert np.array_equal(first.is_allocated, second.is_allocated)
    assert np.all(first.prices >= 0)
    plenty = [Use(1e9, use.rows, use.amounts) for use in uses]
    free = allocate(person, value, plenty)
    assert not free.prices.any()
    assert free.value == pytest.approx(free.upper_bound)


def test_allocation_of_many_is_within_two_percent_of_the_bound() -> None:
    chance = np.random.default_rng(5)
    persons, offers = 3_000, 12
    value = chance.gamma(2, 100, persons * offers) - 60
    rows = np.arange(persons) * offers
    uses = [
        Use(chance.uniform(5, 30), rows + j, chance.beta(2, 20, persons) + 1e-6)
        for j in range(offers)
    ]
    slots = np.sort(np.concatenate([rows + j for j in range(4)]))
    uses.append(Use(400, slots, np.ones(len(slots))))
    result = allocate(np.repeat(np.arange(persons), offers), value, uses)
    assert result.value >= 0.98 * result.upper_bound


@pytest.mark.parametrize(
    ("person", "use"),
    [
        ([1, 0], Use(1.0, np.array([0]), np.array([1.0]))),
        ([0, 0], Use(-1.0, np.array([0]), np.array([1.0]))),
        ([0, 0], Use(1.0, np.array([0]), np.array([0.0]))),
        ([0], Use(1.0, np.array([0]), np.array([1.0]))),
    ],
    ids=["not grouped", "negative capacity", "no amount", "lengths differ"],
)
def test_market_that_makes_no_sense_is_refused(person: list[int], use: Use) -> None:
    with pytest.raises(ValueError, match=r"."):
        allocate(np.array(person), np.array([1.0, 2.0]), [use])
