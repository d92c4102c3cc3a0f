"""Load the dashboards into the local Superset and ask every chart: `make bi`.

Ends with 1 if a chart fails or has no rows. Superset's words are in `superset/load.log` of the
state directory.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dashboards.deployment import SupersetDeployment, superset_of
from dashboards.deployment_names import ADMIN
from settings import load_settings
from settings.state import SECRETS_FILE
from warehouse.bootstrap import start_database
from warehouse.errors import Fatal

MODULE = "dashboards.in_superset"


@dataclass(frozen=True)
class ChartAnswer:
    """What one chart got; `error` is empty when it was answered."""

    dashboard: str
    chart: str
    rows: int
    seconds: float
    error: str

    @property
    def is_good(self) -> bool:
        """Answered, and with something to draw."""
        return not self.error and self.rows > 0


def main() -> int:
    """Load, ask, print; the number of the exit."""
    console = Console()
    settings = start_database(load_settings())
    superset = superset_of(settings)
    with console.status("Superset loads the dashboards and asks every chart"):
        document = load_and_ask(superset)
    answers = [ChartAnswer(**row) for row in document["charts"]]
    console.print(answer_table(answers), highlight=False)
    bad = [answer for answer in answers if not answer.is_good]
    console.print(
        f"Superset {document['version']}: prepared in {document['prepare_seconds']:.1f} s, loaded"
        f" in {document['load_seconds']:.1f} s, {len(answers) - len(bad)} of {len(answers)} charts"
        f" answered in {sum(a.seconds for a in answers):.1f} s",
        highlight=False,
    )
    for answer in bad:
        console.print(f"[red]{escape(answer.chart)}[/]: {escape(answer.error or 'no rows')}")
    if not any(answer.rows for answer in answers):
        console.print("Is anything published? `make demo` makes a brand, `c360 status` tells.")
    console.print(
        f"Open it: make bi-up, then {superset.address}/dashboard/list/ (user {ADMIN}, password"
        f" superset_admin_password in {settings.state_dir / SECRETS_FILE})",
        highlight=False,
        soft_wrap=True,
    )
    return 1 if bad or not answers else 0


def load_and_ask(superset: SupersetDeployment) -> dict[str, Any]:
    """What `in_superset` wrote.

    Raises:
        Fatal: Superset ended early; its last words are in the message.
    """
    answers, log = superset.home / "answers.json", superset.home / "load.log"
    answers.unlink(missing_ok=True)
    command = [str(superset.python), "-m", MODULE, str(answers)]
    with log.open("w", encoding="utf-8") as words:
        done = subprocess.run(  # noqa: S603 - our own module
            command, env=superset.environ, stdout=words, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode or not answers.exists():
        raise Fatal(f"Superset could not load the dashboards: {_last_line(log)}; see {log}")
    document: dict[str, Any] = json.loads(answers.read_text(encoding="utf-8"))
    return document


def answer_table(answers: Sequence[ChartAnswer]) -> Table:
    """One row a chart, by dashboard."""
    table = Table(title="Charts 图表", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("dashboard")
    table.add_column("chart")
    table.add_column("rows", justify="right")
    table.add_column("seconds", justify="right")
    before = ""
    for answer in answers:
        if before and answer.dashboard != before:
            table.add_section()
        style = None if answer.is_good else "red"
        name = answer.dashboard if answer.dashboard != before else ""
        table.add_row(
            name,
            escape(answer.chart),
            f"{answer.rows:,}" if not answer.error else "failed",
            f"{answer.seconds:.2f}",
            style=style,
        )
        before = answer.dashboard
    return table


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


if __name__ == "__main__":
    sys.exit(main())
