from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from benchmarks.complete_journey import open_journey, predict_redeemers, rank_coupons


@pytest.fixture(scope="module")
def journey(shared_data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_journey(shared_data / "offers" / "complete_journey") as engine:
        yield engine


def test_coupons_are_ranked_as_well_as_any_known_method(
    journey: duckdb.DuckDBPyConnection,
) -> None:
    ranking = rank_coupons(journey, ("8", "13"))
    assert ranking.households == 158 + 196
    assert ranking.hit_at_5 >= 0.675
    assert ranking.ndcg_at_10 >= 0.374
    assert ranking.pair_auc >= 0.882


def test_redeemers_are_told_as_well_as_by_boosted_trees_and_calibrated(
    journey: duckdb.DuckDBPyConnection,
) -> None:
    response = predict_redeemers(journey, "13")
    assert response.auc >= 0.77
    assert 0.85 <= response.predicted_share <= 1.15
