"""The printed summary: what came in, who was found, what to offer, and where the time went."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from rich import box
from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from c360 import airflow_processes
from c360.airflow_environment import ADMIN, password_file
from c360.labels import both, yuan
from c360.task_time import TaskTime, read_task_time
from settings import Settings
from warehouse.errors import PipelineError
from warehouse.figure_queries import LabelCount
from warehouse.figures import BEGINNING, Figures, read_figures
from warehouse.gate_results import GateRow, read_gates

TOP = 5
BAR_CELLS = 6
SOURCE_COLUMNS = ("source", "files", "rows in", "loaded", "duplicate", "quarantined")
GATES = ("raw", "identity", "publish")

QUERIES = {
    "Whom to send the best offer to  给谁发最合适的优惠": """
select profile_id, offer_id, channel, expected_value_fen, reason_zh
from mart.next_best_offer where rank = 1 order by expected_value_fen desc limit 10;
""",
    "Through which door do they come back  从哪个入口回访": """
select channel, scene_group, sum(active_count)::numeric / sum(cohort_count) as back_after_7_days
from mart.retention_cohort
where activity = 'visit' and period = 'day' and period_offset = 7 and active_count is not null
group by channel, scene_group order by back_after_7_days desc;
""",
    "Which good customers are about to leave  哪些重要客户即将流失": """
select profile_id, p.next_due_at, t.rfm_class, t.value_net_365d_fen
from mart.profile as p join mart.portrait as t using (profile_id)
where p.lifecycle_stage = 'at_risk' and t.value_tier = 'high'
order by t.value_net_365d_fen desc limit 10;
""",
}


def print_summary(
    settings: Settings, *, console: Console | None = None, since: datetime = BEGINNING
) -> None:
    """Print the state after the newest run; seconds are summed over work started at `since`.

    Reads only. Without a running Airflow its seconds are left out.

    Raises:
        Retryable: the database cannot be reached.
        Fatal: there is no run yet.
    """
    console = console or Console()
    figures = read_figures(settings, since=since)
    gates = read_gates(settings, figures.run.run_id)
    for part in (
        _headline(figures),
        _sources(figures),
        _profiles(figures),
        _portraits(figures),
        _offers(figures),
        _gates(gates),
        _seconds(figures, _airflow_time(settings, since)),
        _next_steps(settings),
    ):
        console.print(part, highlight=False)


def _headline(figures: Figures) -> Panel:
    run = figures.run
    is_good = run.status in {"published", "nothing_to_do"}
    colour = "green" if is_good else "red"
    state = f"version {run.version}" if run.version else run.status
    lines = [f"[bold {colour}]{state}[/]  as of [bold]{run.as_of}[/]  run {run.run_id}"]
    if run.reason:
        lines.append(f"[red]{escape(run.reason)}[/]")
    return Panel("\n".join(lines), title="customer360 客户全景", title_align="left", expand=False)


def _sources(figures: Figures) -> Table:
    table = _table("Rows by source  各来源数据量", *SOURCE_COLUMNS)
    for source, *numbers in figures.sources:
        table.add_row(both(source), *(f"{number:,}" for number in numbers))
    totals = [sum(column) for column in zip(*(row[1:] for row in figures.sources), strict=True)]
    table.add_section()
    table.add_row("all 合计", *(f"{total:,}" for total in totals), style="bold")
    return table


def _profiles(figures: Figures) -> Table:
    table = _table("Profiles  客户档案", "kind", "profiles", "ids", "ids each", "most")
    for kind in figures.kinds:
        mean = kind.identifiers / max(kind.profiles, 1)
        numbers = (
            f"{kind.profiles:,}",
            f"{kind.identifiers:,}",
            f"{mean:.2f}",
            f"{kind.largest:,}",
        )
        table.add_row(both(kind.kind), *numbers)
    return table


def _portraits(figures: Figures) -> Table:
    columns = {
        "lifecycle 生命周期": figures.lifecycle,
        "segment 客群": figures.segments[: TOP + 1],
        "channel 渠道偏好": figures.channels[: TOP + 1],
        "category 品类偏好": figures.categories[: TOP + 1],
    }
    grid = Table.grid(padding=(0, 3))
    grid.title, grid.title_justify, grid.title_style = "Portraits  客户画像", "left", "bold"
    grid.add_row(*(_bars(title, counts) for title, counts in columns.items()))
    return grid


def _bars(title: str, counts: Sequence[LabelCount]) -> Group:
    top = max((row.number for row in counts), default=0) or 1
    lines = [Text(title, style="dim", no_wrap=True)]
    for label, number in counts:
        cells = round(BAR_CELLS * number / top)
        bar = ("█" * cells).ljust(BAR_CELLS)
        line = Text.assemble(f"{number:>6,} ", (bar, "cyan"), " ", both(label))
        line.no_wrap = True
        lines.append(line)
    return Group(*lines)


def _offers(figures: Figures) -> Table:
    table = _table(
        "Next best offers  最优推荐", "offer", "channel", "first choice of", "chance", "expected"
    )
    for offer in figures.offers[:TOP]:
        name = escape(f"{offer.name_en} {offer.name_zh}")
        numbers = (f"{offer.persons:,}", f"{offer.mean_chance:.1%}", yuan(offer.expected_fen))
        table.add_row(name, both(offer.channel), *numbers)
    return table


def _gates(gates: dict[str, list[GateRow]]) -> Table:
    table = _table("Quality gates  质量关卡", "gate", "held", "of", "failed")
    for gate in (name for name in GATES if name in gates):
        failed = [row for row in gates[gate] if not row.success]
        names = ", ".join(_coloured(row) for row in failed) or "[green]none 无[/]"
        held, of = len(gates[gate]) - len(failed), len(gates[gate])
        table.add_row(both(gate), f"{held}", f"{of}", names)
    return table


def _coloured(row: GateRow) -> str:
    colour = "red" if row.severity == "critical" else "yellow"
    return f"[{colour}]{row.expectation}[/]"


def _seconds(figures: Figures, airflow: TaskTime | None) -> Table:
    table = _table("Where the time went  耗时", "work", "times", "wall s", "CPU s")
    for work in figures.seconds:
        cpu = f"{work.cpu_seconds:,.1f}"
        table.add_row(both(work.work), f"{work.takings:,}", f"{work.wall_seconds:,.1f}", cpu)
    if airflow is not None:
        share = f"{airflow.overhead_share:.0%} of {airflow.total_seconds:,.0f} s"
        table.add_row("Airflow itself 调度", share, f"{airflow.overhead_seconds:,.1f}", "–")
    return table


def _airflow_time(settings: Settings, since: datetime) -> TaskTime | None:
    """Airflow's share, if it runs; the summary must not fail because it does not."""
    try:
        if all(component.is_running for component in airflow_processes.status(settings)):
            bound = None if since == BEGINNING else since
            return read_task_time(airflow_processes.client(settings), bound)
    except PipelineError:
        return None
    return None


def _next_steps(settings: Settings) -> Group:
    address = urlsplit(settings.database_url)
    parts = [
        Text("\nLook further  接下来", style="bold"),
        Text(
            f"  Airflow      http://127.0.0.1:{settings.airflow_port}, user {ADMIN},"
            f" password in {password_file(settings)}"
        ),
        Text(
            f"  BI tool      PostgreSQL {address.hostname}:{address.port}, database"
            f" {address.path.removeprefix('/')}, schema mart, user c360_bi,"
            f" password c360_bi of {settings.state_dir / 'secrets.json'}"
        ),
        Text("  One customer c360 profile show phone:+86…   or any namespace:value\n"),
    ]
    for title, query in QUERIES.items():
        parts += [Text(f"  {title}", style="dim"), Text(_indented(query), style="cyan")]
    return Group(*parts)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines())


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for number, column in enumerate(columns):
        is_words = number == 0 or column in {"failed", "channel"}
        table.add_column(column, justify="left" if is_words else "right")
    return table
