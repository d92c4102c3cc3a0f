"""What the report's page shows, computed from the figures; the template only places it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from c360.labels import both, yuan
from c360.report import charts
from expectations.suite import GATES, load_suites
from warehouse.figure_queries import Cohort, DayRows, LabelCount, Retention, SegmentCell
from warehouse.figures import Figures
from warehouse.gate_results import GateRow

MOST_BARS = 8
MARKS = {"held": "✓", "warning": "!", "critical": "✗"}
CSS = {"held": "good", "warning": "warn", "critical": "bad"}


class Fact(NamedTuple):
    """One of the large numbers on top."""

    value: str
    name: str
    name_zh: str


class GateLine(NamedTuple):
    """One expectation of a gate; `what_to_do` is empty when it held."""

    name: str
    name_zh: str
    mark: str
    css: str
    what_to_do: str


class Gate(NamedTuple):
    """A gate that was checked, failures first."""

    name: str
    held: int
    lines: list[GateLine]


class Cell(NamedTuple):
    """One cell of the cohort table; `weight` 0..1 is how dark it is."""

    rate: float
    weight: float


class CohortRow(NamedTuple):
    """One month's first buyers; a cell is None while its month is not over."""

    month: str
    persons: int
    cells: list[Cell | None]


def page(figures: Figures, gates: Mapping[str, Sequence[GateRow]]) -> dict[str, Any]:
    """Every name that the template uses."""
    sources = sorted({row.source for row in figures.days})
    retention = [r for r in figures.retention if (r.activity, r.period) == ("visit", "day")]
    rows = cohort_rows(figures.cohorts)
    return {
        "both": both,
        "yuan": yuan,
        "run": figures.run,
        "facts": facts(figures, gates),
        "ledger": ledger(figures),
        "kinds": figures.kinds,
        "sources_shown": sources,
        "retention_shown": sorted({row.channel for row in retention}),
        "plots": {
            "days": plot_days(figures.days, sources),
            "sizes": charts.bars("Identifiers of a known customer", dict(figures.sizes)),
            "funnel": charts.steps("Purchase funnel", {both(s): n for s, n in figures.funnel}),
            "retention": plot_retention(retention),
        },
        "login_walls": sum(row.number for row in figures.login_walls),
        "cohorts": rows,
        "offsets": range(1, 1 + max((len(row.cells) for row in rows), default=0)),
        "gates": [gate for name in GATES if (gate := gate_lines(name, gates.get(name, ())))],
        "seconds": figures.seconds,
        "offers": figures.offers,
        "lifecycle": figures.lifecycle,
        **{
            name: with_rest(getattr(figures, name))
            for name in ("segments", "channels", "categories", "suppressed", "losses")
        },
        **{name: flow_labels(with_rest(getattr(figures, name))) for name in ("flows", "moves")},
        "segment_map": segment_map(figures.segment_cells),
    }


def facts(figures: Figures, gates: Mapping[str, Sequence[GateRow]]) -> list[Fact]:
    """The six large numbers on top."""
    known = next((kind for kind in figures.kinds if kind.kind == "known"), None)
    checked = [row for rows in gates.values() for row in rows]
    each = known.identifiers / known.profiles if known and known.profiles else 0
    expected_fen = sum(offer.expected_fen for offer in figures.offers)
    return [
        Fact(f"{sum(row.loaded for row in figures.sources):,}", "rows loaded", "已入库行数"),
        Fact(f"{known.profiles if known else 0:,}", "known customers", "已识别客户"),
        Fact(f"{each:.1f}", "identifiers each", "人均标识数"),
        Fact(f"{sum(o.persons for o in figures.offers):,}", "persons with an offer", "可推荐客户"),
        Fact(f"¥{expected_fen / 100:,.0f}", "expected value", "首选优惠期望价值"),
        Fact(f"{sum(r.success for r in checked)} / {len(checked)}", "checks held", "质量检查通过"),
    ]


def ledger(figures: Figures) -> list[tuple[str, ...] | tuple[object, ...]]:
    """One row a source, and their sum."""
    rows = [(both(row.source), *row[1:]) for row in figures.sources]
    sums = [sum(column) for column in zip(*(row[1:] for row in figures.sources), strict=True)]
    return [*rows, ("all 合计", *sums)]


def plot_days(days: Iterable[DayRows], sources: Sequence[str]) -> Markup:
    """Rows of each source on each landing day."""
    by_place = {(row.day, row.source): row.rows for row in days}
    shown = sorted({day for day, _ in by_place})
    series = {s: [by_place.get((day, s), 0) for day in shown] for s in sources}
    return charts.stacked_bars("Rows by day", [f"{day:%m-%d}" for day in shown], series)


def plot_retention(rows: Sequence[Retention]) -> Markup:
    """One line a channel over the days after the first visit."""
    rates = {(row.channel, row.period_offset): row.rate for row in rows}
    offsets = sorted({row.period_offset for row in rows})
    series = {
        channel: [rates.get((channel, offset)) for offset in offsets]
        for channel in sorted({row.channel for row in rows})
    }
    return charts.lines("Visit retention", [f"day {offset}" for offset in offsets], series)


def cohort_rows(cohorts: Sequence[Cohort]) -> list[CohortRow]:
    """The cohorts by month; the highest rate of all is the darkest."""
    top = max((c.rate for c in cohorts if c.rate is not None), default=0) or 1
    months: dict[str, CohortRow] = {}
    for month, persons, _, rate in sorted(cohorts, key=lambda c: (c.month, c.period_offset)):
        row = months.setdefault(f"{month:%Y-%m}", CohortRow(f"{month:%Y-%m}", persons, []))
        row.cells.append(None if rate is None else Cell(rate, rate / top))
    return list(months.values())


def flow_labels(rows: Sequence[LabelCount]) -> list[LabelCount]:
    """The same with each code of `app · search → web` in both languages."""
    return [
        LabelCount(" → ".join(" · ".join(map(both, end.split(" · "))) for end in ends), row.number)
        for row in rows
        for ends in [row.label.split(" → ")]
    ]


def segment_map(cells: Sequence[SegmentCell]) -> list[list[SegmentCell | None]]:
    """Recency 5 to 1 from top to bottom, frequency 1 to 5 from left to right."""
    by_place = {(cell.recency, cell.frequency): cell for cell in cells}
    return [[by_place.get((r, f)) for f in range(1, 6)] for r in range(5, 0, -1)]


def gate_lines(name: str, rows: Sequence[GateRow]) -> Gate | None:
    """The gate's expectations in words, failures first; None when it was not checked."""
    if not rows:
        return None
    known = {e.name: e for suite in load_suites(name) for e in suite.expectations}
    lines = []
    for row in sorted(rows, key=lambda row: row.success):
        state = "held" if row.success else row.severity
        expectation = known.get(row.expectation)
        lines.append(
            GateLine(
                row.expectation,
                expectation.name_zh if expectation else "",
                MARKS[state],
                CSS[state],
                expectation.what_to_do if expectation and not row.success else "",
            )
        )
    return Gate(name, sum(row.success for row in rows), lines)


def with_rest(rows: Sequence[LabelCount]) -> list[LabelCount]:
    """The largest few, and all others as one."""
    if len(rows) <= MOST_BARS:
        return list(rows)
    rest = sum(row.number for row in rows[MOST_BARS - 1 :])
    return [*rows[: MOST_BARS - 1], LabelCount("others", rest)]
