"""Reads the catalogue of offers: dbt's seeds, and the contract its rules are typed by."""

import csv
import json
from pathlib import Path

import yaml

from next_best_offer.catalogue import Catalogue, compile_rules
from settings import Settings


def read_catalogue(settings: Settings) -> Catalogue:
    """The catalogue as its files say it, unchecked."""
    project = settings.project_dir / "dbt_project"
    seeds = project / "seeds"
    portrait = project / "models" / "marts" / "portrait" / "portrait.yml"
    return Catalogue(
        offers=_rows(seeds / "offer_catalogue.csv"),
        rules=_rows(seeds / "offer_rule.csv"),
        targets=_rows(seeds / "offer_target.csv"),
        channels=_rows(seeds / "contact_channel.csv"),
        policies=_rows(seeds / "contact_policy.csv"),
        reasons={row["reason_code"]: row["stage"] for row in _rows(seeds / "reason.csv")},
        columns=_columns(portrait),
    )


def compiled_rules(settings: Settings) -> str:
    """The compiled rules as JSON, for the model that asks them of every person."""
    return json.dumps(compile_rules(read_catalogue(settings)))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _columns(contract: Path) -> dict[str, str]:
    model = yaml.safe_load(contract.read_text(encoding="utf-8"))["models"][0]
    return {
        column["name"]: column["data_type"]
        for column in model["columns"]
        if column["name"] != "profile_id"
    }
