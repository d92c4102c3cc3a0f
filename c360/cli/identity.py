"""Who is who: resolve a file, score a map, run and explain identity in the warehouse."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from c360.cli.match import app as match_app
from c360.cli.output import AsJson, print_json, print_rows, say
from c360.cli.statements import add_statements
from c360.masking import masked_text
from c360.profile_card import parse_identifier
from evaluation import (
    Evaluation,
    FileRequest,
    Score,
    evaluate_warehouse,
    explain_file,
    resolve_file,
)
from evaluation import evaluate as evaluate_map
from identity_store import explain_identifier, explain_identifiers
from identity_store import run as run_identity
from identity_store.diff import diff_rules
from identity_store.explanation import Explanation, Step
from settings import load_settings
from warehouse.errors import Fatal
from warehouse.freshness import (
    SharedIdentifier,
    newest_identity_run,
    recent_runs,
    shared_identifiers,
)
from warehouse.runs import read_run

app = typer.Typer(name="identity", no_args_is_help=True, help=__doc__)
app.add_typer(match_app)

add_statements(app)

SHOWN_PROFILES = 20


@app.command(epilog="Example: c360 identity resolve seen.jsonl --output map.csv --rules mine.yml")
def resolve(
    observations: Annotated[Path, typer.Argument(help="JSON lines.", exists=True)],
    output: Annotated[Path, typer.Option(help="Gets namespace,scope,value,profile_id.")],
    rules: Annotated[Path | None, typer.Option(help="Rules instead of the shipped ones.")] = None,
    batch_by: Annotated[str | None, typer.Option(help="Field whose values are batches.")] = None,
    events: Annotated[Path | None, typer.Option(help="Gets each event's owner.")] = None,
) -> None:
    """Resolve a file of observations, without any database."""
    key = load_settings().identity_key
    counts = asdict(resolve_file(FileRequest(observations, output, rules, batch_by, events, key)))
    rejects = counts.pop("rejects")
    print_rows("Resolved", ("what", "count"), counts.items())
    if rejects:
        lines = [(reject["line_number"], reject["reason"]) for reject in rejects[:SHOWN_PROFILES]]
        print_rows(f"{len(rejects)} lines are no observation", ("line", "reason"), lines)


@app.command(
    epilog="Example: c360 identity evaluate --truth .c360/truth --map map.csv"
    " --observations seen.jsonl"
)
def evaluate(
    truth: Annotated[Path, typer.Option(help="Folder with identifier.csv.", exists=True)],
    map_path: Annotated[
        Path | None, typer.Option("--map", help="A map file; default: the warehouse.", exists=True)
    ] = None,
    observations: Annotated[
        Path | None, typer.Option(help="What the map was resolved from.", exists=True)
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="The rules it was resolved by.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Score a map, or what the warehouse holds, against the truth.

    Wrong merges are shown with the evidence that joined them; of a map that needs --observations.
    """
    if map_path:
        evaluation = evaluate_map(truth, map_path)
    else:
        evaluation = evaluate_warehouse(load_settings(), truth)
    if as_json:
        print_json(_document(evaluation))
    else:
        _print_evaluation(evaluation)
        pairs = dict(sorted(evaluation.wrong_pairs.items())[:SHOWN_PROFILES])
        if map_path is None:
            settings = load_settings()
            _print_chains(pairs, (explain_identifiers(settings, *pair) for pair in pairs.values()))
        elif observations is not None:
            _print_chains(pairs, explain_file(observations, pairs.values(), rules))


@app.command(epilog="Example: c360 identity explain member_id:M000001 phone:+8615400000001")
def explain(
    one: Annotated[str, typer.Argument(help="namespace:value or namespace@scope:value")],
    other: Annotated[str | None, typer.Argument(help="The same.")] = None,
) -> None:
    """Why two identifiers share a profile, or what keeps them apart; of one, all its links.

    Values are masked.
    """
    if other is None:
        status, links = explain_identifier(load_settings(), parse_identifier(one))
        say(status)
        _print_steps(links)
        return
    identifiers = parse_identifier(one), parse_identifier(other)
    explanation = explain_identifiers(load_settings(), *identifiers)
    if explanation.chain is not None:
        say("one profile, by the shortest chain of used links:")
        _print_steps(explanation.chain)
    else:
        say("two profiles; links between them that were refused:")
        _print_steps(explanation.refusals or ())


@app.command(epilog="Example: c360 identity diff --rules new.yml")
def diff(
    rules: Annotated[
        Path | None, typer.Option(help="The rules to try; default: the deployed.", exists=True)
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """What new rules, or the normalisers of a new release, would change; writes nothing.

    Stored values are normalised again as the rules name it, by what is installed here.
    """
    settings = load_settings()
    newest = recent_runs(settings, 1)
    if not newest:
        raise Fatal("there was no run yet: `c360 run`")
    found = diff_rules(settings, rules, read_run(settings, newest[0].run_id))
    print_rows("New rules", ("what", "count"), asdict(found).items(), as_json=as_json)


@app.command(epilog="Example: c360 identity run --full")
def run(
    *,
    full: Annotated[bool, typer.Option("--full", help="Everything again from the log.")] = False,
) -> None:
    """Resolve the newest run's identities again. Publishes nothing; nothing new writes nothing."""
    settings = load_settings()
    newest = recent_runs(settings, 1)
    if not newest:
        raise Fatal("there was no run yet: `c360 run`")
    taken = read_run(settings, newest[0].run_id)
    counts = run_identity(settings, taken, mode="full" if full else "incremental")
    print_rows("Identity", ("what", "count"), asdict(counts).items())


@app.command(epilog="Example: c360 identity health --json")
def health(*, as_json: AsJson = False) -> None:
    """The health metrics of the newest identity run."""
    found = newest_identity_run(load_settings())
    if found is None:
        say("identities were never resolved yet: `c360 run`")
        return
    print_rows(
        f"Run {found.run_id} ({found.mode}), {found.seconds:.1f} s",
        ("metric", "value"),
        sorted(found.health.items()),
        as_json=as_json,
    )


@app.command(epilog="Example: c360 identity shared --limit 50")
def shared(
    *,
    limit: Annotated[int, typer.Option(help="How many at most.")] = SHOWN_PROFILES,
    as_json: AsJson = False,
) -> None:
    """What links nobody and why: shared, quarantined and junk identifiers, the busiest first.

    Values are masked. The same as SQL: `mart.shared_identifier`.
    """
    found = shared_identifiers(load_settings(), limit)
    print_rows("Links nobody", SharedIdentifier._fields, found, as_json=as_json)


def _print_evaluation(evaluation: Evaluation) -> None:
    scores = {"all": evaluation.overall, **evaluation.by_scenario}
    columns = ("situation", *Score.__dataclass_fields__)
    rows = [(name, *asdict(score).values()) for name, score in scores.items()]
    print_rows("Against the truth", columns, rows)
    say(f"{evaluation.unmapped:,} identifiers of the truth are in no profile")
    say(f"{len(evaluation.wrong_profiles):,} profiles are over-merged")
    say(f"{evaluation.split_persons:,} people are split over several profiles")
    wrong = sorted(evaluation.wrong_profiles.items(), key=lambda item: (-len(item[1]), item[0]))
    if wrong:
        print_rows(
            f"{len(wrong)} profiles join several people",
            ("profile", "identifiers"),
            [(profile, ", ".join(map(masked_text, held))) for profile, held in wrong][
                :SHOWN_PROFILES
            ],
        )


def _print_chains(profiles: Iterable[str], explanations: Iterable[Explanation]) -> None:
    """Print by which links the first strangers of each over-merged profile were joined."""
    for profile, explanation in zip(profiles, explanations, strict=True):
        say(f"{profile} was joined by:")
        _print_steps(explanation.chain or ())


def _document(evaluation: Evaluation) -> dict[str, object]:
    return {
        "overall": asdict(evaluation.overall),
        "by_scenario": {name: asdict(score) for name, score in evaluation.by_scenario.items()},
        "wrong_profiles": sorted(evaluation.wrong_profiles),
        "over_merged": len(evaluation.wrong_profiles),
        "split_persons": evaluation.split_persons,
        "unmapped": evaluation.unmapped,
    }


def _print_steps(steps: tuple[Step, ...]) -> None:
    columns = ("from", "to", "strength", "seen", "first", "last", "decision", "raw_records")
    rows = [
        (
            masked_text(step.left),
            masked_text(step.right),
            step.strength,
            step.observation_count,
            datetime.fromtimestamp(step.first_seen, UTC),
            datetime.fromtimestamp(step.last_seen, UTC),
            step.decision,
            ", ".join(map(str, step.samples)),
        )
        for step in steps
    ]
    print_rows("Links", columns, rows)
