"""How good the offer methods are, on real data and on logs whose truth is known.

    python -m benchmarks.offers [--data FOLDER]     (default: $C360_SHARED_DATA or ../shared/data)

Prints each figure beside its bar: ranking and response on a grocer's coupon campaigns, off-policy
estimates on simulated logs and on Open Bandit, allocation beside its upper bound.
"""

import argparse
import os
import time
from pathlib import Path

import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.complete_journey import open_journey, predict_redeemers, rank_coupons
from benchmarks.simulated_logs import coverage
from next_best_offer.allocation import Use, allocate
from next_best_offer.estimate import Estimate, mean_with_interval
from next_best_offer.off_policy import Log, inverse_propensity, self_normalised

PERSONS, OFFERS = 20_000, 20

_BANDIT = """
select click, propensity_score, (select count(distinct item_id) from read_parquet($random)) as items
from read_parquet($log)
"""


def campaigns(folder: Path) -> Table:
    """Which coupon first, and who redeems."""
    table = Table("campaigns", "figure", "measured", "bar", title="Complete Journey")
    with open_journey(folder / "complete_journey") as engine:
        ranking = rank_coupons(engine, ("8", "13"))
        table.add_row("8, 13", "hit@5", f"{ranking.hit_at_5:.3f}", ">= .675")
        table.add_row("8, 13", "NDCG@10", f"{ranking.ndcg_at_10:.4f}", ">= .374")
        table.add_row("8, 13", "AUC of pairs", f"{ranking.pair_auc:.3f}", ">= .882")
        response = predict_redeemers(engine, "13")
        table.add_row("13", "AUC who redeems", f"{response.auc:.3f}", ">= .77")
        share = f"{response.predicted_share:.3f}"
        table.add_row("13", "predicted / real", share, "0.85 to 1.15")
    return table


def simulated() -> Table:
    """Coverage of the 95 % intervals on logs whose truth is known."""
    table = Table("estimator", "coverage", "width / oracle", title="1,000 simulated logs")
    for name, result in coverage(logs=1_000).items():
        table.add_row(name, f"{result.share_covered:.1%}", f"{result.width_ratio:.3f}")
    table.caption = "bars: 93 to 97 %, at most 1.2"
    return table


def open_bandit(folder: Path) -> Table:
    """The uniform policy, estimated from each Thompson-sampling log, beside the uniform log."""
    table = Table("items", "estimator", "estimated", "uniform log", title="Open Bandit, clicks")
    with duckdb.connect() as engine:
        for name in ("all", "men", "women"):
            paths = {kind: str(folder / "open_bandit" / f"{kind}_{name}.parquet")
                     for kind in ("bts", "random")}  # fmt: skip
            rows = engine.execute(_BANDIT, {"log": paths["bts"], "random": paths["random"]})
            columns = rows.fetchnumpy()
            uniform = np.full(len(columns["click"]), 1 / columns["items"][0])
            log = Log(columns["click"].astype(float), columns["propensity_score"], uniform)
            clicks = engine.execute(_BANDIT, {"log": paths["random"], "random": paths["random"]})
            truth = mean_with_interval(clicks.fetchnumpy()["click"].astype(float))
            for method in (inverse_propensity, self_normalised):
                table.add_row(name, method.__name__, _text(method(log)), _text(truth))
    return table


def allocation() -> Table:
    """The value of an allocation beside the bound that no allocation can pass."""
    person, value, uses = market()
    started, started_cpu = time.perf_counter(), time.process_time()
    result = allocate(person, value, uses)
    wall, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    table = Table("figure", "measured", "bar", title=f"Allocation, {PERSONS:,} x {OFFERS}")
    table.add_row("of the bound", f"{result.value / result.upper_bound:.4f}", ">= .98")
    table.add_row("wall s", f"{wall:.2f}", "< 1")
    table.add_row("CPU s", f"{cpu:.2f}", "")
    return table


def market(seed: int = 1) -> tuple[np.ndarray, np.ndarray, list[Use]]:
    """Candidates of every person for every offer, each offer's stock scarce."""
    chance = np.random.default_rng(seed)
    worth = chance.gamma(2, 100, (PERSONS, OFFERS)) * chance.uniform(0.5, 2, OFFERS) - 80
    use = chance.beta(2, 20, (PERSONS, OFFERS))
    rows = np.arange(PERSONS) * OFFERS
    stocks = [Use(chance.uniform(5, 60), rows + j, use[:, j].copy()) for j in range(OFFERS)]
    return np.repeat(np.arange(PERSONS), OFFERS), worth.ravel(), stocks


def _text(estimate: Estimate) -> str:
    return f"{estimate.value:.4f} [{estimate.lower:.4f}, {estimate.upper:.4f}]"


def main() -> None:
    """The command line."""
    default = os.environ.get("C360_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(default))
    folder = parser.parse_args().data / "offers"
    console = Console()
    if folder.is_dir():
        console.print(campaigns(folder))
        console.print(open_bandit(folder))
    else:
        console.print(f"no real data at {folder}: name its folder with --data")
    console.print(simulated())
    console.print(allocation())


if __name__ == "__main__":
    main()
