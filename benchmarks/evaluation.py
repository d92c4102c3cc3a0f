"""How well identity resolution finds the people of samples, scenario by scenario.

    python -m benchmarks.evaluation SEED [SEED ...] [--people N] [--days N]

Each seed's sample is loaded and resolved by the product itself, in a warehouse of its own, in one
run. The bars: precision .999 and recall .97 over all, .99 and .90 in every scenario.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from benchmarks.throw_away import throw_away_database
from evaluation import Evaluation, Score, evaluate_warehouse
from identity_store import run
from ingestion.window import load_window
from sample_data import write_sample
from warehouse.runs import open_run, read_run

LAST_DAY = date(2026, 11, 21)
OVERALL, SCENARIO = (0.999, 0.97), (0.99, 0.90)
FEWEST_IDENTIFIERS = 50
"""A scenario with fewer says little."""


def evaluated(seed: int, people: int, days: int) -> Evaluation:
    """Return the score of what the warehouse makes of a sample."""
    with tempfile.TemporaryDirectory() as folder, throw_away_database() as started:
        settings = replace(started, landing_dir=Path(folder) / "landing")
        write_sample(Path(folder), people=people, days=days, seed=seed, last_day=LAST_DAY)
        tomorrow = LAST_DAY + timedelta(days=1)
        for source in sorted(path.name for path in settings.landing_dir.iterdir()):
            load_window(settings, source, date(2000, 1, 1), tomorrow, arrival_day=tomorrow)
        opened = open_run(settings, run_at=datetime.combine(tomorrow, time(12), UTC))
        run(settings, read_run(settings, opened.run_id))
        return evaluate_warehouse(settings, Path(folder) / "truth")


def is_enough(score: Score, bars: tuple[float, float]) -> bool:
    """Return whether precision and recall, by pairs and B-cubed, reach the bars."""
    precision = min(score.pairwise_precision, score.bcubed_precision)
    return precision >= bars[0] and min(score.pairwise_recall, score.bcubed_recall) >= bars[1]


def main(arguments: Sequence[str]) -> int:
    """Print a line for each seed and scenario; return 1 if one is below its bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, nargs="+")
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--days", type=int, default=30)
    chosen = parser.parse_args(arguments)
    missed = 0
    print("seed scenario identifiers  pairwise precision recall  B-cubed precision recall")
    for seed in chosen.seeds:
        found = evaluated(seed, chosen.people, chosen.days)
        scores = {"all": (found.overall, OVERALL)}
        scores |= {name: (score, SCENARIO) for name, score in found.by_scenario.items()}
        for name, (score, bars) in scores.items():
            fine = score.identifiers < FEWEST_IDENTIFIERS or is_enough(score, bars)
            missed += not fine
            _, *figures = asdict(score).values()
            shown = "  ".join(f"{figure:.4f}" for figure in figures)
            print(
                f"{seed:>6} {name:<28}{score.identifiers:>8}  {shown}{'' if fine else '  MISSED'}"
            )
        print(
            f"{seed:>6} {len(found.wrong_profiles)} over-merged, {found.split_persons} split people"
        )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
