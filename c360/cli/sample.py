"""An invented brand's landing files, for trying things out."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from c360.cli.output import AsJson, console, print_json, print_rows
from sample_data import SampleSummary, write_sample
from settings import load_settings
from warehouse.errors import Fatal

app = typer.Typer()

LAST_DAY = date(2026, 11, 21)


@app.command(epilog="Example: c360 sample --people 5000 --days 30 --out .c360")
def sample(
    people: Annotated[int, typer.Option(help="How many customers.")] = 5000,
    days: Annotated[int, typer.Option(help="Days with daily files.")] = 30,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal bytes.")] = 20261121,
    out: Annotated[
        Path | None, typer.Option(help="Gets landing/ and truth/; default: the state folder.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write an invented brand's files in the sources' real formats, with the planted truth."""
    folder = out or load_settings().state_dir
    _check_free(folder)
    with Progress(console=console, transient=True, disable=as_json) as bar:
        task = bar.add_task("writing", total=people)
        summary = write_sample(
            folder,
            people=people,
            days=days,
            seed=seed,
            last_day=LAST_DAY,
            progress=lambda _, done, total: bar.update(task, completed=done, total=total),
        )
    _print(summary, as_json=as_json)


def _check_free(folder: Path) -> None:
    """Refuses a folder whose landing files are not an earlier sample's."""
    if any((folder / "landing").glob("*/*")) and not (folder / "truth").exists():
        raise Fatal(f"{folder / 'landing'} holds files that are no sample: give another --out")


def _print(summary: SampleSummary, *, as_json: bool) -> None:
    if as_json:
        lines = {"/".join(kind): lines for kind, lines in summary.line_counts.items()}
        print_json({"files": summary.files, "lines": lines, "people": summary.people})
        return
    difficulty = [
        ("everything seen together", summary.plain.precision, summary.plain.recall),
        ("account ids only", summary.accounts_only.precision, summary.accounts_only.recall),
    ]
    print_rows("How far simple joins get", ("join", "precision", "recall"), difficulty)
    kinds = [(*kind, lines) for kind, lines in sorted(summary.line_counts.items())]
    print_rows("Lines", ("source", "kind", "lines"), kinds)
    print_rows("Planted", ("situation", "people"), sorted(summary.scenario_counts.items()))
