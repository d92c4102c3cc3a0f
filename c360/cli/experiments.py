"""Experiments: what the offers changed, beside who did not get them."""

from collections.abc import Sequence

import typer

from c360.cli.output import AsJson, print_rows, say
from next_best_offer.evaluation import Finding
from next_best_offer.fairness import Depths, compare
from next_best_offer.uplift import lift, people_needed
from pipeline.offer_evaluation import value_of
from settings import load_settings
from warehouse.connection import connect
from warehouse.discount_depths import read_depths
from warehouse.experiment_counts import ArmCounts, read_arms
from warehouse.offer_evaluation import read_findings
from warehouse.offer_models import ROLE, read_judged_model
from warehouse.policy_log import read_policy_log

app = typer.Typer(name="experiments", no_args_is_help=True, help=__doc__)

SMALLEST_GAIN = 0.2
"""A test should be able to tell a gain of a fifth."""

FAIRNESS = ("measure", "group", "persons", "mean", "ratio", "difference", "alarm")
COLUMNS = ("experiment", "persons", "treated", "held_out", "lift", "interval", "verdict")


@app.callback()
def _experiments() -> None:
    """Experiments: what the offers changed, beside who did not get them."""


@app.command(epilog="Example: c360 experiments report")
def report(*, as_json: AsJson = False) -> None:
    """Show lift with its 95 % interval, with and without contaminated persons."""
    arms = {(counts.experiment_id, counts.arm): counts for counts in read_arms(load_settings())}
    rows = [
        _row(treated, arms[experiment, "control"], is_clean=is_clean)
        for (experiment, arm), treated in arms.items()
        if arm == "treat" and (experiment, "control") in arms
        for is_clean in (False, True)
    ]
    print_rows("Experiments", COLUMNS, rows, as_json=as_json)


@app.command(epilog="Example: c360 experiments fairness")
def fairness(*, as_json: AsJson = False) -> None:
    """Compare discounts by value tier and device; exit 1 where a group surely gets others."""
    rows = [
        (measure, f"{by} {f.group}", f.people, f.mean, f.ratio,
         f"{f.lower:+.3g} to {f.upper:+.3g}", f.is_alarming)
        for (measure, by), groups in read_depths(load_settings()).items()
        for f in compare({name: Depths(*sums) for name, sums in groups.items()})
    ]  # fmt: skip
    print_rows("Depth of discounts", FAIRNESS, rows, as_json=as_json)
    if any(row[-1] for row in rows):
        raise typer.Exit(1)


@app.command(epilog="Example: c360 experiments model")
def model(*, as_json: AsJson = False) -> None:
    """Show how the newest model of responses did among people it never saw, and its gate."""
    found, bins = read_judged_model(load_settings())
    if not as_json:
        say("no model yet: everybody responds alike" if found is None else
            f"{found.model_version}: gate {'open' if found.is_open else 'closed'}, gain"
            f" {found.gain:+.4f} ({found.gain_lower:+.4f} to {found.gain_upper:+.4f}), AUC"
            f" {found.area_under_curve:.3f}, {found.people:,} people")  # fmt: skip
    print_rows("Reliability", ("bin", "people", "predicted", "real"), bins, as_json=as_json)


@app.command(epilog="Example: c360 experiments drift")
def drift(*, as_json: AsJson = False) -> None:
    """Show how much people changed since those the newest model learnt from; exit 1 on alarm."""
    rows = [(column, index, people, is_alarming) for column, index, _, _, people, is_alarming
            in _findings("drift")]  # fmt: skip
    if not rows and not as_json:
        say("no model has been learnt yet")
        return
    columns = ("column", "stability index", "people", "alarm")
    print_rows("Changes of the people", columns, rows, as_json=as_json)
    if any(row[-1] for row in rows):
        raise typer.Exit(1)


@app.command(epilog="Example: c360 experiments policy")
def policy(*, as_json: AsJson = False) -> None:
    """Estimate what personal offers earn, fen a decision, beside the best single offer.

    Asked of the log as it is now; each week the chain keeps the same figures in offers.evaluation.
    """
    with connect(load_settings(), ROLE, stage="experiments") as conn:
        findings = value_of(read_policy_log(conn))
    if not findings:
        say("too few decisions are 14 days old")
        raise typer.Exit(1)
    columns = ("estimate", "fen", "lower", "upper", "decisions", "verdict")
    print_rows("Personal offers", columns, _policy_rows(findings), as_json=as_json)


@app.command(epilog="Example: c360 experiments uplift")
def uplift(*, as_json: AsJson = False) -> None:
    """Show how many conversions per 1,000 persons all offers add, best score first (Qini)."""
    rows = _findings("qini")
    if not rows:
        say("no month with persons in both arms is over yet")
        raise typer.Exit(1)
    columns = ("reached", "added per 1,000", "lower", "upper", "persons", "alarm")
    print_rows("What offers add", columns, rows, as_json=as_json)


def _findings(measure: str) -> list[tuple[object, ...]]:
    with connect(load_settings(), ROLE, stage="experiments") as conn:
        return read_findings(conn, measure)


def _policy_rows(findings: Sequence[Finding]) -> list[tuple[object, ...]]:
    return [
        (f"gain {f.subject}", f.value, f.lower, f.upper, f.units, _verdict_on_gain(f))
        if f.measure == "gain"
        else (f.subject, f.value, f.lower, f.upper, f.units, "")
        for f in findings
    ]


def _verdict_on_gain(gain: Finding) -> str:
    if gain.is_alarming:
        return "personal offers surely lose"
    is_sure = gain.lower is not None and gain.lower > 0
    return "personal offers pay" if is_sure else "not shown to pay"


def _row(treated: ArmCounts, held: ArmCounts, *, is_clean: bool) -> tuple[object, ...]:
    numbers = [
        (a.clean_persons, a.clean_converted) if is_clean else (a.persons, a.converted)
        for a in (treated, held)
    ]
    (n, won), (m, lost) = numbers
    contaminated = treated.contaminated + held.contaminated
    label = f"without {contaminated} contaminated" if is_clean else "all"
    if not n or not m:
        return (treated.experiment_id, label, n, m, None, None, "an arm is empty")
    found = lift(won, n, lost, m)
    interval = f"{found.lower:+.4f} to {found.upper:+.4f}"
    return (treated.experiment_id, label, n, m, found.value, interval, _verdict(numbers))


def _verdict(numbers: list[tuple[int, int]]) -> str:
    """Too small, with how many each arm needs; or what the interval says."""
    (n, won), (m, lost) = numbers
    rate = lost / m
    if not 0 < rate * (1 + SMALLEST_GAIN) < 1:
        return "too small: nobody held out has ordered yet"
    needed = people_needed(rate, rate * (1 + SMALLEST_GAIN))
    found = lift(won, n, lost, m)
    if found.lower > 0:
        return "works"
    if min(n, m) < needed:
        return f"too small: needs {needed:,} in each arm"
    return "harms" if found.upper < 0 else "no difference found"
