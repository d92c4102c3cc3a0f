"""CRM records without a common id: train a model, score pairs, review what is in doubt."""

import json
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from c360.cli.output import print_rows, say
from probabilistic_matching.plan import read_plan
from probabilistic_matching.proposals import propose, read_decisions
from warehouse.errors import Fatal

app = typer.Typer(name="match", no_args_is_help=True, help=__doc__)

SHOWN_PAIRS = 20

Records = Annotated[Path, typer.Argument(help="CSV or Parquet.", exists=True)]
PlanFile = Annotated[Path, typer.Option("--plan", help="How to compare (YAML).", exists=True)]
Folder = Annotated[Path, typer.Option("--folder", help="Holds model, links and review.")]


@app.command(epilog="Example: c360 identity match train crm.csv --plan crm.yml --folder crm/")
def train(records: Records, plan: PlanFile, folder: Folder) -> None:
    """Estimate the model from the records and save it."""
    matching, how = _matching(), read_plan(plan)
    model = matching.train(matching.read_records(records, how), how)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text(json.dumps(model, indent=1), encoding="utf-8")
    say(f"saved {folder / 'model.json'}")


@app.command(epilog="Example: c360 identity match score crm.csv --plan crm.yml --folder crm/")
def score(records: Records, plan: PlanFile, folder: Folder) -> None:
    """Score pairs: likely ones become weak links, doubtful ones go to the review."""
    matching, how, model = _matching(), read_plan(plan), folder / "model.json"
    if not model.is_file():
        raise Fatal(f"there is no {model}; run `c360 identity match train` first")
    learnt = json.loads(model.read_text(encoding="utf-8"))
    pairs = matching.score(matching.read_records(records, how), learnt, how)
    counts = propose(pairs, how, folder, datetime.now(UTC))
    figures = (("linked", counts.linked), ("withdrawn", counts.withdrawn))
    print_rows("Pairs", ("what", "count"), (*figures, ("to review", counts.to_review)))


@app.command(epilog="Example: c360 identity match review --folder crm/")
def review(folder: Folder) -> None:
    """Show the pairs that wait for a decision; fill review.csv and score again to apply it."""
    waiting = [pair for pair, decision in read_decisions(folder) if not decision]
    print_rows(f"{len(waiting)} pairs wait", ("left", "right"), waiting[:SHOWN_PAIRS])


def _matching() -> ModuleType:
    """Return the module that needs the extra; nothing else of the command line may need it."""
    try:
        return import_module("probabilistic_matching.matching")
    except ModuleNotFoundError as error:
        missing = f"matching needs {error.name}: pip install 'customer360[probabilistic]'"
        raise Fatal(missing) from None
