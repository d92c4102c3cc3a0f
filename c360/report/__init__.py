"""The report of a run: one HTML file that needs nothing from anywhere."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from c360.report.page import page
from settings import Settings
from warehouse.figures import Figures, read_figures
from warehouse.gate_results import GateRow, read_gates

__all__ = ["render", "write_report"]

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)


def write_report(settings: Settings, run_id: int, out: Path) -> Path:
    """Write the report of a run to the file `out` and return its path; numbers only.

    Raises:
        Retryable: the database cannot be reached.
        Fatal: there is no such run.
    """
    html = render(read_figures(settings, run_id), read_gates(settings, run_id))
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part")
    part.write_text(html, encoding="utf-8")
    return part.replace(out)


def render(figures: Figures, gates: dict[str, list[GateRow]]) -> str:
    """The page as HTML text."""
    return _TEMPLATES.get_template("page.html.j2").render(page(figures, gates))
