from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sample_data.difficulty import (
    PairCounts,
    account_components,
    count_pairs,
    plain_components,
)

Groups = list[tuple[tuple[str, str, str], ...]]


def identifier(number: int) -> tuple[str, str, str]:
    return ("member_id" if number % 3 == 0 else "phone", "", str(number))


groups = st.lists(
    st.lists(st.integers(0, 14), min_size=1, max_size=4).map(
        lambda numbers: tuple(identifier(number) for number in numbers)
    ),
    max_size=12,
)


def reach(found: Groups) -> dict:
    """Join by walking, one step at a time."""
    group_of = {i: {i} for group in found for i in group}
    for _ in group_of:
        for group in found:
            joined = set().union(*(group_of[i] for i in group))
            for i in joined:
                group_of[i] = joined
    return group_of


@given(groups)
def test_plain_components_join_what_a_walk_reaches(found: Groups):
    walked = reach(found)
    joined = plain_components(found)
    assert set(joined) == set(walked)
    for left, right in combinations(joined, 2):
        assert (joined[left] == joined[right]) == (right in walked[left])


@given(groups)
def test_account_components_never_join_a_phone(found: Groups):
    joined = account_components(found)
    assert set(joined) == {i for group in found for i in group}
    for left, right in combinations(joined, 2):
        if joined[left] == joined[right]:
            assert left[0] == right[0] == "member_id"


@given(st.integers(0, 1_000))
def test_pairs_are_counted_as_one_by_one(seed: int):
    random = Random(seed)
    ids = [identifier(number) for number in range(12)]
    owner_of = {i: random.choice(("", "P1", "P2", "P3")) for i in ids[:10]}
    group_of = {i: random.randrange(4) for i in ids[2:]}
    both = [i for i in ids if i in owner_of and i in group_of]
    pairs = list(combinations(both, 2))
    same_owner = [p for p in pairs if owner_of[p[0]] == owner_of[p[1]] != ""]
    same_group = [p for p in pairs if group_of[p[0]] == group_of[p[1]]]
    counts = count_pairs(owner_of, group_of)
    assert counts.true == len(same_owner)
    assert counts.joined == len(same_group)
    assert counts.both == len(set(same_owner) & set(same_group))


def test_counts_of_chunks_add_up():
    total = PairCounts(4, 2, 1) + PairCounts(6, 2, 2)
    assert (total.precision, total.recall) == (0.75, 0.3)


def test_nothing_joined_is_precise_and_nothing_to_join_is_recalled():
    assert PairCounts().precision == PairCounts().recall == 1.0
