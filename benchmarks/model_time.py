"""Whose the seconds of a dbt build are, when several models run at a time."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

FACTS = "facts"
PORTRAITS = "persons, portraits, preferences"
GROWTH = "growth"
OFFERS = "candidates of offers"
TESTS = "tests"
GROUPS = (FACTS, PORTRAITS, GROWTH, OFFERS, TESTS)

# Beside the tables of newest states: what is counted by day and identifier set, and the maps.
_FACTS = {
    *("int_activity", "int_openid_visits"),
    *("int_actor_profile", "int_touched_profile", "int_product_class"),
}


def wall_shares(spans: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """Seconds of the wall clock by node: each moment is divided among those that ran then."""
    moments = sorted({moment for span in spans.values() for moment in span})
    shares = dict.fromkeys(spans, 0.0)
    for began, ended in pairwise(moments):
        running = [name for name, span in spans.items() if span[0] <= began and span[1] >= ended]
        for name in running:
            shares[name] += (ended - began) / len(running)
    return shares


def group_of(models: Path) -> dict[str, str]:
    """The group of each model of a folder; what is no model of it belongs to `TESTS`."""
    return {path.stem: _group(path, path.relative_to(models)) for path in models.rglob("*.sql")}


def _group(path: Path, place: Path) -> str:
    if "offers" in place.parts:
        return OFFERS
    if path.stem in _FACTS or "{{ newest(" in path.read_text("utf-8"):
        return FACTS
    return GROWTH if {"growth", "quality"} & set(place.parts) else PORTRAITS


def by_group(shares: Mapping[str, float], groups: Mapping[str, str]) -> dict[str, float]:
    """Seconds of the wall clock by group, in the order of `GROUPS`."""
    seconds = dict.fromkeys(GROUPS, 0.0)
    for name, share in shares.items():
        seconds[groups.get(name, TESTS)] += share
    return seconds
