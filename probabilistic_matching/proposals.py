"""What becomes of scored pairs: weak links, pairs for a steward, links taken back.

A folder holds the state: `model.json`; `links.jsonl`, observations for identity resolution, one
line a proposed or withdrawn link; `review.csv`, whose column `decision` a steward fills with `same`
or `different`, which stays for every later scoring.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from probabilistic_matching.plan import Plan
from warehouse.errors import Fatal

NAMESPACE = "crm_record"
STRENGTH = 4
DECISIONS = ("", "same", "different")
_HEADER = ("left_id", "right_id", "probability", "decision")

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """Links proposed, links of an earlier scoring that this one takes back, pairs still open."""

    linked: int
    withdrawn: int
    to_review: int


def propose(pairs: pa.Table, plan: Plan, folder: Path, at: datetime) -> MatchCounts:
    """Write the links and the review of scored `pairs` into `folder`; `at` stamps the links.

    A steward's decision beats the probability. A link of an earlier scoring that no longer holds is
    written as its withdrawal, so that loading the file again is enough to reverse it.
    """
    decided = {pair: decision for pair, decision in read_decisions(folder) if decision}
    columns = (pairs[name].to_pylist() for name in ("left_id", "right_id", "probability"))
    scored = {(left, right): chance for left, right, chance in zip(*columns, strict=True)}
    verdicts = {
        pair: decided.get(pair) or _verdict(scored.get(pair, 0.0), plan)
        for pair in scored.keys() | decided.keys()
    }
    linked = {pair for pair, verdict in verdicts.items() if verdict == "same"}
    gone = read_links(folder).keys() - linked
    _write_links(folder, plan.scope, at, sorted(linked), sorted(gone))
    shown = {pair for pair, verdict in verdicts.items() if not verdict} | decided.keys()
    rows = [(*pair, scored.get(pair, 0.0), decided.get(pair, "")) for pair in shown]
    _write_review(folder, rows)
    return MatchCounts(len(linked), len(gone), sum(not decision for *_, decision in rows))


def _verdict(probability: float, plan: Plan) -> str:
    return "same" if probability >= plan.thresholds.link else ""


def read_decisions(folder: Path) -> Iterator[tuple[Pair, str]]:
    """Yield each pair of the review and what the steward said about it; raise `Fatal` on others."""
    path = folder / "review.csv"
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            decision = (row.get("decision") or "").strip().lower()
            if decision not in DECISIONS:
                raise Fatal(f"review.csv line {number}: decision is same, different or empty")
            yield (row["left_id"], row["right_id"]), decision


def read_links(folder: Path) -> dict[Pair, str]:
    """Return each pair of `links.jsonl` and its kind: bind, or unbind once withdrawn."""
    path = folder / "links.jsonl"
    if not path.is_file():
        return {}
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {(line["left_id"], line["right_id"]): line["kind"] for line in lines}


def _write_links(
    folder: Path, scope: str, at: datetime, linked: Iterable[Pair], gone: Iterable[Pair]
) -> None:
    kinds = [(pair, "bind") for pair in linked] + [(pair, "unbind") for pair in gone]
    with (folder / "links.jsonl").open("w", encoding="utf-8") as file:
        for pair, kind in kinds:
            line = {
                "observed_at": at.isoformat(),
                "source": "match",
                "event_id": f"{kind} {pair[0]} {pair[1]}",
                "kind": kind,
                "strength": STRENGTH,
                "identifiers": [
                    {"namespace": NAMESPACE, "scope": scope, "value": value} for value in pair
                ],
                "left_id": pair[0],
                "right_id": pair[1],
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _write_review(folder: Path, rows: Iterable[tuple[str, str, float, str]]) -> None:
    with (folder / "review.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for left, right, probability, decision in sorted(rows, key=lambda row: (-row[2], row)):
            writer.writerow((left, right, f"{probability:.6f}", decision))
